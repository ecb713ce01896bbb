"""Telling a first line with the names of columns, as pandas and R write, from a row of a word and its numbers."""

from __future__ import annotations

import re

from fastw2v.formats._rows import parse_float

_BOM = b"\xef\xbb\xbf"
# What the column of words is called; no name at all is pandas' and R's for an index.
_LABELS = frozenset((b"", b"word", b"words", b"token", b"tokens", b"term", b"terms", b"key", b"keys", b"index"))
_FIELD = re.compile(rb'"[^"]*"|\S+')
# Fewer numbers in order, behind any word, may be its vector.
_FEWEST_IN_ORDER = 3


def describe_column_names(line: bytes, below: bytes) -> str | None:
    """Describe a first line with the names of columns; None for any other.

    Parameters
    ----------
    line : bytes
        The first line of a file without a header.
    below : bytes
        What follows it; only the next line is looked at.

    Returns
    -------
    str or None
        What it is. The names are as many as the numbers of the next line. They are different and none of them a number,
        or they are the whole numbers from 0 or 1 on.

    Examples
    --------
    >>> describe_column_names(b"word d0 d1", b"the 0.25 0.5")
    "a line of column names, 'word d0 d1'"
    >>> describe_column_names(b"the 0.5 0.75", b"of 0.25 0.5") is None
    True
    """
    row = below.partition(b"\n")[0].split()
    size = _count_numbers(row)
    fields = _fields(line)
    if size < 2 or len(fields) not in (size, size + 1) or line.startswith(b"#"):
        return None
    label, names = (b"", fields) if len(fields) == size else (fields[0], fields[1:])
    known = label.lower() in _LABELS
    if all(name.isdigit() and len(name) < 6 for name in names):
        first = int(names[0])
        found = first < 2 and list(map(int, names)) == list(range(first, first + size))
        vectors = any(not field.lstrip(b"+-").isdigit() for field in row[-size:])
        found &= known or (size >= _FEWEST_IN_ORDER and vectors and not _is_number(label))
    else:
        # Words that are numbers, below names for all columns: a matrix.
        found = (known or not _is_number(row[0])) and not any(map(_is_number, names)) and len(set(names)) == size
    if not found:
        return None
    shown = line.removeprefix(_BOM).strip(b"\r").decode("utf-8", "replace")
    return f"{'' if known else 'probably '}a line of column names, {shown[:40] + (' ...' if len(shown) > 40 else '')!r}"


def _fields(line: bytes) -> list[bytes]:
    """Return the fields of a line without quotation marks; names between tabs may hold spaces."""
    line = line.removeprefix(_BOM)
    fields = line.rstrip(b"\r\n").split(b"\t") if b"\t" in line else _FIELD.findall(line)
    return [field.strip().strip(b"\"'") for field in fields]


def _count_numbers(fields: list[bytes]) -> int:
    """Return how many numbers end a row, the word before them left aside."""
    size = 0
    while size < len(fields) - 1 and _is_number(fields[-1 - size]):
        size += 1
    return size


def _is_number(field: bytes) -> bool:
    return parse_float(field) is not None
