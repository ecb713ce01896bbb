"""The peak of a process's memory."""

from __future__ import annotations

import resource
import sys
from pathlib import Path


def peak_bytes() -> int:
    """The most memory that this process has had resident.

    Linux's ``VmHWM`` belongs to the program alone; its ``ru_maxrss`` begins with what the process had before it became
    this program, that is, with the memory of whoever started it.
    """
    try:
        status = Path("/proc/self/status").read_text()
        return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM:"))
    except (OSError, StopIteration):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def peak_bytes_of_children() -> int:
    """The same of the largest process that this one has waited for; at least what this one had when it started it."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def keep_peak(file: str) -> None:
    """Write `peak_bytes` to a file."""
    Path(file).write_text(str(peak_bytes()))
