"""The seed of a run, from any ``random_state``."""

from __future__ import annotations

import numbers
import secrets
from typing import Any

import numpy as np

from fastw2v.errors import ParameterError
from fastw2v.parameters import shown


def is_generator(random_state: Any) -> bool:
    """Return whether seeds are drawn from it."""
    return isinstance(random_state, (np.random.RandomState, np.random.Generator))


def is_seed(random_state: Any, seed: int) -> bool:
    """Return whether it is a whole number that gives this seed."""
    return isinstance(random_state, numbers.Integral) and int(random_state) == seed


def check_seed(random_state: Any, name: str = "random_state") -> None:
    """Raise ParameterError unless `resolve_seed` can make a seed of it; generators are not advanced."""
    if random_state is None or is_generator(random_state):
        return
    whole = isinstance(random_state, numbers.Integral) and type(random_state) is not bool
    if not whole or not 0 <= int(random_state) < 2**63:
        raise ParameterError(
            f"{name}={shown(random_state)}: it must be None, a whole number from 0 to 2**63 - 1, a RandomState or a "
            f"Generator"
        )


def resolve_seed(random_state: Any) -> int:
    """Return the seed for a ``random_state``.

    Parameters
    ----------
    random_state : None, int, numpy.random.RandomState or numpy.random.Generator
        None draws a seed from the system; from a generator one number is drawn, so it advances.

    Raises
    ------
    ParameterError
        It is none of these, or an integer outside 0..2**63 - 1.
    """
    check_seed(random_state)
    if random_state is None:
        return secrets.randbits(63)
    if isinstance(random_state, np.random.RandomState):
        return int(random_state.randint(0, 2**31 - 1))
    if isinstance(random_state, np.random.Generator):
        return int(random_state.integers(0, 2**63 - 1))
    return int(random_state)
