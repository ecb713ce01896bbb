"""A vocabulary that the caller gives: read, and held against the corpus."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from numbers import Integral
from typing import Any, cast

import numpy as np

from fastw2v.corpus.counted import Counted
from fastw2v.corpus.faults import describe_bad_token
from fastw2v.corpus.spelling import MISSPELT, best_form
from fastw2v.corpus.vocabulary import Vocabulary
from fastw2v.errors import CorpusError, CorpusTypeError, ParameterError, warn_user
from fastw2v.parameters import shown
from fastw2v.progress import figures


class NoKnownWordsError(CorpusError):
    """No word of a corpus, of so many `tokens`, is in the vocabulary."""

    def __init__(self, message: str, tokens: int) -> None:
        super().__init__(message)
        self.tokens = tokens

    def __reduce__(self) -> tuple[type[NoKnownWordsError], tuple[str, int]]:
        return type(self), (str(self), self.tokens)


# A vocabulary, or vectors, that cover a smaller share of the tokens are hardly ones of this text.
LEAST_COVERAGE = 0.2
MOST_UNSEEN = 0.5  # of the given words
HasVector = Callable[[Hashable], bool]  # whether training starts from a vector of the word
_WAYS = "a Vocabulary, a list of words or a dict of counts"


def as_vocabulary(vocabulary: Vocabulary | Mapping[Any, int] | Iterable[Hashable]) -> Vocabulary:
    """Return what a caller gave as vocabulary as one, or raise with the remedy.

    Raises
    ------
    ParameterError
        It is not a collection of words, has no order, or a word is repeated.
    CorpusTypeError
        An item cannot be a word.
    CorpusError
        It has fewer than two words.

    Examples
    --------
    >>> as_vocabulary({"the": 7, "cat": 2})
    <Vocabulary of 2 words: 'the', 'cat'>
    """
    if isinstance(vocabulary, Vocabulary):
        given = vocabulary
    elif reason := _describe_no_vocabulary(vocabulary):
        raise ParameterError(reason)
    else:
        given = Vocabulary(_words(vocabulary))
    given.index  # noqa: B018  # raises if a word is repeated
    if not len(given) and isinstance(vocabulary, Iterator):
        raise CorpusError(
            f"the given vocabulary, a {type(vocabulary).__name__}, yielded no words: an iterator yields its items only "
            "once, so an earlier call has read it; pass a list"
        )
    if len(given) < 2:
        raise CorpusError(f"training needs at least 2 words, the given vocabulary has {len(given)}")
    return given


def given_counts(vocabulary: Vocabulary | Mapping[Any, int] | Iterable[Hashable]) -> np.ndarray | None:
    """Return the counts that a caller gave with the words, by row; None of words alone, or of row numbers.

    Raises
    ------
    ParameterError
        The mapping's values are not whole numbers of at least 0.

    Examples
    --------
    >>> given_counts({"the": 7, "cat": 2}), given_counts({"the": 0, "cat": 1})
    (array([7, 2]), None)
    """
    counts = vocabulary.counts if isinstance(vocabulary, Vocabulary) else None
    if isinstance(vocabulary, Mapping) and not are_rows(vocabulary.values()):
        try:
            counts = Vocabulary(_words(vocabulary), list(vocabulary.values())).counts
        except ParameterError as error:
            raise ParameterError(f"vocabulary, a mapping of words to counts: {error}") from None
    return counts if counts is not None and counts.any() else None


def words_of_rows(given: Vocabulary | Mapping[Any, Any] | Iterable[Hashable]) -> list[Hashable]:
    """Return the word of each row: of a sequence, or of a mapping between words and row numbers in either direction.

    Raises
    ------
    ParameterError
        It has no order, is a string, or a mapping whose numbers are not 0 to V - 1.
    CorpusTypeError
        An item cannot be a word.
    """
    if isinstance(given, Vocabulary):
        return given.words
    if hasattr(given, "to_dict") and hasattr(given, "index") and not isinstance(given, Mapping):
        given = cast(Any, given).to_dict()  # a pandas Series, whose index says which id each word has
    if isinstance(given, Mapping):
        if are_rows(given.keys()):
            by_row = given
        elif are_rows(given.values()):
            by_row = {row: word for word, row in given.items()}
        else:
            raise ParameterError(
                f"vocabulary={shown(given)}: a mapping must give each word its row number, 0 to {len(given) - 1:,}, "
                "each once; add a word for each other id, such as '<pad>'"
            )
        return _words([by_row[row] for row in range(len(by_row))])
    if reason := _describe_no_vocabulary(given):
        raise ParameterError(reason)
    return _words(given)


def are_rows(numbers: Iterable[Any]) -> bool:
    """Return whether these are the whole numbers from 0 on, each once, in any order."""
    listed = list(numbers)
    return all(isinstance(n, (int, np.integer)) for n in listed) and sorted(listed) == list(range(len(listed)))


def _words(given: Iterable[Hashable]) -> list[Hashable]:
    """Return the words as Python's own values, or raise where one cannot be a word."""
    if isinstance(given, Mapping) and len(given) > 1 and are_rows(given.values()):
        given = sorted(given, key=given.__getitem__)
    words = list(given.tolist() if isinstance(given, np.ndarray) else given)
    kinds = set(map(type, words))
    if any(issubclass(kind, np.generic) for kind in kinds):
        words = [word.item() if isinstance(word, np.generic) else word for word in words]
    if kinds - {str, int, tuple, np.str_}:
        for place, word in enumerate(words):
            if reason := describe_bad_token(word):
                raise CorpusTypeError(f"vocabulary[{place}] {reason}")
    return words


def _describe_no_vocabulary(given: Any) -> str | None:
    kind = type(given).__name__
    if hasattr(given, "wv"):
        return f"vocabulary is a {kind}: pass the words of the fitted model, model.wv.index_to_key"
    if isinstance(given, (str, bytes)) or not isinstance(given, Iterable):
        return f"vocabulary={shown(given)}: it must be {_WAYS}; of a file its words, Path(name).read_text().split()"
    if isinstance(given, Mapping):
        some = list(islice(given.items(), 10))
        if some and all(isinstance(value, str) for _, value in some):
            return (
                f"vocabulary maps {shown(some[0][0])} to {shown(some[0][1])}: pass the words, list(vocabulary.values())"
            )
        return None
    if isinstance(given, (set, frozenset)):
        return f"vocabulary is a {kind}, which has no order, so that no two runs would be equal: pass sorted(words)"
    if hasattr(type(given), "columns"):
        return f"vocabulary is a {kind} (a table): pass its column of words, as in df['word']"
    if hasattr(given, "index") and _is_numeric(given) and not _counts_up(given.index):
        return (
            f"vocabulary is a {kind} of numbers (counts?) with an index: pass {kind.lower()}.index.tolist() for the "
            f"words in the index, or {kind.lower()}.tolist() if the numbers are the words"
        )
    return None


def _is_numeric(column: Any) -> bool:
    return getattr(getattr(column, "dtype", None), "kind", "O") in "iuf"


def _counts_up(index: Any) -> bool:
    """Return whether a pandas index is the one that a column has by default, 0, 1, 2 and so on."""
    return callable(index) or type(index).__name__ == "RangeIndex"


def check_coverage(
    given: Vocabulary, counted: Counted, known_tokens: int, unseen: np.ndarray, new_words: int = 0
) -> bool:
    """Raise if no word of a given vocabulary occurs in the corpus, warn if hardly any token is one or many never occur.

    Return whether it was told that many never occur.

    Parameters
    ----------
    given : Vocabulary
    counted : Counted
        The corpus.
    known_tokens : int
        How many of its tokens are words of the vocabulary.
    unseen : ndarray of int
        Rows of the words that neither occur nor have an initial vector; none where that needs no warning.
    new_words : int
        How many words of the corpus are added to the vocabulary.
    """
    if known_tokens >= LEAST_COVERAGE * counted.tokens:
        return _doubt_unseen(given, counted, unseen)
    theirs = list(map(shown, counted.words(np.argsort(-counted.counts, kind="stable")[:3])))
    ours = [shown(word) for word in given.words[:3]]
    found = f"{', '.join(ours)}, ... in the vocabulary, {', '.join(theirs)}, ... in the corpus"
    remedy = _remedy(given, counted, known_tokens)
    words, tokens = figures.counted(len(given), "word"), figures.counted(counted.tokens, "token")
    if not known_tokens and not new_words:
        raise NoKnownWordsError(
            f"no word of the vocabulary ({words}) occurs in the corpus ({tokens}): {found}{remedy}", counted.tokens
        )
    warn_user(
        f"only {known_tokens / counted.tokens:.2%} of the corpus's {tokens} are words of the vocabulary ({words}): "
        f"{found}{remedy}"
    )
    return False


def without_vector(rows: np.ndarray, words: Sequence[Hashable], has_vector: HasVector | None) -> np.ndarray:
    """Return those of the rows whose words have no initial vector, and so a random one."""
    if has_vector is None:
        return rows
    return np.array([row for row in rows.tolist() if not has_vector(words[row])], np.int64)


def check_joining(new: Sequence[Hashable], known: Sequence[Hashable]) -> None:
    """Raise if words that join a vocabulary are of another type than its own: they would be other words, and unsaved.

    Raises
    ------
    CorpusTypeError
        With the first of them; 5 and 5.0 have one row, but 5.0 is no whole number where it is new.
    """
    kinds = set(map(_kind, known if len(new) else ()))
    for word in new:
        if _kind(word) not in kinds:
            raise CorpusTypeError(
                f"the new word {shown(word)} ({type(word).__name__}) cannot join a vocabulary of words such as "
                f"{shown(known[0])} ({type(known[0]).__name__}): make all tokens of one type"
            )


def _kind(word: Hashable) -> type:
    return next((kind for kind in (str, bool, Integral) if isinstance(word, kind)), type(word))


def _doubt_unseen(given: Vocabulary, counted: Counted, unseen: np.ndarray) -> bool:
    """Warn if a large share of the given words never occurs, and say in which form some would."""
    if len(unseen) <= MISSPELT * len(given):
        return False
    words = [given.words[row] for row in unseen]
    form = best_form(words, counted.words(np.arange(len(counted.counts))))
    occurring = round(form.share * len(words)) if form else 0
    hint = f"; {form.what}, {occurring:,} of them would occur: bring both to one form" if form else ""
    if len(unseen) <= MOST_UNSEEN * len(given) and occurring <= MISSPELT * len(given):
        return False
    warn_user(
        f"{len(words):,} of the {len(given):,} words of the given vocabulary never occur in the corpus, such as "
        f"{', '.join(map(shown, words[:3]))}: without initial vectors theirs stay random, and show up as neighbours; "
        f"leave them out{hint}"
    )
    return True


def _remedy(given: Vocabulary, counted: Counted, known_tokens: int) -> str:
    """Say what would make the two meet: the other case or another form, or the first item of each pair."""
    if all(isinstance(word, tuple) and len(word) == 2 for word in given.words[:100]):
        return "; the words are pairs: pass the first of each, [word for word, count in pairs]"
    words = counted.words(np.arange(len(counted.counts)))
    form = best_form(words, given.words, counted.counts.tolist())
    if form is None or form.share * counted.tokens < max(2 * known_tokens, LEAST_COVERAGE * counted.tokens / 4):
        return "; check that both are split and spelled alike"
    kind = "case" if form.what == "in lower case" else "form"
    return f"; {form.what} {form.share:.0%} of the tokens would be known: bring both to one {kind}"
