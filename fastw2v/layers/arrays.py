"""Array functions that NumPy and CuPy arrays share: the layers and whatever checks them are written once for both."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np

from fastw2v.errors import ParameterError

Array = Any  # numpy.ndarray or cupy.ndarray: CuPy may not be installed, so the type has no name here


def array_module(array: Array) -> ModuleType:
    """The module whose functions take this array: CuPy for CuPy arrays, else NumPy. Never imports CuPy.

    Examples
    --------
    >>> array_module(np.zeros(3)).__name__, array_module([1, 2]).__name__
    ('numpy', 'numpy')
    """
    # An array of CuPy's cannot exist before CuPy was imported, so the module is always there to be found.
    return sys.modules["cupy"] if type(array).__module__.partition(".")[0] == "cupy" else np


def on_host(array: Array) -> np.ndarray:
    """The array in NumPy's memory (a copy only if it lies on a device)."""
    return np.asarray(array if array_module(array) is np else array.get())


def add_rows(rows: Array, ids: Array, values: Array) -> None:
    """``rows[ids] += values``, where an id that stands twice adds twice."""
    if array_module(rows) is np:
        np.add.at(rows, ids, values)
    else:
        from cupyx import scatter_add

        scatter_add(rows, ids, values)


def sigmoid(x: Array) -> Array:
    """``1 / (1 + exp(-x))`` without overflow: the exponential only ever sees ``-|x|``.

    Examples
    --------
    >>> sigmoid(np.array([-1000.0, 0.0, 1000.0]))
    array([0. , 0.5, 1. ])
    """
    xp = array_module(x)
    e = xp.exp(-abs(x))
    return xp.where(x >= 0, 1 / (1 + e), e / (1 + e))


def log_sigmoid(x: Array) -> Array:
    """``log(sigmoid(x))``, exact also where the sigmoid itself has become 0 or 1.

    Examples
    --------
    >>> log_sigmoid(np.array([-1000.0, -1.0])).round(3).tolist()
    [-1000.0, -1.313]
    """
    xp = array_module(x)
    return xp.minimum(x, 0) - xp.log1p(xp.exp(-abs(x)))


def numerical_gradient(f: Callable[[], float], x: np.ndarray, step: float = 1e-5) -> np.ndarray:
    """The gradient of ``f()`` with respect to `x` by central differences, to check a ``backward`` against.

    Parameters
    ----------
    f : callable without arguments
        Computes a scalar from `x`, which it can reach and which is changed in place and put back, element by element.
    x : array of float64
        In float32 the difference of two losses is mostly rounding.
    step : float, default 1e-5
        Of each element, to both sides; the error is of order ``step ** 2``.

    Returns
    -------
    array, shaped as `x`

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
    if x.dtype != np.float64:
        raise ParameterError(f"numerical_gradient: x is {x.dtype}; differences this small need float64")
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
