"""Which columns of a table hold the words of a pair and its score."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from fastw2v.errors import ParameterError

# Names or positions (from 0) of three columns: first word, second word, score.
Columns = Sequence[str | int]
Places = tuple[int, int, int]

_LONGEST_TAG = 2  # letters: "n", "NN", the "i" and "t" of WordSim-353
_TAGS = frozenset(("noun", "verb", "adj", "adv", "adjective", "adverb"))


def number(field: str) -> float | None:
    """Return the number of a field, whose point may be a comma; None for anything else."""
    try:
        return float(field.replace(",", ".")) if field.count(",") < 2 and "_" not in field else None
    except ValueError:
        return None


def find_places(rows: Sequence[Sequence[str]]) -> Places:
    """Find the columns of the words and the score of a table.

    The score is in the first column of numbers behind two others; the words are in the first two before it that are
    neither numbers, as those of rows are, nor tags, such as those of parts of speech. Where there are no such columns,
    they are the first three.

    Parameters
    ----------
    rows : sequence of sequence of str
        The fields of each line.

    Returns
    -------
    first word, second word, score : int

    Examples
    --------
    >>> find_places([["1", "cat", "N", "dog", "N", "7.5"], ["2", "sun", "N", "moon", "N", "5"]])
    (1, 3, 5)
    """
    width = usual_width(rows)
    columns = list(zip(*(row for row in rows if len(row) == width), strict=True))
    scores = [place for place, column in enumerate(columns) if _holds_numbers(column)]
    texts = [place for place in range(width) if place not in scores]
    if len(texts) < 2:
        return 0, 1, 2
    score = next((place for place in scores if place > texts[1]), None)
    before = [place for place in texts if score is None or place < score]
    words = [place for place in before if not _are_tags(columns[place])]
    first, second = (words if len(words) > 1 else before)[:2]  # words may be as short as tags
    if score is None:
        score = scores[-1] if scores else 2
    return first, second, score


def usual_width(rows: Sequence[Sequence[str]]) -> int:
    """Return how many fields most rows have."""
    return Counter(map(len, rows)).most_common(1)[0][0] if rows else 0


def chosen_places(source: str, columns: Columns, names: list[str]) -> Places:
    """Return the positions of the chosen columns, given the names of all; raise ParameterError if they do not exist."""
    if isinstance(columns, str) or not hasattr(columns, "__len__") or len(columns) != 3:
        raise ParameterError(
            f"columns must be three names or positions, of the first word, the second and the score; got {columns!r}"
        )
    first, second, score = (_place(source, column, names) for column in columns)
    if len({first, second, score}) < 3:
        raise ParameterError(
            f"columns={tuple(columns)!r}: two of them are the same column; the words and the score have one each"
        )
    return first, second, score


def _place(source: str, column: Any, names: list[str]) -> int:
    if isinstance(column, str):
        if column not in names:
            raise ParameterError(f"columns: {source} has no column {column!r}; its columns are {', '.join(names)}")
        return names.index(column)
    if isinstance(column, bool) or not hasattr(column, "__index__"):
        raise ParameterError(f"columns: {column!r} is neither the name of a column nor its position, a whole number")
    place = column.__index__()
    if not 0 <= place < len(names):
        raise ParameterError(f"columns: {source} has the columns 0 to {len(names) - 1}; got {column!r}")
    return int(place)


def _are_tags(column: Sequence[str]) -> bool:
    return all(len(field) <= _LONGEST_TAG or field.lower() in _TAGS for field in column)


def _holds_numbers(column: Sequence[str]) -> bool:
    return 2 * sum(number(field) is not None for field in column) > len(column)
