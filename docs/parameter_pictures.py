"""The pictures of parameters.md: ``python docs/parameter_pictures.py`` draws them from bench/results/parameters.json.

One panel for each parameter: the mean of the three scores above, the seconds of training below.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.figure import Figure

ROOT = Path(__file__).parent.parent
DEFAULTS = {"vector_size": 100, "window": 5, "negative": 5, "learning_rate": 0.05}
SCORE, TIME = "#2f7fb8", "#e07a2f"


def draw(rows: list[dict[str, Any]], to: Path) -> None:
    """Draw all panels into one SVG file."""
    matplotlib.rcParams["svg.hashsalt"] = "fastw2v"  # the same figures give the same file
    matplotlib.rcParams["svg.fonttype"] = "none"
    names = list(dict.fromkeys(row["parameter"] for row in rows))
    figure = Figure(figsize=(10, 9.5), layout="constrained", facecolor="white")
    panels = figure.subfigures(2, -(-len(names) // 2), wspace=0.04, hspace=0.04)
    for name, panel in zip(names, panels.ravel(), strict=True):
        points = [row for row in rows if row["parameter"] == name]
        x = [row["value"] / (1e6 if name == "corpus_words" else 1) for row in points]
        above, below = panel.subplots(2, 1, sharex=True, height_ratios=[3, 2])
        for axes, key, colour, label in (
            (above, "mean", SCORE, "mean score"),
            (below, "seconds", TIME, "training (s)"),
        ):
            axes.plot(x, [row[key] for row in points], "o-", color=colour, markersize=4)
            if name in DEFAULTS:
                axes.axvline(DEFAULTS[name], color="#b9c2c9", linestyle=":", linewidth=1.5, zorder=0)
            axes.set_ylabel(label, fontsize=9)
            axes.tick_params(labelsize=8)
            axes.spines[["top", "right"]].set_visible(False)
        above.set_ylim(0, 1.08 * max(row["mean"] for row in rows))  # of all panels, so that they can be compared
        below.set_ylim(0, 1.12 * max(row["seconds"] for row in points))
        above.set_xscale("linear" if name == "epochs" else "log")
        below.set_xticks(x, [f"{value:.3g}" for value in x])
        below.set_xticks([], minor=True)
        panel.suptitle("corpus (million words)" if name == "corpus_words" else name, fontsize=11, family="monospace")
    to.parent.mkdir(exist_ok=True)
    figure.savefig(to, metadata={"Date": None})


if __name__ == "__main__":
    results = json.loads((ROOT / "bench" / "results" / "parameters.json").read_text(encoding="utf-8"))
    draw(results["rows"], ROOT / "docs" / "images" / "parameters.svg")
