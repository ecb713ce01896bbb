"""Optimal transport: the least mean distance in which the words of one document become those of another."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastw2v.errors import require


def transport_cost(
    first: NDArray[Any], first_weights: NDArray[np.float64], second: NDArray[Any], second_weights: NDArray[np.float64]
) -> float:
    """Return the cost of moving weights at some points to others, at the price of the Euclidean distance.

    Parameters
    ----------
    first, second : arrays of float, shapes (m, D) and (n, D)
    first_weights, second_weights : arrays of float, shapes (m,) and (n,)
        Positive; each side is scaled to a sum of 1.

    Raises
    ------
    MissingDependencyError
        POT is not installed.
    """
    solver = require("ot", "word mover's distance", "wmd")
    from scipy.spatial.distance import cdist

    prices = cdist(first, second)
    if not prices.any():  # nothing has to move
        return 0.0
    return float(solver.emd2(first_weights / first_weights.sum(), second_weights / second_weights.sum(), prices))
