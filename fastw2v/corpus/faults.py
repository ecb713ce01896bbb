"""Every refusal of a corpus: checks of the arguments, and messages with the fault and the remedy.

Functions named ``check_...`` raise; functions named ``describe_...`` return the message, or the end of one.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Mapping

from fastw2v.errors import CorpusTypeError
from fastw2v.parameters import shown

_FIRST_BYTES = (
    (b"\x1f\x8b", "gzip data; name the file .gz"),
    (b"BZh", "bzip2 data; name the file .bz2"),
    (b"\xfd7zXZ\x00", "xz data; name the file .xz"),
    (b"\x28\xb5\x2f\xfd", "Zstandard data; name the file .zst"),
    (b"PK\x03\x04", "a zip archive; unpack it first"),
    (b"\xff\xfe", "UTF-16 text; convert it first: iconv -f UTF-16 -t UTF-8"),
    (b"\xfe\xff", "UTF-16 text; convert it first: iconv -f UTF-16 -t UTF-8"),
    (b"%PDF", "a PDF file; extract its text first"),
)

# ---- the corpus as a whole ------------------------------------------------------------------------------------------


def check_corpus_type(corpus: object) -> None:
    """Raise `CorpusTypeError`, with the remedy, for values that people pass in place of a corpus."""
    kind = type(corpus).__name__
    reason = None
    if corpus is None:
        reason = "there is no corpus: None was given; pass a path, token lists or documents"
    elif isinstance(corpus, (bytes, bytearray, memoryview)):
        reason = f"a corpus cannot be {kind}; decode it and pass documents: [data.decode('utf-8')]"
    elif isinstance(corpus, Mapping):
        reason = f"a corpus cannot be a {kind} (keys: {shown(list(corpus))}); pass the texts in it: rows['text']"
    elif hasattr(corpus, "tocsr") or hasattr(corpus, "tocoo"):
        reason = "a corpus cannot be a sparse matrix, which has no word order; pass token lists or documents"
    elif _is_table(corpus):
        reason = f"a corpus cannot be a {kind} (a table); pass its column of texts: df['text']"
    elif (
        isinstance(corpus, type)
        or not (hasattr(corpus, "__iter__") or hasattr(corpus, "__getitem__"))
        or getattr(corpus, "ndim", 1) == 0
    ):
        reason = f"a corpus cannot be {shown(corpus)} ({kind}); pass a path, token lists or documents"
    if reason:
        raise CorpusTypeError(reason)


def check_documents_type(documents: object) -> None:
    """Raise `CorpusTypeError`, with the remedy, for values that people pass in place of a list of documents."""
    if isinstance(documents, str):
        raise CorpusTypeError("documents: expected a list of documents, found one string; put it into a list")
    check_corpus_type(documents)


def _is_table(corpus: object) -> bool:
    """Return whether it is a DataFrame, LazyFrame or pyarrow table, and not a Hugging Face data set."""
    kind = type(corpus)  # the class is asked, not the frame: asking a LazyFrame may start a computation
    if hasattr(kind, "columns") and (hasattr(kind, "dtypes") or hasattr(kind, "schema")):
        return True
    return hasattr(kind, "column_names") and hasattr(kind, "schema") and not hasattr(kind, "features")


def describe_empty(corpus: object, sentences: int) -> str:
    """Describe a corpus without a single word."""
    found = f"the corpus is empty: {sentences:,} sentences, 0 words"
    if hasattr(corpus, "readline"):
        return f"{found}; an open file is read from its current position to its end: call seek(0), or pass its path"
    if isinstance(corpus, (str, os.PathLike)):
        if os.fspath(corpus) == "-":
            return f"{found}; standard input can be read only once: pipe the text in again, or pass a file"
    elif hasattr(corpus, "__next__"):
        return (
            f"{found}; an iterator such as this {type(corpus).__name__} yields its items only once and may have been "
            f"consumed already: pass a list, or an object whose __iter__ starts afresh"
        )
    return f"{found}; pass a corpus that contains words"


def describe_no_documents(documents: object) -> str:
    """Describe an iterator that yielded no document."""
    return (
        f"this {type(documents).__name__} yielded no documents: an iterator yields its items only once and may have "
        f"been consumed already (fit reads it to its end); pass a list"
    )


# ---- words and their counts -----------------------------------------------------------------------------------------


def describe_most_frequent(word: object, count: int) -> str:
    """Name the most frequent word and its count."""
    return f"the most frequent word, {word!r}, occurs {count:,} time{'s' if count != 1 else ''}"


def describe_too_few(n_frequent: int, min_count: int, most_frequent: str, tokens: int, distinct: int) -> str:
    """Describe a corpus in which no word, or only one, occurs often enough."""
    found = f"{most_frequent} ({tokens:,} tokens, {distinct:,} distinct words)"
    if n_frequent == 0:
        return f"no word occurs min_count={min_count} times: {found}; lower min_count or pass more text"
    if min_count <= 1:
        return f"training needs at least 2 words, the corpus has one: {found}; pass more text"
    return (
        f"training needs at least 2 words, only one occurs min_count={min_count} times: {found}; "
        f"lower min_count or pass more text"
    )


def describe_none_known(n_words: int, most_frequent: str) -> str:
    """Describe a corpus that contains no word of the vocabulary it was to be encoded with."""
    return f"no word of the given vocabulary ({n_words:,} words) occurs in the corpus: {most_frequent}"


# ---- files and their bytes ------------------------------------------------------------------------------------------


def describe_no_file(path: str, *, is_folder: bool) -> str:
    """Describe a path, folder or pattern that matches no file."""
    if is_folder:
        return f"the folder {path!r} contains no files, hidden files aside"
    if glob.has_magic(path) and not any(char.isspace() for char in path):
        return f"no file matches the pattern {path!r} (searched from {os.getcwd()})"
    return (
        f"there is no file {shown(path, 100)} (searched from {os.getcwd()}). A str is taken as the path of a file; "
        f"to train on the text itself pass a list of documents: [text], or text.splitlines()"
    )


def describe_odd_path(position: int, item: object) -> str:
    """Describe an item of a list of paths that is not a path."""
    return (
        f"corpus[{position}] is {shown(item)} ({type(item).__name__}), but the items before it are paths; "
        f"in a list of files make every item a pathlib.Path"
    )


def describe_path_among_sentences(position: int, path: object) -> str:
    """Describe a path where a sentence is expected."""
    return f"corpus[{position}] is the path {path}; put paths into a list: [Path(...), ...]"


def describe_bad_text(name: str, line: int, offset: int, word: bytes, first_bytes: bytes = b"") -> str:
    """Describe the first byte of `word` that is not valid text.

    Parameters
    ----------
    name : str
        The file's name.
    line : int
        Number of the line, from 1.
    offset : int
        Where the word begins in the file, in bytes.
    word : bytes
        The word, or the line.
    first_bytes : bytes
        The first bytes of the file as stored, which may reveal its format.
    """
    at, what = word.find(b"\0"), "a NUL byte"
    way_round = "pass errors='replace' or errors='ignore', which keep NUL bytes as part of words"
    try:
        word.decode()
    except UnicodeDecodeError as error:
        if at < 0 or error.start < at:
            at, what = error.start, f"the byte 0x{word[error.start]:02x}, which is invalid UTF-8 ({error.reason})"
            way_round = "pass errors='replace' (bad bytes become U+FFFD) or errors='ignore' (they are left out)"
    guess = next((f"; it looks like {what}" for magic, what in _FIRST_BYTES if first_bytes.startswith(magic)), "")
    return (
        f"{name}, line {line:,}, byte {offset + at:,} (from 0): found {what}, in "
        f"{shown(word[max(0, at - 20) : at + 20])}{guess}. "
        f"Correct the file, or {way_round}"
    )


# ---- sentences, documents and tokens --------------------------------------------------------------------------------


def describe_bad_sentence(tokens: object) -> str | None:
    """Continue the sentence "corpus[3] ..." for an object that is not a sequence of tokens; None if it is one."""
    if isinstance(tokens, str):
        return f"is the string {shown(tokens)} where a list of tokens is expected; split it"
    if isinstance(tokens, (bytes, bytearray, memoryview)):
        return f"is {shown(tokens)} ({type(tokens).__name__}); decode it first: item.decode('utf-8')"
    if isinstance(tokens, Mapping):
        return f"is a {type(tokens).__name__} with the keys {shown(list(tokens))}; pass its text: rows['text']"
    if isinstance(tokens, (set, frozenset)):
        return f"is a {type(tokens).__name__}, which has no order; pass a list of tokens"
    if _is_missing(tokens):
        return f"is {shown(tokens)}, a missing value; leave it out (a pandas column: column.dropna())"
    if not isinstance(tokens, Iterable) or getattr(tokens, "ndim", 1) == 0:
        return f"is {shown(tokens)} ({type(tokens).__name__}); an item must be a list of tokens or a string"
    if getattr(tokens, "ndim", 1) != 1:
        return f"is an array of {tokens.ndim} dimensions; a sentence has one"  # type: ignore[attr-defined]
    return None


def describe_bad_document(position: int, document: object) -> str:
    """Describe an item that is not a string, where the items before it are strings."""
    reason = describe_bad_sentence(document) or (
        f"is {shown(document)} ({type(document).__name__}), but the items before it are strings; "
        f"make all items strings, or all of them lists of tokens"
    )
    return f"corpus[{position}] {reason}"


def describe_bad_token(token: object) -> str | None:
    """Continue the sentence "corpus[3][7] ..." for an object that cannot be a word; None if it can."""
    try:
        hash(token)
    except TypeError:
        return f"is {_with_type(token)}; tokens must be strings or other hashable values"
    if _is_missing(token):
        return f"is {_with_type(token)}, a missing value; leave it out"
    if isinstance(token, (bytes, bytearray)):
        return f"is {_with_type(token)}; decode it first: token.decode('utf-8')"
    return None


def describe_odd_token(token: object, *, of_strings: bool) -> str:
    """Continue the sentence "corpus[3][7] ..." for a string among other tokens, or another token among strings."""
    before = "strings" if of_strings else "not strings"
    return f"is {_with_type(token)}, but the tokens before it are {before}; make all tokens of one type"


def describe_lone_surrogate(token: str, index: int) -> str:
    """Continue the sentence "corpus[3][7] ..." for a string that UTF-8 cannot encode."""
    return (
        f"is {_with_type(token)}, which contains the lone surrogate {token[index]!r} and cannot be written as UTF-8; "
        f"decode the text with errors='replace'"
    )


def _with_type(value: object) -> str:
    return f"{shown(value)} ({type(value).__name__})"


def _is_missing(value: object) -> bool:
    """None, NaN, NaT and NA."""
    if value is None or type(value).__name__ in {"NAType", "NaTType", "NullScalar"}:
        return True
    return isinstance(value, float) and value != value
