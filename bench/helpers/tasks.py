"""What a system is asked to do, and what that took."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Task:
    """One thing to do: train, or only count and encode."""

    corpus: str
    raw_words: int
    cbow: bool = False
    vector_size: int = 100
    window: int = 5
    negative: int = 5
    sample: float = 1e-3
    min_count: int = 5
    epochs: int = 1
    learning_rate: float = 0.025
    threads: int = 1
    seed: int = 1
    token_lists: bool = False  # the corpus as Python lists of strings, not as a file
    count_only: bool = False
    save: str = ""  # where to leave the vectors, as .npz with words
    program: str = ""  # the path, where the system is a program
    wait: bool = False  # count, say so, and train only when told to


@dataclass(frozen=True)
class Outcome:
    """What came of it: seconds of counting and of training, and the peak of the process's memory in bytes."""

    count_seconds: float
    train_seconds: float
    peak_bytes: int

    def words_per_second(self, task: Task) -> float:
        """Raw corpus words per second of training, or of counting where that was all."""
        seconds = self.count_seconds if task.count_only else self.train_seconds
        return task.raw_words * (1 if task.count_only else task.epochs) / seconds
