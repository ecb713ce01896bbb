"""The maths done once per fit, and what passes to a backend: Plan, Tables, Arrays, ChunkStats.

A backend is handed these and computes no distribution or schedule of its own, so that every device trains the same
tiles from the same draws. Nothing here depends on the device, the instruction set or ``n_jobs``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fastw2v import _sampler
from fastw2v.ready_ids import count_ids

if TYPE_CHECKING:
    from fastw2v.corpus import EncodedCorpus
    from fastw2v.params import Params

CHUNK_TOKENS = 4_000  # a chunk ends with the first sentence that ends at or after so many raw tokens ...
CHUNK_LIMIT = 5_000  # ... and here at the latest
ROW_ALIGN = 16  # floats: rows begin on cache lines

TILE_MAX = 32  # T: no gain in speed beyond, and staleness grows with it
NOISE_SLOTS = 16  # S: fewer noise words cost analogies; more cost time
# L: tiles that a noise word stays. With fresh words in every tile analogies are a point lower; CBOW gains up to 3,
# skip-gram gains little beyond 2 and fits small corpora less well; at 8 rare words lose.
NOISE_LIFE = {"skipgram": 2, "cbow": 3}
# How far one tile may overshoot (see `staleness`): in simulations 3.5 was stable and 4.1 diverged.
STALENESS_MAX = 2.0
# The same for a chunk in which one word crowds a short piece of it, by its share there. Text whose every chunk is such
# (twenty topics of forty words, ten seeds) always trained at 5, and diverged with some parameters at 7; CBOW, whose
# hidden rows blend the window, always trained at 12, and not always at 20. That is with five negatives; see
# `burst_bound` for more.
BURST_STALENESS_MAX = {"skipgram": 4.0, "cbow": 10.0}
# Where even a tile of one token exceeds that (a handful of words in wide windows), the learning rate gives way, down to
# this share of it: what a single token's whole window adds. Rates that would diverge in any trainer still do.
DAMPING_MIN = 0.25


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
        How often the chunk's tiles are halved, because it holds a burst of one word.
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


def cut_chunks(offsets: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Cut the corpus at the first sentence end after 4,000 tokens, at 5,000 at the latest.

    Returns
    -------
    chunk_begin : int64 (chunks + 1,)
    chunk_sentence : int64 (chunks,)
    """
    tokens = int(offsets[-1])
    begins = [0]
    while begins[-1] < tokens:
        begin = begins[-1]
        end = int(offsets[min(int(np.searchsorted(offsets, begin + CHUNK_TOKENS)), len(offsets) - 1)])
        begins.append(min(end, begin + CHUNK_LIMIT))
    chunk_begin = np.array(begins, np.int64)
    # "right": of the sentences that start here, the last one, which is the one with words
    return chunk_begin, np.searchsorted(offsets, chunk_begin[:-1], side="right") - 1


def noise_slots(negative: int) -> int:
    """S: 16, and at least twice the negatives, in whole sixteens (a tile with S < 2 K loses analogies)."""
    return max(NOISE_SLOTS, -(-2 * negative // 16) * 16)


def staleness(
    tile: int | NDArray[np.int32], window: int, negative: int, rate: float, kept_share: float | NDArray[np.float64]
) -> Any:
    """How far a tile moves the rows of the commonest word before anything that moves them back is seen.

    An input row moves by about ``rate * (W + 1) * (K + 1)`` for each time that its word is in the tile, once at least
    where it is there at all; an output row by that, times the word's expected count in the tile. Each pulls the other
    along, so what grows or does not is the geometric mean of the two.
    """
    expected = tile * kept_share
    return np.sqrt(np.maximum(1.0, expected) * expected) * (window + 1) * (negative + 1) * rate


def tile_tokens(noise: int, window: int, negative: int, rate: float, kept_share: float) -> int:
    """T: the largest power of two up to min(32, 2 S) that keeps the commonest word's update in one tile bounded."""
    tile = 1
    while 2 * tile <= min(TILE_MAX, 2 * noise) and (
        staleness(2 * tile, window, negative, rate, kept_share) <= STALENESS_MAX
    ):
        tile *= 2
    return tile


def chunk_shifts(
    shares: NDArray[np.float64], tile: int, window: int, negative: int, rate: float, most: float
) -> NDArray[np.int32]:
    """How often to halve the tile in each chunk, given the largest share of one word in any piece of it.

    Text has its bursts (encoded attachments, rows of one sign, a refrain), in which a tile would hold one word over and
    over, whatever its share of the whole corpus.
    """
    shifts = np.zeros(len(shares), np.int32)
    for _ in range(tile.bit_length() - 1):
        stale = staleness(tile >> shifts, window, negative, rate, shares)
        shifts += (stale > most) & (tile >> shifts > 1)
    return shifts


def burst_bound(architecture: str, negative: int) -> float:
    """How far a tile of a burst may overshoot, as `staleness` reckons it.

    `staleness` grows with K + 1, but the more noise words there are, the smaller is what each of them has left to say:
    texts of topics (ten seeds) trained at 8 with 10 to 20 negatives wherever they train at all, token by token, and
    diverged with some parameters at 10.
    """
    return BURST_STALENESS_MAX[architecture] * max(1.0, ((negative + 1) / 6) ** 0.5)


def damping(tile: int, window: int, negative: int, rate: float, kept_share: float) -> float:
    """The share of the learning rate that this tile can bear, 1 but for tiny vocabularies."""
    excess = staleness(tile, window, negative, rate, kept_share) / STALENESS_MAX
    return 1.0 if excess <= 1 else max(DAMPING_MIN, float(1 / excess))


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
    chunk_begin, chunk_sentence = cut_chunks(corpus.offsets)
    shares = _sampler.local_shares(corpus.ids, chunk_begin, keep)
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
        chunk_begin=chunk_begin,
        chunk_sentence=chunk_sentence,
        chunk_shift=chunk_shifts(
            shares, tile, params.window, params.negative, rate, burst_bound(params.architecture, params.negative)
        ),
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
