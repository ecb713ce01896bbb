"""All-or-nothing files: whatever happens while one is written, its name holds the old content or the new, whole.

The new content goes to a temporary file in the same folder, is brought to the disk (fsync), takes the name in one step
(rename), and the folder is brought to the disk as well. The writer holds a lock (flock) on its temporary file; the
system lets go of it when the process dies in any way, so a temporary file that can be locked is left over from a dead
writer. That also holds between containers and hosts that share a folder, where process ids mean nothing.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import re
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_TEMPORARY = re.compile(r"\.fastw2v-[0-9a-f]{16}\.tmp")
# One write call never carries more: a signal is answered between calls.
_WRITE_BYTES = 8 << 20


class Writer:
    """A file to write buffers to; every error names the path that the caller asked for.

    Parameters
    ----------
    descriptor : int
        Open for writing.
    path : Path
        What the messages name.
    """

    def __init__(self, descriptor: int, path: Path) -> None:
        self.descriptor = descriptor
        self.path = path

    def write(self, data: Any) -> int:
        """Write a whole buffer (bytes, memoryview, C-contiguous array) without copying it.

        Parameters
        ----------
        data : buffer

        Returns
        -------
        int
            Bytes written: all of them.

        Raises
        ------
        OSError
            With the path; for example when the disk is full.
        """
        view = memoryview(data).cast("B") if memoryview(data).nbytes else memoryview(b"")
        done = 0
        while done < len(view):
            try:
                done += os.write(self.descriptor, view[done : done + _WRITE_BYTES])
            except OSError as error:
                raise _with_path(error, self.path, "writing failed, an old file is unchanged") from error
        return done

    def flush(self) -> None:
        """Do nothing: no byte is held back here. ``gzip`` asks for it."""


def check_target(path: str | os.PathLike[str]) -> None:
    """Raise now what `open_atomic` would raise later, after the work whose result is to be written.

    Raises
    ------
    OSError
        The folder does not exist or cannot be written to, or the path is a folder's; the message names it.
    """
    asked = Path(os.fspath(path))
    target = Path(os.path.realpath(asked))
    old_mode = _mode_of_old(asked, target)
    if old_mode is None or stat.S_ISREG(old_mode):
        temporary, descriptor = _create(target.parent, asked)  # only trying tells: permissions do not say all
        os.unlink(temporary)
        os.close(descriptor)


def _mode_of_old(asked: Path, target: Path) -> int | None:
    """The mode of what is there; None where nothing is."""
    try:
        mode = os.stat(target).st_mode
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, "a folder has this name; give a file name", str(asked))
    if stat.S_ISREG(mode) and not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, "the file is there and may not be written to", str(asked))
    return mode


@contextlib.contextmanager
def open_atomic(path: str | os.PathLike[str]) -> Iterator[Writer]:
    """Open `path` for writing; it takes the new content when the block ends, and stays as it was if the block raises.

    Parameters
    ----------
    path : str or path
        A symbolic link is followed. A device or pipe (such as ``/dev/stdout``) is written to directly.

    Yields
    ------
    Writer

    Raises
    ------
    OSError
        When the folder does not exist or cannot be written to, or the disk is full; the message names the path.
    """
    asked = Path(os.fspath(path))
    target = Path(os.path.realpath(asked))
    old_mode = _mode_of_old(asked, target)
    if old_mode is not None and not stat.S_ISREG(old_mode):
        with _open_device(asked) as writer:
            yield writer
        return
    _sweep(target.parent)
    temporary, descriptor = _create(target.parent, asked)
    try:
        try:
            yield Writer(descriptor, asked)
            if old_mode is not None:
                os.fchmod(descriptor, stat.S_IMODE(old_mode))
            try:
                os.fsync(descriptor)
                os.replace(temporary, target)
            except OSError as error:
                raise _with_path(error, asked, "the file could not be finished, an old one is unchanged") from error
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise
    finally:
        os.close(descriptor)
    sync_folder(target.parent)


@contextlib.contextmanager
def _open_device(path: Path) -> Iterator[Writer]:
    descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        yield Writer(descriptor, path)
    finally:
        os.close(descriptor)


def _create(folder: Path, asked: Path) -> tuple[Path, int]:
    """Make a temporary file and lock it; its name is short whatever the target's is."""
    while True:
        temporary = folder / f".fastw2v-{secrets.token_hex(8)}.tmp"
        try:
            descriptor = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
        except FileExistsError:
            continue
        except OSError as error:
            raise _with_path(error, asked, f"no file can be made in {folder}") from error
        taken_by_sweep = False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            # Any other error: a file system without locks, where nobody can take the file for stale either.
            taken_by_sweep = error.errno == errno.EWOULDBLOCK
        if not taken_by_sweep and os.fstat(descriptor).st_nlink:
            return temporary, descriptor
        os.close(descriptor)  # somebody's sweep came between making the file and locking it


def _sweep(folder: Path) -> None:
    """Remove the temporary files whose writers are dead: those that nobody holds locked."""
    try:
        names = [name for name in os.listdir(folder) if _TEMPORARY.fullmatch(name)]
    except OSError:
        return  # what is wrong with the folder is said by the call that makes the file
    for name in names:
        try:
            descriptor = os.open(folder / name, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
        except OSError:
            continue  # gone meanwhile, or not ours to touch
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.unlink(folder / name)
        except OSError:
            pass  # locked: a living writer's
        finally:
            os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """Bring the new name to the disk; file systems that cannot do so for folders say EINVAL or the like."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return  # a folder that may be written to but not read; the file itself is complete
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EBADF):
            raise _with_path(
                error, folder, "the file is written, but its name could not be brought to the disk"
            ) from error
    finally:
        os.close(descriptor)


def _with_path(error: OSError, path: Path, what: str) -> OSError:
    """Say what failed, and which file; the class follows from the number, so PermissionError stays one."""
    return OSError(error.errno, f"{what}: {os.strerror(error.errno or 0)}", str(path))
