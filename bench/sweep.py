"""Growth of the cost: words per second of fastw2v over threads, D, V, K, window and corpus size, one at a time.

The other settings are defaults: skip-gram, D 100, window 5, 5 negatives, one thread, one epoch. Vocabularies are swept
on synthetic text (Zipf's law), everything else on a piece of the corpus; the time excludes reading and counting. Each
sweep reports the slope of its log-log line: cost ~ x^slope.

All hardware threads are compared with one, and with as many separate processes that train at once: the total of the
processes is the most that the machine offers to the threads.
"""

from __future__ import annotations

import statistics
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from bench.helpers.corpora import count_words, first_words, zipf_corpus
from bench.helpers.record import Settings, show
from bench.helpers.systems import run, run_together
from bench.helpers.tasks import Task
from bench.helpers.training import time_epoch
from fastw2v.corpus.encoded_corpus import EncodedCorpus
from fastw2v.corpus.encoding import encode
from fastw2v.machine import usable_cpus

WORDS, QUICK_WORDS = 3_000_000, 20_000
SYNTHETIC_TOKENS, QUICK_TOKENS = 4_000_000, 20_000
SWEEPS: dict[str, tuple[int, ...]] = {
    "vector_size": (32, 64, 100, 128, 200, 256, 300, 400, 512),
    "negative": (1, 2, 5, 8, 10, 15, 20),
    "window": (1, 2, 3, 5, 8, 10, 15),
    "vocabulary": (10_000, 70_000, 300_000, 1_000_000),
    "corpus_words": (30_000, 100_000, 300_000, 1_000_000, 3_000_000, 10_000_000),
}
QUICK: dict[str, tuple[int, ...]] = {"vector_size": (16, 32), "vocabulary": (100, 1000), "corpus_words": (5000, 10_000)}


def measure(corpus: Path, settings: Settings, runs: int) -> list[dict[str, Any]]:
    """Return one row for each point of each sweep: raw words per second and seconds per million words."""
    rows = []
    whole = count_words(corpus)
    with tempfile.TemporaryDirectory() as name:
        piece, words = first_words(corpus, QUICK_WORDS if settings.quick else WORDS, Path(name))
        encoded = encode(piece, n_jobs=1)
        sweeps = {"threads": thread_counts(usable_cpus())} | (QUICK if settings.quick else SWEEPS)
        for over, points in sweeps.items():
            found = []
            for x in points:
                if over == "corpus_words" and x > whole:
                    continue
                found.append(_point(over, x, encoded, words, corpus, Path(name), settings.quick, runs))
            slope = log_slope(found)
            title = f"Over {over.replace('_', ' ')}" + ("" if slope is None else f": cost ~ {over}^{slope:+.2f}")
            show(title, found, {"x": ",", "words_per_second": ",.0f", "seconds_per_million": ".3f"})
            rows += [{"sweep": over, **row} for row in found]
        rows += processes_beside_threads(piece, words, runs)
    draw(rows, settings.results)
    return rows


def _point(
    over: str, x: int, encoded: EncodedCorpus, words: int, corpus: Path, folder: Path, quick: bool, runs: int
) -> dict[str, Any]:
    """Return one point of a sweep."""
    options: dict[str, Any] = {}
    if over == "vocabulary":
        words = QUICK_TOKENS if quick else SYNTHETIC_TOKENS
        encoded = zipf_corpus(x, words)
    elif over == "corpus_words":
        piece, words = first_words(corpus, x, folder)
        encoded = encode(piece, n_jobs=1)
    else:
        options = {over: x}
    seconds = time_epoch(encoded, runs=runs, **options).seconds
    return {"x": x, "words_per_second": words / seconds, "seconds_per_million": seconds / words * 1e6}


def thread_counts(most: int) -> tuple[int, ...]:
    """Return 1, 2, 4 and so on, and the largest number."""
    return (*(2**power for power in range((most - 1).bit_length())), most)


def log_slope(rows: list[dict[str, Any]]) -> float | None:
    """Return the slope of log(cost) over log(x), by least squares; None for a single point."""
    if len(rows) < 2:
        return None
    x, cost = np.log([row["x"] for row in rows]), np.log([row["seconds_per_million"] for row in rows])
    return float(np.polyfit(x, cost, 1)[0])


def processes_beside_threads(piece: Path, words: int, runs: int) -> list[dict[str, Any]]:
    """Compare one thread, all threads, and as many processes at once with one thread each: skip-gram and CBOW."""
    many = usable_cpus()
    rows: list[dict[str, Any]] = []
    for cbow in (False, True):
        task = Task(str(piece), words, cbow=cbow, learning_rate=0.05, epochs=2)
        speeds: dict[str, list[float]] = {"one_thread": [], "all_threads": [], "processes": []}
        for _ in range(runs):  # in turn, so that a machine that slows down slows all
            for threads, name in ((1, "one_thread"), (many, "all_threads")):
                speeds[name].append(run("fastw2v", replace(task, threads=threads)).words_per_second(task))
            together = run_together("fastw2v", [replace(task, seed=seed) for seed in range(1, many + 1)])
            speeds["processes"].append(sum(outcome.words_per_second(task) for outcome in together))
        row: dict[str, Any] = {"sweep": "processes", "what": "CBOW" if cbow else "skip-gram", "threads": many}
        row |= {name: statistics.median(found) for name, found in speeds.items()}
        row["threads_over_one"] = row["all_threads"] / row["one_thread"]
        row["threads_over_processes"] = row["all_threads"] / row["processes"]
        rows.append(row)
    form = {"what": "", "one_thread": ",.0f", "all_threads": ",.0f", "processes": ",.0f"}
    show(f"{many} threads, and {many} processes at once", rows, form | {name: ".2f" for name in list(rows[0])[-2:]})
    return rows


def draw(rows: list[dict[str, Any]], folder: Path) -> None:
    """Draw log-log plots of every sweep, sweep.png and sweep.svg; without matplotlib print a note."""
    try:
        import matplotlib
    except ImportError:
        print("sweep: no plots, because matplotlib is not installed (pip install 'fastw2v[plot]')")
        return
    matplotlib.use("Agg")
    matplotlib.rcParams["svg.hashsalt"] = "fastw2v"  # the same figures give the same file
    from matplotlib.figure import Figure

    sweeps = dict.fromkeys(row["sweep"] for row in rows if "x" in row)
    columns = min(3, len(sweeps))
    figure = Figure(figsize=(4 * columns, 3.2 * -(-len(sweeps) // columns)), layout="constrained")
    for number, over in enumerate(sweeps, 1):
        points = [row for row in rows if row["sweep"] == over]
        axes = figure.add_subplot(-(-len(sweeps) // columns), columns, number)
        axes.loglog([row["x"] for row in points], [row["words_per_second"] / 1e6 for row in points], "o-")
        axes.set_xticks([row["x"] for row in points], [_short(row["x"]) for row in points], fontsize=7)
        axes.set_xticks([], minor=True)
        axes.yaxis.set_major_formatter("{x:g}")
        axes.yaxis.set_minor_formatter("{x:g}")
        axes.tick_params(axis="y", which="both", labelsize=7)
        axes.set_xlabel(over.replace("_", " "))
        axes.set_ylabel("million words/s")
        axes.grid(True, which="both", alpha=0.3)
    folder.mkdir(parents=True, exist_ok=True)
    for suffix in ("png", "svg"):
        figure.savefig(folder / f"sweep.{suffix}", dpi=120, metadata={"Date": None} if suffix == "svg" else None)
    print(f"drawn in {folder / 'sweep.png'} and sweep.svg")


def _short(x: int) -> str:
    """Return a short number: 1000000 -> 1M."""
    for unit, letter in ((1_000_000, "M"), (1000, "k")):
        if x >= unit:
            return f"{x / unit:g}{letter}"
    return str(x)
