"""Steps "memcheck" and "sanitizers": compute-sanitizer's tools over small runs, each after a fault to be found."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

from bench.helpers.gpu_steps.programs import find_program, output_of
from bench.helpers.gpu_steps.running import Row
from bench.helpers.gpu_steps.watched import PLANTED

# For a planted fault, and for training: for all tools together less than the step's limit, so that each leaves a row.
PLANTED_SECONDS, TRAINING_SECONDS = 15.0, 25.0
MISSING = "it is not on PATH: it comes with the CUDA toolkit, or with pip install nvidia-cuda-sanitizer-api"


def sanitize(tools: tuple[str, ...] = tuple(PLANTED)) -> Iterator[Row]:
    """Yield for each tool whether it found the planted fault, and nothing in the kernels."""
    program = find_program("compute-sanitizer")
    if program is None:
        yield {"what": "compute-sanitizer", "skipped": MISSING}
        return
    for tool in tools:
        command = [program, "--tool", tool, sys.executable, "-m", "bench.helpers.gpu_steps.watched"]
        planted, code = output_of([*command, tool], PLANTED_SECONDS)
        if not found_faults(planted):
            why = "it did not find a planted fault" if code is not None else f"cut after {PLANTED_SECONDS:.0f} seconds"
            yield {"what": tool, "good": False, "error": why, "output": planted[-4_000:]}
            continue
        told, code = output_of([*command, "training"], TRAINING_SECONDS)
        clean = code == 0 and "trained" in told and found_faults(told) == 0
        row = {"what": tool, "good": clean, "planted": "found"}
        if code is None:
            row["error"] = f"cut after {TRAINING_SECONDS:.0f} seconds"
        yield row if clean else {**row, "output": told[-4_000:]}


def found_faults(told: str) -> int | None:
    """Return how many errors the summaries of a tool's output add up to; None without a summary.

    racecheck also counts hazards that it takes for harmless: "3 hazards displayed (0 errors, 3 warnings)".
    """
    sums = re.findall(r"SUMMARY:.*?(\d+) error", told)
    return sum(map(int, sums)) if sums else None
