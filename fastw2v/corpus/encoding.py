"""From any corpus to word ids, sentence offsets and a vocabulary, in one pass."""

from __future__ import annotations

import os
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from fastw2v.corpus.counted import Counted
from fastw2v.corpus.doubts import describe_spaces, describe_unsegmented
from fastw2v.corpus.encoded_corpus import EncodedCorpus
from fastw2v.corpus.faults import describe_most_frequent, describe_too_few
from fastw2v.corpus.given_vocabulary import (
    MOST_UNSEEN,
    HasVector,
    as_vocabulary,
    check_coverage,
    check_joining,
    without_vector,
)
from fastw2v.corpus.id_store import is_spooled
from fastw2v.corpus.reading import Reading, read_corpus
from fastw2v.corpus.tokenizers import Tokenizer, check_tokenizer, tokenizer_name
from fastw2v.corpus.vocabulary import Vocabulary, frequent_words, what_left_out
from fastw2v.errors import CorpusError, EmptyCorpusError, ParameterError, warn_user
from fastw2v.parameters import Errors, check, shown
from fastw2v.progress.figures import counted

DEFAULT_MIN_COUNT = 5


def encode(
    corpus: str | os.PathLike[str] | Iterable[Any] | EncodedCorpus,
    *,
    tokenizer: Tokenizer | None = None,
    min_count: int = DEFAULT_MIN_COUNT,
    max_vocab: int | None = None,
    vocabulary: Vocabulary | Mapping[Any, int] | Iterable[Hashable] | None = None,
    new_words: bool = False,
    errors: Errors = "strict",
    n_jobs: int | None = None,
    spool: str | os.PathLike[str] | bool | None = None,
    verbose: int = 0,
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
        split by `tokenizer`. An `EncodedCorpus` is returned as is, with a warning if another parameter would have made
        another one of the text. Iterators and open files are read to their end.
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
    new_words : bool, default False
        With `vocabulary`: other words that occur `min_count` times are not left out but added after its own, most
        frequent first, until there are `max_vocab` in all. The report counts and names those that are left out.
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
    verbose : int, default 0
        1 shows progress, once a second has passed; more shows no more.

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
    return encode_to_train(
        corpus,
        tokenizer=tokenizer,
        min_count=min_count,
        max_vocab=max_vocab,
        vocabulary=vocabulary,
        new_words=new_words,
        errors=errors,
        n_jobs=n_jobs,
        spool=spool,
        verbose=verbose,
    )


def encode_to_train(
    corpus: Any,
    *,
    has_vector: HasVector | None = None,
    tokenizer: Tokenizer | None = None,
    min_count: int = DEFAULT_MIN_COUNT,
    max_vocab: int | None = None,
    vocabulary: Any = None,
    new_words: bool = False,
    errors: Errors = "strict",
    n_jobs: int | None = None,
    spool: str | os.PathLike[str] | bool | None = None,
    verbose: int = 0,
) -> EncodedCorpus:
    """Do the same as `encode`, where training starts from vectors of some words: these may well not occur."""
    checked = {"min_count": min_count, "max_vocab": max_vocab, "errors": errors, "n_jobs": n_jobs, "spool": spool}
    for name, value in {**checked, "new_words": new_words, "verbose": verbose}.items():
        check(name, value)
    check_tokenizer(tokenizer)
    given = None if vocabulary is None else as_vocabulary(vocabulary)
    if isinstance(corpus, EncodedCorpus):
        if not len(corpus.ids):
            raise EmptyCorpusError(f"the encoded corpus is empty: {counted(len(corpus), 'sentence')}, 0 words")
        _doubt_tokenizer(corpus, tokenizer)
        _doubt_reading(errors, None if is_spooled(corpus.ids) else spool)
        if given is None:
            _doubt_parameters(corpus, min_count, max_vocab)
            _doubt_unseen(corpus, has_vector)
        else:
            _check_same_words(corpus, given, new_words)
        return corpus
    reading = read_corpus(corpus, tokenizer=tokenizer, errors=errors, n_jobs=n_jobs, spool=spool, verbose=verbose)
    if given is None:
        return with_frequent_words(reading, min_count, max_vocab)
    # The words of a `Vocabulary` come from a corpus or a model, and may have vectors already.
    doubt_unseen = given is not vocabulary
    return _with_words_of(reading, given, doubt_unseen, (min_count, max_vocab) if new_words else None, has_vector)


def with_words_of(reading: Reading, vocabulary: Vocabulary) -> EncodedCorpus:
    """Do the same as `encode` with a vocabulary, once the corpus has been read."""
    return _with_words_of(reading, as_vocabulary(vocabulary), False, None)


def _with_words_of(
    reading: Reading,
    given: Vocabulary,
    doubt_unseen: bool,
    new_words: tuple[int, int | None] | None,
    has_vector: HasVector | None = None,
) -> EncodedCorpus:
    """Give rows to the words of a vocabulary, and with these values of `min_count` and `max_vocab` to others."""
    counted = reading.counted
    found = counted.find(given.words)
    new = found[:0] if new_words is None else _new_words(counted, found, *new_words)
    if reading.unsegmented:
        warn_user(reading.unsegmented)
    joining = counted.words(new)
    check_joining(joining, given.words)
    known_tokens = int(counted.counts[found[found >= 0]].sum())
    unseen = np.flatnonzero(found < 0) if doubt_unseen else found[:0]
    told = check_coverage(given, counted, known_tokens, without_vector(unseen, given.words, has_vector), len(new))
    if len(new):
        encoded = reading.encoded(np.concatenate([found, new]), [*given.words, *joining], len(new))
    else:
        encoded = reading.encoded(found, given.words)
    return replace(encoded, unseen_told=told)


def with_frequent_words(reading: Reading, min_count: int, max_vocab: int | None) -> EncodedCorpus:
    """Do the same as `encode` with its most frequent words, once the corpus has been read."""
    counted = reading.counted
    chosen = frequent_words(counted.counts, min_count, max_vocab)
    if len(chosen) < 2:
        distinct = len(counted.counts)
        few = describe_too_few(len(chosen), min_count, describe_top(counted), counted.tokens, distinct)
        causes = describe_unsegmented(counted), describe_spaces(counted, 0)  # whatever the tokenizer is
        raise CorpusError("; ".join([few, *filter(None, causes)]))
    if reading.unsegmented:
        warn_user(reading.unsegmented)
    return replace(reading.encoded(chosen), **what_left_out(counted.counts, min_count, max_vocab))


def _new_words(counted: Counted, found: np.ndarray, min_count: int, max_vocab: int | None) -> np.ndarray:
    """Return the provisional ids of the words to add to those that were found, most frequent first."""
    others = counted.counts.copy()
    others[found[found >= 0]] = -1
    room = None if max_vocab is None else max(0, max_vocab - len(found))
    return frequent_words(others, max(1, min_count), room)


def _doubt_tokenizer(corpus: EncodedCorpus, tokenizer: Tokenizer | None) -> None:
    """Warn of a tokenizer that would have split the text of an encoded corpus in another way."""
    if tokenizer not in (None, corpus.tokenizer):
        warn_user(
            f"tokenizer={tokenizer_name(tokenizer)} has no effect on an EncodedCorpus, which is split already "
            f"({tokenizer_name(corpus.tokenizer)}): pass it to encode with the text itself"
        )


def _doubt_reading(errors: Errors, spool: str | os.PathLike[str] | bool | None) -> None:
    """Warn of parameters that say how text is read, beside an encoded corpus, whose text has been read."""
    idle = [f"errors={errors!r}"] * (errors != "strict") + [f"spool={shown(spool)}"] * (spool not in (None, False))
    if idle:
        warn_user(
            f"{' and '.join(idle)} {'have' if len(idle) > 1 else 'has'} no effect on an EncodedCorpus, which is read "
            f"already: pass {'them' if len(idle) > 1 else 'it'} to encode with the text itself"
        )


def _check_same_words(corpus: EncodedCorpus, vocabulary: Vocabulary, new_words: bool) -> None:
    """Raise if an encoded corpus has another vocabulary than the given."""
    known = corpus.vocabulary
    if vocabulary.words != (known.words[: len(vocabulary)] if new_words else known.words):
        raise ParameterError(
            f"the encoded corpus has another vocabulary ({counted(len(known), 'word')}) than the given one, or "
            f"than the model's ({counted(len(vocabulary), 'word')}): encode it with that, as in encode(corpus, "
            f"vocabulary=model.vocabulary_{', new_words=True' if new_words else ''})"
        )


def _doubt_parameters(corpus: EncodedCorpus, min_count: int, max_vocab: int | None) -> None:
    """Warn of parameters that would change an encoded corpus."""
    known = corpus.vocabulary
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
    # The default is taken as not asked for: what a corpus lacks is no harm, and rare words are one.
    if min_count != DEFAULT_MIN_COUNT and min_count < corpus.min_count:
        warn_user(
            f"min_count={min_count} has no effect on an EncodedCorpus, from which min_count={corpus.min_count} left "
            f"out rarer words: pass min_count={min_count} to encode or EncodedCorpus.from_ids, with the text or ids"
        )
    if max_vocab is not None and corpus.max_vocab is not None and max_vocab > corpus.max_vocab:
        warn_user(
            f"max_vocab={max_vocab} has no effect on an EncodedCorpus, from which max_vocab={corpus.max_vocab} left "
            f"out words: pass max_vocab={max_vocab} to encode or EncodedCorpus.from_ids, with the text or ids"
        )


def _doubt_unseen(corpus: EncodedCorpus, has_vector: HasVector | None) -> None:
    """Warn if many words of an encoded corpus do not occur in it, unless that was told when it was made."""
    known = corpus.vocabulary
    if corpus.unseen_told or corpus.report.unseen_words <= MOST_UNSEEN * len(known):
        return
    unseen = without_vector(np.flatnonzero(corpus.count_words() == 0), known.words, has_vector)
    if len(unseen) > MOST_UNSEEN * len(known):
        warn_user(
            f"{len(unseen):,} of the {len(known):,} words of the encoded corpus do not occur in it, as in a part of a "
            "larger one: without initial vectors theirs stay random, and show up as neighbours"
        )


def describe_top(counted: Counted) -> str:
    """Name the most frequent word of what was counted, and its count."""
    most_frequent = int(counted.counts.argmax())
    word = counted.words(np.array([most_frequent]))[0]
    return describe_most_frequent(word, int(counted.counts[most_frequent]))
