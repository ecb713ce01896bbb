"""Files of text: finding them, opening compressed ones, cutting plain ones into ranges for threads."""

from __future__ import annotations

import glob
import os
import re
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import IO

from fastw2v.corpus.compressed import COMPRESSED, ReadInto, decompressed, open_compressed
from fastw2v.corpus.tokenizers import shorten
from fastw2v.errors import CorpusChangedError, CorpusError

STDIN = Path("-")
# How many bytes of text one byte of a compressed file is taken for when files are dealt out to threads.
EXPANSION = 4

_SPACE = re.compile(rb"[ \t\n\v\f\r]")
_FIRST_BYTES = (
    (b"\x1f\x8b", "gzip data; name the file .gz"),
    (b"BZh", "bzip2 data; name the file .bz2"),
    (b"\xfd7zXZ\x00", "xz data; name the file .xz"),
    (b"\x28\xb5\x2f\xfd", "Zstandard data; name the file .zst"),
    (b"PK\x03\x04", "a zip archive; unpack it first"),
    (b"\xff\xfe", "UTF-16 text; convert it first: iconv -f UTF-16 -t UTF-8"),
    (b"\xfe\xff", "UTF-16 text; convert it first: iconv -f UTF-16 -t UTF-8"),
    (b"%PDF", "a PDF file; extract its text first"),
)


@dataclass(frozen=True)
class TextFile:
    """A file as it was found: what it was when it was first looked at must still be so when it has been read."""

    path: Path
    state: tuple[int, ...] | None  # device, inode, size, mtime_ns; None for pipes and standard input

    @property
    def size(self) -> int:
        """Bytes on the disk; 0 for pipes."""
        return self.state[2] if self.state else 0

    @property
    def name(self) -> str:
        """What it is called in messages."""
        return "standard input" if self.path == STDIN and self.state is None else str(self.path)

    @property
    def is_plain(self) -> bool:
        """Whether the bytes of the text lie in the file as they are, so that ranges of it can be read."""
        # Files of /proc say that their size is 0: they are read as streams, like pipes.
        return self.size > 0 and not self.is_compressed

    @property
    def is_compressed(self) -> bool:
        """Whether its name says that it is compressed."""
        return self.path.suffix.lower() in COMPRESSED

    @property
    def weight(self) -> int:
        """About how many bytes of text it holds."""
        return self.size if self.is_plain else EXPANSION * self.size

    def check_unchanged(self, file: IO[bytes] | None = None) -> None:
        """Raise `CorpusChangedError` if the file is not what it was."""
        if self.state is None:
            return
        try:
            now = _state(os.fstat(file.fileno()) if file else self.path.stat())
        except FileNotFoundError:
            raise CorpusChangedError(f"{self.path} was removed while it was read; read a copy") from None
        if now != self.state:
            what = f"had {self.size:,} bytes, now {now[2]:,}" if now[2] != self.size else "was written to"
            raise CorpusChangedError(f"{self.path} changed while it was read ({what}); read a copy, or wait and repeat")


def find(source: str | os.PathLike[str]) -> list[TextFile]:
    """The files that a path, a folder (all in it that are not hidden, sorted), a glob pattern or ``-`` stands for.

    Raises
    ------
    CorpusError
        There is no such file.
    """
    name = os.fspath(source)
    if name == "-":
        return [TextFile(STDIN, None)]
    path = Path(os.path.expanduser(name))
    if not name:  # Path("") would be the folder where we are
        raise CorpusError(_nothing_found(name, is_folder=False))
    try:
        state = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        state = None
    except (OSError, ValueError) as error:  # too long for a name, a NUL in it: no name but a text
        if isinstance(error, PermissionError):
            raise
        state = None
    if state is not None and not stat.S_ISDIR(state.st_mode):
        return [TextFile(path, _state(state) if stat.S_ISREG(state.st_mode) else None)]
    paths = _in_folder(path) if state is not None else _matching(name)
    if not paths:
        raise CorpusError(_nothing_found(name, is_folder=state is not None))
    return [TextFile(found, _state(found.stat())) for found in paths]


def _state(found: os.stat_result) -> tuple[int, ...]:
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def _in_folder(folder: Path) -> list[Path]:
    paths = []
    for parent, folders, names in os.walk(folder, onerror=_raise):
        folders[:] = [name for name in folders if not name.startswith(".")]
        paths += [Path(parent, name) for name in names if not name.startswith(".")]
    return sorted(path for path in paths if path.is_file())


def _raise(error: OSError) -> None:
    raise error


def _matching(pattern: str) -> list[Path]:
    if not glob.has_magic(pattern) or "\0" in pattern:
        return []
    matches = glob.glob(os.path.expanduser(pattern), recursive=True)
    return sorted(path for path in map(Path, matches) if path.is_file())


def _nothing_found(name: str, *, is_folder: bool) -> str:
    if is_folder:
        return f"the folder {name!r} holds no files that are not hidden"
    if glob.has_magic(name) and not any(char.isspace() for char in name):
        return f"no file matches the pattern {name!r} (looked from {os.getcwd()})"
    return (
        f"there is no file {shorten(name, 100)} (looked from {os.getcwd()}). A str is the path of a file; "
        f"to train on the text itself pass a list of documents: [text], or text.splitlines()"
    )


# ---- ranges of plain files ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Piece:
    """Bytes [begin, end) of a plain file, or a whole other file; pieces in a row give the files, byte for byte."""

    file: TextFile
    begin: int = 0
    end: int | None = None  # None: read to the end as a stream

    @property
    def ends_file(self) -> bool:
        """Whether the file ends with this piece, and with it its last line."""
        return self.end is None or self.end == self.file.size


def deal_out(files: list[TextFile], n_groups: int, smallest: int) -> list[list[Piece]]:
    """Cut the files, taken as one row, into up to `n_groups` groups of pieces that weigh about the same.

    Plain files are cut after white space, so that no word is torn. Groups are not made lighter than `smallest` bytes.
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
            bounds = [0, *_after_space(file, cuts), file.size]
            for group, (begin, end) in enumerate(pairwise(bounds), first):
                if begin < end:
                    groups[group].append(Piece(file, begin, end))
        before += file.weight
    return [group for group in groups if group]


def _after_space(file: TextFile, places: list[int]) -> list[int]:
    """For each place in the file the next one that is preceded by white space; reads no byte twice."""
    found: list[int] = []
    if not places:
        return found
    with open(file.path, "rb", buffering=0) as raw:
        for place in places:
            at = max(place - 1, found[-1] - 1 if found else 0, 0)
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
def open_piece(piece: Piece) -> Iterator[ReadInto]:
    """Opens the piece and hands out ``readinto(buffer) -> number of bytes``, 0 at its end; then checks the file."""
    file = piece.file
    if file.path == STDIN and file.state is None:
        yield _stdin().readinto  # type: ignore[attr-defined]
    elif piece.end is not None:
        with open(file.path, "rb", buffering=0) as raw:
            file.check_unchanged(raw)
            raw.seek(piece.begin)
            yield _range_reader(file, raw, piece.end - piece.begin)
            file.check_unchanged(raw)
        file.check_unchanged()
    elif file.is_compressed:
        with _blaming_changes(file), decompressed(file.path) as readinto:
            yield readinto
        file.check_unchanged()
    else:
        with open(file.path, "rb", buffering=0) as raw:
            yield raw.readinto
        file.check_unchanged()


@contextmanager
def open_text(file: TextFile) -> Iterator[IO[bytes]]:
    """Opens the whole file, decompressed, for reading line by line; then checks it."""
    if file.path == STDIN and file.state is None:
        yield _stdin()
        return
    with _blaming_changes(file), open_compressed(file.path) if file.is_compressed else open(file.path, "rb") as stream:
        yield stream
    file.check_unchanged()


@contextmanager
def _blaming_changes(file: TextFile) -> Iterator[None]:
    """Where the data is found to be damaged: says so if the file changed, which explains it."""
    try:
        yield
    except CorpusError:
        file.check_unchanged()
        raise


def what_it_may_be(first_bytes: bytes) -> str:
    """Half a sentence on a file that is no text, by its first bytes; or the empty string."""
    return next((f"; it looks like {what}" for magic, what in _FIRST_BYTES if first_bytes.startswith(magic)), "")


def first_bytes(file: TextFile) -> bytes:
    """The first bytes of a regular file as it lies on the disk, for `what_it_may_be`."""
    if file.state is None:
        return b""
    with suppress(OSError), open(file.path, "rb") as raw:
        return raw.read(8)
    return b""


def _stdin() -> IO[bytes]:
    if sys.stdin is None:
        raise CorpusError("'-' stands for standard input, but this process has none; pass a file")
    return sys.stdin.buffer


def _range_reader(file: TextFile, raw: IO[bytes], left: int) -> ReadInto:
    def readinto(buffer: memoryview) -> int:
        nonlocal left
        if not left:
            return 0
        n = raw.readinto(buffer[: min(left, len(buffer))])  # type: ignore[attr-defined]
        if not n:
            raise CorpusChangedError(
                f"{file.path} was cut short while it was read ({left:,} of its {file.size:,} bytes are missing); "
                f"read a copy, or wait and repeat"
            )
        left -= n
        return n

    return readinto
