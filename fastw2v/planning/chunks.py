"""Cut a corpus into chunks: where each begins and ends, and how long its tiles are.

A chunk is the unit of work of a thread or a GPU block: about 4,000 raw tokens, up to the end of a sentence. All its
tiles have one length, so a burst of one word, which needs short tiles (see staleness.py), becomes a chunk of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fastw2v import _sampler
from fastw2v.planning.staleness import Step, burst_bound, burst_shifts

if TYPE_CHECKING:
    from fastw2v.corpus.encoded_corpus import EncodedCorpus
    from fastw2v.planning.training_parameters import TrainingParameters

CHUNK_TOKENS = 4_000  # a chunk ends at the first sentence end at or after this many raw tokens ...
CHUNK_LIMIT = 5_000  # ... and here at the latest
PIECE_TOKENS = 128  # raw tokens of a piece, the unit in which bursts are detected


class Chunks(NamedTuple):
    """The first token of each chunk (and the end of the last), its sentence, and how often its tiles are halved."""

    begin: NDArray[np.int64]
    sentence: NDArray[np.int64]
    shift: NDArray[np.int32]


def cut_corpus(
    corpus: EncodedCorpus,
    keep: NDArray[np.float64],
    output_rate: NDArray[np.float32],
    tile_tokens: int,
    sentence_pairs: NDArray[np.float64],
    outputs: float,
    params: TrainingParameters,
) -> Chunks:
    """Cut a corpus for tiles of at most ``tile_tokens`` tokens.

    ``keep`` is the keep probability of each word, ``output_rate`` its output row's share of the learning rate,
    ``sentence_pairs`` the weight of a token's pairs in each sentence, at most, ``outputs`` how many output rows each
    pair trains.
    """
    # `staleness` is proportional to share * sqrt(output_rate) in a burst, where the word comes more than once a tile.
    scale = np.sqrt(output_rate, dtype=np.float64)
    shares = _sampler.local_shares(corpus.ids, keep, scale, PIECE_TOKENS, CHUNK_LIMIT)
    most = burst_bound(params.architecture, outputs)
    pairs = piece_pairs(corpus.offsets, sentence_pairs)
    step = Step(pairs, outputs, params.resolved_learning_rate, params.architecture == "cbow")
    shifts = burst_shifts(shares, tile_tokens, step, most)
    begin, shift = cut_bursts(cut_chunks(corpus.offsets), shifts)
    # "right": if several sentences start here, all but the last are empty
    return Chunks(begin, np.searchsorted(corpus.offsets, begin[:-1], side="right") - 1, shift)


def cut_chunks(offsets: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the chunk boundaries: the first sentence end from 4,000 tokens on, but at most 5,000 tokens."""
    tokens = int(offsets[-1])
    begins = [0]
    while begins[-1] < tokens:
        begin = begins[-1]
        end = int(offsets[min(int(np.searchsorted(offsets, begin + CHUNK_TOKENS)), len(offsets) - 1)])
        begins.append(min(end, begin + CHUNK_LIMIT))
    return np.array(begins, np.int64)


def piece_pairs(offsets: NDArray[np.int64], sentence_pairs: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the largest of ``sentence_pairs`` among the sentences of each piece of the corpus."""
    begin = np.arange(0, int(offsets[-1]), PIECE_TOKENS)
    first = np.searchsorted(offsets, begin, side="right") - 1
    last = np.searchsorted(offsets, np.minimum(begin + PIECE_TOKENS, offsets[-1]), side="left") - 1
    if len(begin) == 0:
        return np.zeros(0)
    # reduceat ends before the next piece's first sentence, which may be this piece's last
    return np.maximum(np.maximum.reduceat(sentence_pairs, first), sentence_pairs[last])


def cut_bursts(
    chunk_begin: NDArray[np.int64], piece_shift: NDArray[np.int32]
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Cut chunks further where the tile length changes from one piece of the corpus to the next.

    Returns
    -------
    chunk_begin : int64 (chunks + 1,)
    chunk_shift : int32 (chunks,)
    """
    changes = (np.flatnonzero(np.diff(piece_shift)) + 1) * PIECE_TOKENS
    chunk_begin = np.union1d(chunk_begin, changes)
    return chunk_begin, piece_shift[chunk_begin[:-1] // PIECE_TOKENS]
