"""The encoded corpus: ids, sentence offsets, a vocabulary, and a report of what was read."""

from __future__ import annotations

import time
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, SupportsIndex, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fastw2v import cards
from fastw2v.corpus.given_vocabulary import MOST_UNSEEN, words_of_rows
from fastw2v.corpus.ids import check_ids, count_ids, count_up, flatten, keep_rows, sealed, take_sentences
from fastw2v.corpus.rows import FIRST_ITEMS, cells, doubt_padding
from fastw2v.corpus.tokenizers import Tokenizer
from fastw2v.corpus.vocabulary import Vocabulary, frequent_words, what_left_out
from fastw2v.errors import CorpusError, CorpusTypeError, warn_user
from fastw2v.parameters import check, shown
from fastw2v.progress.figures import counted, format_took

NAMED = 10  # of the words that were left out
_FEW = 50  # words of an example, in which ids may be missing


_NOT_COMPOSED = "a combining mark (text that is not composed, NFC)"


@dataclass(frozen=True)
class EncodeReport:
    """What was read, and everything that was left out.

    Attributes
    ----------
    raw_tokens, raw_sentences : int
        Words and sentences in the corpus as passed; blank lines of files count as (empty) sentences.
    distinct_words : int
        Distinct words among them.
    dropped_words, dropped_tokens : int
        Distinct words that are not in the vocabulary, and their occurrences in total.
    dropped_examples : tuple of words
        The most frequent of them, up to ten.
    new_words : int
        Words that were added to a given vocabulary.
    unseen_words : int
        Words of a given vocabulary that do not occur; their vectors stay at their start.
    replaced_bytes, ignored_bytes, nul_bytes : int
        Bytes of invalid UTF-8 that were replaced by U+FFFD or left out (``errors``), and NUL bytes that were kept.
    unicode_space_tokens, soft_hyphen_tokens, combining_mark_tokens : int
        Tokens of files split at white space that hold a Unicode space (no-break space, U+3000 and others; ASCII white
        space alone separates words there), a soft hyphen, or a combining mark (U+0300 to U+036F: a letter and its
        accent as two characters). They look like other words than they are; ``tokenizer="words"`` splits at such
        spaces, drops soft hyphens and composes characters.
    files : int
        Files that were read.
    bytes_read : int
        Bytes of text in them, after decompression.
    seconds : float
        Wall time of reading, counting and encoding.
    encoding_seconds : float
        The part of it after counting, in which tokens are numbered by their rows.
    """

    raw_tokens: int = 0
    raw_sentences: int = 0
    distinct_words: int = 0
    dropped_words: int = 0
    dropped_tokens: int = 0
    dropped_examples: tuple[Hashable, ...] = ()
    new_words: int = 0
    unseen_words: int = 0
    replaced_bytes: int = 0
    ignored_bytes: int = 0
    nul_bytes: int = 0
    unicode_space_tokens: int = 0
    soft_hyphen_tokens: int = 0
    combining_mark_tokens: int = 0
    files: int = 0
    bytes_read: int = 0
    seconds: float = 0.0
    encoding_seconds: float = 0.0

    def remarks(self) -> list[str]:
        """Return a line for each kind of byte, character or word that was changed, lost or may be mistaken."""
        lines = []
        for n, one, many, what in (
            (self.unseen_words, "word of the vocabulary does", "words of the vocabulary do", "not occur"),
            (self.replaced_bytes, "byte was", "bytes were", "invalid UTF-8 and became U+FFFD"),
            (self.ignored_bytes, "byte was", "bytes were", "invalid UTF-8 and left out"),
            (self.nul_bytes, "NUL byte was", "NUL bytes were", "kept as part of words"),
            (self.unicode_space_tokens, "token holds", "tokens hold", "a Unicode space, at which files are not split"),
            (self.soft_hyphen_tokens, "token holds", "tokens hold", "a soft hyphen"),
            (self.combining_mark_tokens, "token holds", "tokens hold", _NOT_COMPOSED),
        ):
            if n:
                lines.append(f"{counted(n, one, many)} {what}")
        return lines

    def _named(self) -> str:
        words = list(map(shown, self.dropped_examples[:3]))
        return f" ({', '.join(words)}{', ...' if self.dropped_words > len(words) else ''})" if words else ""

    @property
    def kept_tokens(self) -> int:
        """The tokens that are words of the vocabulary."""
        return self.raw_tokens - self.dropped_tokens

    @property
    def coverage(self) -> float:
        """Their share of all tokens; 0 if there are none."""
        return self.kept_tokens / max(1, self.raw_tokens)

    def __str__(self) -> str:
        lines = [
            f"{counted(self.raw_tokens, 'token')} in {counted(self.raw_sentences, 'sentence')}, "
            f"{counted(self.distinct_words, 'distinct word')}",
            f"kept {counted(self.distinct_words - self.dropped_words, 'word')} and "
            f"{counted(self.kept_tokens, 'token')}; "
            f"dropped {counted(self.dropped_words, 'word')} and {counted(self.dropped_tokens, 'token')}{self._named()}",
        ]
        if self.new_words:
            lines.append(f"{self.new_words:,} new words were added to the vocabulary")
        if self.files:
            lines.append(f"{counted(self.files, 'file')}, {self.bytes_read:,} bytes of text")
        lines += self.remarks()
        if self.seconds:
            lines.append(f"{self.seconds:.2f} s ({self.raw_tokens / self.seconds:,.0f} tokens/s)")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        rows: list[tuple[str, Any]] = [
            ("tokens", f"{self.raw_tokens:,} in {counted(self.raw_sentences, 'sentence')}"),
            ("kept", f"{self.kept_tokens:,} ({self.coverage:.1%})"),
            ("words", f"{self.distinct_words - self.dropped_words:,} of {self.distinct_words:,}"),
            ("left out, such as", cards.words(self.dropped_examples)),
            ("new words", f"{self.new_words:,}" if self.new_words else ""),
            ("files", f"{self.files:,}, {self.bytes_read:,} bytes of text" if self.files else ""),
            *(("remark", remark) for remark in self.remarks()),
            ("time", format_took(self.seconds) if self.seconds else ""),
        ]
        return cards.card("Corpus", cards.facts(rows))


@dataclass(frozen=True, eq=False)
class EncodedCorpus:
    """A corpus in the form that training needs.

    Attributes
    ----------
    vocabulary : Vocabulary
        Words by count descending, then first seen, unless a ready-made one was given.
    ids : ndarray of int32, shape (N,)
        Rows of the vocabulary, sentence after sentence. Words that are not in it are left out. They and the offsets are
        read-only; arrays that can be written to are copied. With `spool` they are kept in files; a pickle contains the
        numbers themselves.
    offsets : ndarray of int64, shape (sentences + 1,)
        Sentence i is ``ids[offsets[i]:offsets[i + 1]]``; it may be empty.
    report : EncodeReport
        What was read and what was left out.
    tokenizer : {"whitespace", "words", "tokens"} or callable
        How strings were split; `fastw2v.tokenizers.apply` splits other documents the same way.
    min_count : int
        The one that left out rarer words; 0 if none were.
    max_vocab : int or None
        The one that left out less frequent words; None if none were.
    unseen_told : bool
        Whether a warning has told that most words of the vocabulary do not occur.

    Examples
    --------
    >>> from fastw2v import encode
    >>> corpus = encode([["the", "cat"], ["the", "dog"]], min_count=1)
    >>> corpus
    <EncodedCorpus: 4 tokens, 2 sentences, 3 words>
    >>> corpus[1]
    array([0, 2], dtype=int32)
    """

    vocabulary: Vocabulary
    ids: NDArray[np.int32]
    offsets: NDArray[np.int64]
    report: EncodeReport = field(default_factory=EncodeReport)
    tokenizer: Tokenizer = "tokens"
    min_count: int = 0
    max_vocab: int | None = None
    unseen_told: bool = False

    def __post_init__(self) -> None:
        """Raise for arrays of other types, which `from_ids` converts, and for sentences that are no parts of `ids`."""
        for name, array, kind in (("ids", self.ids, np.int32), ("offsets", self.offsets, np.int64)):
            if getattr(array, "dtype", None) != kind:
                found = getattr(array, "dtype", type(array).__name__)
                raise CorpusTypeError(
                    f"EncodedCorpus: {name} must be an array of {np.dtype(kind)}; got {found}. "
                    "EncodedCorpus.from_ids(ids, vocabulary) takes any integers, and checks them"
                )
        self._seal()
        self.check_offsets()

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Restore a pickle or a copy, whose arrays are new and can be written to."""
        self.__dict__.update(state)
        self._seal(own=True)

    def _seal(self, *, own: bool = False) -> None:
        for name in ("ids", "offsets"):
            object.__setattr__(self, name, sealed(getattr(self, name), own=own))

    def check_offsets(self) -> None:
        """Raise if the sentences are no parts of `ids`, as where their memory was written to.

        Raises
        ------
        CorpusError
            The kernels would read outside the ids.
        """
        offsets = self.offsets
        if self.ids.ndim != 1 or offsets.ndim != 1:
            raise CorpusError(
                f"EncodedCorpus: ids and offsets must have one dimension; got {self.ids.ndim} and {offsets.ndim}"
            )
        if not len(offsets) or offsets[0] != 0 or offsets[-1] != len(self.ids) or (offsets[1:] < offsets[:-1]).any():
            found = f"from {offsets[0]:,} to {offsets[-1]:,}" if len(offsets) else "none"
            raise CorpusError(
                f"EncodedCorpus: offsets must begin with 0, never fall, and end with the number of ids, "
                f"{len(self.ids):,}; got {len(offsets):,}, {found}"
            )

    def __len__(self) -> int:
        """Number of sentences."""
        return len(self.offsets) - 1

    @property
    def shape(self) -> tuple[int]:
        """The number of sentences, as a tuple of one: scikit-learn takes parts of what has a shape by arrays."""
        return (len(self),)

    @overload
    def __getitem__(self, sentences: SupportsIndex) -> NDArray[np.int32]: ...

    @overload
    def __getitem__(self, sentences: Any) -> EncodedCorpus: ...

    def __getitem__(self, sentences: Any) -> NDArray[np.int32] | EncodedCorpus:
        """Return the ids of one sentence, or a corpus of several.

        Parameters
        ----------
        sentences : int, slice, or array of int or of bool
            One sentence; or those of a part, in the order of the array, as in a NumPy array of sentences.

        Returns
        -------
        ndarray of int32, or EncodedCorpus
            A corpus has the same vocabulary with the same counts, those of the whole; `count_words` counts the part.
            Its ids are a view for a slice without a step, and else a copy in memory.

        Raises
        ------
        IndexError
            There is no such sentence, or the array is not a flat one of numbers or a mask as long as the corpus.

        Examples
        --------
        >>> from fastw2v import EncodedCorpus
        >>> corpus = EncodedCorpus.from_ids([[0, 1], [2], [1, 2]])
        >>> corpus[2]
        array([1, 2], dtype=int32)
        >>> corpus[[2, 0]]
        <EncodedCorpus: 4 tokens, 2 sentences, 3 words>
        """
        if isinstance(sentences, tuple) and len(sentences) == 2 and sentences[1] is Ellipsis:  # as scikit-learn asks
            sentences = sentences[0]
        if hasattr(sentences, "__index__") and np.ndim(sentences) == 0:
            try:
                sentence = range(len(self))[sentences]
            except IndexError:
                raise IndexError(f"sentence {sentences} of {len(self):,}: they are numbered from 0") from None
            return self.ids[self.offsets[sentence] : self.offsets[sentence + 1]]
        ids, offsets = take_sentences(self.ids, self.offsets, sentences)
        words = int(np.count_nonzero(count_ids(ids, len(self.vocabulary))))
        report = EncodeReport(
            raw_tokens=len(ids),
            raw_sentences=len(offsets) - 1,
            distinct_words=words,
            unseen_words=len(self.vocabulary) - words,
        )
        return EncodedCorpus(self.vocabulary, ids, offsets, report, self.tokenizer, self.min_count, self.max_vocab)

    def count_words(self) -> NDArray[np.int64]:
        """Return how often each word of the vocabulary occurs in this corpus, int64 (V,).

        Examples
        --------
        >>> from fastw2v import EncodedCorpus
        >>> EncodedCorpus.from_ids([[0, 1, 2], [2, 1]]).count_words()
        array([1, 2, 2])
        """
        return count_ids(self.ids, len(self.vocabulary))

    def sentence_lengths(self) -> tuple[NDArray[np.int64], NDArray[np.int64] | int]:
        """Return the lengths of the sentences, and how often each occurs; 1 for all: they are listed one by one."""
        return np.diff(self.offsets), 1

    def __repr__(self) -> str:
        words = counted(len(self.vocabulary), "word")
        return f"<EncodedCorpus: {counted(len(self.ids), 'token')}, {counted(len(self), 'sentence')}, {words}>"

    @classmethod
    def from_ids(
        cls,
        ids: Any,
        vocabulary: Vocabulary | Sequence[Hashable] | Mapping[Any, Any] | None = None,
        offsets: ArrayLike | None = None,
        *,
        min_count: int = 0,
        max_vocab: int | None = None,
    ) -> EncodedCorpus:
        """Make a corpus from ready-made ids: walks on a graph, or text that was encoded elsewhere.

        Parameters
        ----------
        ids : array-like of int, shape (sentences, length) or (N,), or list of sequences of int
            Rows of the vocabulary. Each row of a 2-D array and each item of a list of sequences is one sentence; a flat
            array is cut at `offsets`, or is one sentence without them. A contiguous
            int32 array that is read-only (``ids.flags.writeable = False``, or a memory map of mode "r") is not copied,
            which saves 4 bytes a token; keep it as it is while the corpus is in use.
        vocabulary : Vocabulary, sequence of words or mapping, optional
            The word of each id, or a mapping of words to ids 0 to V - 1, or of these to words. Without it the words are
            the integers themselves, from 0 to the largest. (`fastw2v.encode` takes integers of any size as words, and
            gives rows to those that occur.)
        offsets : array-like of int, shape (sentences + 1,), optional
            Only with flat ids: sentence i is ``ids[offsets[i]:offsets[i + 1]]``.
        min_count : int, default 0
            Leave out ids that occur less often.
        max_vocab : int, optional
            Keep only this many of the most frequent ids.

        Returns
        -------
        EncodedCorpus
            Its vocabulary has the words in the given order with their counts in this corpus. Where `min_count` or
            `max_vocab` leaves some out, the others move up in that order.

        Raises
        ------
        CorpusTypeError
            The ids are not integers.
        CorpusError
            An id is outside the vocabulary, the offsets do not fit, there are no ids or fewer than two words, or the
            largest id is far beyond the number of ids and there is no vocabulary.
        ParameterError
            `min_count` or `max_vocab` is out of range.

        Examples
        --------
        >>> walks = EncodedCorpus.from_ids([[0, 1, 2], [2, 1]], ["a", "b", "c"])
        >>> walks.vocabulary.counts, walks.offsets
        (array([1, 2, 2]), array([0, 3, 5]))
        """
        started = time.perf_counter()
        check("min_count", min_count)
        check("max_vocab", max_vocab)
        flat, ends = flatten(ids, offsets)
        words: Sequence[Hashable] = count_up(flat) if vocabulary is None else words_of_rows(vocabulary)
        check_ids(flat, ends, len(words))
        doubt_padding([cells(flat[begin:end]) or () for begin, end in pairwise(ends[: FIRST_ITEMS + 1])])
        counts = count_ids(flat, len(words))
        unseen = np.flatnonzero(counts == 0)
        known = isinstance(vocabulary, Vocabulary)  # as of a trained model, of which this is a part
        told = not (min_count or known) and len(words) > _FEW and len(unseen) > MOST_UNSEEN * len(words)
        if told:
            _warn_of_unseen(words, unseen, given=vocabulary is not None)
        ids_before, tokens = len(words), flat.size
        occurring = ids_before - len(unseen)
        rows = np.sort(frequent_words(counts, min_count, max_vocab))
        left_out = what_left_out(counts, min_count, max_vocab)
        examples: tuple[Hashable, ...] = ()
        if len(rows) < ids_before:
            if len(rows) < 2:
                raise CorpusError(f"training needs at least 2 words, {len(rows)} occur min_count={min_count} times")
            dropped = np.setdiff1d(np.flatnonzero(counts), rows)
            examples = tuple(words[row] for row in dropped[most_frequent(counts[dropped])])
            words, counts = [words[row] for row in rows], counts[rows]
            flat, ends = keep_rows(flat, ends, rows, ids_before)
        kept = int(np.count_nonzero(counts))
        report = EncodeReport(
            raw_tokens=tokens,
            raw_sentences=len(ends) - 1,
            distinct_words=occurring,
            dropped_words=occurring - kept,
            unseen_words=len(counts) - kept,
            dropped_tokens=tokens - flat.size,
            dropped_examples=examples,
            seconds=time.perf_counter() - started,
        )
        return cls(Vocabulary(words, counts), flat, ends, report, "tokens", **left_out, unseen_told=told)


def _warn_of_unseen(words: Sequence[Hashable], unseen: NDArray[np.int64], *, given: bool) -> None:
    few = ", ".join(shown(words[row]) for row in unseen[:3].tolist())
    which = "words of the given vocabulary" if given else "ids from 0 to the largest"
    warn_user(
        f"{len(unseen):,} of the {len(words):,} {which} do not occur, such as {few}: without initial "
        "vectors theirs stay random, and show up as neighbours; pass min_count=1, which leaves them out, or the "
        "sequences themselves to encode"
    )


def most_frequent(counts: NDArray[np.int64], n: int = NAMED) -> NDArray[np.int64]:
    """Return the places of the largest counts, largest first, equal ones by place.

    Examples
    --------
    >>> most_frequent(np.array([2, 9, 1, 2, 3]), 3)
    array([1, 4, 0])
    """
    n = min(n, len(counts))
    if not n:
        return np.empty(0, np.int64)
    places = np.flatnonzero(counts >= np.partition(counts, -n)[-n])
    return places[np.argsort(-counts[places], kind="stable")[:n]]
