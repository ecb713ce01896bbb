"""Progress in a notebook: one output of plain HTML that is replaced again and again; no widgets are needed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Hashable
from importlib import import_module
from typing import Any

from fastw2v.cards import card, progress_rows
from fastw2v.progress.snapshot import Snapshot


def display_of_notebook() -> Callable[..., Any] | None:
    """Return IPython's function ``display`` in a notebook; None elsewhere, as in IPython's own terminal."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None and hasattr(ipython, "get_ipython") else None
    if shell is None or getattr(shell, "kernel", None) is None:
        return None
    display: Callable[..., Any] = import_module("IPython.display").display
    return display


class Notebook:
    """A screen in the output of a cell.

    Parameters
    ----------
    display : callable
        IPython's.
    """

    every = 0.5

    def __init__(self, display: Callable[..., Any]) -> None:
        self._display = display
        self._handle: Any = None
        self._ended: list[Snapshot] = []

    def show(self, rows: dict[Hashable, Snapshot]) -> None:
        """Replace the output."""
        shown = Bars([*self._ended, *rows.values()])
        if self._handle is None:
            self._handle = self._display(shown, display_id=True)
        else:
            self._handle.update(shown)

    def end(self, key: Hashable, rows: dict[Hashable, Snapshot]) -> None:
        """Let the bar of a phase stay above those that are still at work."""
        self._ended.append(rows[key])
        self.show({other: snapshot for other, snapshot in rows.items() if other is not key})

    def close(self) -> None:
        """Do nothing: the output stays as it is."""


class Bars:
    """What a notebook shows: HTML, and lines of text for consoles."""

    def __init__(self, snapshots: list[Snapshot]) -> None:
        self._snapshots = snapshots

    def __repr__(self) -> str:
        return "\n".join(snapshot.line for snapshot in self._snapshots)

    def _repr_html_(self) -> str:
        return card("", progress_rows([_row(snapshot) for snapshot in self._snapshots]))


def _row(snapshot: Snapshot) -> tuple[str, float | None, list[str]]:
    facts = [snapshot.percent, *(fact.text for fact in snapshot.facts), snapshot.time]
    return snapshot.name, snapshot.share, [fact for fact in facts if fact]
