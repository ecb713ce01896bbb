"""Expected windows: the weights of pairs by distance, and when windows are drawn."""

import numpy as np
import pytest

from fastw2v import _sampler
from fastw2v.planning.windows import (
    cut_window,
    draws_windows,
    enough_passes,
    expected_weights,
    kept_pairs,
    mean_pairs,
    most_pairs,
    pair_weights,
    real_window,
)


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
    assert pair_weights("inverse", "skipgram", 10).sum() == pytest.approx(5.5)
    wide = pair_weights("inverse", "skipgram", 1000)
    assert (wide[1], wide[1000]) == (2, pytest.approx(2e-3))


@pytest.mark.parametrize("shrink", [True, False, "draw", "inverse"])
def test_cbow_weights_nothing_and_draws_what_shrinks(shrink):
    assert pair_weights(shrink, "cbow", 3).tolist() == [0, 1, 1, 1]
    assert draws_windows(shrink, "cbow") == (shrink is not False)


def test_skip_gram_draws_only_when_asked():
    assert [draws_windows(shrink, "skipgram") for shrink in (True, False, "inverse", "draw")] == [False] * 3 + [True]
    assert pair_weights("draw", "skipgram", 2).tolist() == pair_weights(False, "skipgram", 2).tolist() == [0, 1, 1]


def test_a_window_is_no_wider_than_the_longest_sentence():
    offsets = np.array([0, 3, 3, 17], np.int64)
    assert [real_window(window, np.diff(offsets)) for window in (1, 13, 14, 10**12)] == [1, 13, 13, 13]
    assert real_window(5, np.zeros(0, np.int64)) == real_window(5, np.array([1])) == 1
    assert 2 * 64 * real_window(10**12, np.array([2**30])) < 2**31, "the pairs of a tile are numbered in 32 bits"


@pytest.mark.parametrize("shrink", [True, False, "draw", "inverse"])
def test_the_pairs_of_tokens_are_those_that_sentences_have(shrink):
    weights = expected_weights(shrink, "skipgram", 6)
    lengths = np.array([1, 2, 3, 7, 12, 30])
    each = [
        [sum(weights[abs(i - j)] for j in range(max(0, i - 6), min(length, i + 7))) for i in range(length)]
        for length in lengths
    ]
    assert mean_pairs(weights, lengths.astype(float)) == pytest.approx(np.mean(np.concatenate(each)))
    assert most_pairs(weights, lengths) == pytest.approx([max(pairs) for pairs in each])
    assert mean_pairs(weights, np.zeros(3)) == 0
    assert weights[1:].sum() == pytest.approx(6 if shrink is False else 3.5)


@pytest.mark.parametrize("shrink", [True, False, "inverse"])
@pytest.mark.parametrize("window", [1, 2, 5, 100, 3000])
def test_passes_cover_the_window_and_weigh_the_same(window, shrink):
    weights = expected_weights(shrink, "skipgram", window)
    slots = np.concatenate([weights[:0:-1], weights])
    for passes in {1, 2, 3, window, 2 * window}:
        cuts = cut_window(weights, passes)
        assert (cuts[0], cuts[-1]) == (0, 2 * window + 1)
        assert (np.diff(cuts) > 0).all()
        assert len(cuts) <= passes + 1
        heavy = np.add.reduceat(slots, cuts[:-1])
        assert (heavy > 0).all()
        assert heavy.max() <= slots.sum() / passes + slots.max() + 1e-6


def test_a_window_that_one_snapshot_bears_is_taken_whole():
    assert enough_passes(6, 6, 0.0375) == enough_passes(6, 16, 0.025) == enough_passes(11, 6, 0.05) == 1
    assert enough_passes(6, 16, 0.05) == 1
    assert enough_passes(6, 17, 0.05) == enough_passes(6, 21, 0.05) == 2  # noise words move rows too far
    assert enough_passes(21, 6, 0.05) == 4  # and here the pairs themselves
    assert enough_passes(51, 6, 0.0375) == 6
    assert enough_passes(51, 21, 0.1) == 27


def test_absurdly_many_passes_cost_no_more_than_the_window():
    weights = expected_weights(True, "skipgram", 50)
    assert len(cut_window(weights, 10**15)) == 100 + 1  # one for each slot but the token's own


def test_the_kept_share_of_pairs_is_what_drawing_finds():
    rng = np.random.default_rng(1)
    lengths, times, share = np.array([0, 1, 3, 40]), np.array([9, 900, 700, 100]), 0.2
    weights = expected_weights(True, "skipgram", 5)

    def pairs(tokens):
        return sum(2 * weights[d] * max(0, tokens - d) for d in range(1, 6))

    drawn = np.repeat(lengths, times)
    kept = sum(pairs(n) for each in range(10) for n in rng.binomial(drawn, share))
    expected = kept / (10 * sum(pairs(n) for n in drawn))
    assert kept_pairs(weights, lengths, share, times) == pytest.approx(expected, rel=0.1)
    assert kept_pairs(weights, lengths[:2], share) == 1.0  # there are none
