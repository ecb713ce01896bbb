"""Help that reads like a manual page: commands and options in sections, examples at the end."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from typing import Any, NamedTuple

import click

from fastw2v.cli.options import check_files_exist, in_options, options_of
from fastw2v.cli.rivals_options import answer_to
from fastw2v.cli.streams import say

_OTHER = "Other options"
# Ranges that go without saying, and click's names of types.
_RANGE = r"x>=[01]|0<=x<=(?:\d|4294967295|9223372036854775807)\b"
_UNSAID = re.compile(rf"  \[(?:{_RANGE})\]|; (?:{_RANGE})")
_LIMITS = re.compile(r"(?:(?P<least>\d+)<=)?x(?:>=(?P<only>\d+)|<=(?P<most>\d+))(?=\]$)")
_TYPES = {"INTEGER RANGE": "N", "INTEGER": "N", "FLOAT": "X", "PATH": "FILE", "TEXT": "NAME"}


class Page(click.Command):
    """A command whose help has sections of options, and examples.

    Parameters
    ----------
    sections : mapping of str to sequence of str
        The title of each section, and the names of its options in Python. Options that none names come last.
    examples : sequence of (str, str)
        Command lines and what they do.
    trains : bool
        Whether options of other trainers are answered with the command's own.
    """

    def __init__(
        self,
        *args: Any,
        sections: Mapping[str, Sequence[str]] | None = None,
        examples: Sequence[tuple[str, str]] = (),
        trains: bool = False,
        **more: Any,
    ) -> None:
        super().__init__(*args, **more)
        self.sections = dict(sections or {})
        self.examples = list(examples)
        self.trains = trains

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, section by section."""
        records: dict[str | None, list[tuple[str, str]]] = {}
        own = options_of(self)
        for param in self.get_params(ctx):
            if isinstance(param, click.Option) and (record := param.get_help_record(ctx)) is not None:
                text = in_options(_LIMITS.sub(_limits_in_words, _UNSAID.sub("", record[1])), own)
                records.setdefault(param.name, []).append((_in_short(record[0]), text))
        for title, names in self._in_sections(records):
            rows = [record for name in names for record in records.get(name, ())]
            if rows:
                with formatter.section(title):
                    formatter.write_dl(rows)

    def _in_sections(self, names: Iterable[str | None]) -> list[tuple[str, list[Any]]]:
        placed = {name for members in self.sections.values() for name in members}
        others = [name for name in names if name not in placed]
        title = _OTHER if self.sections else "Options"
        return [*((title, list(members)) for title, members in self.sections.items()), (title, others)]

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples; command lines are never wrapped, so that they can be copied."""
        super().format_epilog(ctx, formatter)
        if not self.examples:
            return
        with formatter.section("Examples"):
            for number, (line, meaning) in enumerate(self.examples):
                if number:
                    formatter.write("\n")
                formatter.write(f"{'':{formatter.current_indent}}{line}\n")
                with formatter.indentation():
                    formatter.write_text(meaning)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the command line; an option of another trainer, or one with underscores, is answered with ours."""
        own = [name for param in self.params for name in (*param.opts, *param.secondary_opts)]
        given = list(args)  # click's parser empties it
        # Before click reads them: it would take "-output x" for "-o utput", in silence.
        for arg in args[: args.index("--")] if "--" in args else args:
            if arg[:1] == "-" and arg[2:3] == "=" and arg[:2] in own:  # click would take "=x" for the value
                raise click.UsageError(f"{arg}: write {arg[:2]} {arg[3:]}", ctx)
            if answer := answer_to(arg, own, rivals=self.trains):
                raise click.UsageError(answer, ctx)
        try:
            rest = super().parse_args(ctx, args)
        except click.NoSuchOption as fault:
            told = _describe_unknown(fault, given, own) + _way_to_write_words(self)
            raise click.UsageError(told, ctx) from None
        if not ctx.resilient_parsing:  # as for the shell's completion
            self._check_once(ctx, given)
            check_files_exist(ctx)
        return rest

    def _check_once(self, ctx: click.Context, given: list[str]) -> None:
        """Refuse options that exclude each other, or name two corpora; say of others which value counts."""
        _, _, order = self.make_parser(ctx).parse_args(given)
        found: dict[str, list[click.Option]] = {}
        for param in order:
            if isinstance(param, click.Option) and not param.multiple:
                found.setdefault(param.name or "", []).append(param)
        for name, options in found.items():
            flags = list(dict.fromkeys(max(each.opts, key=len) for each in options))
            if len(flags) > 1:
                raise click.UsageError(f"{' and '.join(flags)} exclude each other: leave one of them out", ctx)
            if len(options) > 1 and name == "corpus":
                raise click.UsageError(f"{flags[0]} is given more than once: 'fastw2v train' reads several files", ctx)
            if len(options) > 1 and not options[0].is_flag:
                say(f"fastw2v: warning: {flags[0]} is given more than once: the last value counts, {ctx.params[name]}")


def _describe_unknown(fault: click.NoSuchOption, args: Sequence[str], own: Iterable[str]) -> str:
    """Say which option is unknown, in full: of ``-outptu`` click names ``-o`` alone; and which ones are close."""
    name = fault.option_name
    in_one = [arg for arg in args if re.match(r"-\w", arg) and name.strip("-") in arg[1:]]  # "-e" of "-help"
    full = next((arg.partition("=")[0] for arg in [*args, *in_one] if arg.startswith(name) or arg in in_one), name)
    own = [*own, "--help"]
    close = difflib.get_close_matches(full.lstrip("-"), [each.lstrip("-") for each in own], n=2, cutoff=0.6)
    flags = [each for each in own if each.lstrip("-") in close]
    return f"there is no option {full!r}{': did you mean ' + ' or '.join(flags) + '?' if flags else ''}"


def _way_to_write_words(command: click.Command) -> str:
    """Return how a word that begins with a dash is written, where words are expected."""
    takes_words = any(param.name == "words" and isinstance(param, click.Argument) for param in command.params)
    return "; words that begin with a dash stand after --" if takes_words else ""


def _limits_in_words(range_: re.Match[str]) -> str:
    if range_["only"]:
        return f"at least {range_['only']}"
    return f"from {range_['least']} to {range_['most']}" if range_["least"] else f"at most {range_['most']}"


def _in_short(flags: str) -> str:
    for theirs, ours in _TYPES.items():
        flags = flags.removesuffix(f" {theirs}") + (f" {ours}" if flags.endswith(f" {theirs}") else "")
    return flags


class Entry(NamedTuple):
    """Where a command is defined, the line that the list of commands shows, and other names."""

    module: str
    attribute: str
    short_help: str
    aliases: tuple[str, ...] = ()
    unlisted: tuple[str, ...] = ()  # aliases that the help leaves out


class CommandTable(click.Group):
    """A group whose commands are imported when they are called, so that help and version need none of them.

    Parameters
    ----------
    table : mapping of str to mapping of str to Entry
        The title of each section, and its commands.
    examples : sequence of (str, str)
        Command lines and what they do.
    """

    def __init__(
        self,
        *args: Any,
        table: Mapping[str, Mapping[str, Entry]],
        examples: Sequence[tuple[str, str]] = (),
        **more: Any,
    ) -> None:
        super().__init__(*args, **more)
        self.table = table
        self.examples = list(examples)
        self._entries = {name: entry for section in table.values() for name, entry in section.items()}
        self._names = {
            alias: name for name, entry in self._entries.items() for alias in (name, *entry.aliases, *entry.unlisted)
        }

    def list_commands(self, ctx: click.Context | None = None) -> list[str]:
        """Return the names of all commands in the order of their help; aliases are left out."""
        return [*self._entries, *self.commands]

    def get_command(self, ctx: click.Context | None, name: str) -> click.Command | None:
        """Return a command by its name or an alias, or None."""
        entry = self._entries.get(self._names.get(name, ""))
        if entry is None:
            return self.commands.get(name)
        found: click.Command = getattr(import_module(f"fastw2v.cli.{entry.module}"), entry.attribute)
        return found

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; click takes every EOFError, such as that of a file that is cut off, for a Ctrl-D."""
        try:
            return super().invoke(ctx)
        except EOFError as error:
            from fastw2v.errors import FormatError

            if isinstance(error, FormatError):
                raise FormatError(str(error)) from error
            raise

    def all_commands(self) -> dict[str, click.Command]:
        """Return all commands, imported."""
        return {name: command for name in self.list_commands() if (command := self.get_command(None, name))}

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the command line; ``help COMMAND`` is another way to write ``COMMAND --help``."""
        if args[:1] == ["help"]:
            args = [*(name for name in args[1:2] if name != "help"), "--help"]
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that the arguments name; of a wrong name, say which is close."""
        name = args[0]
        if self.get_command(ctx, name) is None and not name.startswith("-"):
            close = difflib.get_close_matches(name.lower(), [*self._names, *self.commands], n=2, cutoff=0.5)
            close = ["--version"] if name.lower() == "version" else close
            hint = f"did you mean {' or '.join(close)}?" if close else "fastw2v --help lists the commands"
            ctx.fail(f"there is no command {name!r}: {hint}")
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[Any]:
        """Return commands for the shell's completion, without importing them."""
        from click.shell_completion import CompletionItem

        found = [
            CompletionItem(name, help=entry.short_help)
            for name, entry in self._entries.items()
            if name.startswith(incomplete)
        ]
        more = [CompletionItem(name) for name in self.commands if name.startswith(incomplete)]
        return [*found, *more, *click.Command.shell_complete(self, ctx, incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands, section by section, and the examples."""
        for title, entries in self.table.items():
            rows = [(_with_aliases(name, entry), entry.short_help) for name, entry in entries.items()]
            with formatter.section(title):
                formatter.write_dl(rows)
        if self.commands:
            with formatter.section("Commands"):
                formatter.write_dl([(name, each.get_short_help_str()) for name, each in self.commands.items()])
        with formatter.section("Examples"):
            for line, _ in self.examples:
                formatter.write(f"{'':{formatter.current_indent}}{line}\n")


def _with_aliases(name: str, entry: Entry) -> str:
    return ", ".join((name, *entry.aliases))
