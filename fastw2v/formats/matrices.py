"""Telling a plain matrix of numbers, as numpy.savetxt writes, from rows of a word and its numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence

_DELIMITERS: tuple[tuple[bytes | None, str], ...] = (
    (None, ""),
    (b",", ", delimiter=','"),
    (b";", ", delimiter=';'"),
)
_WHOLE = re.compile(r"[-+]?[0-9]+")
_HEADER = (
    "if its first column holds words all the same, begin the file with a header: the number of words, a space and the "
    "number of dimensions"
)


def describe_matrix(start: bytes, complete: bool) -> str | None:
    """Describe a file that begins as a matrix without words; None for any other file.

    Parameters
    ----------
    start : bytes
        The beginning of a file without a header; whole lines of it are looked at.
    complete : bool
        Whether the file ends with it.

    Returns
    -------
    str or None
        What it is, and the remedy. None also where the first column may hold words: whole numbers, such as the ids of
        nodes, before numbers that are not whole.
    """
    lines = start.split(b"\n")
    lines = [line for line in (lines if complete else lines[:-1]) if line.strip() and not line.startswith(b"# ")]
    if not lines:
        return None
    for delimiter, option in _DELIMITERS:
        rows = [_fields(line, delimiter) for line in lines]
        if len(rows[0]) > 1 and all(len(row) == len(rows[0]) and all(map(_is_number, row)) for row in rows):
            # With commas there is no such doubt: no reader takes the first column for words.
            return _message(option) if delimiter or not _may_be_words(rows) else None
    return None


def describe_numbers_as_words(words: Sequence[str]) -> str | None:
    """Describe a file without a header of which all words are numbers, and not all of them whole; None for others."""
    if not words or not all(map(_is_number, words)) or all(map(_WHOLE.fullmatch, words)):
        return None
    return _message("")


def only_numbers(line: bytes) -> int:
    """Return how many fields a line has if all of them are numbers, else 0."""
    fields = line.split()
    return len(fields) if all(map(_is_number, fields)) else 0


def _message(option: str) -> str:
    return (
        "a matrix of numbers without words, as numpy.savetxt writes: build WordVectors(numpy.loadtxt(path"
        f"{option}), words) with the list of its words{'' if option else f'; {_HEADER}'}"
    )


def _fields(line: bytes, delimiter: bytes | None) -> list[bytes]:
    return line.split(delimiter) if delimiter is None else [field.strip() for field in line.split(delimiter)]


def _may_be_words(rows: list[list[bytes]]) -> bool:
    """Return whether the first column is of whole numbers and the others are not, or of whole and other numbers."""
    whole = [_is_whole(row[0]) for row in rows]
    if all(whole):
        return not all(_is_whole(field) for row in rows for field in row[1:])
    return any(whole)


def _is_whole(field: bytes) -> bool:
    return _WHOLE.fullmatch(field.decode("latin-1")) is not None


def _is_number(field: bytes | str) -> bool:
    try:
        float(field)
    except ValueError:
        return False
    return True
