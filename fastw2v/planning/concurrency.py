"""How many tiles may be at work at the same time: bounded by staleness, not by how many fit.

Every row that a thread or a warp reads misses the updates of the tokens that others have in flight. With
``C = F * p * (W + 1) * (K + 1) * learning_rate``, F tokens in flight and p the kept share of the commonest word, a
simulation on text was stable at 19 and diverged at 23, whatever the vocabulary.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from fastw2v.planning.plan import Plan
from fastw2v.planning.tables import Tables, word_counts

if TYPE_CHECKING:
    from fastw2v.corpus.encoded_corpus import EncodedCorpus

FLIGHT_STALENESS_MAX = 15.0
# Beyond that many tokens in flight, rows of the commonest words move as if they had this staleness: in the same
# simulation, 4,096 damped tokens in flight did as well as 1,300 undamped ones.
DAMPED_STALENESS = 7.5
# A pass over a small corpus must not be one step: at most one token in so many is in flight.
TOKENS_PER_FLIGHT = 500


def tokens_in_flight(plan: Plan, rate: float) -> float:
    """Return how many tokens may be in flight at a learning rate: more as it falls.

    CPU threads are bounded, too: at the usual parameters English text bears about forty of them (CBOW: twenty), a
    corpus of few words fewer. A small corpus needs no further bound there: it has few chunks, and each is one thread's.
    """
    one = max(plan.kept_share, 1e-12) * (plan.window + 1) * (plan.negative + 1) * max(rate, 1e-12)
    return FLIGHT_STALENESS_MAX / one


@dataclass(frozen=True)
class Crowd:
    """How many warps of a GPU one run keeps busy, and which words are damped beyond that.

    Attributes
    ----------
    plan : Plan
    kept : float
        Kept tokens that an epoch is expected to have.
    most : int
        Warps that the device and its memory allow.
    forced : int or None
        Warps that were asked for, whatever the bound says: for measurements.
    """

    plan: Plan
    kept: float
    most: int
    forced: int | None = None

    def tokens(self, rate: float) -> float:
        """Return how many tokens may be in flight at a learning rate: more as it falls."""
        return min(tokens_in_flight(self.plan, rate), self.kept / TOKENS_PER_FLIGHT)

    def warps(self, rate: float) -> int:
        """Return how many warps to start, at least one."""
        if self.forced is not None:
            return max(1, min(self.forced, self.most))
        return max(1, min(int(self.tokens(rate) / self.plan.tile_tokens), self.most))

    def damping_threshold(self, rate: float, warps: int) -> float:
        """Return the share of the kept tokens above which a word's rows are moved less; 0 where none are.

        Nothing is damped within the bound, nor with a single warp, which nothing else runs beside.
        """
        flight, bearable = warps * self.plan.tile_tokens, tokens_in_flight(self.plan, rate)
        if warps == 1 or flight <= bearable:
            return 0.0
        return self.plan.kept_share * DAMPED_STALENESS / FLIGHT_STALENESS_MAX * bearable / flight


def kept_counts(corpus: EncodedCorpus, tables: Tables) -> NDArray[np.float64]:
    """Return how many tokens of each word an epoch is expected to keep, float64 (V,)."""
    return word_counts(corpus) * ((tables.keep_threshold.astype(np.float64) + 1) / 2.0**32)
