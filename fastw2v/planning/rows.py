"""The model itself: the rows in memory, their alignment and their initial values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fastw2v import _sampler

ROW_ALIGN = 16  # floats: rows begin on cache lines


@dataclass
class Arrays:
    """The model itself: input rows (the word vectors) and output rows (the context vectors), float32 (V, D) each."""

    w_in: NDArray[np.float32]
    w_out: NDArray[np.float32]


def row_stride(vector_size: int) -> int:
    """Return the distance between rows in floats: whole cache lines."""
    return -(-vector_size // ROW_ALIGN) * ROW_ALIGN


def empty_rows(words: int, vector_size: int) -> NDArray[np.float32]:
    """Return zero rows, float32 (V, D); each row begins on a cache line.

    The array is a view: rows are ``row_stride`` floats apart, and the padding between them is 0 and stays 0.
    """
    stride = row_stride(vector_size)
    block = np.zeros(words * stride + ROW_ALIGN, np.float32)
    start = (-block.ctypes.data % (4 * ROW_ALIGN)) // 4
    return block[start : start + words * stride].reshape(words, stride)[:, :vector_size]


def packed_rows(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Pack the rows of `empty_rows` without their padding, in the same memory; the padded view is invalid afterwards.

    Packing is in place because a second copy of the rows would set the peak memory of a run.
    """
    if rows.flags.c_contiguous:
        return rows
    words, vector_size = rows.shape
    flat = np.lib.stride_tricks.as_strided(rows, (words * vector_size,), (4,))
    for begin in range(0, words, 4096):
        block = rows[begin : begin + 4096].reshape(-1)  # a copy, so that a row may overlap its new position
        flat[begin * vector_size : begin * vector_size + len(block)] = block
    return flat.reshape(words, vector_size)


def initial_arrays(words: int, vector_size: int, seed: int) -> Arrays:
    """Return the rows at the start: input rows uniform in [-1, 1) / D, output rows zero."""
    arrays = Arrays(empty_rows(words, vector_size), empty_rows(words, vector_size))
    _sampler.initial_rows(arrays.w_in, seed)
    return arrays
