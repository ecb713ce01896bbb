"""Bounds on how far a tile overshoots. They set the tile's length, hold rows back in bursts and lower the rate.

A tile learns from one snapshot of its rows. A word that fills the tile moves once for each of its occurrences there,
before any update moves it back. `staleness` estimates how far; tiles are as long as its bounds allow. concurrency.py
bounds the number of tiles in flight for the same reason.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

TILE_TOKENS_MAX = 32  # T: longer tiles are no faster, and staleness grows with T
# A small run has few tiles, and each has one set of noise words: in longer tiles too few are drawn over the whole run
# (on 58,000 words, ten epochs, tiles of 8 fit twice as well as tiles of 32).
SMALL_RUN_TOKENS = 500_000  # kept tokens, all epochs together
SMALL_RUN_TILE = 8
# How far one tile may overshoot (see `staleness`): in simulations 3.5 was stable and 4.1 diverged.
TILE_STALENESS_MAX = 2.0
FEW_OUTPUTS = 6.0  # of a pair with five negatives, for which the bounds were measured
# The same bound for a burst, a short stretch of text that one word dominates: see `burst_shares`.
BURST_STALENESS_MAX = 2.0
# Where even a tile of one token exceeds TILE_STALENESS_MAX (a handful of words), the learning rate is lowered, at most
# to this share of it. Rates that diverge in any trainer still do.
RATE_DAMPING_MIN = 0.25


class Step(NamedTuple):
    """What decides how far one occurrence of a word moves its rows.

    Attributes
    ----------
    pairs : float, or array with one number for each piece of the corpus
        The weight of the pairs that a token has in one pass over its window; see windows.py.
    outputs : float
        The output rows that a pair trains: with negative sampling its word and K noise words.
    rate : float
        The learning rate at the start.
    cbow : bool
    output_rate : float
        The share of the rate at which the word's output row moves; see output_rate.py.
    tree : bool
        Whether the output rows are nodes of a tree, and not only words.
    """

    pairs: float | NDArray[np.float64]
    outputs: float
    rate: float
    cbow: bool = False
    output_rate: float = 1.0
    tree: bool = False


def staleness(tile_tokens: int | NDArray[np.int32], step: Step, kept_share: float | NDArray[np.float64]) -> Any:
    """Estimate how far a tile moves the rows of the most frequent word before any update moves them back.

    An input row moves by about ``rate * pairs * outputs`` for each occurrence of its word in the tile; if it moves at
    all, the word occurs at least once. An output row moves by the same amount times the word's expected count in the
    tile, and times its share of the learning rate. Each row pulls the other along, so the geometric mean of the two
    decides whether they diverge.

    In CBOW, an input row is in the windows of ``pairs`` tokens, of which no more are in the tile than it has; but of a
    handful of words, each is in every window several times, and its row moves once for each.
    """
    expected = tile_tokens * kept_share
    occurrences = np.sqrt(np.maximum(1.0, expected) * expected * step.output_rate)
    return occurrences * _at_once(tile_tokens, step, kept_share) * step.outputs * step.rate


def _at_once(tile_tokens: int | NDArray[np.int32], step: Step, kept_share: float | NDArray[np.float64]) -> Any:
    """Return how many pairs move an input row at once for each occurrence of its word."""
    if not step.cbow:
        return step.pairs
    return np.maximum(np.minimum(step.pairs, tile_tokens), step.pairs * kept_share)


def longest_tile(noise_slots: int, step: Step, kept_share: float, run_tokens: float = np.inf) -> int:
    """Return T: the largest power of two up to min(32, 2 S) that keeps what a tile moves within TILE_STALENESS_MAX.

    A run of few kept tokens (``run_tokens``, all epochs together) has tiles of 8 at most.
    """
    most = min(TILE_TOKENS_MAX if run_tokens >= SMALL_RUN_TOKENS else SMALL_RUN_TILE, 2 * noise_slots)
    tokens = 1
    while 2 * tokens <= most and tile_staleness(2 * tokens, step, kept_share) <= TILE_STALENESS_MAX:
        tokens *= 2
    return tokens


def tile_staleness(tile_tokens: int, step: Step, kept_share: float) -> float:
    """Return what bounds a tile: `staleness`, from the output rows that `outputs_at_once` counts.

    Examples
    --------
    >>> many = Step(6, 21, 0.075, cbow=True)
    >>> print(f"{staleness(16, many, 0.0125):.1f} {tile_staleness(16, many, 0.0125):.1f}")
    4.2 1.7
    """
    counted = step._replace(outputs=outputs_at_once(tile_tokens, step, kept_share))
    return float(staleness(tile_tokens, counted, kept_share))


def outputs_at_once(tile_tokens: int, step: Step, kept_share: float) -> float:
    """Return how many output rows of a pair count where rows pull each other along.

    These are all of them, but in CBOW a target moves its own output row once, and not with each of its ``pairs``
    contexts, unless the word fills its own windows. That leaves room for more than five negatives; but as with five,
    the pairs alone must not be too many.
    """
    if not step.cbow or step.tree:
        return step.outputs
    at_once = float(_at_once(tile_tokens, step, kept_share))
    own = max(1.0, float(step.pairs) ** 2 * kept_share)
    return max(min(step.outputs, FEW_OUTPUTS), step.outputs * (own / max(own, at_once)) ** 0.5)


def relief(outputs: float) -> float:
    """Return how much further a row may move at once where pairs train this many output rows, not six.

    The bounds on what a snapshot may move were measured with five negatives and reckon with K + 1. But the more output
    rows there are, the smaller is each one's gradient.
    """
    return max(1.0, (outputs / FEW_OUTPUTS) ** 0.5)


def burst_bound(most_pairs: float, outputs: float) -> float:
    """Return how many copies of a word a tile may hold before its rows move less, times the learning rate.

    That many copies have a `staleness` of BURST_STALENESS_MAX, if their tokens have the most pairs.

    Parameters
    ----------
    most_pairs : float
        The expected weight of the pairs that a token has in one pass over its window, at most.
    outputs : float
        The output rows that a pair trains.
    """
    return BURST_STALENESS_MAX * relief(outputs) / (max(most_pairs, 1.0) * outputs)


def burst_shares(
    words: NDArray[np.int64], tile_tokens: int, bound: float, rate: float, output_rate: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Return the share of its step that each kept token's rows take.

    A word's copies are those in the half tile before the token and in the half tile that begins with it. Text has
    bursts (encoded attachments, rows of one sign, a refrain) that fill a tile with one word, however rare it is
    elsewhere. From one snapshot, all copies would move its rows the same way; so no more than the first
    ``bound / rate / sqrt(output_rate)`` count, and one at least.

    Parameters
    ----------
    words : int (n,)
        Word ids of the stream of a chunk.
    tile_tokens : int
    bound : float
        See `burst_bound`.
    rate : float
        The learning rate at the chunk's first token.
    output_rate : float32 (V,)
        The share of the rate at which each word's output row moves.

    Examples
    --------
    >>> import numpy as np
    >>> words = np.array([0, 1, 1, 1, 1, 2])
    >>> burst_shares(words, 8, 0.1, 0.05, np.ones(3, np.float32)).tolist()
    [1.0, 0.5, 0.5, 0.5, 0.5, 1.0]
    """
    half = tile_tokens // 2
    around = np.pad(words, half, constant_values=-1)
    copies = sum((around[at : at + len(words)] == words for at in range(2 * half)), np.zeros(len(words)))
    counted = np.maximum(1.0, bound / max(rate, 1e-300) / np.sqrt(output_rate[words]))
    return np.minimum(1.0, counted / np.maximum(copies, 1.0))


def rate_damping(tile_tokens: int, step: Step, kept_share: float) -> float:
    """Return the factor by which to lower the learning rate: 1 except for tiny vocabularies."""
    excess = tile_staleness(tile_tokens, step, kept_share) / TILE_STALENESS_MAX
    return 1.0 if excess <= 1 else max(RATE_DAMPING_MIN, float(1 / excess))
