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
from fastw2v.corpus.ids import count_ids
from fastw2v.planning.chunks import cut_corpus, damping, tile_tokens

if TYPE_CHECKING:
    from fastw2v.corpus.encoded import EncodedCorpus
    from fastw2v.parameters import Params

ROW_ALIGN = 16  # floats: rows begin on cache lines
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


@dataclass(frozen=True)
class Tables:
    """What is drawn by: keep thresholds, the alias table of the noise words, and the words whose input rows stay.

    Attributes
    ----------
    keep_cut : uint32 (V,)
        A token is kept where 32 random bits are at most its word's threshold.
    noise_cut, noise_alias : uint32 (V,), int32 (V,)
        Alias table of ``count ** ns_exponent``.
    frozen : uint8 (V,) or None
    """

    keep_cut: NDArray[np.uint32]
    noise_cut: NDArray[np.uint32]
    noise_alias: NDArray[np.int32]
    frozen: NDArray[np.uint8] | None = None


@dataclass
class Arrays:
    """The model itself: input rows (the word vectors) and output rows (the context vectors), float32 (V, D) each."""

    w_in: NDArray[np.float32]
    w_out: NDArray[np.float32]


@dataclass
class ChunkStats:
    """What became of the chunks handed over: sums, whether every score was a finite number, and the threads at work."""

    tokens: int = 0
    pairs: int = 0
    loss_sum: float = 0.0
    finite: bool = True
    chunks: int = 0
    threads: int = 1


def word_counts(corpus: EncodedCorpus) -> NDArray[np.int64]:
    """How often each word of the vocabulary occurs."""
    return count_ids(corpus.ids, len(corpus.vocabulary))


def keep_probability(counts: NDArray[np.int64], sample: float) -> NDArray[np.float64]:
    """word2vec's keep probability ``min(1, (sqrt(f / t) + 1) * t / f)``, f = count / total, t = sample.

    ``sample=0`` keeps every token; words that do not occur get 1.
    """
    if sample == 0 or counts.sum() == 0:
        return np.ones(len(counts))
    ratio = sample * counts.sum() / np.maximum(counts, 1)  # t / f
    return np.minimum(1.0, np.sqrt(ratio) + ratio)


def keep_thresholds(probability: NDArray[np.float64]) -> NDArray[np.uint32]:
    """The threshold c with (c + 1) / 2**32 = probability, to the nearest above."""
    return (np.clip(np.ceil(probability * 2.0**32), 1, 2.0**32) - 1).astype(np.uint32)


def noise_weights(counts: NDArray[np.int64], exponent: float) -> NDArray[np.float64]:
    """``count ** exponent``; words that do not occur are no noise words, whatever the exponent.

    Scaled by the largest count first, so that no exponent leaves the floating-point numbers on the way.
    """
    weights = np.zeros(len(counts))
    seen = counts > 0
    logs = exponent * np.log(counts[seen])
    weights[seen] = np.exp(logs - logs.max()) if seen.any() else 0
    return weights


def make_tables(counts: NDArray[np.int64], params: Params, frozen: NDArray[np.uint8] | None = None) -> Tables:
    """Thresholds and alias table for a corpus with these word counts."""
    keep_cut = keep_thresholds(keep_probability(counts, params.sample))
    noise_cut, noise_alias = _sampler.alias_table(noise_weights(counts, params.ns_exponent))
    return Tables(keep_cut, noise_cut, noise_alias, frozen)


def noise_slots(negative: int) -> int:
    """S: 16, and at least twice the negatives, in whole sixteens (a tile with S < 2 K loses analogies)."""
    return max(NOISE_SLOTS, -(-2 * negative // 16) * 16)


def make_plan(
    corpus: EncodedCorpus,
    params: Params,
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


def row_stride(vector_size: int) -> int:
    """Floats from one row to the next: whole cache lines."""
    return -(-vector_size // ROW_ALIGN) * ROW_ALIGN


def empty_rows(words: int, vector_size: int) -> NDArray[np.float32]:
    """Zero rows, float32 (V, D), each on a cache line of its own.

    The array is a view: rows are ``row_stride`` floats apart, and what lies between them is 0 and stays 0.
    """
    stride = row_stride(vector_size)
    block = np.zeros(words * stride + ROW_ALIGN, np.float32)
    start = (-block.ctypes.data % (4 * ROW_ALIGN)) // 4
    return block[start : start + words * stride].reshape(words, stride)[:, :vector_size]


def packed_rows(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """The rows of `empty_rows` without what lies between them, in the same memory; the padded view is then of no use.

    A second copy of the rows would be what decides how much memory a run needs.
    """
    if rows.flags.c_contiguous:
        return rows
    words, vector_size = rows.shape
    flat = np.lib.stride_tricks.as_strided(rows, (words * vector_size,), (4,))
    for begin in range(0, words, 4096):
        block = rows[begin : begin + 4096].reshape(-1)  # a copy, so that a row may overlap its own new place
        flat[begin * vector_size : begin * vector_size + len(block)] = block
    return flat.reshape(words, vector_size)


def initial_arrays(words: int, vector_size: int, seed: int) -> Arrays:
    """word2vec's start: input rows uniform in [-0.5, 0.5) / D, output rows zero."""
    arrays = Arrays(empty_rows(words, vector_size), empty_rows(words, vector_size))
    _sampler.initial_rows(arrays.w_in, seed)
    return arrays
