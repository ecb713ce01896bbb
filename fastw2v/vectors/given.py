"""What word vectors are made from: a list of words and an array, or a refusal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastw2v.corpus.given_vocabulary import are_rows
from fastw2v.corpus.ids import masked_place
from fastw2v.errors import ParameterError, warn_user
from fastw2v.progress.figures import counted


def checked_words(given: Any) -> list[Any]:
    """Return words as a list; raise ParameterError for what is no list of them, or has no order.

    Raises
    ------
    ParameterError
        For a string, whose characters would be the words, a set, a mapping that does not give rows, and a missing value
        among strings.
    """
    kind = type(given).__name__
    if isinstance(given, (str, bytes)):
        raise ParameterError(
            f"words: expected a list of words; got the {kind} {given!r:.40}, each of whose characters would be a word"
        )
    if isinstance(given, (set, frozenset)):
        raise ParameterError(
            f"words: a {kind} has no order, so that no word would have its vector for sure: give a list"
        )
    if isinstance(given, Mapping):
        given = _by_row(given)
    if not isinstance(given, Iterable):
        raise ParameterError(f"words: expected a list of words, one for each vector; got {kind} {given!r:.40}")
    words: list[Any] = given.tolist() if isinstance(given, np.ndarray) else list(given)
    types = set(map(type, words))  # a tenth of the time of looking at each
    if type(None) in types:
        raise ParameterError(f"words[{words.index(None)}] is None, a missing value: give each vector its word")
    if float in types:
        row = next((row for row, word in enumerate(words) if isinstance(word, float) and word != word), None)
        if row is not None:
            raise ParameterError(
                f"words[{row}] is NaN, a missing value, which nobody can look up; pandas reads words such as 'null' "
                "and 'NA' so, unless it is told not to (keep_default_na)"
            )
    return words


def _by_row(rows: Mapping[Any, Any]) -> list[Any]:
    """Return the words of a mapping from words to rows, by row."""
    if are_rows(rows.values()) and not isinstance(rows, Counter):
        return sorted(rows, key=rows.__getitem__)
    raise ParameterError(
        f"words: a {type(rows).__name__} must give the row of each word, 0 to {len(rows) - 1:,}; of a mapping from "
        "words to counts pass list(counts), and list(counts.values()) as `counts`; of one to vectors list(mapping)"
    )


def check_not_masked(numbers: Any, name: str) -> None:
    """Raise ParameterError for masked numbers, whose mask NumPy drops in silence."""
    if place := masked_place(numbers):
        raise ParameterError(
            f"{name}{place} is masked, a missing value: leave the word out, or fill it, as with array.filled(0)"
        )


def as_array(vectors: Any) -> NDArray[Any]:
    """Return an array; raise ParameterError, with the first row of another length, for rows that make none."""
    check_not_masked(vectors, "vectors")
    try:
        return np.asarray(vectors)
    except ValueError:
        lengths = [len(row) for row in vectors]
        odd = next((row for row, length in enumerate(lengths) if length != lengths[0]), 0)
        raise ParameterError(
            f"vectors[{odd}] has {counted(lengths[odd], 'number')}, and the first has {lengths[0]}: all must have the "
            "same number"
        ) from None


def as_float32(array: NDArray[Any]) -> NDArray[np.float32]:
    """Return an array as contiguous float32, with a warning if a number is too large for that."""
    with np.errstate(over="raise"):
        try:
            return np.ascontiguousarray(array, dtype=np.float32)
        except FloatingPointError:
            pass
    warn_user("vectors: numbers beyond 3.4e38, the largest of float32, became infinite")
    with np.errstate(over="ignore"):
        return np.ascontiguousarray(array, dtype=np.float32)
