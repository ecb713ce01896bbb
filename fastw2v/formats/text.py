"""word2vec's text format: a header "V D", then one line a word: the word and D numbers.

The original writes six decimals and a trailing space, gensim the shortest round-trip, fastText five digits, and GloVe
no header at all; all are read. Lines end at ``\\n`` only and the numbers are the last D fields of a line, because words
may hold U+0085, U+2028, NBSP and (GloVe) spaces. Nine significant digits are written: every float32 comes back equal.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastw2v.errors import FormatError
from fastw2v.formats.atomic import Writer
from fastw2v.formats.source import MAX_WORD_BYTES, Rows, Source, check_header, parse_header
from fastw2v.formats.words import plain_words

__all__ = ["read_text", "write_text"]

_BLOCK_BYTES = 1 << 20
# Longer than any float written by anybody: 1e-45 with all its decimals has 50 characters.
_MAX_NUMBER_BYTES = 64
_MAX_FIRST_LINE = 16 << 20
_ROWS_PER_WRITE = 256


def write_text(writer: Writer | Any, vectors: NDArray[np.float32], words: list[Any]) -> None:
    """Write header and rows; at most 256 rows are held as text.

    Parameters
    ----------
    writer : object with write(bytes)
    vectors : array of float32, shape (V, D)
    words : list of str

    Raises
    ------
    FormatError
        For a word that the format cannot hold.
    """
    encoded = plain_words(words)
    size = vectors.shape[1]
    writer.write(b"%d %d\n" % (len(encoded), size))
    line = b" ".join([b"%s"] + [b"%.9g"] * size) + b"\n"
    for first in range(0, len(encoded), _ROWS_PER_WRITE):
        rows = vectors[first : first + _ROWS_PER_WRITE].tolist()
        named = zip(encoded[first : first + _ROWS_PER_WRITE], rows, strict=True)
        writer.write(b"".join(line % (word, *row) for word, row in named))


def read_text(source: Source, errors: str) -> tuple[NDArray[np.float32], list[str]]:
    """Read a text file, with or without a header.

    Parameters
    ----------
    source : Source
    errors : {"strict", "replace", "ignore"}

    Returns
    -------
    vectors : array of float32, shape (V, D)
    words : list of str

    Raises
    ------
    FormatError
        With the line, when a line is not a word and D numbers, or there are fewer lines than the header says.
    """
    lines = _Lines(source)
    first = lines.next_line(_MAX_FIRST_LINE)
    if first is None:
        raise source.error("line 1", "the file is empty")
    header = parse_header(first)
    if header is not None:
        promised, size = header
        check_header(source, promised, size, 2 * size + 2, len(first) + 1)
        line = lines.next_line(_line_limit(size))
    else:
        promised, size, line = None, _count_numbers(source, first), first.removeprefix(b"\xef\xbb\xbf")
    rows = Rows(source, size, errors)
    found = 0
    while line is not None:
        if not line.strip():
            _expect_end(source, lines, _line_limit(size))
            break
        _read_row(source, rows, line, size, lines.number)
        found += 1
        line = lines.next_line(_line_limit(size))
    if promised is not None:
        _compare_counts(source, promised, found)
    return rows.finish()


def _line_limit(size: int) -> int:
    return MAX_WORD_BYTES + (size + 1) * _MAX_NUMBER_BYTES


def _read_row(source: Source, rows: Rows, line: bytes, size: int, number: int) -> None:
    fields = line.rsplit(None, size)
    if len(fields) <= size:
        raise source.error(f"line {number}", f"a word and {size} numbers were expected, {len(fields)} fields found")
    word = fields[0]
    if len(word) > MAX_WORD_BYTES:
        raise source.error(f"line {number}", f"a word of {len(word):,} bytes; words may have {MAX_WORD_BYTES:,}")
    row = rows.next_row()
    try:
        with np.errstate(over="ignore"):
            row[:] = fields[1:]
    except ValueError:
        bad = next((field for field in fields[1:] if not _is_number(field)), b"")
        raise source.error(
            f"line {number}", f"the last {size} fields must be numbers; found {bad[:40]!r} after the word {word[:40]!r}"
        ) from None
    rows.add(word, number)


def _is_number(field: bytes) -> bool:
    try:
        float(field)
    except ValueError:
        return False
    return True


def _count_numbers(source: Source, line: bytes) -> int:
    """Tell D from the first line of a file without header: its trailing numbers, less the word if that is one too."""
    fields = line.split()
    size = 0
    while size < len(fields) - 1 and _is_number(fields[-1 - size]):
        size += 1
    if size == 0:
        raise source.error(
            "line 1", f"neither a header of two whole numbers nor a word followed by numbers: {line[:40]!r}"
        )
    return size


def _expect_end(source: Source, lines: _Lines, limit: int) -> None:
    """Blank lines may end a file; a row after one means that something is missing."""
    blank = lines.number
    while (line := lines.next_line(limit)) is not None:
        if line.strip():
            raise source.error(f"line {blank}", "the line is blank, but rows follow: the file is damaged here")


def _compare_counts(source: Source, promised: int, found: int) -> None:
    if found < promised:
        raise source.error(
            f"line {found + 1}",
            f"the header says {promised:,} words, but the file ends after {found:,}: it is cut short",
        )
    if found > promised:
        warnings.warn(
            f"{source.path}: the header says {promised:,} words, the file has {found:,}; all of them were read",
            stacklevel=5,
        )


class _Lines:
    """Lines of a source, split at ``\\n`` and nothing else; memory stays at one block and one line."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.number = 0
        self._blocks = self._read_blocks()
        self._ready: list[bytes] = []  # complete lines of the last block, in reverse order
        self._rest: bytes | None = b""  # what follows them; None at the end of the file

    def _read_blocks(self) -> Iterator[bytes]:
        while block := self.source.read(_BLOCK_BYTES):
            yield block

    def next_line(self, limit: int) -> bytes | None:
        """Return the next line without its newline, or None at the end.

        Raises
        ------
        FormatError
            When a line is longer than `limit` bytes.
        """
        while not self._ready and self._rest is not None:
            block = next(self._blocks, None)
            if block is None:
                self._ready = [self._rest] if self._rest else []
                self._rest = None
                break
            *lines, self._rest = (self._rest + block).split(b"\n")
            self._ready = lines[::-1]
            if len(self._rest) > limit:
                raise self._too_long(self.number + len(lines) + 1, limit)
        if not self._ready:
            return None
        self.number += 1
        line = self._ready.pop()
        if len(line) > limit:
            raise self._too_long(self.number, limit)
        return line

    def _too_long(self, number: int, limit: int) -> FormatError:
        return self.source.error(
            f"line {number}", f"the line is longer than {limit:,} bytes, more than a word and its numbers can take"
        )
