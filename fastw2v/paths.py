"""What is said of a path that leads nowhere: what was looked for, where, and what is there instead."""

from __future__ import annotations

import difflib
import errno
import glob
import os
from collections.abc import Callable
from pathlib import Path

_FEW = 3  # names that a message shows
_LIKE = 0.7  # how alike names must be, from 0 to 1
MAKE_IT = ": make it first, or name another"
_GONE = "the current folder has been deleted; change to another, or give whole paths"


def searched() -> str:
    """Say from where relative paths are looked for, at the end of a message.

    Examples
    --------
    >>> searched() == f" (searched from {os.getcwd()})"
    True
    """
    return f" ({_GONE})" if _is_gone() else f" (searched from {os.getcwd()})"


def _is_gone() -> bool:
    try:
        os.getcwd()
    except FileNotFoundError:
        return True
    return False


def resolved(path: str | os.PathLike[str]) -> Path:
    """Return the absolute path of a file that is to be written, links followed.

    Raises
    ------
    FileNotFoundError
        It is relative to a current folder that has been deleted.
    """
    try:
        return Path(os.path.realpath(path))
    except FileNotFoundError:
        raise FileNotFoundError(errno.ENOENT, _GONE, os.fspath(path)) from None


def status(path: Path) -> os.stat_result:
    """Return the status of a file that is to be read.

    Raises
    ------
    FileNotFoundError
        It says what was looked for and where, and what of a similar name is there.
    OSError
        The file cannot be reached.
    """
    try:
        return os.stat(path)
    except FileNotFoundError:
        raise FileNotFoundError(errno.ENOENT, describe_missing(path), str(path)) from None
    except NotADirectoryError:
        raise NotADirectoryError(errno.ENOTDIR, describe_missing(path), str(path)) from None


def describe_missing(path: Path) -> str:
    """Say that there is no file of this name, and what is there instead."""
    name = str(path)
    if path.is_symlink():
        return f"a symbolic link to {os.readlink(path)!r}, which does not exist"
    if "$" in name and (expanded := os.path.expandvars(name)) != name:
        return f"there is no file of this name; '$' is not expanded: give {expanded!r}"
    if problem := describe_missing_folder(path.parent):
        return problem
    if not path.is_absolute() and _is_gone():
        return _GONE
    if glob.has_magic(name) and (found := sorted(glob.glob(name))):
        return f"a pattern, where one file is expected; it matches {_listed(found)}"
    missing, near = f"there is no file of this name in {os.path.abspath(path.parent)}", near_names(path)
    if near is None:
        return missing
    return f"{missing}, which holds {near}" if near else f"{missing}, nor one of a similar name"


def describe_missing_folder(folder: Path, remedy: str = "") -> str:
    """Say that a folder is missing, or is a file; "" if it is there. A remedy is added where there is no other."""
    if os.path.isdir(folder):
        return ""
    if not folder.is_absolute() and _is_gone():
        return _GONE
    missing = folder
    while not os.path.lexists(missing.parent):
        missing = missing.parent
    name = str(missing)
    if os.path.lexists(missing):
        what = "a file, not a folder" if os.path.exists(missing) else "a link to nothing"
        return f"{name!r} is {what}{remedy}"
    if name.startswith("~"):
        return f"there is no folder {name!r}, as '~' is not expanded: give {os.path.expanduser(name)!r}"
    return f"there is no folder {name!r}{'' if folder.is_absolute() else f' in {os.getcwd()}'}{remedy}"


def describe_folder(folder: Path, is_likely: Callable[[str], object] | None = None) -> str:
    """Say that a path is a folder, and what it holds: the likely names, if there are any."""
    inside = sorted(os.listdir(folder))
    likely = list(filter(is_likely, inside)) or inside
    return f"this is a folder ({f'it holds {_listed(likely)}' if inside else 'empty'})"


def near_names(path: Path) -> str | None:
    """Return the names in the folder of a missing file that are close to its own, "" if none is; None: no folder."""
    try:
        return _listed(_near(path.name, sorted(os.listdir(path.parent))))
    except (OSError, ValueError):  # no folder, or no name
        return None


def _near(name: str, inside: list[str]) -> list[str]:
    """Return the names in a folder that are close to a name: other case, other suffix, a slip of the keys."""
    wanted = name.strip(" \t\n'\"").lower()
    lowered: dict[str, str] = {}
    for each in inside:
        lowered.setdefault(each.lower(), each)
    if wanted in lowered:
        return [lowered[wanted]]
    stem = _stem(wanted)
    same = [each for low, each in lowered.items() if _stem(low) == stem]
    close = difflib.get_close_matches(wanted, lowered, n=_FEW, cutoff=_LIKE)
    return list(dict.fromkeys(same + [lowered[each] for each in close]))


def _stem(name: str) -> str:
    return name.lstrip(".").partition(".")[0]


def _listed(names: list[str]) -> str:
    return ", ".join(map(repr, names[:_FEW])) + (" ..." if len(names) > _FEW else "")
