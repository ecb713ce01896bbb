"""What goes on beside training: time and speed are measured, callbacks are called, checkpoints are written when due."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from fastw2v.errors import warn_user
from fastw2v.machine import check_memory
from fastw2v.planning.subsampling import kept_share
from fastw2v.progress.pace import Pace
from fastw2v.training.checkpoint import check_words, marks_of, save_checkpoint
from fastw2v.training.state import Callback, Progress, TrainingState
from fastw2v.vectors.word_vectors import WordVectors

if TYPE_CHECKING:
    from fastw2v.corpus.encoded_corpus import EncodedCorpus


class Watch:
    """Measures time and speed, and calls the callbacks."""

    def __init__(self, state: TrainingState, corpus: EncodedCorpus, callbacks: list[Callback]) -> None:
        self.state, self.corpus, self.callbacks = state, corpus, callbacks
        self.pull: Callable[[], None] = lambda: None  # what brings the rows of a device into the state
        self.began, self.tokens_before = time.perf_counter(), state.tokens_done
        self.raw_share = corpus.report.raw_tokens / max(1, len(corpus.ids))  # raw words for each encoded token
        counts = corpus.count_words() if state.tables.counts is None else state.tables.counts
        self.kept_share = kept_share(counts, state.tables.keep_threshold)
        self.pace = Pace()

    def rate(self) -> float:
        """Return the learning rate at the next chunk."""
        plan_ = self.state.plan
        if self.state.complete:
            return plan_.min_learning_rate
        return plan_.rate_at(self.state.epoch, min(self.state.chunk, plan_.chunks - 1))

    def speed(self) -> tuple[float, float]:
        """Return the seconds and the raw words per second of this call."""
        elapsed = time.perf_counter() - self.began
        return elapsed, (self.state.tokens_done - self.tokens_before) * self.raw_share / max(elapsed, 1e-9)

    def tell(self, epoch_end: bool) -> bool:
        """Call every callback, and return whether one asked to stop."""
        if not self.callbacks:
            return False
        state, (elapsed, speed) = self.state, self.speed()
        total = state.plan.epochs * state.plan.tokens
        self.pace.note(elapsed, state.tokens_done)
        progress = Progress(
            epoch=state.epoch + (not epoch_end),
            epochs=state.plan.epochs,
            tokens=state.tokens_done,
            total_tokens=total,
            words_per_second=speed,
            learning_rate=self.rate(),
            loss=state.loss_history[-1] if epoch_end else state.mean_loss,
            elapsed=elapsed,
            eta=self.pace.seconds_left(total) if state.tokens_done < total else 0.0,
            epoch_end=epoch_end,
        )
        vars(progress)["_current"] = self._vectors
        try:
            answers = [callback(progress) for callback in self.callbacks]  # all of them, even after one asks to stop
        finally:
            del vars(progress)["_current"]  # who keeps the figures need not keep the rows
        return any(isinstance(answer, (bool, np.bool_)) and bool(answer) for answer in answers)

    def _vectors(self) -> WordVectors:
        """Return a copy of the word vectors of the moment."""
        rows = self.state.w_in
        check_memory(rows.nbytes, "a callback's copy of the vectors", lower="let go of earlier copies")
        self.pull()
        return WordVectors(rows.copy(), self.corpus.vocabulary, tokenizer=self.corpus.tokenizer)

    def close(self) -> None:
        """Add this call's time to the report, and what subsampling kept."""
        elapsed, _ = self.speed()
        report = self.state.report
        report.seconds += elapsed
        report.words_per_second = report.tokens * self.raw_share / report.seconds
        report.kept_tokens = round(report.tokens * self.kept_share)


class Saver:
    """Writes checkpoints when they are due."""

    def __init__(
        self, state: TrainingState, corpus: EncodedCorpus, path: str | os.PathLike[str] | None, every: float
    ) -> None:
        self.state, self.corpus, self.path, self.every = state, corpus, path, every
        self.last = time.perf_counter()
        self.failing = False
        self.marks: dict[str, str] | None = None  # of the corpus, once they were needed
        if path is not None:
            check_words(corpus)
            self.found = _identity(path)
            self.shared = False

    def due(self) -> bool:
        """Return whether a checkpoint is to be written, and its time has come."""
        return self.path is not None and time.perf_counter() - self.last >= self.every

    def save_due(self) -> None:
        """Write a checkpoint in the middle of a run, which a disk that is full for a moment does not end.

        Warns
        -----
        RuntimeWarning
            The file cannot be written; said once until it can.
        """
        try:
            self._save()
        except OSError as error:
            assert self.path is not None
            self.last = time.perf_counter()
            if not self.failing:
                self.failing = True
                warn_user(
                    f"{os.fspath(self.path)}: the checkpoint that was due could not be written "
                    f"({error.strerror or error}); training goes on, and the next try is due in {self.every:g} seconds"
                )

    def save(self) -> None:
        """Write the checkpoint with which a run ends, if one is to be written.

        Raises
        ------
        OSError
            The file cannot be written; the state notes the exception.
        """
        if self.path is None:
            return
        try:
            self._save()
        except OSError as error:
            self.state.unsaved = error
            raise

    def _save(self) -> None:
        assert self.path is not None
        self._doubt_shared(self.path)
        if self.marks is None:
            self.marks = marks_of(self.corpus)
        save_checkpoint(self.path, self.state, self.corpus, self.marks)
        self.found = _identity(self.path)
        self.state.report.checkpoints += 1
        self.last = time.perf_counter()
        self.state.unsaved, self.failing = None, False

    def _doubt_shared(self, path: str | os.PathLike[str]) -> None:
        """Warn once if the file is not the one that this run found or wrote last."""
        found = _identity(path)
        if self.shared or found in (None, self.found):
            return
        self.shared = True
        warn_user(
            f"{os.fspath(path)} was written by another run since this one began: two runs share this checkpoint, and "
            "each replaces the other's. Only one of them can be continued; give each a file of its own"
        )


def _identity(path: str | os.PathLike[str]) -> tuple[int, int] | None:
    """Return what tells one writing of a file from another, or None if there is no such file."""
    try:
        status = os.stat(path)
    except FileNotFoundError:
        return None
    return status.st_ino, status.st_mtime_ns
