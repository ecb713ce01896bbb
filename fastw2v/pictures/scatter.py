"""The plot of words: points and labels that do not overlap, by matplotlib and adjustText."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastw2v.errors import ParameterError, require
from fastw2v.pictures.figures import MissingGlyphs, axes_or_new, check_axes
from fastw2v.pictures.free_places import separate
from fastw2v.pictures.labels import label_of
from fastw2v.pictures.palette import GROUP_COLOURS, OTHERS_COLOUR

PURPOSE = "plot()"
_SIZE = (9.0, 7.0)
_MARKERS = "os^"
_OTHER_FONT = (
    "add one that has them, as in matplotlib.rcParams['font.family'] = ['DejaVu Sans', 'Noto Sans CJK JP'], or "
    "draw a map with explore(), which is shown in the fonts of the browser"
)


def require_plotting(ax: Any = None) -> None:
    """Raise now what would be missing, or wrong with `ax`, once the points are known."""
    require("matplotlib.pyplot", PURPOSE, "plot")
    require("adjustText", PURPOSE, "plot")
    check_axes(ax)


def draw_words(
    points: NDArray[np.float64],
    texts: Sequence[str],
    *,
    labels: int,
    groups: Sequence[Hashable | None] | None = None,
    ax: Any = None,
) -> Any:
    """Draw a point for each word, and its text beside it.

    Parameters
    ----------
    points : array of float, shape (n, 2)
    texts : sequence of str
        By which the first, and so the most important, get their labels first.
    labels : int
        How many words are labelled at most.
    groups : sequence of hashable or None, optional
        The group of each word, which chooses colour and marker; None: of no group.
    ax : matplotlib Axes, optional

    Returns
    -------
    matplotlib Axes
    """
    ax = axes_or_new(ax, PURPOSE, _SIZE)
    _draw_points(ax, points, groups)
    ax.set_xticks([])
    ax.set_yticks([])
    ax.margins(0.06)
    ax.spines[:].set_color("0.8")
    # parse_math: a word such as $x$ is no formula.
    written = [
        ax.text(x, y, text, fontsize=9, ha="center", va="center", parse_math=False, usetex=False, clip_on=True)
        for (x, y), text in zip(points[:labels], texts, strict=False)
    ]
    if written:
        with MissingGlyphs(_OTHER_FONT):
            separate(ax, written, points)
    return ax


def _draw_points(ax: Any, points: NDArray[np.float64], groups: Sequence[Hashable | None] | None) -> None:
    if groups is None:
        ax.scatter(*points.T, s=16, color=GROUP_COLOURS[0], alpha=0.8, linewidths=0)
        return
    names = [name for name in dict.fromkeys(groups) if name is not None]
    if len(names) > len(GROUP_COLOURS) * len(_MARKERS):
        raise ParameterError(
            f"groups has {len(names)} different names; {len(GROUP_COLOURS) * len(_MARKERS)} can be told apart in a "
            "plot: join some of them"
        )
    drawn = []
    for number, name in enumerate([*names, None]):
        rows = [row for row, group in enumerate(groups) if group == name]
        colour = OTHERS_COLOUR if name is None else GROUP_COLOURS[number % len(GROUP_COLOURS)]
        marker = "o" if name is None else _MARKERS[number // len(GROUP_COLOURS)]
        drawn.append(ax.scatter(*points[rows].T, s=18, color=colour, marker=marker, alpha=0.85, linewidths=0))
    # Under names of our own at first: matplotlib leaves out those that begin with an underscore.
    legend = ax.legend(drawn[:-1], ["group"] * len(names), loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False)
    for text, name in zip(legend.get_texts(), names, strict=True):
        text.set(text=label_of(name), parse_math=False)
