"""Files that are open already: looked at, and read like paths."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from fastw2v.corpus.compressed import ReadInto
from fastw2v.corpus.faults import describe_undecodable
from fastw2v.corpus.files import START_BYTES
from fastw2v.errors import CorpusError


def stream_name(stream: object) -> str:
    """Return the name of an open file for messages."""
    name = getattr(stream, "name", None)
    return name if isinstance(name, str) else "the open file"


@contextmanager
def decoding(stream: Any, name: str) -> Iterator[None]:
    """Say where bytes of an open file are not of the encoding that it was opened with."""
    try:
        yield
    except UnicodeDecodeError as error:
        raise CorpusError(describe_undecodable(name, stream, error)) from None


class Opened:
    """An open file, of text or of bytes, the first part of which has been looked at and is still to be read.

    Parameters
    ----------
    stream : object with ``read`` and ``readline``

    Attributes
    ----------
    name : str
        Its name in messages.
    is_text : bool
        Whether it gives characters, not bytes.
    start : bytes
        What it begins with.
    """

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self.name = stream_name(stream)
        self._place = None
        with suppress(Exception):  # as of a pipe, or of a text file that is being iterated over
            self._place = stream.tell()
        self._nothing = stream.read(0)
        self.is_text = isinstance(self._nothing, str)
        # Line by line, as only the file knows where its lines end.
        self._lines, size = [], 0
        while size < START_BYTES and (line := self._line(START_BYTES - size)):
            self._lines.append(line)
            size += len(line)
        self._is_cut = size >= START_BYTES and self._lines[-1][-1:] not in ("\n", b"\n")
        start = self._nothing.join(self._lines)
        self.start: bytes = start.encode("utf-8", "surrogatepass") if self.is_text else bytes(start)

    def _line(self, size: int) -> Any:
        with decoding(self._stream, self.name):
            try:
                return self._stream.readline(size)
            except TypeError:  # the readline of some libraries takes no size
                return self._stream.readline()

    def read(self, size: int) -> Any:
        """Read up to so many characters or bytes; none at the end."""
        if not self._lines:
            with decoding(self._stream, self.name):
                return self._stream.read(size)
        ahead = self._nothing.join(self._lines)
        self._lines = [ahead[size:]] if len(ahead) > size else []
        return ahead[:size]

    def __iter__(self) -> Iterator[Any]:
        """Yield the lines."""
        lines, self._lines = self._lines, []
        with decoding(self._stream, self.name):
            if self._is_cut:
                lines[-1] += self._stream.readline()
            yield from lines
            yield from iter(self._stream.readline, self._nothing)

    def put_back(self) -> str:
        """Return to where the file was, so that it can be read in another way; where it cannot, say what to do."""
        if self._place is not None:
            with suppress(Exception):
                self._stream.seek(self._place)
                return ""
        return "; its beginning has been read, so open it anew for that"


def stream_readinto(stream: Opened) -> ReadInto:
    """Return ``readinto(buffer)`` for an open file; text is encoded as UTF-8 again, whatever the file's encoding."""

    def read_text(buffer: memoryview) -> int:
        text = stream.read(max(1, len(buffer) // 4))  # a character has at most four bytes
        try:
            data = text.encode("utf-8", "surrogateescape")
        except UnicodeEncodeError:
            data = text.encode("utf-8", "surrogatepass")  # the scanner finds it invalid and reports its offset
        buffer[: len(data)] = data
        return len(data)

    def read_bytes(buffer: memoryview) -> int:
        data = stream.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    return read_text if isinstance(stream.read(0), str) else read_bytes
