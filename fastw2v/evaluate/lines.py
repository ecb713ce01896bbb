"""The lines of a benchmark file, or the refusal of a file that has none; lines in another form, counted."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import Literal

from fastw2v.errors import FormatError, ParameterError, warn_user
from fastw2v.first_bytes import describe, describe_answer
from fastw2v.parameters import encoding_name
from fastw2v.paths import describe_folder, status
from fastw2v.progress.figures import counted

BadLines = Literal["strict", "ignore"]

COMMENTS = ("#", "//")
_START = 4096  # bytes that show what a file is


def text_lines(path: str | os.PathLike[str], kind: str, encoding: str = "utf-8") -> list[tuple[int, str]]:
    """Return the number and content of each line that is neither blank nor a comment.

    Parameters
    ----------
    path : str or path
    kind : str
        What the file should hold, for messages.
    encoding : str, default "utf-8"

    Raises
    ------
    FormatError
        The file is a folder, packed, a page, or anything else that holds no lines of text.
    OSError
        There is no such file; the message says what is there.
    """
    path = Path(path)
    mode = status(path).st_mode
    if stat.S_ISDIR(mode):
        raise FormatError(f"{path}: {describe_folder(path)}: name one of its files")
    if not (stat.S_ISREG(mode) or stat.S_ISFIFO(mode)):
        raise FormatError(f"{path}: neither a file nor a pipe; write what it gives to a file first")
    raw = path.read_bytes()
    plain = encoding_name(encoding) in ("utf-8", "utf-8-sig", "ascii")
    if plain and (found := describe(raw[:_START], path.name)):
        raise FormatError(f"{path}: not a file of {kind} but {found}")
    try:
        text = raw.decode("utf-8-sig" if plain else encoding)
    except UnicodeDecodeError as error:
        raise FormatError(
            f"{path}, byte {error.start}: not valid {'UTF-8' if plain else encoding} ({error.reason}); convert it "
            "first, as in iconv -f LATIN1 -t UTF-8"
        ) from error
    lines = enumerate((line.strip(" ") for line in re.split("\r\n|\n|\r", text)), 1)
    kept = [(number, line) for number, line in lines if line.strip() and not line.startswith(COMMENTS)]
    if not kept:
        raise FormatError(f"{path}: the file has no {kind}")
    return kept


def check_bad_lines(errors: object) -> None:
    """Raise ParameterError unless it says what becomes of lines in another form."""
    if errors not in ("strict", "ignore"):
        raise ParameterError(f"errors must be 'strict' or 'ignore'; got {errors!r}")


class Faults:
    """Lines in another form: errors, or counted.

    Parameters
    ----------
    path : str or path
    errors : {"strict", "ignore"}
    """

    def __init__(self, path: str | os.PathLike[str], errors: str) -> None:
        check_bad_lines(errors)
        self.path, self.errors, self.count, self.first = path, errors, 0, ""

    def add(self, number: int, fault: str) -> None:
        """Count a line, or raise FormatError."""
        if self.errors == "strict":
            raise FormatError(f"{self.path}, line {number}: {fault}; errors='ignore' leaves such lines out")
        self.count += 1
        self.first = self.first or f"line {number}: {fault}"

    def report(self, left: int, kind: str) -> None:
        """Warn of lines that were left out; raise FormatError if there are only such."""
        if not left:
            answer = ""
            whole = Path(self.path).read_bytes()[:_START] if self.count and os.path.isfile(self.path) else b""
            if found := describe_answer(whole):
                answer = f"; it may be {found}"
            first = f"; the first line that cannot be read is {self.first}" if self.first else ""
            raise FormatError(f"{self.path}: the file has no {kind}{first}{answer}")
        if self.count:
            warn_user(f"{self.path}: left out {counted(self.count, 'line')}; the first is {self.first}")
