"""The peak memory of a process."""

from __future__ import annotations

import resource
import sys
from pathlib import Path


def peak_bytes() -> int:
    """Return the peak resident memory of this process.

    Linux's ``VmHWM`` counts this program alone; ``ru_maxrss`` starts with the memory of the parent process at the time
    of the fork.
    """
    try:
        status = Path("/proc/self/status").read_text()
        return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM:"))
    except (OSError, StopIteration):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def peak_bytes_of_children() -> int:
    """Return the peak of the largest finished child; at least the memory that this process had when it started it."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def keep_peak(file: str) -> None:
    """Write `peak_bytes` to a file."""
    Path(file).write_text(str(peak_bytes()))
