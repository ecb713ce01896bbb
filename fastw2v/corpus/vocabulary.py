"""The words of a corpus: their counts, their order, the row of each."""

from __future__ import annotations

import difflib
from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastw2v.errors import CorpusError, ParameterError

# Close matches are looked for among this many of the commonest words: difflib needs about 0.1 s for so many.
CLOSE_MATCH_CANDIDATES = 50_000


class UnknownWordError(KeyError):
    """A word that is not in the vocabulary. The message, with close matches, is made only when it is asked for."""

    def __init__(self, word: object, vocabulary: Vocabulary) -> None:
        super().__init__(word)
        self.word = word
        self._vocabulary = vocabulary

    def __str__(self) -> str:
        message = f"{self.word!r} is not in the vocabulary of {len(self._vocabulary):,} words"
        close = self._vocabulary.close_matches(self.word)
        return f"{message}; close to it: {', '.join(map(repr, close))}" if close else message

    def __reduce__(self) -> tuple[type[KeyError], tuple[str]]:
        return KeyError, (str(self),)


class Vocabulary:
    """Words with their counts; a word's place is its row in the matrix of vectors. Not to be changed once made.

    Parameters
    ----------
    words : sequence of hashables
        Distinct words, usually strings. Corpora order them by count descending, then first seen.
    counts : array-like of int, shape (V,), optional
        How often each word occurs in the corpus; zeros when left out (vectors that were read without counts).

    Raises
    ------
    ParameterError
        `counts` has another length than `words`, or holds something else than counts.
    CorpusError
        A word is there twice (found when a word is first looked up).

    Examples
    --------
    >>> vocabulary = Vocabulary(["the", "cat"], [7, 2])
    >>> vocabulary["cat"], "dog" in vocabulary, len(vocabulary)
    (1, False, 2)
    >>> vocabulary.counts
    array([7, 2])
    """

    __slots__ = ("_counts", "_index", "_words")

    def __init__(
        self, words: Iterable[Hashable], counts: Iterable[int] | NDArray[np.integer[Any]] | None = None
    ) -> None:
        self._words = list(words)
        self._counts = _as_counts(counts, len(self._words))
        self._index: dict[Hashable, int] | None = None

    @classmethod
    def from_counts(
        cls,
        words: Sequence[Hashable],
        counts: Iterable[int] | NDArray[np.integer[Any]],
        *,
        min_count: int = 1,
        max_vocab: int | None = None,
    ) -> Vocabulary:
        """Sort words by count and keep those that are frequent enough.

        Parameters
        ----------
        words : sequence of hashables
            Distinct words in the order in which they were first seen; equal counts keep it.
        counts : array-like of int, shape (len(words),)
            How often each word occurs.
        min_count : int, default 1
            Rarer words are left out.
        max_vocab : int, optional
            Keep only this many of the most frequent words.

        Raises
        ------
        CorpusError
            No word is left.

        Examples
        --------
        >>> Vocabulary.from_counts(["a", "b", "c"], [1, 5, 2], min_count=2).words
        ['b', 'c']
        """
        words = list(words)
        counts = _as_counts(counts, len(words))
        rows = frequent_words(counts, min_count, max_vocab)
        if not len(rows):
            commonest = int(counts.argmax()) if len(words) else None
            found = "there is no word" if commonest is None else describe_commonest(words[commonest], counts[commonest])
            raise CorpusError(f"no word occurs min_count={min_count} times: {found}")
        return cls([words[row] for row in rows], counts[rows])

    @property
    def words(self) -> list[Hashable]:
        """The words by row."""
        return self._words

    @property
    def counts(self) -> NDArray[np.int64]:
        """How often each word occurs in the corpus, int64, shape (V,), read-only."""
        return self._counts

    @property
    def index(self) -> dict[Hashable, int]:
        """Word -> row; made when it is first asked for."""
        if self._index is None:
            index = dict(zip(self._words, range(len(self._words)), strict=True))
            if len(index) < len(self._words):
                raise CorpusError(_describe_repeated(self._words))
            self._index = index
        return self._index

    def __len__(self) -> int:
        return len(self._words)

    def __iter__(self) -> Iterator[Hashable]:
        return iter(self._words)

    def __contains__(self, word: object) -> bool:
        return word in self.index

    def __getitem__(self, word: Hashable) -> int:
        try:
            return self.index[word]
        except KeyError:
            raise UnknownWordError(word, self) from None

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Vocabulary):
            return NotImplemented
        return self._words == other._words and np.array_equal(self._counts, other._counts)

    __hash__ = None  # type: ignore[assignment]  # equal by content, and the content is a list

    def __repr__(self) -> str:
        shown = ", ".join(f"{word!r}: {count:,}" for word, count in zip(self._words[:3], self._counts[:3], strict=True))
        return f"<Vocabulary of {len(self):,} words{': ' if shown else ''}{shown}{', ...' if len(self) > 3 else ''}>"

    def __getstate__(self) -> tuple[list[Hashable], NDArray[np.int64]]:
        return self._words, self._counts

    def __setstate__(self, state: tuple[list[Hashable], NDArray[np.int64]]) -> None:
        self._words, self._counts = state
        self._counts.flags.writeable = False
        self._index = None

    def close_matches(self, word: object, n: int = 3) -> list[str]:
        """Up to `n` words that are spelled much like `word`, best first; among the commonest words only.

        Examples
        --------
        >>> Vocabulary(["king", "queen"]).close_matches("kings")
        ['king']
        """
        if not isinstance(word, str):
            return []
        longest = 2 * len(word) + 2
        candidates = self._words[:CLOSE_MATCH_CANDIDATES]
        strings = [other for other in candidates if isinstance(other, str) and len(other) <= longest]
        return difflib.get_close_matches(word, strings, n=n, cutoff=0.7)


def frequent_words(counts: NDArray[np.int64], min_count: int, max_vocab: int | None) -> NDArray[np.int64]:
    """Places in `counts` of the words to keep, most frequent first, equal counts in the order they stand in."""
    places = np.flatnonzero(counts >= min_count)
    places = places[np.argsort(-counts[places], kind="stable")]
    return places[:max_vocab]


def describe_commonest(word: object, count: int) -> str:
    """Half a sentence that names the commonest word and its count."""
    return f"the commonest, {word!r}, occurs {count:,} time{'s' if count != 1 else ''}"


def _as_counts(counts: Iterable[int] | NDArray[np.integer[Any]] | None, n_words: int) -> NDArray[np.int64]:
    if counts is None:
        array = np.zeros(n_words, np.int64)
    else:
        given = np.asarray(counts if isinstance(counts, np.ndarray) else list(counts))
        if given.shape != (n_words,):
            raise ParameterError(f"counts of shape {given.shape} for {n_words:,} words; give one count for each word")
        if given.size and (given.dtype.kind not in "iu" or given.min() < 0):
            raise ParameterError(f"counts must be whole numbers from 0 on, found {given.dtype} from {given.min()}")
        array = np.array(given, np.int64)
    array.flags.writeable = False
    return array


def _describe_repeated(words: list[Hashable]) -> str:
    first: dict[Hashable, int] = {}
    for row, word in enumerate(words):
        if first.setdefault(word, row) != row:
            return f"the vocabulary holds {word!r} twice, at rows {first[word]} and {row}; each word may be there once"
    raise AssertionError("called without a repeated word")
