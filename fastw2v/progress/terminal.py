"""Progress on a terminal: a bar for each phase at work, redrawn in place; bars of finished phases stay above."""

from __future__ import annotations

import os
import sys
from collections.abc import Hashable, Iterator
from functools import cache
from typing import Any, TextIO

from fastw2v.progress.snapshot import Snapshot

LONGEST_BAR, LONG_BAR, SHORTEST_BAR = 30, 15, 4
_ECHO = 2  # columns left free for the "^C" of a terminal, which would make a full line two
_NAME, _TIME = 8, 10  # columns for the name of a phase and the time left, so that bars stand one below the other


def can_redraw(stream: TextIO) -> bool:
    """Return whether lines of a stream can be redrawn."""
    is_terminal = getattr(stream, "isatty", None)  # which a stand-in for a stream may lack
    return is_terminal is not None and is_terminal() and os.environ.get("TERM") not in ("dumb", "unknown")


def without_proxies() -> None:
    """Undo what a screen did to the standard streams, without a word to the terminal: for a forked child."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        setattr(sys, name, getattr(stream, "rich_proxied_file", stream))


class Terminal:
    """A screen whose last lines are redrawn.

    Parameters
    ----------
    stream : text file
        A terminal.

    Notes
    -----
    While it is open, what is written to standard error appears above the bars, as does standard output where that is a
    terminal too; elsewhere nothing touches standard output. It starts no thread.
    """

    every = 0.5

    def __init__(self, stream: TextIO) -> None:
        from rich.live import Live

        self._console = _console()(file=stream, highlight=False, markup=False, emoji=False)
        self._live = Live(
            console=self._console,
            auto_refresh=False,  # rich would start a thread, whose locks a fork during training would copy
            redirect_stdout=sys.stdout is not None and sys.stdout.isatty(),
            vertical_overflow="visible",
        )
        self._live.start()
        self._console.show_cursor(True)  # rich hides it, and a process that is killed cannot bring it back

    def show(self, rows: dict[Hashable, Snapshot]) -> None:
        """Redraw the bars."""
        self._live.update(_Bars(list(rows.values())), refresh=True)

    def end(self, key: Hashable, rows: dict[Hashable, Snapshot]) -> None:
        """Leave the bar of a phase above those that are still at work."""
        others = {other: snapshot for other, snapshot in rows.items() if other is not key}
        if others:
            self._live.update(_Bars(list(others.values())))
            self._console.print(_Bars([rows[key]]))
        else:
            self.show(rows)

    def close(self) -> None:
        """Give the terminal back: the last bar stays, and the cursor is in the line below."""
        self._live.stop()


@cache
def _console() -> Any:
    """Return rich's class without its way with a broken pipe: to end the process, and lose its standard output."""
    from rich.console import Console

    class Terminals(Console):
        def on_broken_pipe(self) -> None:
            self.quiet = True
            raise  # what was caught where this is called

    return Terminals


class _Bars:
    """What rich draws: one line for each phase, as wide as the terminal is at that moment."""

    def __init__(self, snapshots: list[Snapshot]) -> None:
        self._snapshots = snapshots

    def __rich_console__(self, console: Any, options: Any) -> Iterator[Any]:
        for snapshot in self._snapshots:
            yield _bar(snapshot, max(1, options.max_width - _ECHO))


def _bar(snapshot: Snapshot, width: int) -> Any:
    """Return one line: name, bar, percent, the facts for which there is room, and the time."""
    from rich.progress_bar import ProgressBar
    from rich.table import Table
    from rich.text import Text

    name, percent = snapshot.name.ljust(_NAME), snapshot.percent.rjust(4)
    room = width - len(name) - len(percent) - 2
    timed = not snapshot.ended and room > _TIME + SHORTEST_BAR
    room -= _TIME + 1 if timed else 0
    facts = _that_fit(snapshot, room - SHORTEST_BAR)
    gap = 2 if room - sum(len(text) + 2 for text in facts) >= LONG_BAR else 1
    room -= sum(len(text) + gap for text in facts)
    bar = ProgressBar(
        total=1.0,
        completed=1.0 if snapshot.share is None else snapshot.share,
        width=max(1, min(LONGEST_BAR, room)),
        pulse=snapshot.share is None and not snapshot.ended,
    )
    time = [snapshot.time] if timed and snapshot.time else []
    line = Table.grid(padding=(0, 1), pad_edge=False)
    for _ in range(3):
        line.add_column(no_wrap=True)
    line.add_row(name, bar, Text((" " * gap).join([percent, *facts, *time]), no_wrap=True))
    return line


def _that_fit(snapshot: Snapshot, room: int) -> list[str]:
    """Return the facts, without the less important ones that would not fit into so many columns.

    Of a phase at work the time is no fact: its place is kept free, so that the bar does not jump when it is known.
    """
    entries = [(fact.rank, fact.text) for fact in snapshot.facts]
    entries += [(0, snapshot.time)] if snapshot.ended else []
    while entries and sum(len(text) + 1 for _, text in entries) > room:
        entries.remove(max(reversed(entries), key=lambda entry: entry[0]))
    return [text for _, text in entries]
