"""The sampler of the textbook, against its distribution."""

import numpy as np
import pytest
from scipy import stats

from fastw2v.errors import ParameterError
from fastw2v.layers import (
    UnigramSampler,
)

CORPUS = np.array([0, 1, 2, 3, 4, 1, 2, 1, 5, 0, 1, 3])
V = 6


def expected_power(power):
    mass = np.bincount(CORPUS).astype(float) ** power
    return mass / mass.sum()


@pytest.mark.parametrize("power", [0.75, 1.0, 0.0, -0.5])
def test_free_draws_follow_the_power_of_the_counts(power):
    sampler = UnigramSampler(CORPUS, power, 5, exclude_target=False, random_state=1)
    drawn = sampler.get_negative_sample(np.zeros(8000, np.int64))
    assert drawn.shape == (8000, 5)
    seen = np.bincount(drawn.ravel(), minlength=V)
    assert stats.chisquare(seen, expected_power(power) * drawn.size).pvalue > 1e-3


@pytest.mark.parametrize("power", [300.0, -300.0])
def test_powers_that_would_overflow_leave_the_words_that_count_most(power):
    """Of counts 1,000, 10 and 1: 1000 ** 300 is beyond float64, and so is the sum of such powers."""
    sampler = UnigramSampler([0] * 1000 + [1] * 10 + [3], power, 1, exclude_target=False, random_state=0)
    assert sampler.word_p == pytest.approx([1, 0, 0, 0] if power > 0 else [0, 0, 0, 1])


def test_the_chi_square_test_would_notice_another_power():
    drawn = UnigramSampler(CORPUS, 1.0, 5, exclude_target=False, random_state=1).get_negative_sample(
        np.zeros(8000, int)
    )
    seen = np.bincount(drawn.ravel(), minlength=V)
    assert stats.chisquare(seen, expected_power(0.75) * drawn.size).pvalue < 1e-6


@pytest.mark.parametrize("sample_size", [1, 3, 5])
def test_excluding_draws_never_repeat_and_never_hit_the_target(random, sample_size):
    target = random.integers(0, V, 500)
    drawn = UnigramSampler(CORPUS, 0.75, sample_size, random_state=2).get_negative_sample(target)
    for word, row in zip(target, drawn, strict=True):
        assert len({word, *row}) == sample_size + 1


@pytest.mark.parametrize("tries", [0, 1, 16])
def test_excluding_draws_are_draws_one_after_another_without_replacement(monkeypatch, tries):
    """All ordered pairs beside target 1, against their exact probability; with no redraw, few, or the usual ones."""
    monkeypatch.setattr(UnigramSampler, "_TRIES", tries)
    n, target = 6000, 1
    drawn = UnigramSampler(CORPUS, 0.75, 2, random_state=3).get_negative_sample(np.full(n, target))
    p = expected_power(0.75)
    p[target] = 0
    p /= p.sum()
    pairs = [(a, b) for a in range(V) for b in range(V) if p[a] and p[b] and a != b]
    expected = [n * p[a] * p[b] / (1 - p[a]) for a, b in pairs]
    seen = [((drawn[:, 0] == a) & (drawn[:, 1] == b)).sum() for a, b in pairs]
    assert sum(seen) == n
    assert stats.chisquare(seen, expected).pvalue > 1e-3


def test_a_target_that_is_nearly_the_whole_corpus_does_not_hang():
    corpus = np.concatenate([np.zeros(10**6, np.int64), [1]])
    drawn = UnigramSampler(corpus, 1.0, 1, random_state=0).get_negative_sample(np.zeros(50, np.int64))
    assert (drawn == 1).all()


def test_a_word_that_never_occurs_is_never_drawn():
    sampler = UnigramSampler([1, 3, 3], 0.75, 4, exclude_target=False, random_state=0)
    assert set(sampler.get_negative_sample(np.zeros(500, int)).ravel()) == {1, 3}


def test_the_same_seed_draws_the_same_words():
    a, b, c = (UnigramSampler(CORPUS, 0.75, 3, random_state=seed).get_negative_sample(CORPUS) for seed in (7, 7, 8))
    np.testing.assert_array_equal(a, b)
    assert (a != c).any()


@pytest.mark.parametrize(
    ("corpus", "options", "message"),
    [
        (CORPUS, {"sample_size": 6}, "sample_size=6 noise words from a corpus of 6 different words"),
        (CORPUS, {"sample_size": 0}, "at least 1"),
        (CORPUS, {"sample_size": 2.0}, r"sample_size=2\.0 noise .* a whole number"),
        (CORPUS, {"power": np.nan}, "power=nan"),
        (CORPUS, {"power": "1"}, "power='1'"),
        ([], {}, "0 items"),
        (["a", "b"], {}, "integers from 0"),
        ([-1, 2, 3], {}, "integers from 0"),
    ],
)
def test_a_sampler_that_cannot_draw_is_refused(corpus, options, message):
    with pytest.raises(ParameterError, match=message):
        UnigramSampler(corpus, **options)
