"""A vocabulary that the caller gives: read, and held against the corpus."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from functools import partial
from typing import Any

import numpy as np

from fastw2v.corpus.counted import Counted
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


# A vocabulary that covers a smaller share of the tokens is hardly one of this corpus.
LEAST_COVERAGE = 0.05
MOST_UNSEEN = 0.5  # of the given words
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
        given = Vocabulary(vocabulary)
    try:
        given.index  # noqa: B018  # raises if a word is repeated or is not hashable
    except TypeError as error:
        raise CorpusTypeError(f"the given vocabulary contains an object that cannot be a word: {error}") from None
    if len(given) < 2:
        raise CorpusError(f"training needs at least 2 words, the given vocabulary has {len(given)}")
    return given


def _describe_no_vocabulary(given: Any) -> str | None:
    kind = type(given).__name__
    if isinstance(given, (str, bytes)) or not isinstance(given, Iterable):
        return f"vocabulary={shown(given)}: it must be {_WAYS}"
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
) -> None:
    """Raise if no word of a given vocabulary occurs in the corpus, warn if hardly any token is one or many never occur.

    Parameters
    ----------
    given : Vocabulary
    counted : Counted
        The corpus.
    known_tokens : int
        How many of its tokens are words of the vocabulary.
    unseen : ndarray of int
        Rows of the words that do not occur; none where that needs no warning.
    new_words : int
        How many words of the corpus are added to the vocabulary.
    """
    if known_tokens >= LEAST_COVERAGE * counted.tokens:
        _doubt_unseen(given, counted, unseen)
        return
    theirs = [repr(word) for word in counted.words(np.argsort(-counted.counts, kind="stable")[:3])]
    ours = [shown(word) for word in given.words[:3]]
    found = f"{', '.join(ours)}, ... in the vocabulary, {', '.join(theirs)}, ... in the corpus"
    remedy = _remedy(given, counted, known_tokens)
    if not known_tokens and not new_words:
        raise NoKnownWordsError(
            f"no word of the given vocabulary ({figures.counted(len(given), 'word')}) occurs in the corpus "
            f"({figures.counted(counted.tokens, 'token')}): {found}{remedy}",
            counted.tokens,
        )
    warn_user(
        f"only {known_tokens / counted.tokens:.2%} of the corpus's {figures.counted(counted.tokens, 'token')} are "
        f"words of the given vocabulary ({figures.counted(len(given), 'word')}): {found}{remedy}"
    )


def _doubt_unseen(given: Vocabulary, counted: Counted, unseen: np.ndarray) -> None:
    """Warn if a large share of the given words never occurs, and say in which form some would."""
    if len(unseen) <= MOST_UNSEEN * len(given):
        return
    words = [given.words[row] for row in unseen]
    message = (
        f"{len(words):,} of the {figures.counted(len(given), 'word')} of the given vocabulary never occur in the "
        "corpus, such as "
        f"{', '.join(map(shown, words[:3]))}: their vectors stay random, and show up as neighbours; leave them out"
    )
    texts = [word for word in words if isinstance(word, str)]
    theirs = [word for word in counted.words(np.arange(len(counted.counts))) if isinstance(word, str)]
    for form, what in (
        (str.strip, "stripped of white space"),
        (partial(unicodedata.normalize, "NFC"), "composed (NFC)"),
        (str.lower, "in lower case"),
    ):
        known = set(map(form, theirs))
        if found := sum(form(text) in known for text in texts):
            message += f"; {what}, {found:,} of them would occur: bring both to one form"
    warn_user(message)


def _remedy(given: Vocabulary, counted: Counted, known_tokens: int) -> str:
    """Say what would make the two meet: the other case, or the first item of each pair."""
    if all(isinstance(word, tuple) and len(word) == 2 for word in given.words[:100]):
        return "; the words are pairs: pass the first of each, [word for word, count in pairs]"
    lower = {word.lower() for word in given.words if isinstance(word, str)}
    tokens: Counter[bool] = Counter()
    for word, count in zip(counted.words(np.arange(len(counted.counts))), counted.counts.tolist(), strict=True):
        tokens[isinstance(word, str) and word.lower() in lower] += count
    if tokens[True] >= max(2 * known_tokens, LEAST_COVERAGE * counted.tokens):
        share = tokens[True] / counted.tokens
        return f"; in lower case {share:.0%} of the tokens would be known: bring both to one case"
    return "; check that both are split and spelled alike"
