"""The waist: what ranks hand to each other, and how all of them leave work in which one has failed."""

import numpy as np
import pytest

from fastw2v.distributed.comm import agreed, is_agreed, is_echo
from fastw2v.distributed.threads import Threads
from fastw2v.errors import RankError


def test_parts_reach_their_ranks_in_rank_order():
    def work(comm):
        got = comm.to_owners([np.full(other + 1, 10 * comm.rank + other, np.int32) for other in range(comm.size)])
        return [part.tolist() for part in got]

    assert Threads(3).run(work)[2] == [[2, 2, 2], [12, 12, 12], [22, 22, 22]]


def test_sums_are_added_in_rank_order_and_all_hear_rank_0():
    values = np.array([1e16, 1.0, -1e16])
    expected = (values[0] + values[1]) + values[2]
    assert expected != values.sum() or expected == 0  # another order gives another sum

    def work(comm):
        return (
            float(comm.sum(values[comm.rank : comm.rank + 1])[0]),
            comm.bcast(f"{comm.rank}"),
        )

    assert Threads(3).run(work) == [(expected, "0")] * 3


def test_bytes_that_stay_are_not_counted():
    counted = Threads(3).run(lambda comm: (comm.from_owners(np.zeros(5)), comm.bytes_sent)[1])
    assert counted == [80, 80, 80]


def test_one_rank_talks_to_itself():
    def work(comm):
        assert comm.sum(np.array([2.0]))[0] == 2
        assert comm.texts("here") == ["here"]
        comm.abort("over")

    with pytest.raises(RankError, match="over"):
        Threads(1).run(work)


def test_if_one_rank_fails_all_leave_and_the_first_tells():
    told = {}

    def work(comm):
        try:
            with agreed(comm):
                if comm.rank in (1, 2):
                    raise OSError(f"disk of {comm.rank} is full")
        except Exception as error:
            told[comm.rank] = error
            return is_echo(error)

    assert Threads(4).run(work) == [True, False, True, True]
    assert all(is_agreed(error) for error in told.values())
    assert str(told[0]) == "rank 1 of 4 failed, and with it the others: OSError: disk of 1 is full"
    assert [type(told[rank]) for rank in range(4)] == [RankError, OSError, OSError, RankError]


def test_a_rank_that_dies_between_collectives_ends_the_others():
    def work(comm):
        if comm.rank == 2:
            raise ZeroDivisionError("a bug")
        comm.barrier()

    with pytest.raises(ZeroDivisionError, match="a bug"):
        Threads(3).run(work)


def test_an_abort_is_quoted_by_all():
    def work(comm):
        if comm.rank == 0:
            comm.abort("rank 0 has seen enough")
        comm.barrier()

    with pytest.raises(RankError, match="rank 0 has seen enough"):
        Threads(2).run(work)


def test_no_more_ranks_are_at_work_than_may_be():
    at_work, most = [0], [0]

    def work(comm):
        for _ in range(20):
            with comm.turn():
                at_work[0] += 1
                most[0] = max(most[0], at_work[0])
                sum(range(1000))
                at_work[0] -= 1
            comm.barrier()

    Threads(5, at_once=1).run(work)
    assert most[0] == 1
