"""Results are computed anew once somebody can have changed the array, and only then."""

import numpy as np
import pytest

from fastw2v.compat.watched import Watched, owner_of


@pytest.fixture
def watched():
    return Watched(np.ones((3, 2), np.float32))


@pytest.fixture
def total(watched):
    """Return the sum of the array, and how often it was computed."""
    calls = []

    def ask():
        return watched.result("total", lambda array: calls.append(1) or float(array.sum())), len(calls)

    return ask


def test_results_are_kept_while_nobody_holds_the_array(watched, total):
    assert [total(), total()] == [(6.0, 1), (6.0, 1)]
    assert watched.view.sum() == 6
    assert total() == (6.0, 1)


@pytest.mark.parametrize(
    "edit",
    [
        lambda array: array.__setitem__(0, 5),
        lambda array: array[0].fill(5),
        lambda array: array.T[:, :1].__setitem__(slice(None), 5),
        lambda array: np.add(array[:1], 4, out=array[:1]),
        lambda array: np.asarray(memoryview(array))[:1].fill(5),
        lambda array: array.reshape(-1)[:2].fill(5),
        lambda array: array.view(np.ndarray)[:1].fill(5),
    ],
)
def test_an_edit_is_seen_and_then_results_are_kept_again(watched, total, edit):
    assert total() == (6.0, 1)
    edit(watched.lend())
    assert [total(), total()] == [(14.0, 2), (14.0, 2)]


@pytest.mark.parametrize(
    "part", [lambda array: array, lambda array: array[1], lambda array: array.T, lambda array: memoryview(array)]
)
def test_whoever_holds_a_part_may_change_it_at_any_time(watched, total, part):
    held = part(watched.lend())
    assert total() == (6.0, 1)
    np.asarray(held).flat[0] = 5
    assert total() == (10.0, 2)
    np.asarray(held).flat[0] = 1
    assert total() == (6.0, 3)
    del held
    assert [total(), total()] == [(6.0, 4), (6.0, 4)]


def test_a_view_is_seen_through_its_owner():
    owner = np.ones((4, 2))
    watched = Watched(owner[1:])
    ask = lambda: watched.result("total", np.sum)  # noqa: E731
    assert ask() == 6
    owner[3] = 5
    assert ask() == 14


def test_what_nobody_can_write_to_is_kept(tmp_path):
    np.ones((3, 2)).tofile(tmp_path / "array")
    watched = Watched(np.memmap(tmp_path / "array", float, "r", shape=(3, 2)))
    calls = []
    for _ in range(3):
        held = watched.lend()
        watched.result("total", lambda array: calls.append(array.sum()))
        watched.result("total", lambda array: calls.append(array.sum()))
    assert held.sum() == 6
    assert len(calls) == 3  # once after each time that it was lent


def test_the_view_cannot_be_written_to(watched):
    with pytest.raises(ValueError, match="read-only"):
        watched.view[0] = 1
    watched.lend()[0] = 7
    assert watched.view[0, 0] == 7


def test_the_owner_of_a_whole_view():
    owner = np.ones((3, 2))
    whole = owner.view()
    whole.flags.writeable = False
    assert owner_of(whole) is owner
    part = owner[:2]
    assert owner_of(part) is part
    assert owner_of(owner) is owner
