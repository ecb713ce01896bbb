"""Files of text: finding them, cutting plain ones into ranges for threads, and opening them."""

from __future__ import annotations

import errno
import glob
import io
import os
import re
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import IO, Any

from fastw2v.corpus.compressed import COMPRESSED, ReadInto, decompressed, open_compressed, open_noted
from fastw2v.corpus.faults import describe_no_file, what_begins_so
from fastw2v.errors import CorpusChangedError, CorpusError, CorpusNotFoundError, warn_user

STDIN = Path("-")
START_BYTES = 1 << 16  # bytes of a file in which its first lines must end to be recognized
# Assumed bytes of text in one byte of a compressed file, for dealing files out to threads.
EXPANSION = 4

_LEAST_BYTES = 16  # of a file that reveal its format
_SPACE = re.compile(rb"[ \t\n\v\f\r]")


@dataclass(frozen=True)
class TextFile:
    """A file and its state when it was found; the state must be the same after reading."""

    path: Path
    state: tuple[int, ...] | None  # device, inode, size, mtime_ns; None for pipes and standard input

    @property
    def size(self) -> int:
        """Bytes on disk; 0 for pipes."""
        return self.state[2] if self.state else 0

    @property
    def is_stdin(self) -> bool:
        """Whether it is standard input."""
        return self.path == STDIN and self.state is None

    @property
    def name(self) -> str:
        """Its name in messages."""
        return "standard input" if self.is_stdin else str(self.path)

    @cached_property
    def is_plain(self) -> bool:
        """Whether the file holds the text uncompressed and has a size, so that ranges of it can be read."""
        # Files in /proc report a size of 0: they are read as streams, like pipes.
        return self.size > 0 and not self.is_compressed

    @cached_property
    def is_compressed(self) -> bool:
        """Whether its suffix is that of a compressed file."""
        return self.path.suffix.lower() in COMPRESSED

    @property
    def weight(self) -> int:
        """The approximate number of bytes of text in it."""
        return self.size if self.is_plain else EXPANSION * self.size

    def check_unchanged(self, file: IO[bytes] | None = None) -> None:
        """Raise `CorpusChangedError` if the file has changed since it was found."""
        if self.state is None:
            return
        try:
            now = _state(os.fstat(file.fileno()) if file else self.path.stat())
        except FileNotFoundError:
            raise CorpusChangedError(f"{self.path} was removed while it was read; read a copy") from None
        if now != self.state:
            what = f"it had {self.size:,} bytes, now {now[2]:,}" if now[2] != self.size else "it was written to"
            raise CorpusChangedError(f"{self.path} changed while it was read ({what}); read a copy, or wait and repeat")


def find(path: str | os.PathLike[str]) -> list[TextFile]:
    """Find the file of a path, or the files in a folder (sorted, without hidden ones) or of a pattern.

    Parameters
    ----------
    path : str or path
        A file, a folder, a glob pattern, or ``-`` for standard input.

    Raises
    ------
    CorpusNotFoundError
        There is no such file.
    """
    name, may_be_text = os.fspath(path), isinstance(path, str)
    if name == "-":
        return [TextFile(STDIN, None)]
    path = Path(os.path.expanduser(name))
    if not name:  # Path("") would be the current folder
        raise CorpusNotFoundError(describe_no_file(name, is_folder=False, may_be_text=may_be_text))
    try:
        state = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        state = None
    except (OSError, ValueError) as error:  # too long for a name, or a NUL in it: probably the text itself
        is_text = isinstance(error, ValueError) or (error.errno == errno.ENAMETOOLONG and may_be_text)
        if isinstance(error, PermissionError) or not (is_text or glob.has_magic(name)):
            raise
        state = None
    if state is not None and not stat.S_ISDIR(state.st_mode):
        return [TextFile(path, _state(state) if stat.S_ISREG(state.st_mode) else None)]
    paths = _in_folder(path) if state is not None else _matching(name)
    if not paths:
        raise CorpusNotFoundError(describe_no_file(name, is_folder=state is not None, may_be_text=may_be_text))
    return [TextFile(found, _state(found.stat())) for found in paths]


def doubt_repeated(files: list[TextFile]) -> None:
    """Warn if a file is among them twice, by whatever name."""
    first: dict[tuple[int, ...], TextFile] = {}
    for file in files:
        if file.state is not None and (earlier := first.setdefault(file.state[:2], file)) is not file:
            also = "" if earlier.name == file.name else f" (also as {earlier.name})"
            warn_user(f"{file.name} is given more than once{also}, and is read each time: its words count as often")
            return


def bytes_on_disk(files: list[TextFile]) -> int | None:
    """Return how many bytes the files have, compressed ones as they are; None if nobody knows, as for pipes."""
    return None if any(file.state is None for file in files) else sum(file.size for file in files)


def _state(found: os.stat_result) -> tuple[int, ...]:
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def _in_folder(folder: Path) -> list[Path]:
    paths = []
    seen = {_identity(folder)}  # links may lead in a circle, or to a folder that is read anyway
    for parent, folders, names in os.walk(folder, onerror=_raise, followlinks=True):
        inner = {_identity(Path(parent, name)): name for name in sorted(folders, reverse=True) if name[0] != "."}
        folders[:] = sorted(name for identity, name in inner.items() if identity not in seen)
        seen.update(inner)
        paths += [Path(parent, name) for name in names if not name.startswith(".")]
    return sorted(_that_exist(paths))


def _identity(folder: Path) -> tuple[int, int]:
    found = folder.stat()
    return found.st_dev, found.st_ino


def _that_exist(paths: list[Path]) -> list[Path]:
    """Leave out pipes and devices, and links to nothing with a warning."""
    files = [path for path in paths if path.is_file()]
    if len(files) < len(paths) and (lost := [path for path in paths if path.is_symlink() and not path.exists()]):
        warn_user(f"{lost[0]} is a link to a file that does not exist; left out, with {len(lost) - 1:,} others like it")
    return files


def _raise(error: OSError) -> None:
    raise error


def _matching(pattern: str) -> list[Path]:
    if not glob.has_magic(pattern) or "\0" in pattern:
        return []
    matches = glob.glob(os.path.expanduser(pattern), recursive=True)
    found = [path for path in map(Path, matches) if not path.is_dir()]
    inner = [path for match in matches if os.path.isdir(match) for path in _in_folder(Path(match))]
    return sorted({*_that_exist(found), *inner})


# ---- ranges of plain files ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Piece:
    """Bytes [begin, end) of a plain file, or the whole of another; all pieces in order make up the files exactly."""

    file: TextFile
    begin: int = 0
    end: int | None = None  # None: read to the end as a stream
    number: int = 0  # among all pieces of the corpus, where ranks read them

    @property
    def ends_file(self) -> bool:
        """Whether the file, and so its last line, ends with this piece."""
        return self.end is None or self.end == self.file.size

    @property
    def size(self) -> int:
        """Its bytes, as stored."""
        return (self.file.size if self.end is None else self.end) - self.begin


def deal_out(files: list[TextFile], n_groups: int, smallest: int) -> list[list[Piece]]:
    """Cut the files, taken in order, into up to `n_groups` groups of pieces that weigh about the same.

    Plain files are cut after white space, so that no word is split. No group is planned lighter than `smallest` bytes.
    """
    total = sum(file.weight for file in files)
    n_groups = max(1, min(n_groups, total // max(1, smallest)))
    groups: list[list[Piece]] = [[] for _ in range(n_groups)]
    before = 0  # weight of the files so far
    for file in files:
        first, last = (
            min(weight * n_groups // max(1, total), n_groups - 1) for weight in (before, before + file.weight)
        )
        if not file.is_plain:
            groups[first].append(Piece(file))
        else:
            cuts = [total * group // n_groups - before for group in range(first + 1, last + 1)]
            bounds = [0, *after_space(file, cuts), file.size]
            for group, (begin, end) in enumerate(pairwise(bounds), first):
                if begin < end:
                    groups[group].append(Piece(file, begin, end))
        before += file.weight
    return [group for group in groups if group]


def after_space(file: TextFile, offsets: list[int]) -> list[int]:
    """Return for each offset in the file the next one that is preceded by white space; read no byte twice."""
    found: list[int] = []
    if not offsets:
        return found
    with open(file.path, "rb", buffering=0) as raw:
        for offset in offsets:
            at = max(offset - 1, found[-1] - 1 if found else 0, 0)
            raw.seek(at)
            while True:
                block = raw.read(1 << 16)
                match = _SPACE.search(block)
                if match or not block:
                    break
                at += len(block)
            found.append(min(at + match.end() if match else file.size, file.size))
    return found


# ---- reading --------------------------------------------------------------------------------------------------------


@contextmanager
def open_piece(piece: Piece, note: Callable[[int], None] | None = None) -> Iterator[ReadInto]:
    """Open the piece and yield ``readinto(buffer) -> number of bytes``, 0 at its end; then check the file.

    Of a compressed file, `note` is told of the compressed bytes, in whatever thread reads them.
    """
    file = piece.file
    if file.is_stdin:
        yield _stdin().readinto  # type: ignore[attr-defined]
    elif piece.end is not None:
        with open(file.path, "rb", buffering=0) as raw:
            file.check_unchanged(raw)
            raw.seek(piece.begin)
            yield _range_reader(file, raw, piece.end - piece.begin)
            file.check_unchanged(raw)
        file.check_unchanged()
    elif file.is_compressed:
        with _blaming_changes(file), decompressed(file.path, note) as readinto:
            yield readinto
        file.check_unchanged()
    else:
        with open(file.path, "rb") as buffered:
            _check_pipe(file, buffered)
            yield buffered.readinto
        file.check_unchanged()


@contextmanager
def open_text(file: TextFile, note: Callable[[int], None] | None = None) -> Iterator[IO[bytes]]:
    """Open the whole file, decompressed, for reading line by line; then check it.

    `note` is told of the bytes that are read from the disk.
    """
    if file.is_stdin:
        yield _stdin()
        return
    opener = open_compressed if file.is_compressed else open_noted
    with _blaming_changes(file), opener(file.path, note) as stream:
        _check_pipe(file, stream)
        yield stream
    file.check_unchanged()


@contextmanager
def open_lines(piece: Piece, note: Callable[[int], None] | None = None) -> Iterator[IO[bytes]]:
    """Do the same as `open_text` for a piece of a file; one that has an end is read into memory first."""
    if piece.end is None:
        with open_text(piece.file, note) as stream:
            yield stream
        return
    data = bytearray(piece.end - piece.begin)
    with open_piece(piece) as readinto:
        done = 0
        while done < len(data) and (read := readinto(memoryview(data)[done:])):
            done += read
    if note is not None:
        note(len(data))
    yield io.BytesIO(data)


@contextmanager
def _blaming_changes(file: TextFile) -> Iterator[None]:
    """If data is damaged and the file has changed, report the change instead, which explains the damage."""
    try:
        yield
    except CorpusError:
        file.check_unchanged()
        raise


def _check_pipe(file: TextFile, stream: IO[bytes]) -> None:
    """Raise if a pipe brings no text. Of other files this was found before they were opened to be read."""
    is_pipe = file.state is None and not file.is_compressed and isinstance(stream, io.BufferedReader)
    start = stream.peek(1)[:_LEAST_BYTES] if is_pipe else b""  # type: ignore[attr-defined]
    if what := what_begins_so(start, is_open=True):
        raise CorpusError(f"{file.name}: it looks like {what}")


def start_of_stdin() -> bytes:
    """Return what standard input begins with, before any of it is read: complete lines, or a part of the first."""
    stream = _stdin()
    start = stream.peek(START_BYTES)[:START_BYTES] if isinstance(stream, io.BufferedReader) else b""
    return start[: start.rfind(b"\n") + 1] or start


def first_bytes(file: TextFile, n: int = _LEAST_BYTES) -> bytes:
    """Return the first bytes of a regular file, which may reveal its format; none of one that is unpacked."""
    if file.state is None or file.is_compressed:
        return b""
    with suppress(OSError), open(file.path, "rb", buffering=0) as raw:
        return raw.read(n)
    return b""


def _stdin() -> IO[bytes]:
    if sys.stdin is None:
        raise CorpusError("'-' means standard input, but this process has none; pass a file")
    check_readable(sys.stdin)
    return sys.stdin.buffer


def check_readable(stdin: Any) -> None:
    """Raise if standard input is open, but not for reading, as after ``0>file`` in a shell.

    Raises
    ------
    OSError
        The message says how text gets there.
    """
    try:
        os.read(stdin.fileno(), 0)
    except (AttributeError, ValueError):  # no file of the system, such as a test's
        return
    except OSError as error:
        if error.errno != errno.EBADF:
            raise
        said = "it is open for writing only, so nothing can be read: pipe the text in, or redirect it with <"
        raise OSError(errno.EBADF, said, "standard input") from None


def _range_reader(file: TextFile, raw: IO[bytes], left: int) -> ReadInto:
    def readinto(buffer: memoryview) -> int:
        nonlocal left
        if not left:
            return 0
        n = raw.readinto(buffer[: min(left, len(buffer))])  # type: ignore[attr-defined]
        if not n:
            raise CorpusChangedError(
                f"{file.path} was truncated while it was read ({left:,} of its {file.size:,} bytes are missing); "
                f"read a copy, or wait and repeat"
            )
        left -= n
        return n

    return readinto


# ---- open files -----------------------------------------------------------------------------------------------------
