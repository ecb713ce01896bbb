"""All-or-nothing folders: the name holds nothing, the complete old folder or the complete new one.

The files go to a temporary folder beside the target (temporary.py), which is renamed to the target in one step.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from fastw2v.paths import MAKE_IT, describe_missing_folder, resolved
from fastw2v.writing.atomic import sync_folder
from fastw2v.writing.temporary import create, sweep, temporary_name


@contextlib.contextmanager
def new_folder(path: str | os.PathLike[str], *, overwrite: bool = False) -> Iterator[Path]:
    """Yield an empty folder to write files to; it is renamed to `path` when the block ends.

    Parameters
    ----------
    path : str or path
        An existing empty folder is replaced. One that is not empty is an error, unless:
    overwrite : bool, default False
        Replace a folder that holds nothing but files of the names written now. For a moment, between two renames,
        nothing has the name.

    Yields
    ------
    Path
        The temporary folder, which is removed if the block raises.

    Raises
    ------
    OSError
        The message names the path, where everything is unchanged. With `overwrite`, a `FileExistsError` names what the
        folder holds besides, which would be lost. The current folder is refused: its shell would be left in a folder
        that is gone.
    """
    target = resolved(path)
    if target.exists() and not target.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, "this is a file; give the name of a folder", str(path))
    if problem := describe_missing_folder(target.parent, MAKE_IT):
        raise FileNotFoundError(errno.ENOENT, problem, str(path))
    if target.exists() and target.samefile(os.curdir):  # which may have been deleted
        raise OSError(
            errno.EBUSY,
            "this is the current folder, which would be replaced; give the name of a folder in it",
            str(path),
        )
    if not overwrite and target.is_dir() and any(target.iterdir()):
        raise FileExistsError(
            errno.EEXIST, "the folder exists and is not empty; give another name, or pass overwrite=True", str(path)
        )
    sweep(target.parent)
    try:
        temporary, descriptor = create(target.parent, folder=True)
    except OSError as error:
        what = f"cannot create a folder in {target.parent}: {os.strerror(error.errno or 0)}"
        raise OSError(error.errno, what, str(path)) from error
    try:
        yield temporary
        sync_folder(temporary)
        if overwrite:
            _refuse_to_lose(target, temporary, path)
        _take_name(temporary, target, overwrite)
    except OSError as error:
        shutil.rmtree(temporary, ignore_errors=True)
        if isinstance(error.filename, str) and Path(error.filename).parent == temporary:  # the name that was asked for
            error.filename = os.path.join(path, Path(error.filename).name)
        raise
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    finally:
        os.close(descriptor)
    sync_folder(target.parent)


def _refuse_to_lose(target: Path, temporary: Path, path: str | os.PathLike[str]) -> None:
    """Raise `FileExistsError` if `target` holds anything that the files in `temporary` do not replace."""
    if not target.is_dir():
        return
    written = {entry.name for entry in temporary.iterdir()}
    lost = sorted(entry.name for entry in target.iterdir() if entry.name not in written or entry.is_dir())
    if lost:
        others = f" and {len(lost) - 3} more" if len(lost) > 3 else ""
        raise FileExistsError(
            errno.EEXIST,
            f"the folder also holds {', '.join(map(repr, lost[:3]))}{others}, which would be deleted; "
            "give another name, or move them away",
            str(path),
        )


def _take_name(temporary: Path, target: Path, overwrite: bool) -> None:
    written = {entry.name for entry in temporary.iterdir()}
    # rename() replaces an empty folder in one step, but no other.
    if not (overwrite and target.is_dir() and any(target.iterdir())):
        os.replace(temporary, target)
        return
    old = temporary_name(target.parent, folder=True)
    os.rename(target, old)
    try:
        os.replace(temporary, target)
    except OSError:
        os.rename(old, target)
        raise
    for entry in list(old.iterdir()):
        if entry.name in written:
            entry.unlink()
        else:  # somebody put it there meanwhile
            entry.rename(target / entry.name)
    old.rmdir()
