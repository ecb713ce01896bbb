"""word2vec's binary format: a header "V D", then word, space, D little-endian float32, word, ...

The original ends each vector with a newline, gensim does not: newlines before a word are skipped. The file is read by
length, never by line, because a vector may hold any byte.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastw2v.errors import FormatError, TruncatedFileError, warn_user
from fastw2v.formats._rows import NO_MORE_ROOM, NO_WORD, UNFINISHED, RowReader
from fastw2v.formats.reader import MAX_HEADER_BYTES, MAX_WORD_BYTES, Bytes, FileReader, check_header, parse_header
from fastw2v.formats.rows import Rows
from fastw2v.formats.words import plain_words
from fastw2v.progress.figures import counted
from fastw2v.writing.atomic import Writer

_ROWS_PER_WRITE = 1024
# White space ends a word in a corpus, so that no program writes one that holds it; but a space, which ends a word here.
_WHITE = re.compile("[\t\n\r\v\f]")
_CONTROL = re.compile("[\x00-\x1f\x7f]")
# Larger than any number of word vectors.
_LARGE = 1e15
_ROWS_EXAMINED = 256


def write_binary(
    writer: Writer | Any, vectors: NDArray[np.float32], words: list[Any], promised: int | None = None
) -> None:
    """Write header and rows as the original program does, a newline after each vector.

    Parameters
    ----------
    writer : object with write(bytes)
    vectors : array of float32, shape (V, D)
    words : list of str
    promised : int, optional
        The number of words that the header says, by default as many as there are; 0: without a header.

    Raises
    ------
    FormatError
        For a word that the format cannot hold.
    """
    encoded = plain_words(words)
    size = vectors.shape[1]
    if promised != 0:
        writer.write(b"%d %d\n" % (promised or len(encoded), size))
    for first in range(0, len(encoded), _ROWS_PER_WRITE):
        rows = vectors[first : first + _ROWS_PER_WRITE].astype("<f4", copy=False)
        named = zip(encoded[first : first + _ROWS_PER_WRITE], rows, strict=True)
        writer.write(b"".join(b"%s %s\n" % (word, row.tobytes()) for word, row in named))


def read_binary(
    file: FileReader, errors: str, limit: int | None = None, only: Collection[Any] | None = None
) -> tuple[NDArray[np.float32], list[str]]:
    """Read a binary file.

    Parameters
    ----------
    file : FileReader
    errors : {"strict", "replace", "ignore"}
        "ignore" leaves out empty words, and reads a truncated file.
    limit : int, optional
        Stop after this many rows.
    only : collection of words, optional
        Keep the rows of these words.

    Returns
    -------
    vectors : array of float32, shape (V, D)
    words : list of str

    Raises
    ------
    FormatError
        The header or a word is invalid or the file is truncated; the message names the position.
    """
    start = file.read(MAX_HEADER_BYTES + 1)
    header_end = start.find(b"\n")
    header = parse_header(start[:header_end]) if header_end >= 0 else None
    if header is None:
        raise file.error("line 1", f"expected a header of two whole numbers, found {start[:40]!r}")
    promised, size = header
    needed = 1 if errors == "ignore" else limit or promised
    spare = (file.most_bytes - header_end) / promised - 2 * size if promised and not file.packed else 0
    halves = 2 <= spare <= min(size, 40)  # bytes for a word and what separates it
    hint = ", unless its numbers are float16, which its size fits (float32 are expected: write it anew)"
    expected = check_header(file, promised, size, 4 * size + 2, header_end + 1, needed, hint if halves else "")
    data = Bytes(file)
    data.block = start[header_end + 1 :]
    table = _Table(file, data, Rows(file, size, errors, expected, limit, only), promised, header_end + 1)
    table.read()
    return table.rows.finish()


class _Table:
    """The rows of a binary file."""

    def __init__(self, file: FileReader, data: Bytes, rows: Rows, promised: int, header_bytes: int) -> None:
        self.file, self.data, self.rows, self.promised = file, data, rows, promised
        self.row_bytes = 4 * rows.size
        rows.doubt = "; or the file is damaged there, or a word before it holds a space"
        self.wide = not file.packed and (file.most_bytes - header_bytes) // promised >= 2 * self.row_bytes + 2
        self.after_newline = 0  # rows that begin after a newline: all but the first, or none
        self.controls: list[tuple[int, str]] = []  # rows and words with control characters

    @property
    def done(self) -> int:
        """How many rows were read."""
        return self.rows.met

    def read(self) -> None:
        """Read all rows, up to the limit."""
        data, rows, promised = self.data, self.rows, self.promised
        parser = RowReader(rows.size, MAX_WORD_BYTES, 0, self.file.encoding)
        # Only a vector that the file holds in full gets room, whatever size the header claims.
        while self.done < promised and not rows.full and data.have(self.row_bytes):
            words = parser.binary(data.block, data.at, rows.room()[: promised - self.done], rows.errors)
            self._examine(words, parser.undecoded)
            place = lambda number, at=self.done: self._place(at + number)  # type: ignore[misc]  # noqa: E731
            rows.add(words, parser.undecoded, place, parser.altered)
            self.after_newline += parser.after_newline
            data.at = parser.end
            if parser.status == UNFINISHED and not data.ended:
                data.more()
            elif parser.status == NO_WORD:
                rows.leave_out(self._place(self.done), "the word is empty: the file is damaged before it")
                row_end = data.block.index(b" ", data.at) - data.at + 1 + self.row_bytes
                data.have(row_end)
                data.at = min(len(data.block), data.at + row_end)
            elif parser.status != NO_MORE_ROOM:
                break
        self._check_rows()
        if self.done < promised and not rows.full:
            self._end()
        elif not rows.full:
            left_over = data.count_rest()
            if left_over:
                last = max(0, len(rows.words) - 1)
                self._check_large(rows.vectors[last : len(rows.words)], last)
                if left_over < self.row_bytes and rows.words:  # no row: the one before is read from the wrong place
                    raise self._astray(
                        self.done - 1, rows.words[-1], f" ({counted(left_over, 'byte is', 'bytes are')} left behind it)"
                    )
                warn_user(
                    f"{self.file.path}: the header says {counted(promised, 'word')}, but "
                    f"{counted(left_over, 'more byte follows', 'more bytes follow')}; skipped them"
                )

    def _place(self, row: int) -> str:
        return f"word {row + 1:,} of {self.promised:,}"

    def _examine(self, words: list[str], undecoded: bytes | None) -> None:
        """Look for what no word holds, which shows that the reading went astray before it."""
        if _CONTROL.search("".join(words)):
            for number, word in enumerate(words):
                if _WHITE.search(word):
                    raise self._astray(self.done + number, word)
                if _CONTROL.search(word):
                    self.controls.append((self.done + number, word))
        if undecoded is not None and _CONTROL.search(undecoded.decode("latin-1")):
            raise self._astray(self.done + len(words), undecoded)

    def _check_rows(self) -> None:
        """Doubt odd words and numbers, unless newlines after all vectors show where the rows begin."""
        vectors = self.rows.vectors[: len(self.rows.words)]
        self._check_byte_order(vectors[:_ROWS_EXAMINED])
        if self.after_newline == self.done - 1:
            return
        if self.controls:
            raise self._astray(*self.controls[0])
        if len(vectors) > 1:
            self._check_large(vectors, 0)

    def _check_large(self, vectors: NDArray[np.float32], first: int) -> None:
        """Raise if a few vectors hold huge numbers: the letters of a word behind a space, read as numbers, are huge."""
        large = _rows_beyond(vectors, _LARGE)
        if 0 < 2 * len(large) <= len(vectors) + 1:
            row = int(large[0])
            word, most = self.rows.words[first + row], np.abs(vectors[row]).max()
            raise self._astray(first + row, word, f" (its vector holds {most:.0e})")

    def _astray(self, row: int, word: str | bytes, found: str = "") -> FormatError:
        wide = "the size of the file fits float64; " if self.wide else ""
        cause = (
            "it is damaged there, a word holds a space, the header gives another number of dimensions, or the "
            f"numbers are not float32 ({wide}little-endian float32 are expected). Write it anew: float32, and no "
            "spaces in words"
        )
        raw = word if isinstance(word, bytes) else word.encode("utf-8", "replace")
        if raw.startswith(b"\r\n"):
            cause = "its newlines have become \\r\\n, as when it is copied as text. Get it again, as binary data"
        elif b"\xef\xbf\xbd" in raw and self.rows.errors == "strict":
            cause = "bytes of it have become U+FFFD, as when it is read and written as text. Get the original again"
        return self.file.error(self._place(row), f"{word[:40]!r}{found} is not a word of the file: {cause}")

    def _check_byte_order(self, sample: NDArray[np.float32]) -> None:
        """Refuse numbers that make sense only with their bytes in the opposite order."""
        odd = sample[~_between(sample, 1e-30, 1e30)]
        if len(np.unique(odd)) >= 4 and len(odd) > sample.size // 8 and _between(sample.byteswap(), 1e-8, 1e8).all():
            raise self.file.error(
                "numbers", "they are big-endian float32, and little-endian ones are expected; write the file anew"
            )

    def _end(self) -> None:
        """Say what is wrong with the row at which the file ends."""
        place, left = self._place(self.done), self.data.rest().lstrip(b"\n")
        space = left.find(b" ", 0, MAX_WORD_BYTES + 1)
        if space < 0 and len(left) > MAX_WORD_BYTES:
            raise self.file.error(place, f"no word ends within {MAX_WORD_BYTES:,} bytes: the file is damaged here")
        fault = "the file ends here: it is truncated"
        if space >= 0:
            there = len(left) - space - 1
            fault = f"the file ends inside the vector, after {there:,} of {self.row_bytes:,} bytes"
        if self.rows.errors != "ignore":
            raise self.file.error(place, f"{fault}; errors='ignore' reads the rows that are there", TruncatedFileError)
        warn_user(f"{self.file.path}, {place}: {fault}; read the rows before it")


def _between(numbers: NDArray[np.float32], least: float, most: float) -> NDArray[np.bool_]:
    """Return which numbers are 0 or of a magnitude between these."""
    with np.errstate(invalid="ignore"):
        sizes = np.abs(numbers)
        return (sizes == 0) | ((sizes > least) & (sizes < most))


def _rows_beyond(vectors: NDArray[np.float32], bound: float) -> NDArray[np.int64]:
    """Return the rows that hold a finite number of a magnitude beyond the bound."""
    found = [np.empty(0, np.int64)]
    for first in range(0, len(vectors), _ROWS_PER_WRITE):
        block = vectors[first : first + _ROWS_PER_WRITE]
        with np.errstate(invalid="ignore"):
            if block.max() > bound or block.min() < -bound or block.max() != block.max():
                beyond = np.isfinite(block) & (np.abs(block) > bound)
                found.append(first + np.flatnonzero(beyond.any(axis=1)))
    return np.concatenate(found)
