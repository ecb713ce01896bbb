"""Rows given by the user as the start of a training."""

from __future__ import annotations

import numpy as np
import pytest

from fastw2v.errors import ParameterError
from fastw2v.planning.training_parameters import TrainingParameters
from fastw2v.training.loop import start


def test_given_rows_are_the_start_and_rows_with_nan_start_at_random(corpus):
    params = TrainingParameters(vector_size=8, epochs=1, learning_rate=1e-30, min_learning_rate=0)
    given = np.full((500, 8), np.nan, np.float32)
    given[7] = np.arange(8)
    state = start(corpus, params, seed=1, initial_vectors=given)
    assert state.w_in[7].tolist() == list(range(8))
    assert np.array_equal(np.delete(state.w_in, 7, 0), np.delete(start(corpus, params, seed=1).w_in, 7, 0))
    with pytest.raises(ParameterError, match="shape"):
        start(corpus, params, seed=1, initial_vectors=given[:, :7])
