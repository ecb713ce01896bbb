"""Rows in bfloat16: the nearest one, and the same bits from the compiled loops as from NumPy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastw2v.training._wire import add, carry_over, narrow, take_over, widen, write_differences

ALL = np.arange(50)
ROWS = [ALL, ALL[1::3].copy(), ALL[7:9], ALL[:0]]
ORDERS = [slice(None), slice(None, None, -1)]  # of the matrix, in memory


def to_wire(rows):
    """The nearest bfloat16 of each number, ties to even."""
    bits = np.ascontiguousarray(rows).view(np.uint32)
    return ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype(np.uint16)


def from_wire(sent):
    return (sent.astype(np.uint32) << 16).view(np.float32)


def differences(live, base, rows=None, ranks=1):
    """What `write_differences` gives each rank."""
    rows = np.arange(len(live)) if rows is None else rows
    parts = [np.empty((int((rows % ranks == rank).sum()), live.shape[1]), np.uint16) for rank in range(ranks)]
    write_differences(live, base, rows, parts)
    return parts


finite = st.floats(width=32, allow_nan=False, allow_infinity=False, min_value=-(2.0**100), max_value=2.0**100)


@given(st.lists(finite))
def test_what_is_sent_is_the_nearest_bfloat16(values):
    rows = np.array(values, np.float32).reshape(-1, 1)
    sent = differences(rows, np.zeros_like(rows))[0]
    found = from_wire(sent)
    assert (abs(found - rows) <= abs(rows) * 2.0**-8 + 2.0**-133).all()
    assert np.array_equal(from_wire(to_wire(found)), found)
    assert np.array_equal(narrow(rows[::-1, 0]), sent[::-1, 0])
    assert np.array_equal(widen(sent[:, 0].copy()), found[:, 0])


@pytest.mark.parametrize("ranks", [1, 3, 60])
@pytest.mark.parametrize("rows", ROWS)
@pytest.mark.parametrize("order", ORDERS)
def test_rows_are_dealt_and_added_with_the_bits_of_numpy(rows, ranks, order):
    live, base = np.random.default_rng(1).normal(size=(2, 50, 16)).astype(np.float32)[:, order, :7]
    sent = differences(live, base, rows, ranks)
    expected = to_wire(live[rows] - base[rows])
    for rank in range(ranks):
        assert np.array_equal(sent[rank], expected[rows % ranks == rank])
    sum_ = base.copy()
    sum_[rows] += from_wire(expected)
    add(base, rows, sent)
    assert np.array_equal(base, sum_)
    assert np.allclose(base[rows], live[rows], atol=0.02)
    copied = live.copy()
    copied[rows] = base[rows]
    take_over(live, base, rows)
    assert np.array_equal(live, copied)


@pytest.mark.parametrize("ranks", [1, 2, 5])
@pytest.mark.parametrize("rows", ROWS)
@pytest.mark.parametrize("order", ORDERS)
def test_the_carry_has_the_bits_of_numpy(ranks, rows, order):
    """No product is fused with a sum."""
    rng = np.random.default_rng(2)
    carry = rng.normal(size=(50, 16)).astype(np.float32)[order, :11]
    keep, factor = rng.random((2, len(rows))).astype(np.float32)
    sent = [to_wire(rng.normal(size=(len(rows), 11)).astype(np.float32)) for _ in range(ranks)]
    learned = from_wire(sent[0])
    for other in sent[1:]:
        learned = learned + from_wire(other)
    expected, out = carry.copy(), np.empty((len(rows), 11), np.uint16)
    expected[rows] = carry[rows] * keep[:, None] + learned * factor[:, None]
    carry_over(carry, rows, keep, factor, sent, out)
    assert np.array_equal(out, to_wire(expected[rows]))
    assert np.array_equal(carry, expected)


def test_rows_of_other_shapes_are_refused():
    matrix, rows = np.zeros((4, 3), np.float32), np.arange(4)
    sent = [np.zeros((2, 3), np.uint16), np.zeros((1, 3), np.uint16)]
    with pytest.raises(ValueError, match=r"rank 1: \(1, 3\), expected \(2, 3\)"):
        add(matrix, rows, sent)
    with pytest.raises(ValueError, match=r"rank 1: \(1, 3\), expected \(2, 3\)"):
        write_differences(matrix, matrix, rows, sent)
    with pytest.raises(ValueError, match=r"rows of shape \(3, 3\), expected \(4, 3\)"):
        write_differences(matrix, matrix[:3], rows, sent)
    with pytest.raises(ValueError, match=r"rows of shape \(4, 3\), expected \(3, 3\)"):
        take_over(matrix, matrix[:3], rows)
    given = [np.zeros((4, 3), np.uint16)]
    out = np.zeros((4, 3), np.uint16)
    with pytest.raises(ValueError, match="4 rows, 3 and 4 factors of 4 rows"):
        carry_over(matrix, rows, *np.zeros((1, 3), np.float32), np.zeros(4, np.float32), given, out)
    with pytest.raises(ValueError, match=r"rank 0: \(2, 3\), expected \(4, 3\)"):
        carry_over(matrix, rows, np.zeros(4, np.float32), np.zeros(4, np.float32), sent, out)


@pytest.mark.parametrize("row", [-1, 4])
def test_rows_that_do_not_exist_are_refused(row):
    matrix, rows, sent = np.zeros((4, 3), np.float32), np.array([0, row]), [np.zeros((2, 3), np.uint16)]
    ones = np.ones(2, np.float32)
    for call in (
        lambda: write_differences(matrix, matrix, rows, sent),
        lambda: add(matrix, rows, sent),
        lambda: take_over(matrix, matrix, rows),
        lambda: carry_over(matrix, rows, ones, ones, sent, sent[0]),
    ):
        with pytest.raises(ValueError, match=f"row {row} of 4"):
            call()
