"""The maths done once per fit, and what passes to a backend: Plan, Tables, Arrays, ChunkStats.

A backend is handed these and computes no distribution or schedule of its own, so that every device trains the same
tiles from the same draws. Nothing here depends on the device, the instruction set or ``n_jobs``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from fastw2v import _sampler
from fastw2v.planning.chunks import cut_corpus, damping, tile_tokens
from fastw2v.planning.tables import keep_probability, word_counts

if TYPE_CHECKING:
    from fastw2v.corpus.encoded import EncodedCorpus
    from fastw2v.planning.training_parameters import TrainingParameters

NOISE_SLOTS = 16  # S: fewer noise words cost analogies; more cost time
# L: tiles that a noise word stays. With fresh words in every tile analogies are a point lower; CBOW gains up to 3,
# skip-gram gains little beyond 2 and fits small corpora less well; at 8 rare words lose.
NOISE_LIFE = {"skipgram": 2, "cbow": 3}


@dataclass(frozen=True)
class Plan:
    """One training run in numbers: what to train, in which pieces, from which seed.

    Attributes
    ----------
    tile, noise, life : int
        T kept tokens make a tile; S noise words serve it, each for L tiles of its chunk.
    chunk_begin : int64 (chunks + 1,)
        The first token of each chunk, and the number of tokens at the end.
    chunk_sentence : int64 (chunks,)
        The sentence to which that token belongs.
    chunk_shift : int32 (chunks,)
        How often the chunk's tiles are halved, because one word comes in a burst there.
    kept_share : float
        The commonest word's share of the tokens that subsampling is expected to keep.
    """

    cbow: bool
    cbow_mean: bool
    cbow_divide: bool
    shrink_windows: bool
    pairwise_noise: bool
    window: int
    negative: int
    tile: int
    noise: int
    life: int
    learning_rate: float
    min_learning_rate: float
    epochs: int
    tokens: int
    seed: int
    chunk_begin: NDArray[np.int64]
    chunk_sentence: NDArray[np.int64]
    chunk_shift: NDArray[np.int32]
    kept_share: float

    @property
    def chunks(self) -> int:
        """Chunks in one epoch."""
        return len(self.chunk_sentence)

    def rate_at(self, epoch: int, chunk: int) -> float:
        """The learning rate at the first token of a chunk."""
        done = epoch * self.tokens + int(self.chunk_begin[chunk])
        return _sampler.learning_rate(self.learning_rate, self.min_learning_rate, done, self.epochs * self.tokens)


@dataclass
class ChunkStats:
    """What became of the chunks handed over: sums, whether every score was a finite number, and the threads at work."""

    tokens: int = 0
    pairs: int = 0
    loss_sum: float = 0.0
    finite: bool = True
    chunks: int = 0
    threads: int = 1


def noise_slots(negative: int) -> int:
    """S: 16, and at least twice the negatives, in whole sixteens (a tile with S < 2 K loses analogies)."""
    return max(NOISE_SLOTS, -(-2 * negative // 16) * 16)


def make_plan(
    corpus: EncodedCorpus,
    params: TrainingParameters,
    seed: int,
    counts: NDArray[np.int64] | None = None,
    kept_by: NDArray[np.int64] | None = None,
) -> Plan:
    """The plan of a run: a function of the corpus (with its `word_counts`), the parameters and the seed alone.

    ``kept_by`` (V,) are the counts that words are kept by, where they are not the corpus's own.
    """
    counts = word_counts(corpus) if counts is None else counts
    keep = keep_probability(counts if kept_by is None else kept_by, params.sample)
    kept = counts * keep
    noise = noise_slots(params.negative)
    rate = params.resolved_learning_rate
    share = float(kept.max() / max(kept.sum(), 1e-300))
    tile = tile_tokens(noise, params.window, params.negative, rate, share)
    damped = damping(tile, params.window, params.negative, rate, share)
    chunks = cut_corpus(corpus, keep, tile, params)
    return Plan(
        cbow=params.architecture == "cbow",
        cbow_mean=params.cbow_mean,
        cbow_divide=params.cbow_gradient == "mean",
        shrink_windows=params.shrink_windows,
        pairwise_noise=params.negative_sharing == "pair",
        window=params.window,
        negative=params.negative,
        tile=tile,
        noise=noise,
        life=NOISE_LIFE[params.architecture],
        learning_rate=rate * damped,
        min_learning_rate=params.resolved_min_learning_rate * damped,
        epochs=params.epochs,
        tokens=len(corpus.ids),
        seed=seed,
        chunk_begin=chunks.begin,
        chunk_sentence=chunks.sentence,
        chunk_shift=chunks.shift,
        kept_share=share,
    )
