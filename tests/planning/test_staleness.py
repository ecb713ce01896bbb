"""How long tiles may be, and which rows are held back, so that no row moves too far on stale values."""

from __future__ import annotations

import numpy as np
import pytest

from fastw2v import _sampler
from fastw2v.planning import staleness
from fastw2v.planning.staleness import Step


def test_tiles_shrink_where_one_word_is_in_most_of_them():
    assert staleness.longest_tile(16, Step(6, 6, 0.025), 0.01) == 32
    assert staleness.longest_tile(32, Step(11, 16, 0.025), 0.01) == 16
    assert staleness.longest_tile(32, Step(11, 16, 0.05), 1 / 34) == 1
    assert staleness.longest_tile(1, Step(2, 2, 1e-9), 1e-9) == 2  # never more than two tokens for each noise word


def shares_one_by_one(words, tile_tokens, bound, rate, output_rate):
    """`burst_shares`, token by token."""
    half, found = tile_tokens // 2, []
    for j, word in enumerate(words):
        copies = list(words[max(0, j - half) : j + half]).count(word)
        counted = max(1, bound / (rate * output_rate[word] ** 0.5))
        found.append(min(1, counted / max(1, copies)))
    return found


@pytest.mark.parametrize("tile_tokens", [1, 2, 8, 32])
@pytest.mark.parametrize("bound", [0.01, 0.1, 3.0])
@pytest.mark.parametrize("tokens", [0, 1, 7, 200])
def test_copies_beyond_the_first_few_count_no_more(tile_tokens, bound, tokens):
    rng = np.random.default_rng()
    words, output_rate = rng.zipf(1.3, tokens) % 50, rng.uniform(0.2, 1, 50).astype(np.float32)
    found = staleness.burst_shares(words, tile_tokens, bound, 0.05, output_rate)
    assert found == pytest.approx(shares_one_by_one(words, tile_tokens, bound, 0.05, output_rate))
    for copies, rate in [(1, 0.05), (2, 0.05), (31, 0.05), (5, 0.0)]:
        one = _sampler.burst_share(copies, bound / rate if rate else np.inf, 0.5)
        assert one == pytest.approx(min(1, max(1, bound / max(rate, 1e-30) / 0.5**0.5) / copies), rel=1e-6)


def test_in_ordinary_text_a_few_copies_count_in_full_and_in_an_attachment_they_count_as_few():
    bound, ones = staleness.burst_bound(6, 6), np.ones(900, np.float32)
    assert (staleness.burst_shares(np.arange(900), 32, bound, 0.05, ones) == 1).all()
    attachment = staleness.burst_shares(np.zeros(900, int), 32, bound, 0.05, ones)
    assert 1 < attachment[20:-20].max() * 32 < 1.2
    assert staleness.burst_shares(np.zeros(900, int), 32, bound, 0.0005, ones).min() == 1  # at the end of a run


def test_with_more_negatives_and_fewer_pairs_more_copies_count():
    assert staleness.burst_bound(6, 6) == pytest.approx(2 / 36)
    assert staleness.burst_bound(3, 6) == pytest.approx(2 / 18)
    assert staleness.burst_bound(6, 2) == pytest.approx(2 / 12)
    assert staleness.burst_bound(6, 24) == pytest.approx(4 / 144)


@pytest.mark.parametrize("kept_share", [1e-4, 1e-2, 0.2, 0.5, 1.0])
@pytest.mark.parametrize("rate", [0.001, 0.025, 0.05])
def test_no_tile_moves_a_row_too_far(kept_share, rate):
    for pairs, negative, cbow in [(2, 1, False), (6, 5, False), (11, 15, False), (11, 15, True)]:
        step = Step(pairs, negative + 1, rate, cbow)
        tile_tokens = staleness.longest_tile(32, step, kept_share)
        share = staleness.rate_damping(tile_tokens, step, kept_share)
        reach = staleness.tile_staleness(tile_tokens, step._replace(rate=rate * share), kept_share)
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


def test_many_negatives_leave_tiles_of_cbow_long_in_text_and_not_among_a_handful_of_words():
    many, few = Step(6, 16, 0.075, cbow=True), Step(6, 6, 0.075, cbow=True)
    assert staleness.longest_tile(32, many, 0.0125) == staleness.longest_tile(32, few, 0.0125) == 32
    assert staleness.longest_tile(32, many._replace(tree=True), 0.0125) == 4
    assert staleness.longest_tile(32, many._replace(cbow=False), 0.0125) == 4
    for tile_tokens in (1, 4, 32):
        for share in (0.2, 0.5):
            assert staleness.tile_staleness(tile_tokens, many, share) == staleness.staleness(tile_tokens, many, share)
    for nothing in (many._replace(pairs=0), many._replace(rate=0.0)):
        assert staleness.tile_staleness(32, nothing, 0.0) == staleness.tile_staleness(32, nothing, 0.5) == 0
    wide = Step(11, 6, 0.075, cbow=True)
    for outputs in (6, 16):  # too many pairs are no fewer with more negatives
        assert staleness.longest_tile(32, wide._replace(outputs=outputs), 0.0125) == 8


def test_a_slow_output_row_counts_half():
    step = Step(6, 6, 0.05)
    slow = step._replace(output_rate=0.25)
    assert staleness.staleness(32, slow, 0.2) == pytest.approx(staleness.staleness(32, step, 0.2) / 2)
