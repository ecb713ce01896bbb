"""Speed: fastw2v, gensim and others in turn, on the same text with the same settings; medians and ratios.

Training is measured with one thread and with all hardware threads that this process may use.
"""

from __future__ import annotations

import statistics
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.helpers.corpora import count_words, first_words
from bench.helpers.programs import can
from bench.helpers.record import Settings, show
from bench.helpers.systems import run
from bench.helpers.tasks import Task
from fastw2v.machine import usable_cpus

# gensim is so slow that a piece of the corpus is long enough to time; all systems get the same piece.
TRAIN_WORDS, QUICK_WORDS = 3_000_000, 10_000
# One epoch of it takes fastw2v only a second, and the speed of a shared machine varies from second to second.
OUR_EPOCHS = 5


def tasks(piece: str, words: int, whole: str, all_words: int, quick: bool) -> dict[str, Task]:
    """Return the rows of the table."""
    # The default rate of fastw2v, whose tiles are shorter at higher rates; to the others it makes no difference.
    train = Task(piece, words, vector_size=16 if quick else 100, learning_rate=0.05)
    found = {
        "skip-gram, D 100": train,
        "CBOW, D 100": replace(train, cbow=True),
        "count (fastw2v: and encode) token lists": Task(piece, words, count_only=True, token_lists=True),
    }
    if quick:
        return found
    return found | {
        "skip-gram, D 300": replace(train, vector_size=300),
        "skip-gram, D 100, 15 negatives": replace(train, negative=15),
        "skip-gram, D 100, all threads": replace(train, threads=usable_cpus()),
        "CBOW, D 100, all threads": replace(train, cbow=True, threads=usable_cpus()),
        "skip-gram, D 300, all threads": replace(train, vector_size=300, threads=usable_cpus()),
        "skip-gram, hierarchical softmax": replace(train, hierarchical=True),
        "CBOW, hierarchical softmax": replace(train, cbow=True, hierarchical=True),
        "count (fastw2v: and encode) a file": Task(whole, all_words, count_only=True),
    }


def measure(corpus: Path, settings: Settings, runs: int) -> list[dict[str, Any]]:
    """Return one row for each task: every system's raw words per second, and fastw2v's speed relative to it."""
    systems = ["fastw2v", "gensim", *settings.programs]
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        piece, words = first_words(corpus, QUICK_WORDS if settings.quick else TRAIN_WORDS, Path(folder))
        for name, task in tasks(str(piece), words, str(corpus), count_words(corpus), settings.quick).items():
            speeds: dict[str, list[float]] = {system: [] for system in systems if can(system, task)}
            for _ in range(runs):  # in turn, so that a machine that slows down slows all
                for system, found in speeds.items():
                    ours = replace(task, program=settings.programs.get(system, ""))
                    if system == "fastw2v" and not settings.quick:
                        ours = replace(ours, epochs=OUR_EPOCHS)
                    found.append(run(system, ours).words_per_second(ours))
            row: dict[str, Any] = {
                "what": name,
                "threads": task.threads,
                "fastw2v_epochs": 1 if settings.quick else OUR_EPOCHS,
            }
            row |= {system: statistics.median(found) for system, found in speeds.items()}
            row |= {f"{system}_runs": found for system, found in speeds.items()}
            others = [system for system in speeds if system != "fastw2v"]
            row |= {f"ratio_{system}": row["fastw2v"] / row[system] for system in others}
            # Other users of the machine only slow runs down: the fastest run of each comes closest to its own speed.
            row |= {f"best_ratio_{system}": max(speeds["fastw2v"]) / max(speeds[system]) for system in others}
            rows.append(row)
            ratios = "   ".join(f"{system} x {row[f'ratio_{system}']:.1f}" for system in others)
            print(f"{name:40} fastw2v {row['fastw2v'] / 1e6:7.2f} M words/s   {ratios}", flush=True)
    columns = {"what": "", "threads": "d"} | {system: ",.0f" for system in systems}
    columns |= {f"{kind}_{system}": ".1f" for kind in ("ratio", "best_ratio") for system in systems[1:]}
    show("Raw words per second", rows, columns)
    return rows
