"""Figures of matplotlib, which is imported when the first is drawn."""

from __future__ import annotations

import re
import warnings
from contextvars import ContextVar
from typing import Any

from fastw2v.errors import ParameterError, require, warn_user

_NO_GLYPH = re.compile(r"Glyph (?P<code>\d+) .*missing from font\(s\) (?P<font>[^.]*)")
_gathers: ContextVar[bool] = ContextVar("fastw2v_gathers_glyphs", default=False)


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


class MissingGlyphs:
    """A context in which characters that the font lacks are gathered, and told in one warning at its end.

    matplotlib warns of each character, and each time that it is drawn. Within another such context, that one tells.

    Parameters
    ----------
    remedy : str
        What to do about it, the end of the warning.
    """

    def __init__(self, remedy: str) -> None:
        self._remedy = remedy
        self._found: list[re.Match[str]] = []

    def __enter__(self) -> None:
        self._within = _gathers.get()
        if self._within:
            return
        _gathers.set(True)
        self._before = warnings.catch_warnings()
        self._before.__enter__()
        shown = warnings.showwarning

        def sift(message: Warning | str, *where: Any, **more: Any) -> None:
            if found := _NO_GLYPH.match(str(message)):
                self._found.append(found)
            else:
                shown(message, *where, **more)

        warnings.showwarning = sift  # type: ignore[assignment]
        warnings.filterwarnings("always", "Glyph .* missing from font")

    def __exit__(self, *raised: object) -> None:
        if self._within:
            return
        self._before.__exit__(None, None, None)
        _gathers.set(False)
        if self._found and raised[0] is None:
            self._tell()

    def _tell(self) -> None:
        letters = list(dict.fromkeys(chr(int(found["code"])) for found in self._found))
        some, font = ", ".join(map(repr, letters[:3])), self._found[0]["font"]
        what = f"{len(letters):,} characters such as {some} are not in the font {font}, and stand as boxes"
        if len(letters) == 1:
            what = f"the character {some} is not in the font {font}, and stands as a box"
        warn_user(f"{what}: {self._remedy}")
