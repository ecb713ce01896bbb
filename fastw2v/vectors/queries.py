"""Reading queries: the terms (words and vectors, with weights) and the words admitted as answers."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence, Set, Sized
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastw2v.errors import ParameterError, warn_user
from fastw2v.parameters import shown
from fastw2v.progress.figures import counted
from fastw2v.vectors.given import check_not_masked

# How many words a message names.
_NAMED = 5
# Rows that a search may leave out one by one.
_FEW = 1_000
# Rows are sorted, and not marked in a mask of all, where fewer than one in so many is given.
_SPARSE = 100
# A collection of words, or a callable that decides for each word.
Words = Collection[Hashable] | Callable[[Hashable], bool]


def read_terms(name: str, given: Any, index: Mapping[Hashable, int], size: int) -> list[tuple[Any, float]]:
    """Convert every accepted form of a query to a list of terms.

    Parameters
    ----------
    name : str
        The parameter's name, for messages.
    given : word, vector of shape (D,), pair (word or vector, weight), or list of these
    index : mapping of word to row
        Distinguishes a word that is a tuple from a (word, weight) pair.
    size : int
        D.

    Returns
    -------
    list of (word or float64 vector, float)

    Raises
    ------
    ParameterError
        For a vector of another shape, a weight that is not finite, and a value that is neither a word nor a vector.
    """
    if _are_numbers_of_vector(given, index, size):
        raise ParameterError(f"`{name}` is a list of {size:,} numbers: pass a vector as a NumPy array, np.array(...)")
    if isinstance(given, Mapping):
        raise ParameterError(f"`{name}` is a mapping: pass a list of (word, weight) pairs, as in list(weights.items())")
    check_not_masked(given, name)
    if isinstance(given, np.ndarray):
        is_vector = given.ndim == 1 and given.dtype.kind in "fiu" and not _are_ids(given, index)
        items: list[Any] = [given] if is_vector else given.tolist() if given.ndim == 1 else list(given)
    elif (
        isinstance(given, list)
        or (isinstance(given, tuple) and not _is_one_term(given, index))
        or (isinstance(given, (Set, Iterator)) and not _is_key_of(given, index))
        or is_column(given)
    ):
        items = list(given)
    else:
        items = [given]
    return [_read_term(name, item, index, size) for item in items]


def is_column(value: Any) -> bool:
    """Recognise a pandas or polars column of words without importing either."""
    return hasattr(value, "to_numpy") and hasattr(value, "__iter__")  # a pandas Timestamp is no column


def _are_numbers_of_vector(given: Any, index: Mapping[Hashable, int], size: int) -> bool:
    """Return whether a list holds as many numbers as a vector has, and no words."""
    return (
        isinstance(given, (list, tuple))
        and len(given) == size
        and all(isinstance(number, (float, np.floating)) for number in given)
        and not any(number in index for number in given)
    )


def _are_ids(given: NDArray[Any], index: Mapping[Hashable, int]) -> bool:
    """Return whether whole numbers are words, as ids of items are, and not a vector."""
    return given.dtype.kind in "iu" and any(number in index for number in given.tolist())


def _is_one_term(given: tuple[Any, ...], index: Mapping[Hashable, int]) -> bool:
    """Distinguish a word that is a tuple, or one (word, weight) pair, from a tuple of words."""
    if _is_key_of(given, index) or not _is_weighted(given, index):
        return _is_key_of(given, index)
    # Of two whole numbers that are words, as ids of items are, either may be meant: then both are words.
    return isinstance(given[1], (float, np.floating)) or not all(_is_key_of(part, index) for part in given)


def _read_term(name: str, item: Any, index: Mapping[Hashable, int], size: int) -> tuple[Any, float]:
    weight = 1.0
    if isinstance(item, tuple) and _is_weighted(item, index):
        item, weight = item[0], float(item[1])
        if not math.isfinite(weight):
            raise ParameterError(f"`{name}` has the weight {weight}: weights must be finite")
    if isinstance(item, np.ndarray):
        if item.dtype.kind not in "fiu":
            raise ParameterError(f"`{name}` holds an array of {item.dtype} inside a list: pass one flat list of words")
        vector = item.astype(np.float64)
        if vector.shape != (size,):
            raise ParameterError(f"a vector in `{name}` has shape {vector.shape}; these vectors have shape ({size},)")
        check_finite(vector, f"a vector in `{name}`")
        return vector, weight
    check_key(item, f"`{name}` holds")
    return item, weight


def words_among(items: Iterable[Any]) -> list[Any]:
    """Return the words among words and vectors."""
    return [item for item in items if not isinstance(item, np.ndarray)]


def few(words: Iterable[Any]) -> str:
    """Return some of the words for a message, and how many others there are."""
    listed = list(words)
    shown = ", ".join(f"{word!r:.40}" for word in listed[:_NAMED])
    more = len(listed) - _NAMED
    return f"{shown} and {more:,} more" if more > 0 else shown


def describe_undirected(words: Sequence[Any]) -> str:
    """Name words, and say that their vectors have no direction."""
    named = ", ".join(f"{word!r:.60}" for word in words[:3]) + (" ..." if words[3:] else "")
    if len(words) == 1:
        return f"{named}, whose vector is zero, or holds NaN or infinity, and so has no direction"
    return f"{named}, whose vectors are zero, or hold NaN or infinity, and so have no direction"


def check_finite(vector: NDArray[Any], what: str) -> None:
    """Raise ParameterError for a vector that holds NaN or infinity, which is near nothing."""
    if not np.isfinite(vector).all():
        raise ParameterError(f"{what} holds NaN or infinity, which has no direction: leave it out")


def check_key(word: Any, where: str) -> None:
    """Raise ParameterError, with the remedy, for a value that cannot be a word."""
    try:
        hash(word)
    except TypeError as error:
        remedy = "look up a list of words with wv[words], and pass a vector as a NumPy array"
        if isinstance(word, np.ndarray):
            remedy = "a word is expected here; most_similar, similarity and distances take vectors, too"
        raise ParameterError(
            f"{where} {word!r:.40} ({type(word).__name__}), which cannot be a word: {remedy}"
        ) from error


def _is_key_of(value: Any, index: Mapping[Hashable, int]) -> bool:
    try:
        return value in index
    except TypeError:  # a tuple that holds something unhashable, such as an array
        return False


def _is_weighted(pair: tuple[Any, ...], index: Mapping[Hashable, int]) -> bool:
    """Return whether it is a word or a vector and its weight, and no word itself."""
    return (
        len(pair) == 2
        and isinstance(pair[1], (int, float, np.integer, np.floating))
        and not isinstance(pair[1], bool)
        and not _is_key_of(pair, index)
    )


class Choice:
    """The words admitted as answers.

    Parameters
    ----------
    index : mapping of word to row
    words : list
        The words by row.
    limit : int
        Only the first `limit` rows are searched.
    among, exclude : collection of words, or callable, or None
        Which words may be answers, and which may not. Unknown words have no effect.

    Attributes
    ----------
    rows : array of int64, or None
        The rows to search, ascending; None: all below `limit`.
    left_out : list of int
        Rows below `limit` that are not admitted.
    """

    def __init__(
        self, index: Mapping[Hashable, int], words: list[Hashable], limit: int, among: Any, exclude: Any
    ) -> None:
        self.words = words
        self.limit = limit
        self.rows: NDArray[np.int64] | None = None
        self.left_out: list[int] = []
        self._tests: list[tuple[Callable[[Hashable], bool], bool]] = []
        self._told: dict[int, bool] = {}  # what they have said of rows
        if callable(among):
            self._tests.append((among, True))
        elif among is not None:
            self.rows = _rows_of("among", among, index, limit)
            if not len(self.rows) and (not isinstance(among, Sized) or len(among)):
                warn_user(f"among: there can be no answers, since it holds none of the {limit:,} words searched")
        if callable(exclude):
            self._tests.append((exclude, False))
        elif exclude is not None:
            self.left_out = _rows_of("exclude", exclude, index, limit).tolist()

    def bar(self, rows: NDArray[np.int64]) -> None:
        """Admit none of these rows."""
        barred = np.concatenate([np.array(self.left_out, np.int64), rows[rows < self.limit]])
        if len(barred) <= _FEW:
            self.left_out = np.unique(barred).tolist()
            return
        # Of many, the search would examine each.
        admitted = np.zeros(self.limit, np.bool_)
        admitted[slice(None) if self.rows is None else self.rows] = True
        admitted[barred] = False
        self.rows, self.left_out = np.flatnonzero(admitted), []

    @property
    def asks(self) -> bool:
        """Whether there are callables that must see each word."""
        return bool(self._tests)

    def admits(self, row: int) -> bool:
        """Ask the callables about the word of a row, once."""
        found = self._told.get(row)
        if found is None:
            found = all(bool(test(self.words[row])) is wanted for test, wanted in self._tests)
            if self._tests:
                self._told[row] = found
        return found

    def settle(self) -> Choice:
        """Ask the callables about every word at once, for many queries; returns itself."""
        for test, wanted in self._tests:
            rows = np.arange(self.limit) if self.rows is None else self.rows
            words = map(self.words.__getitem__, rows.tolist())
            self.rows = rows[np.fromiter(map(bool, map(test, words)), np.bool_, len(rows)) == wanted]
        self._tests = []
        return self


def _rows_of(name: str, given: Any, index: Mapping[Hashable, int], limit: int) -> NDArray[np.int64]:
    """Return the rows of known words below `limit`, ascending, each once."""
    if isinstance(given, (str, bytes)):
        raise ParameterError(f"{name} must be a collection of words or a callable; got the string {given!r:.40}")
    if not isinstance(given, Iterable):
        raise ParameterError(
            f"{name} must be a collection of words or a callable; got {type(given).__name__} {given!r:.40}"
        )
    if getattr(getattr(given, "dtype", None), "kind", "") == "b":
        raise ParameterError(
            f"{name} holds booleans: of a mask pass the words, [word for word, wanted in zip(wv, mask) if wanted]"
        )
    try:
        found = np.fromiter(map(index.get, given, itertools.repeat(-1)), np.int64)
    except TypeError:
        for word in given:
            check_key(word, f"`{name}` holds")
        raise
    found = found[(found >= 0) & (found < limit)]
    if len(found) < limit // _SPARSE:
        return np.unique(found)
    known = np.zeros(limit, np.bool_)  # of many rows, quicker than sorting them
    known[found] = True
    return np.flatnonzero(known)


def warn_of_order(vectors: Any, limit: int | None) -> None:
    """Warn where the first rows are searched and, by the counts, are not the most frequent words."""
    counts = vectors.counts
    if limit is None or counts is None or not 0 < limit < len(counts):
        return
    later = np.flatnonzero(counts[limit:] > counts[:limit].min())
    if len(later):
        words = counted(len(later), "word after them is", "words after them are")
        warn_user(
            f"the first {counted(limit, 'word')} of the vectors {'is' if limit == 1 else 'are'} searched, and {words} "
            f"more frequent than the rarest of these, such as {shown(vectors.index_to_key[limit + later[0]])}: "
            f"vectors.commonest({limit}) has the most frequent"
        )
