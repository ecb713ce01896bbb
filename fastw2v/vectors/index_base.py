"""What each index knows of the vectors that it was built from: how many there are, and of how many dimensions."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastw2v.errors import ParameterError
from fastw2v.progress.figures import counted
from fastw2v.vectors.search import unit_rows

_SAMPLE = 32  # rows by which an index knows its vectors again
_ROUNDING = 1e-3  # between vectors of one type and of another


class IndexBase:
    """The common part of `ApproximateIndex` and `GpuIndex`; each sets ``shape``, that of its vectors."""

    shape: tuple[int, ...]
    sample: NDArray[np.float32]  # a few of the unit vectors

    def __repr__(self) -> str:
        vectors, dimensions = counted(self.shape[0], "vector"), counted(self.shape[1], "dimension")
        return f"<{type(self).__name__} of {vectors} of {dimensions}>"

    def __len__(self) -> int:
        return int(self.shape[0])

    def check(self, shape: tuple[int, ...]) -> None:
        """Raise `ParameterError` unless the index was built from vectors of this shape."""
        if tuple(self.shape) != tuple(shape):
            raise ParameterError(f"this index was built from vectors of shape {self.shape}, not {tuple(shape)}")

    def check_rows(self, vectors: NDArray[Any]) -> None:
        """Raise `ParameterError` unless the index was built from these vectors, as a few of them show."""
        if not np.allclose(sample_of(vectors), self.sample, atol=_ROUNDING, equal_nan=True):
            raise ParameterError(
                "this index was built from other vectors, such as those before a training: build it anew, as in "
                f"{type(self).__name__}(wv)"
            )


def sample_of(vectors: NDArray[Any]) -> NDArray[np.float32]:
    """Return a few rows, from the first to the last, at length 1."""
    return unit_rows(vectors[np.linspace(0, len(vectors) - 1, min(_SAMPLE, len(vectors)), dtype=np.int64)])
