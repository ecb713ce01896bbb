"""Noise words: how often each is drawn, how many a tile uses, and for how many tiles they stay."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fastw2v.planning.staleness import TILE_TOKENS_MAX

NOISE_SLOTS = 16  # S: fewer noise words cost analogies; more cost time
# How far noise may move the rows of a tile along each other: see `enough_noise_slots`. In theory training diverges at
# 4; on text it did at 4.2, and scores suffer from 3.4 on.
NOISE_GAIN_MAX = 3.2
# How far it may move a noise row: see there. By default it is 3.0; scores suffer beyond.
NOISE_ROW_MOVE_MAX = 3.05
STABLE_SLOTS_MAX = 64  # windows in passes need no more, unless the rate is one at which nothing trains
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


def enough_noise_slots(negative: int, pairs: float = 0.0, rate: float = 0.0) -> int:
    """Return S: a multiple of 16, at least twice the negatives, and enough for tiles to be stable.

    With S < 2 K analogies get worse. And each token of a tile moves its input row by ``a = pairs * K * rate`` times the
    mean noise row, while the T tokens move a noise row by ``b = T / S * a`` times the mean input row; both times the
    sigmoid, 1/2 at first. From one snapshot, two rows that point the same way grow if ``sqrt(a * b) / 2`` exceeds 2.
    `NOISE_GAIN_MAX` bounds that root, and `NOISE_ROW_MOVE_MAX` bounds b.

    Parameters
    ----------
    negative : int
        K.
    pairs : float
        The expected weight of the pairs that a token of skip-gram has in one pass over its window, at most.
    rate : float
        The learning rate at the start.
    """
    a = pairs * negative * rate
    stable = TILE_TOKENS_MAX * max((a / NOISE_GAIN_MAX) ** 2, a / NOISE_ROW_MOVE_MAX)
    enough = max(NOISE_SLOTS, 2 * negative, min(stable, STABLE_SLOTS_MAX))
    return int(np.ceil(enough / 16 - 1e-9)) * 16
