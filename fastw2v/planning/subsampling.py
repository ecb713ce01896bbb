"""Subsampling of frequent words: which tokens are kept."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

KEEPS_ALL = 2**32 - 1  # the threshold of a word that is always kept


def keep_probability(counts: NDArray[np.int64], sample: float) -> NDArray[np.float64]:
    """Return word2vec's keep probability ``min(1, (sqrt(f / t) + 1) * t / f)``, f = count / total, t = sample.

    ``sample=0`` keeps every token; words that do not occur get 1.
    """
    if sample == 0 or counts.sum() == 0:
        return np.ones(len(counts))
    ratio = sample * counts.sum() / np.maximum(counts, 1)  # t / f
    return np.minimum(1.0, np.sqrt(ratio) + ratio)


def keep_thresholds(probability: NDArray[np.float64]) -> NDArray[np.uint32]:
    """Return the smallest thresholds c for which (c + 1) / 2**32 is at least the probability."""
    return (np.clip(np.ceil(probability * 2.0**32), 1, 2.0**32) - 1).astype(np.uint32)


def kept_shares(thresholds: NDArray[np.uint32]) -> NDArray[np.float64]:
    """Return the probabilities with which these thresholds keep a token."""
    return (thresholds.astype(np.float64) + 1) / 2.0**32


def kept_share(counts: NDArray[np.int64], thresholds: NDArray[np.uint32]) -> float:
    """Return the share of the tokens of words with these counts that is kept on average; 1 of none."""
    tokens = int(counts.sum())
    return float((counts * kept_shares(thresholds)).sum()) / tokens if tokens else 1.0


def expected_tokens(counts: NDArray[np.int64], thresholds: NDArray[np.uint32]) -> int:
    """Return how many tokens of words with these counts are kept on average."""
    return round(kept_share(counts, thresholds) * int(counts.sum()))
