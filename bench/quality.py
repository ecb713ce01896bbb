"""Quality: word similarity and analogies on the whole corpus, with the settings of `bench.speed`; means over seeds."""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path
from typing import Any

from bench.helpers.corpora import count_words, first_words
from bench.helpers.programs import can
from bench.helpers.record import Settings, show
from bench.helpers.scores import SCORES, score
from bench.helpers.systems import run, saved
from bench.helpers.tasks import Task
from fastw2v.vectors import WordVectors

QUICK_WORDS = 200_000  # with fewer, too few words of the tests are known


def measure(
    corpus: Path, settings: Settings, seeds: int, epochs: int, systems: list[str], threads: int, rate: float
) -> list[dict[str, Any]]:
    """Return one row for each system and architecture: the mean of each score, and every seed's.

    Programs have no option for the seed, so each runs only once.
    """
    if not settings.quick:
        return _measure(corpus, settings, seeds, epochs, systems, threads, rate)
    with tempfile.TemporaryDirectory() as folder:
        piece, _ = first_words(corpus, QUICK_WORDS, Path(folder))
        return _measure(piece, settings, 1, 1, systems, threads, rate)


def _measure(
    corpus: Path, settings: Settings, seeds: int, epochs: int, systems: list[str], threads: int, rate: float
) -> list[dict[str, Any]]:
    raw_words = count_words(corpus)
    rows = []
    for system in [*systems, *settings.programs]:
        for cbow in (False, True):
            if not can(system, Task(str(corpus), raw_words, cbow=cbow)):
                continue
            found = []
            for seed in range(1, (1 if system in settings.programs else seeds) + 1):
                with tempfile.TemporaryDirectory() as folder:
                    file = Path(folder) / "vectors.npz"
                    task = Task(
                        str(corpus),
                        raw_words,
                        cbow=cbow,
                        learning_rate=0.05 if cbow else rate,
                        epochs=epochs,
                        seed=seed,
                        threads=threads,
                        token_lists=system == "gensim",
                        save=str(file),
                        program=settings.programs.get(system, ""),
                    )
                    outcome = run(system, task)
                    vectors, _, words = saved(file)
                found.append({**score(WordVectors(vectors, words)), "words_per_second": outcome.words_per_second(task)})
            row: dict[str, Any] = {"system": system, "architecture": "CBOW" if cbow else "skip-gram", "seeds": found}
            row["learning_rate"] = task.learning_rate
            row |= {name: statistics.mean(one[name] for one in found) for name in (*SCORES, "words_per_second")}
            rows.append(row)
            shown = "   ".join(f"{name} {row[name]:5.1f}" for name in SCORES)
            print(f"{system:10} {row['architecture']:9} {shown}   {row['words_per_second'] / 1e6:.2f} M/s", flush=True)
    columns = (
        {"system": "", "architecture": "", "learning_rate": ".4f"}
        | {name: ".1f" for name in SCORES}
        | {"words_per_second": ",.0f"}
    )
    show(f"Scores after {epochs} epochs", rows, columns)
    return rows
