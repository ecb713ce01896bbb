"""The machine's limits, and the share of them that training reaches.

Limits: float32 multiply-adds, and bytes read and copied per second in buffers that fit into the L1, L2 and L3 caches
and in one that fits into none, by one process and by two at once (two virtual CPUs may share a physical core). See
kernels/limits.c.

Operations of training, per kept token, with D dimensions, p positive pairs (about W + 1; measured), S noise words in a
tile of T tokens, each of which stays for L tiles. One multiply-add is two operations.

- Skip-gram: p scores of pairs, S scores of noise words, p + S products into the input row, p into the output rows,
  S into the noise rows: ``3 D (p + S)`` multiply-adds. The kernel executes a few more: rows are padded to 16 floats,
  and the output rows' update computes a dense band of 2 W + 1 slots, only p of them not zero.
- CBOW: the hidden row is a sum of p rows (p D additions); one target and S noise words are scored (1 + S), give the
  error (1 + S) and are updated (1 + S): ``3 D (1 + S)`` multiply-adds; the error is added to p rows (p D additions).
- word2vec itself, a fresh set of K noise words for each pair: ``3 D p (K + 1)`` multiply-adds.

Bytes that must move per kept token between memory (or the cache that holds the rows) and the L1 cache: each token of
the text needs one input row and one output row, and a tile needs S / L new noise words; each row of D floats is read
and written back: ``4 D * 2 * (2 + S / (T L))``, and 4 for the id. This is an estimate: a word that occurs twice in a
tile moves once, and rows that leave the L1 cache between the stages move again. It is compared with the copy bandwidth
of the smallest cache that holds both matrices, or of memory.

The last column compares the speed with word2vec's operations at the full arithmetic limit: the most that a perfect
implementation with fresh noise words for each pair could reach.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import queue
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from bench.helpers.corpora import first_words
from bench.helpers.native import HERE_FLAGS, KERNELS, NoCompilerError, compiled
from bench.helpers.record import Settings, show
from bench.helpers.training import started, time_epoch
from fastw2v.corpus.encoding import encode
from fastw2v.machine import available_memory
from fastw2v.planning.rows import row_bytes

CACHES = Path("/sys/devices/system/cpu/cpu0/cache")
WORDS, QUICK_WORDS = 3_000_000, 20_000
CASES: tuple[dict[str, Any], ...] = (
    {},
    {"vector_size": 300},
    {"negative": 15},
    {"architecture": "cbow"},
    {"architecture": "cbow", "vector_size": 300},
)


def measure(corpus: Path, settings: Settings, runs: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the limits, and one row of shares for each case of training; both empty without a C compiler."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            found = limits(Path(folder), 0.02 if settings.quick else 0.5, settings.quick)
        except NoCompilerError as reason:
            print(f"limits: {reason}")
            return [], []
        show("The machine's limits", found, {"what": "", "unit": "", "one_process": ",.0f", "two_processes": ",.0f"})
        piece, _ = first_words(corpus, QUICK_WORDS if settings.quick else WORDS, Path(folder))
        encoded = encode(piece, n_jobs=1)
    shares = [share_reached(encoded, params, found, runs) for params in CASES]
    columns = {"what": "", "M_kept_tokens_per_second": ".2f", "pairs_per_token": ".2f", "flop_per_token": ",.0f"}
    columns |= {"GFLOPs": ".1f", "of_arithmetic": ".1%", "bytes_per_token": ",.0f", "GBs": ".1f", "rows_lie_in": ""}
    columns |= {"of_copy_there": ".1%", "of_word2vec_at_the_limit": ".2f"}
    show("The share of the limits that training reaches, one thread, per kept token", shares, columns)
    return found, shares


# --- the limits ------------------------------------------------------------------------------------------------------


def limits(folder: Path, seconds: float, quick: bool) -> list[dict[str, Any]]:
    """Return one row for each limit: with one process, and the total of two at once."""
    compiled(KERNELS / "limits.c", folder, HERE_FLAGS)
    library = str(next(folder.glob("limits*.so")))
    jobs: list[tuple[str, str, str, int]] = [("arithmetic", "float32 multiply-adds", "GFLOP/s", 0)]
    for level, size in buffer_sizes(quick).items():
        shown = f"{size / 2**20:,.3g} MiB" if size >= 2**20 else f"{size / 2**10:,.0f} KiB"
        jobs += [("read", f"read {level}, {shown}", "GB/s", size), ("copy", f"copy {level}, {shown}", "GB/s", size)]
    rows: list[dict[str, Any]] = [{"what": what, "unit": unit} for _, what, unit, _ in jobs]
    for processes, column in ((1, "one_process"), (2, "two_processes")):
        rates = together(processes, library, [(kind, size) for kind, _, _, size in jobs], seconds)
        for row, rate in zip(rows, rates, strict=True):
            row[column] = rate / 1e9
    return rows


def buffer_sizes(quick: bool) -> dict[str, int]:
    """Return bytes that fill half of each cache, and a buffer that fits into none, as far as memory allows."""
    caches = cache_sizes()
    sizes = {f"L{level}": size // 2 for level, size in caches.items() if level < 3}
    largest = max(caches.values(), default=32 << 20)
    if 3 in caches:
        # A part of a large shared cache, so that others that use the cache matter less.
        sizes["L3"] = min(caches[3] // 2, 16 * caches.get(2, 1 << 20))
    sizes["memory"] = min(4 * largest, 2 << 30, available_memory() // 4)
    if quick:
        sizes = {level: min(size, 1 << 20) for level, size in sizes.items()}
    return {level: size // 4096 * 4096 for level, size in sizes.items()}


def cache_sizes() -> dict[int, int]:
    """Return level -> bytes of the data caches, as Linux reports them; elsewhere usual sizes."""
    found = {}
    for folder in sorted(CACHES.glob("index*")):
        if (folder / "type").read_text().strip() != "Instruction":
            size = (folder / "size").read_text().strip()
            found[int((folder / "level").read_text())] = int(size[:-1]) * {"K": 1 << 10, "M": 1 << 20}[size[-1]]
    return found or {1: 32 << 10, 2: 1 << 20, 3: 32 << 20}


def together(processes: int, library: str, jobs: list[tuple[str, int]], seconds: float) -> list[float]:
    """Return the total rate of each job, run by several processes at the same time."""
    context = multiprocessing.get_context("spawn")
    barrier, results = context.Barrier(processes), context.Queue()
    arguments = (library, jobs, seconds, barrier, results)
    workers = [context.Process(target=_work, args=arguments, daemon=True) for _ in range(processes)]
    for worker in workers:
        worker.start()
    try:
        found = [results.get(timeout=120 + 20 * seconds * len(jobs)) for _ in workers]
    except queue.Empty:
        raise SystemExit(
            f"bench: a process that measures the limits died; exit codes: {[w.exitcode for w in workers]}"
        ) from None
    for worker in workers:
        worker.join()
    return [float(sum(rates)) for rates in zip(*found, strict=True)]


def _work(library: str, jobs: list[tuple[str, int]], seconds: float, barrier: Any, results: Any) -> None:
    """Run every job in one process; begin each when all processes are ready."""
    code = ctypes.CDLL(library)
    rates = []
    for kind, size in jobs:
        function = getattr(code, f"limits_{kind}")
        function.restype = ctypes.c_double
        buffer = np.ones(size // 4 + 16, np.float32)  # written, so that its pages are mapped
        aligned = ctypes.c_void_p((buffer.ctypes.data + 63) & ~63)
        place = [] if kind == "arithmetic" else [aligned, ctypes.c_int64(size // 4)]
        barrier.wait()
        rates.append(function(*place, ctypes.c_double(seconds)))
    results.put(rates)


# --- the shares ------------------------------------------------------------------------------------------------------


def share_reached(encoded: Any, params: dict[str, Any], found: list[dict[str, Any]], runs: int) -> dict[str, Any]:
    """Return kept tokens per second of one case, their operations and bytes, and the share of the limits."""
    epoch = time_epoch(encoded, runs=runs, **params)
    plan = started(encoded, **params).plan
    dimensions, negative = params.get("vector_size", 100), params.get("negative", 5)
    kept_per_second = epoch.kept / epoch.seconds
    pairs = epoch.pairs / epoch.kept  # by weight; CBOW: targets, about one
    contexts = plan.window + 1 if plan.draw_windows else 2 * plan.window
    if plan.cbow:
        flops = dimensions * (2 * 3 * (1 + plan.noise_slots) + 2 * contexts)
        classical = dimensions * (2 * 3 * (1 + negative) + 2 * contexts)
    else:
        scored = pairs if plan.draw_windows else contexts * pairs / (2 * float(plan.weight_within[-1]))
        flops = 2 * 3 * dimensions * (scored + plan.noise_slots * plan.passes)
        classical = 2 * 3 * dimensions * pairs * (negative + 1)
    moved = 4 * dimensions * 2 * (2 + plan.noise_slots / (plan.tile_tokens * plan.noise_life)) + 4
    arithmetic = next(row for row in found if row["unit"] == "GFLOP/s")["one_process"]
    level = where_rows_lie(row_bytes(2 * len(encoded.vocabulary), dimensions))
    copy = next(row for row in found if row["what"].startswith(f"copy {level}"))["one_process"]
    return {
        "what": f"{'CBOW' if plan.cbow else 'skip-gram'}, D {dimensions}, K {negative} "
        f"(T {plan.tile_tokens}, S {plan.noise_slots}, L {plan.noise_life})",
        "M_kept_tokens_per_second": kept_per_second / 1e6,
        "pairs_per_token": pairs,
        "flop_per_token": flops,
        "GFLOPs": flops * kept_per_second / 1e9,
        "of_arithmetic": flops * kept_per_second / 1e9 / arithmetic,
        "bytes_per_token": moved,
        "GBs": moved * kept_per_second / 1e9,
        "rows_lie_in": level,
        "of_copy_there": moved * kept_per_second / 1e9 / copy,
        "of_word2vec_at_the_limit": kept_per_second * classical / (arithmetic * 1e9),
    }


def where_rows_lie(size: int) -> str:
    """Return the smallest cache that is larger than this many bytes, or "memory"."""
    return next((f"L{level}" for level, cache in sorted(cache_sizes().items()) if cache > size), "memory")
