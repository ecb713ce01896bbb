"""How good: word similarity and analogies on the whole corpus, the settings of `bench.speed`, the mean over seeds."""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path
from typing import Any

from bench.systems import Task, run, saved
from fastw2v import datasets
from fastw2v.evaluate import evaluate_analogies, evaluate_word_pairs
from fastw2v.vectors import WordVectors

SCORES = ("WS-353", "SimLex", "analogies")


def score(vectors: WordVectors) -> dict[str, float]:
    """Spearman times 100 on WordSim-353 and SimLex-999; per cent of analogies within the first 30,000 words."""
    return {
        "WS-353": 100 * evaluate_word_pairs(vectors, datasets.fetch_word_pairs("ws353")).spearman,
        "SimLex": 100 * evaluate_word_pairs(vectors, datasets.fetch_word_pairs("simlex999")).spearman,
        "analogies": 100 * evaluate_analogies(vectors, datasets.fetch_analogies(), protocol="c").total.accuracy,
    }


def measure(
    corpus: Path, raw_words: int, seeds: int, epochs: int, systems: list[str], threads: int
) -> list[dict[str, Any]]:
    """One row for each system and architecture: the mean of each score, and every seed's."""
    rows = []
    for system in systems:
        for cbow in (False, True):
            found = []
            for seed in range(1, seeds + 1):
                with tempfile.TemporaryDirectory() as folder:
                    file = Path(folder) / "vectors.npz"
                    task = Task(
                        str(corpus),
                        raw_words,
                        cbow=cbow,
                        learning_rate=0.05 if cbow else 0.025,
                        epochs=epochs,
                        seed=seed,
                        threads=threads,
                        token_lists=system == "gensim",
                        save=str(file),
                    )
                    outcome = run(system, task)
                    vectors, _, words = saved(file)
                found.append({**score(WordVectors(vectors, words)), "words_per_second": outcome.words_per_second(task)})
            row: dict[str, Any] = {"system": system, "architecture": "CBOW" if cbow else "skip-gram", "seeds": found}
            row |= {name: statistics.mean(one[name] for one in found) for name in (*SCORES, "words_per_second")}
            rows.append(row)
            shown = "   ".join(f"{name} {row[name]:5.1f}" for name in SCORES)
            print(f"{system:8} {row['architecture']:9} {shown}   {row['words_per_second'] / 1e6:.2f} M/s", flush=True)
    return rows
