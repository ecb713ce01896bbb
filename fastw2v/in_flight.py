"""How many tiles may be at work at the same time: a question of quality, not of how many fit.

Every row that a thread or a warp reads misses the updates of the tokens that others have in flight. With
``C = F * p * (W + 1) * (K + 1) * learning_rate``, F tokens in flight and p the kept share of the commonest word, a
simulation on text was stable at 19 and diverged at 23, whatever the vocabulary.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from fastw2v.plan import Plan, Tables, word_counts

if TYPE_CHECKING:
    from fastw2v.corpus import EncodedCorpus

STALENESS_MAX = 15.0
# Beyond that many tokens in flight, rows of the commonest words are moved as if they had this staleness: in the same
# simulation, 4,096 tokens in flight were then as good as 1,300 without.
DAMPED_STALENESS = 7.5
# A pass over a small corpus must not be one step: at most one token in so many is in flight.
TOKENS_PER_FLIGHT = 500


def tokens_in_flight(plan: Plan, share: float, rate: float) -> float:
    """The tokens that may be in flight at a learning rate, more as it falls; ``share`` is that of the commonest word.

    On CPU threads, too: English text at the usual parameters bears forty of them, a corpus of few words fewer.
    """
    return STALENESS_MAX / (max(share, 1e-12) * (plan.window + 1) * (plan.negative + 1) * max(rate, 1e-12))


@dataclass(frozen=True)
class Crowd:
    """The bound of one run on a GPU.

    Attributes
    ----------
    plan : Plan
    share : float
        Share of the commonest word in the kept tokens.
    kept : float
        Kept tokens that an epoch is expected to have.
    most : int
        Warps that the device and its memory allow.
    forced : int or None
        Warps that were asked for, whatever the bound says: for measurements.
    """

    plan: Plan
    share: float
    kept: float
    most: int
    forced: int | None = None

    def tokens(self, rate: float) -> float:
        """The tokens that may be in flight at a learning rate; more as it falls."""
        return min(self._stale_tokens(rate), self.kept / TOKENS_PER_FLIGHT)

    def warps(self, rate: float) -> int:
        """The warps to start, at least one."""
        if self.forced is not None:
            return max(1, min(self.forced, self.most))
        return max(1, min(int(self.tokens(rate) / self.plan.tile), self.most))

    def damping(self, rate: float, warps: int) -> float:
        """The share of the kept tokens above which a word's rows are moved less; 0 where none is.

        None is with one warp, which nothing else runs beside, nor within the bound.
        """
        flight = warps * self.plan.tile
        if warps == 1 or flight <= self._stale_tokens(rate):
            return 0.0
        return self.share * DAMPED_STALENESS / STALENESS_MAX * self._stale_tokens(rate) / flight

    def _stale_tokens(self, rate: float) -> float:
        return tokens_in_flight(self.plan, self.share, rate)


def kept_counts(corpus: EncodedCorpus, tables: Tables) -> NDArray[np.float64]:
    """How many tokens of each word an epoch is expected to keep, float64 (V,)."""
    return word_counts(corpus) * ((tables.keep_cut.astype(np.float64) + 1) / 2.0**32)
