"""How probable a document is to a model of hierarchical softmax, whose word probabilities add up to 1."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fastw2v.estimators.bags import document_rows
from fastw2v.planning.tree import Tree, make_tree

if TYPE_CHECKING:
    from fastw2v.corpus.tokenizers import Tokenizer
    from fastw2v.vectors.word_vectors import WordVectors

TOKENS_AT_ONCE = 500  # the rows of the nodes of their paths stay in the cache


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
    ids = rows.astype(np.int64)
    if cbow_mean is None:
        return _skipgram(ids, ends, matrix, probabilities, window)
    return _cbow(ids, ends, matrix, probabilities, window, cbow_mean)


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
        steps, of = self._tree.steps(words)
        scores = np.einsum("td,td->t", self._nodes[steps >> 1], hidden[of])
        sign = (1 - 2 * (steps & 1)).astype(np.float32)
        return np.asarray(-np.bincount(of, np.logaddexp(0, -sign * scores), len(words)), np.float64)


def _skipgram(
    ids: NDArray[np.int64],
    ends: NDArray[np.int64],
    vectors: NDArray[np.float32],
    probabilities: WordProbabilities,
    window: int,
) -> NDArray[np.float64]:
    """Return each document's sum, over all pairs in the window, of one word's log probability given the other's vector.

    `ids` are those of all documents, one after the other; `ends` where each begins, and the last one's end.
    """
    of, found = _document_of(ends), np.zeros(len(ends) - 1)
    for distance in range(1, min(window, int(np.diff(ends).max(initial=1)) - 1) + 1):
        first = np.flatnonzero(of[:-distance] == of[distance:])
        for begin in range(0, len(first), TOKENS_AT_ONCE):
            left = first[begin : begin + TOKENS_AT_ONCE]
            one, other = ids[left], ids[left + distance]
            sums = probabilities.of(one, vectors[other]) + probabilities.of(other, vectors[one])
            found += np.bincount(of[left], sums, len(found))
    return found


def _cbow(
    ids: NDArray[np.int64],
    ends: NDArray[np.int64],
    vectors: NDArray[np.float32],
    probabilities: WordProbabilities,
    window: int,
    mean: bool,
) -> NDArray[np.float64]:
    """Return each document's sum of the log probability of its words given the hidden row of their context."""
    of, found = _document_of(ends), np.zeros(len(ends) - 1)
    at = np.arange(len(ids))
    low, high = np.maximum(at - window, ends[of]), np.minimum(at + window + 1, ends[of + 1])
    for begin in range(0, len(ids), TOKENS_AT_ONCE):
        here = slice(begin, begin + TOKENS_AT_ONCE)
        base = int(low[begin])
        rows = vectors[ids[base : high[here][-1]]]
        sums = np.concatenate([np.zeros((1, rows.shape[1])), np.cumsum(rows, axis=0, dtype=np.float64)])
        hidden = sums[high[here] - base] - sums[low[here] - base] - rows[at[here] - base]
        if mean:
            hidden /= np.maximum(high[here] - low[here] - 1, 1)[:, None]
        found += np.bincount(of[here], probabilities.of(ids[here], hidden.astype(np.float32)), len(found))
    return found


def _document_of(ends: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the number of the document that each token belongs to."""
    return np.repeat(np.arange(len(ends) - 1), np.diff(ends))


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
