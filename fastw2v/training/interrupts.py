"""Ctrl-C during training: held back until the threads have finished their chunks."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def interrupts_held(stop: Callable[[], None]) -> Iterator[Callable[[], bool]]:
    """Hold Ctrl-C back until the current chunks are accounted for, then pass it to its handler.

    Only the main thread can receive it; in other threads nothing is held.
    """
    held: list[tuple[int, FrameType | None]] = []
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(before):
        yield lambda: False
        return

    def hold(number: int, frame: FrameType | None) -> None:
        held.append((number, frame))
        stop()

    signal.signal(signal.SIGINT, hold)
    try:
        yield lambda: bool(held)
    finally:
        signal.signal(signal.SIGINT, before)
        if held:
            before(*held[0])
