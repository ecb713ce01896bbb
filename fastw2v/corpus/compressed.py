"""Compressed files: opened by their suffix, decompressed in a thread of their own, damage told apart from the end."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import queue
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from fastw2v.errors import CorpusError, require

ReadInto = Callable[[memoryview], int]

COMPRESSED = (".gz", ".bz2", ".xz", ".zst")
_BLOCK = 1 << 20  # bytes of text decompressed at once
_BLOCKS_AHEAD = 4
# Compressed bytes given to zstandard at once; it returns all they stand for, which can be 32,000 times as much.
_ZSTANDARD_BITE = 1 << 14


def open_compressed(path: Path) -> IO[bytes]:
    """Opens the file for reading its text; reading damaged data raises `CorpusError`."""
    opener: dict[str, Callable[[Path], IO[bytes]]] = {
        ".gz": gzip.open,  # type: ignore[dict-item]
        ".bz2": bz2.open,  # type: ignore[dict-item]
        ".xz": lzma.open,  # type: ignore[dict-item]
        ".zst": _open_zstandard,
    }
    return io.BufferedReader(_Whole(path, opener[path.suffix.lower()](path)))


class _Whole(io.RawIOBase):
    """Reads from a decompressor and turns what the libraries raise for damaged data into one error with the path."""

    def __init__(self, path: Path, stream: IO[bytes]) -> None:
        self._path = path
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            return self._stream.readinto(buffer)  # type: ignore[attr-defined]
        except (EOFError, zlib.error, lzma.LZMAError, OSError) as error:
            if getattr(error, "errno", None) is not None:  # the disk, not the data
                raise
            raise CorpusError(
                f"{self._path}: the compressed data is damaged or cut short ({error}); get the file again"
            ) from error

    def close(self) -> None:
        self._stream.close()
        super().close()


def _open_zstandard(path: Path) -> IO[bytes]:
    zstandard = require("zstandard", f"{path}, which is compressed with Zstandard,", "zstd")
    new_frame = zstandard.ZstdDecompressor().decompressobj
    return _ZstandardFile(path, new_frame, zstandard.ZstdError)  # type: ignore[return-value]


class _ZstandardFile(io.RawIOBase):
    """All frames of a file. (The package's own reader takes a file that was cut short for a whole one.)"""

    def __init__(self, path: Path, new_frame: Callable[[], Any], failure: type[Exception]) -> None:
        self._file = open(path, "rb", buffering=0)  # noqa: SIM115  # closed by close()
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

    def close(self) -> None:
        self._file.close()
        super().close()


@contextmanager
def decompressed(path: Path) -> Iterator[ReadInto]:
    """Hands out ``readinto(buffer) -> number of bytes`` on the text of a compressed file.

    The text is decompressed in another thread, a few blocks ahead of the reader.
    """
    with open_compressed(path) as stream:
        ahead = _Ahead(stream)
        try:
            ahead.start()
        except RuntimeError:  # no thread to be had: decompress in this one
            yield stream.readinto  # type: ignore[attr-defined]
            return
        try:
            yield ahead.readinto
        finally:
            ahead.stop()


class _Ahead(threading.Thread):
    """Reads a stream block by block into a short queue; an exception comes out where the next block is asked for."""

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
        """Ends the thread, which may be waiting for room in the queue."""
        self._stopped.set()
        while self.is_alive():
            with suppress(queue.Empty):
                self._blocks.get(timeout=0.01)
        self.join()
