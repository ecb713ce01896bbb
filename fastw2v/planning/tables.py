"""Keep probabilities and thresholds, noise weights and their alias table, from the counts of the words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from fastw2v import _sampler
from fastw2v.corpus.ids import count_ids

if TYPE_CHECKING:
    from fastw2v.corpus.encoded import EncodedCorpus
    from fastw2v.planning.training_parameters import TrainingParameters


@dataclass(frozen=True)
class Tables:
    """What the draws are compared with: keep thresholds, the alias table of the noise words; and which input rows stay.

    Attributes
    ----------
    keep_threshold : uint32 (V,)
        A token is kept where 32 random bits are at most its word's threshold.
    noise_threshold, noise_alias : uint32 (V,), int32 (V,)
        Alias table of ``count ** ns_exponent``.
    frozen : uint8 (V,) or None
    """

    keep_threshold: NDArray[np.uint32]
    noise_threshold: NDArray[np.uint32]
    noise_alias: NDArray[np.int32]
    frozen: NDArray[np.uint8] | None = None


def word_counts(corpus: EncodedCorpus) -> NDArray[np.int64]:
    """Count how often each word of the vocabulary occurs."""
    return count_ids(corpus.ids, len(corpus.vocabulary))


def keep_probability(counts: NDArray[np.int64], sample: float) -> NDArray[np.float64]:
    """Return word2vec's keep probability ``min(1, (sqrt(f / t) + 1) * t / f)``, f = count / total, t = sample.

    ``sample=0`` keeps every token; words that do not occur get 1.
    """
    if sample == 0 or counts.sum() == 0:
        return np.ones(len(counts))
    ratio = sample * counts.sum() / np.maximum(counts, 1)  # t / f
    return np.minimum(1.0, np.sqrt(ratio) + ratio)


def keep_thresholds(probability: NDArray[np.float64]) -> NDArray[np.uint32]:
    """Return the threshold c with (c + 1) / 2**32 = probability, to the nearest above."""
    return (np.clip(np.ceil(probability * 2.0**32), 1, 2.0**32) - 1).astype(np.uint32)


def noise_weights(counts: NDArray[np.int64], exponent: float) -> NDArray[np.float64]:
    """Return ``count ** exponent``; words that do not occur are never noise words, whatever the exponent.

    Scaled so that the largest is 1: no exponent overflows on the way.
    """
    weights = np.zeros(len(counts))
    seen = counts > 0
    logs = exponent * np.log(counts[seen])
    weights[seen] = np.exp(logs - logs.max()) if seen.any() else 0
    return weights


def make_tables(
    counts: NDArray[np.int64], params: TrainingParameters, frozen: NDArray[np.uint8] | None = None
) -> Tables:
    """Make thresholds and alias table for a corpus with these word counts."""
    keep_threshold = keep_thresholds(keep_probability(counts, params.sample))
    noise_threshold, noise_alias = _sampler.alias_table(noise_weights(counts, params.ns_exponent))
    return Tables(keep_threshold, noise_threshold, noise_alias, frozen)
