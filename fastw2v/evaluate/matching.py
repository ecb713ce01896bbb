"""How words of a benchmark are matched with rows, and the share of them that is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastw2v.vectors.word_vectors import WordVectors


def cased_index(vectors: WordVectors, limit: int, upper: Callable[[str], str]) -> dict[str, int]:
    """Map each word of the first `limit` rows, upper-cased, to its first row.

    The vectors keep the last index of each case rule: a bootstrap evaluates the same ones a thousand times.
    """
    indexes: dict[Any, tuple[int, dict[str, int]]] = vars(vectors).get("_cased", {})  # vectors whose words may change
    kept, index = indexes.get(upper, (0, {}))  # have none
    if kept != limit:
        words = vectors.index_to_key[:limit]
        index = {upper(word): row for row, word in reversed(list(enumerate(words))) if isinstance(word, str)}
        indexes[upper] = limit, index
    return index


class Matching:
    """Which row a word has among the first ones.

    Parameters
    ----------
    vectors : WordVectors
    limit : int
        The rows that count.
    upper : callable or None
        A word that is not there as it is written is compared so; None: it is unknown.
    as_written : bool
        False compares all words by `upper`.
    """

    def __init__(
        self, vectors: WordVectors, limit: int, upper: Callable[[str], str] | None, as_written: bool = True
    ) -> None:
        self._vectors, self._limit, self._upper = vectors, limit, upper
        self._exact = vectors.key_to_index if as_written or upper is None else {}

    def row(self, word: str) -> int | None:
        """Return the row of a word; None if it is unknown."""
        row = self._exact.get(word)
        if row is not None and row < self._limit:
            return row
        upper = self._upper
        return None if upper is None else cased_index(self._vectors, self._limit, upper).get(upper(word))


def share(part: int, whole: int) -> float:
    """Return `part` / `whole`; NaN if `whole` is 0."""
    return part / whole if whole else float("nan")
