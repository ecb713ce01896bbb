"""How ranks merge the rows that each has trained on its own part of the text.

Dividing the sum of what the ranks learned by their number throws most of it away, since between two merges nearly all
rows are still on their way. Instead, the sum is scaled as if the ranks had come one after another: a row that a rank
pulls by ``1 - exp(-a)`` of the way would have gone ``1 - exp(-sum of a)`` of it. ``a`` follows from the tokens that
each rank has really seen, as in planning/concurrency.py. What the factor withholds is carried over to later merges. See
docs/distributed.md for what each part is worth.

Rows that all words share are merged at every merge, rarer ones less often: there are tiers of rows, the first of 4,096,
each twice as large. Row i belongs to rank ``i % R``, which adds in rank order, so that all ranks hold the same bits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fastw2v.distributed.comm import Comm
from fastw2v.planning.plan import Plan
from fastw2v.planning.rows import Arrays
from fastw2v.planning.subsampling import kept_shares
from fastw2v.planning.tables import Tables
from fastw2v.training._wire import add, carry_over, write_differences

Floats = NDArray[np.float32]
Sent = NDArray[np.uint16]  # rows in bfloat16, which halves the traffic and costs no score that can be measured

PULL = 0.1  # a = PULL * rate * C, C as in planning/concurrency.py
PULL_MIN = 1e-9  # of a row that a rank has not seen
CARRIED = 0.9  # of what is withheld at one merge and applied at later ones
FIRST_TIER = 4_096  # rows; each tier is twice as large
OVERDUE = 0.5  # a tier that has waited for this share of all words trained so far is merged
BLOCK_FLOATS = 1 << 24  # of rows that are merged at once: what a merge needs beside the rows


def factors(pulls: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return by how much to scale the sum of what the ranks learned, from the pull of each on each row, (R, n).

    It is 1 where one rank alone has seen a word, and falls to 1 / R where all have gone the whole way.

    Examples
    --------
    >>> import numpy as np
    >>> from fastw2v.training.merging import factors
    >>> factors(np.array([[1e-9, 0.01, 30], [0.1, 0.01, 30]])).round(3).tolist()
    [1.0, 0.995, 0.5]
    """
    return np.asarray(np.expm1(-pulls.sum(axis=0)) / np.expm1(-pulls).sum(axis=0))


def rows_of_tiers(words: int, *, frequent_first: bool) -> NDArray[np.int64]:
    """Return how many rows the tiers up to each one have, the last all of them.

    Where rows are not ordered by frequency there is one tier.
    """
    sizes = [words]
    if frequent_first:
        sizes = [FIRST_TIER << tier for tier in range(64) if FIRST_TIER << tier < words] + [words]
    return np.array(sizes, np.int64)


def noise_shares(tables: Tables) -> NDArray[np.float64]:
    """Return the probability of each noise word, float64 (V,), from the alias table."""
    own = tables.noise_threshold / 2.0**32
    others = np.bincount(tables.noise_alias, weights=1 - own, minlength=len(own))
    return np.asarray((own + others) / len(own))


@dataclass
class Matrix:
    """Rows that are merged together, frequent ones first.

    Attributes
    ----------
    live : float32 (n, D)
        What this rank trains.
    base : float32 (n, D)
        The same rows after the last merge. Ranks of one process share it.
    carry : float32 (own rows, D)
        What is withheld of this rank's own rows, i % R.
    of_nodes : bool
        Whether these are the rows of a tree's nodes.
    pressure : callable
        From the tokens (or visits) of each row that each rank has seen (R, n), all tokens that it has seen since the
        row's last merge (R, n), and the rows, to C / rate.
    """

    live: Floats
    base: Floats
    carry: Floats
    of_nodes: bool
    pressure: Callable[[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]], NDArray[np.float64]]


class Merger:
    """Merges the replicas of a model.

    Parameters
    ----------
    arrays : Arrays
        This rank's replica.
    plan : Plan
    tables : Tables
    comm : Comm
    frequent_first : bool
        Whether the rows are in the order of falling counts.
    shared : list of arrays, optional
        In one process: the base of each matrix, the same arrays for all ranks, as `bases` makes them.
    """

    def __init__(
        self,
        arrays: Arrays,
        plan: Plan,
        tables: Tables,
        comm: Comm,
        *,
        frequent_first: bool = True,
        shared: list[Floats] | None = None,
    ) -> None:
        self.comm, self.tables = comm, tables
        self.merges = 0
        words = len(arrays.w_in)
        self.tiers = rows_of_tiers(words, frequent_first=frequent_first)
        self.keep = kept_shares(tables.keep_threshold).astype(np.float32)
        self.seen = np.zeros(words, np.float32)  # expected kept tokens of each word since its row's last merge
        self.seen_nodes = np.zeros(0 if tables.tree is None else words - 1, np.float32)  # visits; the root's come first
        self.total = np.zeros(len(self.tiers), np.float32)  # of all words since each tier's last merge
        self.waited = np.zeros(len(self.tiers), np.int64)  # tokens that all ranks have trained since then
        self._shared = shared is not None
        views = _views(arrays, plan)
        pressures = _pressures(plan, tables)
        given = bases(arrays, plan) if shared is None else shared
        self.matrices = [
            Matrix(live, base, np.zeros((len(range(comm.rank, len(live), comm.size)), live.shape[1]), np.float32), *how)
            for live, base, how in zip(views, given, pressures, strict=True)
        ]

    def see(self, counts: NDArray[np.int64], tokens: int) -> None:
        """Note the tokens that this rank has trained, by word, and how many all ranks have."""
        now = counts * self.keep
        self.seen += now
        if self.tables.tree is not None:
            self.seen_nodes += self.tables.tree.visits(now.astype(np.float64))[::-1].astype(np.float32)
        self.total += np.float32(now.sum(dtype=np.float64))
        self.waited += tokens

    def tier(self, number: int, done: int, *, whole: bool) -> int:
        """Return the tier up to which merge ``number`` of an epoch, from 1, goes, after ``done`` tokens of the run."""
        last = len(self.tiers) - 1
        if whole:
            return last
        tier = min((number & -number).bit_length() - 1, last)
        return int(max([tier, *np.flatnonzero(self.waited > OVERDUE * done)]))

    def merge(self, tier: int, rate: float, totals: NDArray[np.float64]) -> None:
        """Merge all rows up to a tier.

        Parameters
        ----------
        tier : int
        rate : float
            The learning rate in the middle of the interval.
        totals : float64 (R, tiers)
            The ``total`` of each rank.
        """
        self.merges += 1
        rows = int(self.tiers[tier])
        step = max(self.comm.size, BLOCK_FLOATS // self.matrices[0].live.shape[1])
        for begin in range(0, rows, step):
            self._merge_rows(begin, min(begin + step, rows), rate, totals)
        self.seen[: self.tiers[tier]] = 0
        self.seen_nodes[: self.tiers[tier]] = 0
        self.total[: tier + 1] = 0
        self.waited[: tier + 1] = 0

    def rest(self) -> None:
        """Let the carry begin anew, after a merge of all rows: the rows are then all that a run goes on from."""
        for matrix in self.matrices:
            matrix.carry[:] = 0

    def undo(self) -> None:
        """Go back to the rows of the last merge."""
        for matrix in self.matrices:
            matrix.live[:] = matrix.base

    def _merge_rows(self, begin: int, end: int, rate: float, totals: NDArray[np.float64]) -> None:
        """Merge the rows [begin, end) of each matrix: their owner does so, and all take over the result."""
        comm = self.comm
        with comm.turn():
            parts = self._learned(begin, end)
        given = comm.to_owners(parts, [len(parts[comm.rank])] * comm.size)
        own = _owned(begin, end, comm.rank, comm.size)
        with comm.turn():
            rows = np.arange(own.start, own.stop, comm.size)
            seen, seen_nodes, learned = self._received(given, own)
            total = totals[:, np.searchsorted(self.tiers, rows, side="right")]
            applied = []
            for number, matrix in enumerate(self.matrices):
                n = len(matrix.live[own])
                pressure = matrix.pressure(seen_nodes if matrix.of_nodes else seen[:, :n], total[:, :n], rows[:n])
                factor = factors(np.maximum(PULL * rate * pressure, PULL_MIN)).astype(np.float32)
                # What a merge withholds of a row, of which this is the share, goes on to the next ones.
                withheld = np.float32(CARRIED) * (1 - factor)
                applied.append(np.empty((n, matrix.live.shape[1]), np.uint16))
                carry = matrix.carry[own.start // comm.size :][:n]
                carry_over(carry, withheld, factor, [of_rank[number] for of_rank in learned], applied[-1])
                if self._shared:
                    add(matrix.base[own], 0, applied[-1:])
        if self._shared:
            comm.barrier()
            comm.bytes_sent += (comm.size - 1) * sum(each.nbytes for each in applied)  # as if it had been sent
        else:
            self._take_over(np.concatenate([each.reshape(-1) for each in applied]), begin, end)
        with comm.turn():
            for matrix in self.matrices:
                matrix.live[begin:end] = matrix.base[begin:end]

    def _learned(self, begin: int, end: int) -> list[NDArray[np.uint8]]:
        """Return what each owner needs for its rows: the tokens seen, the visits of nodes, and what was learned."""
        owned = [_owned(begin, end, rank, self.comm.size) for rank in range(self.comm.size)]
        parts = [np.empty(self._sizes(rows).sum(), np.uint8) for rows in owned]
        learned = []
        for part, rows in zip(parts, owned, strict=True):
            seen, visits, sent = self._taken_apart(part, rows)
            seen[:], visits[:] = self.seen[rows], self.seen_nodes[rows]
            learned.append(sent)
        for number, matrix in enumerate(self.matrices):
            of_owners = [sent[number] for sent in learned]
            write_differences(matrix.live[begin:end], matrix.base[begin:end], begin, of_owners)
        return parts

    def _received(
        self, given: list[NDArray[np.uint8]], own: slice
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], list[list[Sent]]]:
        """Return what the ranks have sent for this rank's rows."""
        seen, visits, learned = zip(*(self._taken_apart(part, own) for part in given), strict=True)
        return np.array(seen, np.float64), np.array(visits, np.float64), list(learned)

    def _sizes(self, rows: slice) -> NDArray[np.int64]:
        """Return the bytes of each array that is sent to the owner of these rows."""
        sizes = [4 * len(self.seen[rows]), 4 * len(self.seen_nodes[rows])]
        return np.array([*sizes, *(2 * matrix.live[rows].size for matrix in self.matrices)], np.int64)

    def _taken_apart(self, part: NDArray[np.uint8], rows: slice) -> tuple[Floats, Floats, list[Sent]]:
        """Return the arrays that are sent to the owner of these rows, as views of what is sent."""
        seen, visits, *learned = np.split(part, np.cumsum(self._sizes(rows))[:-1])
        shapes = [matrix.live[rows].shape for matrix in self.matrices]
        sent = [each.view(np.uint16).reshape(shape) for each, shape in zip(learned, shapes, strict=True)]
        return seen.view(np.float32), visits.view(np.float32), sent

    def _take_over(self, applied: Sent, begin: int, end: int) -> None:
        """Give what is applied of this rank's rows to all, and add that of all."""
        owned = [_owned(begin, end, rank, self.comm.size) for rank in range(self.comm.size)]
        sizes = [[matrix.live[rows].size for matrix in self.matrices] for rows in owned]
        parts = self.comm.from_owners(applied, [sum(each) for each in sizes])
        with self.comm.turn():
            split = [np.split(part, np.cumsum(each)[:-1]) for part, each in zip(parts, sizes, strict=True)]
            for number, matrix in enumerate(self.matrices):
                columns = matrix.live.shape[1]
                add(matrix.base[begin:end], begin, [each[number].reshape(-1, columns) for each in split])


def _owned(begin: int, end: int, rank: int, size: int) -> slice:
    """Return those of the rows [begin, end) that a rank owns: row i belongs to rank i % R."""
    return slice(begin + (rank - begin) % size, end, size)


def bases(arrays: Arrays, plan: Plan) -> list[Floats]:
    """Return a copy of each matrix of a model."""
    return [np.array(view, order="C") for view in _views(arrays, plan)]


def _views(arrays: Arrays, plan: Plan) -> list[Floats]:
    """Return the matrices of a model: input rows, output rows of words, and of nodes, those near the root first."""
    views = [arrays.w_in]
    if plan.negative_sampling:
        views.append(arrays.w_out[: len(arrays.w_in)])
    if plan.hierarchical:
        views.append(arrays.w_out[plan.first_node :][::-1])
    return views


def _pressures(plan: Plan, tables: Tables) -> list[tuple[bool, Callable[..., NDArray[np.float64]]]]:
    """Return for each matrix whether it holds nodes, and C / rate as a function of what the ranks have seen."""
    pairs = plan.pairs * plan.passes
    targets = 1.0 if plan.cbow else pairs  # how often a token is the target of a pair
    found: list[tuple[bool, Callable[..., NDArray[np.float64]]]] = [
        (False, lambda s, t, rows: s * pairs * plan.outputs)
    ]
    rates = tables.output_rate.astype(np.float64)
    if plan.negative_sampling:
        noise = plan.negative * noise_shares(tables)
        found.append((False, lambda s, t, rows: (s + t * noise[rows]) * targets * rates[rows]))
    if plan.hierarchical:
        of_nodes = rates[plan.first_node :][::-1]
        found.append((True, lambda s, t, rows: s * targets * of_nodes[rows]))
    return found
