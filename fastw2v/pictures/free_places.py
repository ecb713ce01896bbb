"""Labels that do not overlap: adjustText pushes them apart, and those that still overlap look for a free place."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastw2v.errors import warn_user

# adjustText takes time that grows with the square of what overlaps, at each step. A limit in seconds would give another
# picture on another machine.
_WORK = 12_000
_FEWEST_STEPS = 25
# Where a label looks for a place around its point: distances in points of typography, and directions.
_DISTANCES = (9, 16, 24, 34, 46, 60)
_DIRECTIONS = 16
_LINE_FROM = 9  # nearer labels need no line to their points


def separate(ax: Any, written: list[Any], points: NDArray[np.float64]) -> None:
    """Move labels apart and draw lines to the points of those that went far; remove those that find no place.

    Parameters
    ----------
    ax : matplotlib Axes
        With final limits.
    written : list of matplotlib Text
        Each centred at its point, the most important first.
    points : array of float, shape (n, 2)
        All points to keep off, first those of the labels.

    Warns
    -----
    RuntimeWarning
        Labels were removed.
    """
    from adjustText import adjust_text

    adjust_text(
        written,
        *points.T,
        ax=ax,
        avoid_self=False,  # the labels' own points are among the others
        prevent_crossings=False,  # it compares all lines with each other at every step
        iter_lim=max(_FEWEST_STEPS, _WORK // (len(written) + len(points))),
        expand=(1.3, 1.8),
        force_static=(0.3, 0.5),
        force_text=(0.2, 0.3),
    )
    pixels = ax.transData.transform(points[: len(written)])
    removed = _settle(ax, written, pixels)
    for text in removed:
        text.remove()
    for text, point in zip(written, points, strict=False):
        if text not in removed:
            _connect(ax, text, point)
    if removed:
        warn_user(
            f"{len(removed):,} of {len(written):,} labels found no free place and are left out, their points are "
            "drawn: show fewer words, or pass the ax of a larger figure"
        )


def _settle(ax: Any, written: list[Any], pixels: NDArray[np.float64]) -> list[Any]:
    """Move labels that overlap a more important one, or leave the axes, to a free place; return those without one."""
    renderer = ax.figure.canvas.get_renderer()
    frame = ax.get_window_extent(renderer)
    kept = np.empty((0, 4))
    without = []
    for text, pixel in zip(written, pixels, strict=True):
        box = text.get_window_extent(renderer)
        size = np.array([box.width, box.height])
        for centre in [np.array([box.x0 + box.x1, box.y0 + box.y1]) / 2, *_around(pixel, size, ax.figure.dpi / 72)]:
            low, high = centre - size / 2, centre + size / 2
            inside = low[0] >= frame.x0 and low[1] >= frame.y0 and high[0] <= frame.x1 and high[1] <= frame.y1
            if inside and not ((low < kept[:, 2:]) & (kept[:, :2] < high)).all(axis=1).any():
                text.set_position(ax.transData.inverted().transform(centre))
                kept = np.vstack([kept, np.concatenate([low, high])])
                break
        else:
            without.append(text)
    return without


def _around(pixel: NDArray[np.float64], size: NDArray[np.float64], scale: float) -> Iterator[NDArray[np.float64]]:
    """Yield centres for a label around its point, the nearest first."""
    for distance in _DISTANCES:
        for direction in range(_DIRECTIONS):
            angle = 2 * math.pi * direction / _DIRECTIONS
            towards = np.array([math.cos(angle), math.sin(angle)])
            yield pixel + towards * (scale * distance + size / 2)


def _connect(ax: Any, text: Any, point: NDArray[np.float64]) -> None:
    """Draw a line from a label to its point, unless it stands beside it."""
    from matplotlib.patches import FancyArrowPatch

    box = text.get_window_extent(ax.figure.canvas.get_renderer())
    x, y = ax.transData.transform(point)
    away = math.hypot(max(box.x0 - x, 0, x - box.x1), max(box.y0 - y, 0, y - box.y1))
    if away > _LINE_FROM * ax.figure.dpi / 72:
        look: dict[str, Any] = {"arrowstyle": "-", "color": "0.6", "lw": 0.6, "zorder": 0.9}
        ax.add_patch(FancyArrowPatch(text.get_position(), tuple(point), patchA=text, shrinkA=1, shrinkB=2, **look))
