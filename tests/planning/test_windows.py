"""Expected windows: the weights of pairs by distance, and when windows are drawn."""

import numpy as np
import pytest

from fastw2v import _sampler
from fastw2v.planning.windows import draws_windows, pair_weights


@pytest.mark.parametrize("window", [1, 2, 5, 10, 1000])
def test_a_pair_weighs_as_often_as_a_drawn_window_holds_it(window):
    weights = pair_weights(True, "skipgram", window)
    drawn = _sampler.windows(np.random.default_rng(window).integers(0, 2**64, 200_000, np.uint64), window)
    for distance in {1, 2, window // 2 + 1, window}:
        if distance <= window:
            assert weights[distance] == pytest.approx((drawn >= distance).mean(), abs=5e-3)
    assert weights[0] == 0
    assert weights.sum() == pytest.approx((window + 1) / 2, rel=1e-5)


def test_inverse_weights_fall_with_distance_and_have_the_same_sum():
    weights = pair_weights("inverse", "skipgram", 5)
    assert weights[1] / weights[4] == pytest.approx(4)
    assert weights.sum() == pytest.approx(3)


@pytest.mark.parametrize("shrink", [True, False, "draw", "inverse"])
def test_cbow_weights_nothing_and_draws_what_shrinks(shrink):
    assert pair_weights(shrink, "cbow", 3).tolist() == [0, 1, 1, 1]
    assert draws_windows(shrink, "cbow") == (shrink is not False)


def test_skip_gram_draws_only_when_asked():
    assert [draws_windows(shrink, "skipgram") for shrink in (True, False, "inverse", "draw")] == [False] * 3 + [True]
    assert pair_weights("draw", "skipgram", 2).tolist() == pair_weights(False, "skipgram", 2).tolist() == [0, 1, 1]
