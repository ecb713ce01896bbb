"""Noise words: how often each is drawn, how many a tile uses, and for how many tiles they stay."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

NOISE_SLOTS = 16  # S: fewer noise words cost analogies; more cost time
# L: tiles for which a noise word stays. With new words in every tile (L = 1) analogies are a point lower. CBOW gains
# up to L = 3; beyond L = 2 skip-gram gains little and fits small corpora less well. At 8 rare words get worse.
NOISE_LIFE = {"skipgram": 2, "cbow": 3}


def noise_weights(counts: NDArray[np.int64], exponent: float) -> NDArray[np.float64]:
    """Return ``count ** exponent``, and 0 for words that do not occur: these are never noise words.

    The weights are scaled so that the largest is 1: no exponent overflows.
    """
    weights = np.zeros(len(counts))
    seen = counts > 0
    logs = exponent * np.log(counts[seen])
    weights[seen] = np.exp(logs - logs.max()) if seen.any() else 0
    return weights


def enough_noise_slots(negative: int) -> int:
    """Return S: a multiple of 16 and at least twice the negatives (with S < 2 K analogies get worse)."""
    return max(NOISE_SLOTS, -(-2 * negative // 16) * 16)
