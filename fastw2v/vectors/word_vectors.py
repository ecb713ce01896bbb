"""WordVectors: a vocabulary and one vector per word, and lookup; its bases answer queries, compare and draw.

The object holds an array and a vocabulary, nothing else, so it pickles and copies without further code.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NoReturn, Protocol, TypeVar, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fastw2v.corpus.tokenizers import Carried, Tokenizer, check_tokenizer
from fastw2v.corpus.vocabulary import Vocabulary
from fastw2v.errors import ParameterError, require, warn_user
from fastw2v.gensims_names import DO_NOT_CHANGE, OF_VECTORS, Answers
from fastw2v.parameters import whole_number
from fastw2v.progress.figures import counted
from fastw2v.vectors.comparisons import Comparisons
from fastw2v.vectors.given import as_array, as_float32, checked_words
from fastw2v.vectors.neighbours import Neighbours
from fastw2v.vectors.pictures import Pictures
from fastw2v.vectors.queries import check_key, is_column
from fastw2v.vectors.search import units_and_others
from fastw2v.vectors.telling_words import word_vectors_card

if TYPE_CHECKING:
    from typing_extensions import Self

Default = TypeVar("Default")


class WordVectors(Answers, Neighbours, Comparisons, Pictures):
    """Words and their vectors.

    Parameters
    ----------
    vectors : array of float, shape (V, D)
        Row i is the vector of word i. A float32 array is shared, not copied, and shown read-only.
    words : Vocabulary, sequence of hashables or mapping, length V
        Distinct words, most frequent first if they have counts. A Vocabulary is shared, not copied. A mapping gives the
        row of each word, as scikit-learn's ``vocabulary_`` does.
    counts : array of int, shape (V,), optional
        How often each word occurs in the corpus. By default those of the Vocabulary, if `words` is one.
    tokenizer : {"whitespace", "words", "tokens"}, callable or None, default None
        How the text that the vectors were trained on was split, if known: `DocVectorizer` splits documents so.

    Attributes
    ----------
    vectors : array of float32, shape (V, D)
        Read-only.
    vocabulary : Vocabulary
        The words with their rows and counts; the next three are views of it.
    index_to_key : list
        The words by row; it cannot be changed.
    key_to_index : dict
        The row of each word; it cannot be changed.
    counts : array of int64, shape (V,), or None
        Read-only; None where the counts are unknown.
    tokenizer : str, callable or None
        As given. Slices, copies and native files keep it; of a function, files keep the name.
    vector_size : int
        D.

    Raises
    ------
    ParameterError
        The shapes do not match or a word appears twice.

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

    _gensims = OF_VECTORS
    _tokenizer: Tokenizer | None = None  # also of subclasses that do not say

    def __init__(
        self,
        vectors: ArrayLike,
        words: Vocabulary | Iterable[Hashable],
        counts: ArrayLike | None = None,
        *,
        tokenizer: Tokenizer | None = None,
    ) -> None:
        check_tokenizer(tokenizer)
        array = as_array(vectors)
        if array.ndim != 2 or array.dtype.kind not in "fiu" or array.shape[1] < 1:
            raise ParameterError(
                f"vectors must be a 2-D array of numbers with at least one column; got shape {array.shape} "
                f"of {array.dtype}"
            )
        if isinstance(words, Vocabulary):
            vocabulary = words if counts is None or counts is words.counts else Vocabulary(words, counts)
        else:
            vocabulary = Vocabulary(checked_words(words), counts)
        if len(vocabulary) != len(array):
            found = f"{counted(len(array), 'vector')} for {counted(len(vocabulary), 'word')}"
            raise ParameterError(f"got {found}: give one vector per word")
        try:
            vocabulary.index  # noqa: B018  # raises where a word appears twice
        except TypeError:
            for word in vocabulary:
                check_key(word, "`words` holds")
            raise
        self._set_up(as_float32(array), vocabulary)
        self._tokenizer = tokenizer

    def _set_up(self, vectors: NDArray[np.float32], vocabulary: Vocabulary) -> None:
        self._vectors = vectors.view()
        self._vectors.flags.writeable = False
        self._vocabulary = vocabulary
        self._units: tuple[NDArray[np.float32], NDArray[np.int64]] | None = None
        self._cased: dict[Any, tuple[int, dict[str, int]]] = {}  # see `fastw2v.evaluate.matching`
        self._making = os.getpid(), threading.Lock()

    # -- what travels to other processes --

    def __getstate__(self) -> dict[str, Any]:
        # np.asarray: of a memory-mapped file the numbers travel, not the mapping.
        state = {"vectors": np.asarray(self.vectors), "vocabulary": self.vocabulary}
        return state if self._tokenizer is None else {**state, "tokenizer": Carried(self._tokenizer)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._set_up(state["vectors"], state["vocabulary"])
        if "tokenizer" in state:
            self._tokenizer = state["tokenizer"].tokenizer

    # -- what it holds --

    @property
    def vectors(self) -> NDArray[np.float32]:
        """The vectors, shape (V, D), float32, read-only."""
        return self._vectors

    @vectors.setter
    def vectors(self, _: Any) -> NoReturn:
        raise AttributeError(f"vectors = ...: {DO_NOT_CHANGE}")

    @property
    def vocabulary(self) -> Vocabulary:
        """The words with their rows and counts."""
        return self._vocabulary

    @vocabulary.setter
    def vocabulary(self, _: Any) -> NoReturn:
        raise AttributeError(f"vocabulary = ...: {DO_NOT_CHANGE}")

    @property
    def tokenizer(self) -> Tokenizer | None:
        """How the text of training was split; None where unknown. It may be set, as of vectors from elsewhere."""
        return self._tokenizer

    @tokenizer.setter
    def tokenizer(self, tokenizer: Tokenizer | None) -> None:
        check_tokenizer(tokenizer)
        self._tokenizer = tokenizer

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        """Return `vectors`, as ``np.asarray(wv)`` and libraries that ask for an array get them."""
        if dtype is None or np.dtype(dtype) == self.vectors.dtype:
            return np.array(self.vectors) if copy else self.vectors
        if copy is False:
            raise ValueError(f"the vectors are {self.vectors.dtype}, and become {np.dtype(dtype)} in a copy alone")
        return self.vectors.astype(dtype)

    # -- a mapping from words to vectors --

    @property
    def index_to_key(self) -> list[Any]:
        """The words by row."""
        return self.vocabulary.words

    @property
    def key_to_index(self) -> dict[Hashable, int]:
        """The row of each word."""
        return self.vocabulary.index

    @property
    def counts(self) -> NDArray[np.int64] | None:
        """How often each word occurs in the corpus, shape (V,), int64, read-only; None where unknown."""
        return self.vocabulary.counts

    @property
    def vector_size(self) -> int:
        """The length of each vector, D."""
        return int(self._rows.shape[1])

    def __len__(self) -> int:
        return len(self.vocabulary)

    def __contains__(self, word: object) -> bool:
        return word in self.vocabulary

    def __iter__(self) -> Iterator[Any]:
        """Iterate over the words by row, as over the keys of a dict."""
        return iter(self.index_to_key)

    def __repr__(self) -> str:
        return f"<WordVectors: {counted(len(self), 'word')}, {counted(self.vector_size, 'dimension')}>"

    def _repr_html_(self) -> str:
        return word_vectors_card(self)

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
            A KeyError, whose message offers words of similar spelling.
        ParameterError
            For a value that cannot be a word, such as a list.
        """
        try:
            return self.vocabulary.index[word]  # one call fewer than vocabulary[word], which only raises better
        except KeyError:
            return self.vocabulary[word]
        except TypeError:
            check_key(word, "got")
            raise

    @overload
    def __getitem__(self, words: slice) -> Self: ...
    @overload
    def __getitem__(self, words: Hashable | Sequence[Hashable]) -> NDArray[np.float32]: ...
    def __getitem__(self, words: Any) -> Any:
        """Look up a word, several words, or a slice of rows.

        Parameters
        ----------
        words : hashable, list, array or column of hashables, or slice
            A slice selects rows: ``wv[:1000]`` has the first (most frequent) thousand words.

        Returns
        -------
        array of float32, shape (D,) for a word, (n, D) for several; WordVectors for a slice

        Raises
        ------
        UnknownWordError
            For a word that is not in the vocabulary.
        """
        if isinstance(words, slice):
            counts = None if self.counts is None else self.counts[words]
            return self._like(self._rows[words], self.index_to_key[words], counts)
        if isinstance(words, (list, np.ndarray)) or is_column(words):
            return self._rows[np.array(self._known_rows(words), dtype=np.int64)]
        return self._rows[self.row(words)]

    def commonest(self, n: int) -> Self:
        """Return the vectors of the `n` most frequent words, most frequent first.

        Parameters
        ----------
        n : int
            If there are fewer words, all are returned.

        Returns
        -------
        WordVectors
            Ordered by count, equal counts by row; without counts, the first `n` rows.

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
        return self._like(self._rows[rows], [self.index_to_key[row] for row in rows], self.counts[rows])

    @overload
    def get(self, word: Hashable, default: None = None) -> NDArray[np.float32] | None: ...
    @overload
    def get(self, word: Hashable, default: Default) -> NDArray[np.float32] | Default: ...
    def get(self, word: Hashable, default: Any = None) -> Any:
        """Return the vector of a word, or `default` if it is not in the vocabulary.

        Parameters
        ----------
        word : hashable
        default : object, default None

        Returns
        -------
        array of float32, shape (D,), or `default`
        """
        try:
            row = self.key_to_index.get(word)
        except TypeError:
            check_key(word, "got")
            raise
        return default if row is None else self._rows[row]

    @property
    def unit_vectors(self) -> NDArray[np.float32]:
        """The vectors scaled to length 1, shape (V, D), float32, read-only; zero vectors stay zero."""
        return self._units_and_undirected()[0]

    @property
    def without_direction(self) -> NDArray[np.int64]:
        """The rows whose vectors are zero, or hold NaN or infinity: no query answers with their words."""
        return self._units_and_undirected()[1]

    def _units_and_undirected(self) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Return the unit vectors, and the rows of those without direction."""
        found = self._units
        return self._make_units() if found is None else found

    def _make_units(self) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Do so, in one thread for all that ask meanwhile."""
        process = os.getpid()
        if self._making[0] != process:  # a fork copied a lock that a thread which is not there may hold
            self._making = process, threading.Lock()
        with self._making[1]:
            if self._units is not None:
                return self._units
            units, undirected = units_and_others(self.vectors)
            units.flags.writeable = False
            self._units = units, undirected
        self._warn_of_undirected(undirected)
        return units, undirected

    def _warn_of_undirected(self, rows: NDArray[np.int64]) -> None:
        if len(rows):
            warn_user(
                f"{len(rows):,} of {len(self):,} vectors are zero, or hold NaN or infinity (the first is that of "
                f"{self.index_to_key[rows[0]]!r:.60}): they have no direction, and no query answers with their words"
            )

    # -- what the queries read; a subclass whose vectors change answers otherwise --

    @property
    def _rows(self) -> NDArray[np.float32]:
        """The vectors, for reading."""
        return self.vectors

    def _unit(self, row: int) -> NDArray[np.float32]:
        """Return a vector scaled to length 1."""
        return self.unit_vectors[row]

    def _cosines(self, unit: NDArray[np.float32], rows: slice | NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the cosines of rows with a unit vector."""
        return self.unit_vectors[rows] @ unit

    def _like(self, vectors: NDArray[np.float32], words: list[Any], counts: NDArray[np.int64] | None) -> Self:
        """Return an object of this class with other vectors."""
        like = type(self)(vectors, words, counts)
        like._tokenizer = self._tokenizer
        return like

    # -- conversion to other libraries --

    def __dlpack__(self, **options: Any) -> Any:
        """Share `vectors` with another library, without a copy: ``torch.from_dlpack(wv)``.

        The memory is read-only. NumPy refuses a library that does not ask with a version of DLPack that can say so.

        Examples
        --------
        >>> import numpy as np
        >>> wv = WordVectors(np.eye(2, dtype=np.float32), ["a", "b"])
        >>> np.shares_memory(np.from_dlpack(wv), wv.vectors)
        True
        """
        return self.vectors.__dlpack__(**options)

    def __dlpack_device__(self) -> tuple[int, int]:
        """Return where the vectors are, in DLPack's numbers: in the host's memory."""
        return self.vectors.__dlpack_device__()

    def to_frame(self) -> Any:
        """Return a pandas DataFrame with one row per word, the words as its index, and the columns 0 to D - 1.

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
        """Return a gensim KeyedVectors with a copy of the vectors, the words, and the counts if known.

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
    def from_gensim(cls, keyed_vectors: Any) -> WordVectors:
        """Return a copy of a gensim KeyedVectors (``model.wv``), or of other word vectors, with counts if it has any.

        Raises
        ------
        ParameterError
            For an object of another type.

        Examples
        --------
        >>> import numpy as np
        >>> theirs = WordVectors(np.eye(2), ["a", "b"], [5, 3]).to_gensim()
        >>> WordVectors.from_gensim(theirs).counts
        array([5, 3])
        """
        found = find_word_vectors(keyed_vectors)
        if found is None:
            raise ParameterError(
                f"expected gensim's KeyedVectors, such as model.wv; got {type(keyed_vectors).__name__}"
            )
        copied = cls(np.array(found.vectors), found.vocabulary)
        copied._tokenizer = found.tokenizer
        return copied


class HasVectors(Protocol):
    """A fitted model of word vectors, such as `fastw2v.Word2Vec`, which functions on vectors take, too."""

    @property
    def vectors_(self) -> WordVectors:
        """The word vectors."""


def find_word_vectors(given: Any) -> WordVectors | None:
    """Return the word vectors that an object is or has; the one place that recognises such objects.

    Parameters
    ----------
    given : object
        Recognised are: WordVectors; a fitted model of this package (``given.vectors_``); gensim's KeyedVectors, or any
        object with ``vectors``, ``index_to_key`` and ``key_to_index``; a model that keeps either in ``given.wv``, as
        gensim's do.

    Returns
    -------
    WordVectors or None
        None for any other object, an unfitted model among them, so that the caller can say what it accepts. The vectors
        of a float32 array are shared, not copied. Counts come from gensim's "count" attribute, if it exists.

    Examples
    --------
    >>> import numpy as np
    >>> wv = WordVectors(np.eye(2), ["a", "b"])
    >>> find_word_vectors(wv) is wv
    True
    >>> find_word_vectors(np.eye(2)) is None
    True
    """
    holders: tuple[Any, ...] = (given, getattr(given, "vectors_", None), getattr(given, "wv", None))
    for holder in holders:
        if isinstance(holder, WordVectors):
            return holder
        if all(hasattr(holder, name) for name in ("vectors", "index_to_key", "key_to_index")):
            counts = getattr(holder, "expandos", {}).get("count")
            counts = None if counts is None else np.asarray(counts, np.int64)
            return WordVectors(holder.vectors, holder.index_to_key, counts)
    return None


def as_word_vectors(given: Any) -> WordVectors:
    """Return the word vectors that an object is or has; raise ParameterError if there are none.

    See Also
    --------
    find_word_vectors : the same, but None where there are none.
    """
    found = find_word_vectors(given)
    if found is None:
        raise ParameterError(f"expected word vectors or a fitted model; got {without_vectors(given)}")
    return found


def without_vectors(given: Any) -> str:
    """Describe an object that has no word vectors, and say how it gets or becomes some."""
    kind = type(given).__name__
    if getattr(given, "_fit_under_way", lambda: None)() is not None:
        return f"{kind} that has no vectors yet: in a callback of its fit pass progress.vectors()"
    if hasattr(given, "fit") or hasattr(given, "build_vocab"):
        return f"{kind} that has no vectors yet: train it first, as with fit()"
    if isinstance(given, (str, os.PathLike)):
        return f"{kind} {given!r:.60}: read a file with fastw2v.load"
    if isinstance(given, Mapping):
        return f"{kind}: build them with WordVectors(numpy.array(list(mapping.values())), mapping.keys())"
    return f"{kind}: build them from arrays with WordVectors(vectors, words)"
