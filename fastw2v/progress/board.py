"""The board: the phases of all threads of this process, shown on one screen."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Hashable
from typing import Protocol

from fastw2v.progress.lines import Lines
from fastw2v.progress.notebook import Notebook, display_of_notebook
from fastw2v.progress.snapshot import Snapshot
from fastw2v.progress.terminal import Terminal, can_redraw, without_proxies

_BUSY = 0.1  # seconds until a thread tries again that found another one drawing


class Screen(Protocol):
    """Where phases are shown.

    Attributes
    ----------
    every : float
        Seconds between two drawings.
    """

    every: float

    def show(self, rows: dict[Hashable, Snapshot]) -> None:
        """Show the phases at work."""

    def end(self, key: Hashable, rows: dict[Hashable, Snapshot]) -> None:
        """Show the phase of this key for the last time."""

    def close(self) -> None:
        """Leave everything in order: no phase is at work."""


class Nowhere:
    """The screen of a process that has none, or lost it."""

    every = 10.0

    def show(self, rows: dict[Hashable, Snapshot]) -> None:
        """See `Screen`."""

    def end(self, key: Hashable, rows: dict[Hashable, Snapshot]) -> None:
        """See `Screen`."""

    def close(self) -> None:
        """See `Screen`."""


def choose_screen() -> Screen:
    """Return the screen of this process: never standard output, which belongs to results."""
    if sys.stderr is None:
        return Nowhere()
    if _is_worker():  # the terminal is shared with other workers, and the notebook belongs to another process
        return Lines(sys.stderr)
    display = display_of_notebook()
    if display is not None:
        return Notebook(display)
    return Terminal(sys.stderr) if can_redraw(sys.stderr) else Lines(sys.stderr)


def _is_worker() -> bool:
    """Return whether this is a worker process of multiprocessing or joblib."""
    process = sys.modules.get("multiprocessing.process")
    return process is not None and process.parent_process() is not None


class Board:
    """Shows the phases of all threads; the screen is opened for the first and closed after the last."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rows: dict[Hashable, Snapshot] = {}
        self._screen: Screen | None = None

    def show(self, key: Hashable, snapshot: Snapshot) -> float:
        """Show a phase; return the seconds until it should be shown again."""
        if not self._lock.acquire(blocking=False):
            return _BUSY
        try:
            self._rows[key] = snapshot
            return self._draw(None)
        finally:
            self._lock.release()

    def close(self, key: Hashable, snapshot: Snapshot) -> None:
        """Show a phase for the last time."""
        with self._lock:
            self._rows[key] = snapshot
            try:
                self._draw(key)
            finally:
                del self._rows[key]
                if not self._rows and self._screen is not None:
                    screen, self._screen = self._screen, None
                    _or_nowhere(screen.close)

    def _draw(self, ended: Hashable | None) -> float:
        if not _or_nowhere(lambda: self._show(ended)):
            self._screen = Nowhere()
        assert self._screen is not None
        return self._screen.every

    def _show(self, ended: Hashable | None) -> None:
        if self._screen is None:
            self._screen = choose_screen()
        if ended is None:
            self._screen.show(self._rows)
        else:
            self._screen.end(ended, self._rows)

    def forget(self) -> None:
        """Begin anew: in a forked child, which has neither the threads nor the screen of its parent."""
        self._lock, self._rows, self._screen = threading.Lock(), {}, None
        without_proxies()


def _or_nowhere(draw: Callable[[], None]) -> bool:
    """Draw, and return whether that was possible: a closed pipe or a full disk must not end the work itself."""
    try:
        draw()
    except (OSError, ValueError):  # ValueError: the stream was closed
        return False
    return True


board = Board()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=board.forget)
