"""Array functions for both NumPy and CuPy, so that the layers and their checks are written once."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np

from fastw2v.errors import ParameterError

Array = Any  # numpy.ndarray or cupy.ndarray: CuPy may not be installed, so the type has no name here


def array_module(array: Array) -> ModuleType:
    """Return the module whose functions take this array: CuPy for CuPy arrays, else NumPy. Never import CuPy.

    Examples
    --------
    >>> array_module(np.zeros(3)).__name__, array_module([1, 2]).__name__
    ('numpy', 'numpy')
    """
    # A CuPy array cannot exist before CuPy was imported, so the module is always in sys.modules.
    return sys.modules["cupy"] if type(array).__module__.partition(".")[0] == "cupy" else np


def on_host(array: Array) -> np.ndarray:
    """Return the array as a NumPy array (a copy only if it is on a device)."""
    return np.asarray(array if array_module(array) is np else array.get())


def add_rows(rows: Array, ids: Array, values: Array) -> None:
    """Add: ``rows[ids] += values``, where a repeated id adds each of its values."""
    if array_module(rows) is np:
        np.add.at(rows, ids, values)
    else:
        from cupyx import scatter_add

        scatter_add(rows, ids, values)


def sigmoid(x: Array) -> Array:
    """Return ``1 / (1 + exp(-x))`` without overflow: the exponential is only taken of ``-|x|``.

    Examples
    --------
    >>> sigmoid(np.array([-1000.0, 0.0, 1000.0]))
    array([0. , 0.5, 1. ])
    """
    xp = array_module(x)
    x = xp.asarray(x)
    e = xp.exp(-abs(x))
    return xp.where(x >= 0, 1 / (1 + e), e / (1 + e))


def log_sigmoid(x: Array) -> Array:
    """Return ``log(sigmoid(x))``, exact even where the sigmoid itself rounds to 0 or 1.

    Examples
    --------
    >>> log_sigmoid(np.array([-1000.0, -1.0])).round(3).tolist()
    [-1000.0, -1.313]
    """
    xp = array_module(x)
    x = xp.asarray(x)
    return xp.minimum(x, 0) - xp.log1p(xp.exp(-abs(x)))


def numerical_gradient(f: Callable[[], float], x: np.ndarray, step: float = 1e-5) -> np.ndarray:
    """Return the gradient of ``f()`` with respect to `x` by central differences, to check a ``backward``.

    Parameters
    ----------
    f : callable without arguments
        Computes a scalar from `x`. Each element of `x` is changed in place and then restored.
    x : array of float64
        In float32 the difference of two losses would be mostly rounding.
    step : float, default 1e-5
        The step of each element to both sides; the error is of order ``step ** 2``.

    Returns
    -------
    array of the shape of `x`

    Raises
    ------
    ParameterError
        `x` is not float64.

    Examples
    --------
    >>> x = np.array([1.0, -2.0])
    >>> numerical_gradient(lambda: (x**2).sum(), x).round(6)
    array([ 2., -4.])
    """
    if getattr(x, "dtype", None) != np.float64:
        kind = getattr(x, "dtype", f"a {type(x).__name__}")
        raise ParameterError(
            f"numerical_gradient: x is {kind}; it must be an array of float64, to see small differences"
        )
    gradient = np.empty_like(x)
    for place in np.ndindex(x.shape):
        kept = x[place]
        x[place] = kept + step
        above = f()
        x[place] = kept - step
        below = f()
        x[place] = kept
        gradient[place] = (above - below) / (2 * step)
    return gradient
