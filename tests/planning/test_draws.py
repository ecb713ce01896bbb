"""Draws: bit-equal in C and NumPy, and distributed as they should be (tests that a wrong table would fail)."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from fastw2v import _sampler
from fastw2v.layers import UnigramSampler
from fastw2v.planning import draws
from fastw2v.planning.learning_rate import rate_after
from fastw2v.planning.noise import noise_weights
from fastw2v.planning.rows import initial_arrays
from fastw2v.planning.subsampling import keep_probability, keep_thresholds

UINT64 = st.integers(0, 2**64 - 1)
DRAWS = 400_000
RARE = 1e-6  # a right table fails one statistical test in a million


def random_bits(n, seed=0):
    return _sampler.draws(seed, 0, draws.NOISE, np.arange(n))


@given(UINT64, st.integers(0, 2**40), st.integers(1, 4), st.integers(0, 2**62), UINT64)
def test_draws_are_bit_equal_in_c_and_numpy(seed, epoch, purpose, position, index):
    positions = np.arange(position, position + 5)
    ours = draws.draw(draws.key(seed, epoch, purpose), positions, np.uint64(index))
    assert _sampler.draws(seed, epoch, purpose, positions, index).tolist() == ours.tolist()


@given(st.lists(UINT64, min_size=1, max_size=50), st.integers(1, 2**31 - 1))
def test_uses_of_draws_are_bit_equal_in_c_and_numpy(bits, n):
    bits = np.array(bits, np.uint64)
    assert _sampler.bounded(bits, n).tolist() == draws.below(bits, n).tolist()
    window = n % 10_000 + 1
    assert _sampler.windows(bits, window).tolist() == draws.windows(bits, window).tolist()
    threshold = (bits * np.uint64(0x9E3779B97F4A7C15) >> np.uint64(32)).astype(np.uint32)
    assert _sampler.kept(bits, threshold).tolist() == draws.kept(bits, threshold).tolist()
    alias = np.arange(len(bits), dtype=np.int32)[::-1].copy()
    assert _sampler.noise_words(bits, threshold, alias).tolist() == draws.noise_words(bits, threshold, alias).tolist()


@given(st.integers(0, 10**6), st.integers(0, 99), st.integers(1, 100), st.integers(1, 20))
def test_renewals_are_equal_in_c_and_numpy(number, slot, noise_slots, noise_life):
    seen = (number, slot, noise_slots, noise_life)
    assert _sampler.renewed(*seen) == draws.renewed(*seen)


@given(st.floats(1e-6, 1e3), st.floats(0, 1), st.integers(1, 2**50), st.floats(0, 1))
def test_learning_rates_are_equal_in_c_and_numpy(first, share, total, done):
    done = int(done * total)
    assert _sampler.learning_rate(first, share * first, done, total) == rate_after(first, share * first, done, total)


def test_known_answers():
    """The stream is a promise: these numbers may never change within a version."""
    assert draws.draw(draws.key(1, 0, draws.KEEP), [0, 1, 2**40]).tolist() == [
        9878497219282479428,
        1319316269172661779,
        2659031269536990282,
    ]
    assert int(draws.mix(0x9E3779B97F4A7C15)) == 0xE220A8397B1DCDAF  # SplitMix64's first output for seed 0


def test_counters_do_not_collide():
    positions = np.arange(300)
    keys = [(1, 0, 3), (1, 1, 3), (2, 0, 3), (1, 0, 2)]
    bits = np.concatenate([_sampler.draws(*key, positions, index) for key in keys for index in range(100)])
    assert len(np.unique(bits)) == len(bits)


def test_bits_are_uniform_and_neighbours_independent():
    bits = random_bits(DRAWS)
    for shift in (0, 24, 56):  # low, middle and high byte
        counts = np.bincount((bits >> np.uint64(shift) & np.uint64(255)).astype(int), minlength=256)
        assert stats.chisquare(counts).pvalue > RARE
    high = (bits >> np.uint64(32)).astype(float)
    assert abs(np.corrcoef(high[:-1], high[1:])[0, 1]) < 5 / np.sqrt(DRAWS)


@pytest.mark.parametrize("exponent", [0.75, 1.0, 0.0, -0.5])
@pytest.mark.parametrize("words", [2, 3, 100, 5000])
def test_noise_words_follow_their_weights(words, exponent):
    counts = np.maximum(1, (1e6 / np.arange(1, words + 1)).astype(np.int64))
    weights = noise_weights(counts, exponent)
    threshold, alias = _sampler.alias_table(weights)
    found = np.bincount(_sampler.noise_words(random_bits(DRAWS), threshold, alias), minlength=words)
    expected = counts**exponent / (counts**exponent).sum() * DRAWS
    assert stats.chisquare(found, expected).pvalue > RARE


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


def test_words_that_do_not_occur_are_no_noise():
    counts = np.array([50, 0, 30, 0, 0, 1])
    for exponent in (0.75, 0.0, -2.0):
        threshold, alias = _sampler.alias_table(noise_weights(counts, exponent))
        assert set(_sampler.noise_words(random_bits(10_000), threshold, alias)) == {0, 2, 5}


@pytest.mark.parametrize("weights", [[], [0.0, 0.0], [1.0, -1.0], [np.nan, 1.0], [np.inf, 1.0]])
def test_weights_that_are_no_distribution_are_refused(weights):
    with pytest.raises(ValueError, match="weights"):
        _sampler.alias_table(np.array(weights))


@pytest.mark.parametrize("sample", [1e-1, 1e-3, 1e-5])
def test_tokens_are_kept_at_word2vecs_rate(sample):
    counts = np.array([500_000, 50_000, 5_000, 500, 5])
    probability = keep_probability(counts, sample)
    f = counts / counts.sum()
    assert probability == pytest.approx(np.minimum(1, (np.sqrt(f / sample) + 1) * sample / f))
    threshold = keep_thresholds(probability)
    bits = _sampler.draws(3, 0, draws.KEEP, np.arange(DRAWS))
    for p, one in zip(probability, threshold, strict=True):
        kept = _sampler.kept(bits, np.full(DRAWS, one)).sum()
        assert kept == DRAWS if p == 1 else stats.binomtest(int(kept), DRAWS, p).pvalue > RARE


def test_sample_zero_keeps_every_token():
    threshold = keep_thresholds(keep_probability(np.array([10**9, 1]), 0))
    assert threshold.tolist() == [2**32 - 1] * 2


@pytest.mark.parametrize("window", [2, 5, 8, 10])
def test_windows_are_uniform(window):
    """Also for powers of two, where a generator's low bits would show their period."""
    bits = _sampler.draws(3, 1, draws.WINDOW, np.arange(DRAWS))
    for step in (1, 8):
        found = np.bincount(_sampler.windows(bits, window)[::step], minlength=window + 1)
        assert found[0] == 0
        assert stats.chisquare(found[1:]).pvalue > RARE
    assert set(_sampler.windows(bits, 1)) == {1}


@pytest.mark.parametrize(("slots", "life"), [(16, 3), (16, 1), (7, 3), (32, 4), (1, 5), (3, 8)])
def test_each_noise_slot_is_renewed_every_life_tiles_and_renewals_are_spread(slots, life):
    renewed = np.array([[draws.renewed(t, s, slots, life) == t for s in range(slots)] for t in range(10 * life)])
    assert renewed[0].all()
    steady = renewed[life : 9 * life]
    assert (steady.sum(axis=0) == 8).all()
    assert steady.sum(axis=1).max() <= -(-slots // life)
    assert steady.sum(axis=1).min() >= slots // life


def test_initial_rows_are_uniform_and_a_function_of_the_seed():
    rows = initial_arrays(2000, 50, 7).w_in
    assert np.array_equal(rows, initial_arrays(2000, 50, 7).w_in)
    assert not np.array_equal(rows, initial_arrays(2000, 50, 8).w_in)
    assert np.array_equal(rows[:100], initial_arrays(100, 50, 7).w_in)  # whatever the number of words
    assert stats.kstest(rows.ravel() * 50 + 0.5, "uniform").pvalue > RARE
    assert not initial_arrays(2000, 50, 7).w_out.any()
