"""A step runs in a process of its own, under a limit: an error on the device ends all later work of its process."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any

Row = dict[str, Any]
Step = Callable[[], Iterator[Row]]

FORK = multiprocessing.get_context("fork")  # this process never uses the device, so that its children can
GRACE_SECONDS = 5.0  # after a process was asked to end


def apart(step: Step, seconds: float) -> Iterator[Row]:
    """Yield the rows of a step as they come; the last row says if it failed, or was cut at its limit."""
    here, there = FORK.Pipe(duplex=False)
    process = FORK.Process(target=_work, args=(step, there))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # about a fork while NumPy's threads are idle
        process.start()
    there.close()
    end, whole = time.perf_counter() + seconds, False
    try:
        while here.poll(max(0.0, end - time.perf_counter())):
            try:
                yield here.recv()
            except EOFError:
                whole = True
                break
        else:
            yield {"error": f"cut after its limit of {seconds:.0f} seconds"}
            return
    finally:
        _end(process, max(0.0, end - time.perf_counter()) if whole else 0.0)  # at once if this process is stopped
    if process.exitcode:
        yield {"error": f"the process ended with code {process.exitcode}"}


def _work(step: Step, there: Connection) -> None:
    os.setsid()  # so that what the step itself starts can be ended with it
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        for row in step():
            there.send(row)
    except BaseException as error:  # also SystemExit, for a missing corpus
        there.send({"error": f"{type(error).__name__}: {error}"})


def _end(process: Any, seconds: float) -> None:
    """Wait for a process; beyond its time, end it and all that it started."""
    process.join(seconds)
    for number in (signal.SIGTERM, signal.SIGKILL):
        if process.is_alive():
            with suppress(ProcessLookupError):  # it may have ended since
                os.killpg(process.pid, number)
            process.join(GRACE_SECONDS)
