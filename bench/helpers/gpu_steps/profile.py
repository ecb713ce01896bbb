"""Step "profile": why warps wait, by Nsight Compute, in one launch within the bound and in one of many tiles."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from bench.helpers.gpu_steps.programs import find_program, output_of
from bench.helpers.gpu_steps.running import Row

TILES = (41, 396)  # within the bound for English text, and three for each of 132 multiprocessors
SECONDS = 14.0  # for each: together less than the step's limit, so that what was said until then is kept
SECTIONS = ("WarpStateStats", "SpeedOfLight", "MemoryWorkloadAnalysis", "InstructionStats", "LaunchStats")


def profile() -> Iterator[Row]:
    """Yield the profiler's own words about each launch."""
    program = find_program("ncu")
    if program is None:
        yield {"what": "ncu", "skipped": "it is not on PATH; it comes with the CUDA toolkit"}
        return
    sections = [argument for name in SECTIONS for argument in ("--section", name)]
    # By default it would lock the clocks, which others may use, and for which it may lack the right.
    chosen = ["--clock-control", "none", "--kernel-name", "fw_train", "--launch-count", "1", "--page", "details"]
    watched = [sys.executable, "-m", "bench.helpers.gpu_steps.watched", "launch"]
    for tiles in TILES:
        told, code = output_of([program, *sections, *chosen, *watched, str(tiles)], SECONDS)
        row = {"what": "ncu", "tiles": tiles, "exit": code, "output": told[-12_000:]}
        yield {**row, "error": f"cut after {SECONDS:.0f} seconds"} if code is None else row
