"""The time left: nothing before enough is known, and then no jumps; on simulated and on recorded runs."""

import itertools
import math
import random

import pytest

from fastw2v.progress.pace import KNOWN_AFTER, WARM_UP, Pace

TOTAL = 1_000_000.0
# Seconds and the share done, at each call of a callback in a run on two threads of a machine with other work, which
# ended after seven seconds.
RECORDED = """
    0.115,0.00001 0.118,0.00002 0.121,0.00007 0.129,0.00020 0.137,0.00067 0.186,0.00296 0.304,0.01000
    0.441,0.01926 0.570,0.02902 0.749,0.04095 0.905,0.05103 1.045,0.06024 1.174,0.06992 1.385,0.08175
    1.481,0.08988 1.677,0.10305 1.825,0.11314 1.990,0.12362 2.129,0.13303 2.285,0.14351 2.425,0.15343
    2.581,0.16397 2.705,0.17397 2.861,0.18559 3.049,0.19780 3.205,0.20689 3.342,0.21596 3.472,0.22569
    3.675,0.23714 3.786,0.24539 3.845,0.25000 4.285,0.27915 4.441,0.28949 4.552,0.29918 4.673,0.31217
    4.921,0.32795 5.056,0.33762 5.230,0.34853 5.377,0.35796 5.525,0.36782 5.637,0.37742 5.769,0.39121
    5.898,0.40647 6.033,0.42388 6.173,0.44312 6.333,0.46376 6.469,0.48324 6.612,0.50000 6.763,0.52254
    6.948,0.54504 7.097,0.56343 7.240,0.58155 7.394,0.60065 7.557,0.62014 7.685,0.63789 7.862,0.65881
    8.004,0.67607 8.167,0.69492 8.310,0.71160 8.462,0.72950 8.613,0.74688 8.644,0.75000 9.165,0.81972
    9.335,0.83969 9.489,0.85761 9.635,0.87504 9.790,0.89377 9.940,0.91183 10.082,0.92912 10.217,0.94773
    10.384,0.96824 10.538,0.98661 10.627,1.00000
"""


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


def test_a_recorded_run_has_no_jumps():
    measured = [tuple(map(float, pair.split(","))) for pair in RECORDED.split()]
    first = (measured[0][0], measured[0][1])
    rows = run([first, *((b[0] - a[0], b[1] - a[1]) for a, b in itertools.pairwise(measured))], total=1.0)
    assert max(map(abs, rises(rows))) < 1.0
    for _, left, estimate in known(rows):
        assert left - 0.1 < estimate < 2 * left + 0.1  # nobody foresees that the other work will end
    # What the mean of all that was done says, without a warm-up: half a day.
    elapsed, done = first
    assert elapsed / done * (1 - done) > 3_600


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
