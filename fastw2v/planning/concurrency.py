"""How many tiles may train at the same time: staleness sets the bound, not the device.

A row that a thread or a GPU's block reads misses the updates of the tokens that others have in flight. Let
``C = F * p * n * outputs * learning_rate``, with F tokens in flight, p the kept share of the most frequent word and n
the weight of a token's pairs in one pass. As in staleness.py, C takes the geometric mean of both sides where output
rows move at a share of the rate, and with many negatives not all outputs of CBOW count. A simulation on text was stable
at C = 19 and diverged at 23, for every vocabulary size.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from fastw2v.planning.plan import Plan
from fastw2v.planning.staleness import Step, outputs_at_once
from fastw2v.planning.subsampling import kept_shares
from fastw2v.planning.tables import Tables

if TYPE_CHECKING:
    from fastw2v.corpus.encoded_corpus import EncodedCorpus

FLIGHT_STALENESS_MAX = 15.0
# Beyond that bound, updates of the most frequent words are damped to this staleness: in the same simulation, 4,096
# damped tokens in flight trained as well as 1,300 undamped ones.
DAMPED_STALENESS = 7.5
# Tokens that a GPU may have in flight with damping where the bound allows fewer; 0: the bound alone decides. To become
# 4,096 when `python -m bench.gpu --part flight` has found the same scores on a GPU: its last row says so.
DAMPED_FLIGHT = 0
# How many of the most frequent words may have rows that a CPU thread keeps to itself for some tiles: see
# native/cpu/fw_private.h. Sixteen gain 3 per cent with two threads, 32 gain 8, 64 gain 12 and 128 gain 11.
PRIVATE_WORDS = 64
# For how many tiles. With fewer, copying costs what it saves; with more, nothing is left to be saved.
PRIVATE_TILES_MIN = 4
PRIVATE_TILES_MAX = 64
# A pass over a small corpus must not become one step: at most one in this many of its kept tokens is in flight.
TOKENS_PER_FLIGHT = 500


def tokens_in_flight(plan: Plan, rate: float) -> float:
    """Return how many tokens may be in flight at a learning rate: more as it falls.

    CPU threads are bounded, too: with default parameters English text allows about fifty of them (CBOW: fourteen), and
    a small vocabulary fewer. A small corpus needs no further bound on threads: it has few chunks, one for each thread.
    """
    step = Step(plan.pairs, plan.outputs, rate, plan.cbow, plan.output_rate, plan.hierarchical)
    outputs = outputs_at_once(plan.tile_tokens, step, plan.kept_share)
    one = max(plan.kept_share, 1e-12) * max(plan.pairs, 1e-12) * outputs * max(rate, 1e-12)
    return FLIGHT_STALENESS_MAX / (one * plan.output_rate**0.5)


@dataclass(frozen=True)
class FrequentWords:
    """The most frequent words, in the order of their ids.

    Attributes
    ----------
    shares : ndarray of float64, (n,)
        Their shares of the kept tokens, raised where a later word is more frequent.
    output_rate : ndarray of float64, (n,)
        The shares of the learning rate at which their output rows move.
    kept : float
        Expected number of kept tokens of all words in an epoch.
    """

    shares: NDArray[np.float64]
    output_rate: NDArray[np.float64]
    kept: float

    @classmethod
    def of(cls, corpus: EncodedCorpus, tables: Tables, plan: Plan, most: int = PRIVATE_WORDS) -> FrequentWords:
        """Return those with ids below ``most``: words are numbered by frequency, but for later passes and updates."""
        kept = kept_counts(corpus, tables)
        total = max(float(kept.sum()), 1e-12)
        shares = np.maximum.accumulate(kept[:most][::-1])[::-1] / total
        rates = np.ones(len(shares))
        if plan.negative_sampling:  # the rows of words, before those of a tree's nodes
            rates = tables.output_rate[: len(shares)].astype(np.float64)
        return cls(shares, rates, total)


def private_tiles(plan: Plan, rate: float, threads: int, words: FrequentWords) -> NDArray[np.int32]:
    """Return for how many tiles each of some CPU threads keeps the words' rows to itself, int32; 0 for not at all.

    What others do not see yet is in flight. On average that is a word's tokens in so many tiles of each thread, which
    stay within the bound: a word that is half as frequent may have twice as many tiles.
    """
    if threads == 1:
        return np.zeros(len(words.shares), np.int32)
    flight = min(tokens_in_flight(plan, rate), words.kept / TOKENS_PER_FLIGHT)
    most = flight / (threads * plan.tile_tokens) * plan.kept_share * plan.output_rate**0.5
    tiles = np.minimum(most / np.maximum(words.shares * words.output_rate**0.5, 1e-12), PRIVATE_TILES_MAX)
    return np.where(tiles < PRIVATE_TILES_MIN, 0, tiles).astype(np.int32)


@dataclass(frozen=True)
class Crowd:
    """How many tiles of a run train at once on a GPU, and which words are damped when that exceeds the bound.

    Attributes
    ----------
    plan : Plan
    kept : float
        Expected number of kept tokens in an epoch.
    most : int
        Tiles at once that the device and its memory allow.
    forced : int or None
        A number of tiles that overrides the bound, for measurements.
    damped_flight : int
        Tokens that may be in flight with damping, beyond the bound.
    damped : bool
        False damps nothing, for measurements.
    """

    plan: Plan
    kept: float
    most: int
    forced: int | None = None
    damped_flight: int = DAMPED_FLIGHT
    damped: bool = True

    def tokens(self, rate: float) -> float:
        """Return how many tokens may be in flight at a learning rate: more as it falls."""
        return min(max(tokens_in_flight(self.plan, rate), self.damped_flight), self.kept / TOKENS_PER_FLIGHT)

    def tiles(self, rate: float) -> int:
        """Return how many tiles to train at once, at least one."""
        if self.forced is not None:
            return max(1, min(self.forced, self.most))
        return max(1, min(int(self.tokens(rate) / self.plan.tile_tokens), self.most))

    def damping_threshold(self, rate: float, tiles: int) -> float:
        """Return the share of the kept tokens above which a word's updates are damped; 0 if no word is damped.

        Nothing is damped within the bound, nor with a single tile: no other one is trained beside it.
        """
        flight, bearable = tiles * self.plan.tile_tokens, tokens_in_flight(self.plan, rate)
        if tiles == 1 or flight <= bearable or not self.damped:
            return 0.0
        return self.plan.kept_share * DAMPED_STALENESS / FLIGHT_STALENESS_MAX * bearable / flight


def kept_counts(corpus: EncodedCorpus, tables: Tables) -> NDArray[np.float64]:
    """Return the expected number of kept tokens of each word in an epoch, float64 (V,)."""
    counts = corpus.count_words() if tables.counts is None else tables.counts
    return counts * kept_shares(tables.keep_threshold)
