"""Files that are named on a command line: texts that are read, and files that may be written without a loss."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Hashable, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

from fastw2v.cli.streams import say
from fastw2v.errors import ParameterError, warn_user
from fastw2v.paths import resolved

if TYPE_CHECKING:
    from fastw2v.formats.sniff import Format

_STDIN = ("-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0")


def paths_of(corpora: tuple[str, ...]) -> list[Path]:
    """Return the corpora named on the command line as paths.

    Raises
    ------
    ParameterError
        A name is empty, or standard input is named twice.
    """
    if not all(corpora):
        raise ParameterError("a CORPUS is named by an empty string: leave it out, or name a file")
    check_stdin_once(corpora)
    paths = [Path(name) for name in corpora]
    for path in paths if len(paths) > 1 else ():
        if path.is_file() and not path.stat().st_size:
            say(f"fastw2v: warning: {path} is empty, and adds no words")
    return paths


def check_stdin_once(names: tuple[str, ...]) -> None:
    """Raise if standard input is named twice; a file that it is redirected from can be opened again."""
    found = [name for name in names if name in _STDIN]
    if len(found) > 1 and ("-" in found or not Path(found[0]).is_file()):
        listed = " and ".join(dict.fromkeys(found))
        raise ParameterError(f"standard input ({listed}) is named twice, but can be read only once")


def corpus_of(paths: list[Path]) -> Path | list[Path]:
    """Return paths as a corpus: one is read as that file, several one after the other."""
    return paths[0] if len(paths) == 1 else paths


def check_output(path: Path, format: Format | None, with_context: bool) -> None:
    """Check before training that the result can be written.

    Raises
    ------
    FormatError
        The suffix names no format.
    ParameterError
        The format cannot hold context vectors.
    OSError
        The folder is missing or not writable, or this is one.
    """
    from fastw2v.formats.saving import format_to_write
    from fastw2v.writing.atomic import check_target

    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, "this is a folder; give the name of a file", str(path))
    chosen = format_to_write(path, format)
    if with_context and chosen != "native":
        raise ParameterError(f"--with-context: word2vec {chosen} files cannot hold context vectors; use .safetensors")
    check_target(path)


def doubt_room(path: Path, format: Format | None, words: Sequence[Hashable], size: int, matrices: int) -> None:
    """Warn before training if the disk has less room than the file of vectors takes at least.

    Parameters
    ----------
    path : Path
    format : {"native", "text", "binary"} or None
    words : sequence
    size : int
        The length of a vector.
    matrices : int
        How many vectors a word has in the file.
    """
    from fastw2v.formats.saving import format_to_write
    from fastw2v.writing.atomic import own_descriptor

    if own_descriptor(path) is not None or (path.exists() and not path.is_file()):
        return
    numbers = len(words) * size * matrices
    each = 2 if format_to_write(path, format) == "text" else 4  # a digit and a blank at least
    needed = numbers * each // (4 if path.suffix == ".gz" else 1) + sum(map(len, map(str, words)))
    folder = resolved(path).parent
    free = shutil.disk_usage(folder).free
    if free < needed:
        warn_user(
            f"{path}: the vectors take {needed:,} bytes at least, and its disk has {free:,} free: make room before the "
            "training ends"
        )


def check_nothing_is_lost(output: Path, corpora: list[Path], overwrite: bool) -> None:
    """Refuse an output that would replace a file of the corpus, or anything but word vectors.

    Raises
    ------
    ParameterError
        It is a file of the corpus.
    FormatError
        It exists, is no file of word vectors, and may not be overwritten.
    CorpusError
        There is no such corpus.
    """
    from fastw2v.formats.saving import check_replaceable

    check_not_of_corpus("output", output, corpora)
    if output.exists() and not overwrite:
        check_replaceable(output)


def check_not_of_corpus(option: str, path: Path, corpora: list[Path]) -> None:
    """Raise ParameterError if a file to be written exists and is one of the corpus.

    Parameters
    ----------
    option : str
        The name in Python of the option that names the file.
    path : Path
    corpora : list of Path
    """
    from fastw2v.corpus.files import find

    if not path.exists():
        return
    files = [file for corpus in corpora for file in find(corpus)]
    if any(file.state is not None and path.samefile(file.path) for file in files):
        raise ParameterError(f"`{option}` {path} is a file of the corpus, which it would replace: name another file")


def check_kept_apart(written: Mapping[str, Path | None], read: Mapping[str, Path | None]) -> None:
    """Refuse two names of one file, if a command writes both, or writes one and reads the other.

    Parameters
    ----------
    written, read : mapping of str to Path or None
        By the names in Python of the options that name them. Vectors may be replaced by those that were trained from
        them.

    Raises
    ------
    ParameterError
        The message names both options.
    """
    named = {name: path for name, path in written.items() if path is not None}
    pairs = list(combinations(named.items(), 2))
    pairs += [(new, (name, path)) for new in named.items() for name, path in read.items() if path is not None]
    for (name, path), (other, its) in pairs:
        if (name, other) != ("output", "initial_vectors") and _are_one_file(path, its):
            raise ParameterError(
                f"`{name}` {path} is the file of {other if other.isupper() else f'`{other}`'}, too, which it would "
                "replace: name another file"
            )


def _are_one_file(path: Path, other: Path) -> bool:
    from fastw2v.writing.atomic import own_descriptor

    if own_descriptor(path) is not None and own_descriptor(path) == own_descriptor(other):
        return True
    if path.exists() and other.exists():
        return path.is_file() and path.samefile(other)
    return resolved(path) == resolved(other)
