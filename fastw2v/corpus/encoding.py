"""From any corpus to word ids, sentence offsets and a vocabulary, in one pass."""

from __future__ import annotations

import io
import os
import time
from collections.abc import Hashable, Iterable, Mapping
from typing import Any

import numpy as np

from fastw2v.corpus.counted import Counted
from fastw2v.corpus.counting import count_files, count_stream
from fastw2v.corpus.doubts import describe_unsegmented, doubt_text, doubt_tokens
from fastw2v.corpus.encoded_corpus import EncodedCorpus, EncodeReport
from fastw2v.corpus.faults import (
    check_corpus_type,
    describe_empty,
    describe_most_frequent,
    describe_odd_path,
    describe_too_few,
)
from fastw2v.corpus.files import doubt_repeated, find
from fastw2v.corpus.given_vocabulary import as_vocabulary, check_coverage
from fastw2v.corpus.id_store import IdStore, id_store
from fastw2v.corpus.iterables import count_iterable
from fastw2v.corpus.lines import count_lines
from fastw2v.corpus.structured_files import check_are_text
from fastw2v.corpus.tokenizers import Tokenizer, check_tokenizer, resolve
from fastw2v.corpus.vocabulary import Vocabulary, frequent_words
from fastw2v.errors import CorpusError, CorpusTypeError, ParameterError, TooManyWordsError, warn_user
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
        list of `pathlib.Path` is a list of files (strings in a list are documents). ``.gz .bz2 .xz .zst`` are
        decompressed. One line is one sentence. Tables (.csv), JSON, markup and word vectors are refused unless
        `tokenizer` is given.
        Each item of an iterable is one sentence: a list of tokens (strings, or other hashables), or a string, which is
        split by `tokenizer`. An `EncodedCorpus` is returned as is, with a warning if `min_count` or `max_vocab` would
        have left out words. Iterators and open files are read to their end.
    tokenizer : {"whitespace", "words", "tokens"}, callable or None, default None
        None: "whitespace" (ASCII white space, case kept) for files, "words" (lower-case words of any script) for
        strings, "tokens" for token lists. A callable takes a string (a document, or a line of a file) and returns its
        tokens; it runs in this thread.
    min_count : int, default 5
        Rarer words are left out.
    max_vocab : int, optional
        Keep only this many of the most frequent words.
    vocabulary : Vocabulary, iterable of words or mapping of words to counts, optional
        A ready-made vocabulary: its words keep their order, each has a row (`min_count` and `max_vocab` do not apply),
        and other words are left out. The counts are those of this corpus.
    errors : {"strict", "replace", "ignore"}, default "strict"
        What to do about invalid UTF-8 in files: raise `CorpusError` with line and byte, replace it by U+FFFD, or leave
        it out, as ``bytes.decode`` does; the report counts such bytes. NUL bytes, which are valid UTF-8 but hardly
        text, raise with "strict" and are kept as part of words otherwise.
    n_jobs : int, optional
        Threads that read files; None or -1: all usable CPUs. The result does not depend on it.
    spool : path, bool or None, default None
        For corpora larger than memory: the folder for the ids. They are kept in files without names, which disappear
        with the corpus, or with the process, however it ends. True is ``TMPDIR`` or else ``/var/tmp``. None and False
        keep the ids in memory. The result does not depend on it.

    Returns
    -------
    EncodedCorpus

    Raises
    ------
    CorpusError
        There is no such file, the corpus is empty, fewer than two words reach `min_count`, no word of `vocabulary`
        occurs, or a file is not text.
    CorpusChangedError
        A file changed while it was read.
    CorpusTypeError
        `corpus` is of the wrong type, or an item is; the message says which, as in ``corpus[3][7]``.
    ParameterError
        Another parameter is out of range.
    MemoryError
        The ids will not fit in free memory.
    OSError
        The folder `spool` cannot be written to, or its disk is full.

    Notes
    -----
    Memory is needed for the distinct words, and about 4 bytes for each token and 8 for each sentence. With `spool` only
    the words need memory; the folder needs 8 bytes for each token and each sentence while the ids are renumbered at the
    end, and then 4 for each token that was kept. A disk that fails later, while the ids are being read, ends the
    process, as with any mapped file. Exceptions raised by an iterator or a tokenizer are passed on.
    A document that `tokenizer` splits may contain any character; newlines do not end a sentence there.

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
    told = tokenizer is not None
    given = None if vocabulary is None else as_vocabulary(vocabulary)
    if isinstance(corpus, EncodedCorpus):
        _doubt_parameters(corpus, min_count, max_vocab, given)
        return corpus
    try:
        counted, tokenizer = _read(corpus, tokenizer, errors, resolve_jobs(n_jobs), id_store(spool))
    except TooManyWordsError:
        raise CorpusError("the corpus contains over 2,147,483,647 distinct words, too many for int32 ids") from None
    if not counted.tokens:
        raise CorpusError(describe_empty(corpus, counted.sentences))
    if tokenizer == "tokens":
        doubt_tokens(counted)
    elif not told:
        doubt_text(counted)
    unsegmented = None if told or tokenizer == "tokens" else describe_unsegmented(counted)
    chosen = frequent_words(counted.counts, min_count, max_vocab) if given is None else counted.find(given.words)
    rows, counts = _rows(chosen, counted)
    if given is None and len(chosen) < 2:
        distinct = len(counted.counts)
        few = describe_too_few(len(chosen), min_count, _most_frequent(counted), counted.tokens, distinct)
        raise CorpusError(f"{few}; {unsegmented}" if unsegmented else few)
    if unsegmented:
        warn_user(unsegmented)
    kept, unseen = int(counts.sum()), np.flatnonzero(counts == 0)
    if given is not None:
        # The words of a `Vocabulary` come from a corpus or a model, and may have vectors already.
        check_coverage(given, counted, kept, unseen[:0] if given is vocabulary else unseen)
    dropped = int(np.count_nonzero((rows < 0) & (counted.counts > 0)))
    words = counted.words(chosen) if given is None else given.words
    ids, offsets = counted.renumber(rows, kept)
    report = EncodeReport(
        raw_tokens=counted.tokens,
        raw_sentences=counted.sentences,
        distinct_words=len(counted.counts),
        dropped_words=dropped,
        dropped_tokens=counted.tokens - kept,
        unseen_words=len(unseen),
        seconds=time.perf_counter() - started,
        **vars(counted.stats),
    )
    return EncodedCorpus(Vocabulary(words, counts), ids, offsets, report, tokenizer)


def _read(
    corpus: Any, tokenizer: Tokenizer | None, errors: str, n_threads: int, store: IdStore
) -> tuple[Counted, Tokenizer]:
    """Pass the corpus to the module that reads its type; return the counted corpus and the resolved tokenizer."""
    is_path = isinstance(corpus, (str, os.PathLike))
    if not is_path:
        check_corpus_type(corpus)
    counted: Counted
    if is_path or _is_list_of_paths(corpus):
        files = [file for path in ([corpus] if is_path else corpus) for file in find(path)]
        doubt_repeated(files)
        check_are_text(files, told=tokenizer is not None)
        tokenizer = resolve(tokenizer, "file")
        if tokenizer == "whitespace":
            counted = count_files(files, errors, n_threads, store=store)
        else:
            counted = count_lines(files, errors, tokenizer, store)
    elif _is_stream(corpus):
        tokenizer = resolve(tokenizer, "file")
        if tokenizer == "whitespace":
            counted = count_stream(corpus, errors, store=store)
        else:
            counted = count_lines(corpus, errors, tokenizer, store)
    else:
        counted, tokenizer = count_iterable(corpus, tokenizer, store)
    return counted, tokenizer


def _is_list_of_paths(corpus: object) -> bool:
    """Return whether it is a list or tuple whose first item is a path. (A string in a list is a document.)

    Raises
    ------
    CorpusTypeError
        It is one, but another item is not a path.
    """
    if not (isinstance(corpus, (list, tuple)) and corpus and isinstance(corpus[0], os.PathLike)):
        return False
    for i, item in enumerate(corpus):
        if not isinstance(item, os.PathLike):
            raise CorpusTypeError(describe_odd_path(i, item))
    return True


def _is_stream(corpus: object) -> bool:
    """Return whether it is an open file, of text or of bytes."""
    return isinstance(corpus, io.IOBase) or (hasattr(corpus, "read") and hasattr(corpus, "readline"))


def _rows(chosen: np.ndarray, counted: Counted) -> tuple[np.ndarray, np.ndarray]:
    """Return the row of each provisional id (-1: left out) and the count of each row, from the id chosen for each."""
    occurs = chosen >= 0
    rows = np.full(len(counted.counts), -1, np.int32)
    rows[chosen[occurs]] = np.flatnonzero(occurs).astype(np.int32)
    counts = np.zeros(len(chosen), np.int64)
    counts[occurs] = counted.counts[chosen[occurs]]
    return rows, counts


def _doubt_parameters(
    corpus: EncodedCorpus, min_count: int, max_vocab: int | None, vocabulary: Vocabulary | None
) -> None:
    """Warn of parameters that would change an encoded corpus; raise if it has another vocabulary than the given."""
    known = corpus.vocabulary
    if vocabulary is not None:
        if vocabulary.words != known.words:
            raise ParameterError(
                f"the encoded corpus has another vocabulary ({len(known):,} words) than the given one "
                f"({len(vocabulary):,} words): encode it with that, encode(corpus, vocabulary=...)"
            )
        return
    rare = 0 if known.counts is None else int(np.count_nonzero((known.counts > 0) & (known.counts < min_count)))
    if rare:
        warn_user(
            f"min_count={min_count} has no effect on an EncodedCorpus: {rare:,} of its {len(known):,} words are rarer; "
            "pass min_count to encode or EncodedCorpus.from_ids, and the same here"
        )
    if max_vocab is not None and max_vocab < len(known):
        warn_user(
            f"max_vocab={max_vocab} has no effect on an EncodedCorpus, which has {len(known):,} words: "
            "pass max_vocab to encode or EncodedCorpus.from_ids"
        )


def _most_frequent(counted: Counted) -> str:
    most_frequent = int(counted.counts.argmax())
    word = counted.words(np.array([most_frequent]))[0]
    return describe_most_frequent(word, int(counted.counts[most_frequent]))
