"""The time of encode and of each stage of training, in nanoseconds per kept token and as shares.

The package's own kernel is compiled again, with a clock between its stages (kernels/stages.c); the package itself is
unchanged. The cost of the clock is measured and subtracted. Compare the line "sum of the stages" with "as the package
runs", the same epoch without a clock.
"""

from __future__ import annotations

import ctypes
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from bench.helpers.corpora import first_words
from bench.helpers.native import KERNELS, Job, NoCompilerError, compiled, package_flags
from bench.helpers.record import Settings, show
from bench.helpers.training import started, time_epoch
from fastw2v._train import instruction_sets
from fastw2v.corpus.encoding import encode

# In the order of the enumeration in kernels/stages.c.
STAGES = {
    "draws": "draws, subsampling, compaction, windows",
    "opening": "pointers, noise words and their transposition, weights",
    "gather": "CBOW: hidden rows made",
    "positives": "input rows copied, scores of the pairs, sigmoid (CBOW: targets)",
    "noise_scores": "scores of the noise words, sigmoid",
    "row_updates": "input rows (CBOW: errors)",
    "halo_updates": "output rows (CBOW: input rows, targets)",
    "noise_updates": "rows of the noise words",
}
COLUMNS = {"stage": "", "what": "", "ns_per_kept_token": ".1f", "share": ".1%", "share_of_5_epochs": ".1%"}
WORDS, QUICK_WORDS = 3_000_000, 20_000
CASES: tuple[dict[str, Any], ...] = ({}, {"vector_size": 300}, {"architecture": "cbow"})


def measure(corpus: Path, settings: Settings, runs: int) -> list[dict[str, Any]]:
    """Return one row for each stage of each case; without a C compiler print a note and return nothing."""
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        try:
            library = clocked_kernel(folder)
        except NoCompilerError as reason:
            print(f"stages: {reason}")
            return []
        piece, words = first_words(corpus, QUICK_WORDS if settings.quick else WORDS, folder)
        begin = time.perf_counter()
        encoded = encode(piece, n_jobs=1)
        encode_seconds = time.perf_counter() - begin
        for params in CASES:
            found = one_case(library, encoded, encode_seconds, params, runs)
            title = f"{params.get('architecture', 'skipgram')}, D {params.get('vector_size', 100)}"
            show(f"Where the time goes: {title}, {words:,} words, one thread", found, COLUMNS)
            rows += [{"case": title, **row} for row in found]
    return rows


def clocked_kernel(folder: Path) -> ctypes.CDLL:
    """Return the kernel in use, compiled with marks and with the package's own flags."""
    source = f"cpu/fw_kernel_{instruction_sets()['selected']}.c"
    flags = [*package_flags(source), f'-DFW_KERNEL_FILE="{source}"']
    library = compiled(KERNELS / "stages.c", folder, flags)
    library.stages_workspace_bytes.restype = library.stages_train.restype = ctypes.c_int64
    library.stages_mark_cost.restype = ctypes.c_double
    library.stages_now.restype = ctypes.c_uint64
    return library


def one_case(
    library: ctypes.CDLL, encoded: Any, encode_seconds: float, params: dict[str, Any], runs: int
) -> list[dict[str, Any]]:
    """Return the rows of one case: encode, every stage (medians), their sum, and the package without a clock."""
    samples = []
    for _ in range(runs):
        ns, kept = clocked_epoch(library, encoded, params)
        samples.append(ns / kept)
    stages = np.median(samples, axis=0)
    plain = time_epoch(encoded, runs=runs, **params)
    encode = encode_seconds * 1e9 / kept
    training = float(stages.sum())
    rows: list[dict[str, Any]] = [{"stage": "encode", "what": "file to ids, once", "ns_per_kept_token": encode}]
    for (stage, what), value in zip(STAGES.items(), stages, strict=True):
        if value > 0:  # skip-gram gathers nothing
            rows.append({"stage": stage, "what": what, "ns_per_kept_token": float(value)})
    for row in rows:
        times = 1 if row["stage"] == "encode" else 5
        row["share"] = row["ns_per_kept_token"] / (encode + training)
        row["share_of_5_epochs"] = times * row["ns_per_kept_token"] / (encode + 5 * training)
    rows.append({"stage": "training", "what": "sum of the stages", "ns_per_kept_token": training})
    without = plain.seconds * 1e9 / kept
    rows.append({"stage": "", "what": "as the package runs, without a clock", "ns_per_kept_token": without})
    return rows


def clocked_epoch(library: ctypes.CDLL, encoded: Any, params: dict[str, Any]) -> tuple[Any, int]:
    """Return nanoseconds of each stage in the first epoch, without the clock's, and the number of kept tokens."""
    state = started(encoded, **params)
    job = Job(state.arrays, encoded, state.tables, state.plan)
    workspace = np.zeros(library.stages_workspace_bytes(job) // 4 + 16, np.float32)
    aligned = ctypes.c_void_p((workspace.ctypes.data + 63) & ~63)
    ticks, marks = np.zeros(len(STAGES), np.uint64), np.zeros(len(STAGES), np.uint64)
    cost = statistics.median(library.stages_mark_cost(ctypes.c_int64(100_000)) for _ in range(5))
    begin, first = time.perf_counter(), library.stages_now()
    kept = library.stages_train(
        job,
        aligned,
        ctypes.c_int64(0),
        ticks.ctypes.data_as(ctypes.c_void_p),
        marks.ctypes.data_as(ctypes.c_void_p),
    )
    ns_per_tick = (time.perf_counter() - begin) * 1e9 / (library.stages_now() - first)
    return np.maximum(ticks - marks * cost, 0) * ns_per_tick, kept
