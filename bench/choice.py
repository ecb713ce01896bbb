"""The choice of the tile's shape: speed and quality for other numbers of tokens (T), noise words (S) and lives (L).

The shapes here override those of the plan; for the package's own choice see fastw2v/planning/plan.py.
"""

from __future__ import annotations

import dataclasses
import statistics
from collections.abc import Sequence
from typing import Any

import numpy as np

from bench.helpers.scores import SCORES, score
from fastw2v import EncodedCorpus, WordVectors
from fastw2v.planning.training_parameters import TrainingParameters
from fastw2v.training.loop import advance, start

# (T, S, L); the package's own choice for five negatives is (32, 16, 2) for skip-gram and (32, 16, 3) for CBOW.
SHAPES = [
    (32, 16, 1),
    (32, 16, 2),
    (32, 16, 3),
    (32, 16, 4),
    (32, 16, 8),
    (16, 16, 2),
    (64, 16, 2),
    (32, 8, 2),
    (16, 8, 2),
    (16, 12, 2),
    (32, 32, 1),
    (32, 32, 2),
]


def measure(
    encoded: EncodedCorpus,
    params: TrainingParameters,
    shapes: Sequence[tuple[int, int, int]],
    seeds: int,
    scores_only: bool,
) -> list[dict[str, Any]]:
    """Return one row for each shape."""
    rows = []
    for tile_tokens, noise_slots, noise_life in shapes:
        found = []
        for seed in range(1, seeds + 1):
            state = start(encoded, params, seed=seed)
            shape = {"tile_tokens": tile_tokens, "noise_slots": noise_slots, "noise_life": noise_life}
            state.plan = dataclasses.replace(state.plan, **shape)
            advance(state, encoded, n_jobs=1)
            vectors = WordVectors(np.ascontiguousarray(state.w_in), encoded.vocabulary)
            found.append(score(vectors))
            if not scores_only:
                found[-1]["words_per_second"] = state.report.words_per_second
        row: dict[str, Any] = {"architecture": params.architecture, "T": tile_tokens, "S": noise_slots, "L": noise_life}
        row |= {"negative": params.negative, "vector_size": params.vector_size, "epochs": params.epochs, "seeds": found}
        row |= {name: statistics.mean(one[name] for one in found) for name in found[0]}
        rows.append(row)
        shown = "   ".join(f"{name} {row[name]:5.1f}" for name in SCORES)
        speed = "" if scores_only else f"   {row['words_per_second'] / 1e6:.2f} M/s"
        print(
            f"{params.architecture:8} T {tile_tokens:2} S {noise_slots:2} L {noise_life}   {shown}{speed}", flush=True
        )
    return rows
