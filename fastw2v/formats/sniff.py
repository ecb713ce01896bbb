"""Recognizing the format of a file, by its name (for writing) or by its first bytes (for reading)."""

from __future__ import annotations

import errno
import re
import stat
import zipfile
from pathlib import Path
from typing import Any, Literal, get_args

from fastw2v.errors import FormatError, ParameterError
from fastw2v.first_bytes import (
    LEAST_NUMBERS,
    are_numbers,
    describe_answer,
    describe_arrays,
    describe_other,
    describe_packed,
    describe_text,
    is_binary,
    is_pickle,
    is_text,
    kind_of,
)
from fastw2v.formats.column_names import describe_column_names
from fastw2v.formats.matrices import describe_matrix
from fastw2v.formats.native import is_native, read_native_metadata
from fastw2v.formats.pickles import CODE, way_out
from fastw2v.formats.reader import MAX_HEADER_BYTES, MAX_WORD_BYTES, open_reader, parse_header
from fastw2v.parameters import as_path
from fastw2v.paths import describe_folder, status

Format = Literal["native", "text", "binary"]
FORMATS: tuple[Format, ...] = get_args(Format)
_SUFFIXES: dict[str, Format] = {
    ".safetensors": "native",
    ".fw2v": "native",
    ".txt": "text",
    ".vec": "text",
    ".bin": "binary",
}
# Enough for the first row of any usual file: a word and some thousand numbers.
_PEEK_BYTES = 4 * MAX_WORD_BYTES

_ARRAYS = "read its arrays and build WordVectors(vectors, words), or save the vectors as word2vec text or binary"
_THE_MODEL = "load that model with gensim, and let it write its vectors: save_word2vec_format"
_FASTTEXT = b"\xba\x16\x4f\x2f"
_WITHOUT_VEC = (
    "without that, let gensim write the vectors: gensim.models.fasttext."
    "load_facebook_vectors({name!r}).save_word2vec_format('vectors.bin', binary=True)"
)
# What a first line may be that is neither a header nor a row.
_HINTS = (
    (rb"\s*\n", "word vectors behind blank lines: delete these"),
    (rb"#.*\n", "a comment before a table: delete the line, and give each row its word"),
    (rb"\S+[ \t]*\[", "a word and numbers in brackets: take these away"),
    (rb"\S+[;|][-+]?[0-9]", "a word and numbers separated by semicolons or bars: replace them by spaces"),
    (rb"\S+[ \t][-+]?[0-9]+,[0-9]+[ \t\r]", "a word and numbers with decimal commas: write points"),
    (rb"[^\s,]+,[-+]?[0-9]", "a word and numbers separated by commas: replace them by spaces"),
    (
        rb"[^\n]*[,;\t][^\n]*\n[^\n]*[,;\t][-+]?[0-9]",
        "a table with the names of its columns: build WordVectors(vectors, words) from its columns",
    ),
    (
        rb"\S+([ \t]+[^\s0-9]\S*)+\s*\n\S+[ \t]+[-+]?[0-9]",
        "a table with the names of its columns: delete the first line",
    ),
    (rb"([-+]?[0-9.]+(e[-+]?[0-9]+)?[ \t]+){2,}[^\s0-9]\S*\s*\n", "numbers before their word: write the word first"),
    (rb"[0-9]+\s*\n\S+[ \t]+[-+]?[0-9]", "a header without the number of dimensions: add it, after a space"),
)
_DATE = re.compile(rb"[0-9]+([-/.:][0-9]+)+(T[0-9:.]+)?(Z|[-+][0-9:]+)?")


def checked_format(name: Format | None) -> Format | None:
    """Return the name of a format, or None, unchanged; raise ParameterError for any other value."""
    if name is not None and name not in FORMATS:
        raise ParameterError(f"format must be one of {', '.join(map(repr, FORMATS))}; got {name!r}")
    return name


def checked_path(call: str, path: Any) -> Path:
    """Return a path; raise ParameterError, naming the function that was called, for anything else."""
    to_read = call == "load"
    return as_path(call, path, to_read=to_read, order="" if to_read else " first, then the vectors")


def format_of_name(path: Path) -> Format | None:
    """Return the format that the suffix implies, ignoring ``.gz``.

    Parameters
    ----------
    path : Path

    Returns
    -------
    {"native", "text", "binary"} or None
    """
    name = path.with_suffix("") if path.suffix.lower() == ".gz" else path
    return _SUFFIXES.get(name.suffix.lower())


def check_regular(path: Path) -> None:
    """Refuse folders, pipes and devices; the latter have no size to check a header against, and may be waited for.

    Raises
    ------
    FormatError
    OSError
        The file does not exist, or is a folder.
    """
    mode = status(path).st_mode
    if stat.S_ISDIR(mode):
        found = describe_folder(path, lambda name: format_of_name(Path(name)))
        raise IsADirectoryError(errno.EISDIR, f"{found}: name a file of word vectors", str(path))
    if not stat.S_ISREG(mode):
        raise FormatError(f"{path}: not a regular file; its size must be known, so write it to a file first")


def format_of_content(path: Path) -> Format:
    """Return the format that the first bytes show.

    Parameters
    ----------
    path : Path

    Returns
    -------
    {"native", "text", "binary"}

    Raises
    ------
    FormatError
        For a pickle, an archive, an empty file, or anything else that holds no word vectors.
    OSError
        The file cannot be opened.
    """
    peek = _peek(path)
    if is_native(peek):
        return "native"
    _refuse(path, peek)
    first, newline, rest = peek.partition(b"\n")
    if _header(first) is None:
        if _ends_in_numbers(first, 1) or (not newline and _ends_in_numbers(first.rpartition(b" ")[0], 1)):
            return "text"
        if describe_column_names(first, rest):  # refused or skipped where the lines are read
            return "text"
        raise FormatError(
            f"{path}, line 1: neither a safetensors file, nor a word2vec header, nor a word and numbers: "
            f"{first[:40]!r}; it may be {_guess(peek)}"
        )
    # Damaged or truncated: the suffix decides which format's messages apply.
    return _certain(peek) or ("text" if format_of_name(path) == "text" else "binary")


def certain_format(path: Path) -> Format | None:
    """Return the format that the first bytes leave no doubt about, or None; raise FormatError for foreign files."""
    peek = _peek(path)
    found = _certain(peek)
    if found is None:
        _refuse(path, peek)
    return found


def refuse_foreign(path: Path) -> None:
    """Raise FormatError for a file that its first bytes show to be of another kind: a pickle, an archive."""
    _refuse(path, _peek(path))


def holds_vectors(path: Path) -> bool:
    """Return whether a file certainly holds word vectors: not any safetensors file does, nor any table of numbers.

    A checkpoint holds more than them, and does not count.

    Parameters
    ----------
    path : Path
        Of a regular file.
    """
    with open(path, "rb") as file:
        native = is_native(file.read(16))
    if native:
        return holds_native(path) and not is_checkpoint(path)
    try:
        with open_reader(path) as reader:
            peek = reader.read(_PEEK_BYTES)
    except FormatError:
        return False
    complete = len(peek) < _PEEK_BYTES
    first, _, rest = peek.partition(b"\n")
    header = _header(first)
    if header is None:
        return _looks_like_glove(peek if complete else peek.rpartition(b"\n")[0])
    if not rest:
        return False
    if not is_text(rest):
        words, size = header
        return path.suffix.lower() == ".gz" or path.stat().st_size > len(first) + words * (4 * size + 2)
    rows = rest.count(b"\n")
    return _ends_in_numbers(rest.partition(b"\n")[0], header[1]) and (rows == header[0] or not complete)


def _looks_like_glove(text: bytes) -> bool:
    """Return whether each line is a word and the same many numbers, and the words are not all numbers or dates."""
    lines = [line for line in text.split(b"\n") if line.strip()]
    words = [line.split()[0] for line in lines]
    size = len(lines[0].split()) - 1 if lines else 0
    return (
        size >= LEAST_NUMBERS
        and all(_ends_in_numbers(line, size) for line in lines)
        and not all(are_numbers([word]) or _DATE.fullmatch(word) for word in words)
    )


def holds_native(path: Path) -> bool:
    """Return whether a file is of the native format, and written by fastw2v."""
    return _native_metadata(path) is not None


def is_checkpoint(path: Path) -> bool:
    """Return whether a file is a checkpoint: a native file that records the position of a training."""
    return isinstance((_native_metadata(path) or {}).get("training"), dict)


def _native_metadata(path: Path) -> dict[str, Any] | None:
    """Return the metadata of a native file that fastw2v wrote; None for a file of another format, or a damaged one."""
    try:
        return read_native_metadata(path)
    except FormatError:
        return None


def _peek(path: Path) -> bytes:
    """Return the first bytes, unpacked if the file is a gzip file."""
    check_regular(path)
    with open_reader(path) as reader:
        start = reader.read(16)
        # Only word2vec files need more: a first row.
        peek = start if is_native(start) else start + reader.read(_PEEK_BYTES - len(start))
    if not peek:
        raise FormatError(f"{path}: the file is empty")
    return peek


def _guess(peek: bytes) -> str:
    """Say what a file may be that begins as none of word vectors does."""
    if not peek.strip():
        return "empty but for blank lines"
    if found := describe_text(peek):
        return f"{found}: build WordVectors(vectors, words) from what it holds" if found == "JSON" else found
    if found := describe_other(peek) or describe_answer(peek):
        return found
    if is_binary(peek):
        if re.match(rb"[^\s\x00-\x1f]{1,100} [^\n]", peek):
            return (
                "word2vec binary without its header: begin the file with the number of words, a space, the number of "
                "dimensions and a newline"
            )
        return "binary data, of a kind that is not known here"
    hint = next((what for start, what in _HINTS if re.match(start, peek, re.IGNORECASE)), None)
    return hint or "a text, on which vectors are yet to be trained"


def _refuse(path: Path, peek: bytes) -> None:
    """Raise for a file that its first bytes show to be of another kind."""
    if foreign := _foreign(path, peek):
        found, remedy = foreign
        raise FormatError(f"{path}: this is {found}; {remedy.format(name=path.name)}")
    if _header(peek.partition(b"\n")[0]) is None and (matrix := describe_matrix(peek, len(peek) < _PEEK_BYTES)):
        raise FormatError(f"{path}: this is {matrix}")


def _foreign(path: Path, peek: bytes) -> tuple[str, str] | None:
    """Return what a file of another kind is, and the remedy, where {name} is the file's; None for other files."""
    if is_pickle(peek):
        return way_out(peek)
    if peek.startswith(_FASTTEXT):
        return "a fastText model (its .vec file can be read)", _WITHOUT_VEC
    if packed := describe_packed(peek):
        found, command = packed
        return _zip_content(path) if kind_of(peek) == "zip" else (found, f"unpack it first: {command}")
    if arrays := describe_arrays(peek):
        if path.name.endswith((".vectors.npy", ".syn1neg.npy", ".syn1.npy")):
            return f"{arrays} that gensim wrote beside a model", _THE_MODEL
        return arrays, _ARRAYS
    if kind_of(peek) == "zlib" and (joblibs := describe_other(peek)):
        return joblibs, CODE
    return None


def _zip_content(path: Path) -> tuple[str, str]:
    """Tell NumPy's and torch's zip files from archives."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):  # truncated, or inside a gzip file
        return "a zip archive", "unpack it first"
    if not names:
        return "an empty zip archive", "get the file again"
    if all(name.endswith(".npy") for name in names):
        arrays = ", ".join(repr(name[:40].removesuffix(".npy")) for name in names[:4])
        return f"a zip archive of NumPy arrays (.npz) that holds {arrays}", _ARRAYS
    if any(name.endswith("data.pkl") for name in names):
        return "a zip archive with a pickle, as torch writes", CODE
    shown = ", ".join(repr(name[:40]) for name in names[:3]) + (" ..." if len(names) > 3 else "")
    return f"a zip archive that holds {shown}", "unpack it first: unzip {name}"


def _header(line: bytes) -> tuple[int, int] | None:
    return parse_header(line) if len(line) <= MAX_HEADER_BYTES else None


def _certain(peek: bytes) -> Format | None:
    """Return the format if the first bytes leave no doubt; with a header, text and binary begin alike."""
    if is_native(peek):
        return "native"
    first, _, rest = peek.partition(b"\n")
    header = _header(first)
    if header is None:
        return None
    row, ended, _ = rest.partition(b"\n")
    least = header[1]
    if not ended and len(peek) == _PEEK_BYTES:
        row, _, _ = row.rpartition(b" ")  # the last number may be cut
        least = min(least, 64)
    if _ends_in_numbers(row, least):
        whole = len(peek) < _PEEK_BYTES and len(rest.split(b"\n")) - rest.endswith(b"\n") != header[0]
        return "binary" if whole and _fits_binary(rest, *header) else "text"
    return "binary" if is_binary(rest[: min(4 * header[1] + MAX_HEADER_BYTES, _PEEK_BYTES)]) else None


def _fits_binary(rows: bytes, words: int, size: int) -> bool:
    """Return whether these are all rows of a binary file, to the byte, though its numbers look like text."""
    at = 0
    for _ in range(words):
        space = rows.find(b" ", at)
        if space < 0:
            return False
        at = space + 1 + 4 * size
        at += rows[at : at + 1] == b"\n"
    return at == len(rows)


def _ends_in_numbers(line: bytes, least: int) -> bool:
    fields = line.rsplit(None, least) if 0 < least <= _PEEK_BYTES else []
    return len(fields) == least + 1 and are_numbers(fields[1:])
