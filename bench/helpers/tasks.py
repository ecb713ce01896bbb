"""A task for a system, and its outcome."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Task:
    """One task: train, or only count and encode."""

    corpus: str
    raw_words: int
    cbow: bool = False
    vector_size: int = 100
    window: int = 5
    negative: int = 5
    hierarchical: bool = False  # hierarchical softmax in place of negative sampling
    sample: float = 1e-3
    min_count: int = 5
    epochs: int = 1
    learning_rate: float = 0.025
    threads: int = 1
    seed: int = 1
    token_lists: bool = False  # the corpus as Python lists of strings, not as a file
    count_only: bool = False
    save: str = ""  # the .npz file to write, with vectors and words
    program: str = ""  # the path, if the system is a program
    wait: bool = False  # after counting, print a line and wait for one before training


@dataclass(frozen=True)
class Outcome:
    """The outcome of a task: seconds of counting and of training, and the peak memory of the process in bytes."""

    count_seconds: float
    train_seconds: float
    peak_bytes: int

    def words_per_second(self, task: Task) -> float:
        """Return raw corpus words per second of training, or of counting if the task only counts."""
        seconds = self.count_seconds if task.count_only else self.train_seconds
        return task.raw_words * (1 if task.count_only else task.epochs) / seconds
