"""All-or-nothing folders: the name holds nothing, the old folder or the new one, whole.

The files go to a temporary folder beside the target, which takes the name by one rename. Like a temporary file
(atomic.py) it is locked by its writer, so that what dead writers left can be told and is swept away.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from fastw2v.formats.atomic import sync_folder

_TEMPORARY = re.compile(r"\.fastw2v-[0-9a-f]{16}\.folder")


@contextlib.contextmanager
def new_folder(path: str | os.PathLike[str], *, overwrite: bool = False) -> Iterator[Path]:
    """Give an empty folder to write files to; it takes the name `path` when the block ends.

    Parameters
    ----------
    path : str or path
        An empty folder of this name is replaced. One with something in it is an error, unless:
    overwrite : bool, default False
        Replace a folder, and delete what is in it. For a moment, between two renames, the name then holds nothing.

    Yields
    ------
    Path
        Of the temporary folder. Nothing is left of it if the block raises.

    Raises
    ------
    OSError
        With the path; what was there before is unchanged then.
    """
    target = Path(os.path.realpath(os.fspath(path)))
    if target.exists() and not target.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, "a file has this name; give the name of a folder", str(path))
    if not overwrite and target.is_dir() and any(target.iterdir()):
        raise FileExistsError(
            errno.EEXIST, "the folder is there and not empty; give another name, or say overwrite", str(path)
        )
    _sweep(target.parent)
    temporary, descriptor = _create(target.parent)
    try:
        yield temporary
        sync_folder(temporary)
        _take_name(temporary, target, overwrite)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    finally:
        os.close(descriptor)
    sync_folder(target.parent)


def _take_name(temporary: Path, target: Path, overwrite: bool) -> None:
    # rename() takes the place of an empty folder in one step, and of no other.
    if not (overwrite and target.is_dir() and any(target.iterdir())):
        os.replace(temporary, target)
        return
    old = _temporary_name(target.parent)
    os.rename(target, old)
    try:
        os.replace(temporary, target)
    except OSError:
        os.rename(old, target)
        raise
    shutil.rmtree(old)


def _temporary_name(parent: Path) -> Path:
    return parent / f".fastw2v-{secrets.token_hex(8)}.folder"


def _create(parent: Path) -> tuple[Path, int]:
    while True:
        temporary = _temporary_name(parent)
        temporary.mkdir()
        descriptor = os.open(temporary, os.O_RDONLY | os.O_CLOEXEC)
        with contextlib.suppress(OSError):  # a file system without locks, where nobody can take it for stale either
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if temporary.exists():
            return temporary, descriptor
        os.close(descriptor)  # somebody's sweep came between making the folder and locking it


def _sweep(parent: Path) -> None:
    """Remove the temporary folders whose writers are dead: those that nobody holds locked."""
    try:
        names = [name for name in os.listdir(parent) if _TEMPORARY.fullmatch(name)]
    except OSError:
        return  # what is wrong with the folder is said by the call that makes ours
    for name in names:
        try:
            descriptor = os.open(parent / name, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_DIRECTORY)
        except OSError:
            continue  # gone meanwhile, or not ours to touch
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(parent / name, ignore_errors=True)
        except OSError:
            pass  # locked: a living writer's
        finally:
            os.close(descriptor)
