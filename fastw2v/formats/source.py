"""What the two word2vec formats share: an opened file whose size is known, its header, and rows that are collected."""

from __future__ import annotations

import gzip
import io
import os
import re
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from fastw2v.errors import FormatError

__all__ = ["MAX_WORD_BYTES", "Rows", "Source", "open_source", "parse_header"]

MAX_WORD_BYTES = 64 << 10
MAX_HEADER_BYTES = 64
# Deflate cannot do better than 1032 to 1: the most that a .gz file of known size can unpack to.
_GZIP_BEST_RATIO = 1032
_GZIP_MAGIC = b"\x1f\x8b"
_HEADER = re.compile(rb"(?:\xef\xbb\xbf)?([0-9]+)[ \t]+([0-9]+)[ \t\r]*")
_FIRST_BYTES = 4 << 20
_BLOCK_BYTES = 1 << 20


class Source:
    """A file opened for reading, packed by gzip or plain.

    Attributes
    ----------
    path : Path
    most_bytes : int
        No more bytes than these can come out of the file.
    """

    def __init__(self, path: Path, stream: BinaryIO, most_bytes: int) -> None:
        self.path = path
        self.most_bytes = most_bytes
        self._stream = stream

    def read(self, size: int) -> bytes:
        """Read up to `size` bytes; fewer only at the end of the file.

        Raises
        ------
        FormatError
            When a packed file is cut short or damaged.
        """
        try:
            # In blocks: read(n) sets n bytes aside at once, and n may come from a header that lies.
            if size <= _BLOCK_BYTES:
                return self._stream.read(size)
            blocks = []
            while size > 0 and (block := self._stream.read(min(size, _BLOCK_BYTES))):
                blocks.append(block)
                size -= len(block)
            return b"".join(blocks)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise FormatError(
                f"{self.path}: the gzip data is cut short or damaged ({error}); fetch the file again"
            ) from error

    def error(self, place: str, message: str) -> FormatError:
        """Make the exception for something found at `place`."""
        return FormatError(f"{self.path}, {place}: {message}")


@contextmanager
def open_source(path: Path) -> Iterator[Source]:
    """Open a file, unpacking it if it starts as gzip files do."""
    with open(path, "rb") as file:
        size = os.fstat(file.fileno()).st_size
        packed = file.read(2) == _GZIP_MAGIC
        file.seek(0)
        if packed:
            with gzip.GzipFile(fileobj=file) as unpacked:
                stream = cast(BinaryIO, io.BufferedReader(cast(Any, unpacked), 1 << 20))
                yield Source(path, stream, size * _GZIP_BEST_RATIO)
        else:
            yield Source(path, file, size)


def parse_header(line: bytes) -> tuple[int, int] | None:
    """Read "V D" from a first line without its newline.

    Parameters
    ----------
    line : bytes

    Returns
    -------
    (V, D) or None
        None when the line is anything but two whole numbers in at most 64 bytes.
    """
    found = _HEADER.fullmatch(line) if len(line) <= MAX_HEADER_BYTES else None
    return (int(found[1]), int(found[2])) if found else None


def check_header(source: Source, words: int, size: int, least_row_bytes: int, header_bytes: int) -> None:
    """Refuse a header that the file cannot hold, before anything is allocated for it."""
    if words < 1 or size < 1:
        raise source.error("line 1", f"the header says {words} words of {size} dimensions; both must be at least 1")
    # The last row may lack its newline.
    needed = header_bytes + words * least_row_bytes - 1
    if needed > source.most_bytes:
        raise source.error(
            "line 1",
            f"the header says {words:,} words of {size:,} dimensions, which takes at least {needed:,} bytes, but the "
            f"file holds at most {source.most_bytes:,}: it is cut short or is no word2vec file",
        )


class Rows:
    """Collects words and rows; keeps the first of equal words and says so once.

    The array grows as rows come, so what is allocated follows what was read, not what a header claims.

    Parameters
    ----------
    source : Source
    size : int
        D.
    errors : {"strict", "replace", "ignore"}
        What to do with a word that is no UTF-8, as in ``bytes.decode``.
    """

    def __init__(self, source: Source, size: int, errors: str) -> None:
        self.source = source
        self.errors = errors
        self.size = size
        self.vectors: NDArray[np.float32] = np.empty((0, size), np.float32)
        self.index: dict[str, int] = {}
        self.duplicates = 0
        self.first_duplicate = ""

    def next_row(self) -> NDArray[np.float32]:
        """Give the row to fill before `add` is called."""
        if len(self.index) == len(self.vectors):
            # Growing by half keeps the sum of all copies small.
            rows = max(1, _FIRST_BYTES // (4 * self.size), len(self.vectors) * 3 // 2, len(self.vectors) + 1)
            grown = np.empty((rows, self.size), np.float32)
            grown[: len(self.vectors)] = self.vectors
            self.vectors = grown
        return self.vectors[len(self.index)]

    def add(self, word: bytes, place: str | int) -> None:
        """Keep the row just filled under `word`, unless the word was there before."""
        try:
            text = word.decode("utf-8", self.errors)
        except UnicodeDecodeError as error:
            raise self.source.error(
                _place(place),
                f"the word {word[:40]!r} is no UTF-8 ({error.reason}); errors='replace' or 'ignore' reads it",
            ) from error
        if text in self.index:
            self.duplicates += 1
            self.first_duplicate = self.first_duplicate or text
        else:
            self.index[text] = len(self.index)

    def finish(self) -> tuple[NDArray[np.float32], list[str]]:
        """Return vectors and words, and warn of words that came twice."""
        if self.duplicates:
            warnings.warn(
                f"{self.source.path}: {self.duplicates:,} rows repeat a word (the first is {self.first_duplicate!r}); "
                "the first row of each word was kept",
                stacklevel=5,
            )
        # refcheck=False: nobody else holds this array. realloc gives the unused end back without a copy.
        self.vectors.resize((len(self.index), self.size), refcheck=False)
        return self.vectors, list(self.index)


def _place(place: str | int) -> str:
    return f"line {place}" if isinstance(place, int) else place
