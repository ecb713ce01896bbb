"""The learning rate: a straight line over all tokens of a run.

It begins at `TrainingParameters.resolved_learning_rate` and ends at ``resolved_min_learning_rate``. For a tiny
vocabulary `staleness.rate_damping` lowers both; the `Plan` holds the results. Each tile trains at the rate of its first
token. The kernels compute that rate in C (``fw_learning_rate`` in native/fw_math.h); tests check that both are
bit-equal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

CBOW_FEW_EPOCHS = 3  # up to which a higher rate scores better
LONG_RUN = 1_000_000  # epochs, where more will follow and nobody knows how many
AFTER_A_RUN = 0.25  # of the default rate, in a pass over new text after a whole run


def rate_after(first: float, last: float, done: int, total: int) -> np.float32:
    """Return the learning rate after ``done`` of ``total`` tokens, on the line from ``first`` to ``last``.

    Examples
    --------
    >>> from fastw2v.planning.learning_rate import rate_after
    >>> [round(float(rate_after(0.025, 0.0, done, 100)), 4) for done in (0, 50, 100)]
    [0.025, 0.0125, 0.0]
    """
    import numpy as np  # here, so that the command line can name the parameters without it

    return np.float32(first - (first - last) * (done / total))


def default_rate(architecture: str, epochs: int, slow_frequent: bool, loss: str = "ns") -> float:
    """Return the learning rate at the start of a run that names none.

    What scored best on two corpora of English, at two to ten epochs: see docs/tile.md. Where all rows move alike, a
    higher rate costs the frequent words more than it gives the rare ones. Hierarchical softmax, measured at two and
    three epochs, wants a higher rate in skip-gram, and none higher in few epochs of CBOW.
    """
    if loss == "hs":
        return 0.075 if architecture == "skipgram" and slow_frequent else 0.05
    if architecture == "cbow":
        return 0.075 if epochs <= CBOW_FEW_EPOCHS else 0.05
    return 0.05 if slow_frequent else 0.0375
