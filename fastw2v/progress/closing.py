"""What is shown once work is done: a table of two columns, on a terminal, in a notebook or in a file."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from fastw2v import cards
from fastw2v.progress.figures import printable
from fastw2v.progress.notebook import display_of_notebook

WIDEST = 80  # columns; a narrower terminal gets fewer


@dataclass(frozen=True)
class Table:
    """Names and what belongs to them, in groups with a title each.

    Attributes
    ----------
    groups : sequence of (title, rows)
        The first title is that of the table; a row is a name and a text.
    """

    groups: Sequence[tuple[str, Sequence[tuple[str, str]]]]

    def show(self) -> None:
        """Show it in the notebook, or on standard error."""
        display = display_of_notebook()
        if display is not None:
            display(Table(self.groups[:1]))  # the card of what was made shows the rest
        elif sys.stderr is not None:
            self.write()

    def write(self) -> None:
        """Write it to standard error, in lines no longer than the terminal's."""
        from rich.console import Console

        width = min(Console(file=sys.stderr, force_jupyter=False).width or WIDEST, WIDEST)  # COLUMNS=0 says nothing
        try:
            encoding = getattr(sys.stderr, "encoding", None) or "utf-8"
            text = "\n".join(self._lines(width)).encode(encoding, "backslashreplace").decode(encoding)
            print(text, file=sys.stderr, flush=True)
        except (OSError, ValueError):  # a closed pipe or a full disk must not cost what was trained
            return

    def _lines(self, width: int) -> list[str]:
        from rich.console import Console
        from rich.table import Table as Grid
        from rich.text import Text

        paper = Console(file=io.StringIO(), width=width, color_system=None, emoji=False, force_jupyter=False)
        for title, rows in self.groups:
            if title:
                paper.print(Text(title))
            grid = Grid.grid(padding=(0, 2, 0, 0))
            grid.add_column(width=min(self._widest, width // 3), overflow="fold")
            grid.add_column(overflow="fold")
            for name, text in rows:
                grid.add_row(Text(printable(name)), Text(printable(text)))
            paper.print(grid)
        return [line.rstrip() for line in paper.file.getvalue().splitlines()]  # type: ignore[attr-defined]

    @property
    def _widest(self) -> int:
        from rich.cells import cell_len

        return max(cell_len(printable(name)) for _, rows in self.groups for name, _ in rows)

    def __repr__(self) -> str:
        return "\n".join(f"{name}: {text}" for _, rows in self.groups for name, text in rows)

    def _repr_html_(self) -> str:
        parts = []
        for title, rows in self.groups:
            parts += [cards.heading(title)] if title else []
            parts.append(cards.facts(rows))
        return cards.card("", *parts)
