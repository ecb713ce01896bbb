"""NVIDIA's programs that watch a run: where they are, and what they are given to run."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sysconfig
from contextlib import suppress
from pathlib import Path


def find_program(name: str) -> str | None:
    """Return the path of a program: on PATH, or in a wheel of NVIDIA's (nvidia-cuda-sanitizer-api); None if missing."""
    packaged = sorted(Path(sysconfig.get_path("purelib")).glob(f"nvidia/*/bin/{name}"))
    return shutil.which(name) or (str(packaged[-1]) if packaged else None)


def output_of(command: list[str], seconds: float) -> tuple[str, int | None]:
    """Return what a command printed, and its exit code; None if it was ended because its time was over."""
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as process:
        try:
            return process.communicate(timeout=seconds)[0], process.returncode
        except subprocess.TimeoutExpired:
            for number in (process.pid, *descendants(process.pid)):
                with suppress(ProcessLookupError):
                    os.kill(number, signal.SIGKILL)
            return process.communicate()[0], None


def descendants(number: int) -> list[int]:
    """Return the processes that a process has started, and those that these have: they hold its output open."""
    parents = {}
    for file in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it may have ended since
            parents[int(file.parent.name)] = int(file.read_text().rpartition(")")[2].split()[1])
    found = [number]
    for each in found:
        found += [child for child, parent in parents.items() if parent == each]
    return found[1:]
