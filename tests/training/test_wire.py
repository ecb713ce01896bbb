"""Rows in bfloat16: the nearest one, and the same bits in blocks as on whole arrays."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastw2v.training import wire
from fastw2v.training.wire import from_wire, to_wire


@given(st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False, min_value=-(2.0**100), max_value=2.0**100)))
def test_what_is_sent_is_the_nearest_bfloat16(values):
    rows = np.array(values, np.float32).reshape(-1, 1)
    found = from_wire(to_wire(rows))
    assert (abs(found - rows) <= abs(rows) * 2.0**-8 + 2.0**-133).all()
    assert np.array_equal(from_wire(to_wire(found)), found)


@pytest.mark.parametrize("rows", [slice(None), slice(1, None, 3), slice(None, None, -1)])
def test_the_compiled_loops_have_the_bits_of_numpy(rows):
    live, base = np.random.default_rng(1).normal(size=(2, 50, 16)).astype(np.float32)[..., :7]
    sent = wire.difference(live[rows], base[rows])
    assert np.array_equal(sent, to_wire(np.ascontiguousarray(live[rows] - base[rows])))
    expected = base.copy()
    expected[rows] += from_wire(sent)
    wire.add(base[rows], sent)
    assert np.array_equal(base, expected)
    assert np.allclose(base[rows], live[rows], atol=0.02)


def test_rows_of_other_shapes_are_refused():
    with pytest.raises(ValueError, match=r"rows \(4, 3\), sent \(4, 2\)"):
        wire.add(np.zeros((4, 3), np.float32), np.zeros((4, 2), np.uint16))
