"""The tree of hierarchical softmax: each word is found by the decisions at the inner nodes on its path from the root.

It is the Huffman tree of the word counts, so that frequent words have short paths (Mikolov et al. 2013).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from fastw2v import _sampler

CROWN_NODES = 16  # FW_CROWN in native/fw_settings.h
WORDS_AT_ONCE = 65_536  # whose paths are looked at together: all paths take many times the memory of one array of words


@dataclass(frozen=True)
class Tree:
    """The paths of all words.

    Attributes
    ----------
    begin : int64 (V + 1,)
        The steps of word w are ``step[begin[w]:begin[w + 1]]``, from the root on.
    step : int32
        Each ``2 * node + code``. A node's score is that of code 0: the sigmoid is the probability that the path goes on
        to the less frequent child.
    """

    begin: NDArray[np.int64]
    step: NDArray[np.int32]

    @property
    def longest_path(self) -> int:
        """The number of nodes on the longest path."""
        return int(np.diff(self.begin).max(initial=0))

    @property
    def first_in_crown(self) -> int:
        """The first of the nodes around the root that a tile shares among its tokens: the last 16, or all."""
        return max(0, len(self.begin) - 2 - CROWN_NODES)

    @cached_property
    def crown_path(self) -> NDArray[np.uint32]:
        """Each word's path through the crown, uint32 (V,): bit c for its c-th node, bit 16 + c if the code is 0."""
        paths = np.zeros(len(self.begin) - 1, np.uint32)
        left = np.flatnonzero(np.diff(self.begin))  # words whose paths go on in the crown: nodes fall along a path
        for place in range(CROWN_NODES):
            step = self.step[self.begin[left] + place]
            bit = np.uint32(1) << ((step >> 1) - self.first_in_crown).clip(0).astype(np.uint32)
            inside = step >> 1 >= self.first_in_crown
            paths[left[inside]] |= (bit | np.where(step & 1, 0, bit << np.uint32(16)).astype(np.uint32))[inside]
            left = left[inside]
            left = left[self.begin[left + 1] - self.begin[left] > place + 1]
        return paths

    def path(self, word: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Return the nodes on a word's path and the code at each."""
        steps = self.step[self.begin[word] : self.begin[word + 1]]
        return steps >> 1, steps & 1

    def steps(self, words: NDArray[np.int64]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """Return the steps of words (n,), one path after the other, and the place among the words of each step's."""
        begin = self.begin[words]
        lengths = self.begin[words + 1] - begin
        of = np.repeat(np.arange(len(words)), lengths)
        before = np.cumsum(lengths) - lengths
        return self.step[(begin - before)[of] + np.arange(len(of))], of

    def table(self, words: NDArray[np.int64] | None = None) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the paths of words (n,), by default of all.

        They are int64 (n, the longest path among them) with -1 beyond a word's own, and the codes, 0 there.
        """
        words = np.arange(len(self.begin) - 1) if words is None else words
        begin = self.begin[words]
        lengths = self.begin[words + 1] - begin
        place = np.arange(lengths.max(initial=0))
        within = place < lengths[:, None]
        steps = self.step[np.where(within, begin[:, None] + place, 0)]
        return np.where(within, steps >> 1, -1).astype(np.int64), np.where(within, steps & 1, 0).astype(np.int64)

    def visits(self, counts: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return how often each node is on a path, float64 (V - 1,), where words occur ``counts`` (V,) times."""
        visits = np.zeros(max(len(counts) - 1, 0))
        for begin in range(0, len(counts), WORDS_AT_ONCE):
            end = min(begin + WORDS_AT_ONCE, len(counts))
            steps = self.step[self.begin[begin] : self.begin[end]]
            occurrences = np.repeat(counts[begin:end], np.diff(self.begin[begin : end + 1]))
            np.add.at(visits, steps >> 1, occurrences)
        return visits

    def mean_path(self, counts: NDArray[np.float64]) -> float:
        """Return the mean length of a path, where words occur ``counts`` (V,) times."""
        return float((np.diff(self.begin) * counts).sum() / max(counts.sum(), 1e-300))


def make_tree(counts: NDArray[np.int64]) -> Tree:
    """Return the tree of words with these counts; words that never occur count as if they came once.

    Examples
    --------
    >>> import numpy as np
    >>> from fastw2v.planning.tree import make_tree
    >>> nodes, codes = make_tree(np.array([2, 9, 2])).path(0)
    >>> nodes.tolist(), codes.tolist()
    ([1, 0], [0, 1])
    """
    seen = np.maximum(counts, 1)
    order = np.argsort(-seen, kind="stable")
    begin, step = _sampler.huffman_tree(seen[order])
    if (order == np.arange(len(order))).all():
        return Tree(begin, step)
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    lengths = np.diff(begin)[rank]
    moved = np.concatenate([[0], np.cumsum(lengths)])
    source = np.repeat(begin[rank] - moved[:-1], lengths) + np.arange(len(step))
    return Tree(moved, step[source])
