"""A phase of work that shows its progress: it counts what is done, and from time to time a screen shows it.

Whatever takes long begins a phase, ``with begin_phase("loading", total=size, unit="bytes", verbose=verbose) as phase``,
and tells it what is done. Without ``verbose`` it is given `SILENT`, which costs nothing.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import Any, TypeVar

from fastw2v.progress.board import board
from fastw2v.progress.figures import format_large, format_rate
from fastw2v.progress.pace import Pace
from fastw2v.progress.snapshot import Fact, Snapshot

Item = TypeVar("Item")

PATIENCE = 1.0  # seconds after which a phase is worth showing
clock = time.perf_counter
_ITEMS = 256  # of an iterable, between two looks at the clock
_FIRST_LOOK = 0.1


class Silent:
    """A phase that nobody wants to see: every method does nothing."""

    def expect(self, total: float | None) -> None:
        """Do nothing."""

    def advance(self, amount: float = 1) -> None:
        """Do nothing."""

    def reach(self, done: float) -> None:
        """Do nothing."""

    def tell(self, facts: Callable[[], Iterable[Fact]]) -> None:
        """Do nothing."""

    def count(self, number: Callable[[], float], unit: str) -> None:
        """Do nothing."""

    def over(self, items: Iterable[Item]) -> Iterable[Item]:
        """Return the items."""
        return items

    def __enter__(self) -> Any:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass


SILENT = Silent()


class Phase(Silent):
    """A phase that is shown.

    Parameters
    ----------
    name : str
        Such as "counting".
    total : float, optional
        How much there is to do.
    unit : str
        Of the speed: "bytes", "words" and so on; "" shows none.
    patience : float
        It is not shown before so many seconds.
    elapsed : float
        Seconds since it began, if that was before now.

    Notes
    -----
    Any thread may call `advance` and `reach`. Only the thread that began the phase draws, and looks at the clock first,
    so that a call costs less than a microsecond.
    """

    def __init__(
        self, name: str, total: float | None = None, unit: str = "", patience: float = PATIENCE, elapsed: float = 0.0
    ) -> None:
        self.name, self.total, self.unit, self.done = name, total, unit, 0.0
        self.started = clock() - elapsed
        self._patience = patience
        self._facts: Callable[[], Iterable[Fact]] | None = None
        self._left: float | None = None
        self._pace = Pace()
        self._lock = threading.Lock()
        self._drawer = threading.get_ident()
        self._next = clock() + min(patience, _FIRST_LOOK)
        self._shown = False

    def expect(self, total: float | None) -> None:
        """Learn how much there is to do; None if nobody knows."""
        self.total = total

    def advance(self, amount: float = 1) -> None:
        """So much more is done."""
        with self._lock:
            self.done += amount
        self._look()

    def reach(self, done: float) -> None:
        """So much is done in all."""
        self.done = done
        self._look()

    def tell(self, facts: Callable[[], Iterable[Fact]]) -> None:
        """Show these facts in place of the speed; they are asked for only when something is drawn."""
        self._facts = facts

    def count(self, number: Callable[[], float], unit: str) -> None:
        """Show how many words, or other units, there are so far, and their speed."""

        def facts() -> Iterator[Fact]:
            found = number()
            yield Fact(f"{format_large(found)} {unit}", 2)
            yield Fact(format_rate(found / max(1e-9, clock() - self.started), unit), 1)

        self._facts = facts

    def over(self, items: Iterable[Item]) -> Iterator[Item]:
        """Yield the items, one step each."""
        number = 0
        for number, item in enumerate(items, 1):  # its last value is used
            yield item
            if not number % _ITEMS:
                self.advance(_ITEMS)
        self.advance(number % _ITEMS)

    def estimate(self, seconds: float) -> None:
        """Show these seconds as what is left, in place of the phase's own estimate."""
        self._left = seconds

    def snapshot(self, ended: bool = False, stopped: bool = False) -> Snapshot:
        """Return what is to be shown now."""
        elapsed = clock() - self.started
        done, total = self.done, self.total
        self._pace.note(elapsed, done)
        left = (self._pace.seconds_left(total) if total else math.nan) if self._left is None else self._left
        if self._facts is not None:
            facts = tuple(fact for fact in self._facts() if fact.text)
        else:
            speed = done / elapsed if ended and elapsed else self._pace.speed
            text = format_rate(speed, self.unit) if self.unit else ""
            facts = (Fact(text),) if text else ()
        share = min(1.0, done / total) if total else None
        return Snapshot(self.name, share, facts, elapsed, left, ended, stopped)

    def _look(self) -> None:
        now = clock()
        if now < self._next or threading.get_ident() != self._drawer:
            return
        self._next = now + self.draw()

    def draw(self) -> float:
        """Show the phase, if it has lasted long enough; return the seconds until it should be drawn again."""
        snapshot = self.snapshot()
        if snapshot.elapsed < self._patience:
            return _FIRST_LOOK
        self._shown = True
        return board.show(self, snapshot)

    def __enter__(self) -> Phase:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end(whole=kind is None)

    def end(self, whole: bool = True) -> None:
        """Show the phase for the last time, if it was long enough to be shown; `whole`: it came to its end."""
        if self._shown or clock() - self.started >= self._patience:
            board.close(self, self.snapshot(ended=whole, stopped=not whole))


def begin_phase(name: str, *, total: float | None = None, unit: str = "", verbose: int = 0) -> Silent:
    """Begin a phase: one that is shown with ``verbose``, else `SILENT`.

    Examples
    --------
    >>> with begin_phase("counting", total=3, verbose=0) as phase:
    ...     sum(phase.over([1, 2, 3]))
    6
    """
    return Phase(name, total, unit) if verbose else SILENT
