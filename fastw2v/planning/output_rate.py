"""How far the output rows of frequent words move: less at each occurrence, the more occurrences a run has.

An output row averages what it is told by the words around it and by the draws of noise. A word that occurs ten
thousand times hears enough to move by little each time; at the full rate its row mostly follows the last few tiles.
A rare word needs every step that it gets. The fourth root, and where it begins, were measured; see
docs/tile.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from fastw2v.planning.training_parameters import TrainingParameters

FULL_RATE_OCCURRENCES = 200.0  # kept occurrences in the whole run up to which an output row moves at the full rate
OUTPUT_RATE_MIN = 0.05


def output_rates(kept: NDArray[np.float64], params: TrainingParameters) -> NDArray[np.float32]:
    """Return each output row's share of the learning rate, float32.

    ``kept`` is how often subsampling is expected to keep each row's word in an epoch; of a node, any word below it. The
    share is 1 for CBOW, and where ``slow_frequent`` is off.
    """
    if params.architecture == "cbow" or not params.slow_frequent:
        return np.ones(len(kept), np.float32)
    occurrences = kept * params.epochs
    share = (FULL_RATE_OCCURRENCES / np.maximum(occurrences, FULL_RATE_OCCURRENCES)) ** 0.25
    return np.maximum(share, OUTPUT_RATE_MIN).astype(np.float32)
