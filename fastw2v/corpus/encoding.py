"""Whatever people have -> word ids, sentence offsets and a vocabulary, in one pass over the corpus."""

from __future__ import annotations

import os
import time
from collections.abc import Hashable, Iterable, Mapping
from typing import Any

import numpy as np

from fastw2v.corpus._text_scanner import TooManyWordsError
from fastw2v.corpus.counting import Counted, count_files, count_stream
from fastw2v.corpus.encoded import EncodedCorpus, EncodeReport
from fastw2v.corpus.files import TextFile, find
from fastw2v.corpus.id_store import IdStore, id_store
from fastw2v.corpus.iterables import (
    bytes_of_open_file,
    count_items,
    count_lines,
    is_list_of_paths,
    is_open_file,
    name_of_open_file,
    refuse_what_is_no_corpus,
)
from fastw2v.corpus.tokenizers import Tokenizer, check_tokenizer, resolve
from fastw2v.corpus.vocabulary import Vocabulary, describe_commonest, frequent_words
from fastw2v.errors import CorpusError, CorpusTypeError, ParameterError
from fastw2v.machine import resolve_jobs
from fastw2v.parameters import Errors, check


def encode(
    corpus: str | os.PathLike[str] | Iterable[Any] | EncodedCorpus,
    *,
    tokenizer: Tokenizer | None = None,
    min_count: int = 5,
    max_vocab: int | None = None,
    vocabulary: Vocabulary | Mapping[Any, int] | Iterable[Hashable] | None = None,
    errors: Errors = "strict",
    n_jobs: int | None = None,
    spool: str | os.PathLike[str] | bool | None = None,
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
        What to do about bytes of files that are no UTF-8: raise `CorpusError` with line and byte, put U+FFFD in their
        place, or leave them out, as ``bytes.decode`` does; the report counts them. NUL bytes, which are valid UTF-8
        but hardly text, raise with "strict" and are kept as a part of words otherwise.
    n_jobs : int, optional
        Threads that read files; None or -1: all usable CPUs. The result does not depend on it.
    spool : path, bool or None, default None
        For corpora larger than memory: the folder that takes the ids, in files without names, which are gone when the
        corpus is, and when the process ends in any way. True is ``TMPDIR`` or else ``/var/tmp``. None and False keep
        the ids in memory. The result does not depend on it.

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
    MemoryError
        The ids will not fit in the memory that is free.
    OSError
        The folder `spool` cannot be written to, or is full.

    Notes
    -----
    About 4 bytes of memory are needed for each token, 8 for each sentence, and the distinct words. With `spool` only
    the words need memory; the folder needs 8 bytes for each token and each sentence while the ids are renumbered at the
    end, and then 4 for each token that was kept. A disk that fails later, while the ids are being read, ends the
    process as it does with any mapped file. Whatever an iterator raises comes out.
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
    check("spool", spool)
    check_tokenizer(tokenizer)
    if isinstance(corpus, EncodedCorpus):
        return corpus
    ready = None if vocabulary is None else _as_vocabulary(vocabulary)
    try:
        counted, tokenizer, done = _count(corpus, tokenizer, errors, resolve_jobs(n_jobs), id_store(spool))
    except TooManyWordsError:
        raise CorpusError("the corpus holds more than 2,147,483,647 distinct words, too many for int32 ids") from None
    if not counted.tokens:
        raise CorpusError(_describe_empty(corpus, counted))
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
    corpus: Any, tokenizer: Tokenizer | None, errors: str, n_threads: int, store: IdStore
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
            text, n_bytes = count_files(files, errors, n_threads, store=store)
            return text, tokenizer, _figures(len(files), n_bytes, **{bad: text.bad_bytes, "nul_bytes": text.nul_bytes})
        tokens, lines = count_lines(files, errors, tokenizer, store)
        figures = _figures(len(files), lines.bytes_read, **{bad: lines.bad_bytes, "nul_bytes": lines.nul_bytes})
        return tokens, tokenizer, figures
    if is_open_file(corpus):
        tokenizer = resolve(tokenizer, "file")
        if tokenizer == "whitespace":
            text, n_bytes = count_stream(bytes_of_open_file(corpus), name_of_open_file(corpus), errors, store=store)
            return text, tokenizer, _figures(1, n_bytes, **{bad: text.bad_bytes, "nul_bytes": text.nul_bytes})
        tokens, lines = count_lines(corpus, errors, tokenizer, store)
        figures = _figures(1, lines.bytes_read, **{bad: lines.bad_bytes, "nul_bytes": lines.nul_bytes})
        return tokens, tokenizer, figures
    tokens, tokenizer = count_items(corpus, tokenizer, store)
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
    if isinstance(corpus, (str, os.PathLike)) and os.fspath(corpus) == "-":
        return f"{found}; standard input is read once, to its end: pipe the text in again, or pass a file"
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
    if min_count <= 1:
        return f"training needs at least 2 words, the corpus has one: {found}; pass more text"
    return (
        f"training needs at least 2 words, only one occurs min_count={min_count} times: {found}; "
        f"lower min_count or pass more text"
    )


def _commonest(counted: Counted) -> str:
    commonest = int(counted.counts.argmax())
    word = counted.words(np.array([commonest]))[0]
    return describe_commonest(word, int(counted.counts[commonest]))
