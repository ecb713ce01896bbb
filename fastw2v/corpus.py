"""Whatever people have -> word ids, sentence offsets and a vocabulary, in one pass over the corpus."""

from __future__ import annotations

import os
import time
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from fastw2v._corpus import TooManyWordsError
from fastw2v.counting import Counted, count_files, count_stream
from fastw2v.errors import CorpusError, CorpusTypeError, ParameterError
from fastw2v.files import TextFile, find
from fastw2v.items import (
    bytes_of_open_file,
    count_items,
    count_lines,
    is_list_of_paths,
    is_open_file,
    name_of_open_file,
    refuse_what_is_no_corpus,
)
from fastw2v.machine import resolve_jobs
from fastw2v.params import check
from fastw2v.tokenizers import Tokenizer, resolve
from fastw2v.vocab import Vocabulary, describe_commonest, frequent_words


@dataclass(frozen=True)
class EncodeReport:
    """What was read, and everything that was left out.

    Attributes
    ----------
    raw_tokens, raw_sentences : int
        Words and sentences of the corpus as it was given; blank lines of files count as (empty) sentences.
    distinct_words : int
        Distinct words among them.
    dropped_words, dropped_tokens : int
        Distinct words that are not in the vocabulary, and how often they occur in all.
    replaced_bytes, ignored_bytes, nul_bytes : int
        Bytes that were no UTF-8 and were replaced by U+FFFD or left out (``errors``), and NUL bytes that were kept.
    files : int
        Files that were read.
    bytes_read : int
        Bytes of text in them, after decompression.
    seconds : float
        Wall time of reading, counting and encoding.
    """

    raw_tokens: int = 0
    raw_sentences: int = 0
    distinct_words: int = 0
    dropped_words: int = 0
    dropped_tokens: int = 0
    replaced_bytes: int = 0
    ignored_bytes: int = 0
    nul_bytes: int = 0
    files: int = 0
    bytes_read: int = 0
    seconds: float = 0.0

    def __str__(self) -> str:
        rate = self.raw_tokens / self.seconds if self.seconds else 0.0
        kept = self.raw_tokens - self.dropped_tokens
        lines = [
            f"{self.raw_tokens:,} tokens in {self.raw_sentences:,} sentences, {self.distinct_words:,} distinct words",
            f"kept {self.distinct_words - self.dropped_words:,} words and {kept:,} tokens; "
            f"dropped {self.dropped_words:,} words and {self.dropped_tokens:,} tokens",
        ]
        if self.files:
            lines.append(f"{self.files:,} file{'s' if self.files != 1 else ''}, {self.bytes_read:,} bytes of text")
        for n, what in (
            (self.replaced_bytes, "bytes were no UTF-8 and became U+FFFD"),
            (self.ignored_bytes, "bytes were no UTF-8 and were left out"),
            (self.nul_bytes, "NUL bytes were kept as part of words"),
        ):
            if n:
                lines.append(f"{n:,} {what}")
        lines.append(f"{self.seconds:.2f} s ({rate:,.0f} tokens/s)")
        return "\n".join(lines)


@dataclass(frozen=True, eq=False)
class EncodedCorpus:
    """A corpus as training wants it.

    Attributes
    ----------
    vocabulary : Vocabulary
        Words by count descending, then first seen, unless a ready-made one was given.
    ids : ndarray of int32, shape (N,)
        Rows of the vocabulary, sentence after sentence. Words that are not in it are left out.
    offsets : ndarray of int64, shape (sentences + 1,)
        Sentence i is ``ids[offsets[i]:offsets[i + 1]]``; it may be empty.
    report : EncodeReport
        What was read and what was left out.
    tokenizer : {"whitespace", "words", "tokens"} or callable
        How strings were split; use it for other documents with `fastw2v.tokenizers.apply`.
    """

    vocabulary: Vocabulary
    ids: np.ndarray
    offsets: np.ndarray
    report: EncodeReport = field(default_factory=EncodeReport)
    tokenizer: Tokenizer = "tokens"

    def __len__(self) -> int:
        """Number of sentences."""
        return len(self.offsets) - 1

    def __getitem__(self, sentence: int) -> np.ndarray:
        """Ids of one sentence."""
        sentence = range(len(self))[sentence]
        return self.ids[self.offsets[sentence] : self.offsets[sentence + 1]]

    def __repr__(self) -> str:
        return f"<EncodedCorpus: {len(self.ids):,} tokens, {len(self):,} sentences, {len(self.vocabulary):,} words>"

    @classmethod
    def from_ids(
        cls,
        ids: Any,
        vocabulary: Vocabulary | Sequence[Hashable] | None = None,
        offsets: np.ndarray | Sequence[int] | None = None,
    ) -> EncodedCorpus:
        """A corpus of ids that exist already: walks on a graph, text that was encoded elsewhere.

        Parameters
        ----------
        ids : array-like of int, shape (sentences, length) or (N,), or list of sequences of int
            Rows of the vocabulary. A 2-D array and a ragged list hold one sentence per row; a flat array is cut at
            `offsets`, or is one sentence without them. A contiguous int32 array is used as it is, not copied.
        vocabulary : Vocabulary or sequence of words, optional
            The word of each id. Without it the words are the integers themselves, from 0 to the largest.
        offsets : array-like of int, shape (sentences + 1,), optional
            Only with flat ids: sentence i is ``ids[offsets[i]:offsets[i + 1]]``.

        Returns
        -------
        EncodedCorpus
            Its vocabulary has the words in their given order and the counts of this corpus.

        Raises
        ------
        CorpusTypeError
            The ids are no integers.
        CorpusError
            An id is outside the vocabulary, the offsets do not fit, there are no ids or fewer than two words.

        Examples
        --------
        >>> walks = EncodedCorpus.from_ids([[0, 1, 2], [2, 1]], ["a", "b", "c"])
        >>> walks.vocabulary.counts, walks.offsets
        (array([1, 2, 2]), array([0, 3, 5]))
        """
        from fastw2v.ready_ids import flatten

        started = time.perf_counter()
        flat, ends = flatten(ids, offsets)
        if not flat.size:
            raise CorpusError(f"the corpus is empty: {len(ends) - 1:,} sentences without a single id")
        lowest, highest = int(flat.min()), int(flat.max())
        if vocabulary is None:
            words: Sequence[Hashable] = range(highest + 1)
        else:
            words = vocabulary.words if isinstance(vocabulary, Vocabulary) else list(vocabulary)
        if lowest < 0 or highest >= len(words):
            at = int(np.flatnonzero((flat < 0) | (flat >= len(words)))[0])
            sentence = int(np.searchsorted(ends, at, side="right")) - 1
            raise CorpusError(
                f"ids[{sentence}][{at - ends[sentence]}] is {flat[at]}, but the vocabulary has the rows 0 to "
                f"{len(words) - 1:,}; give every id a word, and leave out padding"
            )
        if len(words) < 2:
            raise CorpusError(f"training needs at least 2 words, the vocabulary has {len(words)}")
        counts = np.bincount(flat, minlength=len(words)).astype(np.int64, copy=False)
        report = EncodeReport(flat.size, len(ends) - 1, len(words), seconds=time.perf_counter() - started)
        return cls(Vocabulary(words, counts), flat, ends, report, "tokens")


def encode(
    corpus: Any,
    *,
    tokenizer: Tokenizer | None = None,
    min_count: int = 5,
    max_vocab: int | None = None,
    vocabulary: Vocabulary | Mapping[Hashable, int] | Iterable[Hashable] | None = None,
    errors: str = "strict",
    n_jobs: int | None = None,
) -> EncodedCorpus:
    """Read a corpus once: split it, count its words, number them by frequency.

    Parameters
    ----------
    corpus : path, iterable of token lists, iterable of strings, open file or EncodedCorpus
        A `str` or `pathlib.Path` is a file, a folder (every file in it), a glob pattern or ``-`` (standard input); a
        list of `pathlib.Path` is a list of files. ``.gz .bz2 .xz .zst`` are decompressed. One line is one sentence.
        Of an iterable each item is one sentence: a list of tokens (strings, or other hashables), or a string, which is
        split by `tokenizer`. An `EncodedCorpus` is returned as it is. Iterators and open files are read to their end.
    tokenizer : {"whitespace", "words", "tokens"}, callable or None, default None
        None: "whitespace" (ASCII white space, case kept) for files, "words" (lower-case words of any script) for
        strings, "tokens" for token lists. A callable gets a string (a document, or a line of a file) and returns its
        tokens; it runs in this thread.
    min_count : int, default 5
        Rarer words are left out.
    max_vocab : int, optional
        Keep only this many of the most frequent words.
    vocabulary : Vocabulary, iterable of words or mapping of words to counts, optional
        Ready-made: its words keep their order, all of them have a row (`min_count` and `max_vocab` do not apply), and
        other words are left out. The counts are those of this corpus.
    errors : {"strict", "replace", "ignore"}, default "strict"
        What to do about bytes of files that are no UTF-8: raise `CorpusError` with line and byte (also at NUL bytes),
        put U+FFFD in their place, or leave them out, as ``bytes.decode`` does; the report counts them.
    n_jobs : int, optional
        Threads that read files; None: all usable CPUs. The result does not depend on it.

    Returns
    -------
    EncodedCorpus

    Raises
    ------
    CorpusError
        No such file, an empty corpus, no or one word above `min_count`, bytes that are no text.
    CorpusChangedError
        A file changed while it was read.
    CorpusTypeError
        Something that is no corpus; or an item of another kind than the first, with its place: ``corpus[3][7]``.
    ParameterError
        Another parameter is out of its range.

    Notes
    -----
    About 4 bytes of memory are needed for each token, and the distinct words. Whatever an iterator raises comes out.
    The text of a document that `tokenizer` splits may hold any character; newlines do not end a sentence there.

    Examples
    --------
    >>> corpus = encode([["the", "cat", "sat"], ["the", "mat"]], min_count=1)
    >>> corpus.vocabulary.words
    ['the', 'cat', 'sat', 'mat']
    >>> corpus.ids, corpus.offsets
    (array([0, 1, 2, 0, 3], dtype=int32), array([0, 3, 5]))
    """
    started = time.perf_counter()
    for name, value in {"min_count": min_count, "max_vocab": max_vocab, "errors": errors, "n_jobs": n_jobs}.items():
        check(name, value)
    if isinstance(corpus, EncodedCorpus):
        return corpus
    try:
        counted, tokenizer, done = _count(corpus, tokenizer, errors, resolve_jobs(n_jobs))
    except TooManyWordsError:
        raise CorpusError("the corpus holds more than 2,147,483,647 distinct words, too many for int32 ids") from None
    if not counted.tokens:
        raise CorpusError(_describe_empty(corpus, counted))
    ready = None if vocabulary is None else _as_vocabulary(vocabulary)
    places = frequent_words(counted.counts, min_count, max_vocab) if ready is None else counted.find(ready.words)
    rows, counts = _rows(places, counted)
    if ready is None and len(places) < 2:
        raise CorpusError(_describe_too_few(counted, places, min_count))
    if ready is not None and not counts.any():
        raise CorpusError(
            f"no word of the given vocabulary ({len(ready):,} words) occurs in the corpus: {_commonest(counted)}"
        )
    kept = int(counts.sum())
    dropped = int(np.count_nonzero((rows < 0) & (counted.counts > 0)))
    words = counted.words(places) if ready is None else ready.words
    ids, offsets = counted.renumber(rows, kept)
    report = EncodeReport(
        raw_tokens=counted.tokens,
        raw_sentences=counted.sentences,
        distinct_words=len(counted.counts),
        dropped_words=dropped,
        dropped_tokens=counted.tokens - kept,
        seconds=time.perf_counter() - started,
        **done,
    )
    return EncodedCorpus(Vocabulary(words, counts), ids, offsets, report, tokenizer)


def _count(
    corpus: Any, tokenizer: Tokenizer | None, errors: str, n_threads: int
) -> tuple[Counted, Tokenizer, dict[str, int]]:
    """Reads the corpus; returns what was counted, the resolved tokenizer and the report's figures about files."""
    bad = "ignored_bytes" if errors == "ignore" else "replaced_bytes"
    is_path = isinstance(corpus, (str, os.PathLike))
    if not is_path:
        refuse_what_is_no_corpus(corpus)
    if is_path or is_list_of_paths(corpus):
        tokenizer = resolve(tokenizer, "file")
        files: list[TextFile] = [file for path in ([corpus] if is_path else corpus) for file in find(path)]
        if tokenizer == "whitespace":
            text, n_bytes = count_files(files, errors, n_threads)
            return text, tokenizer, _figures(len(files), n_bytes, **{bad: text.bad_bytes, "nul_bytes": text.nul_bytes})
        tokens, lines = count_lines(files, errors, tokenizer)
        figures = _figures(len(files), lines.bytes_read, **{bad: lines.bad_bytes, "nul_bytes": lines.nul_bytes})
        return tokens, tokenizer, figures
    if is_open_file(corpus):
        tokenizer = resolve(tokenizer, "file")
        if tokenizer == "whitespace":
            text, n_bytes = count_stream(bytes_of_open_file(corpus), name_of_open_file(corpus), errors)
            return text, tokenizer, _figures(1, n_bytes, **{bad: text.bad_bytes, "nul_bytes": text.nul_bytes})
        tokens, lines = count_lines(corpus, errors, tokenizer)
        figures = _figures(1, lines.bytes_read, **{bad: lines.bad_bytes, "nul_bytes": lines.nul_bytes})
        return tokens, tokenizer, figures
    tokens, tokenizer = count_items(corpus, tokenizer)
    return tokens, tokenizer, {}


def _figures(files: int, bytes_read: int, **bad: int) -> dict[str, int]:
    return {"files": files, "bytes_read": bytes_read, **bad}


def _rows(places: np.ndarray, counted: Counted) -> tuple[np.ndarray, np.ndarray]:
    """The row of each provisional id (-1: left out) and the count of each row, from the ids in the order of rows."""
    occurs = places >= 0
    rows = np.full(len(counted.counts), -1, np.int32)
    rows[places[occurs]] = np.flatnonzero(occurs).astype(np.int32)
    counts = np.zeros(len(places), np.int64)
    counts[occurs] = counted.counts[places[occurs]]
    return rows, counts


def _as_vocabulary(given: Vocabulary | Mapping[Hashable, int] | Iterable[Hashable]) -> Vocabulary:
    if isinstance(given, (str, bytes)) or not isinstance(given, Iterable):
        raise ParameterError(f"vocabulary={given!r}; give a Vocabulary, a list of words or a dict of counts")
    try:
        ready = given if isinstance(given, Vocabulary) else Vocabulary(given)
        ready.index  # noqa: B018  # says so if a word is there twice or is not hashable
    except TypeError as error:
        raise CorpusTypeError(f"a word of the given vocabulary cannot be one: {error}") from None
    if len(ready) < 2:
        raise CorpusError(f"training needs at least 2 words, the given vocabulary has {len(ready)}")
    return ready


def _describe_empty(corpus: Any, counted: Counted) -> str:
    found = f"the corpus is empty: {counted.sentences:,} sentences, 0 words"
    if is_open_file(corpus):
        return f"{found}; an open file is read from where it stands to its end: call seek(0), or pass its path"
    if not isinstance(corpus, (str, os.PathLike)) and hasattr(corpus, "__next__"):
        return (
            f"{found}; an iterator such as this {type(corpus).__name__} gives its items only once, so it may have been "
            f"used up before: pass a list, or an object whose __iter__ starts anew"
        )
    return f"{found}; pass a corpus with text in it"


def _describe_too_few(counted: Counted, places: np.ndarray, min_count: int) -> str:
    found = f"{_commonest(counted)} ({counted.tokens:,} tokens, {len(counted.counts):,} distinct words)"
    if len(places) == 0:
        return f"no word occurs min_count={min_count} times: {found}; lower min_count or pass more text"
    if min_count == 1:
        return f"training needs at least 2 words, the corpus has one: {found}; pass more text"
    return (
        f"training needs at least 2 words, only one occurs min_count={min_count} times: {found}; "
        f"lower min_count or pass more text"
    )


def _commonest(counted: Counted) -> str:
    commonest = int(counted.counts.argmax())
    word = counted.words(np.array([commonest]))[0]
    return describe_commonest(word, int(counted.counts[commonest]))
