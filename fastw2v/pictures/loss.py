"""The plot of the loss: one point for each epoch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastw2v.errors import ParameterError
from fastw2v.pictures.figures import axes_or_new


def plot_losses(losses: Sequence[float], ax: Any = None) -> Any:
    """Draw the mean loss of each epoch.

    Parameters
    ----------
    losses : sequence of float
    ax : matplotlib Axes, optional
        By default those of a new figure.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    MissingDependencyError
        matplotlib is not installed.
    ParameterError
        There is no loss, or `ax` is no Axes.
    """
    if not losses:
        raise ParameterError("plot_loss: this model has no losses: it finished no epoch, or its file holds none")
    ax = axes_or_new(ax, "plot_loss()", (6.4, 4.0))
    from matplotlib.ticker import MaxNLocator

    ax.plot(range(1, len(losses) + 1), losses, marker="o", markersize=5)
    ax.set_xlabel("epoch")
    ax.set_ylabel("mean loss per positive pair")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    ax.grid(alpha=0.3)
    ax.spines[["top", "right"]].set_visible(False)
    return ax
