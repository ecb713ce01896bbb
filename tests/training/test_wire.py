"""Rows in bfloat16: the nearest one, and the same bits from the compiled loops as from NumPy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastw2v.training._wire import add, carry_over, write_differences

ROWS = [slice(None), slice(1, None, 3), slice(None, None, -1), slice(0, 0)]


def to_wire(rows):
    """The nearest bfloat16 of each number, ties to even."""
    bits = np.ascontiguousarray(rows).view(np.uint32)
    return ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype(np.uint16)


def from_wire(sent):
    return (sent.astype(np.uint32) << 16).view(np.float32)


def differences(live, base, ranks=1, first=0):
    """What `write_differences` gives each rank."""
    parts = [np.empty(live[(rank - first) % ranks :: ranks].shape, np.uint16) for rank in range(ranks)]
    write_differences(live, base, first, parts)
    return parts


finite = st.floats(width=32, allow_nan=False, allow_infinity=False, min_value=-(2.0**100), max_value=2.0**100)


@given(st.lists(finite))
def test_what_is_sent_is_the_nearest_bfloat16(values):
    rows = np.array(values, np.float32).reshape(-1, 1)
    found = from_wire(differences(rows, np.zeros_like(rows))[0])
    assert (abs(found - rows) <= abs(rows) * 2.0**-8 + 2.0**-133).all()
    assert np.array_equal(from_wire(to_wire(found)), found)


@pytest.mark.parametrize(("ranks", "first"), [(1, 0), (3, 0), (3, 7), (60, 2)])
@pytest.mark.parametrize("rows", ROWS)
def test_rows_are_dealt_and_added_with_the_bits_of_numpy(rows, ranks, first):
    live, base = np.random.default_rng(1).normal(size=(2, 50, 16)).astype(np.float32)[..., :7]
    sent = differences(live[rows], base[rows], ranks, first)
    expected = to_wire(live[rows] - base[rows])
    for rank in range(ranks):
        assert np.array_equal(sent[rank], expected[(rank - first) % ranks :: ranks])
    sum_ = base.copy()
    sum_[rows] += from_wire(expected)
    add(base[rows], first, sent)
    assert np.array_equal(base, sum_)
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
    expected, out = carry[rows] * keep[:, None] + learned * factor[:, None], np.empty(carry[rows].shape, np.uint16)
    carry_over(carry[rows], keep, factor, sent, out)
    assert np.array_equal(out, to_wire(expected))
    assert np.array_equal(carry[rows], expected)


def test_rows_of_other_shapes_are_refused():
    rows, sent = np.zeros((4, 3), np.float32), [np.zeros((2, 3), np.uint16), np.zeros((1, 3), np.uint16)]
    with pytest.raises(ValueError, match=r"rank 1: \(1, 3\), expected \(2, 3\)"):
        add(rows, 0, sent)
    with pytest.raises(ValueError, match=r"rows of shape \(3, 3\), expected \(4, 3\)"):
        write_differences(rows, rows[:3], 0, sent)
    with pytest.raises(ValueError, match="3 and 4 factors of 4 rows"):
        carry_over(rows, *np.zeros((1, 3), np.float32), np.zeros(4, np.float32), [], np.zeros((4, 3), np.uint16))


def test_no_ranks_are_refused():
    rows, ones = np.zeros((4, 3), np.float32), np.ones(4, np.float32)
    for call in (
        lambda: add(rows, 0, []),
        lambda: write_differences(rows, rows, 0, []),
        lambda: carry_over(rows, ones, ones, [], np.zeros((4, 3), np.uint16)),
    ):
        with pytest.raises(ValueError, match="there are no ranks"):
            call()
