"""Reading benchmark files: word pairs with scores, and analogies in the questions-words form."""

from __future__ import annotations

import csv
import math
import os
from collections.abc import Sequence
from pathlib import Path

from fastw2v.errors import FormatError, ParameterError
from fastw2v.evaluate.columns import Columns, chosen_places, find_places, number, usual_width
from fastw2v.evaluate.lines import BadLines, Faults, text_lines
from fastw2v.progress.figures import counted

Words = str | tuple[str, ...]  # one word, or several, each of which would do
Question = tuple[str, Words, str, Words]

_MOST_PAIRS = 1_000  # of a section: they make a million questions

_NO_SCORE = ("na", "n/a", "none", "null")  # what stands for a missing score, and is no name of a column
_SPACES = " "  # the separator that stands for any white space
_FEWEST_DIMENSIONS = 10  # of word vectors in a file without a header


def read_word_pairs(
    path: str | os.PathLike[str],
    columns: Columns | None = None,
    errors: BadLines = "strict",
    *,
    encoding: str = "utf-8",
    separator: str | None = None,
) -> list[tuple[str, str, float]]:
    """Read a file of word pairs and scores.

    Parameters
    ----------
    path : str or path
        Fields are separated by tabs, semicolons, commas, bars or white space, whichever the first line has. Lines that
        begin with ``#`` or ``//``, blank lines and a line of column names are skipped. Where commas do not separate
        fields, they may be decimal commas.
    columns : sequence of three str or int, optional
        The columns of the words and the score. By default they are found, see `find_places`; so the scores of
        SimLex-999 and SimVerb-3500 as published are.
    errors : {"strict", "ignore"}
        "ignore" leaves out lines in another form, with one warning.
    encoding : str, default "utf-8"
    separator : str, optional
        What separates fields; a space stands for any white space.

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
    lines = text_lines(path, "word pairs", encoding)
    if lines[0][1].startswith(":"):
        raise FormatError(f"{path}, line {lines[0][0]}: a section of analogies: evaluate_analogies reads this file")
    table = _Table(path, lines, columns, separator)
    pairs, faults = [], Faults(path, errors)
    between = f" with {separator!r} between them" if separator else ""
    for place, line in table.lines:
        try:
            pairs.append(table.pair(line))
        except ValueError as error:
            faults.add(place, f"expected two words and a number{between}, found {line[:60]!r}{error}")
    faults.report(len(pairs), "word pairs")
    return pairs


class _Table:
    """Lines of fields, of which three are a pair and its score."""

    def __init__(
        self,
        path: str | os.PathLike[str],
        lines: list[tuple[int, str]],
        columns: Columns | None,
        separator: str | None,
    ) -> None:
        self.lines = lines
        first = lines[0][1]
        self.separator = separator or next((mark for mark in "\t;,|" if first.count(mark) >= 2), _SPACES)
        below = [line for _, line in lines[1:]] or [first]
        # Within tabs, quotation marks are words, unless all fields stand in them.
        self.quoted = self.separator != "\t" or all(_stands_in_quotes(field) for field in below[0].split("\t"))
        names, rows = self.fields(first), [self.fields(line) for line in below]
        self.width = usual_width(rows)
        self.even = self.separator == _SPACES and columns is None  # a row of another width has a word with a space
        if columns is None:
            _refuse_vectors(path, names, rows)
            self.places = find_places(rows)
        else:
            self.places = chosen_places(os.fspath(path), columns, names)
        named = any(isinstance(column, str) for column in columns or ()) or self._is_of_names(names)
        if named:
            self.lines = lines[1:]
        rows = rows if named else [names, *rows]
        scores = [row[self.places[2]] for row in rows if len(row) > self.places[2]]
        self.has_points = any("." in score and number(score) is not None for score in scores)
        if columns is None and self.separator == "," and self.lines and not (named and len(names) == 4):
            self._doubt_decimal_commas(path)

    def _is_of_names(self, first: list[str]) -> bool:
        """Return whether the first line holds column names: a name where the score of a pair would be.

        Names may hold numbers of their own ("1", as raters are called): the lines below tell where the scores are.
        """
        place = self.places[2]
        if len(first) <= place or (self.even and len(first) != self.width) or number(first[place]) is not None:
            return False
        return any(map(str.isalpha, first[place])) and first[place].lower() not in _NO_SCORE

    def fields(self, line: str) -> list[str]:
        """Split a line."""
        if self.separator == _SPACES:
            return line.split()
        if not self.quoted or len(self.separator) > 1:
            return [field.strip() for field in line.split(self.separator)]
        try:
            return [field.strip() for field in next(csv.reader([line], delimiter=self.separator))]
        except (csv.Error, StopIteration):
            return []

    def pair(self, line: str) -> tuple[str, str, float]:
        """Return the pair and the score of a line; raise ValueError, with the reason, if it has none."""
        fields = self.fields(line)
        if len(fields) <= max(self.places):
            raise ValueError(": there is no score" if len(fields) == 2 else "")
        if self.even and len(fields) != self.width:
            raise ValueError(
                f": {len(fields)} fields, where most lines have {self.width}; a word that holds a space needs tabs or "
                "commas between the fields"
            )
        first, second, score = (fields[place] for place in self.places)
        value = number(score)
        if value is None or not math.isfinite(value):
            raise ValueError(f": the score is {score[:20]!r}")
        if "," in score and self.has_points:
            raise ValueError(f": the score is {score[:20]!r}, with a comma, and others have points")
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


def _stands_in_quotes(field: str) -> bool:
    field = field.strip()
    return len(field) > 1 and field[0] == field[-1] == '"'


def _refuse_vectors(path: str | os.PathLike[str], first: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Refuse a file whose lines are a word and its numbers."""
    below = [number(field) is not None for field in rows[0]]
    header = len(first) == 2 and all(field.isdecimal() for field in first) and len(below) == int(first[1][:9]) + 1
    if all(below[1:]) and (header or len(below) > _FEWEST_DIMENSIONS):
        raise FormatError(f"{path}: not a file of word pairs but of word vectors, which fastw2v.load reads")


def read_analogies(
    path: str | os.PathLike[str], errors: BadLines = "strict", *, encoding: str = "utf-8", pairs: bool = False
) -> list[tuple[str, list[Question]]]:
    """Read a file of analogies in the questions-words form.

    Parameters
    ----------
    path : str or path
        Blank lines, and those that begin with ``#`` or ``//``, are skipped. Words may hold spaces where three tabs
        separate them.
    errors : {"strict", "ignore"}
        "ignore" leaves out lines that are not four words, with one warning.
    encoding : str, default "utf-8"
    pairs : bool, default False
        Read a file of BATS, too: two columns without sections, "dog" and "canine/mammal/animal". It is one section of
        the questions that `combine` makes.

    Returns
    -------
    list of (str, list of (str, str, str, str))
        Section names and questions; of BATS b and the answer are tuples of words where there are several.

    Raises
    ------
    FormatError
        For a line in another form, which the message names, or a file without any.
    """
    sections: list[tuple[str, list[Question]]] = []
    faults = Faults(path, errors)
    lines = text_lines(path, "analogies", encoding)
    if pairs and not lines[0][1].startswith(":") and usual_width([_columns(line) for _, line in lines]) == 2:
        return [(Path(path).stem, _read_pairs(path, lines, faults))]
    for place, line in lines:
        if line.startswith(":"):
            sections.append((line[1:].strip(), []))
            continue
        if not sections:
            raise FormatError(
                f"{path}, line {place}: expected a section name (': name'), found {line[:60]!r}{_hint(lines)}"
            )
        words = [phrase.strip() for phrase in line.split("\t")] if line.count("\t") == 3 else line.split()
        separated = next((f"; write spaces for {mark!r}" for mark in ",;|" if line.count(mark) == 3), "")
        if len(words) == 4 and all(words) and not (separated and words[0][-1:] in ",;|"):
            sections[-1][1].append((words[0], words[1], words[2], words[3]))
        else:
            faults.add(place, f"expected four words, found {line[:60]!r}{separated}")
    faults.report(sum(len(asked) for _, asked in sections), "analogies")
    return sections


def _columns(line: str) -> list[str]:
    return [field.strip() for field in line.split("\t")] if "\t" in line else line.split()


def _read_pairs(path: str | os.PathLike[str], lines: Sequence[tuple[int, str]], faults: Faults) -> list[Question]:
    found: list[tuple[str, Words]] = []
    for place, line in lines:
        columns = _columns(line)
        if len(columns) == 2 and all(columns):
            words = tuple(word for word in columns[1].split("/") if word)
            found.append((columns[0], words if len(words) > 1 else columns[1]))
        else:
            faults.add(place, f"expected a pair of words, found {line[:60]!r}")
    faults.report(len(found), "pairs")
    return combine(str(path), found)


def combine(place: str, pairs: Sequence[tuple[str, Words]]) -> list[Question]:
    """Return the questions of all ordered pairs of pairs: a is to b as c is to what?

    Parameters
    ----------
    place : str
        Where they stand, for the message.
    pairs : sequence of (str, str or tuple of str)

    Returns
    -------
    list of (str, str or tuple of str, str, str or tuple of str)

    Raises
    ------
    ParameterError
        There is one pair, or too many.
    """
    if not 2 <= len(pairs) <= _MOST_PAIRS:
        raise ParameterError(
            f"{place}: found {counted(len(pairs), 'pair')}, where 2 to {_MOST_PAIRS:,} are expected: each is asked "
            "with each other one"
        )
    return [(a, b, c, d) for a, b in pairs for c, d in pairs if a != c]


def _hint(lines: Sequence[tuple[int, str]]) -> str:
    """Say what a file without sections may be."""
    rows = [line.split() for _, line in lines]
    first, width = rows[0], usual_width(rows[1:] or rows)
    if all(field.isdecimal() for field in first) and len(first) == 2 and len(rows) > 1 and len(rows[1]) > 4:
        return "; fastw2v.load reads word vectors"
    if len(first) > 2 and any(number(word) is not None for word in first[2:]):
        return "; evaluate_word_pairs reads files of word pairs and scores"
    if width == 4:
        return "; a first line ': all' makes one section of the whole file"
    if width == 3:
        return "; three words a line: put the answer of each question behind it, and ': all' into the first line"
    if width == 2:
        return "; pairs of words, as in the files of BATS: fastw2v.evaluate.evaluate_analogies makes questions of them"
    return ""
