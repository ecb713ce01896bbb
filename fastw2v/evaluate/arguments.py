"""What is to be evaluated, and on what: every accepted form of vectors, pairs and questions, or a refusal."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from fastw2v.errors import ParameterError
from fastw2v.evaluate.columns import Columns, chosen_places, find_places, number
from fastw2v.evaluate.files import Question, Words, combine, read_analogies, read_word_pairs
from fastw2v.evaluate.lines import BadLines
from fastw2v.parameters import as_path
from fastw2v.vectors.word_vectors import WordVectors, find_word_vectors, without_vectors


def read_vectors(given: Any, questions: Any) -> WordVectors:
    """Return the word vectors that an object is or has; `questions` is the argument after it."""
    found = find_word_vectors(given)
    if found is None:
        swapped = isinstance(questions, WordVectors) or find_word_vectors(questions) is not None
        got = f"{given!r:.60}: the arguments are swapped: the vectors come first" if swapped else without_vectors(given)
        raise ParameterError(f"vectors: expected word vectors or a fitted model; got {got}")
    return found


def read_pairs(given: Any, columns: Columns | None, errors: BadLines) -> list[tuple[str, str, float]]:
    """Return pairs and scores of a file, a data frame or an iterable.

    Parameters
    ----------
    given : path, data frame, or iterable of (word, word, score)
    columns, errors
        As in `read_word_pairs`.

    Returns
    -------
    list of (str, str, float)

    Raises
    ------
    ParameterError
        For anything else; the message names the first item that is not a pair and a score.
    """
    if isinstance(given, (str, os.PathLike)):
        return read_word_pairs(as_path("pairs", given), columns, errors)
    names: list[str] | None = None
    if hasattr(given, "columns") and (hasattr(given, "itertuples") or hasattr(given, "iter_rows")):
        names = [str(name) for name in given.columns]
        rows = list(given.itertuples(index=False, name=None) if hasattr(given, "itertuples") else given.iter_rows())
        if columns is None and len(names) > 2:
            columns = find_places([[str(field) for field in row] for row in rows]) if rows else (0, 1, 2)
    else:
        rows = _listed("pairs", given, "(word, word, score)")
    places = (0, 1, 2)
    if columns is not None:
        places = chosen_places("pairs", columns, names or [str(i) for i in range(len(rows[0]) if rows else 3)])
    elif names is not None:
        raise ParameterError(f"pairs: expected columns of two words and a score; it has the columns {names}")
    return [_pair(f"pairs[{number}]", row, places, columns is not None) for number, row in enumerate(rows)]


def _pair(place: str, row: Any, places: tuple[int, int, int], chosen: bool) -> tuple[str, str, float]:
    if isinstance(row, (str, bytes, Mapping)) or not hasattr(row, "__len__"):
        hint = ": pass [(row['a'], row['b'], row['score']) for row in rows]" if isinstance(row, Mapping) else ""
        raise ParameterError(f"{place} is {row!r:.80}, where (word, word, score) is expected{hint}")
    if len(row) <= max(places) or (len(row) != 3 and not chosen):
        hint = ": pass itertuples(index=False)" if getattr(row, "_fields", ("",))[0] == "Index" else ""
        raise ParameterError(f"{place} is {tuple(row)!r:.80}, where (word, word, score) is expected{hint}")
    first, second, score = (row[at] for at in places)
    for word in (first, second):
        if not isinstance(word, str):
            raise ParameterError(f"{place} holds {word!r:.40} ({type(word).__name__}) where a word is expected")
    try:
        value = number(score) if isinstance(score, str) else float(score)
    except (TypeError, ValueError):
        value = None
    if value is None or not math.isfinite(value):
        raise ParameterError(f"{place} has the score {score!r:.40}, where a finite number is expected: leave it out")
    return first, second, value


def read_sections(given: Any, errors: BadLines) -> list[tuple[str, list[Question]]]:
    """Return the sections of questions of a file, a mapping or a sequence.

    Parameters
    ----------
    given : path, mapping of section name to questions, or iterable of (section name, questions)
    errors : {"strict", "ignore"}
        As in `read_analogies`.

    Returns
    -------
    list of (str, list of (str, str, str, str))

    Raises
    ------
    ParameterError
        For anything else; the message names the first item that is not a section or a question.
    """
    if isinstance(given, (str, os.PathLike)):
        return read_analogies(as_path("questions", given), errors, pairs=True)
    items = list(given.items()) if isinstance(given, Mapping) else _listed("questions", given, "(section, questions)")
    return [_section(f"questions[{number}]", item, errors) for number, item in enumerate(items)]


def _section(place: str, item: Any, errors: BadLines) -> tuple[str, list[Question]]:
    if not isinstance(item, (tuple, list)) or len(item) != 2 or not isinstance(item[0], str):
        hint = ""
        if isinstance(item, (tuple, list)) and len(item) == 4:
            hint = ": this is one question; pass sections, as in [('all', questions)]"
        raise ParameterError(f"{place} is {item!r:.80}, where (section name, questions) is expected{hint}")
    if isinstance(item[1], os.PathLike):
        read = read_analogies(as_path("questions", item[1]), errors, pairs=True)
        return item[0], [question for _, asked in read for question in asked]
    name, rows = item[0], _listed(f"{place}, section {item[0]!r:.40}", item[1], "questions")
    questions = [_words(place, row) for row in rows]
    pairs = [(row[0], row[1]) for row in questions if len(row) == 2]
    if pairs and len(pairs) < len(questions):
        raise ParameterError(f"{place}: it holds pairs and questions of four words: pass them as two sections")
    return name, combine(place, pairs) if pairs else [(a, b, c, answer) for a, b, c, answer in questions]


def _words(place: str, row: Any) -> tuple[Any, ...]:
    """Return a question or a pair, in which b and the answer may each be a tuple of words."""
    if isinstance(row, (tuple, list, np.ndarray)) and len(row) in (2, 4):
        words = [_several(word) if number % 2 else word for number, word in enumerate(row)]
        if all(isinstance(word, str) or (number % 2 and isinstance(word, tuple)) for number, word in enumerate(words)):
            return tuple(words)
    raise ParameterError(
        f"{place}: an analogy question must be four strings (a, b, c and the answer, or a list of right answers), or "
        f"all must be pairs (a, b), which are combined; got {row!r:.100}"
    )


def _several(given: Any) -> Words | None:
    """Return a word, or a tuple of the words that would do; None if it is neither."""
    if isinstance(given, str):
        return given
    listed = isinstance(given, (tuple, list)) and len(given) > 0
    return tuple(given) if listed and all(isinstance(word, str) for word in given) else None


def _listed(name: str, given: Any, expected: str) -> list[Any]:
    if hasattr(given, "readline"):
        raise ParameterError(f"{name}: an open file was given: give its name, {getattr(given, 'name', '...')!r}")
    if name == "pairs" and isinstance(given, Mapping):
        raise ParameterError(
            f"{name}: expected a list of {expected}; got {type(given).__name__} {given!r:.60}: pass [(a, b, score) for "
            "(a, b), score in scores.items()]"
        )
    if isinstance(given, (str, bytes, Mapping, WordVectors)) or not isinstance(given, Iterable):
        raise ParameterError(f"{name}: expected a list of {expected}; got {type(given).__name__} {given!r:.60}")
    return list(given)
