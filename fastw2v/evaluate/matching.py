"""How words of a benchmark are matched with rows, and the share of them that is."""

from __future__ import annotations

from collections.abc import Callable

from fastw2v.vectors.word_vectors import WordVectors


def cased_index(vectors: WordVectors, limit: int, upper: Callable[[str], str]) -> dict[str, int]:
    """Map each word of the first `limit` rows, upper-cased, to its first row."""
    words = vectors.index_to_key[:limit]
    return {upper(word): row for row, word in reversed(list(enumerate(words))) if isinstance(word, str)}


def share(part: int, whole: int) -> float:
    """Return `part` / `whole`; NaN if `whole` is 0."""
    return part / whole if whole else float("nan")
