"""What each index knows of the vectors that it was built from: how many there are, and of how many dimensions."""

from __future__ import annotations

from fastw2v.errors import ParameterError
from fastw2v.progress.figures import counted


class IndexBase:
    """The common part of `ApproximateIndex` and `GpuIndex`; each sets ``shape``, that of its vectors."""

    shape: tuple[int, ...]

    def __repr__(self) -> str:
        vectors, dimensions = counted(self.shape[0], "vector"), counted(self.shape[1], "dimension")
        return f"<{type(self).__name__} of {vectors} of {dimensions}>"

    def __len__(self) -> int:
        return int(self.shape[0])

    def check(self, shape: tuple[int, ...]) -> None:
        """Raise `ParameterError` unless the index was built from vectors of this shape."""
        if tuple(self.shape) != tuple(shape):
            raise ParameterError(f"this index was built from vectors of shape {self.shape}, not {tuple(shape)}")
