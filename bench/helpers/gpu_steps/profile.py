"""Step "profile": why warps wait, by Nsight Compute, in one launch within the bound and in one of many tiles."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from bench.helpers.gpu_steps.programs import find_program, output_of
from bench.helpers.gpu_steps.running import Row

SECONDS = 35.0
SECTIONS = ("WarpStateStats", "SpeedOfLight", "MemoryWorkloadAnalysis", "InstructionStats", "LaunchStats")


def profile() -> Iterator[Row]:
    """Yield the profiler's own words."""
    program = find_program("ncu")
    if program is None:
        yield {"what": "ncu", "skipped": "it is not on PATH; it comes with the CUDA toolkit"}
        return
    sections = [argument for name in SECTIONS for argument in ("--section", name)]
    chosen = ["--kernel-name", "fw_train", "--launch-count", "1", "--page", "details"]
    command = [program, *sections, *chosen, sys.executable, "-m", "bench.helpers.gpu_steps.watched", "launch"]
    told, code = output_of(command, SECONDS)
    yield {"what": "ncu", "exit": code, "output": told[-12_000:]}
