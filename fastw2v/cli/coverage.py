"""How many words a vocabulary would have at several values of min_count, and how much of the text they cover."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastw2v.cli.reports import Column, answer_table

MIN_COUNTS = (1, 2, 5, 10, 20, 50, 100)
_TITLES = ("min-count", "words", "tokens", "of all")


def coverage(counts: NDArray[np.int64], min_count: int | None = None) -> list[dict[str, Any]]:
    """Return a row for each value of min_count, with the keys min_count, words, tokens and share.

    Parameters
    ----------
    counts : int64, shape (distinct words,)
    min_count : int, optional
        One more value.

    Examples
    --------
    >>> coverage(np.array([5, 3, 1, 1]))[1]
    {'min_count': 2, 'words': 2, 'tokens': 8, 'share': 0.8}
    """
    tokens = int(counts.sum())
    values = sorted({*MIN_COUNTS, *(() if min_count is None else (min_count,))})
    rows = []
    for value in values:
        kept = counts[counts >= value]
        if len(kept) or value == min_count:
            share = int(kept.sum()) / max(1, tokens)
            rows.append({"min_count": value, "words": len(kept), "tokens": int(kept.sum()), "share": share})
    return rows


def answer_coverage(rows: list[dict[str, Any]], min_count: int | None = None) -> None:
    """Write the rows as a table; the chosen one is marked."""
    columns = [Column(_TITLES[0], ",d"), *(Column(title, ",d") for title in _TITLES[1:3]), Column(_TITLES[3], ".1%")]
    marks = ["chosen" if row["min_count"] == min_count else "" for row in rows]
    if any(marks):
        columns.append(Column(""))
        answer_table(columns, [(*row.values(), mark) for row, mark in zip(rows, marks, strict=True)])
    else:
        answer_table(columns, [tuple(row.values()) for row in rows])
