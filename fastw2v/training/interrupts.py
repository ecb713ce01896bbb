"""Ctrl-C during training: held back until the threads have finished their chunks."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def interrupts_held(stop: Callable[[], None]) -> Iterator[Callable[[], bool]]:
    """Hold Ctrl-C back until the current chunks are accounted for, then pass it to its handler.

    Only the main thread of the main interpreter can receive it; elsewhere nothing is held.
    """
    held: list[tuple[int, FrameType | None]] = []
    before = signal.getsignal(signal.SIGINT)

    def hold(number: int, frame: FrameType | None) -> None:
        held.append((number, frame))
        stop()

    if not callable(before) or not _handled_by(hold):
        yield lambda: False
        return
    try:
        yield lambda: bool(held)
    finally:
        signal.signal(signal.SIGINT, before)
        if held:
            before(*held[0])


def _handled_by(handler: Callable[[int, FrameType | None], None]) -> bool:
    """Make this the handler of Ctrl-C; return whether this thread may do so."""
    try:
        signal.signal(signal.SIGINT, handler)
    except ValueError:
        return False
    return True
