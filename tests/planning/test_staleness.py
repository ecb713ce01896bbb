"""How long tiles may be, so that no row moves too far on stale values."""

from __future__ import annotations

import numpy as np
import pytest

from fastw2v.planning import staleness


def test_tiles_shrink_where_one_word_is_in_most_of_them():
    assert staleness.longest_tile(16, 6, 5, 0.025, kept_share=0.01) == 32
    assert staleness.longest_tile(32, 11, 15, 0.025, kept_share=0.01) == 16
    assert staleness.longest_tile(32, 11, 15, 0.05, kept_share=1 / 34) == 1
    assert staleness.longest_tile(1, 2, 1, 1e-9, kept_share=1e-9) == 2  # never more than two tokens for each noise word


def test_pieces_with_bursts_get_smaller_tiles():
    shares = np.array([0.0, 0.1, 0.2, 0.5, 1.0])
    assert staleness.burst_shifts(shares, 32, 6, 5, 0.025, 4.0).tolist() == [0, 0, 1, 2, 3]
    assert staleness.burst_shifts(shares, 32, 6, 5, 1.0, 4.0).tolist() == [0, 5, 5, 5, 5]  # one token at least
    assert staleness.burst_shifts(shares, 1, 6, 5, 1.0, 4.0).tolist() == [0] * 5


def test_with_more_negatives_a_burst_may_overshoot_further():
    assert staleness.burst_bound("skipgram", 1) == staleness.burst_bound("skipgram", 5) == 3.6
    assert 5 < staleness.burst_bound("skipgram", 15) < staleness.burst_bound("skipgram", 20) < 7
    assert staleness.burst_bound("cbow", 5) == 10


@pytest.mark.parametrize("kept_share", [1e-4, 1e-2, 0.2, 0.5, 1.0])
@pytest.mark.parametrize("rate", [0.001, 0.025, 0.05])
def test_no_tile_moves_a_row_too_far(kept_share, rate):
    for pairs, negative, cbow in [(2, 1, False), (6, 5, False), (11, 15, False), (11, 15, True)]:
        tile_tokens = staleness.longest_tile(32, pairs, negative, rate, kept_share, cbow=cbow)
        share = staleness.rate_damping(tile_tokens, pairs, negative, rate, kept_share, cbow)
        reach = staleness.staleness(tile_tokens, pairs, negative, rate * share, kept_share, cbow)
        assert reach <= 2.0001 or share == staleness.RATE_DAMPING_MIN
        assert share == 1 or tile_tokens == 1


def test_a_context_row_of_cbow_is_in_no_more_windows_than_the_tile_has_tokens():
    assert staleness.staleness(4, 1000, 5, 0.05, 0.01, cbow=True) == staleness.staleness(4, 4, 5, 0.05, 0.01)
    assert staleness.longest_tile(16, 1000, 5, 0.05, 0.01, cbow=True) >= 8
