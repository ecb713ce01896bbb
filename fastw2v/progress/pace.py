"""How fast something goes, and how long it will still take: an estimate that does not jump."""

from __future__ import annotations

import math

WARM_UP = 0.5  # seconds at the beginning that tell nothing: threads start, caches are cold, batches are small
KNOWN_AFTER = 2.0  # seconds of measurement without which nothing is estimated
MEMORY = 5.0, 60.0  # seconds after which what was measured counts for a third: at first, and in a run of minutes
PULL = 4.0  # seconds in which the estimate follows two thirds of the way to a new measurement; fewer near the end
LONGEST_BATCH = 1.0  # seconds for which one measurement counts at most: that of a batch that stalled says little


class Pace:
    """The speed of a run, and the seconds that are left.

    Notes
    -----
    The speed is a mean of what came after the warm-up, in which what is long past weighs less: the memory is a third of
    the time that has gone by, but no shorter than MEMORY[0] and no longer than MEMORY[1]. The seconds left go down like
    a clock, and are pulled towards what the speed says, so that neither one slow batch nor a change of speed makes them
    jump.

    Examples
    --------
    >>> pace = Pace()
    >>> for second in range(8):
    ...     pace.note(second, 10 * second)
    >>> round(pace.speed, 6), round(pace.seconds_left(100), 6)
    (10.0, 3.0)
    """

    def __init__(self) -> None:
        self._at: tuple[float, float] | None = None  # the last measurement: seconds, and how much was done
        self._seconds = self._done = 0.0  # weighted
        self._measured = 0.0  # seconds since the warm-up
        self._left = math.nan
        self._left_at = 0.0

    def note(self, elapsed: float, done: float) -> None:
        """Take a measurement: how much is done after so many seconds."""
        if self._at is None:
            if elapsed >= WARM_UP:
                self._at = elapsed, done
            return
        seconds = elapsed - self._at[0]
        if seconds <= 0:
            return
        counted = min(seconds, LONGEST_BATCH)
        weight = math.exp(-counted / min(max(elapsed / 3, MEMORY[0]), MEMORY[1]))
        self._seconds = self._seconds * weight + counted
        self._done = self._done * weight + (done - self._at[1]) * counted / seconds
        self._measured += seconds
        self._at = elapsed, done

    @property
    def speed(self) -> float:
        """How much is done in a second; NaN until it is known."""
        return self._done / self._seconds if self._measured >= KNOWN_AFTER else math.nan

    def seconds_left(self, total: float) -> float:
        """Return the estimate for a run of this length; NaN until it is known."""
        speed = self.speed
        if self._at is None or not speed > 0:
            return math.nan
        now, done = self._at
        measured = max(0.0, total - done) / speed
        if math.isnan(self._left):
            self._left = measured
        else:
            since = now - self._left_at
            expected = max(0.0, self._left - since)
            pull = min(since, LONGEST_BATCH) / max(1e-9, min(PULL, measured / 2))
            self._left = expected + (measured - expected) * (1 - math.exp(-pull))
        self._left_at = now
        return self._left
