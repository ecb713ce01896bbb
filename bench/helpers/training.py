"""Training alone, in this process: one epoch of an encoded corpus, timed without reading and counting."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass
from typing import Any

from fastw2v import _train
from fastw2v.corpus.encoded_corpus import EncodedCorpus
from fastw2v.planning.subsampling import keep_probability
from fastw2v.planning.tables import word_counts
from fastw2v.planning.training_parameters import TrainingParameters
from fastw2v.training import loop as fit
from fastw2v.training.state import TrainingState


@dataclass(frozen=True)
class Epoch:
    """One epoch of training: seconds, and what was trained.

    Attributes
    ----------
    seconds : float
        Median over the runs.
    tokens, kept : float
        Tokens of the encoded corpus, and those that subsampling is expected to keep.
    pairs : int
        Positive pairs; CBOW: targets with a context.
    loss : float
        Mean per positive pair.
    """

    seconds: float
    tokens: int
    kept: float
    pairs: int
    loss: float


def started(corpus: EncodedCorpus, epochs: int = 1, **params: Any) -> TrainingState:
    """A run made ready: rows, plan and tables."""
    return fit.start(corpus, TrainingParameters(epochs=epochs, **params).checked(), seed=1)


def kept_tokens(corpus: EncodedCorpus, state: TrainingState) -> float:
    """How many tokens of an epoch subsampling keeps: the expectation, which the draws meet within a per mille."""
    counts = word_counts(corpus)
    return float((counts * keep_probability(counts, state.params.sample)).sum())


def time_epoch(corpus: EncodedCorpus, *, runs: int = 1, threads: int = 1, **params: Any) -> Epoch:
    """Train the first epoch so many times, each time from fresh rows."""
    seconds = []
    for _ in range(runs):
        state = started(corpus, **params)
        run = _train.Run(state.arrays, corpus, state.tables, state.plan, n_jobs=threads)
        begin = time.perf_counter()
        stats = run.train_chunk(0, 0, state.plan.chunks)
        seconds.append(time.perf_counter() - begin)
        run.close()
    loss = stats.loss_sum / max(1, stats.pairs)
    return Epoch(statistics.median(seconds), stats.tokens, kept_tokens(corpus, state), stats.pairs, loss)
