"""Recognizing the format of a file, by its name (for writing) or by its first bytes (for reading)."""

from __future__ import annotations

import codecs
import os
import stat
from pathlib import Path
from typing import Literal, get_args

from fastw2v.errors import FormatError, ParameterError
from fastw2v.formats.native import is_native
from fastw2v.formats.reader import MAX_HEADER_BYTES, MAX_WORD_BYTES, open_reader, parse_header

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

_REFUSED: tuple[tuple[bytes, str], ...] = (
    *((bytes([0x80, protocol]), "a Python pickle (joblib writes them too)") for protocol in range(2, 6)),
    *((b"\x78" + level, "zlib data, as joblib writes") for level in (b"\x01", b"\x5e", b"\x9c", b"\xda")),
    (b"PK\x03\x04", "a zip archive, as npz and torch files are"),
    (b"PK\x05\x06", "an empty zip archive"),
    (b"\x93NUMPY", "a NumPy .npy file"),
    (b"BZh91AY&SY", "a bzip2 file"),
    (b"\xfd7zXZ\x00", "an xz file"),
    (b"\x28\xb5\x2f\xfd", "a zstandard file"),
    (b"\x04\x22\x4d\x18", "an lz4 file"),
    (b"\x89HDF\r\n", "an HDF5 file"),
    (b"PAR1\x15", "a parquet file"),
    (b"\xba\x16\x4f\x2f", "a fastText model (its .vec file can be read)"),
)


def checked_format(name: Format | None) -> Format | None:
    """Return the name of a format, or None, unchanged; raise ParameterError for any other value."""
    if name is not None and name not in FORMATS:
        raise ParameterError(f"format must be one of {', '.join(map(repr, FORMATS))}; got {name!r}")
    return name


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
    """Refuse pipes and devices: they have no size to check a header against, and opening one may wait forever.

    Raises
    ------
    FormatError
    OSError
        The file does not exist.
    """
    if not stat.S_ISREG(os.stat(path).st_mode) and not path.is_dir():
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
    check_regular(path)
    with open(path, "rb") as file:
        start = file.read(16)
    if not start:
        raise FormatError(f"{path}: the file is empty")
    if is_native(start):
        return "native"
    _refuse(path, start)
    with open_reader(path) as reader:
        peek = reader.read(_PEEK_BYTES)
    _refuse(path, peek[:16])
    return _word2vec_format(path, peek)


def holds_vectors(path: Path) -> bool:
    """Return whether a file certainly holds word vectors: a text whose first line ends in a number does not.

    Parameters
    ----------
    path : Path
        Of a regular file.
    """
    with open(path, "rb") as file:
        if is_native(file.read(16)):
            return True
    try:
        with open_reader(path) as reader:
            peek = reader.read(_PEEK_BYTES)
    except FormatError:
        return False
    first, _, rest = peek.partition(b"\n")
    header = parse_header(first) if len(first) <= MAX_HEADER_BYTES else None
    if header is None:
        return len(first.split()) > 2 and _ends_in_numbers(first, len(first.split()) - 1)
    if not rest or not _is_text(rest):
        return True
    return _ends_in_numbers(rest.partition(b"\n")[0], header[1]) and rest.count(b"\n") <= header[0]


def _is_text(data: bytes) -> bool:
    """Return whether the bytes, which may end within a character, are text."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(data)
    except UnicodeDecodeError:
        return False
    return min(data) >= ord("\t")


def _refuse(path: Path, start: bytes) -> None:
    for magic, what in _REFUSED:
        if start.startswith(magic):
            raise FormatError(
                f"{path}: this is {what}; loading one could run code or is not supported. Load it with the program "
                "that wrote it, and save the vectors as word2vec text or binary, or with fastw2v"
            )


def _word2vec_format(path: Path, peek: bytes) -> Format:
    """Distinguish text from binary by the first row: with a header both begin alike."""
    first, newline, rest = peek.partition(b"\n")
    header = parse_header(first) if len(first) <= MAX_HEADER_BYTES else None
    if header is None:
        if _ends_in_numbers(first, 1) or (not newline and _ends_in_numbers(first.rpartition(b" ")[0], 1)):
            return "text"
        raise FormatError(
            f"{path}, line 1: neither a safetensors file, nor a word2vec header, nor a word and numbers: {first[:40]!r}"
        )
    row, ended, _ = rest.partition(b"\n")
    if not ended and len(peek) == _PEEK_BYTES:
        row, _, _ = row.rpartition(b" ")  # the last number may be cut
        return "text" if _ends_in_numbers(row, min(header[1], 64)) else "binary"
    if _ends_in_numbers(row, header[1]):
        return "text"
    # Damaged or truncated: the suffix decides which format's messages apply.
    return "text" if format_of_name(path) == "text" else "binary"


def _ends_in_numbers(line: bytes, least: int) -> bool:
    fields = line.rsplit(None, least) if 0 < least <= _PEEK_BYTES else []
    try:
        return len(fields) == least + 1 and all(float(field) is not None for field in fields[1:])
    except ValueError:
        return False
