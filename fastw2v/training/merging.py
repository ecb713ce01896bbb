"""How ranks merge the rows that each has trained on its own part of the text.

Dividing the sum of what the ranks learned by their number throws most of it away, since between two merges nearly all
rows are still on their way. Instead, the sum is scaled as if the ranks had come one after another: a row that a rank
pulls by ``1 - exp(-a)`` of the way would have gone ``1 - exp(-sum of a)`` of it. ``a`` follows from the tokens that
each rank has really seen, as in planning/concurrency.py. What the factor withholds is carried over to later merges. See
docs/distributed.md for what each part is worth.

A row is merged once it is due: once pairs enough have pulled it. So a frequent word's is at every merge, and a rare
one's where the text is about it. Row i belongs to rank ``i % R``, which sees when it is due and adds in rank order, so
that all ranks hold the same bits.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from fastw2v.distributed.comm import Comm
from fastw2v.planning.plan import Plan
from fastw2v.planning.rows import Arrays
from fastw2v.planning.tables import Tables
from fastw2v.training._wire import add, carry_over, narrow, take_over, widen, write_differences

Floats = NDArray[np.float32]
Reals = NDArray[np.float64]
Rows = NDArray[np.int64]  # numbers of rows, rising
Sent = NDArray[np.uint16]  # in bfloat16, which halves the traffic and costs no score that can be measured

PULL = 0.1  # a = PULL * rate * C, C as in planning/concurrency.py
PULL_MIN = 1e-9  # of a row that a rank has not seen
CARRIED = 0.9  # of what is withheld at one merge and applied at later ones
DUE_PULLS = 150.0  # C / rate since a row's last merge at which it is due,
DUE_SHARE = 2e-5  # if it is also that of a word that is this share of the tokens between two merges
BLOCK_FLOATS = 1 << 24  # of rows that are merged at once: what a merge needs beside the rows


def factors(pulls: Reals) -> Reals:
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


def noise_shares(tables: Tables) -> Reals:
    """Return the probability of each noise word, float64 (V,), from the alias table."""
    own = tables.noise_threshold / 2.0**32
    others = np.bincount(tables.noise_alias, weights=1 - own, minlength=len(own))
    return np.asarray((own + others) / len(own))


@dataclass
class Matrix:
    """The rows of one matrix.

    Attributes
    ----------
    live : float32 (n, D)
        What this rank trains.
    base : float32 (n, D)
        The same rows after the last merge of each. Ranks of one process share it.
    carry : float32 (own rows, D)
        What is withheld of this rank's own rows, i % R.
    pressure : callable
        From the tokens (or visits) of some rows that ranks have seen since each row's last merge, all tokens that they
        have seen since then, and the rows' numbers, to C / rate.
    """

    live: Floats
    base: Floats
    carry: Floats
    pressure: Callable[[Reals, Reals, Rows], Reals]


@dataclass
class Group:
    """Rows that are due together: those of words in both matrices, or those of a tree's nodes.

    Attributes
    ----------
    matrices : list of Matrix
        All of the same shape.
    visits : callable
        From the expected kept tokens of each word to those of each row (visits, if it is a node's).
    seen : float32 (n,)
        What this rank has seen of each row since the row's last merge.
    merged : int32 (own rows,)
        The last merge of each of this rank's own rows.
    """

    matrices: list[Matrix]
    visits: Callable[[Reals], Reals]
    seen: Floats = field(init=False)
    merged: NDArray[np.int32] = field(init=False)

    def __post_init__(self) -> None:
        self.seen = np.zeros(len(self.matrices[0].live), np.float32)
        self.merged = np.zeros(len(self.matrices[0].carry), np.int32)


class Merger:
    """Merges the replicas of a model.

    Parameters
    ----------
    arrays : Arrays
        This rank's replica.
    plan : Plan
    tables : Tables
    comm : Comm
    shared : list of arrays, optional
        In one process: the base of each matrix, the same arrays for all ranks, as `bases` makes them.

    Attributes
    ----------
    merges : int
        So far.
    """

    def __init__(
        self, arrays: Arrays, plan: Plan, tables: Tables, comm: Comm, *, shared: list[Floats] | None = None
    ) -> None:
        self.comm = comm
        self.merges = 0
        self._keep = (tables.keep_threshold + 1.0) / 2.0**32
        self._pulls_per_token = plan.pairs * plan.passes * plan.outputs
        self._shared = shared is not None
        self._trained = [np.zeros(comm.size)]  # expected kept tokens of each rank, up to each merge
        self._groups = _groups(arrays, plan, tables, comm, bases(arrays, plan) if shared is None else shared)

    def see(self, counts: NDArray[np.int64]) -> float:
        """Note the tokens that this rank has trained, by word; return how many were kept, as expected."""
        kept = counts * self._keep
        for group in self._groups:
            group.seen += group.visits(kept).astype(np.float32)
        return float(kept.sum())

    def merge(self, rate: float, kept: Reals, *, whole: bool) -> None:
        """Merge the rows that are due.

        Parameters
        ----------
        rate : float
            The learning rate in the middle of the interval.
        kept : float64 (R,)
            What `see` returned on each rank in this interval.
        whole : bool
            Whether all rows are merged, due or not.
        """
        self.merges += 1
        self._trained.append(self._trained[-1] + kept)
        enough = 0.0 if whole else max(DUE_PULLS, DUE_SHARE * float(kept.sum()) * self._pulls_per_token)
        for group in self._groups:
            self._merge_group(group, rate, enough)

    def rest(self) -> None:
        """Begin anew, without a carry, after a merge of all rows: the rows are then all that a run goes on from."""
        self._trained = [np.zeros(self.comm.size)]
        for group in self._groups:
            group.merged[:] = 0
        for matrix in self._matrices():
            matrix.carry[:] = 0

    def undo(self) -> None:
        """Go back to the rows of the last merge of each."""
        for matrix in self._matrices():
            matrix.live[:] = matrix.base

    def _matrices(self) -> list[Matrix]:
        return [matrix for group in self._groups for matrix in group.matrices]

    def _merge_group(self, group: Group, rate: float, enough: float) -> None:
        """Merge those rows of a group that have been pulled enough: their owners see which, and all take them over."""
        comm = self.comm
        own = np.arange(comm.rank, len(group.seen), comm.size)
        with comm.turn():
            parts = [narrow(group.seen[owner :: comm.size]) for owner in range(comm.size)]
        given = comm.to_owners(parts, [len(own)] * comm.size)
        with comm.turn():
            seen = np.array([widen(part) for part in given], np.float64)
            total = (self._trained[-1] - np.array(self._trained))[group.merged].T
            sums = seen.sum(axis=0), total.sum(axis=0)
            pulls = np.max([matrix.pressure(*sums, own) for matrix in group.matrices], axis=0)  # C / rate
            due = pulls >= enough
        rows = self._all_due(due, len(group.seen))
        step = max(comm.size, BLOCK_FLOATS // group.matrices[0].live.shape[1])
        for begin in range(0, len(rows), step):
            self._merge_rows(group, rows[begin : begin + step], rate, seen, total)
        group.seen[rows] = 0
        group.merged[due] = len(self._trained) - 1

    def _all_due(self, due: NDArray[np.bool_], n: int) -> Rows:
        """Return which of n rows are due, from which of this rank's own ones are."""
        size = self.comm.size
        owned = [len(range(owner, n, size)) for owner in range(size)]
        masks = self.comm.from_owners(np.packbits(due), [-(-rows // 8) for rows in owned])
        found = np.zeros(n, bool)
        for owner, (mask, rows) in enumerate(zip(masks, owned, strict=True)):
            found[owner::size] = np.unpackbits(mask, count=rows)
        return np.flatnonzero(found)

    def _merge_rows(self, group: Group, rows: Rows, rate: float, seen: Reals, total: Reals) -> None:
        """Merge these rows, given what the ranks have seen of all of this rank's own rows, (R, n)."""
        comm, matrices = self.comm, group.matrices
        owned = np.bincount(rows % comm.size, minlength=comm.size)
        shapes = [(len(matrices), n, matrices[0].live.shape[1]) for n in owned.tolist()]
        sizes = [math.prod(shape) for shape in shapes]
        own = rows[rows % comm.size == comm.rank]
        places = own // comm.size
        with comm.turn():
            learned = [np.empty(shape, np.uint16) for shape in shapes]
            for number, matrix in enumerate(matrices):
                write_differences(matrix.live, matrix.base, rows, [part[number] for part in learned])
        given = comm.to_owners([part.reshape(-1) for part in learned], [sizes[comm.rank]] * comm.size)
        with comm.turn():
            parts = [part.reshape(shapes[comm.rank]) for part in given]
            applied = np.empty(shapes[comm.rank], np.uint16)
            for number, matrix in enumerate(matrices):
                a = PULL * rate * matrix.pressure(seen[:, places], total[:, places], own)
                factor = factors(np.maximum(a, PULL_MIN)).astype(np.float32)
                # What a merge withholds of a row, of which this is the share, goes on to the next ones.
                withheld = np.float32(CARRIED) * (1 - factor)
                carry_over(matrix.carry, places, withheld, factor, [part[number] for part in parts], applied[number])
                if self._shared:
                    add(matrix.base[comm.rank :: comm.size], places, [applied[number]])
        if self._shared:
            comm.barrier()
            comm.bytes_sent += (comm.size - 1) * applied.nbytes  # as if it had been sent
        else:
            given = comm.from_owners(applied.reshape(-1), sizes)
            with comm.turn():
                parts = [part.reshape(shape) for part, shape in zip(given, shapes, strict=True)]
                for number, matrix in enumerate(matrices):
                    add(matrix.base, rows, [part[number] for part in parts])
        with comm.turn():
            for matrix in matrices:
                take_over(matrix.live, matrix.base, rows)


def bases(arrays: Arrays, plan: Plan) -> list[Floats]:
    """Return a copy of each matrix of a model."""
    return [np.array(view, order="C") for view in _views(arrays, plan)]


def _views(arrays: Arrays, plan: Plan) -> list[Floats]:
    """Return the matrices of a model: input rows, output rows of words, and of nodes."""
    views = [arrays.w_in]
    if plan.negative_sampling:
        views.append(arrays.w_out[: len(arrays.w_in)])
    if plan.hierarchical:
        views.append(arrays.w_out[plan.first_node :])
    return views


def _groups(arrays: Arrays, plan: Plan, tables: Tables, comm: Comm, given: list[Floats]) -> list[Group]:
    """Return the rows of words and, with a tree, those of its nodes; ``given`` are the bases."""
    pairs = plan.pairs * plan.passes
    targets = 1.0 if plan.cbow else pairs  # how often a token is the target of a pair
    rates = tables.output_rate.astype(np.float64)
    noise = plan.negative * noise_shares(tables) if plan.negative_sampling else rates
    nodes = rates[plan.first_node :]
    pressures: list[Callable[[Reals, Reals, Rows], Reals]] = [lambda s, t, rows: s * pairs * plan.outputs]
    if plan.negative_sampling:
        pressures.append(lambda s, t, rows: (s + t * noise[rows]) * targets * rates[rows])
    if plan.hierarchical:
        pressures.append(lambda s, t, rows: s * targets * nodes[rows])
    matrices = []
    for live, base, pressure in zip(_views(arrays, plan), given, pressures, strict=True):
        own = len(range(comm.rank, len(live), comm.size))
        matrices.append(Matrix(live, base, np.zeros((own, live.shape[1]), np.float32), pressure))
    words = 1 + plan.negative_sampling
    groups = [Group(matrices[:words], lambda kept: kept)]
    if tables.tree is not None:
        groups.append(Group(matrices[words:], tables.tree.visits))
    return groups
