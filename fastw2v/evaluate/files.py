"""Reading benchmark files: word pairs with scores, and analogies in the questions-words form."""

from __future__ import annotations

import csv
import math
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from fastw2v.errors import FormatError, ParameterError, warn_user
from fastw2v.progress.figures import counted

Question = tuple[str, str, str, str]
# Names or positions (from 0) of three columns: first word, second word, score.
Columns = Sequence[str | int]
BadLines = Literal["strict", "ignore"]

_COMMENTS = ("#", "//")
_NO_SCORE = ("na", "n/a", "none", "null")  # what stands for a missing score, and is no name of a column
_PACKED = {b"\x1f\x8b": "gzip", b"BZh": "bzip2", b"\xfd7zXZ": "xz", b"PK\x03\x04": "zip"}


def read_word_pairs(
    path: str | os.PathLike[str], columns: Columns | None = None, errors: BadLines = "strict"
) -> list[tuple[str, str, float]]:
    """Read a file of word pairs and scores.

    Parameters
    ----------
    path : str or path
        Fields are separated by tabs, semicolons, commas or white space, whichever the first line has. Lines that begin
        with ``#`` or ``//``, blank lines and a line of column names are skipped. Where commas do not separate fields,
        they may be decimal commas.
    columns : sequence of three str or int, optional
        The columns of the words and the score. By default the first two, and the first after them that holds a number
        in the first line of data; so the scores of SimLex-999 and SimVerb-3500 as published are found.
    errors : {"strict", "ignore"}
        "ignore" leaves out lines in another form, with one warning.

    Returns
    -------
    list of (str, str, float)

    Raises
    ------
    FormatError
        For a line in another form, which the message names, or a file without any.
    ParameterError
        `columns` are not three, or the file has no column of a name.
    """
    lines = [(number, line) for number, line in _text_lines(path) if not line.startswith(_COMMENTS)]
    if not lines:
        raise FormatError(f"{path}: the file has no word pairs")
    if lines[0][1].startswith(":"):
        raise FormatError(f"{path}, line {lines[0][0]}: a section of analogies: evaluate_analogies reads this file")
    table = _Table(path, lines, columns)
    pairs, bad = [], _BadLines(path, errors)
    for number, line in table.lines:
        try:
            pairs.append(table.pair(line))
        except ValueError as error:
            bad.add(number, f"expected two words and a number, found {line[:60]!r}{error}")
    bad.report()
    if not pairs:
        raise FormatError(f"{path}: the file has no word pairs")
    return pairs


class _Table:
    """Lines of fields, of which three are a pair and its score."""

    def __init__(self, path: str | os.PathLike[str], lines: list[tuple[int, str]], columns: Columns | None) -> None:
        self.lines = lines
        first = lines[0][1]
        self.separator = next((mark for mark in "\t;," if first.count(mark) >= 2), None)
        names = self.fields(first)
        self.places = (0, 1, _first_number(names))
        if columns is not None:
            self.places = chosen_places(os.fspath(path), columns, names)
        named = any(isinstance(column, str) for column in columns or ()) or self._is_of_names(names, columns is None)
        if named:
            self.lines = lines[1:]
            if columns is None and self.lines:
                self.places = (0, 1, _first_number(self.fields(self.lines[0][1])))
        if columns is None and self.separator == "," and self.lines and not (named and len(names) == 4):
            self._doubt_decimal_commas(path)

    def _is_of_names(self, first: list[str], free: bool) -> bool:
        """Return whether the first line holds column names: a name where the score of a pair would be.

        Names may hold numbers of their own ("1", as raters are called): if the columns are ``free`` to be found, the
        line below tells where the scores are.
        """
        place = self.places[2]
        if free and len(self.lines) > 1:
            place = min(place, _first_number(self.fields(self.lines[1][1])))
        if len(first) <= max(2, place) or _number(first[place]) is not None:
            return False
        return any(map(str.isalpha, first[place])) and first[place].lower() not in _NO_SCORE

    def fields(self, line: str) -> list[str]:
        """Split a line."""
        if self.separator is None:
            return line.split()
        if self.separator == "\t":  # quotation marks are words there
            return [field.strip() for field in line.split("\t")]
        try:
            return [field.strip() for field in next(csv.reader([line], delimiter=self.separator))]
        except (csv.Error, StopIteration):
            return []

    def pair(self, line: str) -> tuple[str, str, float]:
        """Return the pair and the score of a line; raise ValueError, with the reason, if it has none."""
        fields = self.fields(line)
        if len(fields) <= max(self.places):
            raise ValueError(": there is no score" if len(fields) == 2 else "")
        first, second, score = (fields[place] for place in self.places)
        value = _number(score)
        if value is None or not math.isfinite(value):
            raise ValueError(f": the score is {score[:20]!r}")
        if not first or not second:
            raise ValueError(": a word is blank")
        return first, second, value

    def _doubt_decimal_commas(self, path: str | os.PathLike[str]) -> None:
        """Refuse fields that may be the two halves of each score."""
        rows = [self.fields(line) for _, line in self.lines]
        if all(len(row) == 4 and row[2].lstrip("+-").isdecimal() and row[3].isdecimal() for row in rows):
            raise FormatError(
                f"{path}: commas separate its fields and may be decimal commas, too, as in {self.lines[0][1][:60]!r}; "
                "separate the fields by tabs, or say columns=(0, 1, 2) if the third field is the score"
            )


def _number(field: str) -> float | None:
    try:
        return float(field.replace(",", ".")) if field.count(",") < 2 and "_" not in field else None
    except ValueError:
        return None


def _first_number(fields: list[str]) -> int:
    """Return the first column after the words that holds a number, else the third."""
    return next((place for place, field in enumerate(fields) if place >= 2 and _number(field) is not None), 2)


def chosen_places(source: str, columns: Columns, names: list[str]) -> tuple[int, int, int]:
    """Return the positions of the chosen columns, given the names of all; raise ParameterError if they do not exist."""
    if isinstance(columns, str) or len(columns) != 3:
        raise ParameterError(
            f"columns must be three names or positions, of the first word, the second and the score; got {columns!r}"
        )
    places = []
    for column in columns:
        if isinstance(column, str) and column not in names:
            raise ParameterError(f"columns: {source} has no column {column!r}; its columns are {', '.join(names)}")
        place = names.index(column) if isinstance(column, str) else int(column)
        if not 0 <= place < len(names):
            raise ParameterError(f"columns: {source} has the columns 0 to {len(names) - 1}; got {column!r}")
        places.append(place)
    return places[0], places[1], places[2]


def read_analogies(path: str | os.PathLike[str], errors: BadLines = "strict") -> list[tuple[str, list[Question]]]:
    """Read a file of analogies in the questions-words form.

    Parameters
    ----------
    path : str or path
        Blank lines, and those that begin with ``#`` or ``//``, are skipped.
    errors : {"strict", "ignore"}
        "ignore" leaves out lines that are not four words, with one warning.

    Returns
    -------
    list of (str, list of (str, str, str, str))
        Section names and questions.

    Raises
    ------
    FormatError
        For a line in another form, which the message names, or a file without any.
    """
    sections: list[tuple[str, list[Question]]] = []
    bad = _BadLines(path, errors)
    for number, line in _text_lines(path):
        if line.startswith(_COMMENTS):
            continue
        if line.startswith(":"):
            sections.append((line[1:].strip(), []))
            continue
        words = line.split()
        if not sections:
            hint = ""
            if len(words) > 2 and any(_number(word) is not None for word in words[2:]):
                hint = "; evaluate_word_pairs reads files of word pairs and scores"
            elif len(words) == 4:
                hint = "; a first line ': all' makes one section of the whole file"
            elif len(words) == 2:
                hint = "; pairs of words, as in the files of BATS, must be combined to questions of four words first"
            raise FormatError(f"{path}, line {number}: expected a section name (': name'), found {line[:60]!r}{hint}")
        if len(words) == 4:
            sections[-1][1].append((words[0], words[1], words[2], words[3]))
        else:
            bad.add(number, f"expected four words, found {line[:60]!r}")
    bad.report()
    if not sections:
        raise FormatError(f"{path}: the file has no analogies")
    return sections


class _BadLines:
    """Lines in another form: errors, or counted."""

    def __init__(self, path: str | os.PathLike[str], errors: str) -> None:
        if errors not in ("strict", "ignore"):
            raise ParameterError(f"errors must be 'strict' or 'ignore'; got {errors!r}")
        self.path, self.errors, self.count, self.first = path, errors, 0, ""

    def add(self, number: int, fault: str) -> None:
        if self.errors == "strict":
            raise FormatError(f"{self.path}, line {number}: {fault}; errors='ignore' leaves such lines out")
        self.count += 1
        self.first = self.first or f"line {number}: {fault}"

    def report(self) -> None:
        if self.count:
            warn_user(f"{self.path}: left out {counted(self.count, 'line')}; the first is {self.first}")


def _text_lines(path: str | os.PathLike[str]) -> list[tuple[int, str]]:
    """Return the number and content of each line that is not blank."""
    if Path(path).is_dir():
        raise FormatError(f"{path}: this is a folder: name one of its files")
    raw = Path(path).read_bytes()
    packed = next((name for magic, name in _PACKED.items() if raw.startswith(magic)), None)
    if packed:
        raise FormatError(f"{path}: this is a {packed} file; unpack it first")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FormatError(
            f"{path}, byte {error.start}: not valid UTF-8 ({error.reason}); convert it first, as in iconv -f LATIN1 -t "
            "UTF-8"
        ) from error
    return [(number, line.strip(" ")) for number, line in enumerate(re.split("\r\n|\n|\r", text), 1) if line.strip()]
