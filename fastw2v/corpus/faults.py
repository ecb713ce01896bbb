"""Every refusal of a corpus: checks of the arguments, and messages with the fault and the remedy.

Functions named ``check_...`` raise; functions named ``describe_...`` return the message, or the end of one.
"""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from fastw2v.errors import CorpusTypeError, warn_user
from fastw2v.first_bytes import kind_of, other_encoding
from fastw2v.parameters import instead_of_address, is_address, shown
from fastw2v.paths import near_names, searched
from fastw2v.progress.figures import counted

_OTHER_ENCODING = (
    "If the file has another encoding, convert it, as with iconv -f LATIN1 -t UTF-8, or pass "
    "open(path, encoding='latin-1'); otherwise correct"
)
_BLOCK = 1 << 20  # bytes that are read at once
_OTHERS = "name the files that are text, as in 'folder/*.txt'"
# Of kinds of files: what they hold, the suffix by which such a file is unpacked, and what unpacks one that is open.
_UNPACKED_HERE = {
    "gzip": ("gzip data", ".gz", "gzip.open(path)", "gunzip"),
    "bzip2": ("bzip2 data", ".bz2", "bz2.open(path)", "bunzip2"),
    "xz": ("xz data", ".xz", "lzma.open(path)", "unxz"),
    "zstandard": ("Zstandard data", ".zst", "zstandard.open(path)", "unzstd"),
}
_REMEDIES = {
    "lzma": "lzma data; unpack it first",
    "lz4": "lz4 data; unpack it first",
    "compress": "data of compress; unpack it first",
    "zip": "a zip archive; unpack it first",
    "empty zip": "an empty zip archive; get the file again",
    "7-Zip": "a 7-Zip archive; unpack it first",
    "RAR": "a RAR archive; unpack it first",
    "tar": "a tar archive; unpack it first",
    "PDF": "a PDF file; extract its text first",
    "Office": "an old Office document; save it as text first",
    "rich text": "a rich text document; save it as plain text first",
    "PNG": f"an image; {_OTHERS}",
    "image": f"an image; {_OTHERS}",
    "media": f"a sound or a film; {_OTHERS}",
    "program": f"a program; {_OTHERS}",
    "parquet": "a parquet table; pass its column of texts, as in pandas.read_parquet(path)['text']",
    "Arrow": "an Arrow table; pass its column of texts",
    "Feather": "an old Feather table; pass its column of texts",
    "SQLite": "an SQLite database; pass the texts in it",
    "HDF5": "an HDF5 file; pass the texts in it",
    "NumPy": "a NumPy array; pass np.load(path), or its column of texts",
    "MATLAB": "a MATLAB file; pass the texts in it",
    "R": "an R workspace; pass the texts in it",
    "GGUF": f"a GGUF model; {_OTHERS}",
    "zlib": "zlib data, as joblib writes; load it and pass the texts in it",
    "pickle": "a Python pickle; load it and pass the texts in it",
}

# A name that nobody writes as a document.
_FILE_NAME = re.compile(r"\S+\.(txt|csv|tsv|json|jsonl|xml|pdf|docx?|parquet|gz|bz2|xz|zst)", re.IGNORECASE)
_LONGEST_PATH = 4096
DOUBTED = 10  # documents, the first of a corpus, that must not all be the names of files

_WAYS = {"a corpus": "a path, token lists or documents", "documents": "a list of strings or of token lists"}

# ---- the corpus as a whole ------------------------------------------------------------------------------------------


def check_corpus_type(corpus: object, what: str = "a corpus") -> None:
    """Raise `CorpusTypeError`, with the remedy, for values that people pass in place of a corpus, or of `what`."""
    kind = type(corpus).__name__
    reason = None
    names = getattr(getattr(corpus, "dtype", None), "names", None)
    if corpus is None:
        reason = f"{what} cannot be None; pass {_WAYS[what]}"
    elif isinstance(corpus, (bytes, bytearray, memoryview)):
        reason = f"{what} cannot be {kind}; decode it and pass documents: [data.decode('utf-8')]"
    elif isinstance(corpus, Mapping):
        reason = f"{what} cannot be a {kind} (keys: {shown(list(corpus))}); pass the texts in it: {_texts_in(corpus)}"
    elif isinstance(corpus, (set, frozenset)):
        reason = f"{what} cannot be a {kind}, which has no order: no two runs would be equal; pass sorted(texts)"
    elif hasattr(corpus, "tocsr") or hasattr(corpus, "tocoo"):
        reason = f"{what} cannot be a sparse matrix, which has no word order; pass token lists or documents"
    elif is_table(corpus):
        reason = f"{what} cannot be a {kind} (a table); pass its column of texts: {_column(corpus)}"
    elif names:
        reason = f"{what} cannot be an array of rows ({', '.join(names)}); pass its column of texts: array['text']"
    elif _is_data_set(corpus):
        name = _column_of_texts(corpus)
        reason = f"{what} cannot be a {kind} of rows; pass its column of texts: dataset[{name!r}]"
        if not hasattr(corpus, "__getitem__"):
            reason = f"{what} cannot be a {kind} of rows; pass the texts in it: [row[{name!r}] for row in dataset]"
    elif kind.endswith("GroupBy"):
        reason = f"{what} cannot be a {kind}; pass the tokens of each group: grouped['word'].apply(list)"
    elif isinstance(corpus, type) or _is_function(corpus):
        reason = f"{what} cannot be {shown(corpus)} ({kind}); call it, and pass what it makes"
    elif not (hasattr(corpus, "__iter__") or hasattr(corpus, "__getitem__")) or getattr(corpus, "ndim", 1) == 0:
        reason = f"{what} cannot be {shown(corpus)} ({kind}); pass {_WAYS[what]}"
    if reason:
        raise CorpusTypeError(reason)


def check_documents_type(documents: object) -> None:
    """Raise `CorpusTypeError`, with the remedy, for values that people pass in place of a list of documents."""
    if isinstance(documents, os.PathLike) or (isinstance(documents, str) and _exists(documents)):
        path = os.fspath(documents)
        raise CorpusTypeError(
            f"documents: expected a list of documents, found the path {shown(path)}; pass the lines of the file: "
            f"open({shown(path)})"
        )
    if isinstance(documents, str):
        raise CorpusTypeError("documents: expected a list of documents, found one string; put it into a list")
    check_corpus_type(documents, "documents")
    if isinstance(documents, (list, tuple)):
        check_no_file_names([document for document in documents[:DOUBTED] if isinstance(document, str)], "documents")


def _texts_in(rows: Mapping[Any, Any]) -> str:
    """Show how the texts are taken out of a mapping: of names to columns, or of anything to texts or token lists."""
    if type(rows).__name__.endswith("EdgeView"):  # of networkx: pairs of nodes, mapped to what is known of the edge
        return "list(G.edges())"
    key, value = next(iter(rows.items()), (None, None))
    if "train" in rows:  # of the parts of a data set
        key, value = "train", rows["train"]
    if is_table(value) or _is_data_set(value):
        return f"rows[{key!r}][{_column_of_texts(value)!r}]"
    if len(rows) == 1:
        return f"rows[{key!r}]"
    by_key = all(isinstance(value, str) for value in rows.values()) or not all(isinstance(key, str) for key in rows)
    return "list(rows.values())" if by_key else "rows['text']"


def _column(table: Any) -> str:
    """Show how the column of texts is taken out: the only one by its name."""
    if type(table).__name__ != "DataFrame" or len(table.columns) != 1:
        return "df['text']"
    name = repr(table.columns[0])
    return f"df[{name}] (a ColumnTransformer passes it where the column is given as {name}, not [{name}])"


def _is_data_set(corpus: object) -> bool:
    """Return whether it is a data set of Hugging Face, whose items are rows."""
    return hasattr(type(corpus), "column_names") and hasattr(type(corpus), "features")


def _column_of_texts(table: Any) -> str:
    """Return the name of the column that is likely to hold the texts: "text", or the first of strings."""
    features = getattr(table, "features", None) or {}
    names = list(features) if isinstance(features, Mapping) else []
    strings = [name for name in names if getattr(features[name], "dtype", None) == "string"]
    return "text" if "text" in names or not strings else strings[0]


def _is_function(corpus: object) -> bool:
    return callable(corpus) and not hasattr(corpus, "__iter__") and hasattr(corpus, "__name__")


def is_table(corpus: object) -> bool:
    """Return whether it is a DataFrame, LazyFrame or pyarrow table, and not a Hugging Face data set."""
    kind = type(corpus)  # the class is asked, not the frame: asking a LazyFrame may start a computation
    if hasattr(kind, "columns") and (hasattr(kind, "dtypes") or hasattr(kind, "schema")):
        return True
    return hasattr(kind, "column_names") and hasattr(kind, "schema") and not hasattr(kind, "features")


def describe_empty(corpus: object, sentences: int, tokenizer: object = None) -> str:
    """Describe a corpus without a single word, as its tokenizer finds them."""
    found = f"the corpus is empty: {counted(sentences, 'sentence')}, 0 words"
    if sentences and callable(tokenizer):
        return f"{found}: the tokenizer returned no token; pass one that splits this text"
    if tokenizer == "words" and isinstance(corpus, (list, tuple)) and any(map(str.strip, corpus)):
        return f"{found} of letters and digits, which tokenizer='words' takes alone; tokenizer='whitespace' takes all"
    if hasattr(corpus, "readline"):
        return f"{found}; an open file is read from its current position to its end: call seek(0), or pass its path"
    if isinstance(corpus, (str, os.PathLike)):
        if os.fspath(corpus) == "-":
            return f"{found}; standard input can be read only once: pipe the text in again, or pass a file"
        found += f" in {os.fspath(corpus)}"
    elif hasattr(corpus, "__next__"):
        return (
            f"{found}; an iterator such as this {type(corpus).__name__} yields its items only once and may have been "
            f"consumed already: pass a list, or an object whose __iter__ starts afresh"
        )
    return f"{found}; pass a corpus that contains words"


def describe_no_documents(documents: object) -> str:
    """Describe an iterator that yielded no document, or a list that holds none."""
    if not hasattr(documents, "__next__"):
        return f"documents: this {type(documents).__name__} is empty: pass at least one document"
    return (
        f"this {type(documents).__name__} yielded no documents: an iterator yields its items only once and may have "
        f"been consumed already (fit reads it to its end); pass a list"
    )


# ---- words and their counts -----------------------------------------------------------------------------------------


def describe_most_frequent(word: object, count: int) -> str:
    """Name the most frequent word and its count."""
    return f"the most frequent word, {shown(word)}, occurs {counted(count, 'time')}"


def describe_too_few(n_frequent: int, min_count: int, most_frequent: str, tokens: int, distinct: int) -> str:
    """Describe a corpus in which no word, or only one, occurs often enough."""
    found = f"{most_frequent} ({counted(tokens, 'token')}, {counted(distinct, 'distinct word')})"
    if n_frequent == 0:
        return f"no word occurs min_count={min_count} times: {found}; lower min_count or pass more text"
    if min_count <= 1:
        return f"training needs at least 2 words, the corpus has one: {found}; pass more text"
    return (
        f"training needs at least 2 words, only one occurs min_count={min_count} times: {found}; "
        f"lower min_count or pass more text"
    )


# ---- files and their bytes ------------------------------------------------------------------------------------------


def describe_no_file(path: str, *, is_folder: bool, may_be_text: bool) -> str:
    """Describe a path, folder or pattern that matches no file; a `str` may have been meant as text."""
    if is_folder:
        return f"the folder {shown(path, 100)} contains no files, hidden files aside"
    if is_address(path):
        return f"{shown(path, 100)} is an address: {instead_of_address(path)}"
    if "$" in path and not any(map(str.isspace, path)) and (expanded := os.path.expandvars(path)) != path:
        return f"there is no file {shown(path, 100)}; '$' is not expanded: give {shown(expanded, 100)}"
    if glob.has_magic(path) and not any(char.isspace() for char in path):
        return f"no file matches the pattern {shown(path, 100)}{searched()}"
    near = near_names(Path(path))
    holds = f"; its folder holds {near}" if near else ""
    missing = f"there is no file {shown(path, 100)}{searched()}{holds}"
    if not may_be_text:
        return missing
    return (
        f"{missing}. A str is taken as the path of a file; to train on the text itself pass a list of documents: "
        "[text], or text.splitlines()"
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


def check_no_file_names(documents: Sequence[str], name: str = "corpus") -> None:
    """Refuse documents that are all the names of files; warn of those among others.

    Parameters
    ----------
    documents : sequence of str
        The first few documents of a corpus.
    name : str
        Of the corpus in messages.

    Raises
    ------
    CorpusTypeError
        Each of them is the path of a file or folder, or is written like the name of a file of text.
    """
    documents = list(map(str, documents))  # an array's are of a class that shows itself
    existing = [_exists(document) for document in documents]
    written = [bool(_FILE_NAME.fullmatch(document)) for document in documents]
    names = [exists or looks for exists, looks in zip(existing, written, strict=True)]
    if documents and all(names) and (len(documents) > 1 or written[0] or os.sep in documents[0]):
        there = "" if existing[0] else f", although none is there{searched()}"
        raise CorpusTypeError(
            f"{name}[0] is the string {shown(documents[0], 200)}, the name of a file{there}, and so are the strings "
            "after it. Strings in a list are documents: to read the files pass paths: [Path(name) for name in names]; "
            "to train on the names themselves pass lists of tokens"
        )
    for i, document in enumerate(documents):
        if existing[i] and (os.sep in document or written[i]):
            warn_user(
                f"{name}[{i}] is {shown(document, 200)}, the path of an existing file, and is taken as a document: "
                "strings in a list are documents: to read files pass paths: [Path(name) for name in names]"
            )
            return


def _exists(text: str) -> bool:
    """Return whether the text is the path of a file or folder."""
    if len(text) > _LONGEST_PATH or "\0" in text or not any(map(str.isalnum, text)):
        return False
    return os.path.exists(os.path.expanduser(text))


def what_begins_so(first_bytes: bytes, *, is_open: bool = False) -> str | None:
    """Return the format, with the remedy, of a file, or an open one, that is not text and begins with these bytes."""
    if encoding := other_encoding(first_bytes):
        return f"{encoding[:6]} text; convert it first: iconv -f {encoding} -t UTF-8"
    kind = kind_of(first_bytes) or ""
    if kind not in _UNPACKED_HERE:
        return _REMEDIES.get(kind)
    what, suffix, opened, command = _UNPACKED_HERE[kind]
    return f"{what}; unpack it first, as {opened} or {command} does" if is_open else f"{what}; name the file {suffix}"


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
    way_round = "Correct the file, or pass errors='replace' or errors='ignore', which keep NUL bytes as part of words"
    looks = what_begins_so(first_bytes)
    try:
        word.decode()
    except UnicodeDecodeError as error:
        if at < 0 or error.start < at:
            at, what = error.start, f"the byte 0x{word[error.start]:02x}, which is invalid UTF-8 ({error.reason})"
            correct = "Correct" if looks else _OTHER_ENCODING
            way_round = "pass errors='replace' (bad bytes become U+FFFD) or errors='ignore' (they are left out)"
            way_round = f"{correct} the file, or {way_round}"
    guess = f"; it looks like {looks}" if looks else ""
    return (
        f"{name}, line {line:,}, byte {offset + at:,} (from 0): found {what}, in "
        f"{shown(word[max(0, at - 20) : at + 20])}{guess}. {way_round}"
    )


def describe_undecodable(name: str, stream: Any, error: UnicodeDecodeError) -> str:
    """Describe what an open file of text raised where its bytes are not of the encoding that it was opened with.

    Parameters
    ----------
    name : str
        The file's name.
    stream : text file
        Of a file, its bytes are read again, to find the line.
    error : UnicodeDecodeError
    """
    bad, line = error.object[error.start], ""
    with suppress(Exception):  # as of a pipe
        at = stream.buffer.tell() - len(error.object) + error.start
        stream.buffer.seek(0)
        sizes = (min(_BLOCK, at - done) for done in range(0, at, _BLOCK))
        newlines = sum(stream.buffer.read(size).count(b"\n") for size in sizes)
        line = f", line {1 + newlines:,}"
    return (
        f"{name}{line}: found the byte 0x{bad:02x}, in "
        f"{shown(error.object[max(0, error.start - 20) : error.start + 20])}, which is invalid {error.encoding} "
        f"({error.reason}); open the file with its own encoding, as in open(path, encoding='latin-1')"
    )


# ---- tokens ---------------------------------------------------------------------------------------------------------


def describe_bad_token(token: object) -> str | None:
    """Continue the sentence "corpus[3][7] ..." for an object that cannot be a word; None if it can."""
    try:
        hash(token)
    except TypeError:
        return f"is {_with_type(token)}; tokens must be strings or other hashable values"
    if is_missing(token):
        return f"is {_with_type(token)}, a missing value; leave it out"
    if isinstance(token, (bytes, bytearray)):
        return f"is {_with_type(token)}; decode it first: token.decode('utf-8')"
    if not isinstance(token, str) and isinstance(getattr(token, "text", None), str):
        return f"is {_with_type(token)}, an object with a text; pass the text: [token.text for token in tokens]"
    return None


def name_returned_token(place: int, text: str) -> str:
    """Begin the sentence for a token that a tokenizer returned for the document or line that `text` names."""
    return f"token {place} that the tokenizer returned for {text}"


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


def is_missing(value: object) -> bool:
    """Return whether it is None, NaN, NaT, NA or masked."""
    if value is None or type(value).__name__ in {"NAType", "NaTType", "NullScalar", "MaskedConstant"}:
        return True
    return isinstance(value, float) and value != value
