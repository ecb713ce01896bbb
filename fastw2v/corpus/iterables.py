"""Corpora that are Python iterables: what their items are, and reading them once."""

from __future__ import annotations

import io
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any

from fastw2v.corpus._token_scanner import BadTokenError, TokenScanner
from fastw2v.corpus.compressed import ReadInto
from fastw2v.corpus.counting import CountedTokens, describe_bad_text
from fastw2v.corpus.files import TextFile, first_bytes, open_text, what_it_may_be
from fastw2v.corpus.id_store import IdStore
from fastw2v.corpus.tokenizers import Tokenizer, resolve, shorten, splitter, token_list
from fastw2v.errors import CorpusError, CorpusTypeError

ARROW_ROWS = 10_000  # rows of a pyarrow column that are turned into Python strings at once


def refuse_what_is_no_corpus(corpus: object) -> None:
    """Raise `CorpusTypeError`, with the remedy, for values that people pass in place of a corpus."""
    kind = type(corpus).__name__
    reason = None
    if corpus is None:
        reason = "there is no corpus: None was given; pass a path, token lists or documents"
    elif isinstance(corpus, (bytes, bytearray, memoryview)):
        reason = f"a corpus cannot be {kind}; decode it and pass documents: [data.decode('utf-8')]"
    elif isinstance(corpus, Mapping):
        reason = f"a corpus cannot be a {kind} (keys: {shorten(list(corpus))}); pass the texts in it: rows['text']"
    elif hasattr(corpus, "tocsr") or hasattr(corpus, "tocoo"):
        reason = "a corpus cannot be a sparse matrix, which has no words in order; pass token lists or documents"
    elif _is_table(corpus):
        reason = f"a corpus cannot be a {kind} (a table); pass its column of texts: df['text']"
    elif (
        isinstance(corpus, type)
        or not (hasattr(corpus, "__iter__") or hasattr(corpus, "__getitem__"))
        or getattr(corpus, "ndim", 1) == 0
    ):
        reason = f"a corpus cannot be {shorten(corpus)} ({kind}); pass a path, token lists or documents"
    if reason:
        raise CorpusTypeError(reason)


def _is_table(corpus: object) -> bool:
    """DataFrames of pandas and polars, LazyFrame, tables of pyarrow (not Hugging Face data sets: their rows tell)."""
    kind = type(corpus)  # asked in place of the frame itself, where asking a LazyFrame may start work
    if hasattr(kind, "columns") and (hasattr(kind, "dtypes") or hasattr(kind, "schema")):
        return True
    return hasattr(kind, "column_names") and hasattr(kind, "schema") and not hasattr(kind, "features")


def is_open_file(corpus: object) -> bool:
    """Whether it is an open file, of text or of bytes."""
    return isinstance(corpus, io.IOBase) or (hasattr(corpus, "read") and hasattr(corpus, "readline"))


def bytes_of_open_file(file: Any) -> ReadInto:
    """``readinto(buffer)`` on an open file; text is encoded as UTF-8 again, whatever the file's encoding."""

    def read_text(buffer: memoryview) -> int:
        text = file.read(max(1, len(buffer) // 4))  # a character has at most four bytes
        try:
            data = text.encode("utf-8", "surrogateescape")
        except UnicodeEncodeError:
            data = text.encode("utf-8", "surrogatepass")  # is found to be no UTF-8, and told with its place
        buffer[: len(data)] = data
        return len(data)

    def read_bytes(buffer: memoryview) -> int:
        data = file.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    if isinstance(file.read(0), str):
        return read_text
    return file.readinto if hasattr(file, "readinto") else read_bytes


def is_list_of_paths(corpus: object) -> bool:
    """Whether it is a list or tuple whose first item is a path. (A string in a list is a document.)"""
    if not (isinstance(corpus, (list, tuple)) and corpus and isinstance(corpus[0], Path)):
        return False
    for i, item in enumerate(corpus):
        if not isinstance(item, Path):
            raise CorpusTypeError(
                f"corpus[{i}] is {shorten(item)} ({type(item).__name__}), but the items before it are paths; "
                f"in a list of files make every item a pathlib.Path"
            )
    return True


def count_items(corpus: Iterable[Any], tokenizer: Tokenizer | None, store: IdStore) -> tuple[CountedTokens, Tokenizer]:
    """Read an iterable of token lists or of strings, once; its first item tells which of the two it is.

    Its ids go into `store`.

    Returns
    -------
    counted : CountedTokens
    tokenizer : str or callable
        The resolved tokenizer.
    """
    items = iterate_items(corpus)
    head = list(islice(items, 1))
    of_strings = bool(head) and isinstance(head[0], str)
    if not head:
        tokenizer = resolve(tokenizer, "tokens") if tokenizer is None else tokenizer
    else:
        tokenizer = resolve(tokenizer, "documents" if of_strings else "tokens")
    if tokens := _length(corpus, of_strings):
        store.expect(tokens)
    scanner = TokenScanner(store.keeper())
    if of_strings:
        _add_documents(scanner, chain(head, items), splitter(tokenizer))
    else:
        _add_token_lists(scanner, chain(head, items))
    return CountedTokens(scanner, store), tokenizer


def _length(corpus: Any, of_strings: bool) -> int | None:
    """The tokens in a list of token lists; None where they cannot be counted without reading the corpus."""
    if of_strings or not isinstance(corpus, (list, tuple)):
        return None
    try:
        return sum(map(len, corpus))
    except TypeError:
        return None


def iterate_items(corpus: Any) -> Iterator[Any]:
    """Iterate over the sentences or documents of a corpus, whatever kind of column it is, as Python values."""
    if hasattr(corpus, "to_pylist") and hasattr(corpus, "slice"):  # pyarrow: its items are not Python values
        return chain.from_iterable(corpus.slice(at, ARROW_ROWS).to_pylist() for at in range(0, len(corpus), ARROW_ROWS))
    return iter(corpus)


def _add_token_lists(scanner: TokenScanner, items: Iterator[Any]) -> None:
    i = 0
    try:
        for i, item in enumerate(items):
            if isinstance(item, Path):
                raise CorpusTypeError(f"corpus[{i}] is the path {item}; put paths into a list: [Path(...), ...]")
            scanner.add(item if type(item) is list else token_list(item, f"corpus[{i}]"))
    except BadTokenError as bad:
        raise CorpusTypeError(f"corpus[{i}][{bad.index}] {bad.reason}") from None


def _add_documents(scanner: TokenScanner, items: Iterator[Any], split: Callable[[str], Iterable[Hashable]]) -> None:
    i = 0
    try:
        for i, item in enumerate(items):
            if not isinstance(item, str):
                raise CorpusTypeError(_no_document(i, item))
            tokens = split(item)
            if type(tokens) is not list:
                tokens = token_list(tokens, f"what the tokenizer made of corpus[{i}]")
            scanner.add(tokens)
    except BadTokenError as bad:
        raise CorpusTypeError(f"token {bad.index} that the tokenizer made of corpus[{i}] {bad.reason}") from None


def _no_document(i: int, item: object) -> str:
    """Says what is wrong with item `i`, where the items before it are strings."""
    try:
        token_list(item, f"corpus[{i}]")
    except CorpusTypeError as error:
        return str(error)
    return (
        f"corpus[{i}] is {shorten(item)} ({type(item).__name__}), but the items before it are strings; "
        f"make all items strings, or all of them lists of tokens"
    )


class LineCounts:
    """What was read of files line by line, and what had to be done to their bytes."""

    def __init__(self) -> None:
        self.bytes_read = self.bad_bytes = self.nul_bytes = 0


def count_lines(
    files: list[TextFile] | IO[Any], errors: str, tokenizer: Tokenizer, store: IdStore
) -> tuple[CountedTokens, LineCounts]:
    """Read files, or an open file, line by line through a tokenizer into a store; one line is one sentence."""
    scanner = TokenScanner(store.keeper())
    split = splitter(tokenizer)
    done = LineCounts()
    if isinstance(files, list):
        for file in files:
            with open_text(file) as stream:
                _add_lines(scanner, _decoded(stream, file.name, errors, done, file), split, file.name)
    else:
        name = name_of_open_file(files)
        _add_lines(scanner, _decoded(files, name, errors, done), split, name)
    return CountedTokens(scanner, store), done


def name_of_open_file(file: object) -> str:
    """What an open file is called in messages."""
    name = getattr(file, "name", None)
    return name if isinstance(name, str) else "the open file"


def _add_lines(
    scanner: TokenScanner, lines: Iterator[str], split: Callable[[str], Iterable[Hashable]], name: str
) -> None:
    number = 0
    try:
        for number, line in enumerate(lines, 1):
            tokens = split(line)
            scanner.add(token_list(tokens, f"what the tokenizer made of {name}, line {number:,},"))
    except BadTokenError as bad:
        raise CorpusTypeError(
            f"token {bad.index} that the tokenizer made of {name}, line {number:,}, {bad.reason}"
        ) from None


def _decoded(
    stream: Iterable[str | bytes], name: str, errors: str, done: LineCounts, file: TextFile | None = None
) -> Iterator[str]:
    """The lines as strings without their ends; the first without a byte order mark."""
    offset = 0  # of the line in its file
    for number, line in enumerate(stream, 1):
        raw = line.encode("utf-8", "surrogatepass") if isinstance(line, str) else line
        if number == 1 and raw.startswith(b"\xef\xbb\xbf"):
            raw = raw[3:]
            offset = 3
            if not raw:
                break
        try:
            text = raw.decode()
            if "\0" in text and errors == "strict":
                raise ValueError
        except ValueError:  # UnicodeDecodeError is one
            if errors == "strict":
                guess = what_it_may_be(first_bytes(file)) if file else ""
                raise CorpusError(describe_bad_text(name, number, offset, raw, guess)) from None
            done.bad_bytes += len(raw) - len(raw.decode("utf-8", "ignore").encode())
            text = raw.decode("utf-8", errors)
        offset += len(raw)
        done.nul_bytes += raw.count(b"\0")
        yield text.removesuffix("\n").removesuffix("\r")
    done.bytes_read += offset
