"""Rows in bfloat16: the nearest one, and the same bits from the compiled loops as from NumPy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastw2v.training import wire
from fastw2v.training._wire import add

ROWS = [slice(None), slice(1, None, 3), slice(None, None, -1), slice(0, 0)]


def to_wire(rows):
    """The nearest bfloat16 of each number, ties to even."""
    bits = np.ascontiguousarray(rows).view(np.uint32)
    return ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype(np.uint16)


def from_wire(sent):
    return (sent.astype(np.uint32) << 16).view(np.float32)


finite = st.floats(width=32, allow_nan=False, allow_infinity=False, min_value=-(2.0**100), max_value=2.0**100)


@given(st.lists(finite))
def test_what_is_sent_is_the_nearest_bfloat16(values):
    rows = np.array(values, np.float32).reshape(-1, 1)
    found = from_wire(wire.difference(rows, np.zeros_like(rows)))
    assert (abs(found - rows) <= abs(rows) * 2.0**-8 + 2.0**-133).all()
    assert np.array_equal(from_wire(to_wire(found)), found)


@pytest.mark.parametrize("rows", ROWS)
def test_the_compiled_loops_have_the_bits_of_numpy(rows):
    live, base = np.random.default_rng(1).normal(size=(2, 50, 16)).astype(np.float32)[..., :7]
    sent = wire.difference(live[rows], base[rows])
    assert np.array_equal(sent, to_wire(live[rows] - base[rows]))
    expected = base.copy()
    expected[rows] += from_wire(sent)
    add(base[rows], sent)
    assert np.array_equal(base, expected)
    assert np.allclose(base[rows], live[rows], atol=0.02)


@pytest.mark.parametrize("ranks", [1, 2, 5])
@pytest.mark.parametrize("rows", ROWS)
def test_the_carry_has_the_bits_of_numpy(ranks, rows):
    """No product is fused with a sum."""
    rng = np.random.default_rng(2)
    carry = rng.normal(size=(50, 16)).astype(np.float32)[:, :11]
    keep, factor = rng.random((2, len(carry[rows]))).astype(np.float32)
    sent = [to_wire(rng.normal(size=carry[rows].shape).astype(np.float32)) for _ in range(ranks)]
    learned = from_wire(sent[0])
    for other in sent[1:]:
        learned = learned + from_wire(other)
    expected = carry[rows] * keep[:, None] + learned * factor[:, None]
    assert np.array_equal(wire.carried(carry[rows], keep, factor, sent), to_wire(expected))
    assert np.array_equal(carry[rows], expected)


def test_rows_of_other_shapes_are_refused():
    rows, sent = np.zeros((4, 3), np.float32), np.zeros((4, 2), np.uint16)
    with pytest.raises(ValueError, match=r"rows \(4, 3\), sent \(4, 2\)"):
        add(rows, sent)
    with pytest.raises(ValueError, match="3 and 4 factors of 4 rows"):
        wire.carried(rows, np.zeros(3, np.float32), np.zeros(4, np.float32), [np.zeros((4, 3), np.uint16)])
