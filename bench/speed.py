"""How fast: fastw2v and gensim in turn, on the same text with the same settings; medians, and ratios of medians."""

from __future__ import annotations

import statistics
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.corpora import first_words
from bench.systems import Task, run

# gensim is slow enough that a piece of the corpus tells as much as all of it; both get the same piece.
TRAIN_WORDS = 3_000_000


def tasks(piece: str, words: int, whole: str, all_words: int) -> dict[str, Task]:
    """The rows of the table."""
    train = Task(piece, words)
    return {
        "skip-gram, D 100": train,
        "skip-gram, D 300": replace(train, vector_size=300),
        "skip-gram, D 100, 15 negatives": replace(train, negative=15),
        "CBOW, D 100": replace(train, cbow=True, learning_rate=0.05),
        "skip-gram, D 100, 2 threads": replace(train, threads=2),
        "count (fastw2v: and encode) a file": Task(whole, all_words, count_only=True),
        "count (fastw2v: and encode) token lists": Task(piece, words, count_only=True, token_lists=True),
    }


def measure(corpus: Path, raw_words: int, runs: int) -> list[dict[str, Any]]:
    """One row for each task: both speeds in raw words per second, and their ratio."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        piece, words = first_words(corpus, TRAIN_WORDS, Path(folder))
        for name, task in tasks(str(piece), words, str(corpus), raw_words).items():
            speeds: dict[str, list[float]] = {"fastw2v": [], "gensim": []}
            for _ in range(runs):  # in turn, so that a machine that slows down slows both
                for system, found in speeds.items():
                    found.append(run(system, task).words_per_second(task))
            row: dict[str, Any] = {"what": name}
            row |= {system: statistics.median(found) for system, found in speeds.items()}
            row |= {f"{system}_runs": found for system, found in speeds.items()}
            row["ratio"] = row["fastw2v"] / row["gensim"]
            rows.append(row)
            print(
                f"{name:40} fastw2v {row['fastw2v'] / 1e6:7.2f} M/s   gensim {row['gensim'] / 1e6:7.3f} M/s   "
                f"ratio {row['ratio']:5.1f}",
                flush=True,
            )
    return rows
