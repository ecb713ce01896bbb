"""What the two word2vec formats share: reading a file of known size, its header, and collecting its rows."""

from __future__ import annotations

import gzip
import io
import os
import re
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from fastw2v.errors import FormatError, warn_user

MAX_WORD_BYTES = 64 << 10
MAX_HEADER_BYTES = 64
# Deflate cannot do better than 1032 to 1: the most that a .gz file of known size can unpack to.
_GZIP_BEST_RATIO = 1032
_GZIP_MAGIC = b"\x1f\x8b"
_HEADER = re.compile(rb"(?:\xef\xbb\xbf)?([0-9]+)[ \t]+([0-9]+)[ \t\r]*")
_FIRST_BYTES = 4 << 20
_BLOCK_BYTES = 1 << 20


class FileReader:
    """A file opened for reading, plain or compressed by gzip.

    Attributes
    ----------
    path : Path
    most_bytes : int
        An upper limit of what can be read from the file.
    packed : bool
        Whether it is compressed, so that `most_bytes` says little.
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
            A compressed file is truncated or damaged.
        """
        try:
            # In blocks: read(n) allocates n bytes at once, and n may come from a false header.
            if size <= _BLOCK_BYTES:
                return self._stream.read(size)
            blocks = []
            while size > 0 and (block := self._stream.read(min(size, _BLOCK_BYTES))):
                blocks.append(block)
                size -= len(block)
            return b"".join(blocks)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise FormatError(
                f"{self.path}: the gzip data is truncated or damaged ({error}): download the file again"
            ) from error

    def error(self, place: str, message: str) -> FormatError:
        """Return the exception for a fault at `place`."""
        return FormatError(f"{self.path}, {place}: {message}")


@contextmanager
def open_reader(path: Path) -> Iterator[FileReader]:
    """Open a file, decompressing it if it begins like a gzip file."""
    with open(path, "rb") as file:
        size = os.fstat(file.fileno()).st_size
        packed = file.read(2) == _GZIP_MAGIC
        file.seek(0)
        if packed:
            with gzip.GzipFile(fileobj=file) as unpacked:
                stream = cast(BinaryIO, io.BufferedReader(cast(Any, unpacked), 1 << 20))
                yield FileReader(path, stream, size * _GZIP_BEST_RATIO, packed=True)
        else:
            yield FileReader(path, file, size)


def parse_header(line: bytes) -> tuple[int, int] | None:
    """Read "V D" from a first line without its newline.

    Parameters
    ----------
    line : bytes

    Returns
    -------
    (V, D) or None
        None if the line is anything but two whole numbers in at most 64 bytes.
    """
    found = _HEADER.fullmatch(line) if len(line) <= MAX_HEADER_BYTES else None
    return (int(found[1]), int(found[2])) if found else None


def check_header(file: FileReader, words: int, size: int, least_row_bytes: int, header_bytes: int) -> None:
    """Refuse a header that the file cannot hold, before anything is allocated for it."""
    if words < 1 or size < 1:
        raise file.error("line 1", f"the header says {words} words of {size} dimensions; both must be at least 1")
    # The last row may lack its newline.
    needed = header_bytes + words * least_row_bytes - 1
    if needed > file.most_bytes:
        raise file.error(
            "line 1",
            f"the header says {words:,} words of {size:,} dimensions, which takes at least {needed:,} bytes, but the "
            f"file holds at most {file.most_bytes:,}: it is truncated or not a word2vec file",
        )


class Rows:
    """Collects words and rows; keeps the first row of repeated words, with one warning.

    Parameters
    ----------
    file : FileReader
    size : int
        D.
    errors : {"strict", "replace", "ignore"}
        What to do with a word that is not valid UTF-8, as in ``bytes.decode``.
    expected : int
        Rows that the header promises, 0 without one. They are allocated at once if the file is large enough to hold
        them; otherwise the allocation grows with what was read.
    """

    def __init__(self, file: FileReader, size: int, errors: str, expected: int = 0) -> None:
        self.file = file
        self.errors = errors
        self.size = size
        # A text of V rows has 2 V D bytes at least, so this is at most twice the file.
        self.vectors: NDArray[np.float32] = np.empty((0 if file.packed else expected, size), np.float32)
        self.words: list[str] = []

    def room(self) -> NDArray[np.float32]:
        """Return the free rows, of which `add` takes the first."""
        if len(self.words) == len(self.vectors):
            rows = max(1, _FIRST_BYTES // (4 * self.size), len(self.vectors) * 3 // 2)
            # refcheck=False: nobody else holds this array. realloc moves large blocks without copying them.
            self.vectors.resize((rows, self.size), refcheck=False)
        return self.vectors[len(self.words) :]

    def add(self, words: list[str], undecoded: bytes | None, describe: Callable[[int], str]) -> None:
        """Assign the first free rows to these words.

        Parameters
        ----------
        words : list of str
        undecoded : bytes or None
            The word after these, if it is not valid UTF-8.
        describe : callable
            Returns the place of a word, given its number among these.

        Raises
        ------
        FormatError
            For a word that is not valid UTF-8.
        """
        self.words += words
        if undecoded is not None:
            try:
                undecoded.decode("utf-8")
            except UnicodeDecodeError as error:
                raise self.file.error(
                    describe(len(words)),
                    f"the word {undecoded[:40]!r} is not valid UTF-8 ({error.reason}); errors='replace' or 'ignore' "
                    "reads it",
                ) from error

    def finish(self) -> tuple[NDArray[np.float32], list[str]]:
        """Return vectors and words, and warn of repeated words."""
        first_rows: dict[str, int] = dict(zip(reversed(self.words), range(len(self.words) - 1, -1, -1), strict=True))
        if len(first_rows) == len(self.words):
            # realloc gives the unused end back without a copy.
            self.vectors.resize((len(self.words), self.size), refcheck=False)
            return self.vectors, self.words
        repeated = next(word for row, word in enumerate(self.words) if first_rows[word] != row)
        warn_user(
            f"{self.file.path}: {len(self.words) - len(first_rows):,} rows repeat a word (the first is {repeated!r}); "
            "kept the first row of each word"
        )
        rows = sorted(first_rows.values())
        return self.vectors[rows], [self.words[row] for row in rows]


class Bytes:
    """The bytes of a file that are still to be read as rows: one block, more only for a row that needs it."""

    def __init__(self, file: FileReader) -> None:
        self.file = file
        self.block = b""
        self.at = 0
        self.ended = False

    def more(self) -> None:
        """Read on behind what is left; a row that did not fit in a block gets twice as much."""
        left = self.block[self.at :]
        wanted = max(_BLOCK_BYTES, len(left))
        fresh = self.file.read(wanted)
        self.ended = len(fresh) < wanted
        self.block, self.at = left + fresh if left else fresh, 0

    def have(self, least: int) -> bool:
        """Read until there are at least this many bytes; return False if the file ends before."""
        while len(self.block) - self.at < least and not self.ended:
            self.more()
        return len(self.block) - self.at >= least

    def rest(self) -> bytes:
        """Return the bytes that were read and not yet used."""
        return self.block[self.at :]

    def count_rest(self) -> int:
        """Count the bytes that are left, newlines at once after the last row not counted."""
        left = self.block[self.at :].lstrip(b"\n")
        while not left and not self.ended:
            self.at = len(self.block)
            self.more()
            left = self.block.lstrip(b"\n")
        rest = len(left)
        while fresh := self.file.read(_BLOCK_BYTES):
            rest += len(fresh)
        return rest
