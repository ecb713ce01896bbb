"""What a screen shows of a phase."""

from __future__ import annotations

import math
from dataclasses import dataclass

from fastw2v.progress.figures import format_seconds, format_took


@dataclass(frozen=True)
class Fact:
    """Something to show beside a bar; of those that do not fit, the ones with the highest `rank` are left out."""

    text: str
    rank: int = 0


@dataclass(frozen=True)
class Snapshot:
    """What a screen shows of a phase.

    Attributes
    ----------
    name : str
    share : float or None
        How much is done, from 0 to 1; None if nobody knows how much there is.
    facts : tuple of Fact
    elapsed, left : float
        Seconds; NaN while nothing is known.
    ended : bool
        Whether the phase has come to its end.
    stopped : bool
        Whether it was left before its end, by Ctrl-C or an exception.
    """

    name: str
    share: float | None
    facts: tuple[Fact, ...]
    elapsed: float
    left: float
    ended: bool = False
    stopped: bool = False

    @property
    def percent(self) -> str:
        """The share in words, "" if it is unknown; 100% only at the end."""
        return "" if self.share is None else f"{int(100 * self.share)}%"

    @property
    def time(self) -> str:
        """The time left, or that it took; how long it has been going on if nobody knows how long it will take.

        Of a phase that was stopped no time is left.
        """
        if self.stopped:
            return "stopped"
        if not self.ended and math.isfinite(self.left):
            return f"{format_seconds(self.left)} left"
        if self.ended:
            return format_took(self.elapsed)
        return format_seconds(self.elapsed) if self.share is None else ""

    @property
    def line(self) -> str:
        """All of it in one line."""
        parts = [self.percent, *(fact.text for fact in self.facts), self.time]
        return f"{self.name}: {', '.join(part for part in parts if part)}"
