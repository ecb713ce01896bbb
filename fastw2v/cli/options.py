"""The words of the command line: files that are named, and messages of the library in terms of a command's options."""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

# An argument with its value, as in "min_count=5"; a name that can be nothing else, as in "lower min_count" or
# "`window`"; or the name with which a message begins, as in "frozen: 3 of 4 words".
_ARGUMENT = re.compile(
    r"(?<![\w/.\-])(?P<name>[a-z_]+)=(?P<value>'[^']*'|\([^()]*\)|[^\s,;:()]+)"
    r"|(?<![\w/.\-'\"`])(?P<bare>[a-z]+(?:_[a-z]+)+)(?![\w/'\"(=`])"
    r"|`(?P<quoted>[a-z_]+)`|^(?P<first>[a-z_]+)(?=: )"
)
# What the library calls otherwise, and its functions.
_OTHER_NAMES = {"random_state": "seed", "evaluate_word_pairs": "pairs", "evaluate_analogies": "analogies"}
# Of an option that can be left out: its default has a meaning, and no name.
_NONE = re.compile(r"\bNone \(")
# Only `convert` has the options that `load` takes as arguments; its other option of the same name means other lines.
_OF_CONVERT = re.compile(r"\b(errors|limit)='?([a-z]+|[A-Z])\b'?")

FIRST_ROWS = "search the first N words of FILE only, as a rule the most frequent"


class NamedFile(click.Path):
    """A file that is named; ``~`` is the home folder, also after ``--option=``, where shells leave it.

    Parameters
    ----------
    written : bool
        Whether the command writes it.
    or_stdout : bool
        Whether ``-`` is standard output; otherwise it is refused with the remedy.
    """

    def __init__(self, *, written: bool = False, or_stdout: bool = False) -> None:
        super().__init__()
        self.written, self.or_stdout = written, or_stdout

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path, or fail."""
        if value == "-" and not self.or_stdout:
            what = "standard output cannot be written" if self.written else "standard input cannot be read"
            remedy = "name a file" if self.written else "write it to a file first, and name that"
            self.fail(f"{what} here: {remedy} (./- is a file of this name)", param, ctx)
        if not value:
            self.fail("the name is empty: name a file", param, ctx)
        return Path(os.path.expanduser(os.fsdecode(super().convert(value, param, ctx))))


def check_files_exist(context: click.Context) -> None:
    """Raise before any work if an option names a file to read that is not there."""
    from fastw2v.errors import ParameterError
    from fastw2v.paths import describe_missing

    for option in context.command.params:
        if not isinstance(option, click.Option) or not isinstance(option.type, NamedFile) or option.type.written:
            continue
        value = context.params.get(option.name or "")
        for path in value if isinstance(value, tuple) else [value] if value else []:
            if not os.path.lexists(path):
                flag = max(option.opts, key=len)
                raise ParameterError(f"{flag} {path}: {describe_missing(Path(path))}")


class AnyCase(click.Choice):  # type: ignore[type-arg]
    """A choice of names that are found in any case, and with or without dashes, as in ``SkipGram`` or ``skip-gram``."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the name, or fail with all names."""
        bare = str(value).lower().replace("-", "").replace("_", "")
        return super().convert(bare if bare in self.choices else value, param, ctx)


class Word(click.ParamType):  # type: ignore[type-arg]
    """A word of a vocabulary: its bytes are UTF-8, whatever the locale says of the command line."""

    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the word."""
        try:
            return os.fsencode(value).decode()
        except UnicodeError:
            return value


def in_corpora(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the argument CORPUS: one or more names of files, folders or patterns."""
    return click.argument("corpus", nargs=-1, required=True, type=CorpusName())(command)


def errors_option(more: str = "") -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a command the option ``--errors``, whose help may say more."""
    return click.option(
        "--errors",
        type=AnyCase(["strict", "replace", "ignore"]),
        default="strict",
        show_default=True,
        help=f"how to handle invalid UTF-8{more}",
    )


def in_text(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options ``--tokenizer`` and ``--errors``: how text becomes words."""
    command = errors_option()(command)
    names = AnyCase(["whitespace", "words"])
    return click.option("--tokenizer", type=names, help="by default white space for files")(command)


class CorpusName(click.Path):
    """A name that the shell completes as a file; it may be a pattern, or ``-``."""

    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the name unchanged: what it names is looked for later."""
        return os.fsdecode(value)


def columns_of(value: str) -> list[str | int]:
    """Return the names, or the numbers, of three columns that an option separates by commas."""
    names = [name.strip() for name in value.split(",")]
    if len(names) != 3 or not all(names):
        raise click.BadParameter(f"expected three names or numbers, of two words and the score; got {value!r}")
    if len(set(names)) < 3:
        raise click.BadParameter(f"the columns of two words and the score are three different ones; got {value!r}")
    return [int(name) if name.isdecimal() else name for name in names]


def in_options(
    message: str, options: Mapping[str, click.Option], of_train: Mapping[str, click.Option] | None = None
) -> str:
    """Return a message of the library in the words of a command: its options in place of arguments.

    Parameters
    ----------
    message : str
    options : mapping of names to options
        As `options_of` returns.
    of_train : mapping of names to options, optional
        Those of ``fastw2v train``, which are named where the command has none.

    Examples
    --------
    >>> from fastw2v.cli.commands import cli
    >>> options = options_of(cli.get_command(None, "train"))
    >>> in_options("no word occurs min_count=5 times; lower min_count or pass more text", options)
    'no word occurs --min-count 5 times; lower --min-count or pass more text'
    >>> in_options("pass errors='replace' or errors='ignore'", options)
    'pass --errors replace or --errors ignore'
    """
    of_train = of_train or {}

    def reworded(match: re.Match[str]) -> str:
        said = _as_option(match, options)
        if said == match[0] and (theirs := _as_option(match, of_train)) != said:
            return f"'fastw2v train {theirs}'"
        return said

    return _ARGUMENT.sub(reworded, without_none(message))


def without_none(message: str) -> str:
    """Return a sentence about a parameter that may be None as one about an option that may be left out."""
    return _NONE.sub("left out (", message)


def options_of(command: click.Command | None) -> dict[str, click.Option]:
    """Return a command's options by the names that the library gives to its arguments."""
    found = [] if command is None else [each for each in command.params if isinstance(each, click.Option)]
    return {(each.name or "").rstrip("_"): each for each in found}


@contextmanager
def in_terms_of_convert(file: Path) -> Iterator[None]:
    """Let errors and warnings of loading a file name the options of ``fastw2v convert``, which other commands lack."""
    from fastw2v.errors import FormatError

    def reworded(message: Warning | str) -> str:
        return _OF_CONVERT.sub(lambda match: f"'fastw2v convert --{match[1]} {match[2]} {file} NEW'", str(message))

    def show(message: Warning | str, *where: Any, **more: Any) -> None:
        shown(reworded(message), *where, **more)  # type: ignore[arg-type]

    shown = warnings.showwarning
    warnings.showwarning = show  # type: ignore[assignment]
    try:
        yield
    except FormatError as error:
        raise FormatError(reworded(str(error))) from error
    finally:
        warnings.showwarning = shown


def _as_option(match: re.Match[str], options: Mapping[str, click.Option]) -> str:
    name = match["name"] or match["bare"] or match["quoted"] or match["first"]
    value = match["value"]
    option = options.get(_OTHER_NAMES.get(name, name))
    if option is None:
        return match[0]
    flag = max(option.opts, key=len)
    if value is None:
        return flag
    if value == "None":
        return f"no {flag}"
    if option.is_flag:
        return flag if value == "True" or not option.secondary_opts else option.secondary_opts[0]
    if value == "True" and option.metavar:
        return f"{flag} {option.metavar}"
    if isinstance(option.type, click.Choice):
        value = {"True": "yes", "False": "no"}.get(value, value)
    elif option.type is click.FLOAT:
        value = value.removesuffix(".0")  # as it was written, in most cases
    return f"{flag} {re.sub(', *', ',', value.strip('()' + chr(39)))}"
