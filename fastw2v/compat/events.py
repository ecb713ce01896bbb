"""The record of events that gensim's models and their vectors keep."""

from __future__ import annotations

import logging
import platform
from copy import deepcopy
from datetime import datetime
from typing import Any

import fastw2v

_logger = logging.getLogger(__name__)


class Events:
    """What happened to an object.

    Attributes
    ----------
    lifecycle_events : list of dict, or None
        The first event makes the list; None stops the record.
    """

    lifecycle_events: list[dict[str, Any]] | None

    def add_lifecycle_event(self, event_name: str, log_level: int = logging.INFO, **event: Any) -> None:
        """Add an event with its time and versions to `lifecycle_events`, and log it unless `log_level` is 0."""
        entry = deepcopy(event) | {
            "datetime": datetime.now().isoformat(),
            "fastw2v": fastw2v.__version__,
            "python": platform.python_version(),
            "platform": platform.platform(),
            "event": event_name,
        }
        events = vars(self).setdefault("lifecycle_events", [])
        if events is not None:
            events.append(entry)
        if log_level:
            _logger.log(log_level, "%s lifecycle event %s", type(self).__name__, entry)
