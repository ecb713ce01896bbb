"""Noise words: how often each is drawn, how many serve a tile, and for how many tiles they stay."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

NOISE_SLOTS = 16  # S: fewer noise words cost analogies; more cost time
# L: tiles that a noise word stays. With fresh words in every tile analogies are a point lower; CBOW gains up to 3,
# skip-gram gains little beyond 2 and fits small corpora less well; at 8 rare words lose.
NOISE_LIFE = {"skipgram": 2, "cbow": 3}


def noise_weights(counts: NDArray[np.int64], exponent: float) -> NDArray[np.float64]:
    """Return ``count ** exponent``; words that do not occur are never noise words, whatever the exponent.

    Scaled so that the largest is 1: no exponent overflows on the way.
    """
    weights = np.zeros(len(counts))
    seen = counts > 0
    logs = exponent * np.log(counts[seen])
    weights[seen] = np.exp(logs - logs.max()) if seen.any() else 0
    return weights


def enough_noise_slots(negative: int) -> int:
    """Return S: 16, and at least twice the negatives, in whole sixteens (a tile with S < 2 K loses analogies)."""
    return max(NOISE_SLOTS, -(-2 * negative // 16) * 16)
