"""Figures of matplotlib, which is imported when the first is drawn."""

from __future__ import annotations

from typing import Any

from fastw2v.errors import ParameterError, require


def axes_or_new(ax: Any, purpose: str, size: tuple[float, float]) -> Any:
    """Return the given Axes, or those of a new figure.

    Parameters
    ----------
    ax : matplotlib Axes or None
    purpose : str
        What needs matplotlib, for the error where there is none.
    size : tuple of float
        Of a new figure, in inches.

    Raises
    ------
    MissingDependencyError
        matplotlib is not installed.
    ParameterError
        `ax` is no Axes.
    """
    pyplot = require("matplotlib.pyplot", purpose, "plot")
    if ax is None:
        return pyplot.subplots(figsize=size, layout="constrained")[1]
    check_axes(ax)
    return ax


def check_axes(ax: Any) -> None:
    """Raise ParameterError for what is neither None nor one Axes."""
    if ax is not None and not (hasattr(ax, "annotate") and hasattr(ax, "scatter")):
        found = f"an array of shape {ax.shape}: choose one of it" if hasattr(ax, "shape") else type(ax).__name__
        raise ParameterError(f"ax must be one matplotlib Axes, such as plt.subplots()[1]; got {found}")
