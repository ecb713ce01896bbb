"""WordVectors: one vector a word, and the way from words to vectors; what they can be asked is in its two bases.

The object holds arrays and words, nothing else: it pickles, copies and travels to other processes as it is.
"""

from __future__ import annotations

import threading
from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeVar, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fastw2v.errors import ParameterError, require
from fastw2v.vectors.comparisons import Comparisons
from fastw2v.vectors.neighbours import Neighbours
from fastw2v.vectors.queries import check_key, is_column
from fastw2v.vectors.search import close_matches, unit_rows, whole_number

if TYPE_CHECKING:
    from typing_extensions import Self

    from fastw2v.corpus.vocabulary import Vocabulary

Default = TypeVar("Default")


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


class WordVectors(Neighbours, Comparisons):
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

    def __init__(
        self, vectors: ArrayLike, words: Vocabulary | Iterable[Hashable], counts: ArrayLike | None = None
    ) -> None:
        array = np.asarray(vectors)
        if array.ndim != 2 or array.dtype.kind not in "fiu" or array.shape[1] < 1:
            raise ParameterError(
                f"vectors must be a 2-D array of numbers with at least one column; got shape {array.shape} "
                f"of {array.dtype}"
            )
        given: Any = words
        if hasattr(given, "words"):  # a Vocabulary; its module need not be imported to read it
            counts = given.counts if counts is None else counts
            given = given.words
        keys = list(given)
        if len(keys) != len(array):
            raise ParameterError(f"{len(array):,} vectors were given for {len(keys):,} words: one a word is needed")
        self._set_up(np.ascontiguousarray(array, dtype=np.float32), keys, _checked_counts(counts, len(keys)))

    def _set_up(self, vectors: NDArray[np.float32], words: list[Hashable], counts: NDArray[np.int64] | None) -> None:
        self.vectors = vectors.view()
        self.vectors.flags.writeable = False
        self.index_to_key = words
        self.counts = counts
        try:
            self.key_to_index: dict[Hashable, int] = {word: row for row, word in enumerate(words)}
        except TypeError:
            for word in words:
                check_key(word, "`words` holds")
            raise
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
        ParameterError
            For what cannot be a word, such as a list.
        """
        try:
            return self.key_to_index[word]
        except TypeError:
            check_key(word, "got")
            raise
        except KeyError:
            raise UnknownWordError(word, self._unknown(word)) from None

    @overload
    def __getitem__(self, words: slice) -> Self: ...
    @overload
    def __getitem__(self, words: Hashable | Sequence[Hashable]) -> NDArray[np.float32]: ...
    def __getitem__(self, words: Any) -> Any:
        """Look up a word, several words, or a slice of rows.

        Parameters
        ----------
        words : hashable, list, array or column of hashables, or slice
            A slice is one of rows: ``wv[:1000]`` has the first, that is the most frequent, thousand words.

        Returns
        -------
        array of float32, shape (D,) for a word, (n, D) for several; or WordVectors, for a slice

        Raises
        ------
        UnknownWordError
            For a word that the vocabulary does not hold.
        """
        if isinstance(words, slice):
            counts = None if self.counts is None else self.counts[words]
            return type(self)(self.vectors[words], self.index_to_key[words], counts)
        if isinstance(words, (list, np.ndarray)) or is_column(words):
            return self.vectors[np.array([self.row(word) for word in words], dtype=np.int64)]
        return self.vectors[self.row(words)]

    def commonest(self, n: int) -> Self:
        """Return the vectors of the `n` most frequent words, most frequent first.

        Parameters
        ----------
        n : int
            More than there are: all.

        Returns
        -------
        WordVectors
            By count where there are counts, equal counts by row; else the first `n` rows.

        Examples
        --------
        >>> import numpy as np
        >>> list(WordVectors(np.eye(3), ["a", "b", "c"], [1, 5, 2]).commonest(2))
        ['b', 'c']
        """
        n = whole_number("n", n, 1)
        if self.counts is None or (self.counts[:-1] >= self.counts[1:]).all():
            return self[:n]
        rows = np.argsort(-self.counts, kind="stable")[:n]
        return type(self)(self.vectors[rows], [self.index_to_key[row] for row in rows], self.counts[rows])

    @overload
    def get(self, word: Hashable, default: None = None) -> NDArray[np.float32] | None: ...
    @overload
    def get(self, word: Hashable, default: Default) -> NDArray[np.float32] | Default: ...
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

    # -- the same in other libraries' forms --

    def to_frame(self) -> Any:
        """Return a pandas DataFrame: a row for each word, which is the index, and the columns 0 to D - 1.

        Examples
        --------
        >>> import numpy as np
        >>> frame = WordVectors(np.eye(2), ["a", "b"]).to_frame()
        >>> frame.loc["b"].tolist()
        [0.0, 1.0]
        """
        pd = require("pandas", "to_frame()")
        return pd.DataFrame(self.vectors, index=pd.Index(self.index_to_key, name="word", tupleize_cols=False))

    def to_gensim(self) -> Any:
        """Return a gensim KeyedVectors with a copy of the vectors, the words, and the counts where there are any.

        Examples
        --------
        >>> import numpy as np
        >>> WordVectors(np.eye(2), ["a", "b"]).to_gensim().get_vector("b").tolist()
        [0.0, 1.0]
        """
        models = require("gensim.models", "to_gensim()")
        theirs = models.KeyedVectors(self.vector_size, count=len(self), dtype=np.float32)
        theirs.index_to_key = list(self.index_to_key)
        theirs.key_to_index = dict(self.key_to_index)
        theirs.vectors = np.array(self.vectors)
        if self.counts is not None:
            for word, count in zip(self.index_to_key, self.counts.tolist(), strict=True):
                theirs.set_vecattr(word, "count", count)
        return theirs

    @classmethod
    def from_gensim(cls, keyed_vectors: Any) -> Self:
        """Take over a gensim KeyedVectors (``model.wv``), with its counts where it has any; the vectors are copied.

        Raises
        ------
        ParameterError
            For anything else.

        Examples
        --------
        >>> import numpy as np
        >>> theirs = WordVectors(np.eye(2), ["a", "b"], [5, 3]).to_gensim()
        >>> WordVectors.from_gensim(theirs).counts
        array([5, 3])
        """
        if not (hasattr(keyed_vectors, "expandos") and hasattr(keyed_vectors, "index_to_key")):
            raise ParameterError(
                f"gensim's KeyedVectors were expected, such as model.wv; got {type(keyed_vectors).__name__}"
            )
        counts = keyed_vectors.expandos.get("count")
        vectors = np.array(keyed_vectors.vectors, np.float32)
        return cls(vectors, keyed_vectors.index_to_key, None if counts is None else np.asarray(counts, np.int64))

    # -- helpers --

    def _unknown(self, word: Hashable) -> str:
        message = f"the word {word!r} is not in the vocabulary of {len(self):,} words"
        near = close_matches(word, self.key_to_index, self.index_to_key)
        return f"{message}; close to it: {', '.join(map(repr, near))}" if near else message


def as_word_vectors(given: Any) -> WordVectors:
    """Return word vectors as they are and gensim's as such; raise ParameterError for anything else."""
    if isinstance(given, WordVectors):
        return given
    if hasattr(given, "expandos"):
        return WordVectors.from_gensim(given)
    raise ParameterError(
        f"word vectors were expected; got {type(given).__name__}: of a fitted model pass model.vectors_, of arrays "
        "make WordVectors(vectors, words)"
    )


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
