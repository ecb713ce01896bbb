"""What is said to the user of a command: faults and wrong usage in the words of the shell, not of Python."""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path
from typing import Any

import click

from fastw2v.cli.options import in_options, options_of
from fastw2v.cli.streams import name_of
from fastw2v.paths import searched

_TO_A_FILE = "write its texts to a file, one on each line"
# What a caller of the library does in Python, and what the user of a command does instead.
_IN_SHELL = (
    (r"pass its column of texts(, as in pandas\.\w+\(path[^)]*\)\[[^]]*\])?", _TO_A_FILE),
    (r"pass the texts in it, as in \[json\.loads\(line\)\['text'\] for line in open\(path\)\]", _TO_A_FILE),
    (r"(load it and )?pass the texts in it", _TO_A_FILE),
    (
        r"pass the lists, as in \[ast\.literal_eval\(line\)[^]]*\]",
        "write the words of each list to a line, between spaces",
    ),
    (r"^(frozen: .*)pass them as a list, \[[^]]*\]", r"\1write each on a line of its own"),
    (r"pass them as a list, \[[^]]*\]", "name them one by one, without quotes around all"),
    (r", or hand them over in memory \(gensim: \S+\)", ""),
    (r"; then fastw2v\.load\('vectors\.bin'\) or, under gensim's names, .* reads them", ""),
    (r", or pass the ax of a larger figure", ""),
    # What no command does.
    (r"\bBuild (?=WordVectors\()", "In Python, build "),
    (
        r"(?<!Python, )(?<!Python, build )(build )?\b(WordVectors\((?=vectors|wv\.|numpy|safetensors))",
        r"in Python, \1\2",
    ),
    (r"as \S+\.open\(path\) or (\S+) does", r"as \1 does"),
    (r", or pass open\(path, encoding='latin-1'\)", ""),
    (r"pass np\.load\(path\), or its column of texts", _TO_A_FILE),
    (
        r"open vectors with fastw2v\.load\(path\), from which training starts as `initial_vectors`",
        "'fastw2v info' tells what it holds, and 'fastw2v train --initial-vectors' starts from it",
    ),
    (
        r"fastw2v\.load\(path\), or \S+ of \S+, reads its vectors, from which training starts as `initial_vectors`",
        "--initial-vectors starts from its vectors",
    ),
    (r"a file of word vectors, which fastw2v\.load reads", "a file of word vectors, which 'fastw2v info' reads"),
    (r"vectors\.commonest\((\d+)\) has the most", r"'fastw2v convert --commonest \1 FILE NEW' keeps the most"),
    (r"\b(plot|explore)\(\): words names", "WORDS name"),
    (r"\b(plot|explore)\(\): ", ""),
    (r"\b(plot|explore)\(\) ", "'fastw2v plot' "),
    (r" to 4,611,686,018,427,387,904\b", ""),
    (
        r"(\S+): (.*) \(spool\): no file for word ids can be created here",
        r"--spool \1: no file can be created there (\2)",
    ),
)
_NAME_THE_FORMAT = ", or name the format"
_CORPUS_COMMANDS = ("vocab", "demo")  # beside those that train


def in_shell(message: str, command: click.Command | None) -> str:
    """Return a message of the library in the words of a command.

    Parameters
    ----------
    message : str
    command : click.Command or None
        The one that was called.

    Examples
    --------
    >>> from fastw2v.cli.commands import cli
    >>> in_shell("plot() needs two words; pass overwrite=True", cli.get_command(None, "plot"))
    "'fastw2v plot' needs two words; pass --overwrite"
    """
    for pattern, ours in _IN_SHELL:
        message = re.sub(pattern, ours, message)
    options = options_of(command)
    message = message.replace(_NAME_THE_FORMAT, ", or pass --format" if "format" in options else "")
    return in_options(message, options, _of_train(command))


def _of_train(command: click.Command | None) -> dict[str, click.Option]:
    """Return the options of ``train``, which others that read a corpus lack: messages may name them."""
    if command is None or not (getattr(command, "trains", False) or command.name in _CORPUS_COMMANDS):
        return {}
    from fastw2v.cli.train_command import train

    return options_of(train)


def describe(fault: BaseException) -> str:
    """Return what an exception says; of the system's errors, the name of the file first, and no number.

    Examples
    --------
    >>> describe(OSError(28, "No space left on device", "v.bin"))
    'v.bin: No space left on device'
    """
    if not isinstance(fault, OSError) or fault.strerror is None:
        return str(fault) or type(fault).__name__
    said = fault.strerror
    if said == os.strerror(errno.ENOENT) and fault.filename is not None:  # the system's words, which name no folder
        said += searched()
    if fault.filename is None:
        return said
    return f"{name_of(Path(os.fsdecode(fault.filename)))}: {said}"


_NOT_A_NUMBER = re.compile(r"(?P<value>.*) is not a valid (?P<kind>integer|float)( range)?\.", re.DOTALL)
_OUT_OF_RANGE = re.compile(r"(?P<value>\S+) is not in the range .*\.")
_DECIMAL_COMMA = re.compile(r"[-+]?\d*,\d+")


def describe_usage(fault: click.UsageError) -> str:
    """Return what is wrong with a command line, without words of programmers such as "valid integer"."""
    message = fault.format_message()
    if isinstance(fault, click.BadParameter) and fault.param is not None:
        message = message.replace(fault.message, _of_number(fault.message, fault.param.type))
    if message.startswith("Got unexpected extra argument"):
        named = message[message.index("(") :].rstrip(".")
        return f"there are more names than this command takes {named}{_way_to_name_more(fault.ctx)}"
    return message


def _of_number(message: str, kind: Any) -> str:
    if found := _NOT_A_NUMBER.fullmatch(message):
        value = found["value"].strip("'")
        if found["kind"] == "float":
            comma = f": write {value.replace(',', '.')}" if _DECIMAL_COMMA.fullmatch(value) else ""
            return f"{found['value']} is not a number{comma}"
        return f"{found['value']} is not a whole number{_as_whole(value)}"
    if (found := _OUT_OF_RANGE.fullmatch(message)) and isinstance(kind, click.IntRange):
        upper = "" if kind.max is None else f" to {kind.max:,}"
        return f"{found['value']}: it must be a whole number from {kind.min:,}{upper}"
    return message


def _as_whole(value: str) -> str:
    """Return how a number such as 1e6 or 1,000,000 is written, or nothing."""
    try:
        number = float(re.sub(r"(?<=\d),(?=\d{3}\b)", "", value))
    except ValueError:
        return ""
    return f": write {int(number)}" if number.is_integer() and abs(number) < 2**63 else ""


def _way_to_name_more(context: click.Context | None) -> str:
    options = [] if context is None else [each for each in context.command.params if isinstance(each, click.Option)]
    many = [each.opts[0] for each in options if each.multiple]
    if many:
        return f": {' and '.join(many)} {'take' if len(many) > 1 else 'takes'} one name, and may be given again"
    return ": put quotation marks around a name that holds blanks, and around a pattern"
