"""The first items of a corpus, looked at together: rows of a table, sentences nested too deep, and padding."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from fastw2v.errors import CorpusTypeError, warn_user
from fastw2v.parameters import shown

FIRST_ITEMS = 10  # of a corpus, which are looked at
_FEWEST_ROWS = 5  # in which strings alone are taken for a table
_FEWEST_PADDED = 3  # sentences of one length
_WIDEST = 50  # columns
_WORDS_OF_TEXT = 3
_MOST = 0.8
_NUMBER = re.compile(r"[-+]?\d+(\.\d+)?")
_LONGEST = 1_000  # cells of an item that are looked at
_PADS = ("<pad>", "[pad]", "<blank>", "pad")
_LEAST_PADDING = 0.2  # of the tokens
_MOSTLY_ZEROS = 0.7  # of a matrix of counts


def cells(item: Any) -> Sequence[Any] | None:
    """Return a copy of what an item holds, if that may be a row of a table: a list, a tuple, an array or a Row."""
    if isinstance(item, np.ndarray):
        return item[:_LONGEST].tolist() if item.ndim == 1 else None  # type: ignore[no-any-return]
    if isinstance(item, (list, tuple)):
        return item[:_LONGEST]
    return tuple(item)[:_LONGEST] if type(item).__name__ == "Row" else None


def check_no_rows(rows: Sequence[Sequence[Any]]) -> None:
    """Raise `CorpusTypeError`, with the remedy, if the first items of a corpus are rows of a table."""
    if reason := describe_rows(rows):
        raise CorpusTypeError(f"corpus[0] {reason}")


def describe_rows(rows: Sequence[Sequence[Any]]) -> str | None:
    """Continue the sentence "corpus[0] ..." for items that are no lists of tokens; None for others.

    Parameters
    ----------
    rows : sequence of lists or tuples
        The first few items, by `cells`.

    Examples
    --------
    >>> describe_rows([(0, "red wine")])
    "is (0, 'red wine'), a row of a table: pass its text alone, as in [row[1] for row in rows]"
    >>> describe_rows([("red", "wine")])
    """
    if not rows or not rows[0]:
        return None
    first = shown(rows[0])
    if any(hasattr(cell, "iloc") for cell in rows[0]):
        return (
            f"is {first}, a pair of a label and a part of a table: pass a column of texts, table['text'], or the "
            "tokens of each group, grouped['word'].apply(list)"
        )
    if all(map(_is_list, rows[0])):
        return (
            f"is {first}, a list of lists, as a document of sentences is: pass the sentences of all documents, as in "
            "[sentence for document in documents for sentence in document]"
        )
    place = column_to_train_on(rows)
    if place is None:
        return None
    column, what = place
    return f"is {first}, a row of a table: pass its {what} alone, as in [row[{column}] for row in rows]"


def column_to_train_on(rows: Sequence[Sequence[Any]]) -> tuple[int, str] | None:
    """Return the column of a table to train on, and whether it holds tokens or text; None if this is no table.

    A table has columns of different kinds.
    """
    if len(set(map(len, rows))) > 1 or not 1 < len(rows[0]) <= _WIDEST:
        return None
    columns = list(zip(*rows, strict=True))
    numbers = range(len(columns))
    lists = [number for number in numbers if all(map(_is_list, columns[number]))]
    if lists:
        return lists[0], "tokens"
    others = [number for number in numbers if not any(map(_is_word, columns[number]))]
    texts = [number for number in numbers if _are_texts(columns[number], 2 if others else _WORDS_OF_TEXT)]
    of_strings = all(isinstance(cell, str) for column in columns for cell in column)
    told_apart = others or any(all(map(_is_label, column)) for column in columns)
    if not texts or not told_apart or (of_strings and len(columns[0]) < _FEWEST_ROWS):
        return None
    return max(texts, key=lambda number: sum(map(len, columns[number]))), "text"


def _is_word(cell: Any) -> bool:
    """Return whether a cell is a string and not a number, as all cells of a file are strings."""
    return isinstance(cell, str) and not _NUMBER.fullmatch(cell)


def _is_list(cell: Any) -> bool:
    return isinstance(cell, list) or (getattr(cell, "ndim", 0) == 1 and hasattr(cell, "__len__"))


def _is_label(cell: Any) -> bool:
    return isinstance(cell, str) and len(cell.split(None, 1)) == 1


def _are_texts(column: tuple[Any, ...], words: int) -> bool:
    """Return whether most cells are strings of several words and not the same few, as the relations of a graph are.

    The first may be the name of the column.
    """
    if not all(isinstance(cell, str) for cell in column):
        return False
    long = sum(len(cell.split(None, words)) >= words for cell in column)
    return min(long, len(set(column))) >= _MOST * len(column)


def doubt_padding(rows: Sequence[Sequence[Any]]) -> None:
    """Warn if the first sentences hold runs of padding, or of the zeros of a matrix of counts.

    Numbers are taken for it in sentences of one length alone, and at the ends of these or where hardly another number
    is: elsewhere 0 may be a state that lasts.
    """
    even = len(rows) >= _FEWEST_PADDED and len(set(map(len, rows))) == 1
    marks = [[_is_pad(cell, even) for cell in row] for row in rows]
    tokens, pads = sum(map(len, rows)), sum(map(sum, marks))
    after = [next_ for row in marks for mark, next_ in pairwise(row) if mark]
    if pads < max(1, _LEAST_PADDING * tokens) or 2 * sum(after) <= len(after):
        return
    pad = next(cell for row in rows for cell in row if _is_pad(cell, even))
    if isinstance(pad, str) or all(map(_is_at_an_end, marks)) or pads >= _MOSTLY_ZEROS * tokens:
        warn_user(
            f"the token {shown(pad)} is {pads / tokens:.0%} of the first {len(rows):,} sentences, many times in a row, "
            "as padding is, or as zeros are in a matrix of counts, and is trained on as a word: leave padding out, as "
            "in [[token for token in row if token != padding] for row in rows]; a matrix of counts holds no sentences"
        )


def _is_at_an_end(marks: list[bool]) -> bool:
    """Return whether the marked ones are the first or the last, and no others."""
    return marks in (sorted(marks), sorted(marks, reverse=True))


def _is_pad(cell: Any, number: bool) -> bool:
    if isinstance(cell, str):
        return cell.lower() in _PADS
    return number and isinstance(cell, (int, np.integer)) and cell in (0, -1)
