"""WordVectors: one vector a word; lookup, neighbours, analogies. Exact search, nothing approximate.

The object holds arrays and words, nothing else: it pickles, copies and travels to other processes as it is.
"""

from __future__ import annotations

import threading
from collections.abc import Hashable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fastw2v.errors import ParameterError
from fastw2v.nearest import best_rows, close_matches, search_limit, unit_rows, whole_number

__all__ = ["UnknownWordError", "WordVectors"]


class UnknownWordError(KeyError):
    """A word that the vocabulary does not hold; the message names it and the words nearest in spelling.

    Parameters
    ----------
    word : hashable
        The word that was asked for.
    message : str
        The whole sentence.
    """

    def __init__(self, word: Hashable, message: str) -> None:
        super().__init__(word, message)
        self.word = word

    def __str__(self) -> str:  # KeyError shows the repr of its argument, which puts quotes around a sentence
        return str(self.args[1])


class WordVectors:
    """Words and their vectors.

    Parameters
    ----------
    vectors : array of float, shape (V, D)
        Row i is the vector of word i. A float32 array is used as it is, not copied; it is shown read-only.
    words : Vocabulary or sequence of hashables, length V
        The words, most frequent first if they have counts. No word may come twice.
    counts : array of int, shape (V,), optional
        How often each word came in the corpus. Taken from the Vocabulary when `words` is one.

    Attributes
    ----------
    vectors : array of float32, shape (V, D)
        Read-only.
    index_to_key : list
        The words by row.
    key_to_index : dict
        The row of each word.
    counts : array of int64, shape (V,), or None
    vector_size : int
        D.

    Raises
    ------
    ParameterError
        When the shapes do not fit or a word comes twice.

    Notes
    -----
    Any number of threads may ask one object at the same time. The unit vectors, as large as `vectors`, are made once,
    by the first question that needs them. Equal scores are ordered by row, so answers are deterministic.

    Examples
    --------
    >>> import numpy as np
    >>> wv = WordVectors(np.eye(3, dtype=np.float32) + 0.1, ["sun", "moon", "star"])
    >>> wv["moon"]
    array([0.1, 1.1, 0.1], dtype=float32)
    >>> [word for word, score in wv.most_similar("sun", topn=2)]
    ['moon', 'star']
    """

    def __init__(self, vectors: ArrayLike, words: Any, counts: ArrayLike | None = None) -> None:
        array = np.asarray(vectors)
        if array.ndim != 2 or array.dtype.kind not in "fiu" or array.shape[1] < 1:
            raise ParameterError(
                f"vectors must be a 2-D array of numbers with at least one column; got shape {array.shape} "
                f"of {array.dtype}"
            )
        if hasattr(words, "words"):  # a Vocabulary; its module need not be imported to read it
            counts = words.counts if counts is None else counts
            words = words.words
        keys = list(words)
        if len(keys) != len(array):
            raise ParameterError(f"{len(array):,} vectors were given for {len(keys):,} words: one a word is needed")
        self._set_up(np.ascontiguousarray(array, dtype=np.float32), keys, _checked_counts(counts, len(keys)))

    def _set_up(self, vectors: NDArray[np.float32], words: list[Hashable], counts: NDArray[np.int64] | None) -> None:
        self.vectors = vectors.view()
        self.vectors.flags.writeable = False
        self.index_to_key = words
        self.counts = counts
        self.key_to_index: dict[Hashable, int] = {word: row for row, word in enumerate(words)}
        if len(self.key_to_index) != len(words):
            first, again = _first_duplicate(words)
            raise ParameterError(
                f"the word {words[again]!r} comes twice, in rows {first} and {again}: each word needs one row"
            )
        self._units: NDArray[np.float32] | None = None
        self._lock = threading.Lock()

    # -- what travels to other processes --

    def __getstate__(self) -> dict[str, Any]:
        # np.asarray: of a memory-mapped file the numbers travel, not the mapping.
        return {"vectors": np.asarray(self.vectors), "words": self.index_to_key, "counts": self.counts}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._set_up(state["vectors"], state["words"], state["counts"])

    # -- a mapping from words to vectors --

    @property
    def vector_size(self) -> int:
        """Numbers in each vector, D."""
        return int(self.vectors.shape[1])

    def __len__(self) -> int:
        return len(self.index_to_key)

    def __contains__(self, word: object) -> bool:
        return word in self.key_to_index

    def __iter__(self) -> Iterator[Hashable]:
        """Iterate over the words by row, as over the keys of a dict."""
        return iter(self.index_to_key)

    def __repr__(self) -> str:
        return f"<WordVectors: {len(self):,} words, {self.vector_size} dimensions>"

    def row(self, word: Hashable) -> int:
        """Return the row of a word.

        Parameters
        ----------
        word : hashable

        Returns
        -------
        int

        Raises
        ------
        UnknownWordError
            A KeyError; its message offers the words nearest in spelling.
        """
        try:
            return self.key_to_index[word]
        except KeyError:
            raise UnknownWordError(word, self._unknown(word)) from None

    def __getitem__(self, words: Hashable | list[Hashable] | NDArray[Any]) -> NDArray[np.float32]:
        """Return the vector of one word, shape (D,), or those of a list or array of words, shape (n, D)."""
        if isinstance(words, (list, np.ndarray)) or _is_column(words):
            many: Any = words
            return self.vectors[np.array([self.row(word) for word in many], dtype=np.int64)]
        return self.vectors[self.row(words)]

    def get(self, word: Hashable, default: Any = None) -> Any:
        """Return the vector of a word, or `default` when the vocabulary does not hold it.

        Parameters
        ----------
        word : hashable
        default : object, default None

        Returns
        -------
        array of float32, shape (D,), or `default`
        """
        row = self.key_to_index.get(word)
        return default if row is None else self.vectors[row]

    @property
    def unit_vectors(self) -> NDArray[np.float32]:
        """The vectors divided by their lengths, shape (V, D), float32, read-only; zero vectors stay zero."""
        if self._units is None:
            with self._lock:
                if self._units is None:
                    units = unit_rows(self.vectors)
                    units.flags.writeable = False
                    self._units = units
        return self._units

    # -- questions --

    def most_similar(
        self,
        positive: Any = (),
        negative: Any = (),
        topn: int = 10,
        restrict_vocab: int | None = None,
    ) -> list[tuple[Hashable, float]]:
        """Find the words whose vectors point most nearly the same way (cosine similarity, exact).

        Parameters
        ----------
        positive, negative : word, vector of shape (D,), pair (word or vector, weight), or list of these
            What to add and what to subtract. Words count with their unit vectors, vectors with the length they have.
        topn : int, default 10
            How many words to return.
        restrict_vocab : int, optional
            Search the first (most frequent) rows only. The words asked about may lie behind them.

        Returns
        -------
        list of (word, float)
            Best first; the words that were asked about are left out. Scores lie in [-1, 1].

        Raises
        ------
        UnknownWordError
            For a word that the vocabulary does not hold.
        ParameterError
            When nothing is asked, or a vector has the wrong shape.

        Notes
        -----
        One matrix product and a partial sort. A query of zeros scores 0 everywhere. Order among equal scores: by row.
        A weight in `negative` says how much is subtracted (gensim adds it as it is).

        Examples
        --------
        >>> import numpy as np
        >>> wv = WordVectors(np.array([[1, 0], [2, 1], [0, 1]], np.float32), ["a", "b", "c"])
        >>> [word for word, score in wv.most_similar([("a", 1.0), ("c", 0.5)], topn=1)]
        ['b']
        """
        topn = whole_number("topn", topn, 0)
        limit = search_limit(len(self), restrict_vocab)
        terms = [(term, weight) for term, weight in self._terms("positive", positive)]
        terms += [(term, -weight) for term, weight in self._terms("negative", negative)]
        if not terms:
            raise ParameterError("most_similar was asked nothing: give at least one word or vector in `positive`")
        query = np.zeros(self.vector_size, np.float64)
        asked: list[int] = []
        for term, weight in terms:
            if isinstance(term, np.ndarray):
                query += weight * term
            else:
                row = self.row(term)
                asked.append(row)
                query += weight * self.unit_vectors[row].astype(np.float64)
        scores = self.unit_vectors[:limit] @ unit_rows(query[None, :])[0]
        best = best_rows(scores, topn, [row for row in asked if row < limit])
        return [(self.index_to_key[row], min(1.0, max(-1.0, float(scores[row])))) for row in best]

    def analogy(self, a: Hashable, b: Hashable, c: Hashable, topn: int = 10) -> list[tuple[Hashable, float]]:
        """Answer "`a` is to `b` as `c` is to what?" with the words nearest to b - a + c.

        Parameters
        ----------
        a, b, c : hashable
            Words; ``analogy("man", "king", "woman")`` asks for the queen.
        topn : int, default 10

        Returns
        -------
        list of (word, float)
            Best first, `a`, `b` and `c` left out.

        Raises
        ------
        UnknownWordError
            For a word that the vocabulary does not hold.

        Notes
        -----
        3CosAdd over unit vectors (Levy and Goldberg 2014), as in word2vec's own demonstration.

        Examples
        --------
        >>> import numpy as np
        >>> wv = WordVectors(np.array([[1, 0, 0], [1, 0, 1], [0, 1, 0], [0, 1, 1]], np.float32),
        ...                  ["man", "king", "woman", "queen"])
        >>> wv.analogy("man", "king", "woman", topn=1)[0][0]
        'queen'
        """
        return self.most_similar(positive=[b, c], negative=[a], topn=topn)

    def similarity(self, word: Hashable, other: Hashable) -> float:
        """Return the cosine similarity of two words.

        Parameters
        ----------
        word, other : hashable

        Returns
        -------
        float
            In [-1, 1]; 0 when either vector is zero.

        Raises
        ------
        UnknownWordError
            For a word that the vocabulary does not hold.

        Examples
        --------
        >>> import numpy as np
        >>> round(WordVectors(np.array([[2, 0], [3, 3]]), ["a", "b"]).similarity("a", "b"), 4)
        0.7071
        """
        rows = self.vectors[[self.row(word), self.row(other)]]
        first, second = unit_rows(rows).astype(np.float64)
        return min(1.0, max(-1.0, float(first @ second)))

    # -- helpers --

    def _terms(self, name: str, given: Any) -> list[tuple[Any, float]]:
        """Bring what `most_similar` accepts into the form [(word or float64 vector, weight)]."""
        if isinstance(given, np.ndarray):
            items: list[Any] = [given] if given.ndim == 1 and given.dtype.kind in "fiu" else list(given)
        elif (
            isinstance(given, list) or (isinstance(given, tuple) and not self._is_one_term(given)) or _is_column(given)
        ):
            items = list(given)
        else:
            items = [given]
        return [self._term(name, item) for item in items]

    def _is_one_term(self, given: tuple[Any, ...]) -> bool:
        """Tell a word that is a tuple, or one (word, weight) pair, from a tuple of words."""
        return _is_key_of(given, self.key_to_index) or (len(given) == 2 and _is_weighted(given, self.key_to_index))

    def _term(self, name: str, item: Any) -> tuple[Any, float]:
        weight = 1.0
        if isinstance(item, tuple) and len(item) == 2 and _is_weighted(item, self.key_to_index):
            item, weight = item[0], float(item[1])
        if isinstance(item, np.ndarray):
            vector = item.astype(np.float64)
            if vector.shape != (self.vector_size,):
                raise ParameterError(
                    f"a vector in `{name}` has shape {vector.shape}; these vectors have shape ({self.vector_size},)"
                )
            return vector, weight
        return item, weight

    def _unknown(self, word: Hashable) -> str:
        message = f"the word {word!r} is not in the vocabulary of {len(self):,} words"
        near = close_matches(word, self.key_to_index, self.index_to_key)
        return f"{message}; close to it: {', '.join(map(repr, near))}" if near else message


def _checked_counts(counts: ArrayLike | None, words: int) -> NDArray[np.int64] | None:
    if counts is None:
        return None
    array = np.asarray(counts)
    if array.shape != (words,) or array.dtype.kind not in "iu":
        raise ParameterError(
            f"counts must hold one whole number a word, shape ({words},); got shape {array.shape} of {array.dtype}"
        )
    return array.astype(np.int64, copy=False)


def _first_duplicate(words: list[Hashable]) -> tuple[int, int]:
    seen: dict[Hashable, int] = {}
    for row, word in enumerate(words):
        if word in seen:
            return seen[word], row
        seen[word] = row
    raise AssertionError("no word comes twice")


def _is_column(value: Any) -> bool:
    """Recognise a pandas or polars column of words without importing either."""
    return hasattr(value, "to_numpy")


def _is_key_of(value: Any, index: Mapping[Hashable, int]) -> bool:
    try:
        return value in index
    except TypeError:  # a tuple that holds something unhashable, such as an array
        return False


def _is_weighted(pair: tuple[Any, ...], index: Mapping[Hashable, int]) -> bool:
    """Tell a pair (word, weight) from a pair of words: the weight is a number that is no word itself."""
    weight = pair[1]
    return (
        isinstance(weight, (int, float, np.integer, np.floating))
        and not isinstance(weight, bool)
        and not _is_key_of(pair, index)
        and not (_is_key_of(weight, index) and _is_key_of(pair[0], index))
    )
