"""The map: one file of HTML that holds words, vectors and the library that draws, and asks the network for nothing."""

from __future__ import annotations

import base64
import gzip
import html
import json
import re
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastw2v import __version__
from fastw2v.errors import ParameterError, require
from fastw2v.parameters import is_whole
from fastw2v.pictures.palette import GROUP_COLOURS, OTHERS_COLOUR, frequency_colours
from fastw2v.pictures.quantised import quantise

PURPOSE = "explore()"
# Half the width and height of the map, in the whole numbers that the page uses.
_EXTENT = 10_000
_STYLES = ("page.css",)
_SCRIPTS = ("unpack", "theme", "neighbours", "frame", "view", "labels", "selection", "search", "panel", "start")
_METHOD_NAMES = {"pca": "PCA", "tsne": "t-SNE", "umap": "UMAP"}


def check_clusters(clusters: Any) -> None:
    """Raise ParameterError unless each cluster can have a colour of its own."""
    most = len(GROUP_COLOURS)
    if not is_whole(clusters) or not 1 <= clusters <= most:
        raise ParameterError(f"clusters must be a whole number from 1 to {most}, one colour each; got {clusters!r:.60}")


def require_library() -> Any:
    """Return Bokeh's module of resources; raise now if it is missing."""
    return require("bokeh.resources", PURPOSE, "plot")


def map_page(
    words: Sequence[str],
    points: NDArray[np.float64],
    units: NDArray[np.float32],
    counts: NDArray[np.int64] | None,
    clusters: tuple[NDArray[np.int64], list[NDArray[np.int64]]],
    *,
    method: str,
    title: str,
) -> bytes:
    """Return the page that shows words on a map.

    Parameters
    ----------
    words : sequence of str
        What is shown for each, the most frequent first.
    points : array of float, shape (n, 2)
    units : array of float32, shape (n, D)
        Of length 1.
    counts : array of int, shape (n,), or None
    clusters : tuple
        As `fastw2v.pictures.clusters.cluster` returns.
    method : {"pca", "tsne", "umap"}
        What chose the points.
    title : str

    Returns
    -------
    bytes
        The same for the same arguments and the same version of Bokeh.

    Notes
    -----
    Everything that is data is packed (gzip, base64), so that no word can be read as markup; the page shows words as
    text. Its content security policy lets the browser refuse every request.
    """
    labels, typical = clusters
    middle = (points.max(axis=0) + points.min(axis=0)) / 2
    extent = float(np.abs(points - middle).max()) or 1.0
    x, y = np.rint((points - middle) * (_EXTENT / extent)).astype(np.int64).T
    data = {
        "title": title,
        "method": _METHOD_NAMES[method],
        "extent": _EXTENT,
        "words": list(words),
        "counts": None if counts is None else counts.tolist(),
        "x": x.tolist(),
        "y": y.tolist(),
        "dimensions": units.shape[1],
        "clusters": labels.tolist(),
        "clusterNames": [", ".join(words[row] for row in rows) for rows in typical],
        "clusterColours": list(GROUP_COLOURS),
        "otherColour": OTHERS_COLOUR,
        "frequencyColours": frequency_colours(),
    }
    parts = {
        "version": html.escape(__version__),
        "title": html.escape(title),
        "style": "\n".join(_part(name) for name in _STYLES),
        "library": _packed(json.dumps(_library()).encode("ascii")),
        "data": _packed(json.dumps(data).encode("ascii")),
        "vectors": _packed(quantise(units).tobytes()),
        "script": "\n".join(_part(f"{name}.js") for name in _SCRIPTS),
    }
    return re.sub(r"\{\{(\w+)\}\}", lambda match: parts[match[1]], _part("page.html")).encode("utf-8")


def _library() -> list[str]:
    """Return Bokeh's scripts, which its Python package contains."""
    chosen = require_library().Resources(mode="inline", components=["bokeh", "bokeh-gl", "bokeh-api"], minified=True)
    return [script for script in chosen.js_raw if len(script) > 10_000]  # the others set its level of logging


def _part(name: str) -> str:
    return (files(__package__ or "") / "page" / name).read_text(encoding="utf-8")


def _packed(data: bytes) -> str:
    # No time in it: equal maps make equal files.
    return base64.b64encode(gzip.compress(data, 9, mtime=0)).decode("ascii")
