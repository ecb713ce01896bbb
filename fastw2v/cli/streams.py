"""What the commands write, wherever it goes: a terminal of any encoding, a pipe, a device, or nothing at all."""

from __future__ import annotations

import errno
import io
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastw2v.parameters import RULES

if TYPE_CHECKING:
    from fastw2v.formats.sniff import Format

_STDOUT = Path("/dev/stdout")
# Arguments of the library that have an option of the same name, beside those with a rule.
_OPTIONS = {*RULES, "tokenizer", "vocabulary", "initial_vectors", "frozen", "checkpoint", "resume", "seed", "overwrite"}
# An argument with its value, as in "min_count=5"; or a name that can be nothing else, as in "lower min_count".
_ARGUMENT = re.compile(
    r"(?<![\w/.\-])(?P<name>[a-z_]+)=(?P<value>'[^']*'|[^\s,;:()]+)"
    r"|(?<![\w/.\-'\"])(?P<bare>[a-z]+(?:_[a-z]+)+)(?![\w/'\"(=])"
)


def prepare_streams() -> None:
    """Make characters that a stream cannot show appear as escapes, as in \\u4e2d, and not as an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def answer(text: object) -> None:
    """Write a line of a command's result to standard output.

    Raises
    ------
    OSError
        Standard output is closed or full.
    """
    if sys.stdout is None:
        raise OSError(errno.EBADF, "standard output is closed, so the result cannot be shown")
    print(text)


def answer_scores(found: list[tuple[Any, float]]) -> None:
    """Write words and their scores to standard output, one to a line."""
    for word, score in found:
        answer(f"{word}\t{score:.4f}")


def say(text: str, end: str = "\n") -> None:
    """Write a message to standard error; where nobody can read it, the command goes on."""
    if sys.stderr is None:
        return
    try:
        print(text, end=end, file=sys.stderr, flush=True)
    except OSError:  # a closed pipe or a full disk: the exit code still tells how the command ended
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


def discard_output() -> None:
    """Give the interpreter, which flushes standard output once more at its end, something to flush into."""
    if sys.stdout is None:
        return
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def output_of(path: Path, format: Format | None) -> tuple[Path, Format | None]:
    """Return the path and the format to write: "-" is standard output; pipes and devices get word2vec text."""
    from fastw2v.formats.atomic import own_descriptor

    path = _STDOUT if path == Path("-") else path
    no_file = own_descriptor(path) is not None or (path.exists() and not path.is_file() and not path.is_dir())
    return path, format or ("text" if no_file else None)


def in_options(message: str) -> str:
    """Return a message of the library in the words of the command line: options in place of arguments.

    Examples
    --------
    >>> in_options("no word occurs min_count=5 times; lower min_count or pass more text")
    'no word occurs --min-count 5 times; lower --min-count or pass more text'
    >>> in_options("pass errors='replace' or errors='ignore'")
    'pass --errors replace or --errors ignore'
    """
    return _ARGUMENT.sub(_as_option, message)


def _as_option(match: re.Match[str]) -> str:
    name, value = match["name"] or match["bare"], match["value"]
    if name not in _OPTIONS:
        return match[0]
    option = "--" + name.replace("_", "-")
    if value is None:
        return option
    if value in ("True", "False"):
        folder = " FOLDER" if name == "spool" else ""
        return option + folder if value == "True" else f"--no-{option[2:]}"
    return f"no {option}" if value == "None" else f"{option} {value.strip(chr(39))}"
