"""What the two word2vec formats share: an opened file whose size is known, its header, and rows that are collected."""

from __future__ import annotations

import gzip
import io
import os
import re
import warnings
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from fastw2v.errors import FormatError

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
    packed : bool
        Whether it is packed, so that `most_bytes` says little.
    """

    def __init__(self, path: Path, stream: BinaryIO, most_bytes: int, packed: bool = False) -> None:
        self.path = path
        self.most_bytes = most_bytes
        self.packed = packed
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
                yield Source(path, stream, size * _GZIP_BEST_RATIO, packed=True)
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

    Parameters
    ----------
    source : Source
    size : int
        D.
    errors : {"strict", "replace", "ignore"}
        What to do with a word that is no UTF-8, as in ``bytes.decode``.
    expected : int
        Rows that the header promises, 0 without one. Room for them is made at once if the size of the file vouches for
        them; else what is set aside follows what was read.
    """

    def __init__(self, source: Source, size: int, errors: str, expected: int = 0) -> None:
        self.source = source
        self.errors = errors
        self.size = size
        # A text of V rows has 2 V D bytes at least, so this is at most twice the file.
        self.vectors: NDArray[np.float32] = np.empty((0 if source.packed else expected, size), np.float32)
        self.words: list[str] = []

    def room(self) -> NDArray[np.float32]:
        """Give the rows that are free; `add` takes the first of them."""
        if len(self.words) == len(self.vectors):
            rows = max(1, _FIRST_BYTES // (4 * self.size), len(self.vectors) * 3 // 2)
            # refcheck=False: nobody else holds this array. realloc moves large blocks without copying them.
            self.vectors.resize((rows, self.size), refcheck=False)
        return self.vectors[len(self.words) :]

    def add(self, words: list[str], undecoded: bytes | None, describe: Callable[[int], str]) -> None:
        """Take the first free rows under these words.

        Parameters
        ----------
        words : list of str
        undecoded : bytes or None
            The word after these, where it is no UTF-8.
        describe : callable
            Names the place of a word, given its number among these.

        Raises
        ------
        FormatError
            For a word that is no UTF-8.
        """
        self.words += words
        if undecoded is not None:
            try:
                undecoded.decode("utf-8")
            except UnicodeDecodeError as error:
                raise self.source.error(
                    describe(len(words)),
                    f"the word {undecoded[:40]!r} is no UTF-8 ({error.reason}); errors='replace' or 'ignore' reads it",
                ) from error

    def finish(self) -> tuple[NDArray[np.float32], list[str]]:
        """Return vectors and words, and warn of words that came twice."""
        first_rows: dict[str, int] = dict(zip(reversed(self.words), range(len(self.words) - 1, -1, -1), strict=True))
        if len(first_rows) == len(self.words):
            # realloc gives the unused end back without a copy.
            self.vectors.resize((len(self.words), self.size), refcheck=False)
            return self.vectors, self.words
        repeated = next(word for row, word in enumerate(self.words) if first_rows[word] != row)
        warnings.warn(
            f"{self.source.path}: {len(self.words) - len(first_rows):,} rows repeat a word (the first is "
            f"{repeated!r}); the first row of each word was kept",
            stacklevel=5,
        )
        rows = sorted(first_rows.values())
        return self.vectors[rows], [self.words[row] for row in rows]


class Bytes:
    """The bytes of a source that are still to be read as rows: one block, more only for a row that needs it."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.block = b""
        self.at = 0
        self.ended = False

    def more(self) -> None:
        """Read on behind what is left; a row that did not fit in a block gets twice as much."""
        left = self.block[self.at :]
        wanted = max(_BLOCK_BYTES, len(left))
        fresh = self.source.read(wanted)
        self.ended = len(fresh) < wanted
        self.block, self.at = left + fresh if left else fresh, 0

    def have(self, least: int) -> bool:
        """Read until so many bytes are there; False where the file ends before."""
        while len(self.block) - self.at < least and not self.ended:
            self.more()
        return len(self.block) - self.at >= least

    def rest(self) -> bytes:
        """What is there and not yet used."""
        return self.block[self.at :]

    def count_rest(self) -> int:
        """Count the bytes that are left, newlines at once after the last row not counted."""
        left = self.block[self.at :].lstrip(b"\n")
        while not left and not self.ended:
            self.at = len(self.block)
            self.more()
            left = self.block.lstrip(b"\n")
        rest = len(left)
        while fresh := self.source.read(_BLOCK_BYTES):
            rest += len(fresh)
        return rest
