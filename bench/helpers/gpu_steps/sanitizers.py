"""Step "sanitizer": compute-sanitizer's four tools over small runs, each after a planted fault that it must find."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

from bench.helpers.gpu_steps.programs import find_program, output_of
from bench.helpers.gpu_steps.running import Row
from bench.helpers.gpu_steps.watched import PLANTED

SECONDS = 20.0  # for one run under one tool
MISSING = "it is not on PATH: it comes with the CUDA toolkit, or with pip install nvidia-cuda-sanitizer-api"


def sanitize(tools: tuple[str, ...] = tuple(PLANTED)) -> Iterator[Row]:
    """Yield for each tool whether it found the planted fault, and nothing in the kernels."""
    program = find_program("compute-sanitizer")
    if program is None:
        yield {"what": "compute-sanitizer", "skipped": MISSING}
        return
    for tool in tools:
        command = [program, "--tool", tool, sys.executable, "-m", "bench.helpers.gpu_steps.watched"]
        planted, _ = output_of([*command, tool], SECONDS)
        if not found_faults(planted):
            yield {"what": tool, "good": False, "error": "it did not find a planted fault", "output": planted[-4_000:]}
            continue
        told, code = output_of([*command, "training"], SECONDS)
        clean = code == 0 and "trained" in told and found_faults(told) == 0
        row = {"what": tool, "good": clean, "planted": "found"}
        if code is None:
            row["error"] = f"cut after {SECONDS:.0f} seconds"
        yield row if clean else {**row, "output": told[-4_000:]}


def found_faults(told: str) -> int | None:
    """Return how many faults the summaries of a tool's output add up to; None without a summary."""
    sums = re.findall(r"SUMMARY:\s*(\d+)", told)
    return sum(map(int, sums)) if sums else None
