"""Reading what people use to judge word vectors: word pairs with scores, and analogies in the questions-words form."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable
from pathlib import Path

from fastw2v.errors import FormatError

Question = tuple[str, str, str, str]


def read_word_pairs(path: str | os.PathLike[str]) -> list[tuple[str, str, float]]:
    """Read a file of word pairs and scores.

    Parameters
    ----------
    path : str or path
        Parted by tab, comma or white space, whichever the first line has; `#` lines, blank lines and a line of column
        names are skipped; columns after the third are ignored.

    Returns
    -------
    list of (str, str, float)

    Raises
    ------
    FormatError
        With the line.
    """
    pairs: list[tuple[str, str, float]] = []
    separator: str | None = None
    header_allowed = True
    for number, line in _text_lines(path):
        if line.startswith("#"):
            continue
        if header_allowed:
            separator = next((mark for mark in "\t," if line.count(mark) >= 2), None)
        fields = line.split() if separator is None else next(csv.reader([line], delimiter=separator))
        try:
            pairs.append((fields[0].strip(), fields[1].strip(), float(fields[2])))
        except (IndexError, ValueError):
            if not (header_allowed and len(fields) >= 3):
                raise FormatError(f"{path}, line {number}: two words and a number expected: {line[:60]!r}") from None
        header_allowed = False
    if not pairs:
        raise FormatError(f"{path}: no word pairs in this file")
    return pairs


def read_analogies(path: str | os.PathLike[str]) -> list[tuple[str, list[Question]]]:
    """Read a file of analogies in the questions-words form.

    Parameters
    ----------
    path : str or path

    Returns
    -------
    list of (str, list of (str, str, str, str))
        Section names and questions.

    Raises
    ------
    FormatError
        With the line.
    """
    sections: list[tuple[str, list[Question]]] = []
    for number, line in _text_lines(path):
        if line.startswith(":"):
            sections.append((line[1:].strip(), []))
            continue
        words = line.split()
        if not sections or len(words) != 4:
            wanted = "four words" if sections else "a section name, ': name',"
            raise FormatError(f"{path}, line {number}: {wanted} expected: {line[:60]!r}")
        sections[-1][1].append((words[0], words[1], words[2], words[3]))
    if not sections:
        raise FormatError(f"{path}: no analogies in this file")
    return sections


def _text_lines(path: str | os.PathLike[str]) -> Iterable[tuple[int, str]]:
    """Give number and content of each line that is not blank."""
    try:
        text = Path(path).read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FormatError(f"{path}, byte {error.start}: no UTF-8 text ({error.reason})") from error
    return [(number, line.strip("\r ")) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
