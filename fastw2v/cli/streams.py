"""What the commands write, wherever it goes: a terminal of any encoding, a pipe, a device, or nothing at all."""

from __future__ import annotations

import errno
import io
import os
import shutil
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastw2v.formats.sniff import Format

STDOUT = Path("/dev/stdout")
# Of files that the command at hand may not write; what it does write, it names itself.
_OTHER_SUFFIXES = frozenset(
    (".npz", ".npy", ".csv", ".tsv", ".json", ".jsonl", ".parquet", ".safetensors", ".fw2v", ".vec", ".bin", ".html")
)


def name_of(output: Path) -> str:
    """Return what messages call an output."""
    return "standard output" if output == STDOUT else str(output)


def prepare_streams() -> None:
    """Make characters that a stream cannot show appear as escapes, as in \\u4e2d, and not as an error.

    ``COLUMNS=0``, as some programs leave it, says nothing of a terminal's width, and is forgotten.
    """
    if os.environ.get("COLUMNS", "").strip() == "0":
        del os.environ["COLUMNS"]
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def write_utf8() -> None:
    """Write what follows in UTF-8, unless a terminal shows it: files of words must hold them, whatever the locale."""
    if isinstance(sys.stdout, io.TextIOWrapper) and not sys.stdout.isatty():
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")


def answer(text: object) -> None:
    """Write a line of a command's result to standard output.

    Raises
    ------
    OSError
        Standard output is closed or full.
    """
    if sys.stdout is None:
        raise OSError(errno.EBADF, "standard output is closed, so the result cannot be shown")
    try:
        print(text)
    except OSError as error:
        raise _of_output(error) from error


def flush_answers() -> None:
    """Write what is still held back of the result.

    Raises
    ------
    OSError
        Standard output is full.
    """
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError as error:
        raise _of_output(error) from error


def _of_output(error: OSError) -> OSError:
    """Return an error of writing with the name of standard output; a broken pipe stays a `BrokenPipeError`."""
    return OSError(error.errno, f"the result cannot be written: {error.strerror}", str(STDOUT))


def answer_sentence(text: str, indent: int = 0) -> None:
    """Write a sentence of a result; a terminal breaks it between words, and further lines are indented."""
    answer(_wrapped(text, indent) if sys.stdout is not None and sys.stdout.isatty() else text)


def say(text: str, end: str = "\n") -> None:
    """Write a message to standard error; where nobody can read it, the command goes on."""
    if sys.stderr is None:
        return
    if sys.stderr.isatty():
        text = _wrapped(text)
    try:
        print(text, end=end, file=sys.stderr, flush=True)
    except OSError:  # a closed pipe or a full disk: the exit code still tells how the command ended
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


def _wrapped(text: str, indent: int = 0) -> str:
    """Break the lines of a message between words where the terminal ends; long names stay whole."""
    width = shutil.get_terminal_size().columns
    whole = textwrap.TextWrapper(width, subsequent_indent=" " * indent, break_long_words=False, break_on_hyphens=False)
    return "\n".join(whole.fill(line) if len(line) > width else line for line in text.split("\n"))


def on_terminal() -> bool:
    """Return whether somebody watches standard error: only then do queries show that they are loading a file."""
    return sys.stderr is not None and sys.stderr.isatty()


def discard_output() -> None:
    """Give the interpreter, which flushes standard output once more at its end, something to flush into."""
    if sys.stdout is None:
        return
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def output_of(path: Path, format: Format | None) -> tuple[Path, Format | None]:
    """Return the path and the format to write: "-" is standard output; pipes and devices get word2vec text.

    A format that is not the one of the name is told of: other programs go by the name.
    """
    from fastw2v.formats.sniff import format_of_name
    from fastw2v.writing.atomic import own_descriptor

    path = STDOUT if path == Path("-") else path
    no_file = own_descriptor(path) is not None or (path.exists() and not path.is_file() and not path.is_dir())
    if format is not None and not no_file:
        tell_of_other_name(path, format_of_name(path), format, f"--format {format}")
    return path, format or ("text" if no_file else None)


def tell_of_other_name(path: Path, named: str | None, chosen: str, option: str) -> None:
    """Say that a file gets the name of another format than the chosen one, by which other programs go.

    Parameters
    ----------
    path : Path
    named : str or None
        The format that the name implies, of those that the command writes.
    chosen, option : str
        The format, and the option that chose it.
    """
    suffix = path.suffix.lower()
    named = named or (suffix if suffix in _OTHER_SUFFIXES else None)
    if named not in (None, chosen):
        say(f"fastw2v: warning: {path} has the name of a {named} file, and is written as {option}")
