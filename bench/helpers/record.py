"""Settings of a run, its results on disk, and tables on the screen."""

from __future__ import annotations

import json
import platform
import subprocess
import sys
import textwrap
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fastw2v import __version__
from fastw2v._train import instruction_sets
from fastw2v.machine import usable_cpus

BENCH = Path(__file__).resolve().parent.parent


@dataclass
class Settings:
    """The common settings of all commands.

    Attributes
    ----------
    corpus : str or None
        Text file, one sentence per line; None is the one in ``FASTW2V_DATA``.
    programs : dict
        Other trainers: name -> path.
    results : Path
        The folder for JSON files and plots.
    quick : bool
        Use tiny sizes to check that everything runs; the figures are meaningless.
    """

    corpus: str | None = None
    programs: dict[str, str] = field(default_factory=dict)
    results: Path = BENCH / "results"
    quick: bool = False

    def write(self, name: str, rows: list[dict[str, Any]], **more: Any) -> None:
        """Write a run's figures with its circumstances."""
        self.results.mkdir(parents=True, exist_ok=True)
        file = self.results / f"{name}.json"
        file.write_text(json.dumps({**circumstances(), **more, "rows": rows}, indent=1) + "\n")
        print(f"written to {file}\n", flush=True)


def circumstances() -> dict[str, Any]:
    """Return the circumstances of the figures: machine, commit, versions and command."""
    model = [line.split(":")[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")]
    return {
        "machine": f"{model[0] if model else platform.processor()}, {usable_cpus()} CPUs",
        "instruction_set": instruction_sets()["selected"],
        "python": platform.python_version(),
        "fastw2v": __version__,
        "commit": _commit(),
        "command": "python -m bench " + " ".join(sys.argv[1:]),
        "date": time.strftime("%Y-%m-%d"),
    }


def _commit() -> str:
    """Return the measured commit, with "-dirty" if files differ from it; changes in results are ignored."""
    try:
        commit = _git("rev-parse", "--short", "HEAD")
        return commit + "-dirty" * bool(_git("status", "--porcelain", "--", ":/", ":(exclude)results"))
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], capture_output=True, text=True, check=True, cwd=BENCH)
    return done.stdout.strip()


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text().splitlines()
    except OSError:
        return []


def show(title: str, rows: Sequence[dict[str, Any]], columns: dict[str, str], width: int | None = None) -> None:
    """Print rows as a table, or where the terminal is too narrow for its figures, row by row; nothing is cut.

    Parameters
    ----------
    columns : dict
        Name in the rows -> format, as in ``{"what": "", "speed": ",.2f"}``; missing values are left empty.
    width : int, optional
        By default that of the terminal; a file is not limited.
    """
    from rich import box
    from rich.console import Console
    from rich.table import Table

    console = Console(width=width)
    if width is None and not console.is_terminal:
        console = Console(width=150)
    heads = [name.replace("_", " ") for name in columns]
    cells = [[_cell(row.get(name), form) for name, form in columns.items()] for row in rows]
    least = [  # text may be folded, figures and the words of heads may not
        max([len(word) for word in head.split()] + [len(line[place]) for line in cells if form])
        for place, (head, form) in enumerate(zip(heads, columns.values(), strict=True))
    ]
    if sum(least) + 2 * len(least) > console.width:
        console.print(f"[bold]{title}[/bold]")
        for line in cells:
            figures = [f"{head} {cell}" for head, cell, form in zip(heads, line, columns.values(), strict=True) if form]
            named = [cell for cell, form in zip(line, columns.values(), strict=True) if not form]
            told = textwrap.fill(", ".join(figures), console.width, initial_indent="  ", subsequent_indent="  ")
            console.print(f"\n{', '.join(named)}\n{told}", highlight=False, markup=False)
        console.print()
        return
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for head, form, fewest in zip(heads, columns.values(), least, strict=True):
        table.add_column(head, justify="right" if form else "left", overflow="fold", min_width=fewest)
    for line in cells:
        table.add_row(*line)
    console.print(table)


def _cell(value: Any, form: str) -> str:
    if value is None:
        return ""
    return str(value) if isinstance(value, str) else format(value, form)
