"""The model itself: the rows in memory, their alignment and their initial values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fastw2v import _sampler

if TYPE_CHECKING:
    from fastw2v.planning.plan import Plan
    from fastw2v.planning.training_parameters import TrainingParameters

ROW_ALIGN = 16  # floats: rows begin on cache lines


@dataclass
class Arrays:
    """The model itself, in float32.

    Attributes
    ----------
    w_in : (V, D)
        Input rows: the word vectors.
    w_out : (V, D), (V - 1, D) or (2 V - 1, D)
        Output rows: of words under negative sampling (the context vectors), of the nodes of a tree under hierarchical
        softmax, or of words and nodes, in this order.
    """

    w_in: NDArray[np.float32]
    w_out: NDArray[np.float32]


class OutputRows(NamedTuple):
    """The output rows of a model by their kind; None for a kind that it does not have."""

    words: NDArray[np.float32] | None = None
    nodes: NDArray[np.float32] | None = None

    @property
    def is_empty(self) -> bool:
        """Whether there are none of any kind."""
        return self.words is None and self.nodes is None


def row_stride(vector_size: int) -> int:
    """Return the distance between rows in floats: whole cache lines."""
    return -(-vector_size // ROW_ALIGN) * ROW_ALIGN


def row_bytes(rows: int, vector_size: int) -> int:
    """Return the bytes of so many rows in memory, with their padding."""
    return 4 * rows * row_stride(vector_size)


def describe_rows(words: int, rows_out: int, vector_size: int) -> str:
    """Say which rows a model has, for messages about its memory."""
    return f"{words:,} input and {rows_out:,} output rows of {vector_size} floats"


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


def count_output_rows(words: int, params: TrainingParameters | Plan) -> int:
    """Return how many output rows a model of so many words has."""
    return words * params.negative_sampling + (words - 1) * params.hierarchical


def split_output_rows(w_out: NDArray[np.float32], words: int, params: TrainingParameters) -> OutputRows:
    """Return views of the output rows of words and of nodes."""
    first_node = words * params.negative_sampling
    return OutputRows(
        w_out[:first_node] if params.negative_sampling else None, w_out[first_node:] if params.hierarchical else None
    )


def all_finite(rows: NDArray[np.float32]) -> bool:
    """Return whether no row holds NaN or infinity; a part at a time, as the answer for each number takes memory."""
    return all(np.isfinite(rows[begin : begin + 4_096]).all() for begin in range(0, len(rows), 4_096))


def initial_arrays(
    words: int, vector_size: int, seed: int, output_rows: int | None = None, *, drawn: int | None = None
) -> Arrays:
    """Return the rows at the start: input rows uniform in [-1, 1) / D, output rows zero (by default one a word).

    Only the first ``drawn`` input rows are drawn, by default all; the others are zero. A row depends on the seed and on
    its number alone.
    """
    output_rows = words if output_rows is None else output_rows
    arrays = Arrays(empty_rows(words, vector_size), empty_rows(output_rows, vector_size))
    _sampler.initial_rows(arrays.w_in[:drawn], seed)
    return arrays
