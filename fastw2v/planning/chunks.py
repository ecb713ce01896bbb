"""Cut a corpus into chunks. A chunk is the unit of work of a thread or a GPU block: about 4,000 raw tokens.

Ctrl-C waits for the chunk at work, so one is shorter where its tokens take long: with very wide windows in long
sentences, or hundreds of negatives.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

CHUNK_TOKENS = 4_000  # a chunk ends at the first sentence end at or after this many raw tokens ...
CHUNK_LIMIT = 5_000  # ... and here at the latest
CHUNK_WORK = 1e9  # numbers that it multiplies at most, if its tokens take long: about a second
_ORDINARY = (20, 41, 500)  # window, output rows and vector size up to which no token takes long


class Work(NamedTuple):
    """What decides how long a token takes: the window, the output rows of a pair, the vector size; or CBOW's."""

    window: int
    outputs: float
    size: int
    cbow: bool = False

    @property
    def is_ordinary(self) -> bool:
        """Whether a chunk of any sentences is soon done."""
        ours = (self.window, self.outputs, self.size)
        return all(each <= usual for each, usual in zip(ours, _ORDINARY, strict=True))

    def of_tokens(self, lengths: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return what a token of a sentence multiplies, for sentences of these lengths."""
        contexts = np.minimum(2.0 * self.window, np.maximum(lengths - 1, 1))
        return (contexts + self.outputs if self.cbow else contexts * self.outputs) * self.size


class Chunks(NamedTuple):
    """The first token of each chunk (and the end of the last), and its sentence."""

    begin: NDArray[np.int64]
    sentence: NDArray[np.int64]


def cut_corpus(offsets: NDArray[np.int64], work: Work | None = None) -> Chunks:
    """Cut a corpus of sentences that begin at these offsets."""
    begin = cut_chunks(offsets, work)
    # "right": if several sentences start here, all but the last are empty
    return Chunks(begin, np.searchsorted(offsets, begin[:-1], side="right") - 1)


def cut_chunks(offsets: NDArray[np.int64], work: Work | None = None) -> NDArray[np.int64]:
    """Return the chunk boundaries: the first sentence end from 4,000 tokens on, but at most 5,000 tokens.

    Where such a chunk takes long, the end is the last sentence end before it does, or else within the sentence.
    """
    tokens = int(offsets[-1])
    end_in_time = None if work is None or work.is_ordinary else _end_in_time(offsets, work)
    begins = [0]
    while begins[-1] < tokens:
        begin = begins[-1]
        end = int(offsets[min(int(np.searchsorted(offsets, begin + CHUNK_TOKENS)), len(offsets) - 1)])
        end = min(end, begin + CHUNK_LIMIT)
        begins.append(end if end_in_time is None else min(end, end_in_time(begin)))
    return np.array(begins, np.int64)


def _end_in_time(offsets: NDArray[np.int64], work: Work) -> Callable[[int], int]:
    """Return a function of the first token of a chunk that returns where it ends at the latest."""
    lengths = np.diff(offsets)
    each = work.of_tokens(lengths)
    done = np.concatenate([np.zeros(1), np.cumsum(each * lengths)])  # before each sentence

    def end(begin: int) -> int:
        first = int(np.searchsorted(offsets, begin, side="right")) - 1
        until = done[first] + (begin - offsets[first]) * each[first] + CHUNK_WORK
        last = min(int(np.searchsorted(done, until, side="right")) - 1, len(lengths))
        if last > first:
            return int(offsets[last])
        return begin + max(1, int(CHUNK_WORK / each[first]))

    return end
