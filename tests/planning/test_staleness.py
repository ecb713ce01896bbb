"""How long tiles may be, so that no row moves too far on stale values."""

from __future__ import annotations

import numpy as np
import pytest

from fastw2v.planning import staleness
from fastw2v.planning.staleness import Step


def test_tiles_shrink_where_one_word_is_in_most_of_them():
    assert staleness.longest_tile(16, Step(6, 6, 0.025), 0.01) == 32
    assert staleness.longest_tile(32, Step(11, 16, 0.025), 0.01) == 16
    assert staleness.longest_tile(32, Step(11, 16, 0.05), 1 / 34) == 1
    assert staleness.longest_tile(1, Step(2, 2, 1e-9), 1e-9) == 2  # never more than two tokens for each noise word


def test_pieces_with_bursts_get_smaller_tiles():
    shares = np.array([0.0, 0.1, 0.2, 0.5, 1.0])
    assert staleness.burst_shifts(shares, 32, Step(6, 6, 0.025), 4.0).tolist() == [0, 0, 1, 2, 3]
    assert staleness.burst_shifts(shares, 32, Step(6, 6, 1.0), 4.0).tolist() == [0, 5, 5, 5, 5]  # one token at least
    assert staleness.burst_shifts(shares, 1, Step(6, 6, 1.0), 4.0).tolist() == [0] * 5


def test_with_more_negatives_a_burst_may_overshoot_further():
    assert staleness.burst_bound("skipgram", 2) == staleness.burst_bound("skipgram", 6) == 3.6
    assert 5 < staleness.burst_bound("skipgram", 16) < staleness.burst_bound("skipgram", 21) < 7
    assert staleness.burst_bound("cbow", 6) == 10


@pytest.mark.parametrize("kept_share", [1e-4, 1e-2, 0.2, 0.5, 1.0])
@pytest.mark.parametrize("rate", [0.001, 0.025, 0.05])
def test_no_tile_moves_a_row_too_far(kept_share, rate):
    for pairs, negative, cbow in [(2, 1, False), (6, 5, False), (11, 15, False), (11, 15, True)]:
        step = Step(pairs, negative + 1, rate, cbow)
        tile_tokens = staleness.longest_tile(32, step, kept_share)
        share = staleness.rate_damping(tile_tokens, step, kept_share)
        reach = staleness.staleness(tile_tokens, step._replace(rate=rate * share), kept_share)
        assert reach <= 2.0001 or share == staleness.RATE_DAMPING_MIN
        assert share == 1 or tile_tokens == 1


def test_a_context_row_of_cbow_is_in_no_more_windows_than_the_tile_has_tokens():
    wide = Step(1000, 6, 0.05, cbow=True)
    assert staleness.staleness(4, wide, 0.001) == staleness.staleness(4, Step(4, 6, 0.05), 0.001)
    assert staleness.longest_tile(16, wide, 0.01) >= 8


def test_of_a_handful_of_words_each_is_in_a_window_of_cbow_several_times():
    cbow = Step(6, 21, 0.075, cbow=True)
    assert staleness.staleness(1, cbow, 0.5) == pytest.approx(0.5**0.5 * 3 * 21 * 0.075)
    assert staleness.rate_damping(1, cbow, 0.5) < 1
    assert staleness.staleness(1, cbow, 0.01) == pytest.approx(0.1 * 1 * 21 * 0.075)


def test_a_slow_output_row_counts_half():
    step = Step(6, 6, 0.05)
    slow = step._replace(output_rate=0.25)
    assert staleness.staleness(32, slow, 0.2) == pytest.approx(staleness.staleness(32, step, 0.2) / 2)
