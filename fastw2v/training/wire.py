"""Rows as ranks send them: in bfloat16, which halves the traffic and costs no score that can be measured.

The loops over all rows, of which a merge mostly consists, are compiled; tests hold them to the same in NumPy.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fastw2v.training._wire import carry_over, write_difference

Floats = NDArray[np.float32]
Sent = NDArray[np.uint16]


def difference(live: Floats, base: Floats) -> Sent:
    """Return ``live - base`` as it is sent: rounded to the nearest bfloat16, ties to even.

    Examples
    --------
    >>> import numpy as np
    >>> from fastw2v.training._wire import add
    >>> from fastw2v.training.wire import difference
    >>> row, base = np.float32([[1, 1.004, 3.14159]]), np.zeros((1, 3), np.float32)
    >>> add(base, difference(row, base))
    >>> base.tolist()
    [[1.0, 1.0078125, 3.140625]]
    """
    sent = np.empty(live.shape, np.uint16)
    write_difference(live, base, sent)
    return sent


def carried(carry: Floats, keep: Floats, factor: Floats, given: Sequence[Sent]) -> Sent:
    """Set the carry to ``keep * carry + factor * sum of given``, added in order; return it as it is sent.

    Parameters
    ----------
    carry : float32 (n, D)
        Changed in place.
    keep, factor : float32 (n,)
        Of each row.
    given : sequence of arrays (n, D)
        What each rank has sent.
    """
    sent = np.empty(carry.shape, np.uint16)
    carry_over(carry, keep, factor, given, sent)
    return sent
