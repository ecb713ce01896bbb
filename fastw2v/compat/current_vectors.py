"""Word vectors whose array may be written to: lengths and unit vectors follow what the array holds now."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fastw2v.compat.arguments import whole
from fastw2v.compat.watched import Watched
from fastw2v.errors import ParameterError
from fastw2v.parameters import shown, whole_number
from fastw2v.progress.figures import counted
from fastw2v.vectors.given import check_not_masked
from fastw2v.vectors.search import unit_row, unit_rows, units_and_others
from fastw2v.vectors.word_vectors import WordVectors

# Between these the squares of float32 neither vanish nor overflow.
_SHORTEST, _LONGEST = 1e-15, 1e15
_NO_ROWS: NDArray[np.int64] = np.empty(0, np.int64)
_FLOATS = (np.float16, np.float32, np.float64)


def float_type(name: str, given: Any) -> np.dtype[Any]:
    """Return a type that vectors may have; raise ParameterError, naming the argument, for any other."""
    try:
        dtype = np.dtype(given)
    except TypeError:
        dtype = np.dtype(object)
    if dtype not in _FLOATS:
        raise ParameterError(f"{name}={shown(given)}: it must be np.float16, np.float32 or np.float64")
    return dtype


class _Scales(NamedTuple):
    """What scores are divided by, None if they are no plain quotients in float32, and the rows without direction."""

    divisors: NDArray[np.float32] | None
    undirected: NDArray[np.int64]


class CurrentVectors(WordVectors):
    """`WordVectors` that answer from an array which scripts may change in any way."""

    _watched: Watched
    _said: NDArray[np.int64] = np.empty(0, np.int64)  # the rows without direction that the last warning was about

    def _hold(self, array: NDArray[Any]) -> None:
        """Hold another array, which is shared if it holds floats of a usual size."""
        self._watched = Watched(array if array.dtype in _FLOATS else array.astype(np.float32))

    @property  # type: ignore[override]
    def vectors(self) -> NDArray[Any]:
        """The array of the vectors, shape (V, D): it may be written to, and another one may be assigned.

        An array that is assigned is shared; one of other numbers than floats is converted to float32 first.
        """
        return self._watched.lend()

    @vectors.setter
    def vectors(self, given: Any) -> None:
        check_not_masked(given, "wv.vectors")
        array = np.asarray(given)
        if array.ndim != 2 or array.dtype.kind not in "fiu" or array.shape[1] < 1:
            raise ParameterError(
                f"wv.vectors = ...: a 2-D array of numbers with at least one column was expected; got shape "
                f"{array.shape} of {array.dtype}"
            )
        if array is not self._watched.array:  # as after wv.vectors *= 2
            self._hold(array)

    @property
    def _rows(self) -> NDArray[Any]:
        return self._watched.view

    @property
    def vector_size(self) -> int:
        """The length of each vector, D."""
        return int(self._rows.shape[1])

    @vector_size.setter
    def vector_size(self, size: int) -> None:
        size = whole(size)
        if size != self.vector_size and len(self._rows):
            raise ParameterError(
                f"wv.vector_size = {shown(size)}: the vectors have {self.vector_size} numbers each; assign wv.vectors"
            )
        if size != self.vector_size:
            self._hold(np.zeros((0, whole_number("vector_size", size, 1)), self._rows.dtype))

    @property
    def norms(self) -> NDArray[Any]:
        """The lengths of the vectors as they are now, shape (V,)."""
        found: NDArray[Any] = self._watched.result("norms", _fixed_lengths)
        return found

    @norms.setter
    def norms(self, given: Any) -> None:
        """Accept what gensim's scripts assign to have lengths computed anew; they always are."""

    @property
    def unit_vectors(self) -> NDArray[np.float32]:
        """The vectors as they are now at length 1, shape (V, D), float32; zero vectors stay zero."""
        self._check_rows()
        found: NDArray[np.float32] = self._watched.result("units", _read_only_units)
        return found

    def _unit(self, row: int) -> NDArray[np.float32]:
        return unit_row(self._rows[row])

    @property
    def without_direction(self) -> NDArray[np.int64]:
        """The rows whose vectors are now zero, or hold NaN or infinity: no query answers with their words."""
        self._check_rows()
        rows = self._scales().undirected
        if len(rows) or len(self._said):  # once for the same rows
            keyed = rows[: int(np.searchsorted(rows, self._taken()))]
            if not np.array_equal(keyed, self._said):
                self._said = keyed
                self._warn_of_undirected(keyed)
        return rows

    def _taken(self) -> int:
        """Return how many rows have keys, or may have."""
        return len(self._rows)

    def _scales(self) -> _Scales:
        found: _Scales = self._watched.result("scales", scales)
        return found

    def _cosines(self, unit: NDArray[np.float32], rows: slice | NDArray[np.int64]) -> NDArray[np.float32]:
        self._check_rows()
        divisors = self._scales().divisors
        if divisors is None:
            return super()._cosines(unit, rows)
        return self._rows[rows] @ unit / divisors[rows]

    def _check_rows(self) -> None:
        if len(self._rows) != len(self.index_to_key):
            raise ParameterError(
                f"wv.vectors has {counted(len(self._rows), 'row')}, and wv.index_to_key "
                f"{counted(len(self.index_to_key), 'key')}: give one vector per key, or call wv.resize_vectors()"
            )

    def unit_normalize_all(self) -> None:
        """Scale all vectors to length 1, in place; zero vectors stay zero."""
        divisors = self._scales().divisors
        array = self._watched.lend()
        if divisors is None:
            array[...] = unit_rows(array)
        else:
            array /= divisors[:, None]


def _fixed_lengths(array: NDArray[Any]) -> NDArray[Any]:
    return _fixed(_lengths(array))


def _lengths(array: NDArray[Any]) -> NDArray[Any]:
    with np.errstate(all="ignore"):
        if array.dtype == np.float16:  # its squares overflow
            array = array.astype(np.float32)
        lengths: NDArray[Any] = np.sqrt(np.einsum("ij,ij->i", array, array))
        return lengths


def scales(array: NDArray[Any]) -> _Scales:
    """Return the lengths, 1 for a vector of zeros, and which vectors have no direction."""
    lengths = _lengths(array)
    if len(array) and array.dtype == np.float32 and lengths.min() > _SHORTEST and lengths.max() < _LONGEST:
        return _Scales(lengths, _NO_ROWS)
    odd = np.flatnonzero(~((lengths > _SHORTEST) & (lengths < _LONGEST)))
    undirected = odd[units_and_others(array[odd])[1]]
    lengths[odd] = 1
    plain = array.dtype == np.float32 and not array[odd].any()
    return _Scales(lengths if plain else None, undirected)


def _read_only_units(array: NDArray[Any]) -> NDArray[np.float32]:
    return _fixed(unit_rows(array))


def _fixed(array: NDArray[Any]) -> NDArray[Any]:
    """Return the array, read-only: results are kept."""
    array.flags.writeable = False
    return array
