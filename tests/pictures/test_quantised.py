"""Vectors of one byte for each number."""

import numpy as np

from fastw2v.pictures.quantised import quantise


def test_cosines_are_those_of_the_vectors_within_a_hundredth():
    rng = np.random.default_rng(0)
    for size in (2, 10, 100, 300):
        units = rng.normal(size=(300, size)).astype(np.float32)
        units[:50] *= rng.exponential(size=size) ** 2  # a few large numbers among small ones
        units /= np.linalg.norm(units, axis=1, keepdims=True)
        rows = quantise(units).astype(np.float64)
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        assert abs(rows @ rows.T - units @ units.T).max() < 0.01


def test_the_largest_number_of_each_row_is_127():
    rows = quantise(np.array([[1e-20, 0], [-0.6, 0.8], [1, 0]], np.float32))
    assert rows.dtype == np.int8
    assert rows.tolist() == [[127, 0], [-95, 127], [127, 0]]
