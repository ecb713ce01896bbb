"""The arithmetic of searching rows: unit rows, and the rows with the highest scores."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray


class SearchIndex(Protocol):
    """What `most_similar` asks of an index, such as `fastw2v.ann.ApproximateIndex`."""

    def check(self, shape: tuple[int, ...]) -> None:
        """Raise unless the index was built for vectors of this shape."""

    def search(self, units: NDArray[np.float32], count: int) -> list[NDArray[np.int64]]:
        """Return the rows of about ``count`` nearest neighbours for each unit vector."""


# Rows examined at a time.
_BLOCK_ROWS = 16_384
# Numbers normalized at a time: their float64 copy stays in the processor's cache.
_BLOCK_NUMBERS = 65_536
# Queries and rows per block of scores: 16 MB of float32. Of fewer queries, a block has as many more rows.
_BLOCK_QUERIES = 512
_BLOCK_SEARCHED = 8_192
# With more than this many scores per answer, it is cheaper first to find those that can be among the best than to sort
# all of them partially.
_LONG = 256
_FEW = 200  # rows that are quicker filtered one by one
# The first block is small: where all scores are equal, as for a query of zeros, all of it has to be sorted.
_FIRST_SEARCHED = 1_024
# Scores per piece, of which only the highest is examined at first; fewer where many answers are wanted, so that there
# are always this many pieces for each answer, see `BestSoFar.add`.
_PIECE = 128
_PIECES_FOR_EACH = 8


def unit_rows(vectors: NDArray[Any]) -> NDArray[np.float32]:
    """Divide each row by its Euclidean length.

    Parameters
    ----------
    vectors : array of float, shape (n, D)

    Returns
    -------
    array of float32, shape (n, D)
        Never NaN: a row of zeros, or one that holds NaN or infinity, has no direction and becomes zeros.
    """
    return units_and_others(vectors)[0]


def units_and_others(vectors: NDArray[Any]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return the unit rows, as `unit_rows` does, and which rows have no direction."""
    units = np.empty(vectors.shape, np.float32)
    others: list[NDArray[np.int64]] = []
    height = max(1, min(_BLOCK_ROWS, _BLOCK_NUMBERS // max(1, vectors.shape[1])))
    for first in range(0, len(vectors), height):
        # float64: the square of a float32 above 1.8e19 is infinite in float32, and one below 1e-23 is zero.
        with np.errstate(invalid="ignore"):  # a damaged file may hold any NaN, also one that traps
            block = vectors[first : first + height].astype(np.float64)
        lengths = np.sqrt(np.einsum("ij,ij->i", block, block))
        if not (lengths.min() > 0 and lengths.max() < math.inf):
            usable = np.isfinite(lengths) & (lengths > 0)
            block[~usable] = 0.0
            others.append(first + np.flatnonzero(~usable))
            lengths[~usable] = 1.0
        np.divide(block, lengths[:, None], out=units[first : first + height], casting="same_kind")
    return units, np.concatenate(others) if others else np.empty(0, np.int64)


def unit_row(vector: NDArray[Any]) -> NDArray[np.float32]:
    """Return one vector, shape (D,), as `unit_rows` would: in a fifth of its time."""
    with np.errstate(all="ignore"):
        wide = vector.astype(np.float64)
        square = float(wide.dot(wide))
    if not 0 < square < math.inf:
        return np.zeros(vector.shape, np.float32)
    unit: NDArray[np.float32] = (wide / math.sqrt(square)).astype(np.float32)
    return unit


def cosine(first: NDArray[Any], second: NDArray[Any]) -> float:
    """Return the cosine of two vectors, NaN where one has no direction."""
    with np.errstate(all="ignore"):
        wide, other = first.astype(np.float64), second.astype(np.float64)
        square, other_square = float(wide.dot(wide)), float(other.dot(other))
        product = float(wide.dot(other))
    if not (0 < square < math.inf and 0 < other_square < math.inf):
        return math.nan
    return min(1.0, max(-1.0, product / (math.sqrt(square) * math.sqrt(other_square))))


def rows_not_finite(vectors: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return the rows that hold NaN or infinity, ascending."""
    found = [np.empty(0, np.int64)]
    for first in range(0, len(vectors), _BLOCK_ROWS):
        block = vectors[first : first + _BLOCK_ROWS]
        with np.errstate(all="ignore"):
            square = np.vdot(block, block)  # a quarter of the time of isfinite; large numbers overflow, too
        if not np.isfinite(square):
            found.append(first + np.flatnonzero(~np.isfinite(block).all(axis=1)))
    return np.concatenate(found)


def best_rows(scores: NDArray[Any], topn: int, exclude: Iterable[int] = ()) -> NDArray[np.int64]:
    """Return the rows of the highest scores, best first, equal scores by row.

    Parameters
    ----------
    scores : array of float, shape (n,)
        Free of NaN. Not changed.
    topn : int
    exclude : iterable of int
        Rows to skip.

    Returns
    -------
    array of int64, shape (at most topn,)
    """
    left_out = set(exclude)
    wanted = min(topn + len(left_out), len(scores))
    if wanted == 0:
        return np.empty(0, np.int64)
    if len(scores) > _LONG * wanted:
        # The best of each piece: `wanted` of them reach the bound, so no score below it can be among the `wanted` best.
        pieces = np.maximum.reduceat(scores, np.arange(0, len(scores), max(1, len(scores) // (8 * wanted))))
        bound = np.partition(pieces, len(pieces) - wanted)[len(pieces) - wanted]
        near = np.flatnonzero(scores >= bound)
        if len(near) < len(scores):
            places = {place for place, row in enumerate(near.tolist()) if row in left_out} if left_out else ()
            return near[best_rows(scores[near], topn, places)]
    # argpartition alone picks freely among equal scores at the edge; the threshold makes the choice by row.
    threshold = scores[np.argpartition(scores, len(scores) - wanted)[len(scores) - wanted]]
    rows = np.flatnonzero(scores >= threshold)
    if len(rows) > 2 * wanted:  # many are equal at the edge: the first of them suffice
        above = np.flatnonzero(scores > threshold)
        level = np.flatnonzero(scores == threshold)[: wanted - len(above)]
        rows = np.concatenate([above, level])
    rows = rows[np.lexsort((rows, -scores[rows]))][:wanted]
    if not left_out:
        return rows[:topn]
    if len(rows) > _FEW:
        return rows[~np.isin(rows, list(left_out))][:topn]
    return np.array([row for row in rows.tolist() if row not in left_out][:topn], np.int64)  # np.isin takes 50 µs


def best_of_many(
    queries: NDArray[np.float32],
    searched: NDArray[np.float32],
    topn: int,
    left_out: Sequence[Sequence[int]],
    barred: Sequence[int] | NDArray[np.int64] = (),
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
    """Find the rows with the highest products for each of many queries, in blocks of both.

    Parameters
    ----------
    queries : array of float32, shape (n, D)
    searched : array of float32, shape (V, D)
    topn : int
    left_out : sequence of sequences of int
        For each query, the rows to skip.
    barred : sequence or array of int
        The rows to skip for all queries.

    Yields
    ------
    rows : array of int64, shape (at most topn,)
        Best first, equal scores by row.
    scores : array of float32, of the same shape
    """
    nobodys = np.sort(np.asarray(barred, np.int64))
    # Products with few queries are small: in short blocks, starting their threads takes longer than the arithmetic.
    longest = _BLOCK_SEARCHED * max(1, _BLOCK_QUERIES // max(1, len(queries)))
    width = min(longest, len(searched))
    piece = max(1, min(_PIECE, width // (_PIECES_FOR_EACH * max(1, topn))))
    buffer = np.empty(min(_BLOCK_QUERIES, len(queries)) * (width + piece), np.float32)
    for first in range(0, len(queries), _BLOCK_QUERIES):
        block = queries[first : first + _BLOCK_QUERIES]
        best = BestSoFar(len(block), topn)
        lengths = [len(rows) for rows in left_out[first : first + _BLOCK_QUERIES]]
        owner = np.repeat(np.arange(len(block)), lengths)
        own = np.array([row for rows in left_out[first : first + _BLOCK_QUERIES] for row in rows], np.int64)
        end = 0
        while topn and end < len(searched):
            begin, end = end, min(len(searched), end + (longest if end else min(_FIRST_SEARCHED, longest)))
            pieces = -(-(end - begin) // piece)
            # One buffer for all blocks: 16 MB of fresh memory each time would cost more than the product.
            whole = buffer[: len(block) * pieces * piece].reshape(len(block), pieces * piece)
            whole[:, end - begin :] = -np.inf
            scores = np.matmul(block, searched[begin:end].T, out=whole[:, : end - begin])
            here = (own >= begin) & (own < end)
            scores[owner[here], own[here] - begin] = -np.inf
            scores[:, nobodys[slice(*np.searchsorted(nobodys, [begin, end]))] - begin] = -np.inf
            best.add(whole.reshape(len(block), pieces, piece), begin)
        yield from best.finish()


class BestSoFar:
    """The best rows of each query so far, while blocks of scores arrive in the order of the rows."""

    def __init__(self, queries: int, topn: int) -> None:
        self.topn = topn
        self.scores: NDArray[np.float32] = np.full((queries, topn), -np.inf, np.float32)
        self.rows: NDArray[np.int64] = np.zeros((queries, topn), np.int64)

    def add(self, scores: NDArray[np.float32], begin: int) -> None:
        """Add the scores of rows from `begin` on, shape (queries, pieces, rows per piece)."""
        # Later rows lose against equal earlier ones, so only a higher score changes anything: seldom, after a while.
        threshold = self.scores[:, -1]
        highest = scores.max(axis=2)
        if highest.shape[1] >= self.topn:
            # So many pieces reach the bound, so no score below it can be among the best. What was kept of the rows
            # before bounds less: neighbours of rare words are rare, and rows come from frequent to rare words.
            place = highest.shape[1] - self.topn
            bound = np.partition(highest, place, axis=1)[:, place]
            # Equal scores stay; the sort below orders them by row.
            threshold = np.maximum(threshold, np.nextafter(bound, np.float32(-np.inf)))
        owner, piece = np.nonzero(highest > threshold[:, None])
        held = scores[owner, piece]
        hit, place_in = np.nonzero(held > threshold[owner, None])
        changed, first = np.unique(owner[hit], return_inverse=True)
        owner_of = np.concatenate([np.repeat(np.arange(len(changed)), self.topn), first])
        value = np.concatenate([self.scores[changed].ravel(), held[hit, place_in]])
        row = np.concatenate([self.rows[changed].ravel(), piece[hit] * scores.shape[2] + place_in + begin])
        order = np.lexsort((row, -value, owner_of))
        starts = np.searchsorted(owner_of[order], np.arange(len(changed)))
        chosen = order[starts[:, None] + np.arange(self.topn)]
        self.scores[changed], self.rows[changed] = value[chosen], row[chosen]

    def finish(self) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
        """Yield rows and scores of each query, best first; fewer than topn if there are no more."""
        for rows, scores in zip(self.rows, self.scores, strict=True):
            there = int(np.count_nonzero(scores > -np.inf))
            yield rows[:there], scores[:there]
