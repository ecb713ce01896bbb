"""Noise words: as many slots as negatives need, and drawn by their weights (a wrong table would fail)."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from fastw2v import _sampler
from fastw2v.layers import UnigramSampler
from fastw2v.planning import noise
from fastw2v.planning.noise import noise_weights

DRAWS = 400_000


@pytest.mark.parametrize("exponent", [0.75, 1.0, 0.0, -0.5])
@pytest.mark.parametrize("words", [2, 3, 100, 5000])
def test_noise_words_follow_their_weights(words, exponent, random_bits, rare):
    counts = np.maximum(1, (1e6 / np.arange(1, words + 1)).astype(np.int64))
    weights = noise_weights(counts, exponent)
    threshold, alias = _sampler.alias_table(weights)
    found = np.bincount(_sampler.noise_words(random_bits(DRAWS), threshold, alias), minlength=words)
    expected = counts**exponent / (counts**exponent).sum() * DRAWS
    assert stats.chisquare(found, expected).pvalue > rare


def test_noise_follows_the_weights_exactly():
    """Not by drawing: the probability that the table gives each word, added up over its columns."""
    weights = np.random.default_rng(0).pareto(1.0, 1000)
    threshold, alias = _sampler.alias_table(weights)
    own = np.where(alias == np.arange(1000), 1.0, threshold / 2**32)
    share = (own + np.bincount(alias, 1 - own, minlength=1000)) / 1000
    assert share == pytest.approx(weights / weights.sum(), abs=1e-9)


@pytest.mark.parametrize("exponent", [0.75, 0.0, -0.5, 300.0, -300.0])
def test_noise_weights_are_in_the_proportions_of_the_textbook(exponent):
    """Two formulas that do not know each other: neither may overflow."""
    counts = np.array([1000, 10, 0, 1])
    weights = noise_weights(counts, exponent)
    textbook = UnigramSampler(np.repeat(range(4), counts), exponent, 1, exclude_target=False)
    assert weights / weights.sum() == pytest.approx(textbook.word_p)


def test_words_that_do_not_occur_are_never_noise(random_bits):
    counts = np.array([50, 0, 30, 0, 0, 1])
    for exponent in (0.75, 0.0, -2.0):
        threshold, alias = _sampler.alias_table(noise_weights(counts, exponent))
        assert set(_sampler.noise_words(random_bits(10_000), threshold, alias)) == {0, 2, 5}


@pytest.mark.fault("NaN at a table or an index")
@pytest.mark.parametrize("weights", [[], [0.0, 0.0], [1.0, -1.0], [np.nan, 1.0], [np.inf, 1.0]])
def test_weights_that_are_not_a_distribution_are_refused(weights):
    with pytest.raises(ValueError, match="weights"):
        _sampler.alias_table(np.array(weights))


@pytest.mark.parametrize(("negative", "slots"), [(1, 16), (5, 16), (8, 16), (9, 32), (15, 32), (20, 48)])
def test_noise_slots_are_at_least_two_for_each_negative(negative, slots):
    assert noise.enough_noise_slots(negative) == slots


@pytest.mark.parametrize(
    ("negative", "pairs", "rate", "slots"),
    [
        (5, 6, 0.05, 16),
        (8, 6, 0.05, 32),
        (5, 7, 0.05, 32),
        (5, 11, 0.05, 32),
        (15, 6, 0.05, 64),
        (5, 6, 0.1, 32),
        (12, 6, 0.05, 48),
        (1, 2, 1e9, 64),
    ],
)
def test_noise_slots_are_enough_for_a_tile_to_be_stable(negative, pairs, rate, slots):
    assert noise.enough_noise_slots(negative, pairs, rate) == slots
    of_input = pairs * negative * rate
    of_noise = 32 / slots * of_input
    stable = (of_input * of_noise) ** 0.5 <= noise.NOISE_GAIN_MAX and of_noise <= noise.NOISE_ROW_MOVE_MAX
    assert stable or slots == noise.STABLE_SLOTS_MAX
