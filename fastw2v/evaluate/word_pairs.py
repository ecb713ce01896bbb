"""How good are the vectors? Word-similarity and analogy benchmarks, and their reports.

Nothing here changes the vectors that it is given.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastw2v.errors import ParameterError
from fastw2v.evaluate.analogies import PROTOCOLS, ProtocolName, cased_index, judge_analogies
from fastw2v.evaluate.files import Question, read_analogies, read_word_pairs
from fastw2v.vectors.search import search_limit, unit_rows
from fastw2v.vectors.word_vectors import WordVectors

# The questions-words file has its five semantic sections first.
_SEMANTIC_SECTIONS = 5


@dataclass(frozen=True)
class WordPairReport:
    """What `evaluate_word_pairs` found.

    Attributes
    ----------
    spearman, pearson : float
        Correlations with the people's scores, from -1 to 1; NaN when fewer than two pairs could be used or all scores
        of one side are equal.
    used, missing : int
        Pairs that were compared, and pairs left out because a word is not in the (restricted) vocabulary.
    restrict_vocab : int
        Rows that were searched.
    case_rule : str
    """

    spearman: float
    pearson: float
    used: int
    missing: int
    restrict_vocab: int
    case_rule: str

    @property
    def coverage(self) -> float:
        """Share of the pairs that were used."""
        return _share(self.used, self.used + self.missing)

    def __str__(self) -> str:
        return (
            f"Spearman {self.spearman:.4f}, Pearson {self.pearson:.4f}, {self.used} pairs used, {self.missing} with "
            f"unknown words left out ({self.case_rule}, first {self.restrict_vocab:,} words)"
        )


@dataclass(frozen=True)
class AnalogySection:
    """Results of one section: questions answered right, questions asked, and questions left out."""

    name: str
    correct: int
    used: int
    missing: int

    @property
    def accuracy(self) -> float:
        """Share of the asked questions that were answered right; NaN when none was asked."""
        return _share(self.correct, self.used)

    @property
    def coverage(self) -> float:
        """Share of the questions that could be asked."""
        return _share(self.used, self.used + self.missing)


@dataclass(frozen=True)
class AnalogyReport:
    """What `evaluate_analogies` found.

    Attributes
    ----------
    sections : tuple of AnalogySection
    protocol : {"c", "gensim"}
    restrict_vocab : int
        Rows that were searched, and that hold the words of every question asked.
    case_rule, missing_rule : str
        How words were compared, and what became of questions with a word outside the vocabulary.
    """

    sections: tuple[AnalogySection, ...]
    protocol: str
    restrict_vocab: int
    case_rule: str
    missing_rule: str = "questions with a word outside these rows are left out"

    @property
    def semantic(self) -> AnalogySection:
        """The first five sections together."""
        return _sum("semantic", self.sections[:_SEMANTIC_SECTIONS])

    @property
    def syntactic(self) -> AnalogySection:
        """The sections after the fifth together."""
        return _sum("syntactic", self.sections[_SEMANTIC_SECTIONS:])

    @property
    def total(self) -> AnalogySection:
        """All sections together."""
        return _sum("total", self.sections)

    def __str__(self) -> str:
        lines = [
            f"Analogies, protocol {self.protocol!r}: {self.case_rule}, first {self.restrict_vocab:,} words searched;"
        ]
        lines.append(f"{self.missing_rule}.")
        for part in (*self.sections, self.semantic, self.syntactic, self.total):
            counts = f"{part.correct:6} of {part.used:6}, {part.missing:6} left out"
            lines.append(f"{part.name:30} {part.accuracy:7.2%}  {counts}")
        return "\n".join(lines)


def evaluate_word_pairs(
    vectors: WordVectors,
    pairs: str | os.PathLike[str] | Iterable[tuple[str, str, float]],
    *,
    restrict_vocab: int | None = 300_000,
    case_insensitive: bool = True,
) -> WordPairReport:
    """Compare cosine similarities with those that people gave.

    Parameters
    ----------
    vectors : WordVectors
    pairs : path, or iterable of (word, word, score)
        A file has a pair and a score on each line, parted by tab, comma or white space; `#` lines and a line of column
        names are skipped. See :func:`fastw2v.datasets.fetch.fetch_word_pairs`.
    restrict_vocab : int or None, default 300,000
        Use the first rows only, as gensim does; None uses all.
    case_insensitive : bool, default True
        Compare words in upper case; of several forms the first (most frequent) row counts.

    Returns
    -------
    WordPairReport

    Raises
    ------
    FormatError
        With the line, for a line that is no pair.

    Notes
    -----
    Gives the numbers of gensim's ``evaluate_word_pairs``; the correlations are SciPy's.

    Examples
    --------
    >>> import numpy as np
    >>> wv = WordVectors(np.array([[1, 0], [2, 1], [0, 1]]), ["cat", "dog", "car"])
    >>> report = evaluate_word_pairs(wv, [("cat", "dog", 9.0), ("cat", "car", 1.0), ("dog", "car", 2.0)])
    >>> report.used, report.missing, round(report.spearman, 3)
    (3, 0, 1.0)
    """
    given = read_word_pairs(pairs) if isinstance(pairs, (str, os.PathLike)) else list(pairs)
    limit = search_limit(len(vectors), restrict_vocab)
    upper = str.upper if case_insensitive else str
    index = cased_index(vectors, limit, upper)
    found = [
        (index[upper(first)], index[upper(second)], score)
        for first, second, score in given
        if upper(first) in index and upper(second) in index
    ]
    rows = np.array([row[:2] for row in found], np.int64).reshape(-1, 2)
    ours = np.einsum("ij,ij->i", unit_rows(vectors.vectors[rows[:, 0]]), unit_rows(vectors.vectors[rows[:, 1]]))
    spearman, pearson = _correlations(np.array([row[2] for row in found], np.float64), ours)
    rule = "Unicode upper case" if case_insensitive else "case kept"
    return WordPairReport(spearman, pearson, len(found), len(given) - len(found), limit, rule)


def _correlations(theirs: NDArray[Any], ours: NDArray[Any]) -> tuple[float, float]:
    if len(theirs) < 2 or np.ptp(theirs) == 0 or np.ptp(ours) == 0:
        return float("nan"), float("nan")
    from scipy import stats

    return float(stats.spearmanr(theirs, ours).statistic), float(stats.pearsonr(theirs, ours).statistic)


def evaluate_analogies(
    vectors: WordVectors,
    questions: str | os.PathLike[str] | Sequence[tuple[str, Sequence[Question]]],
    *,
    protocol: ProtocolName = "c",
    restrict_vocab: int | None = None,
) -> AnalogyReport:
    """Answer "a is to b as c is to ?" and count the right answers.

    Parameters
    ----------
    vectors : WordVectors
    questions : path, or sequence of (section name, questions)
        A file in the questions-words form: ": section", then four words a line. See
        :func:`fastw2v.datasets.fetch.fetch_analogies`.
    protocol : {"c", "gensim"}
        "c" follows word2vec's compute-accuracy: ASCII upper case, question words left out by row, a right answer in any
        case counts. "gensim" follows ``evaluate_word_analogies``: Unicode upper case, the first of the five best that
        is no question word in any case.
    restrict_vocab : int, optional
        Rows to search. By default 30,000 for "c" (as in word2vec's demonstration) and 300,000 for "gensim".

    Returns
    -------
    AnalogyReport
        By section, and semantic (the first five sections), syntactic and total, with the rules that were followed.

    Raises
    ------
    FormatError
        With the line, for a file of another form.
    ParameterError
        For another protocol, or a question that is not four strings.

    Notes
    -----
    3CosAdd over unit vectors. Published numbers use either protocol; compare only numbers of the same.

    Examples
    --------
    >>> import numpy as np
    >>> wv = WordVectors(np.array([[1, 0, 0], [1, 0, 1], [0, 1, 0], [0, 1, 1]]), ["man", "king", "woman", "queen"])
    >>> report = evaluate_analogies(wv, [("family", [("man", "king", "woman", "queen")])])
    >>> report.total.correct, report.total.used
    (1, 1)
    """
    if protocol not in PROTOCOLS:
        raise ParameterError(f"protocol must be 'c' or 'gensim'; got {protocol!r}")
    rules = PROTOCOLS[protocol]
    limit = search_limit(len(vectors), rules.restrict_vocab if restrict_vocab is None else restrict_vocab)
    sections = read_analogies(questions) if isinstance(questions, (str, os.PathLike)) else questions
    results = []
    for name, known, right in judge_analogies(vectors, sections, rules, limit):
        asked, correct = int(np.count_nonzero(known)), int(np.count_nonzero(right))
        results.append(AnalogySection(name, correct, asked, len(known) - asked))
    return AnalogyReport(tuple(results), protocol, limit, rules.case_rule)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")


def _sum(name: str, sections: Sequence[AnalogySection]) -> AnalogySection:
    return AnalogySection(
        name,
        sum(section.correct for section in sections),
        sum(section.used for section in sections),
        sum(section.missing for section in sections),
    )
