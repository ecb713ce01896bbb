"""What the two word2vec formats share: reading a file of known size, and its header; rows.py collects the rows."""

from __future__ import annotations

import gzip
import os
import re
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from fastw2v.errors import FormatError, TruncatedFileError, warn_user
from fastw2v.first_bytes import kind_of
from fastw2v.progress.figures import counted
from fastw2v.progress.phase import SILENT, Silent, begin_phase

MAX_WORD_BYTES = 64 << 10
MAX_HEADER_BYTES = 64
# Deflate cannot do better than 1032 to 1: the most that a .gz file of known size can unpack to.
_GZIP_BEST_RATIO = 1032
_HEADER = re.compile(rb"(?:\xef\xbb\xbf)?[ \t]*([0-9]+)[ \t]+([0-9]+)[ \t\r]*")
_BLOCK_BYTES = 1 << 20
_BLANKS = re.compile(rb"[ \t\n\r\v\f]*")


class FileReader:
    """A file opened for reading, plain or compressed by gzip.

    Attributes
    ----------
    path : Path
    most_bytes : int
        An upper limit of what can be read from the file.
    packed : bool
        Whether it is compressed, so that `most_bytes` says little.
    encoding : str
        Of its words.
    phase : Phase
        Is told of the bytes that were read from the disk.
    """

    def __init__(
        self,
        path: Path,
        stream: BinaryIO,
        most_bytes: int,
        packed: bool = False,
        encoding: str = "utf-8",
        phase: Silent = SILENT,
        to_the_fault: bool = False,
    ) -> None:
        self.path = path
        self.encoding = encoding
        self.most_bytes = most_bytes
        self.packed = packed
        self.phase = phase
        self._stream = stream
        self._fault: Exception | None = None
        self._to_the_fault = to_the_fault  # whether damaged data ends the file, with a warning, and is no error

    def read(self, size: int) -> bytes:
        """Read up to `size` bytes; fewer only at the end of the file.

        Raises
        ------
        FormatError
            A compressed file is truncated or damaged.
        """
        blocks: list[bytes] = []
        # In blocks: read(n) allocates n bytes at once, and n may come from a false header.
        while size > 0 and (block := self._read_block(min(size, _BLOCK_BYTES), bool(blocks))):
            blocks.append(block)
            size -= len(block)
            if self.phase is not SILENT:
                self.phase.reach(self._at())
        return blocks[0] if len(blocks) == 1 else b"".join(blocks)

    def _at(self) -> int:
        """Return how many bytes were read from the disk."""
        stream = self._stream
        return stream.fileobj.tell() if self.packed else stream.tell()  # type: ignore[attr-defined,no-any-return]

    def _read_block(self, size: int, more: bool) -> bytes:
        """Read once; an error after bytes that were read is kept for the next read, which may never come."""
        try:
            if self._fault is not None:
                if self._to_the_fault:
                    return b""
                raise self._fault
            return self._stream.read1(size) if self.packed else self._stream.read(size)  # type: ignore[attr-defined]
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            if self._to_the_fault:
                warn_user(f"{self.path}: the gzip data is truncated or damaged ({error}): what comes before was read")
            if self._fault is None and (more or self._to_the_fault):
                self._fault = error
                return b""
            raise FormatError(
                f"{self.path}: the gzip data is truncated or damaged ({error}): download the file again, or read the "
                "rows before it with errors='ignore', or the first ones with limit=N"
            ) from error

    def error(self, place: str, message: str, kind: type[FormatError] = FormatError) -> FormatError:
        """Return the exception for a fault at `place`."""
        return kind(f"{self.path}, {place}: {message}")


def loading_phase(size: int, verbose: int, *, whole: bool) -> Silent:
    """Return the phase of loading a file: in percent, if the whole of it will be read."""
    return begin_phase("loading", total=size if whole else None, unit="bytes", verbose=verbose)


@contextmanager
def open_reader(
    path: Path, encoding: str = "utf-8", *, verbose: int = 0, whole: bool = True, errors: str = "strict"
) -> Iterator[FileReader]:
    """Open a file, decompressing it if it begins like a gzip file.

    With `verbose` progress is shown: in percent, if the whole file will be read. With ``errors="ignore"`` damaged
    compressed data is read as far as it goes.
    """
    with ExitStack() as opened:
        file = opened.enter_context(open(path, "rb"))
        size = os.fstat(file.fileno()).st_size
        packed = kind_of(file.read(2)) == "gzip"
        file.seek(0)
        phase = opened.enter_context(loading_phase(size, verbose, whole=whole))
        if packed:
            with gzip.GzipFile(fileobj=file) as unpacked:
                most, tolerant = size * _GZIP_BEST_RATIO, errors == "ignore"
                yield FileReader(path, cast(BinaryIO, unpacked), most, True, encoding, phase, tolerant)
        else:
            yield FileReader(path, file, size, False, encoding, phase)


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


def check_header(
    file: FileReader,
    words: int,
    size: int,
    least_row_bytes: int,
    header_bytes: int,
    needed_words: int,
    hint: str = "",
) -> int:
    """Refuse a header that the file cannot hold, before anything is allocated for it.

    Parameters
    ----------
    file : FileReader
    words, size : int
        What the header says.
    least_row_bytes, header_bytes : int
    needed_words : int
        The rows that the file must hold: fewer than `words` if only the first are read, or those that are there.
    hint : str
        What else may be the cause where the file is too small.

    Returns
    -------
    int
        The most rows that the file can hold, and not more than `words`.
    """
    if words < 1 or size < 1:
        said = f"{counted(words, 'word')} of {counted(size, 'dimension')}"
        raise file.error("line 1", f"the header says {said}; both must be at least 1")
    # The last row may lack its newline.
    needed = header_bytes + min(words, needed_words) * least_row_bytes - 1
    if needed > file.most_bytes:
        raise file.error(
            "line 1",
            f"the header says {counted(words, 'word')} of {counted(size, 'dimension')}; reading "
            f"{min(words, needed_words):,} takes at least {needed:,} bytes, but the file holds at most "
            f"{file.most_bytes:,}: it is truncated or not a word2vec file{hint}. limit=N reads its first N words, "
            "errors='ignore' those that are there",
            TruncatedFileError,
        )
    return min(words, (file.most_bytes - header_bytes + 1) // least_row_bytes)


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
        self.ended = not fresh  # fewer than wanted may mean that the rest is damaged, which the next read says
        self.block, self.at = left + fresh if left else fresh, 0

    def have(self, least: int) -> bool:
        """Read until there are at least this many bytes; return False if the file ends before."""
        while len(self.block) - self.at < least and not self.ended:
            self.more()
        return len(self.block) - self.at >= least

    def rest(self) -> bytes:
        """Return the bytes that were read and not yet used."""
        return self.block[self.at :]

    def line(self) -> bytes:
        """Return what was read of the line at hand."""
        end = self.block.find(b"\n", self.at)
        return self.block[self.at : end if end >= 0 else None]

    def skip_line(self) -> None:
        """Go on behind the next newline, however far it is."""
        while (end := self.block.find(b"\n", self.at)) < 0 and not self.ended:
            self.at = len(self.block)
            self.more()
        self.at = end + 1 if end >= 0 else len(self.block)

    def skip_blank_lines(self) -> int:
        """Skip lines of white space and return how many; nothing is left if they end the file."""
        lines = 0
        while True:
            end = cast("re.Match[bytes]", _BLANKS.match(self.block, self.at)).end()
            lines += self.block.count(b"\n", self.at, end)
            at_row = end < len(self.block)
            self.at = self.block.rfind(b"\n", self.at, end) + 1 or self.at if at_row else end
            if at_row or self.ended:
                return lines
            self.more()

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
