"""Compressed files: opened by suffix, decompressed in a separate thread; damaged or truncated data raises."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import queue
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from fastw2v.errors import CorpusError, require

ReadInto = Callable[[memoryview], int]

COMPRESSED = (".gz", ".bz2", ".xz", ".zst")
_BLOCK = 1 << 20  # bytes of text decompressed at once
_BLOCKS_AHEAD = 4
# Compressed bytes passed to zstandard at once; its output for them can be 32,000 times as large.
_ZSTANDARD_BITE = 1 << 14


class _Noted(io.FileIO):
    """A file that tells of the bytes that are read from it."""

    def __init__(self, path: Path, note: Callable[[int], None]) -> None:
        super().__init__(path)
        self._note = note

    def readinto(self, buffer: Any) -> int | None:  # type: ignore[override]
        read = super().readinto(buffer)
        self._note(read or 0)
        return read


def open_noted(path: Path, note: Callable[[int], None] | None) -> IO[bytes]:
    """Open a file for reading; `note`, if given, is told of the bytes that are read from the disk."""
    return open(path, "rb") if note is None else io.BufferedReader(_Noted(path, note))


def open_compressed(path: Path, note: Callable[[int], None] | None = None) -> IO[bytes]:
    """Open the file for reading its text; reading damaged data raises `CorpusError`.

    `note`, if given, is told of the compressed bytes that are read from the disk.
    """
    opener: dict[str, Callable[[IO[bytes]], IO[bytes]]] = {
        ".gz": gzip.open,  # type: ignore[dict-item]
        ".bz2": bz2.open,  # type: ignore[dict-item]
        ".xz": lzma.open,  # type: ignore[dict-item]
        ".zst": lambda file: _open_zstandard(path, file),
    }
    with ExitStack() as opened:
        file = opened.enter_context(open_noted(path, note))
        stream = opener[path.suffix.lower()](file)
        opened.pop_all()
    return io.BufferedReader(_Decompressed(path, stream, file))


class _Decompressed(io.RawIOBase):
    """Reads from a decompressor; raises one error that names the path, whatever the library raises for damaged data."""

    def __init__(self, path: Path, stream: IO[bytes], file: IO[bytes]) -> None:
        self._path = path
        self._stream = stream
        self._file = file
        self._read = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            read: int = self._stream.readinto(buffer)  # type: ignore[attr-defined]
            self._read += read
            return read
        except (EOFError, zlib.error, lzma.LZMAError, OSError) as error:
            if getattr(error, "errno", None) is not None:  # the disk, not the data
                raise
            way = "get the file again" if self._read else "get the file again, or rename it if it is not compressed"
            raise CorpusError(f"{self._path}: the compressed data is damaged or truncated ({error}); {way}") from error

    def close(self) -> None:
        self._stream.close()
        self._file.close()
        super().close()


def _open_zstandard(path: Path, file: IO[bytes]) -> IO[bytes]:
    zstandard = require("zstandard", f"{path}, which is compressed with Zstandard,", "zstd")
    new_frame = zstandard.ZstdDecompressor().decompressobj
    return _ZstandardFile(file, new_frame, zstandard.ZstdError)  # type: ignore[return-value]


class _ZstandardFile(io.RawIOBase):
    """Reads all frames of a file. (The package's own reader takes a truncated file for a complete one.)"""

    def __init__(self, file: IO[bytes], new_frame: Callable[[], Any], failure: type[Exception]) -> None:
        self._file = file
        self._new_frame, self._failure = new_frame, failure
        self._frame: Any = None
        self._ready = memoryview(b"")

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._ready:
            left = self._frame.unused_data if self._frame and self._frame.eof else b""
            data = left or self._file.read(_ZSTANDARD_BITE)
            if not data:
                if self._frame and not self._frame.eof:
                    raise EOFError("the file ends within a frame")
                return 0
            if self._frame is None or self._frame.eof:
                self._frame = self._new_frame()
            try:
                self._ready = memoryview(self._frame.decompress(data))
            except self._failure as error:
                raise EOFError(str(error)) from error
        n = min(len(buffer), len(self._ready))
        buffer[:n] = self._ready[:n]
        self._ready = self._ready[n:]
        return n


@contextmanager
def decompressed(path: Path, note: Callable[[int], None] | None = None) -> Iterator[ReadInto]:
    """Yield ``readinto(buffer) -> number of bytes`` for the text of a compressed file.

    The text is decompressed in another thread, a few blocks ahead of the reader.
    """
    with open_compressed(path, note) as stream:
        ahead = _Ahead(stream)
        try:
            ahead.start()
        except RuntimeError:  # no thread can be started: decompress in this one
            yield stream.readinto  # type: ignore[attr-defined]
            return
        try:
            yield ahead.readinto
        finally:
            ahead.stop()


class _Ahead(threading.Thread):
    """Reads a stream block by block into a short queue; an exception is raised again by the next `readinto`."""

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__(name="fastw2v-decompress", daemon=True)
        self._stream = stream
        self._blocks: queue.Queue[bytes | BaseException] = queue.Queue(_BLOCKS_AHEAD)
        self._stopped = threading.Event()
        self._block = memoryview(b"")
        self._at_end = False

    def run(self) -> None:
        block: bytes | BaseException = b" "
        while block and not isinstance(block, BaseException) and not self._stopped.is_set():
            try:
                block = self._stream.read(_BLOCK)
            except BaseException as error:  # raised again in the thread that reads
                block = error
            self._blocks.put(block)

    def readinto(self, buffer: memoryview) -> int:
        if not self._block and not self._at_end:
            block = self._blocks.get()
            if isinstance(block, BaseException):
                raise block
            self._block = memoryview(block)
            self._at_end = not block
        n = min(len(buffer), len(self._block))
        buffer[:n] = self._block[:n]
        self._block = self._block[n:]
        return n

    def stop(self) -> None:
        """End the thread, which may be waiting for room in the queue."""
        self._stopped.set()
        while self.is_alive():
            with suppress(queue.Empty):
                self._blocks.get(timeout=0.01)
        self.join()
