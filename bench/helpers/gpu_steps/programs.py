"""NVIDIA's programs that watch a run: where they are, and what they are given to run."""

from __future__ import annotations

import shutil
import subprocess
import sysconfig
from pathlib import Path


def find_program(name: str) -> str | None:
    """Return the path of a program: on PATH, or in a wheel of NVIDIA's (nvidia-cuda-sanitizer-api); None if missing."""
    packaged = sorted(Path(sysconfig.get_path("purelib")).glob(f"nvidia/*/bin/{name}"))
    return shutil.which(name) or (str(packaged[-1]) if packaged else None)


def output_of(command: list[str], seconds: float) -> tuple[str, int | None]:
    """Return what a command printed, and its exit code; None if it was ended because its time was over."""
    try:
        done = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=seconds
        )
    except subprocess.TimeoutExpired as error:
        told = error.stdout or ""
        return (told.decode(errors="replace") if isinstance(told, bytes) else told), None
    return done.stdout, done.returncode
