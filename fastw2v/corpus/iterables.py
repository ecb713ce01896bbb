"""Corpora that are Python iterables of token lists or of strings: lists, generators, columns of data frames."""

from __future__ import annotations

import os
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any

import numpy as np

from fastw2v.corpus._token_scanner import TokenScanner
from fastw2v.corpus.counted import CountedTokens
from fastw2v.corpus.doubts import doubt_symbols
from fastw2v.corpus.encoded_corpus import EncodedCorpus
from fastw2v.corpus.faults import (
    DOUBTED,
    check_documents_type,
    check_no_file_names,
    describe_path_among_sentences,
    name_returned_token,
)
from fastw2v.corpus.id_store import IdStore
from fastw2v.corpus.open_files import decoding, stream_name
from fastw2v.corpus.rows import FIRST_ITEMS, cells, check_no_rows, doubt_padding
from fastw2v.corpus.sentence_faults import describe_bad_document
from fastw2v.corpus.structured_files import check_documents_are_text
from fastw2v.corpus.tokenizers import Tokenizer, note_place, resolve, splitter, token_list, tokens_returned, words
from fastw2v.errors import BadTokenError, CorpusTypeError
from fastw2v.progress.phase import SILENT, Silent

_SAMPLE = 100  # documents that are looked at for what the tokenizer leaves out
ARROW_ITEMS = 10_000  # items of a pyarrow column, or rows of a matrix, that are turned into Python values at once


def count_iterable(
    corpus: Iterable[Any], tokenizer: Tokenizer | None, store: IdStore, phase: Silent = SILENT
) -> tuple[CountedTokens, Tokenizer]:
    """Read an iterable once; its first item decides whether it holds token lists or strings.

    Parameters
    ----------
    corpus : iterable of token lists or of strings
    tokenizer : {"whitespace", "words", "tokens"}, callable or None
        Splits strings.
    store : IdStore
        Where the ids are kept.
    phase : Phase
        Is told of the items that were read.

    Returns
    -------
    counted : CountedTokens
    tokenizer : str or callable
        The resolved tokenizer.
    """
    items = python_items(corpus)
    head, told = list(islice(items, 1)), tokenizer is not None
    holds_strings = bool(head) and isinstance(head[0], str)
    if holds_strings:
        head += islice(items, _SAMPLE - 1)
        strings = [item for item in head if isinstance(item, str)]
        check_no_file_names(strings[:DOUBTED])
        check_documents_are_text(strings, told=told)
        if not told:
            doubt_symbols(strings, words)
    elif head and told and not hasattr(head[0], "__next__"):  # which would be used up
        _tokens_of(head[0], 0)  # raises for what is neither a string nor tokens, before the tokenizer is doubted
    if head or tokenizer is None:  # without a single item any tokenizer is right
        tokenizer = resolve(tokenizer, "documents" if holds_strings else "tokens")
    if not holds_strings and (tokens := _n_tokens(corpus)):
        store.expect(tokens)
    scanner = TokenScanner(store.provisional())
    phase.expect(length_of(corpus))
    phase.count(lambda: scanner.tokens, "words")
    every = iter(phase.over(chain(head, items)))
    if holds_strings:
        _scan_documents(scanner, every, splitter(tokenizer))
    else:
        _scan_sentences(scanner, every)
    return CountedTokens(scanner, store), tokenizer


def python_items(corpus: Any) -> Iterator[Any]:
    """Iterate over the sentences or documents of any iterable or column, as Python values; of ids, their words."""
    if isinstance(corpus, EncodedCorpus):
        words = corpus.vocabulary.words
        return ([words[row] for row in corpus[sentence].tolist()] for sentence in range(len(corpus)))
    if hasattr(corpus, "to_pylist") and hasattr(corpus, "slice"):  # pyarrow: its items are not Python values
        slices = (corpus.slice(at, ARROW_ITEMS) for at in range(0, len(corpus), ARROW_ITEMS))
        return chain.from_iterable(each.to_pylist() for each in slices)
    if type(corpus) is np.ndarray and corpus.ndim == 2 and corpus.dtype.kind in "iu":
        blocks = (corpus[at : at + ARROW_ITEMS] for at in range(0, len(corpus), ARROW_ITEMS))
        return chain.from_iterable(each.tolist() for each in blocks)  # quicker than row by row
    return _decoded(corpus) if hasattr(corpus, "readline") else iter(corpus)


def _decoded(stream: Any) -> Iterator[Any]:
    """Yield the lines of an open file, which as documents are strings."""
    with decoding(stream, stream_name(stream)):
        yield from stream


def documents_to_reread(documents: Any, but: Any = None) -> Any:
    """Return documents that are read twice: a list of what an iterator yields, which is read in full, but for this one.

    Raises
    ------
    CorpusTypeError
        They are no list of documents, but a path or one string, say.
    CorpusError
        They are an open file, whose bytes are of another encoding than it was opened with.
    """
    check_documents_type(documents)
    return list(python_items(documents)) if hasattr(documents, "__next__") and documents is not but else documents


def length_of(items: object) -> int | None:
    """Return how many items there are; None where that is unknown: a wrapper's ``len`` raises over a generator."""
    try:
        return len(items)  # type: ignore[arg-type]
    except Exception:  # whatever a class of somebody else raises
        return None


def _n_tokens(sentences: Any) -> int | None:
    """Return the number of tokens in a list of token lists; None if that requires reading the corpus."""
    if not isinstance(sentences, (list, tuple)):
        return None
    try:
        return sum(map(len, sentences))
    except TypeError:
        return None


def _scan_sentences(scanner: TokenScanner, sentences: Iterator[Any]) -> None:
    i, rows = 0, []
    try:
        for i, sentence in enumerate(islice(sentences, FIRST_ITEMS)):
            if (row := cells(sentence)) is not None:  # as it is now: a generator may change what it has yielded
                rows.append(row)
            scanner.add(sentence if type(sentence) is list else _tokens_of(sentence, i))
        if i + 1 == len(rows):
            check_no_rows(rows)
            doubt_padding(rows)
        rest = enumerate(sentences, i + 1)
        for i, sentence in rest:
            scanner.add(sentence if type(sentence) is list else _tokens_of(sentence, i))
    except BadTokenError as bad:
        if i + 1 == len(rows):
            check_no_rows(rows)
        raise CorpusTypeError(f"corpus[{i}][{bad.index}] {bad.reason}") from None


def _tokens_of(sentence: Any, i: int) -> Sequence[Hashable]:
    if isinstance(sentence, os.PathLike):
        raise CorpusTypeError(describe_path_among_sentences(i, sentence))
    return token_list(sentence, f"corpus[{i}]")


def _scan_documents(
    scanner: TokenScanner, documents: Iterator[Any], split: Callable[[str], Iterable[Hashable]]
) -> None:
    i = 0
    try:
        for i, document in enumerate(documents):
            if not isinstance(document, str):
                raise CorpusTypeError(describe_bad_document(i, document))
            try:
                tokens = split(document)
                if type(tokens) is not list:
                    tokens = tokens_returned(tokens, f"corpus[{i}]")
            except Exception as error:
                note_place(error, f"corpus[{i}]")
                raise
            scanner.add(tokens)
    except BadTokenError as bad:
        raise CorpusTypeError(f"{name_returned_token(bad.index, f'corpus[{i}]')} {bad.reason}") from None
