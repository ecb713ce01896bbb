"""Signals that end a command: Ctrl-C, and those with which systems and closing terminals end processes."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

INTERRUPTED = 130  # 128 + SIGINT, as shells count
_ENDING = ("SIGTERM", "SIGHUP")
_RAISING = (signal.default_int_handler, signal.SIG_DFL, signal.SIG_IGN, None)


class Ended(KeyboardInterrupt):
    """A signal other than Ctrl-C ends the command; a prompt does not go on after it."""


@contextmanager
def ended_in_order() -> Iterator[list[int]]:
    """Let SIGTERM and SIGHUP end the command as Ctrl-C does: with the checkpoint, and without temporary files.

    Signals that are ignored stay so: ``nohup`` ignores SIGHUP.

    Yields
    ------
    list of int
        The signals that came.
    """
    came: list[int] = []

    def end(number: int, frame: FrameType | None) -> None:
        came.append(number)
        handler = signal.getsignal(signal.SIGINT)
        if handler in _RAISING or not callable(handler):
            raise Ended
        handler(number, frame)

    before = {number: signal.signal(number, end) for number in _that_end()}
    try:
        yield came
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _that_end() -> list[signal.Signals]:
    """Return the signals that this thread may handle, and that nobody handles or ignores yet."""
    if threading.current_thread() is not threading.main_thread():
        return []
    known = [getattr(signal, name) for name in _ENDING if hasattr(signal, name)]
    return [number for number in known if signal.getsignal(number) == signal.SIG_DFL]


@contextmanager
def interrupts_noted_in(noted: list[int]) -> Iterator[None]:
    """Note Ctrl-C instead of raising, so that training returns what it has.

    During training the loop itself stops the threads and passes the signal on; the callback covers a Ctrl-C before
    that. Where Ctrl-C is ignored, as in the jobs that a script leaves in the background, it stays so.
    """
    with _handled_by(lambda number, frame: noted.append(number)):
        yield


@contextmanager
def one_interrupt_spared(tell: Callable[[], None]) -> Iterator[None]:
    """Let the first Ctrl-C go by with a message; the next one interrupts, and SIGTERM, which is sent once, at once."""
    before = signal.getsignal(signal.SIGINT)

    def spare(number: int, frame: FrameType | None) -> None:
        if number != signal.SIGINT:
            raise Ended
        signal.signal(signal.SIGINT, before)
        tell()

    with _handled_by(spare):
        yield


@contextmanager
def _handled_by(handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    before = signal.getsignal(signal.SIGINT)
    if not callable(before):
        yield
        return
    signal.signal(signal.SIGINT, handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
