"""An array that scripts may write to, with what is computed from it: never out of date, and seldom computed anew."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray


class Watched:
    """An array, and results that are kept until somebody can have changed it.

    Parameters
    ----------
    array : array, shape (V, D)
        Shared, not copied.

    Attributes
    ----------
    array : array
        For those who change it; others borrow it from `lend`.
    view : array
        The same, read-only.

    Notes
    -----
    Nothing tells when an element of an array is assigned. But nobody can assign one without holding the array or a view
    of it, both of which count as references to the array that owns the memory: `numpy.ndarray.resize` relies on the
    same count. So results are kept while no reference is out; after the last one is gone, they are computed once more.
    """

    def __init__(self, array: NDArray[Any]) -> None:
        self.array = array
        self.view = array.view()
        self.view.flags.writeable = False
        self._lent = True  # whoever made the array may still hold it
        self._kept: dict[str, Any] = {}

    def lend(self) -> NDArray[Any]:
        """Return the array to somebody who may change it."""
        self._lent = True
        return self.array

    def result(self, name: str, compute: Callable[[NDArray[Any]], Any]) -> Any:
        """Return ``compute(array)`` of the array as it is now."""
        if self._lent:
            # In this order: whoever borrows the array from here on makes the next call compute anew.
            self._lent = self._held_elsewhere()
            self._kept = {}
        kept = self._kept
        if name not in kept:
            kept[name] = compute(self.array)
        return kept[name]

    def _held_elsewhere(self) -> bool:
        if self.array.base is not None:  # a view does not know who else sees its memory
            return _changeable(self.array)
        return self._references() > _NOBODY_ELSE

    def _references(self) -> int:
        return sys.getrefcount(self.array)


_NOBODY_ELSE = Watched(np.empty(0))._references()


def _changeable(array: Any) -> bool:
    """Return whether the memory of an array, or of what it is a view of, can be written to."""
    while isinstance(array, np.ndarray):
        if array.flags.writeable:
            return True
        array = array.base
    if array is None:
        return False
    try:
        return not memoryview(array).readonly
    except TypeError:
        return True


def owner_of(array: NDArray[Any]) -> NDArray[Any]:
    """Return the array that a view shows whole, if the view is read-only and the array is not; else the view."""
    base = array.base
    if (
        isinstance(base, np.ndarray)
        and base.base is None
        and base.flags.writeable
        and (base.shape, base.strides, base.dtype) == (array.shape, array.strides, array.dtype)
    ):
        return base
    return array
