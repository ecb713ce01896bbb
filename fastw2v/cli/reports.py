"""How commands report: a table in a terminal, plain lines elsewhere, JSON or TSV on demand."""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

import click

from fastw2v.cli.streams import answer, write_utf8

Form = Literal["table", "plain", "json", "tsv"]
# Characters of text that stay together in a narrow table, and in one that no terminal could hold.
_BROKEN, _WHOLE = 2, 8
_GAP = 2  # blanks between columns
# Characters that move the cursor, clear the screen or turn the direction of writing.
_UNSEEN = re.compile("[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")  # JSON escapes the others itself
_CONTROL = re.compile(f"[\x00-\x1f]|{_UNSEEN.pattern}")


def report_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the flags ``--json`` and ``--tsv``; its parameter ``form`` is None without either."""
    options = (
        click.option("--json", "form", flag_value="json", help="report as JSON"),
        click.option("--tsv", "form", flag_value="tsv", help="report as lines of values between tabs, names first"),
    )
    for option in reversed(options):
        command = option(command)
    return command


def in_terminal() -> bool:
    """Return whether the report goes to a terminal."""
    return sys.stdout is not None and sys.stdout.isatty()


def chosen(form: str | None) -> Form:
    """Return the form that was asked for, or the one that suits standard output."""
    if form is not None:
        return cast(Form, form)
    return "table" if in_terminal() else "plain"


def visible(text: object) -> str:
    """Return a text whose control characters are escapes, as in ``\\t``, so that it stays on its line.

    Examples
    --------
    >>> visible("tab\\there")
    'tab\\\\there'
    """
    return _CONTROL.sub(lambda match: match[0].encode("unicode_escape").decode("ascii"), str(text))


def answer_json(value: Any, *, lines: bool = False) -> None:
    """Write a value as JSON; numbers that are not finite become null.

    Parameters
    ----------
    value : object
    lines : bool
        Write it on one line, as one of many.
    """
    unicode = (getattr(sys.stdout, "encoding", None) or "").lower().replace("-", "") == "utf8"
    indent = None if lines else 2
    text = json.dumps(_plain(value), ensure_ascii=not unicode, allow_nan=False, indent=indent)
    answer(_UNSEEN.sub(lambda match: f"\\u{ord(match[0]):04x}", text))


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    if hasattr(value, "tolist"):  # of NumPy
        return _plain(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if value is None or isinstance(value, (str, int, float)) else str(value)


def answer_tsv(columns: Sequence[str], rows: Sequence[Sequence[Any]], *, header: bool = True) -> None:
    """Write rows of values between tabs, in UTF-8; what is missing or not finite is left empty."""
    write_utf8()
    if header:
        answer("\t".join(columns))
    for row in rows:
        answer("\t".join(_field(value) for value in row))


def answer_flat(facts: Mapping[str, Any]) -> None:
    """Write names and values between tabs; nested names have points between them, lists have spaces."""
    answer_tsv(("name", "value"), list(_flat(facts).items()))


def _flat(facts: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in facts.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{before}{name}.")
        else:
            flat[f"{before}{name}"] = " ".join(map(str, value)) if isinstance(value, (list, tuple)) else value
    return flat


def _field(value: Any) -> str:
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:.10g}" if isinstance(value, float) else visible(value)


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes
    ----------
    title : str
    format : str
        That of its numbers, as in ``",.0f"``, or ``"s"`` for numbers that are written already; empty for text, which is
        folded where it is too long.
    """

    title: str
    format: str = ""

    def shown(self, value: Any) -> str:
        """Return a value as it stands in the table."""
        if value is None or (isinstance(value, float) and math.isnan(value)):
            return "-"
        return format(value, self.format) if self.format and not isinstance(value, str) else visible(value)


def answer_table(columns: Sequence[Column], rows: Sequence[Sequence[Any]]) -> None:
    """Write a table to standard output, as wide as the terminal if it can be: nothing is cut, even in a narrow one.

    Parameters
    ----------
    columns : sequence of Column
    rows : sequence of rows of values
    """
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0))
    shown = [[_written(column.shown(value)) for column, value in zip(columns, row, strict=True)] for row in rows]
    values = list(zip(*shown, strict=True)) or [()] * len(columns)
    titles = [column.title for column in columns]
    if _least_width(columns, titles, values, _BROKEN) > _terminal_width():
        titles = ["\n".join(title.split()) for title in titles]
    for column, text in zip(columns, titles, strict=True):
        numeric = bool(column.format)
        table.add_column(
            Text(text), justify="right" if numeric else "left", no_wrap=numeric, overflow="fold", min_width=1
        )
    for row in shown:
        table.add_row(*map(Text, row))
    fits = _least_width(columns, titles, values, _BROKEN) <= _terminal_width()
    _answer_drawn(table, 0 if fits else _least_width(columns, titles, values, _WHOLE))


def _written(text: str) -> str:
    """Return a text as standard output writes it, with escapes, whose widths a table must know."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)


def _least_width(columns: Sequence[Column], titles: Sequence[str], values: Sequence[Sequence[str]], text: int) -> int:
    """Return how wide a table must be so that numbers and their titles are whole, and text has so many characters."""
    wide = 0
    for column, title, shown in zip(columns, titles, values, strict=True):
        longest = max(map(len, shown), default=0)
        wide += max(longest, *map(len, title.split("\n"))) if column.format else min(max(longest, len(title)), text)
    return wide + _GAP * (len(columns) - 1)


def _terminal_width() -> int:
    from rich.console import Console

    return Console().width


def answer_facts(facts: Mapping[str, Any]) -> None:
    """Write names and values to a terminal, one to a line; long values go on below themselves."""
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True, style="bold")
    table.add_column(overflow="fold")
    for name, value in facts.items():
        table.add_row(Text(name), Text(_written(visible(value))))
    _answer_drawn(table, max(map(len, facts), default=0) + _GAP + _WHOLE)


def _answer_drawn(table: Any, least_width: int) -> None:
    """Write a table, without the blanks with which rich fills its lines; a terminal that is narrower breaks them."""
    from rich.console import Console

    console = Console(highlight=False, width=max(_terminal_width(), least_width))
    with console.capture() as drawn:
        console.print(table)
    for line in drawn.get().splitlines():
        answer(line.rstrip())
