"""How far a tile may overshoot, and what follows: its length, shorter tiles in bursts, a lower learning rate.

A tile learns from one snapshot of its rows. A word that fills the tile is moved once for each time that it occurs
there, before anything moves it back. `staleness` estimates how far that is; tiles are as long as its bounds allow. How
many tiles may be at work at once is the same question, asked in concurrency.py.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

TILE_TOKENS_MAX = 32  # T: no gain in speed beyond, and staleness grows with it
# A small run has few tiles, and each has one set of noise words: in longer tiles too few are drawn over the whole run
# (on 58,000 words, ten epochs, tiles of 8 fit twice as well as tiles of 32).
SMALL_RUN_TOKENS = 500_000  # kept tokens, all epochs together
SMALL_RUN_TILE = 8
# How far one tile may overshoot (see `staleness`): in simulations 3.5 was stable and 4.1 diverged.
TILE_STALENESS_MAX = 2.0
# The same where one word crowds a short stretch of the text, by its share there. Text made of such stretches alone
# (topics of forty words, ten seeds) always trained at 4.4, and diverged with some parameters at 4.8; CBOW, whose hidden
# rows blend the window, always trained at 12, and not always at 20. With five negatives; see `burst_bound` for more.
BURST_STALENESS_MAX = {"skipgram": 3.6, "cbow": 10.0}
# Where even a tile of one token exceeds that (a handful of words in wide windows), the learning rate gives way, down to
# this share of it: what a single token's whole window adds. Rates that would diverge in any trainer still do.
RATE_DAMPING_MIN = 0.25


def staleness(
    tile_tokens: int | NDArray[np.int32],
    window: int,
    negative: int,
    rate: float,
    kept_share: float | NDArray[np.float64],
) -> Any:
    """Estimate how far a tile moves the rows of the commonest word before anything that moves them back is seen.

    An input row moves by about ``rate * (W + 1) * (K + 1)`` for each time that its word is in the tile, once at least
    where it is there at all; an output row by that, times the word's expected count in the tile. Each pulls the other
    along, so what grows or does not is the geometric mean of the two.
    """
    expected = tile_tokens * kept_share
    return np.sqrt(np.maximum(1.0, expected) * expected) * (window + 1) * (negative + 1) * rate


def longest_tile(
    noise_slots: int, window: int, negative: int, rate: float, kept_share: float, run_tokens: float = np.inf
) -> int:
    """Return T: the largest power of two up to min(32, 2 S) whose `staleness` for the commonest word is bounded.

    A run of few kept tokens (``run_tokens``, all epochs together) has tiles of 8 at most.
    """
    most = min(TILE_TOKENS_MAX if run_tokens >= SMALL_RUN_TOKENS else SMALL_RUN_TILE, 2 * noise_slots)
    tokens = 1
    while 2 * tokens <= most and (staleness(2 * tokens, window, negative, rate, kept_share) <= TILE_STALENESS_MAX):
        tokens *= 2
    return tokens


def burst_shifts(
    shares: NDArray[np.float64], tile_tokens: int, window: int, negative: int, rate: float, most: float
) -> NDArray[np.int32]:
    """Return how often to halve the tile in each piece of the corpus, given the largest share of one word around there.

    Text has its bursts (encoded attachments, rows of one sign, a refrain), in which a tile would hold one word over and
    over, whatever its share of the whole corpus.
    """
    shifts = np.zeros(len(shares), np.int32)
    for _ in range(tile_tokens.bit_length() - 1):
        stale = staleness(tile_tokens >> shifts, window, negative, rate, shares)
        shifts += (stale > most) & (tile_tokens >> shifts > 1)
    return shifts


def burst_bound(architecture: str, negative: int) -> float:
    """Return how far a tile of a burst may overshoot, as `staleness` estimates it.

    `staleness` grows with K + 1, but the more noise words there are, the smaller is the gradient that each of them has
    left: with 8 to 15 negatives texts of topics (eight seeds) always trained at this bound, and diverged with some
    parameters at 1.2 times it.
    """
    return BURST_STALENESS_MAX[architecture] * max(1.0, ((negative + 1) / 6) ** 0.5)


def rate_damping(tile_tokens: int, window: int, negative: int, rate: float, kept_share: float) -> float:
    """Return the share of the learning rate that this tile can bear, 1 except for tiny vocabularies."""
    excess = staleness(tile_tokens, window, negative, rate, kept_share) / TILE_STALENESS_MAX
    return 1.0 if excess <= 1 else max(RATE_DAMPING_MIN, float(1 / excess))
