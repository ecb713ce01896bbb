"""How a token's pairs are weighted by distance, and whether its window is drawn.

word2vec draws each token's window b uniformly from 1..W, so a context at distance d is trained with probability
``P(b >= d) = (W + 1 - d) / W``. Skip-gram trains every context within W instead, with that probability as its weight:
the expected gradient is word2vec's, its variance is smaller. CBOW draws: there, weights lose to drawn windows.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fastw2v.parameters import ShrinkWindows


def draws_windows(shrink_windows: ShrinkWindows, architecture: str) -> bool:
    """Return whether each token's window is drawn from 1..W."""
    return shrink_windows == "draw" or (architecture == "cbow" and bool(shrink_windows))


def pair_weights(shrink_windows: ShrinkWindows, architecture: str, window: int) -> NDArray[np.float32]:
    """Return the weight of a pair by its distance, float32 (W + 1,); that of distance 0 is 0.

    ``True`` weights a pair by the probability that a drawn window holds it; ``"inverse"`` by 1 / d, scaled to the same
    sum, ``(W + 1) / 2``. Drawn windows, full windows and CBOW weight every pair with 1.
    """
    distance = np.arange(1, window + 1)
    if architecture == "cbow" or shrink_windows is False or shrink_windows == "draw":
        weights = np.ones(window)
    elif shrink_windows == "inverse":
        weights = (window + 1) / 2 / distance / (1 / distance).sum()
    else:
        weights = (window + 1 - distance) / window
    return np.concatenate([[0], weights]).astype(np.float32)
