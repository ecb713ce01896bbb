"""All-or-nothing files: whatever happens during writing, the name holds the complete old content or the complete new.

The new content goes to a temporary file in the same folder (temporary.py), which is fsynced and then renamed over the
old file in one step; the folder is fsynced as well.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fastw2v.paths import MAKE_IT, describe_missing_folder, resolved
from fastw2v.writing.temporary import create, sweep

# The most that one write call carries, because signals are handled between calls.
_WRITE_BYTES = 8 << 20


class Writer:
    """A file to write buffers to; its errors name the path that the caller asked for.

    Parameters
    ----------
    descriptor : int
        Open for writing.
    path : Path
        The path that messages name.
    in_place : bool, default False
        It is a device or a pipe, where what was written before a fault stays.
    """

    def __init__(self, descriptor: int, path: Path, *, in_place: bool = False) -> None:
        self.descriptor = descriptor
        self.path = path
        self.left = "what was written so far is incomplete" if in_place else "an existing file is unchanged"

    def write(self, data: Any) -> int:
        """Write a whole buffer (bytes, memoryview, C-contiguous array) without copying it.

        Parameters
        ----------
        data : buffer

        Returns
        -------
        int
            Bytes written: always all.

        Raises
        ------
        OSError
            For example when the disk is full; the message names the path.
        """
        view = memoryview(data).cast("B") if memoryview(data).nbytes else memoryview(b"")
        done = 0
        while done < len(view):
            try:
                done += os.write(self.descriptor, view[done : done + _WRITE_BYTES])
            except OSError as error:
                raise _with_path(error, self.path, f"writing failed, {self.left}") from error
        return done

    def flush(self) -> None:
        """Do nothing, because nothing is buffered here; ``gzip`` calls it."""


def check_target(path: str | os.PathLike[str]) -> None:
    """Raise now what `open_atomic` would raise after the work whose result is to be written.

    Raises
    ------
    OSError
        The folder does not exist or cannot be written to, or the path is a folder; the message names it.
    """
    asked = Path(os.fspath(path))
    if (descriptor := own_descriptor(asked)) is not None:
        os.close(_duplicate(descriptor, asked))
        return
    target = resolved(asked)
    old_mode = _mode_of_old(asked, target)
    if old_mode is None or stat.S_ISREG(old_mode):
        temporary, descriptor = _create(target.parent, asked)  # permissions alone do not decide
        os.unlink(temporary)
        os.close(descriptor)
    elif stat.S_ISCHR(old_mode):
        os.close(os.open(asked, os.O_WRONLY | os.O_NOCTTY | os.O_CLOEXEC))


def _mode_of_old(asked: Path, target: Path) -> int | None:
    """Return the mode of an existing target, or None."""
    try:
        mode = os.stat(target).st_mode
    except FileNotFoundError:
        return None
    except NotADirectoryError as error:
        raise NotADirectoryError(error.errno, describe_missing_folder(asked.parent), str(asked)) from None
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, "this is a folder; give the name of a file", str(asked))
    if stat.S_ISREG(mode) and not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, "the existing file is not writable", str(asked))
    return mode


@contextlib.contextmanager
def open_atomic(path: str | os.PathLike[str]) -> Iterator[Writer]:
    """Open `path` for writing; it is replaced when the block ends, and unchanged if the block raises.

    Parameters
    ----------
    path : str or path
        Symbolic links are followed. A device, a pipe and ``/dev/stdout``, whatever it stands for, are written to
        directly.

    Yields
    ------
    Writer

    Raises
    ------
    OSError
        The folder does not exist or cannot be written to, or the disk is full; the message names the path.
    """
    asked = Path(os.fspath(path))
    target = resolved(asked)
    own = own_descriptor(asked)
    old_mode = None if own is not None else _mode_of_old(asked, target)
    if own is not None or (old_mode is not None and not stat.S_ISREG(old_mode)):
        with _open_device(asked, own) as writer:
            yield writer
        return
    sweep(target.parent)
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
                raise _with_path(
                    error, asked, "the file could not be finished, an existing file is unchanged"
                ) from error
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise
    finally:
        os.close(descriptor)
    sync_folder(target.parent)


def own_descriptor(path: Path) -> int | None:
    """Return the number of the open file of this process that a path such as ``/dev/stdout`` stands for."""
    known = {"/dev/stdout": 1, "/dev/stderr": 2}
    found = re.fullmatch(r"/(?:dev|proc/self)/fd/(\d{1,9})", str(path))
    return int(found[1]) if found else known.get(str(path))


def _duplicate(descriptor: int, path: Path) -> int:
    try:
        return os.dup(descriptor)
    except OSError as error:
        raise _with_path(error, path, "it is closed") from error


@contextlib.contextmanager
def _open_device(path: Path, own: int | None) -> Iterator[Writer]:
    descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC) if own is None else _duplicate(own, path)
    try:
        yield Writer(descriptor, path, in_place=True)
    finally:
        os.close(descriptor)


def _create(folder: Path, asked: Path) -> tuple[Path, int]:
    try:
        return create(folder)
    except OSError as error:
        if problem := describe_missing_folder(asked.parent, MAKE_IT):
            raise type(error)(error.errno, problem, str(asked)) from None
        raise _with_path(error, asked, f"cannot create a file in {folder}") from error


def sync_folder(folder: Path) -> None:
    """Fsync a folder, and with it new names in it; file systems that cannot do so answer EINVAL or the like."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return  # a folder that is writable but not readable; the file itself is complete
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EBADF):
            raise _with_path(error, folder, "the file is written, but its folder could not be fsynced") from error
    finally:
        os.close(descriptor)


def _with_path(error: OSError, path: Path, what: str) -> OSError:
    """Return the error with what failed and the path; its class follows from errno, so PermissionError stays one."""
    return OSError(error.errno, f"{what}: {os.strerror(error.errno or 0)}", str(path))
