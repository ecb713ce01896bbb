"""Where the ids of a corpus are kept, while it is read and afterwards: in memory, or in files if that is too small.

While a corpus is read each scanner has its `ProvisionalIds`; once the vocabulary is known they are renumbered into the
corpus's `FinalIds`. An `IdStore` makes both.

The files have no names (they are unlinked as soon as they exist), so nothing is left behind, however the process ends.
They are written with `pwrite` and mapped only after all of their data has reached the disk: a full disk raises an
error, and never the signal that kills a process for touching mapped pages that the disk has no room for.
"""

from __future__ import annotations

import errno
import mmap
import os
import platform
import sys
import tempfile
import weakref
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import numpy as np

from fastw2v.corpus._text_scanner import renumber_block
from fastw2v.corpus.ids import sealed
from fastw2v.machine import check_memory
from fastw2v.progress.phase import SILENT, Silent

BLOCK = 1 << 18  # ids written and read at once: 1 MiB
CHECK_EVERY = 1 << 22  # ids between two checks of free memory
RESERVE = 1 << 24  # ids that free memory must have room for where their number is unknown


class ProvisionalIds(Protocol):
    """The keeper of the ids that one scanner produces while it reads."""

    def after_block(self, scanner: Any) -> None:
        """Handle a block that the scanner has read; may take the ids out with ``scanner.drain``."""


class FinalIds(Protocol):
    """Receives the rows and sentence ends of a whole corpus, from several scanners in several threads."""

    def write(
        self, scanner: Any, rows: np.ndarray, kept: int, token: int, sentence: int, phase: Silent = SILENT
    ) -> None:
        """Renumber a scanner's ids: `kept` rows from position `token` on, sentence ends from `sentence` on."""

    def arrays(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the ids and the offsets, once all of them are written."""


class IdStore(Protocol):
    """Keeps ids in memory or in files."""

    def expect(self, tokens: int) -> None:
        """Announce the number of ids, where it is known."""

    def provisional(self, fraction_read: Callable[[Any], float] | None = None, scanners: int = 1) -> ProvisionalIds:
        """Make the keeper of the ids of one scanner.

        Parameters
        ----------
        fraction_read : callable, optional
            How much of its text the scanner has read, from 0 to 1.
        scanners : int
            How many scanners read as much as this one, itself included.
        """

    def final(self, tokens: int, sentences: int) -> FinalIds:
        """Make room for this many ids and sentence ends."""


def id_store(spool: str | os.PathLike[str] | bool | None) -> IdStore:
    """Return the store for ``spool``: None or False is memory, True the system's folder, anything else a folder.

    Raises
    ------
    OSError
        No file can be created in the folder.
    """
    folder = _folder_of(spool)
    return InMemory() if folder is None else InFiles(folder)


def is_spooled(ids: np.ndarray) -> bool:
    """Return whether ids lie in the files of a store."""
    owner: Any = ids
    while isinstance(owner, np.ndarray):
        owner = owner.base
    return isinstance(owner, memoryview) and owner.readonly and isinstance(owner.obj, mmap.mmap)


def _folder_of(spool: str | os.PathLike[str] | bool | None) -> str | None:
    """Return the folder that takes the ids, or None: they stay in memory."""
    if spool is None or isinstance(spool, (bool, np.bool_)):
        return _system_folder() if spool else None
    return os.path.expanduser(os.fspath(spool))


def _system_folder() -> str:
    """Return TMPDIR, if set; otherwise /var/tmp, which is on a disk, rather than /tmp, which may be memory."""
    if not os.environ.get("TMPDIR") and os.access("/var/tmp", os.W_OK | os.X_OK):
        return "/var/tmp"
    return tempfile.gettempdir()


# --- in memory -------------------------------------------------------------------------------------------------------


class InMemory:
    """Ids in memory."""

    def expect(self, tokens: int) -> None:
        """See `IdStore`.

        Raises
        ------
        MemoryError
            They do not fit in the memory that is free.
        """
        _check_room(tokens, f"the ids of {tokens:,} words")

    def provisional(self, fraction_read: Callable[[Any], float] | None = None, scanners: int = 1) -> _MemoryGuard:
        """See `IdStore`."""
        return _MemoryGuard(fraction_read, scanners)

    def final(self, tokens: int, sentences: int) -> _FinalArrays:
        """See `IdStore`."""
        return _FinalArrays(tokens, sentences)


class _MemoryGuard:
    """Leaves the ids with the scanner and raises before memory runs out: the system would kill the process."""

    def __init__(self, fraction_read: Callable[[Any], float] | None, scanners: int) -> None:
        self._fraction_read = fraction_read
        self._scanners = scanners
        self._next = CHECK_EVERY

    def after_block(self, scanner: Any) -> None:
        ids = scanner.tokens + scanner.sentences
        if ids < self._next:
            return
        self._next = ids + CHECK_EVERY
        fraction = self._fraction_read(scanner) if self._fraction_read else 0.0
        if fraction > 0:
            more = int(ids * max(0.0, 1 / fraction - 1)) * self._scanners
            _check_room(more, f"the ids of about {more:,} more words, estimated from the text read so far,")
        else:
            _check_room(RESERVE, f"the ids of the next {RESERVE:,} words, after {ids * self._scanners:,},")


def _check_room(ids: int, what: str) -> None:
    check_memory(4 * ids, what, lower="keep the ids in files: spool=True, or spool='/a/folder' on a larger disk")


class _FinalArrays:
    """Rows and sentence ends in NumPy arrays."""

    def __init__(self, tokens: int, sentences: int) -> None:
        self._ids = np.empty(tokens, np.int32)
        self._offsets = np.zeros(sentences + 1, np.int64)

    def write(
        self, scanner: Any, rows: np.ndarray, kept: int, token: int, sentence: int, phase: Silent = SILENT
    ) -> None:
        ends = self._offsets[1 + sentence : 1 + sentence + scanner.sentences]
        scanner.renumber(rows, self._ids[token : token + kept], ends, token)
        phase.advance(kept)

    def arrays(self) -> tuple[np.ndarray, np.ndarray]:
        return sealed(self._ids, own=True), sealed(self._offsets, own=True)


# --- in files --------------------------------------------------------------------------------------------------------


class InFiles:
    """Ids in unnamed files of a folder: 8 bytes per token while they are renumbered, then 4; 8 per sentence.

    Parameters
    ----------
    folder : str

    Raises
    ------
    OSError
        No file can be created in the folder.
    """

    def __init__(self, folder: str) -> None:
        self._folder = folder
        _UnnamedFile(folder).close()  # before anything is read: a generator cannot be read twice

    def expect(self, tokens: int) -> None:
        """See `IdStore`."""

    def provisional(self, fraction_read: Callable[[Any], float] | None = None, scanners: int = 1) -> _ProvisionalFile:
        """See `IdStore`."""
        return _ProvisionalFile(self._folder)

    def final(self, tokens: int, sentences: int) -> _FinalFiles:
        """See `IdStore`."""
        return _FinalFiles(self._folder, tokens, sentences)


class _UnnamedFile:
    """A file without a name, which the system deletes with its last user: this object, or a mapping.

    All errors name the folder.
    """

    def __init__(self, folder: str) -> None:
        self._folder = folder
        with self._errors_named("no file for word ids can be created here; name a folder that can be written to"):
            self._file = tempfile.TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115  # closed below
        self._descriptor = self._file.fileno()
        self.close = weakref.finalize(self, self._file.close)  # with this object at the latest

    def write(self, data: memoryview, offset: int) -> None:
        """Write all bytes of a buffer, from byte `offset` on."""
        done = 0
        with self._errors_named(f"word ids cannot be written here after {offset:,} bytes; {_MORE_ROOM}"):
            while done < len(data):
                done += os.pwrite(self._descriptor, data[done:], offset + done)

    def blocks(self, size: int) -> Iterator[np.ndarray]:
        """Yield the first `size` bytes as int32 in blocks; each overwrites the one before."""
        buffer = np.empty(BLOCK, np.int32)
        view = _bytes(buffer)
        with self._errors_named("word ids cannot be read back; name another folder"):
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

    def mapped(self, n: int, dtype: type, *, in_order: bool) -> np.ndarray:
        """Return a read-only array of the first `n` numbers.

        The file is fsynced first: if the disk has no room for a page, that must not show only when the page is read.
        """
        if n == 0:
            return np.empty(0, dtype)
        with self._errors_named(f"word ids cannot be flushed to disk; {_MORE_ROOM}"):
            os.fsync(self._descriptor)
            pages = mmap.mmap(self._descriptor, n * np.dtype(dtype).itemsize, access=mmap.ACCESS_READ)
        if in_order and hasattr(mmap, "MADV_SEQUENTIAL"):
            pages.madvise(mmap.MADV_SEQUENTIAL)
        return np.frombuffer(pages, dtype)

    @contextmanager
    def _errors_named(self, what: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise OSError(error.errno, f"{error.strerror} (spool): {what}", self._folder) from error


_MORE_ROOM = "name a folder with more room: 8 bytes for each word and each sentence of the corpus"


def _bytes(array: np.ndarray) -> memoryview:
    return array.view(np.uint8).data


class _ProvisionalFile:
    """Takes the ids of one scanner out into a file, and renumbers them from there."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._file = _UnnamedFile(folder)
        self._size = 0

    def after_block(self, scanner: Any) -> None:
        if scanner.tokens + scanner.sentences - self._size // 4 >= BLOCK:
            scanner.drain(self._append)

    def _append(self, ids: memoryview) -> None:
        self._file.write(ids, self._size)
        self._size += len(ids)

    def renumbered(self, scanner: Any, rows: np.ndarray, token: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield the rows and sentence ends of all ids, block by block; the file is deleted afterwards."""
        ends = np.empty(BLOCK, np.int64)
        scanner.drain(self._append)
        for block in self._file.blocks(self._size):
            try:
                kept, ended = renumber_block(block, rows, ends, token)
            except ValueError as error:
                reason = f"word ids read back differ from those written ({error}): is the disk damaged?"
                raise OSError(errno.EIO, reason, self._folder) from error
            token += kept
            yield block[:kept], ends[:ended]
        self._file.close()


class _FinalFiles:
    """Rows and sentence ends in files, then mapped."""

    def __init__(self, folder: str, tokens: int, sentences: int) -> None:
        self._tokens = tokens
        self._sentences = sentences
        self._ids = _UnnamedFile(folder)
        self._offsets = _UnnamedFile(folder)
        self._offsets.write(_bytes(np.zeros(1, np.int64)), 0)

    def write(
        self, scanner: Any, rows: np.ndarray, kept: int, token: int, sentence: int, phase: Silent = SILENT
    ) -> None:
        for ids, ends in scanner.provisional.renumbered(scanner, rows, token):
            self._ids.write(_bytes(ids), 4 * token)
            self._offsets.write(_bytes(ends), 8 * (1 + sentence))
            token += len(ids)
            sentence += len(ends)
            phase.advance(len(ids))

    def arrays(self) -> tuple[np.ndarray, np.ndarray]:
        ids = self._ids.mapped(self._tokens, np.int32, in_order=True)
        offsets = self._offsets.mapped(self._sentences + 1, np.int64, in_order=False)
        self._ids.close()
        self._offsets.close()
        return ids, offsets


# --- a part of the ids of a corpus, each at its place in the whole ---------------------------------------------------


def at_their_places(
    parts: Iterable[tuple[int, np.ndarray]], total: int, spool: str | os.PathLike[str] | bool | None
) -> np.ndarray:
    """Return int32 (total,) with these parts, each from its position on; what lies between them takes no room.

    Parameters
    ----------
    parts : iterable of (position, ids)
    total : int
    spool : path, bool or None
        As for `id_store`.
    """
    folder = _folder_of(spool)
    if folder is None:
        flags = {"flags": mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | _no_reserve()}
        try:
            pages = mmap.mmap(-1, max(1, 4 * total), **flags)
        except OSError as error:
            if error.errno != errno.ENOMEM:
                raise
            raise MemoryError(
                f"the system reserves no memory for {total:,} word ids, of which this rank would fill a part; pass "
                "spool=True to keep them in a temporary file, or a folder"
            ) from None
        if hasattr(mmap, "MADV_NOHUGEPAGE"):  # a huge page would fill the gap between two parts
            pages.madvise(mmap.MADV_NOHUGEPAGE)
        ids = np.frombuffer(pages, np.int32, total)
        for position, part in parts:
            ids[position : position + len(part)] = part
        return sealed(ids, own=True)
    file = _UnnamedFile(folder)
    if total:
        file.write(_bytes(np.zeros(1, np.int32)), 4 * (total - 1))
    for position, part in parts:
        file.write(_bytes(np.ascontiguousarray(part)), 4 * position)
    ids = file.mapped(total, np.int32, in_order=True)
    file.close()
    return ids


def _no_reserve() -> int:
    """Return the flag that maps pages without reserving memory for those which are never touched, 0 where unknown.

    Python names it from 3.13 on; before that Linux's own number is used, where it is that of most processors.
    """
    usual = sys.platform == "linux" and platform.machine() in {"x86_64", "aarch64", "riscv64", "s390x"}
    return int(getattr(mmap, "MAP_NORESERVE", 0x4000 if usual else 0))
