"""What several steps share: the sizes of the measurements, and runs of the CUDA backend."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from bench.helpers.gpu_steps.running import Row
from fastw2v import EncodedCorpus, gpu
from fastw2v.planning import plan
from fastw2v.planning.rows import Arrays, initial_arrays
from fastw2v.planning.tables import Tables, make_tables
from fastw2v.planning.training_parameters import TrainingParameters

KINDS = ("skipgram", "cbow")


@dataclass(frozen=True)
class Sizes:
    """The sizes of the measurements."""

    vocabulary: int = 70_000
    vectors: tuple[int, ...] = (100, 300)
    tokens: int = 6_000_000  # of the synthetic text
    check_tokens: int = 6_000
    rows: int = 2_000_000  # gathered or added to
    epochs: int = 5
    tile_tokens: tuple[int, ...] = (32, 16)
    tiles: tuple[int | None, ...] = (1, None, 132, 264, 396)  # None: as many as the bound allows
    milliseconds: float = 150.0  # of one launch whose latency is taken


SANITIZED = Sizes(3_000, (100,), tokens=3_000, check_tokens=1_000, epochs=1)
QUICK = Sizes(60, (4,), tokens=1_200, check_tokens=400, rows=300, epochs=1, tile_tokens=(8,), tiles=(1, None))


def prepared(corpus: EncodedCorpus, params: TrainingParameters) -> tuple[plan.Plan, Tables]:
    """Return the plan and the tables of a run."""
    return plan.make_plan(corpus, params, 1), make_tables(corpus.count_words(), params)


def train(corpus: EncodedCorpus, params: TrainingParameters, **options: Any) -> tuple[Row, Arrays]:
    """Train a whole run, timed by epochs; a few chunks before it let the run measure how long launches take."""
    made, tables = prepared(corpus, params)
    arrays = initial_arrays(len(corpus.vocabulary), params.vector_size, 1)
    began = time.perf_counter()
    run = gpu.Run(arrays, corpus, tables, made, **options)
    run.train_chunk(0, 0, max(1, made.chunks // 50))
    starting = time.perf_counter() - began
    seconds, losses = [], []
    for epoch in range(made.epochs):
        began = time.perf_counter()
        stats = run.train_chunk(epoch, 0, made.chunks)
        seconds.append(time.perf_counter() - began)
        losses.append(stats.loss_sum / max(1, stats.pairs))
    run.pull()
    tiles = [run.crowd.tiles(made.rate_at(epoch, 0)) for epoch in range(made.epochs)]
    row = {
        "tiles": tiles[0],
        "most": run.crowd.most,
        "in_flight": [each * made.tile_tokens for each in tiles],
        "damped": run.crowd.damping_threshold(made.rate_at(0, 0), tiles[0]) > 0,
        "tile_tokens": made.tile_tokens,
        "starting_seconds": starting,
        "words_per_second": made.epochs * made.tokens * raw_share(corpus) / sum(seconds),
        "best_epoch_words_per_second": made.tokens * raw_share(corpus) / min(seconds),
        "loss": losses[-1],
        "longest": float(max(np.sqrt(np.square(rows).sum(axis=1).max()) for rows in (arrays.w_in, arrays.w_out))),
        "kernel": run.kernel,
    }
    run.close()
    return row, arrays


def raw_share(corpus: EncodedCorpus) -> float:
    """Return the raw words for each encoded token: those outside the vocabulary count in speeds."""
    return corpus.report.raw_tokens / max(1, len(corpus.ids))
