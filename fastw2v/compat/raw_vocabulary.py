"""Counted words before some are chosen, and gensim's rules for the choice: min_count, max_final_vocab, trim_rule."""

from __future__ import annotations

import numbers
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from fastw2v.compat.arguments import whole
from fastw2v.corpus.given_vocabulary import are_rows
from fastw2v.corpus.reading import Reading
from fastw2v.corpus.vocabulary import MOST_TOKENS, Vocabulary
from fastw2v.errors import ParameterError, warn_user
from fastw2v.parameters import shown
from fastw2v.planning.subsampling import keep_probability

# What a trim_rule(word, count, min_count) returns; the numbers are those of gensim.utils.
RULE_DEFAULT = 0
RULE_DISCARD = 1
RULE_KEEP = 2

NULL_WORD = "\0"
TrimRule = Callable[[Any, int, int], int | None]


class RawWords(Protocol):
    """Words in the order of arrival, each with its count: a counted corpus, or a `Table`."""

    counts: NDArray[np.int64]

    def words(self, ids: NDArray[np.int64]) -> Sequence[Hashable]:
        """Return the words with these numbers."""

    def find(self, words: Sequence[Hashable]) -> NDArray[np.int32]:
        """Return the numbers of these words, -1 for those that are not there."""


class Table:
    """Words and counts of a mapping.

    Raises
    ------
    ParameterError
        A count is not a whole number of at least 0.

    Examples
    --------
    >>> Table({"red": 3, "wine": 2}).find(["wine", "rose"])
    array([ 1, -1], dtype=int32)
    """

    def __init__(self, frequencies: Mapping[Hashable, Any]) -> None:
        counts = [whole(count) for count in frequencies.values()]
        for word, count in zip(frequencies, counts, strict=True):
            if isinstance(count, (bool, np.bool_)) or not isinstance(count, numbers.Integral) or count < 0:
                raise ParameterError(f"word_freq[{word!r}]={shown(count)}: it must be a whole number of at least 0")
        if len(counts) > 2 and are_rows(counts):
            warn_user(
                f"word_freq counts up from 0 to {len(counts) - 1:,}, as the numbers of words do, such as those of "
                "key_to_index or token2id: counts are expected, as in collections.Counter(words)"
            )
        if (total := float(sum(counts))) >= MOST_TOKENS:
            raise ParameterError(f"the counts of word_freq must add up to less than 2**62; they are {total:.3g}")
        self._vocabulary = Vocabulary(list(frequencies))
        self.counts = np.fromiter(counts, np.int64, len(counts))

    def words(self, ids: NDArray[np.int64]) -> Sequence[Hashable]:
        """See `RawWords`."""
        return [self._vocabulary.words[number] for number in ids]

    def find(self, words: Sequence[Hashable]) -> NDArray[np.int32]:
        """See `RawWords`."""
        return np.fromiter((self._vocabulary.index.get(word, -1) for word in words), np.int32, len(words))


@dataclass(frozen=True)
class RawVocabulary:
    """What `scan_vocab` found.

    Attributes
    ----------
    words : RawWords
    reading : Reading or None
        The text, if it came from one; its ids are numbered once.
    source : object
        That text, as the caller passed it.
    """

    words: RawWords
    reading: Reading | None = None
    source: Any = None

    def frequencies(self) -> dict[Hashable, int]:
        """Return the count of each word."""
        everything = self.words.words(np.arange(len(self.words.counts)))
        return dict(zip(everything, self.words.counts.tolist(), strict=True))


def effective_min_count(counts: NDArray[np.int64], min_count: int, max_final_vocab: int | None) -> int:
    """Return the least count that is kept, raised until no more than `max_final_vocab` words have it.

    Examples
    --------
    >>> effective_min_count(np.array([4, 3, 3, 2]), 1, 2), effective_min_count(np.array([4, 3, 3, 2]), 1, 3)
    (4, 3)
    """
    if max_final_vocab is None or max_final_vocab >= len(counts):
        return min_count
    place = len(counts) - 1 - max_final_vocab  # of the most frequent word that is one too many
    return max(min_count, int(np.partition(counts, place)[place]) + 1)


def kept_words(raw: RawWords, min_count: int, trim_rule: TrimRule | None) -> NDArray[np.bool_]:
    """Return which words stay: those that reach `min_count`, unless the rule says otherwise.

    Raises
    ------
    ParameterError
        The rule returns something else than one of the three.
    """
    kept: NDArray[np.bool_] = raw.counts >= min_count
    if trim_rule is None:
        return kept
    words = raw.words(np.arange(len(kept)))
    for number, (word, count) in enumerate(zip(words, raw.counts.tolist(), strict=True)):
        answer = trim_rule(word, count, min_count)
        if isinstance(answer, (bool, np.bool_)) or answer not in (None, RULE_DEFAULT, RULE_DISCARD, RULE_KEEP):
            raise ParameterError(
                f"trim_rule({word!r}, {count}, {min_count}) returned {shown(answer)}: it must return RULE_DISCARD, "
                "RULE_KEEP or RULE_DEFAULT, of fastw2v.compat.gensim or gensim.utils"
            )
        if answer in (RULE_DISCARD, RULE_KEEP):
            kept[number] = answer == RULE_KEEP
    return kept


def check_trim_rule(trim_rule: Any) -> None:
    """Raise `ParameterError` unless it is None or a function."""
    if trim_rule is not None and not callable(trim_rule):
        raise ParameterError(f"trim_rule={shown(trim_rule)}: it must be a function of word, count and min_count")


def in_order(kept: NDArray[np.bool_], counts: NDArray[np.int64], by_count: bool) -> NDArray[np.int64]:
    """Return the numbers of the words that are kept, by count, most frequent first, or in the order of arrival."""
    places = np.flatnonzero(kept)
    return places[np.argsort(-counts[places], kind="stable")] if by_count else places


def report_of(counts: NDArray[np.int64], kept: NDArray[np.bool_], sample: float) -> dict[str, int]:
    """Return what `prepare_vocab` reports: words and tokens that min_count drops, and that subsampling thins out."""
    retained = counts[kept]
    probability = keep_probability(retained, sample)
    return {
        "drop_unique": int(np.count_nonzero(~kept)),
        "retain_total": int(retained.sum()),
        "downsample_unique": int(np.count_nonzero(probability < 1)),
        "downsample_total": int((probability * retained).sum()),
        "num_retained_words": len(retained),
    }
