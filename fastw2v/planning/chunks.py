"""How a corpus is cut: into chunks, each with tiles of one length, short where a word comes in bursts.

A tile learns from one snapshot of its rows, so that a word which fills it is moved too far, as often as it occurs
there, before anything moves it back. `staleness` reckons how far that is, and the tiles are as long as it allows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fastw2v import _sampler

if TYPE_CHECKING:
    from fastw2v.corpus.encoded import EncodedCorpus
    from fastw2v.planning.training_parameters import TrainingParameters

CHUNK_TOKENS = 4_000  # a chunk ends with the first sentence that ends at or after so many raw tokens ...
CHUNK_LIMIT = 5_000  # ... and here at the latest
PIECE_TOKENS = 128  # bursts are looked for in each piece of so many raw tokens

TILE_MAX = 32  # T: no gain in speed beyond, and staleness grows with it
# How far one tile may overshoot (see `staleness`): in simulations 3.5 was stable and 4.1 diverged.
STALENESS_MAX = 2.0
# The same where one word crowds a short piece of the text, by its share there. Text that is all of that kind (topics of
# forty words, ten seeds) always trained at 4.4, and with some parameters lost its loss at 4.8; CBOW, whose hidden rows
# blend the window, always trained at 12, and not always at 20. With five negatives; see `burst_bound` for more.
BURST_STALENESS_MAX = {"skipgram": 3.6, "cbow": 10.0}
# Where even a tile of one token exceeds that (a handful of words in wide windows), the learning rate gives way, down to
# this share of it: what a single token's whole window adds. Rates that would diverge in any trainer still do.
DAMPING_MIN = 0.25


class Chunks(NamedTuple):
    """Where chunks begin (and the end), the sentences there, and how often their tiles are halved."""

    begin: NDArray[np.int64]
    sentence: NDArray[np.int64]
    shift: NDArray[np.int32]


def cut_corpus(corpus: EncodedCorpus, keep: NDArray[np.float64], tile: int, params: TrainingParameters) -> Chunks:
    """The chunks of a corpus, whose words are kept with these probabilities, for tiles of ``tile`` tokens at most."""
    shares = _sampler.local_shares(corpus.ids, keep, PIECE_TOKENS, CHUNK_LIMIT)
    most = burst_bound(params.architecture, params.negative)
    shifts = burst_shifts(shares, tile, params.window, params.negative, params.resolved_learning_rate, most)
    begin, shift = cut_bursts(cut_chunks(corpus.offsets), shifts)
    # "right": of the sentences that start here, the last one, which is the one with words
    return Chunks(begin, np.searchsorted(corpus.offsets, begin[:-1], side="right") - 1, shift)


def cut_chunks(offsets: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where chunks begin, and the end: at the first sentence end after 4,000 tokens, at 5,000 at the latest."""
    tokens = int(offsets[-1])
    begins = [0]
    while begins[-1] < tokens:
        begin = begins[-1]
        end = int(offsets[min(int(np.searchsorted(offsets, begin + CHUNK_TOKENS)), len(offsets) - 1)])
        begins.append(min(end, begin + CHUNK_LIMIT))
    return np.array(begins, np.int64)


def cut_bursts(
    chunk_begin: NDArray[np.int64], piece_shift: NDArray[np.int32]
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Cut chunks further where the length of a tile changes from one piece of the corpus to the next.

    Returns
    -------
    chunk_begin : int64 (chunks + 1,)
    chunk_shift : int32 (chunks,)
    """
    changes = (np.flatnonzero(np.diff(piece_shift)) + 1) * PIECE_TOKENS
    chunk_begin = np.union1d(chunk_begin, changes)
    return chunk_begin, piece_shift[chunk_begin[:-1] // PIECE_TOKENS]


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


def burst_shifts(
    shares: NDArray[np.float64], tile: int, window: int, negative: int, rate: float, most: float
) -> NDArray[np.int32]:
    """How often to halve the tile in each piece of the corpus, given the largest share of one word around there.

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
    with 8 to 15 negatives texts of topics (eight seeds) always trained at this bound, and diverged with some parameters
    at 1.2 times it.
    """
    return BURST_STALENESS_MAX[architecture] * max(1.0, ((negative + 1) / 6) ** 0.5)


def damping(tile: int, window: int, negative: int, rate: float, kept_share: float) -> float:
    """The share of the learning rate that this tile can bear, 1 but for tiny vocabularies."""
    excess = staleness(tile, window, negative, rate, kept_share) / STALENESS_MAX
    return 1.0 if excess <= 1 else max(DAMPING_MIN, float(1 / excess))
