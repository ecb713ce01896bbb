"""Word pairs: how well cosine similarities agree with similarity scores given by people."""

from __future__ import annotations

import math
import os
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from fastw2v.cards import Number, bar, card, facts, table
from fastw2v.errors import ParameterError, warn_user
from fastw2v.evaluate.arguments import read_pairs, read_vectors
from fastw2v.evaluate.columns import Columns
from fastw2v.evaluate.lines import BadLines, check_bad_lines
from fastw2v.evaluate.matching import Matching, share
from fastw2v.parameters import search_limit, shown
from fastw2v.progress.figures import counted
from fastw2v.vectors.queries import warn_of_order
from fastw2v.vectors.word_vectors import HasVectors, WordVectors


@dataclass(frozen=True)
class WordPairReport:
    """Result of `evaluate_word_pairs`.

    Attributes
    ----------
    spearman, pearson : float
        Correlations with the human scores, from -1 to 1; NaN if fewer than two pairs were used or all scores on one
        side are equal.
    used, missing : int
        Pairs compared, and pairs skipped because a word is not among the rows searched.
    restrict_vocab : int
        Rows searched.
    case_rule, missing_rule : str
        How words were compared, and what became of pairs with unknown words.
    missing_words : tuple of str
        The words that are not among the rows searched, each once.
    spearman_pvalue, pearson_pvalue : float
        The probability of a correlation at least as strong, either way, if there were none (SciPy's).
    pairs : tuple of (word, word, score, similarity)
        All pairs as they were given; the similarity is None for those that count as missing.

    Notes
    -----
    The p-values and the pairs are neither shown nor compared.
    """

    spearman: float
    pearson: float
    used: int
    missing: int
    restrict_vocab: int
    case_rule: str
    missing_rule: str = "left out"
    missing_words: tuple[str, ...] = ()
    spearman_pvalue: float = field(default=math.nan, repr=False, compare=False)
    pearson_pvalue: float = field(default=math.nan, repr=False, compare=False)
    pairs: tuple[tuple[str, str, float, float | None], ...] = field(default=(), repr=False, compare=False)

    @property
    def coverage(self) -> float:
        """Share of the pairs that were used."""
        return share(self.used, self.used + self.missing)

    def _repr_html_(self) -> str:
        rule = f"{self.case_rule}, first {self.restrict_vocab:,} words"
        rows = [
            ("Spearman", bar(self.spearman), Number(f"{self.spearman:.4f}")),
            ("Pearson", bar(self.pearson), Number(f"{self.pearson:.4f}")),
        ]
        pairs = f"{self.used:,} used, {self.missing:,} with unknown words {self.missing_rule}"
        return card("Word pairs", table((), rows, named=True), facts([("pairs", pairs)]), subtitle=rule)

    def __str__(self) -> str:
        return (
            f"Spearman {self.spearman:.4f}, Pearson {self.pearson:.4f}, {counted(self.used, 'pair')} used, "
            f"{self.missing} with unknown words {self.missing_rule} ({self.case_rule}, first "
            f"{self.restrict_vocab:,} words)"
        )


def evaluate_word_pairs(
    vectors: WordVectors | HasVectors,
    pairs: str | os.PathLike[str] | Iterable[tuple[str, str, float]],
    *,
    restrict_vocab: int | None = 300_000,
    case_insensitive: bool = True,
    columns: Columns | None = None,
    unknown: Literal["leave out", "zero"] = "leave out",
    errors: BadLines = "strict",
) -> WordPairReport:
    """Correlate cosine similarities with human similarity scores.

    Parameters
    ----------
    vectors : WordVectors, fitted model, or gensim's KeyedVectors
    pairs : path, data frame, or iterable of (word, word, score)
        A file has a pair and a score on each line, separated by tabs, semicolons, commas, bars or white space; comments
        (``#``, ``//``) and a line of column names are skipped. See :func:`fastw2v.datasets.fetch_word_pairs`.
    restrict_vocab : int or None, default 300,000
        Use the first rows only, as gensim does; None: all.
    case_insensitive : bool, default True
        A word that is not among the rows searched as it is written is compared in upper case; of several forms the
        first row is used.
    columns : sequence of three str or int, optional
        Names or positions (from 0) of the columns of the two words and the score, in a file or a data frame. By default
        the first two that are neither numbers nor tags, and the first after them that holds numbers, as in SimLex-999.
    unknown : {"leave out", "zero"}
        What becomes of a pair with a word that is not among the rows searched: it is left out, or its similarity is 0,
        so that scores of models with different vocabularies compare. Either way it counts as missing.
    errors : {"strict", "ignore"}
        "ignore" leaves out lines of a file that are not a pair and a score, and says how many.

    Returns
    -------
    WordPairReport

    Raises
    ------
    FormatError
        For a line that is not a pair and a score; the message names the line.
    ParameterError
        For pairs that are not two words and a finite number, columns that do not exist, another word in `unknown`
        or `errors`, or swapped arguments.

    Warns
    -----
    RuntimeWarning
        There is no correlation: fewer than two pairs could be compared, or all scores are equal. Or, by their counts,
        more frequent words follow the rows that are searched: ``vectors.commonest(n)`` sorts them.

    Notes
    -----
    The figures are those of gensim's ``evaluate_word_pairs`` where the vocabulary has each word in one case; where it
    has several, gensim takes the first, "May" for "may". Similarities that differ by rounding alone tie here. The
    correlations are SciPy's.

    Examples
    --------
    >>> import numpy as np
    >>> wv = WordVectors(np.array([[1, 0], [2, 1], [0, 1]]), ["cat", "dog", "car"])
    >>> report = evaluate_word_pairs(wv, [("cat", "dog", 9.0), ("cat", "car", 1.0), ("dog", "car", 2.0)])
    >>> report.used, report.missing, round(report.spearman, 3)
    (3, 0, 1.0)
    """
    return correlate(vectors, pairs, restrict_vocab, case_insensitive, columns, unknown, errors)


def correlate(
    vectors: WordVectors | HasVectors,
    pairs: str | os.PathLike[str] | Iterable[tuple[str, str, float]],
    restrict_vocab: int | None,
    case_insensitive: bool,
    columns: Columns | None,
    unknown: Literal["leave out", "zero"],
    errors: BadLines,
    *,
    as_written: bool = True,
) -> WordPairReport:
    """Do what `evaluate_word_pairs` does; with ``as_written=False`` as gensim: words are compared in upper case."""
    if unknown not in ("leave out", "zero"):
        raise ParameterError(f"unknown must be 'leave out' or 'zero'; got {unknown!r}")
    check_bad_lines(errors)
    vectors = read_vectors(vectors, pairs)
    given = read_pairs(pairs, columns, errors)
    limit = search_limit(len(vectors), restrict_vocab)
    if as_written:
        warn_of_order(vectors, limit)
    row_of = Matching(vectors, limit, str.upper if case_insensitive else None, as_written).row
    found, scores = [], []
    unknown_words: dict[str, None] = {}
    for number, (first, second, score) in enumerate(given):
        one, other = row_of(first), row_of(second)
        if one is not None and other is not None:
            found.append((one, other, number))
            continue
        unknown_words |= dict.fromkeys(word for word, row in ((first, one), (second, other)) if row is None)
        if unknown == "zero":
            scores.append(score)
    found = _with_direction(vectors, found)
    rows = np.array([row[:2] for row in found], np.int64).reshape(-1, 2)
    # In float64 and rounded, so that similarities which are equal but for rounding tie in the ranking.
    firsts, seconds = (_scaled(vectors.vectors[rows[:, side]]) for side in (0, 1))
    lengths = np.linalg.norm(firsts, axis=1) * np.linalg.norm(seconds, axis=1)
    ours = (np.einsum("ij,ij->i", firsts, seconds) / lengths).round(10)
    theirs = np.array([given[number][2] for _, _, number in found] + scores, np.float64)
    similar: dict[int, float] = dict(zip((number for _, _, number in found), ours.tolist(), strict=True))
    ours = np.concatenate([ours, np.zeros(len(scores), ours.dtype)])
    spearman, pearson, of_spearman, of_pearson = _correlations(theirs, ours)
    if np.isnan(spearman):
        warn_user(_describe_none(theirs, ours, given, limit, len(vectors)))
    rule = "case ignored" if case_insensitive else "case kept"
    missing_rule = "left out" if unknown == "leave out" else "counted as 0"
    missing = len(given) - len(found)
    absent = tuple(unknown_words)
    _doubt_forms(absent, lambda word: row_of(word) is not None)
    each = tuple((*pair, similar.get(number)) for number, pair in enumerate(given))
    return WordPairReport(
        spearman, pearson, len(found), missing, limit, rule, missing_rule, absent, of_spearman, of_pearson, each
    )


def _scaled(rows: NDArray[Any]) -> NDArray[np.float64]:
    """Return vectors in float64, scaled so that the greatest number is 1: squares of 1e200 would overflow."""
    wide = rows.astype(np.float64)
    return wide / np.abs(wide).max(axis=1, initial=0, keepdims=True)


def _doubt_forms(absent: Sequence[str], known: Callable[[str], bool]) -> None:
    """Warn if unknown words would be known composed (NFC) or decomposed (NFD), which look the same."""
    names: dict[Literal["NFC", "NFD"], str] = {"NFC": "composed (NFC)", "NFD": "decomposed (NFD)"}
    for form, name in names.items():
        if twins := [word for word in absent if known(unicodedata.normalize(form, word))]:
            warn_user(
                f"{counted(len(twins), 'word')} of the pairs, such as {shown(twins[0])}, would be known {name}, which "
                "looks the same: bring both to one form with unicodedata.normalize"
            )


def _with_direction(vectors: WordVectors, found: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Leave out pairs of vectors that have no direction, with a warning: their similarity means nothing."""
    lengths = np.abs(vectors.vectors[[row for pair in found for row in pair[:2]]]).max(axis=1, initial=0).reshape(-1, 2)
    fine = (np.isfinite(lengths) & (lengths > 0)).all(axis=1)
    if not fine.all():
        warn_user(
            f"left out {int((~fine).sum()):,} of {counted(len(found), 'pair')}: the vector of a word is zero or not "
            "finite; they count as missing"
        )
    return [pair for pair, good in zip(found, fine, strict=True) if good]


def _correlations(theirs: NDArray[Any], ours: NDArray[Any]) -> tuple[float, float, float, float]:
    """Return Spearman's and Pearson's correlation, and the p-value of each."""
    if len(theirs) < 2 or np.ptp(theirs) == 0 or np.ptp(ours) == 0:
        return math.nan, math.nan, math.nan, math.nan
    from scipy import stats

    spearman, pearson = stats.spearmanr(theirs, ours), stats.pearsonr(theirs, ours)
    return float(spearman.statistic), float(pearson.statistic), float(spearman.pvalue), float(pearson.pvalue)


def _describe_none(
    theirs: NDArray[Any], ours: NDArray[Any], pairs: list[tuple[str, str, float]], limit: int, words: int
) -> str:
    """Say why there is no correlation."""
    given = len(pairs)
    if given < 2:
        return f"no correlation: it takes two pairs at least, and there {'is 1' if given else 'are none'}"
    if len(theirs) < 2:
        return (
            f"no correlation: {'one' if len(theirs) else 'none'} of {counted(given, 'pair')} could be compared, since "
            f"a word of each{' other' if len(theirs) else ''} is not among the first {limit:,} words of these vectors; "
            f"{_likely_cause(pairs, limit < words)}"
        )
    if np.ptp(theirs) == 0:
        return f"no correlation: the {len(theirs):,} pairs that could be compared all have the score {theirs[0]:g}"
    return f"no correlation: the vectors give {counted(len(ours), 'pair')} the same similarity, {ours[0]:g}"


def _likely_cause(pairs: list[tuple[str, str, float]], restricted: bool) -> str:
    """Say what the words look like, if not like words."""
    words = [word for first, second, _ in pairs for word in (first, second)]
    if sum(first.strip("+-").isdecimal() for first, _, _ in pairs) > len(pairs) / 2:
        return f"the first column holds numbers ({words[0]!r}): the words may be in others, as in columns=(1, 2, 3)"
    if sum(word[-2:] in ("-n", "-v", "-j", "-a") for word in words) > len(words) / 2:
        return f"the words end in tags, as {words[0]!r}: take these away first"
    if all(len(word) > 2 and word[0] == word[-1] and word[0] in "'\"" for word in words):
        return f"the words stand in quotation marks, as {words[0]!r}: take these away first"
    raise_limit = ", and raise restrict_vocab" if restricted else ""
    return f"check the language and the case of the words{raise_limit}"
