"""Random numbers that are the same in each run."""

import numpy as np
import pytest


@pytest.fixture
def random():
    return np.random.default_rng(5)
