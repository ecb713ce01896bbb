"""Training alone, in this process: one epoch of an encoded corpus, timed without reading and counting."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass
from typing import Any

from fastw2v import _train
from fastw2v.corpus.encoded_corpus import EncodedCorpus
from fastw2v.planning.subsampling import keep_probability
from fastw2v.planning.training_parameters import TrainingParameters
from fastw2v.training import loop
from fastw2v.training.state import TrainingState


@dataclass(frozen=True)
class Epoch:
    """The time of one epoch of training, and its sums.

    Attributes
    ----------
    seconds : float
        Median over the runs.
    tokens, kept : float
        Tokens of the encoded corpus, and the expected number of kept tokens.
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
    """Return a prepared run: rows, plan and tables."""
    return loop.start(corpus, TrainingParameters(epochs=epochs, **params).checked(), seed=1)


def kept_tokens(corpus: EncodedCorpus, state: TrainingState) -> float:
    """Return the expected number of kept tokens in an epoch; the draws deviate by less than a per mille."""
    counts = corpus.count_words()
    return float((counts * keep_probability(counts, state.params.sample)).sum())


def time_epoch(corpus: EncodedCorpus, *, runs: int = 1, threads: int = 1, **params: Any) -> Epoch:
    """Train the first epoch ``runs`` times, each time from fresh rows."""
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
