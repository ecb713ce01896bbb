"""How probable a document is to a model of hierarchical softmax, whose word probabilities add up to 1."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fastw2v.estimators.bags import document_rows
from fastw2v.planning.tree import Tree, make_tree

if TYPE_CHECKING:
    from fastw2v.corpus.tokenizers import Tokenizer
    from fastw2v.vectors.word_vectors import WordVectors

TOKENS_AT_ONCE = 2_000  # bounds the memory: for each, the nodes of a path


def log_probabilities(
    documents: Iterable[Any],
    vectors: WordVectors,
    nodes: NDArray[np.float32],
    window: int,
    cbow_mean: bool | None,
    tokenizer: Tokenizer,
) -> NDArray[np.float64]:
    """Return the log probability of each document; see `fastw2v.Word2Vec.log_probability`.

    Parameters
    ----------
    documents : iterable of strings or token lists
    vectors : WordVectors
        With counts, of which the tree is made.
    nodes : float32 (V - 1, D)
    window : int
    cbow_mean : bool or None
        Whether CBOW's hidden row is the mean of the context rows or their sum; None: skip-gram.
    tokenizer : {"whitespace", "words", "tokens"} or callable
    """
    assert vectors.counts is not None
    probabilities = WordProbabilities(make_tree(vectors.counts), nodes)
    rows, ends, coverage = document_rows(documents, vectors, tokenizer)
    coverage.doubt(ends, vectors, "get a log probability of 0, the highest")
    matrix = np.asarray(vectors.vectors, np.float32)
    found = []
    for begin, end in pairwise(ends):
        ids = rows[begin:end].astype(np.int64)
        if cbow_mean is None:
            found.append(skipgram_log_probability(ids, matrix, probabilities, window))
        else:
            found.append(cbow_log_probability(ids, matrix, probabilities, window, cbow_mean))
    return np.array(found)


class WordProbabilities:
    """The log probability of words, given hidden rows.

    Parameters
    ----------
    tree : Tree
    nodes : float32 (V - 1, D)
        The output rows of its nodes.
    """

    def __init__(self, tree: Tree, nodes: NDArray[np.float32]) -> None:
        self._tree, self._nodes = tree, nodes

    def of(self, words: NDArray[np.int64], hidden: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the log probability of words (n,), each given its hidden row (n, D)."""
        paths, codes = self._tree.table(words)
        sign = np.where(paths < 0, 0, 1 - 2 * codes).astype(np.float32)
        scores = sign * np.einsum("nld,nd->nl", self._nodes[np.maximum(paths, 0)], hidden)
        return np.asarray(-(np.logaddexp(0, -scores) * (sign != 0)).sum(axis=1), np.float64)


def skipgram_log_probability(
    ids: NDArray[np.int64], vectors: NDArray[np.float32], probabilities: WordProbabilities, window: int
) -> float:
    """Return the sum, over all pairs within the window, of the log probability of one word given the other's vector."""
    total = 0.0
    for distance in range(1, min(window, len(ids) - 1) + 1):
        for begin in range(0, len(ids) - distance, TOKENS_AT_ONCE):
            left = ids[begin : min(begin + TOKENS_AT_ONCE, len(ids) - distance)]
            right = ids[begin + distance :][: len(left)]
            total += float(probabilities.of(left, vectors[right]).sum() + probabilities.of(right, vectors[left]).sum())
    return total


def cbow_log_probability(
    ids: NDArray[np.int64], vectors: NDArray[np.float32], probabilities: WordProbabilities, window: int, mean: bool
) -> float:
    """Return the sum of each word's log probability given its context's hidden row, zeros without a context."""
    total = 0.0
    for begin, end, rows in _blocks(ids, window, vectors):
        sums = np.concatenate([np.zeros((1, rows.shape[1])), np.cumsum(rows, axis=0, dtype=np.float64)])
        at = np.arange(begin, end)
        base = max(0, begin - window)
        low, high = np.maximum(at - window, 0), np.minimum(at + window + 1, len(ids))
        hidden = sums[high - base] - sums[low - base] - rows[at - base]
        if mean:
            hidden /= np.maximum(high - low - 1, 1)[:, None]
        total += float(probabilities.of(ids[begin:end], hidden.astype(np.float32)).sum())
    return total


def _blocks(
    ids: NDArray[np.int64], window: int, vectors: NDArray[np.float32]
) -> Iterator[tuple[int, int, NDArray[np.float32]]]:
    """Yield the tokens in blocks, with the vectors of each block and of the window on both its sides."""
    for begin in range(0, len(ids), TOKENS_AT_ONCE):
        end = min(begin + TOKENS_AT_ONCE, len(ids))
        yield begin, end, vectors[ids[max(0, begin - window) : end + window]]


def softmax_between(
    context: NDArray[np.floating[Any]], output_rows: NDArray[np.float32], cbow_mean: bool
) -> NDArray[np.float64]:
    """Return the probability of each word, float64 (V,), between context words whose rows (n, D) are given.

    The softmax of all scores, which negative sampling does not train: a ranking rather than a probability.
    """
    wide = context.astype(np.float64)
    hidden = wide.mean(axis=0) if cbow_mean else wide.sum(axis=0)
    scores = (output_rows @ hidden.astype(np.float32)).astype(np.float64)
    shares = np.exp(scores - scores.max())
    return np.asarray(shares / shares.sum(), np.float64)
