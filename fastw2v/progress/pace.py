"""How fast something goes, and how long it will still take: an estimate that does not jump."""

from __future__ import annotations

import math

WARM_UP = 0.5  # seconds at the beginning that tell nothing: threads start, caches are cold, batches are small
KNOWN_AFTER = 2.0  # seconds of measurement without which nothing is estimated
MEMORY = 30.0  # seconds after which what was measured counts for a third
PULL = 5.0  # seconds in which the estimate follows two thirds of the way to a new measurement
_STEP = 1.0  # seconds for which one measurement pulls at most: that of a batch that stalled says little


class Pace:
    """The speed of a run, and the seconds that are left.

    Notes
    -----
    The speed is a mean in which what was measured t seconds ago weighs exp(-t / MEMORY): at first it is the mean of all
    that came after the warm-up. The seconds left go down like a clock, and are pulled towards what the speed says, so
    that neither one slow batch nor a change of speed makes them jump.

    Examples
    --------
    >>> pace = Pace()
    >>> for second in range(8):
    ...     pace.note(second, 10 * second)
    >>> pace.speed, pace.seconds_left(100)
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
        weight = math.exp(-seconds / MEMORY)
        self._seconds = self._seconds * weight + seconds
        self._done = self._done * weight + done - self._at[1]
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
            self._left = expected + (measured - expected) * (1 - math.exp(-min(since, _STEP) / PULL))
        self._left_at = now
        # Towards the end nothing is left to be smoothed: 1 s left cannot be 4 s.
        return min(self._left, 2 * measured)
