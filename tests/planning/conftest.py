"""Random bits in number, and how improbable they must be for a test to call them wrong."""

import numpy as np
import pytest

from fastw2v import _sampler
from fastw2v.planning import draws


@pytest.fixture(scope="session")
def rare():
    """A correct table fails one statistical test in a million."""
    return 1e-6


@pytest.fixture(scope="session")
def random_bits():
    """``random_bits(n)``: that many draws of one stream."""
    return lambda n: _sampler.draws(0, 0, draws.NOISE, np.arange(n))
