"""The learning rate falls in a straight line, the same in C and NumPy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastw2v import EncodedCorpus, _sampler
from fastw2v.planning import plan
from fastw2v.planning.learning_rate import rate_after
from fastw2v.planning.training_parameters import TrainingParameters


@given(st.floats(1e-6, 1e3), st.floats(0, 1), st.integers(1, 2**50), st.floats(0, 1))
def test_learning_rates_are_equal_in_c_and_numpy(first, share, total, done):
    done = int(done * total)
    assert _sampler.learning_rate(first, share * first, done, total) == rate_after(first, share * first, done, total)


def test_the_learning_rate_falls_in_a_straight_line_over_all_epochs():
    ids = np.zeros(20_000, np.int32)
    corpus = EncodedCorpus.from_ids([ids[:10_000], ids[10_000:]], ["a", "b"])
    made = plan.make_plan(corpus, TrainingParameters(epochs=4, learning_rate=0.004, min_learning_rate=0.002), 0)
    assert made.rate_at(0, 0) == pytest.approx(0.004)
    assert made.rate_at(2, 0) == pytest.approx(0.003)
    rates = [made.rate_at(epoch, chunk) for epoch in range(4) for chunk in range(made.chunks)]
    assert np.allclose(np.diff(rates), np.diff(rates)[0], rtol=1e-3)
