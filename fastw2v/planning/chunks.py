"""Cut a corpus into chunks. A chunk is the unit of work of a thread or a warp: about 4,000 raw tokens."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

CHUNK_TOKENS = 4_000  # a chunk ends at the first sentence end at or after this many raw tokens ...
CHUNK_LIMIT = 5_000  # ... and here at the latest


class Chunks(NamedTuple):
    """The first token of each chunk (and the end of the last), and its sentence."""

    begin: NDArray[np.int64]
    sentence: NDArray[np.int64]


def cut_corpus(offsets: NDArray[np.int64]) -> Chunks:
    """Cut a corpus of sentences that begin at these offsets."""
    begin = cut_chunks(offsets)
    # "right": if several sentences start here, all but the last are empty
    return Chunks(begin, np.searchsorted(offsets, begin[:-1], side="right") - 1)


def cut_chunks(offsets: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the chunk boundaries: the first sentence end from 4,000 tokens on, but at most 5,000 tokens."""
    tokens = int(offsets[-1])
    begins = [0]
    while begins[-1] < tokens:
        begin = begins[-1]
        end = int(offsets[min(int(np.searchsorted(offsets, begin + CHUNK_TOKENS)), len(offsets) - 1)])
        begins.append(min(end, begin + CHUNK_LIMIT))
    return np.array(begins, np.int64)
