"""word2vec's binary format: a header "V D", then word, space, D little-endian float32, word, ...

The original ends each vector with a newline, gensim does not: newlines before a word are dropped. The file is read by
length, never by line, for a vector may hold any byte.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastw2v.formats.atomic import Writer
from fastw2v.formats.source import MAX_HEADER_BYTES, MAX_WORD_BYTES, Rows, Source, check_header, parse_header
from fastw2v.formats.words import plain_words

__all__ = ["read_binary", "write_binary"]

_BLOCK_BYTES = 4 << 20
_ROWS_PER_WRITE = 1024


def write_binary(writer: Writer | Any, vectors: NDArray[np.float32], words: list[Any]) -> None:
    """Write header and rows as the original program does, a newline after each vector.

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
    for first in range(0, len(encoded), _ROWS_PER_WRITE):
        rows = vectors[first : first + _ROWS_PER_WRITE].astype("<f4", copy=False)
        named = zip(encoded[first : first + _ROWS_PER_WRITE], rows, strict=True)
        writer.write(b"".join(b"%s %s\n" % (word, row.tobytes()) for word, row in named))


def read_binary(source: Source, errors: str) -> tuple[NDArray[np.float32], list[str]]:
    """Read a binary file.

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
        With the place, when the header or a word is none or the file ends early.
    """
    start = source.read(MAX_HEADER_BYTES + 1)
    header_end = start.find(b"\n")
    header = parse_header(start[:header_end]) if header_end >= 0 else None
    if header is None:
        raise source.error("line 1", f"a header of two whole numbers was expected: {start[:40]!r}")
    promised, size = header
    check_header(source, promised, size, 4 * size + 2, header_end + 1)
    rows = Rows(source, size, errors)
    buffer = _Buffer(source, start[header_end + 1 :])
    for number in range(1, promised + 1):
        place = f"word {number:,} of {promised:,}"
        word = buffer.take_word(place)
        rows.next_row()[:] = np.frombuffer(buffer.take(4 * size, place), "<f4")
        rows.add(word, place)
    left_over = buffer.count_rest()
    if left_over:
        warnings.warn(
            f"{source.path}: the header says {promised:,} words, but {left_over:,} bytes follow; they were left out",
            stacklevel=4,
        )
    return rows.finish()


class _Buffer:
    """Bytes of a source by length; holds one block and one vector."""

    def __init__(self, source: Source, start: bytes) -> None:
        self.source = source
        self._bytes = start
        self._at = 0
        self._ended = False

    def _fill(self, wanted: int) -> bool:
        """Have `wanted` bytes ready if the source still holds them."""
        missing = wanted - (len(self._bytes) - self._at)
        if missing > 0 and not self._ended:
            more = self.source.read(max(missing, _BLOCK_BYTES))
            self._ended = len(more) < missing
            self._bytes = self._bytes[self._at :] + more
            self._at = 0
        return len(self._bytes) - self._at >= wanted

    def take(self, length: int, place: str) -> memoryview:
        """Return the next `length` bytes."""
        if not self._fill(length):
            raise self.source.error(
                place, f"the file ends within the vector, {len(self._bytes) - self._at:,} of {length:,} bytes are there"
            )
        self._at += length
        return memoryview(self._bytes)[self._at - length : self._at]

    def take_word(self, place: str) -> bytes:
        """Return the bytes up to the next space, without it and without newlines before the word."""
        while self._fill(1) and self._bytes[self._at] == 0x0A:
            self._at += 1
        self._fill(MAX_WORD_BYTES + 1)
        space = self._bytes.find(b" ", self._at, self._at + MAX_WORD_BYTES + 1)
        if space < 0:
            if len(self._bytes) - self._at > MAX_WORD_BYTES:
                raise self.source.error(place, f"no space within {MAX_WORD_BYTES:,} bytes: this is no word")
            raise self.source.error(place, "the file ends here: it is cut short")
        word = self._bytes[self._at : space]
        if not word:
            raise self.source.error(place, "the word is empty: the file is damaged before it")
        self._at = space + 1
        return word

    def count_rest(self) -> int:
        """Count what is left, newlines at once after the last vector not counted."""
        while self._fill(1) and self._bytes[self._at] == 0x0A:
            self._at += 1
        rest = len(self._bytes) - self._at
        while block := self.source.read(_BLOCK_BYTES):
            rest += len(block)
        return rest
