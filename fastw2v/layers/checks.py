"""Checks of what the layers are given: NumPy would broadcast, round or wrap what does not fit, and say nothing."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from fastw2v.errors import ParameterError
from fastw2v.layers.arrays import Array


def check_weights(layer: str, W: Array) -> None:  # noqa: N803  (the book's name for a weight matrix)
    """Raise ParameterError unless it is a matrix of float32 or float64: in integers, gradients would be rounded.

    Examples
    --------
    >>> check_weights("Embedding", [[1, 2]])
    Traceback (most recent call last):
    fastw2v.errors.ParameterError: Embedding: W is a list; it must be an array (rows, columns) of float32 or float64
    """
    wanted = "it must be an array (rows, columns) of float32 or float64"
    if not hasattr(W, "dtype"):
        raise ParameterError(f"{layer}: W is a {type(W).__name__}; {wanted}")
    if W.dtype.name not in ("float32", "float64") or W.ndim != 2:
        raise ParameterError(f"{layer}: W has the shape {W.shape} and the type {W.dtype}; {wanted}")


def as_numbers(layer: str, name: str, given: Any, xp: ModuleType) -> Array:
    """Return numbers as an array of a module.

    Examples
    --------
    >>> import numpy as np
    >>> as_numbers("EmbeddingDot", "h", [[1.0, 2.0]], np)
    array([[1., 2.]])
    """
    try:
        found = xp.asarray(given)
    except (TypeError, ValueError) as error:  # rows of several lengths, or an array of the other module
        raise ParameterError(f"{layer}: {name} cannot be made an array of {xp.__name__}: {error}") from error
    if found.dtype.kind not in "fiub":
        raise ParameterError(f"{layer}: {name} must be numbers; got an array of {found.dtype}")
    return found


def as_ids(layer: str, name: str, given: Any, xp: ModuleType, rows: int | None = None) -> Array:
    """Return word ids as an array of a module.

    Raises
    ------
    ParameterError
        They are no whole numbers.
    IndexError
        With ``rows``: an id is not one of 0..rows - 1. (NumPy would count negative ids from the end, CuPy would wrap
        all of them.)

    Examples
    --------
    >>> import numpy as np
    >>> as_ids("Embedding", "ids", [3, 1], np, rows=4)
    array([3, 1])
    """
    found = xp.asarray(given)
    if not found.size:
        return found.astype("int64")  # NumPy takes an empty list for floats
    if found.dtype.kind not in "iu":
        raise ParameterError(
            f"{layer}: {name} must be word ids, whole numbers; got an array of {found.dtype}: number the words first, "
            "as in encode(sentences).ids"
        )
    if rows is not None and not 0 <= int(found.min()) <= int(found.max()) < rows:
        raise IndexError(
            f"{layer}: ids from {int(found.min())} to {int(found.max())}, but the {rows} rows are numbered "
            f"0 to {rows - 1}; check how the words were numbered"
        )
    return found


def check_hidden(layer: str, h: Array, ids: Array, columns: int, *, one_each: bool = True) -> None:
    """Raise ParameterError unless ``h`` has a row for each target, or row of ids, of as many numbers as the weights."""
    if h.ndim != 2 or h.shape[1] != columns or ids.ndim == 0 or (one_each and ids.ndim > 1) or len(ids) != len(h):
        name, wanted = ("target", "(batch,)") if one_each else ("ids", "(batch,) or (batch, words)")
        raise ParameterError(
            f"{layer}: h has the shape {h.shape} and {name} {ids.shape}; they must be (batch, {columns}) and {wanted}"
        )


def as_gradient(layer: str, given: Any, shape: tuple[int, ...], xp: ModuleType) -> Array:
    """Return the gradient that ``backward`` receives; raise ParameterError unless it has the shape of the output."""
    found = as_numbers(layer, "the gradient", given, xp)
    if found.shape != shape:
        raise ParameterError(
            f"{layer}: backward got a gradient of shape {found.shape}, but forward returned {shape}: they must agree"
        )
    return found


def of_forward(layer: object, name: str) -> Any:
    """Return what ``forward`` has kept for ``backward``; raise ParameterError if there was no ``forward``."""
    try:
        return vars(layer)[name]
    except KeyError:
        raise ParameterError(
            f"{type(layer).__name__}: there is nothing to go back from: call forward before backward"
        ) from None
