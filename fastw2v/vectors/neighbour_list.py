"""The answer to a query: a list, which a notebook shows as a table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fastw2v.cards import Number, bar, card, table


class NeighbourList(list[tuple[Any, float]]):
    """Words and their scores, best first: a plain list of pairs in every respect but its look in a notebook.

    It equals a list of the same pairs, prints and serialises like one, and a pickle or a copy of it is a plain list.

    Examples
    --------
    >>> NeighbourList([("moon", 0.5)]) == [("moon", 0.5)]
    True
    """

    __slots__ = ()

    def _repr_html_(self) -> str:
        return card("", neighbour_rows(self)) if self else card("no words")

    def __reduce_ex__(self, protocol: Any) -> Any:
        return list, (list(self),)


def neighbour_rows(found: Iterable[tuple[Any, float]]) -> Any:
    """Return words, bars and scores as the rows of a card."""
    return table((), [(word, bar(score), Number(f"{score:.3f}")) for word, score in found])
