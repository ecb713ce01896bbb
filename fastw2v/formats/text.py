"""word2vec's text format: a header "V D", then one line per word: the word and D numbers.

The original writes six decimals and a trailing space, gensim the shortest round-trip, fastText five digits, and GloVe
no header at all; all are read. Lines end at ``\\n`` only and the numbers are the last D fields of a line, because words
may hold U+0085, U+2028, NBSP and (GloVe) spaces. Nine significant digits are written: every float32 comes back equal.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastw2v.errors import warn_user
from fastw2v.formats._rows import (
    BLANK,
    FEW,
    LONG_LINE,
    LONG_WORD,
    NO_MORE_ROOM,
    UNFINISHED,
    RowReader,
    parse_float,
)
from fastw2v.formats.atomic import Writer
from fastw2v.formats.reader import MAX_WORD_BYTES, Bytes, FileReader, Rows, check_header, parse_header
from fastw2v.formats.words import plain_words

_BOM = b"\xef\xbb\xbf"
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


def read_text(file: FileReader, errors: str) -> tuple[NDArray[np.float32], list[str]]:
    """Read a text file, with or without a header.

    Parameters
    ----------
    file : FileReader
    errors : {"strict", "replace", "ignore"}

    Returns
    -------
    vectors : array of float32, shape (V, D)
    words : list of str

    Raises
    ------
    FormatError
        A line is not a word and D numbers, or there are fewer lines than the header says; with the line.
    """
    data = Bytes(file)
    first = _first_line(file, data)
    header = parse_header(first)
    promised, line = 0, 1
    if header is not None:
        promised, size = header
        check_header(file, promised, size, 2 * size + 2, len(first) + 1)
        data.at, line = min(len(data.block), len(first) + 1), 2
    else:
        size = _count_numbers(file, first)
        data.at = len(_BOM) if first.startswith(_BOM) else 0
    rows = Rows(file, size, errors, promised)
    found = _read_rows(file, data, rows, line)
    if header is not None:
        _compare_counts(file, promised, found)
    return rows.finish()


def _read_rows(file: FileReader, data: Bytes, rows: Rows, line: int) -> int:
    """Read all rows, of which line `line` has the first; return how many there are."""
    limit = MAX_WORD_BYTES + (rows.size + 1) * _MAX_NUMBER_BYTES
    parser = RowReader(rows.size, MAX_WORD_BYTES, limit)
    found = 0
    # No row is shorter. Room is made only for rows that can exist, however many the header claims.
    while data.have(1 + 2 * rows.size):
        words = parser.text(data.block, data.at, data.ended, rows.room(), rows.errors)
        rows.add(words, parser.undecoded, lambda number, at=line + found: f"line {at + number}")  # type: ignore[misc]
        found += len(words)
        data.at = parser.end
        if parser.status == BLANK:
            _expect_end(file, data, line + found)
            return found
        if parser.status not in (NO_MORE_ROOM, UNFINISHED):
            raise file.error(f"line {line + found}", _fault(parser, rows.size, limit))
        if parser.status == UNFINISHED and not data.ended:
            data.more()
    first, _, _ = data.rest().partition(b"\n")
    if first.strip():
        raise file.error(f"line {line + found}", _too_few(rows.size, len(first.split())))
    if data.rest():
        _expect_end(file, data, line + found)
    return found


def _first_line(file: FileReader, data: Bytes) -> bytes:
    """Read on until the block holds the whole first line, and return that without its newline."""
    while not data.ended and b"\n" not in data.block and len(data.block) <= _MAX_FIRST_LINE:
        data.more()
    if not data.block:
        raise file.error("line 1", "the file is empty")
    line, newline, _ = data.block.partition(b"\n")
    if not newline and not data.ended:
        raise file.error(
            "line 1", f"the line is longer than {_MAX_FIRST_LINE:,} bytes, more than a word and its numbers can take"
        )
    return line


def _fault(parser: RowReader, size: int, limit: int) -> str:
    if parser.status == FEW:
        return _too_few(size, parser.fields)
    if parser.status == LONG_WORD:
        return f"a word of {parser.word_length:,} bytes; words may have {MAX_WORD_BYTES:,}"
    if parser.status == LONG_LINE:
        return f"the line is longer than {limit:,} bytes, more than a word and its numbers can take"
    return f"the last {size} fields must be numbers; found {parser.bad[:40]!r} after the word {parser.word[:40]!r}"


def _too_few(size: int, fields: int) -> str:
    return f"expected a word and {size} numbers, found {fields} fields"


def _count_numbers(file: FileReader, line: bytes) -> int:
    """Return D for a file without header: the trailing numbers of its first line, without a word that is a number."""
    fields = line.split()
    size = 0
    while size < len(fields) - 1 and parse_float(fields[-1 - size]) is not None:
        size += 1
    if size == 0:
        raise file.error(
            "line 1", f"neither a header of two whole numbers nor a word followed by numbers: {line[:40]!r}"
        )
    return size


def _expect_end(file: FileReader, data: Bytes, blank: int) -> None:
    """Blank lines may end a file; a row after one means that something is missing."""
    while True:
        if data.rest().strip():
            raise file.error(f"line {blank}", "the line is blank, but rows follow: the file is damaged here")
        if data.ended:
            return
        data.at = len(data.block)
        data.more()


def _compare_counts(file: FileReader, promised: int, found: int) -> None:
    if found < promised:
        raise file.error(
            f"line {found + 1}",
            f"the header says {promised:,} words, but the file ends after {found:,}: it is truncated",
        )
    if found > promised:
        warn_user(f"{file.path}: the header says {promised:,} words, but the file has {found:,}; read all of them")
