"""A few words that show what vectors have learned, chosen by themselves, and the neighbours of any one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fastw2v import cards
from fastw2v.cards import Html, table
from fastw2v.progress.figures import counted
from fastw2v.vectors.neighbour_list import NeighbourList
from fastw2v.vectors.search import best_rows, units_and_others
from fastw2v.vectors.shown_words import rows_by_frequency

if TYPE_CHECKING:
    from fastw2v.vectors.word_vectors import WordVectors

SEARCHED = 30_000  # of the most frequent words: examples must be quick, whatever the size of the vocabulary
CANDIDATES = 200
COMMON = 5e-4  # the share of the tokens above which a word is hardly about anything: "the", "which", "also"
_COMMON_RANKS = 150  # the same where the counts are unknown
LONG = 0.75  # the share of the words of a part whose vectors are shorter than that of its example
LEAST_WORDS = 50  # of fewer, every word is a neighbour of every other
_LEAST_LETTERS = 4  # of a word in ASCII; fewer make an abbreviation, or a word that only holds others together


def example_neighbours(vectors: WordVectors, n: int = 4, topn: int = 5) -> list[tuple[Any, NeighbourList]]:
    """Return a few frequent words that are not too frequent, each with its nearest words.

    Parameters
    ----------
    vectors : WordVectors
    n : int
        How many words.
    topn : int
        How many neighbours of each.

    Returns
    -------
    list of (word, NeighbourList)
        Among the 30,000 most frequent words; without a warning of vectors that have no direction, which are left out.

    Notes
    -----
    Of equally frequent words, those that mean much have the longer vectors (A. Schakel and B. Wilson, "Measuring word
    significance using distributed representations of words", 2015), but those with the longest come in bursts, as the
    names of a single page do. So a word is taken whose vector is longer than three quarters of the others.

    Examples
    --------
    >>> from fastw2v import WordVectors
    >>> wv = WordVectors(np.array([[1, 0], [2, 1], [0, 1]]), ["sun", "moon", "star"])
    >>> [(word, near[0][0]) for word, near in example_neighbours(wv, n=2)]
    [('moon', 'sun'), ('star', 'moon')]
    """
    rows = rows_by_frequency(vectors.counts, len(vectors))[:SEARCHED]
    words = [vectors.index_to_key[row] for row in rows]
    found = np.array(vectors.vectors[rows])
    units, undirected = units_and_others(found)
    left_out = set(undirected.tolist())
    counts = None if vectors.counts is None else vectors.counts[rows]
    total = 0 if vectors.counts is None else int(vectors.counts.sum())
    candidates = [place for place in _candidates(words, counts, total) if place not in left_out]
    lengths = np.linalg.norm(found[candidates].astype(np.float64), axis=1)
    # One of each part of the candidates, so that frequent ones and rarer ones are among them.
    parts = [part for part in np.array_split(np.arange(len(candidates)), n) if len(part)]
    chosen = [candidates[part[np.argsort(lengths[part])[int(LONG * len(part))]]] for part in parts]
    return [(words[place], _nearest(words, units, place, topn, undirected)) for place in chosen]


def example_rows(vectors: WordVectors) -> Html:
    """Return the same as the rows of a card."""
    found = example_neighbours(vectors) if len(vectors) >= LEAST_WORDS else []
    return table((), [(word, cards.words(near for near, _ in nearest)) for word, nearest in found], named=True)


def word_vectors_card(vectors: WordVectors) -> str:
    """Return the card of word vectors for a notebook."""
    first = vectors.index_to_key[:12]
    rows: list[tuple[str, Any]] = [("first words", cards.words(first))]
    if vectors.counts is not None:
        rows.append(("corpus", f"{counted(int(vectors.counts.sum()), 'token')} of these words"))
    subtitle = f"{counted(len(vectors), 'word')}, {counted(vectors.vector_size, 'dimension')}"
    nearest = example_rows(vectors)
    parts = (cards.facts(rows), cards.heading("nearest words"), nearest) if nearest else (cards.facts(rows),)
    return cards.card(type(vectors).__name__, *parts, subtitle=subtitle)


def _candidates(words: Sequence[Any], counts: NDArray[np.int64] | None, total: int) -> list[int]:
    """Return the places of the most frequent words that look like words with a meaning; of all words, failing that."""
    first = min(_COMMON_RANKS, len(words) // 10)
    if counts is not None:
        first = int(np.searchsorted(-counts, -COMMON * total))
    telling = [place for place in range(first, len(words)) if _tells(words[place])][:CANDIDATES]
    return telling or list(range(min(CANDIDATES, len(words))))


def _tells(word: Any) -> bool:
    return isinstance(word, str) and word.isalpha() and len(word) >= (_LEAST_LETTERS if word.isascii() else 2)


def _nearest(
    words: Sequence[Any], units: NDArray[np.float32], place: int, topn: int, undirected: NDArray[np.int64]
) -> NeighbourList:
    scores = units @ units[place]
    best = best_rows(scores, topn, [place, *undirected.tolist()])
    return NeighbourList((words[row], score) for row, score in zip(best.tolist(), scores[best].tolist(), strict=True))
