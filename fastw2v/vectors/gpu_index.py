"""GpuIndex: unit vectors on a GPU, and an exact search there for `WordVectors.most_similar_batch`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from fastw2v.cuda_device import Purpose, open_device
from fastw2v.errors import ParameterError, require
from fastw2v.native.cuda_text import COMMON
from fastw2v.vectors.index_base import IndexBase, sample_of

if TYPE_CHECKING:
    from fastw2v.vectors.word_vectors import WordVectors

FILES = (*COMMON, "cuda/fw_cuda_flags.h", "cuda/fw_cuda_nearest.cu")
KERNELS = ("fw_score_rows", "fw_select_rows")
THREADS, QUERIES = 256, 8  # of a block; FW_QUERIES in native/cuda/fw_cuda_nearest.cu
SELECT_BYTES = 4 * (32 + 2048)  # shared memory of fw_select_rows
SCORE_BYTES = 256 << 20  # of the scores of one block of queries
UNASKED_BYTES = 48 << 10  # shared memory that a block has without asking the driver for more
INDEX = Purpose(
    "an index on a GPU: ",
    "leave the index out",
    "This process may be unable to use the GPU again: start a new one, or leave the index out",
)


class GpuIndex(IndexBase):
    """Unit vectors on an NVIDIA GPU, which compares many queries with all of them.

    Parameters
    ----------
    word_vectors : WordVectors
        The vectors to index. Pass the index to their methods, or to those of vectors with equal rows.

    Attributes
    ----------
    units : cupy.ndarray of float32, shape (V, D)
        The unit vectors on the device. Other libraries share their memory, through DLPack or
        ``__cuda_array_interface__``: ``torch.from_dlpack(index.units)``. Read them only.

    Raises
    ------
    MissingDependencyError
        CuPy is not installed.
    BackendUnavailable
        There is no CUDA driver, no device or no NVRTC, or CuPy cannot compile the kernels.
    DeviceError
        The device failed; so may a search.
    ParameterError
        The vectors are too long for the shared memory of the device.
    MemoryError
        The device has too little memory.

    Notes
    -----
    Answers are those without an index: all rows are compared, in float32, and the scores of those found are computed on
    the host. It pays for thousands of queries at once, not for a single one. An index does not pickle. The kernels have
    been compiled and run on the host, not yet on a GPU.

    Examples
    --------
    ``index = GpuIndex(wv)``, then ``wv.most_similar_batch(words, index=index)``.
    """

    def __init__(self, word_vectors: WordVectors) -> None:
        cupy = require("cupy", "an index on a GPU", "cuda13")
        device = self._device = open_device(INDEX)
        units = word_vectors.unit_vectors
        self.shape, self.sample = units.shape, sample_of(units)
        padded = _padded(units)
        self._shared = 4 * QUERIES * padded.shape[1]
        if self._shared > device.shared_bytes:
            raise ParameterError(
                f"an index on a GPU: vectors of {units.shape[1]:,} numbers need {self._shared:,} bytes of shared "
                f"memory; {device.name} has {device.shared_bytes:,}, enough for "
                f"{device.shared_bytes // (4 * QUERIES) // 4 * 4:,} numbers; leave the index out"
            )
        with device.in_use("the vectors were copied to the device"):
            self._score, self._select = (device.compile(FILES, {}, name) for name in KERNELS)
            if self._shared > UNASKED_BYTES:
                self._score.max_dynamic_shared_size_bytes = self._shared
            self._rows = cupy.asarray(padded)
            self.units = self._rows[:, : units.shape[1]]

    def search(self, units: NDArray[np.float32], count: int) -> list[NDArray[np.int64]]:
        """Return the rows of the ``count`` nearest neighbours of each unit vector, in no particular order.

        Parameters
        ----------
        units : array of float32, shape (n, D)
        count : int

        Returns
        -------
        list of array of int64, shape (at most count,)
        """
        with self._device.in_use("neighbours were searched"):
            return self._search(units, min(count, self.shape[0]))

    def _search(self, units: NDArray[np.float32], count: int) -> list[NDArray[np.int64]]:
        cupy, rows = self._device.cupy, self.shape[0]
        queries, stride = _padded(np.asarray(units, np.float32)), self._rows.shape[1]
        at_once = max(1, SCORE_BYTES // (4 * rows))
        found: list[NDArray[np.int64]] = []
        for begin in range(0, len(queries), at_once):
            part = queries[begin : begin + at_once]
            scores, nearest = cupy.empty((len(part), rows), np.float32), cupy.empty((len(part), count), np.int64)
            blocks = -(-rows // THREADS) * -(-len(part) // QUERIES)
            numbers = (np.int64(rows), np.int32(len(part)), np.int32(stride))
            compared = (self._rows, cupy.asarray(part), *numbers, scores)
            self._score((blocks,), (THREADS,), compared, shared_mem=self._shared)
            chosen = (scores, np.int64(rows), np.int32(count), nearest)
            self._select((len(part),), (THREADS,), chosen, shared_mem=SELECT_BYTES)
            found.extend(nearest.get())
        return found


def _padded(units: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return rows whose length is a multiple of four numbers."""
    padded = np.zeros((len(units), -(-units.shape[1] // 4) * 4), np.float32)
    padded[:, : units.shape[1]] = units
    return padded
