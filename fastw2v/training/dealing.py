"""Which rank trains which chunks, and where the ranks merge what they have learned.

A run on R ranks is a function of the corpus, the parameters, the seed, R and the interval between two merges. Nothing
here depends on time, on the number of threads, or on where the ranks are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fastw2v.errors import warn_user
from fastw2v.planning.chunks import CHUNK_LIMIT
from fastw2v.planning.plan import Plan

PIECE_CHUNKS = 40  # of a piece of the corpus, about 1 MB of text: pieces are dealt in turn
CHUNK_PIECES_PER_RANK = 8  # at least, where the corpus is short
INTERVAL_SHARE = 0.0025  # of the run's words: what all ranks together train between two merges, at most;
SHORT_INTERVAL, SHORT_SHARE = 32_000, 0.005  # in a short run so many words of each rank, up to this share
INTERVAL_MAX = 4_000_000  # words of one rank between two merges, at most
GROWTH = 0.03  # an interval is at most this share of the words that were trained before it
LAST_INTERVAL = 1.5  # the last one before a rest takes up to so many lengths
RESTS = 10  # of a run, unless it has more epochs: at a rest all rows are merged, and the carry begins anew
DOUBTED_SHARE = 0.01  # a run in which an interval is more than this share is warned of


@dataclass(frozen=True)
class Deal:
    """The chunks of each rank, and the words between two merges.

    Attributes
    ----------
    ranks : int
        R.
    owner : int32 (chunks,)
        The rank that trains each chunk.
    interval : int
        N, the words that a rank trains between two merges at most.
    """

    ranks: int
    owner: NDArray[np.int32]
    interval: int

    def chunks_by_interval(self, plan: Plan, bounds: NDArray[np.int64], rank: int) -> list[NDArray[np.int64]]:
        """Return the chunks that a rank trains in each interval of an epoch.

        All ranks get through their part of the corpus at the same pace, so one that has more of it trains more.
        """
        own = np.flatnonzero(self.owner == rank)
        size = np.diff(plan.chunk_begin)[own]
        before = (np.cumsum(size) - size) * (plan.tokens / max(1, int(size.sum())))
        return np.split(own, np.searchsorted(before, plan.chunk_begin[bounds[1:-1]]))


def deal_chunks(plan: Plan, ranks: int) -> NDArray[np.int32]:
    """Deal pieces of a corpus that every rank holds, in turn; return the rank of each chunk."""
    piece = max(1, min(PIECE_CHUNKS, plan.chunks // (CHUNK_PIECES_PER_RANK * ranks)))
    return (np.arange(plan.chunks) // piece % ranks).astype(np.int32)


def interval_of(run: int, ranks: int) -> int:
    """Return the words that a rank trains between two merges, in a run of so many words (all epochs).

    Examples
    --------
    >>> from fastw2v.training.dealing import interval_of
    >>> [interval_of(50_000_000, ranks) for ranks in (2, 4, 8, 16)]
    [62500, 32000, 31250, 15625]
    """
    words = max(INTERVAL_SHARE * run / ranks, min(SHORT_INTERVAL, SHORT_SHARE * run / ranks))
    return max(CHUNK_LIMIT, int(min(INTERVAL_MAX, words)))


def make_deal(
    plan: Plan,
    ranks: int,
    owner: NDArray[np.int32] | None = None,
    sync_words: int | None = None,
    *,
    doubt: bool = True,
) -> Deal:
    """Make the deal of a run.

    Parameters
    ----------
    plan : Plan
    ranks : int
    owner : int32 (chunks,), optional
        By default pieces of the corpus are dealt in turn.
    sync_words : int, optional
        The words of one rank between two merges; by default those of `interval_of`.
    doubt : bool
        Whether to warn.

    Warns
    -----
    RuntimeWarning
        The run is so short that the vectors will be worse than those of one rank.
    """
    run = plan.epochs * plan.tokens
    interval = interval_of(run, ranks) if sync_words is None else max(CHUNK_LIMIT, sync_words)
    if doubt and ranks > 1 and ranks * interval > DOUBTED_SHARE * run:
        warn_user(
            f"{ranks} ranks merge what they have learned every {interval:,} words each, which together is "
            f"{ranks * interval / max(1, run):.0%} of this run of {run:,} words (all epochs): the vectors will be "
            "worse than those of one rank. With 8 ranks, 0.5 % costs about 0.7 points of the mean score; train "
            "such a run on fewer ranks, or on one"
        )
    return Deal(ranks, deal_chunks(plan, ranks) if owner is None else owner, interval)


def cut_epoch(plan: Plan, deal: Deal, epoch: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Cut an epoch into intervals.

    Returns
    -------
    bounds : int64 (intervals + 1,)
        Interval i is the progress of all ranks from the first token of chunk ``bounds[i]`` to that of the next bound.
    rests : bool (intervals,)
        Whether a rest follows each interval; one follows the last.
    """
    parts = max(1, RESTS // plan.epochs)
    ends = np.unique(np.searchsorted(plan.chunk_begin, plan.tokens * np.arange(1, parts + 1) / parts))
    bounds, rests, at = [0], [], 0
    for end in ends.tolist():
        while at < end:
            done = epoch * plan.tokens + int(plan.chunk_begin[at])
            length = min(deal.ranks * deal.interval, max(deal.ranks * CHUNK_LIMIT, GROWTH * done))
            left = int(plan.chunk_begin[end] - plan.chunk_begin[at])
            next_ = end
            if left > LAST_INTERVAL * length:
                next_ = min(end, max(at + 1, int(np.searchsorted(plan.chunk_begin, plan.chunk_begin[at] + length))))
            bounds.append(next_)
            rests.append(next_ == end)
            at = next_
    return np.array(bounds, np.int64), np.array(rests, bool)
