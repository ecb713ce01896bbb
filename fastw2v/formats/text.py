"""word2vec's text format: a header "V D", then one line per word: the word and D numbers.

The original writes six decimals and a trailing space, gensim the shortest round-trip, fastText five digits, and GloVe
no header at all; all are read. Lines end at ``\\n`` only and the numbers are the last D fields of a line, because words
may hold U+0085, U+2028, NBSP and (GloVe) spaces. Nine significant digits are written, and seventeen of
numbers in double precision: every number comes back equal.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastw2v.errors import TruncatedFileError, warn_user
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
from fastw2v.formats.column_names import describe_column_names
from fastw2v.formats.matrices import describe_numbers_as_words, only_numbers
from fastw2v.formats.reader import MAX_WORD_BYTES, Bytes, FileReader, check_header, parse_header
from fastw2v.formats.rows import Rows
from fastw2v.formats.words import plain_words
from fastw2v.progress.figures import counted
from fastw2v.writing.atomic import Writer

_BOM = b"\xef\xbb\xbf"
# Longer than any float written by anybody: 1e-45 with all its decimals has 50 characters.
_MAX_NUMBER_BYTES = 64
_MAX_FIRST_LINE = 16 << 20
_ASCII_SPACES = re.compile("[ \t\r\v\f]+")
# Numbers with signs, points or commas, which a header does not have.
_GROUPED = re.compile(rb"[-+]?[0-9][0-9.,']*")
_QUOTED_TO_JUDGE = 100
# After so many rows it is certain whether most of them have more numbers than the header says.
_ROWS_TO_JUDGE = 100
_ROWS_PER_WRITE = 256


def write_text(
    writer: Writer | Any,
    vectors: NDArray[Any],
    words: list[Any],
    promised: int | None = None,
    spaced: bool = False,
) -> None:
    """Write header and rows; at most 256 rows are held as text.

    Parameters
    ----------
    writer : object with write(bytes)
    vectors : array of float, shape (V, D)
    words : list of str
    promised : int, optional
        The number of words that the header says, by default as many as there are; 0: without a header.
    spaced : bool, default False
        See `plain_words`.

    Raises
    ------
    FormatError
        For a word that the format cannot hold.
    """
    encoded = plain_words(words, spaced)
    size = vectors.shape[1]
    if promised != 0:
        writer.write(b"%d %d\n" % (promised or len(encoded), size))
    number = b"%.17g" if vectors.dtype == np.float64 else b"%.9g"
    line = b" ".join([b"%s"] + [number] * size) + b"\n"
    for first in range(0, len(encoded), _ROWS_PER_WRITE):
        rows = vectors[first : first + _ROWS_PER_WRITE].tolist()
        named = zip(encoded[first : first + _ROWS_PER_WRITE], rows, strict=True)
        writer.write(b"".join(line % (word, *row) for word, row in named))


def read_text(
    file: FileReader,
    errors: str,
    limit: int | None = None,
    only: Collection[Any] | None = None,
    dtype: type[np.floating[Any]] = np.float32,
) -> tuple[NDArray[Any], list[str]]:
    """Read a text file, with or without a header.

    Parameters
    ----------
    file : FileReader
    errors : {"strict", "replace", "ignore"}
        "ignore" leaves out lines that are not a word and D numbers, and reads a truncated file.
    limit : int, optional
        Stop after this many rows.
    only : collection of words, optional
        Keep the rows of these words.
    dtype : type, default float32
        Of the vectors; float64 takes several times as long.

    Returns
    -------
    vectors : array of `dtype`, shape (V, D)
    words : list of str

    Raises
    ------
    FormatError
        A line is not a word and D numbers, or there are fewer lines than the header says; with the line.
    """
    data = Bytes(file)
    first = _first_line(file, data)
    header = parse_header(first)
    promised, expected, line, names = 0, 0, 1, None
    if header is not None:
        promised, size = header
        needed = 1 if errors == "ignore" else limit or promised
        expected = check_header(file, promised, size, 2 * size + 2, len(first) + 1, needed)
        data.at, line = min(len(data.block), len(first) + 1), 2
    else:
        data.at = len(_BOM) if first.startswith(_BOM) else 0
        if names := describe_column_names(first, data.block[len(first) + 1 :]):
            if errors != "ignore":
                raise file.error("line 1", f"{names}: delete it; errors='ignore' skips it")
            data.at, line = len(first) + 1, 2
            first = data.line()
        size = _count_numbers(file, first)
    rows = Rows(file, size, errors, expected, limit, only, dtype)
    if names:
        rows.leave_out("line 1", names)
    table = _Table(file, data, rows, line, promised)
    table.read()
    return table.rows.finish()


class _Table:
    """The lines of a text file, from line `line` on, which become rows; `promised` of them, if there is a header."""

    def __init__(self, file: FileReader, data: Bytes, rows: Rows, line: int, promised: int) -> None:
        self.file, self.data, self.rows, self.line, self.promised = file, data, rows, line, promised
        self.line_limit = MAX_WORD_BYTES + (rows.size + 1) * _MAX_NUMBER_BYTES
        self.numbered: list[int] = []  # lines whose word ends in a number after a space
        self.numbered_word = ""  # the first of these words
        self.indented: list[int] = []  # lines that begin with a space

    def read(self) -> None:
        """Read all rows, up to the limit."""
        data, rows = self.data, self.rows
        parser = RowReader(rows.size, MAX_WORD_BYTES, self.line_limit, self.file.encoding)
        # No row is shorter. Room is made only for rows that can exist, however many the header claims.
        while not rows.full and data.have(1 + 2 * rows.size):
            words = parser.text(data.block, data.at, data.ended, rows.room(), rows.errors)
            if rows.vectors.dtype == np.float64:
                rows.put(_doubles(data.block[data.at : parser.end], len(words), rows.size))
            place = lambda number, at=self.line: f"line {at + number}"  # type: ignore[misc]  # noqa: E731
            rows.add(words, parser.undecoded, place, parser.altered)
            self._examine(words)
            self.line += len(words)
            data.at = parser.end
            if rows.met >= _ROWS_TO_JUDGE:
                self._check_dimensions()
            if parser.status == UNFINISHED and not data.ended:
                data.more()
            elif parser.status not in (NO_MORE_ROOM, UNFINISHED):
                self._pass_over(parser)
        if not rows.full:
            self._end()
        self._check_dimensions()
        if not self.promised and (matrix := describe_numbers_as_words(rows.words)):
            raise self.file.error("first column", f"all words are numbers, so this seems to be {matrix}")
        self._warn_of_odd_words()

    def _warn_of_odd_words(self) -> None:
        """Say how many words may not be those that were meant."""
        rows = self.rows
        if self.indented:
            warn_user(
                f"{self.file.path}: {counted(len(self.indented), 'line')} with a space before the word (the first is "
                f"line {self.indented[0]}); it was left out of the word"
            )
        first = rows.words[:_QUOTED_TO_JUDGE]
        if len(first) > 1 and all(len(word) > 2 and word[0] == word[-1] == '"' for word in first):
            warn_user(
                f"{self.file.path}: the words stand in quotation marks, as {first[0]!r:.60} does, which were kept; "
                "WordVectors(wv.vectors, [word.strip('\"') for word in wv]) takes them away"
            )
        if self.numbered:
            warn_user(
                f"{self.file.path}: {counted(len(self.numbered), 'word ends', 'words end')} in a number after a space "
                f"(the first is {self.numbered_word[:40]!r}, line {self.numbered[0]}); check that their rows have "
                f"{rows.size} numbers and not more"
            )

    def _pass_over(self, parser: RowReader) -> None:
        """Leave out the line that stopped the parser; blank lines may end the file."""
        if parser.status == BLANK:
            blank = self.line
            self.line += self.data.skip_blank_lines()
            if self.data.at < len(self.data.block):
                self.rows.leave_out(
                    f"line {blank}", "the line is blank, but rows follow: the word may be blank, or the file damaged"
                )
            return
        fault = self._fault(parser, self.data.line())
        self.rows.leave_out(f"line {self.line}", fault)
        self.data.skip_line()
        self.line += 1

    def _end(self) -> None:
        """Look at what is left, which is too short for a row, and compare the number of rows with the header's."""
        for line in self.data.rest().split(b"\n"):
            if line.strip():
                self.rows.leave_out(f"line {self.line}", self._too_few(line, len(line.split())))
            self.line += 1
        found = self.rows.met
        promised = min(self.promised, self.rows.limit or self.promised)
        if found < promised:
            fault = f"the header says {counted(self.promised, 'word')}, but the file ends after {found:,}"
            if self.rows.errors != "ignore":
                raise self.file.error(
                    f"line {found + 1}",
                    f"{fault}: it is truncated, or the header wrong; errors='ignore' reads the rows that are there",
                    TruncatedFileError,
                )
            warn_user(f"{self.file.path}: {fault}; read these")
        elif promised and found > promised:
            warn_user(
                f"{self.file.path}: the header says {counted(promised, 'word')}, but the file has {found:,}; "
                "read all of them"
            )

    def _examine(self, words: list[str]) -> None:
        """Look for numbers in words that hold a space: the row has more numbers than it should."""
        if not _ASCII_SPACES.search("".join(words)):
            return
        for number, word in enumerate(words):
            if word[:1].isspace():
                word = word.lstrip(" \t\r\v\f")
                self.rows.words[len(self.rows.words) - len(words) + number] = word
                self.indented.append(self.line + number)
            pieces = _ASCII_SPACES.split(word)
            numbers = [parse_float(piece.encode()) is not None for piece in pieces]
            if len(pieces) == 1 or not any(numbers[1:]):
                continue
            line = self.line + number
            if not all(numbers[1:]) and sum(numbers[1:]) >= max(2, self.rows.size):
                row = len(self.rows.words) - len(words) + number
                self.rows.drop(row, f"line {line}", f"two rows are joined in one: the word would be {word[:40]!r}")
            elif numbers[-1]:
                self.numbered_word = self.numbered_word or word
                self.numbered.append(line)

    def _check_dimensions(self) -> None:
        """Raise if most rows have more numbers than the header, or the first line, says."""
        if 2 * len(self.numbered) <= self.rows.met:
            return
        source = "the header says" if self.promised else "the first line has"
        pieces = _ASCII_SPACES.split(self.numbered_word)
        more = next((n for n, p in enumerate(reversed(pieces)) if parse_float(p.encode()) is None), len(pieces) - 1)
        raise self.file.error(
            f"line {self.numbered[0]}",
            f"a word and {counted(self.rows.size + more, 'number')}, but {source} {self.rows.size}: the word would be "
            f"{self.numbered_word[:40]!r}, and most rows are like this. Correct the "
            f"{'header' if self.promised else 'first line'}",
        )

    def _fault(self, parser: RowReader, line: bytes) -> str:
        if parser.status == FEW:
            return self._too_few(line, parser.fields)
        if parser.status == LONG_WORD:
            return f"a word of {parser.word_length:,} bytes; words may have {MAX_WORD_BYTES:,}"
        if parser.status == LONG_LINE:
            return f"the line is longer than {self.line_limit:,} bytes, more than a word and its numbers can take"
        comma = ""
        if b"\0" in parser.bad:
            return "the line holds NUL bytes, as where a download is incomplete: get the file again"
        if re.fullmatch(rb"[-+]?\d+,\d+", parser.bad):
            comma = ", with a decimal comma,"
        elif re.fullmatch(rb"[-+]?\d{1,3}(,\d{3})+\.\d+", parser.bad):
            comma = ", with thousands separators,"
        return (
            f"the last {self.rows.size} fields must be numbers; found {parser.bad[:40]!r}{comma} after the word "
            f"{parser.word[:40]!r}"
        )

    def _too_few(self, line: bytes, fields: int) -> str:
        size = self.rows.size
        if line[:1].isspace() and fields == size:
            source = ": the word is blank"
        elif b"\0" in line:
            source = ", and NUL bytes, as where a download is incomplete: get the file again"
        elif self.rows.words and parse_header(line) is not None:
            source = ", as in a header: two files are joined. Delete the line, and correct the header above"
        elif only_numbers(line) == size and fields == size:
            source = (
                " that are all numbers: the rows seem to have no words. Build "
                "WordVectors(numpy.loadtxt(path, skiprows=1), words) with the list of their words"
            )
        elif self.promised and not self.rows.words and fields - 1 == self.promised:
            source = f": the header says {self.promised} words of {size} dimensions, and seems to mean the reverse"
        else:
            source = f" (the header says {counted(size, 'dimension')})" if self.promised else ""
        return f"expected a word and {counted(size, 'number')}, found {counted(fields, 'field')}{source}"


def _doubles(block: bytes, rows: int, size: int) -> NDArray[np.float64]:
    """Read the numbers of lines that have been read as float32 again, in double precision."""
    lines = block.split(b"\n", rows)[:rows]
    return np.array([[float(field) for field in line.split()[-size:]] for line in lines]).reshape(rows, size)


def _first_line(file: FileReader, data: Bytes) -> bytes:
    """Read on until the block holds the whole first line, and return that without its newline."""
    while not data.ended and b"\n" not in data.block and len(data.block) <= _MAX_FIRST_LINE:
        data.more()
    if not data.block:
        raise file.error("line 1", "the file is empty")
    line, newline, _ = data.block.partition(b"\n")
    if b"\r" in line.rstrip(b"\r"):
        raise file.error(
            "line 1", "the lines end in carriage returns alone; convert the file first: tr '\\r' '\\n' < OLD > NEW"
        )
    if not newline and not data.ended:
        raise file.error(
            "line 1", f"the line is longer than {_MAX_FIRST_LINE:,} bytes, more than a word and its numbers can take"
        )
    return line


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
    if size == 1:
        raise file.error("line 1", _one_number(line, fields))
    return size


def _one_number(line: bytes, fields: list[bytes]) -> str:
    """Say what a first line may be that ends in one number."""
    if len(fields) == 2 and _GROUPED.fullmatch(fields[0]):
        return (
            f"expected a header of two whole numbers, found {line[:40]!r}: write them without points, commas or signs"
        )
    if any(_GROUPED.fullmatch(field) and b"," in field for field in fields[1:]):
        return f"{line[:40]!r} has numbers with commas: write them with a point and without thousands separators"
    if line.startswith(b"#"):
        return f"a comment, {line[:40]!r}: delete the line"
    what = "words with their counts" if len(fields) == 2 else "pairs of words with their scores"
    return (
        f"one number and no header: {line[:40]!r} seems to begin a list of {what}, not word vectors; if each word "
        "has a vector of one number, begin the file with a header: the number of words, a space and 1"
    )
