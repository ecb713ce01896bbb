"""Rows as ranks send them: in bfloat16, which halves the traffic and costs no score that can be measured.

The loops over all rows, of which a merge mostly consists, are compiled. The rest goes by blocks that stay in the
processor's cache.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from fastw2v.training._wire import add, write_difference

__all__ = ["Floats", "Sent", "add", "cached_blocks", "difference", "from_wire", "to_wire"]

Floats = NDArray[np.float32]
Sent = NDArray[np.uint16]

CACHED_FLOATS = 1 << 14  # of a block, of which a few copies are in use at a time


def cached_blocks(rows: int, columns: int) -> Iterator[slice]:
    """Yield slices of rows that together have about `CACHED_FLOATS` numbers."""
    step = max(1, CACHED_FLOATS // columns)
    for begin in range(0, rows, step):
        yield slice(begin, min(begin + step, rows))


def to_wire(rows: Floats) -> Sent:
    """Round contiguous rows to bfloat16, to the nearest and ties to even.

    Examples
    --------
    >>> import numpy as np
    >>> from fastw2v.training.wire import from_wire, to_wire
    >>> from_wire(to_wire(np.float32([1, 1.004, 3.14159]))).tolist()
    [1.0, 1.0078125, 3.140625]
    """
    bits = rows.view(np.uint32)
    rounded = bits >> np.uint32(16)
    rounded &= np.uint32(1)
    rounded += bits
    rounded += np.uint32(0x7FFF)
    rounded >>= np.uint32(16)
    return rounded.astype(np.uint16)


def from_wire(sent: Sent) -> Floats:
    """Return the rows that `to_wire` sent."""
    bits = sent.astype(np.uint32)
    bits <<= np.uint32(16)
    return bits.view(np.float32)


def difference(live: Floats, base: Floats) -> Sent:
    """Return ``live - base`` as it is sent."""
    sent = np.empty(live.shape, np.uint16)
    write_difference(live, base, sent)
    return sent
