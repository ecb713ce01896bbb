"""The time left: nothing before enough is known, and then no jumps; on simulated and on recorded runs."""

import itertools
import math
import random

import pytest

from fastw2v.progress.pace import KNOWN_AFTER, WARM_UP, Pace

TOTAL = 1_000_000.0


def run(batches, total=TOTAL):
    """Give a pace batches of (seconds, done); return (elapsed, seconds really left, estimate) after each."""
    pace, elapsed, done = Pace(), 0.0, 0.0
    rows = []
    length = sum(seconds for seconds, _ in batches)
    for seconds, more in batches:
        elapsed, done = elapsed + seconds, done + more
        pace.note(elapsed, done)
        rows.append((elapsed, length - elapsed, pace.seconds_left(total)))
    return rows


def batches_of(speed, seconds=0.15, total=TOTAL):
    """Batches of a run whose speed is a function of the time."""
    elapsed, done, batches = 0.0, 0.0, []
    while done < total:
        more = min(total - done, speed(elapsed) * seconds)
        batches.append((seconds, more))
        elapsed, done = elapsed + seconds, done + more
    return batches


def known(rows):
    return [row for row in rows if not math.isnan(row[2])]


def rises(rows):
    """How much each estimate is above what the one before said for that moment."""
    return [
        estimate - (before - (now - then)) for (then, _, before), (now, _, estimate) in itertools.pairwise(known(rows))
    ]


def test_a_steady_run_counts_down_like_a_clock():
    rows = run(batches_of(lambda elapsed: 20_000))
    for _, left, estimate in known(rows):
        assert estimate == pytest.approx(left, abs=0.2)


def test_nothing_is_said_before_enough_is_known():
    rows = run(batches_of(lambda elapsed: 20_000))
    first = known(rows)[0][0]
    assert WARM_UP + KNOWN_AFTER <= first < WARM_UP + KNOWN_AFTER + 0.5
    assert all(math.isnan(estimate) for elapsed, _, estimate in rows if elapsed < first)


@pytest.mark.parametrize("factor", [0.02, 30])
def test_the_first_batches_tell_nothing(factor):
    """They are small and slow, as threads start, or quick, as they meet warm rows: today's estimates came from them."""
    usual = 20_000
    rows = run(batches_of(lambda elapsed: usual * factor if elapsed < 0.4 else usual))
    for _, left, estimate in known(rows):
        assert estimate == pytest.approx(left, abs=0.5)


def test_one_first_batch_that_takes_seconds_tells_nothing():
    """A GPU's kernels are compiled in it."""
    rows = run([(6.0, 100.0), *batches_of(lambda elapsed: 20_000)], total=TOTAL + 100)
    for _, left, estimate in known(rows):
        assert estimate == pytest.approx(left, abs=0.5)


def test_batches_of_uneven_speed_move_the_estimate_by_little():
    chance = random.Random(1)
    rows = run(batches_of(lambda elapsed: 20_000 * chance.uniform(0.6, 1.4)))
    assert max(map(abs, rises(rows))) < 1.0
    for _, left, estimate in known(rows):
        assert estimate == pytest.approx(left, rel=0.15, abs=2)


def test_a_batch_that_stalls_is_no_jump():
    """A laptop's lid, or a neighbour's job: four seconds in which little is done."""
    steady = batches_of(lambda elapsed: 20_000)
    rows = run([*steady[:100], (4.0, 2_000.0), *steady[101:]])
    assert max(rises(rows)) < 5.0


def test_a_change_of_speed_is_followed():
    rows = run(batches_of(lambda elapsed: 20_000 if elapsed < 10 else 5_000))
    assert max(rises(rows)) < 4.0  # it takes half a minute to believe it
    late = [(left, estimate) for elapsed, left, estimate in known(rows) if elapsed > 100]
    assert late
    for left, estimate in late:
        assert estimate == pytest.approx(left, rel=0.1, abs=1.5)


def test_the_end_is_the_end():
    rows = run(batches_of(lambda elapsed: 20_000))
    assert rows[-1][2] == 0
    assert all(estimate >= 0 for _, _, estimate in known(rows))


def test_no_progress_and_no_time_are_borne():
    pace = Pace()
    for elapsed in (1.0, 1.0, 2.0, 9.0):
        pace.note(elapsed, 5.0)
    assert math.isnan(pace.seconds_left(10.0))
