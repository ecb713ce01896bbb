"""Subsampling: tokens are kept at word2vec's rate."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from fastw2v import _sampler
from fastw2v.planning import draws
from fastw2v.planning.subsampling import keep_probability, keep_thresholds

DRAWS = 400_000


@pytest.mark.parametrize("sample", [1e-1, 1e-3, 1e-5])
def test_tokens_are_kept_at_word2vecs_rate(sample, rare):
    counts = np.array([500_000, 50_000, 5_000, 500, 5])
    probability = keep_probability(counts, sample)
    f = counts / counts.sum()
    assert probability == pytest.approx(np.minimum(1, (np.sqrt(f / sample) + 1) * sample / f))
    threshold = keep_thresholds(probability)
    bits = _sampler.draws(3, 0, draws.KEEP, np.arange(DRAWS))
    for p, one in zip(probability, threshold, strict=True):
        kept = _sampler.kept(bits, np.full(DRAWS, one)).sum()
        assert kept == DRAWS if p == 1 else stats.binomtest(int(kept), DRAWS, p).pvalue > rare


def test_sample_zero_keeps_every_token():
    threshold = keep_thresholds(keep_probability(np.array([10**9, 1]), 0))
    assert threshold.tolist() == [2**32 - 1] * 2
