"""The rows of the two matrices: aligned in memory, and random at the start."""

from __future__ import annotations

import numpy as np
from scipy import stats

from fastw2v.planning import draws
from fastw2v.planning.rows import empty_rows, initial_arrays, row_bytes


def test_initial_rows_are_uniform_and_a_function_of_the_seed(rare):
    rows = initial_arrays(2000, 50, 7).w_in
    assert np.array_equal(rows, initial_arrays(2000, 50, 7).w_in)
    assert not np.array_equal(rows, initial_arrays(2000, 50, 8).w_in)
    assert np.array_equal(rows[:100], initial_arrays(100, 50, 7).w_in)  # whatever the number of words
    assert stats.kstest(rows.ravel() * 25 + 0.5, "uniform").pvalue > rare
    assert not initial_arrays(2000, 50, 7).w_out.any()
    some = initial_arrays(2000, 50, 7, drawn=30).w_in
    assert np.array_equal(some[:30], rows[:30])
    assert not some[30:].any()


def test_initial_rows_are_the_draws_of_the_mirror_bit_for_bit():
    words, columns = np.arange(300)[:, None], np.arange(7)[None, :]
    drawn = draws.centered(draws.draw(draws.key(12, 0, draws.ROWS), words, columns))
    assert np.array_equal(initial_arrays(300, 7, 12).w_in, 2 * drawn / np.float32(7))


def test_rows_begin_on_cache_lines():
    for size in (1, 15, 16, 17, 100):
        rows = empty_rows(5, size)
        assert rows.shape == (5, size)
        assert rows.ctypes.data % 64 == 0
        assert rows.strides[0] % 64 == 0
        assert row_bytes(5, size) == 5 * rows.strides[0]
