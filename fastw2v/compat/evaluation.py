"""gensim's evaluation methods over this package's: their arguments and what they return."""

from __future__ import annotations

import os
from typing import Any, NamedTuple

import numpy as np

from fastw2v.errors import ParameterError, warn_user
from fastw2v.evaluate.analogies import PROTOCOLS, Method, Protocol, describe_nothing_asked, judge_analogies
from fastw2v.evaluate.files import read_analogies, read_word_pairs
from fastw2v.evaluate.word_pairs import correlate
from fastw2v.parameters import as_path, search_limit, shown
from fastw2v.vectors.word_vectors import WordVectors

_METHODS: dict[str, Method] = {"most_similar": "add", "most_similar_cosmul": "mul"}


class Correlation(NamedTuple):
    """A correlation and its p-value, under the names of SciPy's results, which gensim returns."""

    statistic: np.float64
    pvalue: np.float64

    @property
    def correlation(self) -> np.float64:
        """The older name of `statistic`."""
        return self.statistic


def word_pairs(
    wv: WordVectors,
    pairs: str | os.PathLike[str],
    delimiter: str | None,
    encoding: str,
    restrict_vocab: int | None,
    case_insensitive: bool,
    dummy4unknown: bool,
) -> tuple[Correlation, Correlation, float]:
    """Return Pearson's and Spearman's correlation, each with its p-value, and the percentage of unknown pairs."""
    if delimiter == "":
        raise ParameterError("delimiter='': it must be what stands between the fields, such as ',', or None for spaces")
    given: Any = pairs
    if isinstance(pairs, (str, os.PathLike)):
        separator = None if delimiter == "\t" else (delimiter or " ")
        path = as_path("pairs", pairs)
        given = read_word_pairs(path, errors="ignore", encoding=encoding, separator=separator)
    unknown: Any = "zero" if dummy4unknown else "leave out"
    report = correlate(wv, given, restrict_vocab, case_insensitive, None, unknown, "ignore", as_written=False)
    if report.used == 0 and not dummy4unknown:
        raise ParameterError(f"evaluate_word_pairs: none of the {report.missing:,} pairs has two known words")
    missing = 100 * report.missing / max(1, report.used + report.missing)
    pearson = Correlation(np.float64(report.pearson), np.float64(report.pearson_pvalue))
    return pearson, Correlation(np.float64(report.spearman), np.float64(report.spearman_pvalue)), missing


def word_analogies(
    wv: WordVectors,
    analogies: str | os.PathLike[str],
    restrict_vocab: int | None,
    case_insensitive: bool,
    dummy4unknown: bool,
    similarity_function: str,
) -> tuple[float, list[dict[str, Any]]]:
    """Return the accuracy over all analogies, and for each section the questions answered right and wrong."""
    if similarity_function not in _METHODS:
        raise ParameterError(
            f"similarity_function={shown(similarity_function)}: it must be the name of a method, 'most_similar' "
            "(3CosAdd) or 'most_similar_cosmul' (3CosMul)"
        )
    upper = str.upper if case_insensitive else str
    limit = search_limit(len(wv), restrict_vocab)
    rules = Protocol(limit, upper, "", PROTOCOLS["gensim"].first_only)
    read: Any = read_analogies(as_path("analogies", analogies), errors="ignore")  # as gensim does
    asked = [(name, [(upper(a), upper(b), upper(c), upper(d)) for a, b, c, d in questions]) for name, questions in read]
    found = judge_analogies(wv, asked, rules, limit, _METHODS[similarity_function])
    sections: list[dict[str, Any]] = []
    known_in_all = 0
    for (name, questions), (_, known, right) in zip(asked, found, strict=True):
        known_in_all += int(np.count_nonzero(known))
        wrong = ~right if dummy4unknown else known & ~right
        parts = {"correct": right, "incorrect": wrong}
        lists = {key: [questions[i] for i in np.flatnonzero(chosen)] for key, chosen in parts.items()}
        sections.append({"section": name, **lists})
    total = {key: [q for section in sections for q in section[key]] for key in ("correct", "incorrect")}
    asked_in_all = len(total["correct"]) + len(total["incorrect"])
    if not known_in_all:
        warn_user(describe_nothing_asked(sum(len(questions) for _, questions in asked), limit, len(wv)))
    sections.append({"section": "Total accuracy", **total})
    return (len(total["correct"]) / asked_in_all if asked_in_all else 0.0), sections
