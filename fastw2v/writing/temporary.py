"""Temporary files and folders that are locked by their writers, so that those of dead writers can be told and removed.

The writer holds a lock (flock) on its temporary file or folder. The system releases it when the process ends, however
it ends, so one that can be locked was left by a dead writer. This also holds between containers and hosts that share a
folder, where process ids mean nothing.
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
import secrets
import shutil
from pathlib import Path

_TEMPORARY = re.compile(r"\.fastw2v-[0-9a-f]{16}\.(tmp|folder)")


def temporary_name(parent: Path, *, folder: bool = False) -> Path:
    """Return a random name in `parent`; it is short, however long the name of the target is."""
    return parent / f".fastw2v-{secrets.token_hex(8)}.{'folder' if folder else 'tmp'}"


def create(parent: Path, *, folder: bool = False) -> tuple[Path, int]:
    """Make a temporary file or folder in `parent` and lock it.

    Returns
    -------
    path : Path
    descriptor : int
        Holds the lock until it is closed; that of a file is open for writing.

    Raises
    ------
    OSError
    """
    while True:
        path = temporary_name(parent, folder=folder)
        try:
            if folder:
                path.mkdir()
            descriptor = _open(path, folder, 0 if folder else os.O_CREAT | os.O_EXCL)
        except FileExistsError:
            continue
        except FileNotFoundError:
            if folder and parent.is_dir():
                continue  # swept between making it and opening it
            raise
        # Once the lock is held no sweep can take it; one that came before has locked it or removed it.
        if _lock(descriptor, if_unsupported=True) and os.path.lexists(path):
            return path, descriptor
        os.close(descriptor)


def sweep(parent: Path) -> None:
    """Remove the temporary files and folders whose writers are dead: those that nobody holds locked."""
    try:
        found = [match for match in map(_TEMPORARY.fullmatch, os.listdir(parent)) if match]
    except OSError:
        return  # the call that creates a file there reports what is wrong with the folder
    for match in found:
        path, folder = parent / match[0], match[1] == "folder"
        try:
            descriptor = _open(path, folder, os.O_NOFOLLOW)
        except OSError:
            continue  # gone meanwhile, or not ours to touch
        try:
            if _lock(descriptor, if_unsupported=False):
                if folder:
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    os.unlink(path)
        except OSError:
            pass  # another sweep was faster, or the folder may not be written to
        finally:
            os.close(descriptor)


def _open(path: Path, folder: bool, flags: int) -> int:
    access = os.O_RDONLY | os.O_DIRECTORY if folder else os.O_RDWR  # NFS locks only what is open for writing
    return os.open(path, access | flags | os.O_CLOEXEC, 0o666)


def _lock(descriptor: int, *, if_unsupported: bool) -> bool:
    """Try to lock; return whether that worked, or `if_unsupported` on a file system without locks."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return if_unsupported and error.errno != errno.EWOULDBLOCK
    return True
