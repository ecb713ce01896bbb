"""Draws: bit-equal in C and NumPy, and distributed as they should be (tests that a wrong table would fail)."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from fastw2v import _sampler
from fastw2v.planning import draws

UINT64 = st.integers(0, 2**64 - 1)
DRAWS = 400_000


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


def test_bits_are_uniform_and_neighbours_independent(random_bits, rare):
    bits = random_bits(DRAWS)
    for shift in (0, 24, 56):  # low, middle and high byte
        counts = np.bincount((bits >> np.uint64(shift) & np.uint64(255)).astype(int), minlength=256)
        assert stats.chisquare(counts).pvalue > rare
    high = (bits >> np.uint64(32)).astype(float)
    assert abs(np.corrcoef(high[:-1], high[1:])[0, 1]) < 5 / np.sqrt(DRAWS)


@pytest.mark.parametrize("window", [2, 5, 8, 10])
def test_windows_are_uniform(window, rare):
    """Also for powers of two, where a generator's low bits would show their period."""
    bits = _sampler.draws(3, 1, draws.WINDOW, np.arange(DRAWS))
    for step in (1, 8):
        found = np.bincount(_sampler.windows(bits, window)[::step], minlength=window + 1)
        assert found[0] == 0
        assert stats.chisquare(found[1:]).pvalue > rare
    assert set(_sampler.windows(bits, 1)) == {1}


@pytest.mark.parametrize(("slots", "life"), [(16, 3), (16, 1), (7, 3), (32, 4), (1, 5), (3, 8)])
def test_each_noise_slot_is_renewed_every_life_tiles_and_renewals_are_spread(slots, life):
    renewed = np.array([[draws.renewed(t, s, slots, life) == t for s in range(slots)] for t in range(10 * life)])
    assert renewed[0].all()
    steady = renewed[life : 9 * life]
    assert (steady.sum(axis=0) == 8).all()
    assert steady.sum(axis=1).max() <= -(-slots // life)
    assert steady.sum(axis=1).min() >= slots // life
