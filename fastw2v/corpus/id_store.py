"""Where the ids of a corpus are kept, while it is read and afterwards: in memory, or in files for what is larger.

The files have no names (they are unlinked as soon as they are there), so nothing is left behind however the process
ends. They are written with `pwrite` and mapped only when all of it has reached the disk: a full disk is an error, and
never the signal that kills a process which writes to, or reads, pages that the disk has no room for.
"""

from __future__ import annotations

import errno
import mmap
import os
import tempfile
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import numpy as np

from fastw2v.corpus._text_scanner import renumber_block
from fastw2v.machine import check_memory

BLOCK = 1 << 18  # ids that are written and read at once: 1 MiB
CHECK_EVERY = 1 << 22  # ids between two looks at the memory that is free
RESERVE = 1 << 24  # ids for which memory must be left where nobody knows how many there will be


class Target(Protocol):
    """Takes in the rows and sentence ends of a whole corpus, from several scanners in several threads."""

    def write(self, scanner: Any, rows: np.ndarray, kept: int, token: int, sentence: int) -> None:
        """Renumber a scanner's ids: `kept` rows from place `token` on, and sentence ends from place `sentence` on."""

    def arrays(self) -> tuple[np.ndarray, np.ndarray]:
        """The ids and the offsets, when all of them are written."""


class IdStore(Protocol):
    """A place for ids."""

    def expect(self, tokens: int) -> None:
        """Say how many ids will come, where that is known."""

    def keeper(self, share: Callable[[Any], float] | None = None, parts: int = 1) -> Any:
        """What a scanner tells of its ids (``keep(scanner)``).

        Parameters
        ----------
        share : callable, optional
            How much of its text the scanner has read, from 0 to 1.
        parts : int
            How many scanners read as much as this one.
        """

    def target(self, tokens: int, sentences: int) -> Target:
        """Room for so many ids and sentence ends."""


def id_store(spool: str | os.PathLike[str] | bool | None) -> IdStore:
    """The store that ``spool`` stands for: None or False memory, True the system's folder, else the folder named.

    Raises
    ------
    OSError
        No file can be made in the folder.
    """
    if spool is None or isinstance(spool, (bool, np.bool_)):
        return InFiles(_system_folder()) if spool else InMemory()
    return InFiles(os.fspath(spool))


def _system_folder() -> str:
    """TMPDIR, where it is set; else rather /var/tmp, which is on a disk, than /tmp, which may be memory."""
    if not os.environ.get("TMPDIR") and os.access("/var/tmp", os.W_OK | os.X_OK):
        return "/var/tmp"
    return tempfile.gettempdir()


# --- in memory -------------------------------------------------------------------------------------------------------


class InMemory:
    """Ids in memory, as long as there is some."""

    def expect(self, tokens: int) -> None:
        """See `IdStore`.

        Raises
        ------
        MemoryError
            They do not fit in the memory that is free.
        """
        _check_room(tokens, f"the ids of {tokens:,} words")

    def keeper(self, share: Callable[[Any], float] | None = None, parts: int = 1) -> _MemoryWatch:
        """See `IdStore`."""
        return _MemoryWatch(share, parts)

    def target(self, tokens: int, sentences: int) -> _Arrays:
        """See `IdStore`."""
        return _Arrays(tokens, sentences)


class _MemoryWatch:
    """Refuses, while a corpus is read, ids for which there will be no memory: the system would kill the process."""

    def __init__(self, share: Callable[[Any], float] | None, parts: int) -> None:
        self._share = share
        self._parts = parts
        self._next = CHECK_EVERY

    def keep(self, scanner: Any) -> None:
        ids = scanner.tokens + scanner.sentences
        if ids < self._next:
            return
        self._next = ids + CHECK_EVERY
        share = self._share(scanner) if self._share else 0.0
        if share > 0:
            more = int(ids * max(0.0, 1 / share - 1)) * self._parts
            _check_room(more, f"the ids of about {more:,} more words, to go by what was read so far,")
        else:
            _check_room(RESERVE, f"the ids of the next {RESERVE:,} words, after {ids * self._parts:,},")


def _check_room(ids: int, what: str) -> None:
    check_memory(4 * ids, what, lower="keep the ids in files: spool=True, or spool='/a/folder' on a larger disk")


class _Arrays:
    """Rows and sentence ends in NumPy arrays."""

    def __init__(self, tokens: int, sentences: int) -> None:
        self._ids = np.empty(tokens, np.int32)
        self._offsets = np.zeros(sentences + 1, np.int64)

    def write(self, scanner: Any, rows: np.ndarray, kept: int, token: int, sentence: int) -> None:
        ends = self._offsets[1 + sentence : 1 + sentence + scanner.sentences]
        scanner.renumber(rows, self._ids[token : token + kept], ends, token)

    def arrays(self) -> tuple[np.ndarray, np.ndarray]:
        return self._ids, self._offsets


# --- in files --------------------------------------------------------------------------------------------------------


class InFiles:
    """Ids in unnamed files of a folder; 8 bytes a token while they are renumbered, 4 afterwards, 8 a sentence.

    Parameters
    ----------
    folder : str

    Raises
    ------
    OSError
        No file can be made in the folder.
    """

    def __init__(self, folder: str) -> None:
        self._folder = folder
        _UnnamedFile(folder).close()  # before anything is read: a generator cannot be read twice

    def expect(self, tokens: int) -> None:
        """See `IdStore`."""

    def keeper(self, share: Callable[[Any], float] | None = None, parts: int = 1) -> _Stream:
        """See `IdStore`."""
        return _Stream(self._folder)

    def target(self, tokens: int, sentences: int) -> _Files:
        """See `IdStore`."""
        return _Files(self._folder, tokens, sentences)


class _UnnamedFile:
    """A file without a name, which the system takes back with the last that uses it: this object, or a mapping.

    All errors name the folder.
    """

    def __init__(self, folder: str) -> None:
        self._folder = folder
        with self._errors_named("no file for word ids can be made here; name a folder that can be written to"):
            self._file = tempfile.TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115  # closed below
        self._descriptor = self._file.fileno()
        self.close = weakref.finalize(self, self._file.close)  # with this object at the latest

    def write(self, data: memoryview, place: int) -> None:
        """Write a buffer of bytes whole, from byte `place` on."""
        done = 0
        with self._errors_named(f"word ids cannot be written here after {place:,} bytes; {_MORE_ROOM}"):
            while done < len(data):
                done += os.pwrite(self._descriptor, data[done:], place + done)

    def blocks(self, size: int) -> Iterator[np.ndarray]:
        """The first `size` bytes as int32, in blocks that lie in one buffer, one after the other."""
        buffer = np.empty(BLOCK, np.int32)
        view = _bytes(buffer)
        with self._errors_named("word ids cannot be read again; name another folder"):
            self._file.seek(0)
            while size:
                wanted, done = min(len(view), size), 0
                while done < wanted:
                    n = self._file.readinto(view[done:wanted])  # type: ignore[attr-defined]
                    if not n:
                        raise OSError(errno.EIO, "the file has become shorter")
                    done += n
                size -= done
                yield buffer[: done // 4]

    def mapped(self, n: int, kind: type, *, in_order: bool) -> np.ndarray:
        """A read-only array of the first `n` numbers.

        The file is brought to the disk first, so that no page is found out to have no place there when it is read.
        """
        if n == 0:
            return np.empty(0, kind)
        with self._errors_named(f"word ids cannot be brought to the disk; {_MORE_ROOM}"):
            os.fsync(self._descriptor)
            pages = mmap.mmap(self._descriptor, n * np.dtype(kind).itemsize, access=mmap.ACCESS_READ)
        if in_order and hasattr(mmap, "MADV_SEQUENTIAL"):
            pages.madvise(mmap.MADV_SEQUENTIAL)
        return np.frombuffer(pages, kind)

    @contextmanager
    def _errors_named(self, what: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise OSError(error.errno, f"{error.strerror} (spool): {what}", self._folder) from error


_MORE_ROOM = "name a folder with more room: 8 bytes for each word and each sentence of the corpus"


def _bytes(array: np.ndarray) -> memoryview:
    return array.view(np.uint8).data


class _Stream:
    """The provisional ids of one scanner."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._file = _UnnamedFile(folder)
        self._size = 0

    def keep(self, scanner: Any) -> None:
        if scanner.tokens + scanner.sentences - self._size // 4 >= BLOCK:
            scanner.drain(self._append)

    def _append(self, ids: memoryview) -> None:
        self._file.write(ids, self._size)
        self._size += len(ids)

    def renumbered(self, scanner: Any, rows: np.ndarray, token: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Rows and sentence ends of all ids, block after block; the file is gone afterwards."""
        ends = np.empty(BLOCK, np.int64)
        scanner.drain(self._append)
        for block in self._file.blocks(self._size):
            try:
                kept, ended = renumber_block(block, rows, ends, token)
            except ValueError as error:
                reason = f"word ids are not read back as they were written ({error}): is the disk damaged?"
                raise OSError(errno.EIO, reason, self._folder) from error
            token += kept
            yield block[:kept], ends[:ended]
        self._file.close()


class _Files:
    """Rows and sentence ends in files, then mapped."""

    def __init__(self, folder: str, tokens: int, sentences: int) -> None:
        self._tokens = tokens
        self._sentences = sentences
        self._ids = _UnnamedFile(folder)
        self._offsets = _UnnamedFile(folder)
        self._offsets.write(_bytes(np.zeros(1, np.int64)), 0)

    def write(self, scanner: Any, rows: np.ndarray, kept: int, token: int, sentence: int) -> None:
        for ids, ends in scanner.keeper.renumbered(scanner, rows, token):
            self._ids.write(_bytes(ids), 4 * token)
            self._offsets.write(_bytes(ends), 8 * (1 + sentence))
            token += len(ids)
            sentence += len(ends)

    def arrays(self) -> tuple[np.ndarray, np.ndarray]:
        ids = self._ids.mapped(self._tokens, np.int32, in_order=True)
        offsets = self._offsets.mapped(self._sentences + 1, np.int64, in_order=False)
        self._ids.close()
        self._offsets.close()
        return ids, offsets
