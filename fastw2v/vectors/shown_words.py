"""Which words a picture shows: those that are asked for, or the most frequent, and all of them with a direction."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Set
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastw2v.errors import ParameterError, UnknownWordError, warn_user
from fastw2v.parameters import whole_number
from fastw2v.progress.figures import counted
from fastw2v.vectors.queries import check_key, few, is_column
from fastw2v.vectors.search import units_and_others
from fastw2v.vectors.table import Table


def rows_by_frequency(counts: NDArray[np.int64] | None, words: int) -> NDArray[np.int64]:
    """Return all rows, that of the most frequent word first; without counts, in their order."""
    if counts is None or (counts[:-1] >= counts[1:]).all():
        return np.arange(words)
    return np.argsort(-counts, kind="stable")


def shown_words(
    vectors: Table, counts: NDArray[np.int64] | None, words: Any, default: int, purpose: str
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return the rows of the words to show, and their unit vectors.

    Parameters
    ----------
    vectors : WordVectors
    counts : array of int, or None
        By row.
    words : collection of words, int or None
        These, or the most frequent ones, or `default` of them.
    default : int
    purpose : str
        The method that was called, for messages.

    Returns
    -------
    rows : array of int64, shape (n,)
        In the order of `words`; otherwise, and for a set, the most frequent first.
    units : array of float32, shape (n, D)

    Raises
    ------
    UnknownWordError
        None of the words is in the vocabulary.
    ParameterError
        `words` is of another kind, or fewer than two words remain.

    Warns
    -----
    RuntimeWarning
        Words are left out, because they are unknown, have no direction, or were named before.
    """
    if words is None or isinstance(words, (int, np.integer)):
        number = default if words is None else whole_number("words", words, 1)
        rows = rows_by_frequency(counts, len(vectors))[:number]
    else:
        rows = _rows_of(vectors, _listed(words, purpose), purpose)
        if isinstance(words, Set):  # which has no order of its own
            frequent = rows_by_frequency(counts, len(vectors))
            rows = frequent[np.isin(frequent, rows)]
    units, undirected = units_and_others(vectors._rows[rows])
    if len(undirected):
        named = [vectors.index_to_key[row] for row in rows[undirected]]
        warn_user(
            f"{purpose} leaves out {few(named)}, which have no direction: their vectors are zero, or hold NaN or "
            "infinity"
        )
        rows, units = np.delete(rows, undirected), np.delete(units, undirected, axis=0)
    if len(rows) < 2:
        raise ParameterError(
            f"{purpose} needs at least two words whose vectors have a direction; got {len(rows)}: name more words"
        )
    return rows, units


def _listed(words: Any, purpose: str) -> list[Any]:
    if isinstance(words, (str, bytes)):
        raise ParameterError(
            f"{purpose}: words must be a list of words, or how many of the most frequent; got the one word "
            f"{words!r:.60}: pass [{words!r:.60}, ...]"
        )
    if not (isinstance(words, (Collection, Iterator, np.ndarray)) or is_column(words)):
        raise ParameterError(
            f"{purpose}: words must be a list of words, or how many of the most frequent; got {type(words).__name__} "
            f"{words!r:.60}"
        )
    return list(words)


def _rows_of(vectors: Table, words: list[Any], purpose: str) -> NDArray[np.int64]:
    """Return the rows of the known words; warn of the others."""
    known: dict[int, None] = {}
    unknown: dict[Hashable, None] = {}
    repeated: dict[Hashable, None] = {}
    for word in words:
        check_key(word, "`words` holds")
        row = vectors.key_to_index.get(word)
        if row is None:
            unknown[word] = None
        elif row in known:
            repeated[word] = None
        else:
            known[row] = None
    if not words:
        raise ParameterError(f"{purpose}: words is empty: name some words, or pass None for the most frequent")
    if not known:
        try:
            vectors.row(words[0])
        except UnknownWordError as error:
            raise UnknownWordError(
                words[0],
                f"{purpose}: none of the {counted(len(words), 'word')} is in the vocabulary; the first: {error}"
                if len(words) > 1
                else f"{purpose}: {error}",
            ) from error
    if unknown:
        warn_user(f"{purpose} leaves out {few(unknown)}: not in the vocabulary")
    if repeated:
        warn_user(f"{purpose}: words names {few(repeated)} more than once; each word is shown once")
    return np.fromiter(known, np.int64)
