"""Vocabulary: words, the row of each, and how often each occurs in the corpus."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fastw2v.corpus.faults import describe_most_frequent
from fastw2v.corpus.fixed import FixedDict, FixedList
from fastw2v.corpus.spelling import as_text
from fastw2v.corpus.tokenizers import words as split_words
from fastw2v.errors import CorpusError, ParameterError, UnknownWordError
from fastw2v.parameters import check, shown
from fastw2v.progress.figures import counted

# Similar words are looked for among this many of the most frequent words: difflib takes about 2 us for each, and a
# mistyped name must not cost seconds.
_SUGGESTION_POOL = 20_000
# Longer words are hardly mistyped names, and difflib's time grows with their length.
_LONGEST_SUGGESTED_FOR = 64
_LONGEST_SHOWN = 200  # of a word in a message
MOST_TOKENS = 2.0**62  # sums of counts stay in int64


class Vocabulary:
    """Words with their counts; a word's position is its row in the matrix of vectors. Immutable.

    Parameters
    ----------
    words : sequence of hashables
        Distinct words, usually strings. Corpora order them by descending count, equal counts by first occurrence.
    counts : array-like of int, shape (V,), optional
        How often each word occurs in the corpus. None where that is unknown, as for vectors read from a file without
        counts.

    Raises
    ------
    ParameterError
        `words` is a string, a set or a mapping; `counts` does not hold one whole number of at least 0 per word; or a
        word appears twice, which is found when a word is first looked up.

    Examples
    --------
    >>> vocabulary = Vocabulary(["the", "cat"], [7, 2])
    >>> vocabulary["cat"], "dog" in vocabulary, len(vocabulary)
    (1, False, 2)
    >>> vocabulary.counts
    array([7, 2])
    """

    __slots__ = ("_counts", "_words")

    def __init__(self, words: Iterable[Hashable], counts: ArrayLike | None = None) -> None:
        if isinstance(words, (str, bytes, set, frozenset, Mapping)):
            raise ParameterError(_describe_no_words(words))
        given = words.tolist() if isinstance(words, np.ndarray) else words
        self._words = given if isinstance(given, FixedList) else FixedList(given)
        self._counts = None if counts is None else _checked_counts(counts, len(self._words))

    @classmethod
    def from_counts(
        cls,
        words: Sequence[Hashable],
        counts: ArrayLike,
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
            Leave out rarer words.
        max_vocab : int, optional
            Keep only this many of the most frequent words.

        Raises
        ------
        CorpusError
            No word is frequent enough.
        ParameterError
            `counts` does not hold one whole number of at least 0 per word, `min_count` is no whole number of at least
            0, or `max_vocab` none of at least 2.

        Examples
        --------
        >>> Vocabulary.from_counts(["a", "b", "c"], [1, 5, 2], min_count=2).words
        ['b', 'c']
        """
        check("min_count", min_count)
        check("max_vocab", max_vocab)
        words = list(words)
        counts = _checked_counts(counts, len(words))
        rows = frequent_words(counts, min_count, max_vocab)
        if not len(rows):
            top = int(counts.argmax()) if len(words) else None
            found = "there are no words" if top is None else describe_most_frequent(words[top], counts[top])
            raise CorpusError(f"no word occurs min_count={min_count} times: {found}")
        return cls([words[row] for row in rows], counts[rows])

    @property
    def words(self) -> list[Any]:
        """The words by row; as they go with the rows, this list cannot be changed."""
        return self._words

    @property
    def counts(self) -> NDArray[np.int64] | None:
        """How often each word occurs in the corpus: int64, shape (V,), read-only; None where unknown."""
        return self._counts

    @property
    def index(self) -> dict[Hashable, int]:
        """Word -> row; it cannot be changed. Made at first use; threads that race make equal ones, the last is kept."""
        if self._words.rows is None:
            index = FixedDict(zip(self._words, range(len(self._words)), strict=True))
            if len(index) < len(self._words):
                raise ParameterError(_describe_repeated(self._words))
            self._words.rows = index
        return self._words.rows

    def __len__(self) -> int:
        return len(self._words)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._words)

    def __contains__(self, word: object) -> bool:
        return word in self.index

    def __getitem__(self, word: Hashable) -> int:
        try:
            return self.index[word]
        except KeyError:
            raise UnknownWordError(word, partial(describe_unknown, word, self)) from None

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Vocabulary):
            return NotImplemented
        if self._counts is None or other._counts is None:
            return self._counts is other._counts and self._words == other._words
        return self._words == other._words and np.array_equal(self._counts, other._counts)

    __hash__ = None  # type: ignore[assignment]  # equal by content, and the content is a list

    def __repr__(self) -> str:
        some = list(map(shown, self._words[:3]))
        if self._counts is not None:
            some = [f"{word}: {count:,}" for word, count in zip(some, self._counts[:3], strict=True)]
        some += ["..."] if len(self) > 3 else []
        return f"<Vocabulary of {counted(len(self), 'word')}{': ' if some else ''}{', '.join(some)}>"

    def __getstate__(self) -> tuple[list[Hashable], NDArray[np.int64] | None]:
        return list(self._words), self._counts

    def __setstate__(self, state: tuple[list[Hashable], NDArray[np.int64] | None]) -> None:
        self._words, self._counts = FixedList(state[0]), state[1]
        if self._counts is not None:
            self._counts.flags.writeable = False  # pickle does not keep it

    def close_matches(self, word: object, n: int = 3) -> list[str]:
        """Return words spelled like `word`, nearest first: the same in other case, then by difflib's ratio.

        Parameters
        ----------
        word : object
            Anything but a string of at most 64 characters has no matches.
        n : int, default 3
            How many words to return at most.

        Returns
        -------
        list of str
            Words that differ in case alone are found anywhere, others among the 20,000 most frequent words.

        Raises
        ------
        ParameterError
            `n` is no whole number of at least 1.

        Examples
        --------
        >>> Vocabulary(["king", "queen", "Kings"]).close_matches("kings")
        ['Kings', 'king']
        """
        check("n", n)
        if not isinstance(word, str) or not 0 < len(word) <= _LONGEST_SUGGESTED_FOR:
            return []
        other_case = [form for form in (word.lower(), word.capitalize(), word.title(), word.upper()) if form in self]
        longest = 2 * len(word)  # a longer word cannot reach the cutoff
        pool = [other for other in self._words[:_SUGGESTION_POOL] if isinstance(other, str) and len(other) <= longest]
        similar = difflib.get_close_matches(word, pool, n=n, cutoff=0.7)
        return list(dict.fromkeys([*other_case, *similar]))[:n]


def frequent_words(counts: NDArray[np.int64], min_count: int, max_vocab: int | None) -> NDArray[np.int64]:
    """Return the positions in `counts` of the words to keep, most frequent first, equal counts by position."""
    places = np.flatnonzero(counts >= min_count)
    places = places[np.argsort(-counts[places], kind="stable")]
    return places[:max_vocab]


def what_left_out(counts: NDArray[np.int64], min_count: int, max_vocab: int | None) -> dict[str, Any]:
    """Return which of the two left out words that occur, with its value.

    Examples
    --------
    >>> what_left_out(np.array([7, 2, 1]), 2, 10)
    {'min_count': 2}
    """
    frequent = int(np.count_nonzero(counts >= max(1, min_count)))
    found: dict[str, Any] = {}
    if frequent < np.count_nonzero(counts):
        found["min_count"] = min_count
    if max_vocab is not None and max_vocab < frequent:
        found["max_vocab"] = max_vocab
    return found


def _checked_counts(counts: ArrayLike, n_words: int) -> NDArray[np.int64]:
    """Return counts as a read-only int64 array; one that nobody else can write to is shared, not copied."""
    given = np.asarray(list(counts) if isinstance(counts, Iterable) and not hasattr(counts, "dtype") else counts)
    if given.shape != (n_words,):
        raise ParameterError(
            f"counts has shape {given.shape} for {counted(n_words, 'word')}: give one whole number per word"
        )
    if given.size and (given.dtype.kind not in "iu" or given.min() < 0):
        found = given.min() if given.dtype.kind in "if" else f"an array of {given.dtype}"
        if given.dtype.kind == "f" and len(fractions := given[given % 1 != 0]):
            found = fractions[0]
        raise ParameterError(f"counts must hold whole numbers of at least 0, one per word; got {found}")
    if given.size and (total := float(given.sum(dtype=np.float64))) >= MOST_TOKENS:
        raise ParameterError(f"counts must add up to less than 2**62; got {total:.3g}")
    shareable = given.dtype == np.int64 and given.flags.owndata and not given.flags.writeable
    array = given if shareable else np.array(given, np.int64)
    array.flags.writeable = False
    return array


def kind_in_files(word: object) -> str | None:
    """Return how files of models hold a word: as "str" or as "int"; None if they cannot.

    Examples
    --------
    >>> kind_in_files("dog"), kind_in_files(7), kind_in_files(("dog", "NN"))
    ('str', 'int', None)
    """
    if isinstance(word, str):
        return "str"
    return "int" if isinstance(word, (int, np.integer)) and not isinstance(word, bool) else None


def describe_unknown(word: object, vocabulary: Vocabulary) -> str:
    """Return the message for a word that is not in the vocabulary."""
    message = f"the word {shown(word, _LONGEST_SHOWN)} is not in the vocabulary of {counted(len(vocabulary), 'word')}"
    if other := _of_other_type(word, vocabulary):
        return f"{message}; {other}"
    if isinstance(word, str):
        bare = word.replace("\N{SOFT HYPHEN}", "").strip()
        for form, what in (
            (unicodedata.normalize("NFC", word), "composed (NFC), with each letter and its accent as one character,"),
            (bare, "without white space at its ends and soft hyphens"),
            (unicodedata.normalize("NFC", bare), "composed (NFC) and without white space at its ends and soft hyphens"),
        ):
            if form != word and form in vocabulary:
                return f"{message}; {what} it is known: look up {shown(form)}"
        if len(parts := word.split()) > 1 and all(part in vocabulary for part in parts):
            return f"{message}; each of its {len(parts)} words is: pass them as a list, {shown(parts)}"
        if len(pieces := split_words(word)) > 1 and all(piece in vocabulary for piece in pieces):
            return (
                f"{message}; its parts are, {shown(pieces)}: tokenizer='words' splits text so; token lists, and "
                "tokenizer='whitespace', keep what stands between spaces whole"
            )
    close = vocabulary.close_matches(word)
    return f"{message}; close matches: {', '.join(map(shown, close))}" if close else message


def _of_other_type(word: object, vocabulary: Vocabulary) -> str | None:
    """Say of which type the words are, if it is another than that of a word; the same word in it, if there is one."""
    if not len(vocabulary) or isinstance(word, type(vocabulary.words[0])):
        return None
    first, text = vocabulary.words[0], as_text(word)
    same = next((row for row, known in enumerate(vocabulary.words) if as_text(known) == text), None)
    if same is not None:
        return f"its words are of type {type(first).__name__}: look up {shown(vocabulary.words[same])}"
    if isinstance(first, str):
        if isinstance(word, (bool, np.bool_)):
            return (
                f"its words are strings, such as {shown(first)}: of a mask the words are index_to_key[i] for its rows i"
            )
        if isinstance(word, (int, np.integer)):
            return f"its words are strings, such as {shown(first)}: of a row number the word is index_to_key[{word}]"
        if isinstance(word, tuple) and word and all(part in vocabulary for part in word):
            return f"each of its {len(word)} words is: pass them as a list, {shown(list(word))}"
    return f"its words are of type {type(first).__name__}, such as {shown(first)}"


def _describe_no_words(given: object) -> str:
    found = f"words={shown(given)}: it must be a sequence of words"
    if isinstance(given, Mapping):
        return f"{found}; of a mapping of words to counts Vocabulary(list(counts), list(counts.values()))"
    return f"{found}; of a set sorted(words)" if isinstance(given, (set, frozenset)) else found


def _describe_repeated(words: list[Hashable]) -> str:
    first: dict[Hashable, int] = {}
    for row, word in enumerate(words):
        if first.setdefault(word, row) != row:
            return f"the word {shown(word)} appears twice, in rows {first[word]} and {row}: each word needs one row"
    raise AssertionError("called without a repeated word")
