"""How a token's pairs are weighted by distance, and whether its window is drawn.

word2vec draws each token's window b uniformly from 1..W, so a context at distance d is trained with probability
``P(b >= d) = (W + 1 - d) / W``. Skip-gram trains every context within W instead, with that probability as its weight:
the expected gradient is word2vec's, its variance is smaller. CBOW draws: there, weights lose to drawn windows.

What tokens have decides, not what was asked for: a window is as wide as the longest sentence allows, and a wide window
of skip-gram is taken in several passes. All of a token's pairs move its input row from one snapshot, so too many of
them overshoot; each pass is a snapshot of its own, over some of the window's slots, with its share of the noise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fastw2v.parameters import ShrinkWindows
from fastw2v.planning.staleness import FEW_OUTPUTS

if TYPE_CHECKING:
    from fastw2v.planning.training_parameters import TrainingParameters

# How far all of a token's pairs may move its input row at once, `rate * pairs * outputs`, if its window is taken whole;
# and how far each pass over it may otherwise. See docs/tile.md for what was measured.
WHOLE_MOVE_MAX, PASS_MOVE_MAX = 5.0, 4.0
# The same, reckoned with five negatives at most: of a wide window, the pairs themselves are too many.
WHOLE_FEW_MOVE_MAX, PASS_FEW_MOVE_MAX = 4.0, 2.0
DRAWN_RMS = (4 / 3) ** 0.5  # the root mean square of a length drawn from 1..W over its mean, for a large W
WINDOW_MAX = 2**24 - 1  # the kernels count the pairs of a tile, up to 2 W for each of its tokens, in 32 bits
INVERSE_WEIGHT_MAX = 2.0  # of the nearest pair under "inverse": a single pair cannot be cut into passes


class Windows(NamedTuple):
    """The windows of a run.

    Attributes
    ----------
    window, drawn, pair_weight, pass_slot, pairs
        As in `Plan` (``drawn`` is its ``draw_windows``).
    most_pairs : float
        The expected weight of the pairs that a token has in one pass, at most.
    """

    window: int
    drawn: bool
    pair_weight: NDArray[np.float32]
    pass_slot: NDArray[np.int32]
    pairs: float
    most_pairs: float

    @property
    def most_pairs_rms(self) -> float:
        """The root mean square of what ``most_pairs`` is the mean of: drawn windows vary."""
        return self.most_pairs * (DRAWN_RMS if self.drawn else 1.0)


def plan_windows(
    lengths: NDArray[np.int64],
    kept_of_all: float,
    outputs: float,
    params: TrainingParameters,
    times: NDArray[np.int64] | int = 1,
) -> Windows:
    """Plan the windows of a run over sentences of these lengths.

    Subsampling keeps ``kept_of_all`` of all tokens; each pair trains ``outputs`` output rows. ``times`` is how often
    each length occurs, by default once.
    """
    shrink, architecture = params.shrink_windows, params.architecture
    window = real_window(params.window, lengths)
    weights = expected_weights(shrink, architecture, window)
    whole = most_pairs(weights, lengths)
    passes = 1
    if architecture == "skipgram":
        passes = enough_passes(float(whole.max(initial=0)), outputs, params.resolved_learning_rate)
    pass_slot = cut_window(weights, passes)
    at_once = float(2 * weights.sum() / (len(pass_slot) - 1))  # in one pass over a whole window
    kept = kept_lengths(lengths, kept_of_all)
    return Windows(
        window=window,
        drawn=draws_windows(shrink, architecture),
        pair_weight=pair_weights(shrink, architecture, window),
        pass_slot=pass_slot,
        pairs=min(at_once, mean_pairs(weights, kept, times)),
        most_pairs=min(at_once, float(whole.max(initial=0))),
    )


def draws_windows(shrink_windows: ShrinkWindows, architecture: str) -> bool:
    """Return whether each token's window is drawn from 1..W."""
    return shrink_windows == "draw" or (architecture == "cbow" and bool(shrink_windows))


def pair_weights(shrink_windows: ShrinkWindows, architecture: str, window: int) -> NDArray[np.float32]:
    """Return the weight of a pair by its distance, float32 (W + 1,); that of distance 0 is 0.

    ``True`` weights a pair by the probability that a drawn window holds it; ``"inverse"`` by 1 / d, scaled to the same
    sum, ``(W + 1) / 2``, as long as the nearest pair then weighs 2 at most (W <= 11): more would overshoot. Drawn
    windows, full windows and CBOW weight every pair with 1.
    """
    distance = np.arange(1, window + 1)
    if architecture == "cbow" or shrink_windows is False or shrink_windows == "draw":
        weights = np.ones(window)
    elif shrink_windows == "inverse":
        weights = min(INVERSE_WEIGHT_MAX, (window + 1) / 2 / (1 / distance).sum()) / distance
    else:
        weights = (window + 1 - distance) / window
    return np.concatenate([[0], weights]).astype(np.float32)


def real_window(window: int, lengths: NDArray[np.int64]) -> int:
    """Return the window, at most the tokens that the longest sentence has beside a center, and at least 1.

    Beyond `WINDOW_MAX`, which only a sentence of more tokens allows, it is cut.
    """
    return max(1, min(window, int(lengths.max(initial=0)) - 1, WINDOW_MAX))


def expected_weights(shrink_windows: ShrinkWindows, architecture: str, window: int) -> NDArray[np.float64]:
    """Return the weight of a pair by its distance, times the probability that its window is drawn, float64 (W + 1,)."""
    weights = pair_weights(shrink_windows, architecture, window).astype(np.float64)
    if draws_windows(shrink_windows, architecture):
        weights[1:] *= (window + 1 - np.arange(1, window + 1)) / window
    return weights


def mean_pairs(
    weights: NDArray[np.float64], lengths: NDArray[np.float64], times: NDArray[np.int64] | NDArray[np.float64] | int = 1
) -> float:
    """Return the expected weight of a token's pairs in sentences of these numbers of kept tokens.

    ``times`` is how often each of these numbers occurs, by default once. A sentence of n tokens has ``2 (n - d)`` pairs
    at distance d, if each token is a center once.

    Examples
    --------
    >>> import numpy as np
    >>> from fastw2v.planning.windows import mean_pairs
    >>> mean_pairs(np.array([0.0, 1.0, 1.0]), np.array([3.0]))  # 2, 2 and 2
    2.0
    """
    tokens = float((lengths * times).sum())
    if tokens == 0:
        return 0.0
    reach = np.clip(np.ceil(lengths).astype(np.int64) - 1, 0, len(weights) - 1)
    within, moment = np.cumsum(weights), np.cumsum(weights * np.arange(len(weights)))
    return float((2 * times * (lengths * within[reach] - moment[reach])).sum() / tokens)


def kept_lengths(lengths: NDArray[np.int64], kept_of_all: float) -> NDArray[np.float64]:
    """Return the expected tokens of sentences after subsampling, as a center sees them.

    Centers are kept tokens: a sentence has one for certain, the others with the mean probability.
    """
    return np.minimum(lengths, 1) * (1 + (lengths - 1) * kept_of_all)


def kept_pairs(
    weights: NDArray[np.float64], lengths: NDArray[np.int64], kept_of_all: float, times: NDArray[np.int64] | int = 1
) -> float:
    """Return the share of the pairs in sentences of these lengths that subsampling is expected to keep; 1 without any.

    It takes the mean length for every length: of sentences of two words, the share is up to twice the true one.

    Examples
    --------
    >>> import numpy as np
    >>> from fastw2v.planning.windows import kept_pairs
    >>> weights = np.array([0.0, 1.0])
    >>> round(kept_pairs(weights, np.array([1000]), 0.5), 2)  # neighbours that are dropped have others behind them
    0.5
    >>> round(kept_pairs(weights, np.array([3]), 0.5), 2)  # here they have not
    0.38
    """
    times = np.broadcast_to(times, lengths.shape)[lengths > 0]
    lengths = lengths[lengths > 0]
    kept = kept_lengths(lengths, kept_of_all)
    before = mean_pairs(weights, lengths.astype(np.float64), times)
    return kept_of_all * mean_pairs(weights, kept, times * lengths / kept) / before if before else 1.0


def most_pairs(weights: NDArray[np.float64], lengths: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the expected weight of the pairs of the token in the middle of each sentence, which has the most."""
    within, most = np.cumsum(weights), len(weights) - 1
    beside = np.maximum(lengths - 1, 0)
    return within[np.minimum(beside // 2, most)] + within[np.minimum(beside - beside // 2, most)]


def cut_window(weights: NDArray[np.float64], passes: int) -> NDArray[np.int32]:
    """Cut the ``2 W + 1`` slots of a window into passes of nearly equal expected weight.

    Returns
    -------
    int32 (passes + 1,)
        The first slot of each pass, and the number of slots at the end. There are fewer passes than asked for where a
        single slot weighs more than a pass should.

    Examples
    --------
    >>> import numpy as np
    >>> from fastw2v.planning.windows import cut_window
    >>> cut_window(np.array([0.0, 1.0, 1.0]), 2).tolist()  # the token itself is slot 2
    [0, 2, 5]
    """
    upto = np.cumsum(np.concatenate([weights[:0:-1], weights]))
    filled = np.minimum(np.floor(upto * passes / upto[-1] * (1 + 1e-9)), passes - 1)  # passes, up to and with each slot
    cuts = np.flatnonzero(np.diff(filled, prepend=0)) + 1
    return np.unique(np.concatenate([[0], cuts, [len(upto)]])).astype(np.int32)


def enough_passes(pairs: float, outputs: float, rate: float) -> int:
    """Return in how many passes tokens with this weight of pairs are to be trained."""
    move, of_few = pairs * outputs * rate, pairs * min(outputs, FEW_OUTPUTS) * rate
    if move <= WHOLE_MOVE_MAX and of_few <= WHOLE_FEW_MOVE_MAX:
        return 1
    return int(np.ceil(max(move / PASS_MOVE_MAX, of_few / PASS_FEW_MOVE_MAX)))
