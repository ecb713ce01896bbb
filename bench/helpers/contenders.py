"""Trainers that are compared by their scores: each with an architecture and a learning rate, on one corpus."""

from __future__ import annotations

import statistics
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.helpers.record import Settings
from bench.helpers.scores import SCORES, score
from bench.helpers.systems import run, saved
from bench.helpers.tasks import Task
from fastw2v.vectors import WordVectors


@dataclass(frozen=True)
class Contender:
    """A trainer with an architecture, a learning rate and a number of seeds."""

    system: str
    cbow: bool
    rate: float
    seeds: int

    @property
    def architecture(self) -> str:
        """The architecture's name."""
        return "CBOW" if self.cbow else "skip-gram"


@dataclass
class Race:
    """Trains contenders on one corpus, each number of epochs once."""

    corpus: Path
    raw_words: int
    threads: int
    settings: Settings
    window: int = 5
    hierarchical: bool = False

    def task(self, one: Contender, epochs: int, seed: int = 1, save: str = "") -> Task:
        """Return the task of one training run."""
        return Task(
            str(self.corpus),
            self.raw_words,
            cbow=one.cbow,
            window=self.window,
            hierarchical=self.hierarchical,
            learning_rate=one.rate,
            epochs=epochs,
            seed=seed,
            threads=self.threads,
            token_lists=one.system == "gensim",
            save=save,
            program=self.settings.programs.get(one.system, ""),
        )

    def train(self, one: Contender, epochs: int) -> dict[str, Any]:
        """Return the mean of each score and of the speed, and every seed's."""
        found = []
        for seed in range(1, one.seeds + 1):
            with tempfile.TemporaryDirectory() as folder:
                task = self.task(one, epochs, seed, str(Path(folder) / "vectors.npz"))
                outcome = run(one.system, task)
                vectors, _, words = saved(Path(task.save))
            speed = {"seconds": outcome.train_seconds, "words_per_second": outcome.words_per_second(task)}
            found.append(score(WordVectors(vectors, words)) | speed)
        row: dict[str, Any] = {"system": one.system, "architecture": one.architecture, "learning_rate": one.rate}
        row |= {"epochs": epochs} | {name: statistics.mean(each[name] for each in found) for name in found[0]}
        row |= {"mean": statistics.mean(row[name] for name in SCORES), "seeds": found}
        shown = "   ".join(f"{name} {row[name]:5.1f}" for name in SCORES)
        print(
            f"{one.system:10} {one.architecture:9} {one.rate:<6} {epochs} epochs   {shown}   {row['seconds']:6.1f} s",
            flush=True,
        )
        return row
