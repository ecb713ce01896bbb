"""From many dimensions to two: where each word stands in a picture."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from fastw2v.errors import ParameterError, require

Method = Literal["pca", "tsne", "umap"]
METHODS: tuple[Method, ...] = get_args(Method)
# The fewest words that a method can tell neighbours of.
_FEWEST = {"pca": 2, "tsne": 4, "umap": 4}
_PERPLEXITY = 30.0
_NEIGHBOURS = 15
# With so many words for each dimension, PCA by the covariances of dimensions takes a fraction of the time.
_TALL = 10


def check_method(method: Any, words: int) -> None:
    """Raise ParameterError for an unknown method, or one that needs more words."""
    if method not in METHODS:
        raise ParameterError(f"method must be one of {', '.join(map(repr, METHODS))}; got {method!r:.60}")
    if words < _FEWEST[method]:
        instead = " or choose method='pca'" if words >= _FEWEST["pca"] else ""
        raise ParameterError(
            f"method={method!r} needs at least {_FEWEST[method]} words that have a direction; got {words}: name more "
            f"words{instead}"
        )


def place(
    units: NDArray[np.float32], method: Method, random_state: Any = 0, settings: Mapping[str, Any] | None = None
) -> NDArray[np.float64]:
    """Return two coordinates for each vector, so that near vectors stand near each other.

    Parameters
    ----------
    units : array of float32, shape (n, D)
        Of length 1: Euclidean distances then order words as cosines do.
    method : {"pca", "tsne", "umap"}
        "pca": the two directions of greatest variance, which is quick and keeps the large picture. "tsne" and "umap"
        keep neighbours together.
    random_state : int, RandomState or None, default 0
        The same number gives the same picture.
    settings : mapping, optional
        More arguments of scikit-learn's PCA or TSNE, or of umap.UMAP.

    Returns
    -------
    array of float64, shape (n, 2)

    Raises
    ------
    MissingDependencyError
        For "umap" without the package umap-learn.
    ParameterError
        There are too few words, the method is unknown, or `random_state` is no seed.
    TypeError
        For a setting that the method does not have.
    """
    check_method(method, len(units))
    make = {"pca": _pca, "tsne": _tsne, "umap": _umap}[method]
    return make(units, _seed(random_state), dict(settings or {}))


def _seed(random_state: Any) -> Any:
    from sklearn.utils import check_random_state

    try:
        check_random_state(random_state)
    except ValueError as error:
        raise ParameterError(
            f"random_state must be a whole number, a RandomState or None; got {random_state!r:.60}"
        ) from error
    return random_state


def _made(kind: Callable[..., Any], method: Method, ours: dict[str, Any], settings: dict[str, Any]) -> Any:
    """Return an object of the class that does the work, after a check of the names of its settings."""
    known = [name for name in inspect.signature(kind).parameters if name != "n_components"]
    if settings.pop("n_components", 2) != 2:
        raise ParameterError("n_components: a picture has two dimensions, leave it out")
    if unknown := sorted(settings.keys() - set(known)):
        raise TypeError(
            f"got an unexpected argument {unknown[0]!r}; method={method!r} hands on those of {kind.__name__}: "
            f"{', '.join(known)}"
        )
    return kind(**{**ours, **settings})


def _pca(units: NDArray[np.float32], seed: Any, settings: dict[str, Any]) -> NDArray[np.float64]:
    from sklearn.decomposition import PCA

    components = min(2, *units.shape)
    tall = len(units) >= _TALL * units.shape[1]
    solver = "covariance_eigh" if tall and _sklearn_version() >= (1, 5) else "full"  # older ones do not know it
    ours = {"n_components": components, "svd_solver": solver, "random_state": seed}
    with np.errstate(invalid="ignore"):  # of words that all stand in one place it divides by a variance of zero
        points = _made(PCA, "pca", ours, settings).fit_transform(units.astype(np.float64))
    return np.pad(points, ((0, 0), (0, max(0, 2 - points.shape[1]))))[:, :2]


def _sklearn_version() -> tuple[int, ...]:
    import sklearn

    return tuple(int(part) for part in sklearn.__version__.split(".")[:2])


def _tsne(units: NDArray[np.float32], seed: Any, settings: dict[str, Any]) -> NDArray[np.float64]:
    from sklearn.manifold import TSNE

    perplexity = min(_PERPLEXITY, (len(units) - 1) / 3)
    ours = {"perplexity": perplexity, "init": _start(units), "random_state": seed}
    return np.asarray(_made(TSNE, "tsne", ours, settings).fit_transform(units), np.float64)


def _start(units: NDArray[np.float32]) -> str:
    """Return where to start: from PCA's places, which keep the large picture, but need two dimensions."""
    return "pca" if units.shape[1] >= 2 else "random"


def _umap(units: NDArray[np.float32], seed: Any, settings: dict[str, Any]) -> NDArray[np.float64]:
    umap = require("umap", "method='umap'", "umap")
    ours: dict[str, Any] = {"n_neighbors": min(_NEIGHBOURS, len(units) - 1), "metric": "cosine", "random_state": seed}
    if seed is not None:
        ours["n_jobs"] = 1  # UMAP warns that a seed allows no more
    # UMAP's own start, by eigenvectors, fails on few words and on groups that lie apart.
    ours["init"] = _start(units)
    return np.asarray(_made(umap.UMAP, "umap", ours, settings).fit_transform(units), np.float64)
