"""Analogies: which word is to c as b is to a? Questions by section, judged by either of two published protocols."""

from __future__ import annotations

import itertools
import math
import os
import re
import string
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from fastw2v.cards import Number, bar, card, table
from fastw2v.errors import ParameterError, warn_user
from fastw2v.evaluate.arguments import read_sections, read_vectors
from fastw2v.evaluate.files import Question, Words
from fastw2v.evaluate.lines import BadLines, check_bad_lines
from fastw2v.evaluate.matching import cased_index, share
from fastw2v.evaluate.offsets import best_products, best_sums
from fastw2v.parameters import check, search_limit
from fastw2v.progress.figures import counted
from fastw2v.progress.phase import SILENT, Silent, begin_phase
from fastw2v.vectors.queries import warn_of_order
from fastw2v.vectors.search import best_of_many, unit_rows, units_and_others
from fastw2v.vectors.word_vectors import HasVectors, WordVectors

ProtocolName = Literal["c", "gensim"]
Method = Literal["add", "mul"]

# The names that the questions-words file gives its two kinds of sections.
_SEMANTIC = ("capital-common-countries", "capital-world", "currency", "city-in-state", "family")
_SYNTACTIC = re.compile(r"gram\d")
# gensim takes the first of its five best words that is not a question word.
_GENSIM_CANDIDATES = 5
_NONE = -2  # no row; a search that finds none says -1
_ASCII_UPPER = str.maketrans(string.ascii_lowercase, string.ascii_uppercase)


@dataclass(frozen=True)
class Protocol:
    """The rules of an analogy evaluation."""

    restrict_vocab: int
    upper: Callable[[str], str]
    case_rule: str
    first_only: bool  # only the best word counts; else the first of the five best that is not a question word


PROTOCOLS: dict[ProtocolName, Protocol] = {
    "c": Protocol(30_000, lambda word: word.translate(_ASCII_UPPER), "ASCII upper case", True),
    "gensim": Protocol(300_000, str.upper, "Unicode upper case", False),
}


@dataclass(frozen=True)
class AnalogySection:
    """Results of one section.

    Attributes
    ----------
    name : str
    correct : int
        Questions answered correctly.
    used : int
        Questions asked.
    missing : int
        Questions skipped, because a word is not among the rows searched.
    right_questions, wrong_questions : tuple of (a, b, c, answer)
        The questions asked. They are neither shown nor compared.
    """

    name: str
    correct: int
    used: int
    missing: int
    right_questions: tuple[Question, ...] = field(default=(), repr=False, compare=False)
    wrong_questions: tuple[Question, ...] = field(default=(), repr=False, compare=False)

    @property
    def accuracy(self) -> float:
        """Share of the asked questions that were answered correctly; NaN if none was asked."""
        return share(self.correct, self.used)

    @property
    def coverage(self) -> float:
        """Share of the questions that could be asked."""
        return share(self.used, self.used + self.missing)


@dataclass(frozen=True)
class AnalogyReport:
    """Result of `evaluate_analogies`.

    Attributes
    ----------
    sections : tuple of AnalogySection
    protocol : {"c", "gensim"}
    restrict_vocab : int
        Rows searched; questions with a word outside these rows are skipped.
    case_rule, missing_rule : str
        How words were compared, and how questions with unknown words were treated.
    """

    sections: tuple[AnalogySection, ...]
    protocol: str
    restrict_vocab: int
    case_rule: str
    missing_rule: str = "questions with a word outside these rows are left out"

    @property
    def semantic(self) -> AnalogySection:
        """The sections with the names of questions-words' semantic ones together; in other files there are none."""
        return _sum("semantic", [section for section in self.sections if section.name in _SEMANTIC])

    @property
    def syntactic(self) -> AnalogySection:
        """The sections whose names begin with "gram" and a number together; in other files there are none."""
        return _sum("syntactic", [section for section in self.sections if _SYNTACTIC.match(section.name)])

    @property
    def total(self) -> AnalogySection:
        """All sections together."""
        return _sum("total", self.sections)

    @property
    def parts(self) -> tuple[AnalogySection, ...]:
        """What a table shows: the sections, the kinds of which there are questions, and the total."""
        kinds = [part for part in (self.semantic, self.syntactic) if part.used + part.missing]
        return (*self.sections, *kinds, self.total)

    def __repr__(self) -> str:
        total = self.total
        return (
            f"<AnalogyReport: {total.accuracy:.2%} of {counted(total.used, 'question')} right, "
            f"{total.missing:,} left out, {counted(len(self.sections), 'section')}, protocol {self.protocol!r}>"
        )

    def _repr_html_(self) -> str:
        rule = f"protocol {self.protocol!r}: {self.case_rule}, first {counted(self.restrict_vocab, 'word')} searched"
        rows = [(part.name, bar(part.accuracy), *map(Number, _figures(part))) for part in self.parts]
        header = ("section", "", "right", "of", "left out")
        return card("Analogies", table(header, rows), subtitle=rule)

    def __str__(self) -> str:
        lines = [
            f"Analogies, protocol {self.protocol!r}: {self.case_rule}, first {counted(self.restrict_vocab, 'word')} "
            "searched;"
        ]
        lines.append(f"{self.missing_rule}.")
        for part in self.parts:
            counts = f"{part.correct:6} of {part.used:6}, {part.missing:6} left out"
            accuracy = "-" if math.isnan(part.accuracy) else f"{part.accuracy:.2%}"
            lines.append(f"{part.name:30} {accuracy:>7}  {counts}")
        return "\n".join(lines)


def evaluate_analogies(
    vectors: WordVectors | HasVectors,
    questions: str | os.PathLike[str] | Mapping[str, Iterable[Question]] | Iterable[tuple[str, Iterable[Question]]],
    *,
    protocol: ProtocolName = "c",
    restrict_vocab: int | None = None,
    method: Method = "add",
    case_insensitive: bool = True,
    errors: BadLines = "strict",
    verbose: int = 0,
) -> AnalogyReport:
    """Answer "a is to b as c is to ?" and count the correct answers.

    Parameters
    ----------
    vectors : WordVectors, fitted model, or gensim's KeyedVectors
    questions : path, mapping of section name to questions, or iterable of (section name, questions)
        A file in the questions-words form: ": section", then four words per line; comments (``#``, ``//``) are skipped.
        See :func:`fastw2v.datasets.fetch_analogies`. Of b and the answer there may be several, in a tuple or list: the
        first known b is taken, and any of the answers is right. A section of pairs (a, b), or a file of them as those
        of BATS ("dog", "canine/mammal/animal"), asks each pair with each other one; a section may be a Path, as in
        ``{file.stem: file for file in folder.rglob("*.txt")}``.
    protocol : {"c", "gensim"}
        "c" follows word2vec's compute-accuracy: ASCII upper case, question words excluded by row, the answer is
        accepted in any case. "gensim" follows ``evaluate_word_analogies``: Unicode upper case, the answer is the first
        of the five best words that is not a question word in any case.
    restrict_vocab : int, optional
        Rows to search. By default 30,000 for "c" (as in word2vec's demonstration) and 300,000 for "gensim".
    method : {"add", "mul"}
        "add" takes the word nearest to b - a + c (3CosAdd), "mul" that with the greatest product of similarities,
        b * c / a (3CosMul, see `WordVectors.most_similar_cosmul`). Most published figures are those of "add".
    case_insensitive : bool, default True
        False compares words as they are written, by either protocol, for vectors that tell "US" from "us".
    errors : {"strict", "ignore"}
        "ignore" leaves out lines of a file that are not four words, and says how many.
    verbose : int, default 0
        1 shows progress, once a second has passed; more shows no more.

    Returns
    -------
    AnalogyReport
        Results by section and in total, which questions were answered right and wrong, and the rules followed; semantic
        and syntactic totals, where sections have the names of questions-words.

    Raises
    ------
    FormatError
        For a file in another form; the message names the line.
    ParameterError
        For an unknown protocol, method or `errors`, a question in another form, or swapped arguments.

    Warns
    -----
    RuntimeWarning
        No question could be asked, so there is no accuracy; or by their counts more frequent words follow the rows that
        are searched, as after ``partial_fit(new_words=True)``: ``vectors.commonest(n)`` sorts them.

    Notes
    -----
    Vectors are scaled to length 1. Published figures use either protocol; compare only figures of the same one.

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
    if method not in ("add", "mul"):
        raise ParameterError(f"method must be 'add' or 'mul'; got {method!r}")
    check_bad_lines(errors)
    check("verbose", verbose)
    rules = PROTOCOLS[protocol]
    if not case_insensitive:
        rules = replace(rules, upper=str, case_rule="case kept")
    vectors = read_vectors(vectors, questions)
    sections = read_sections(questions, errors)
    limit = search_limit(len(vectors), rules.restrict_vocab if restrict_vocab is None else restrict_vocab)
    warn_of_order(vectors, limit)
    results, total = [], sum(len(asked) for _, asked in sections)
    with begin_phase("evaluating", total=total, unit="questions", verbose=verbose) as phase:
        judged = judge_analogies(vectors, sections, rules, limit, method, phase)
        for (name, asked), (_, known, judgement) in zip(sections, judged, strict=True):
            right, wrong = (
                tuple(asked[number] for number in np.flatnonzero(chosen).tolist())
                for chosen in (judgement, known & ~judgement)
            )
            used = len(right) + len(wrong)
            results.append(AnalogySection(name, len(right), used, len(asked) - used, right, wrong))
    report = AnalogyReport(tuple(results), protocol, limit, rules.case_rule)
    if not report.total.used:
        warn_user(describe_nothing_asked(report.total.missing, limit, len(vectors)))
    return report


def describe_nothing_asked(questions: int, limit: int, words: int) -> str:
    """Say why there is no accuracy."""
    if not questions:
        return "no accuracy: there are no questions"
    raise_limit = ", and raise restrict_vocab" if limit < words else ""
    return (
        f"no accuracy: none of {counted(questions, 'question')} could be asked, since a word of each is not among the "
        f"first {limit:,} words of these vectors; check the language and the case of the words{raise_limit}"
    )


def judge_analogies(
    vectors: WordVectors,
    sections: Iterable[tuple[str, Sequence[Question]]],
    rules: Protocol,
    limit: int,
    method: Method,
    phase: Silent = SILENT,
) -> Iterator[tuple[str, NDArray[np.bool_], NDArray[np.bool_]]]:
    """Decide for each question whether all its words are known, and whether it is answered correctly.

    Parameters
    ----------
    vectors : WordVectors
    sections : iterable of (section name, questions)
    rules : Protocol
    limit : int
        Rows to search.
    method : {"add", "mul"}
    phase : Phase
        Is told of the questions that are answered.

    Yields
    ------
    name : str
    known, right : arrays of bool, shape (questions,)
    """
    search = _Search(vectors, limit, rules, method)
    for name, asked in sections:
        rows, answers = search.rows(asked)
        known: NDArray[np.bool_] = np.all(rows >= 0, axis=1) & np.any(answers >= 0, axis=1)
        right = np.zeros(len(rows), bool)
        phase.advance(int(np.count_nonzero(~known)))
        right[known] = search.right(rows[known], answers[known], phase)
        yield name, known, right


class _Search:
    """The first rows as unit vectors, and for each row that of the first form of its word in any case."""

    def __init__(self, vectors: WordVectors, limit: int, rules: Protocol, method: Method) -> None:
        self.units, self.undirected = units_and_others(vectors.vectors[:limit])
        self.upper = rules.upper
        self.index = cased_index(vectors, limit, rules.upper)
        self.first_form = np.array(
            [
                self.index[rules.upper(word)] if isinstance(word, str) else row
                for row, word in enumerate(vectors.index_to_key[:limit])
            ]
        )
        self.first_only = rules.first_only
        self.method = method
        if len(self.undirected):
            rows = set(self.undirected.tolist())
            self.index = {word: row for word, row in self.index.items() if row not in rows}
            warn_user(
                f"{len(rows):,} of {limit:,} vectors are zero, or hold NaN or infinity, and so have no direction: "
                "questions with their words count as missing"
            )

    def rows(self, asked: Sequence[Question]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Look up the words of the questions.

        Returns
        -------
        rows : array of int64, shape (questions, 3)
            Of a, the first known b, and c; below 0 for an unknown word.
        answers : array of int64, shape (questions, the most answers of one)
            The known ones first; the rest is below 0, and none of the rows that a search finds.
        """
        words = list(itertools.chain.from_iterable(asked))
        found: dict[Words, list[int]] = {}
        for several in set(words):
            places = [self.index.get(self.upper(word)) for word in ([several] if isinstance(several, str) else several)]
            found[several] = [row for row in places if row is not None]
        first = {several: rows[0] if rows else _NONE for several, rows in found.items()}
        rows = np.fromiter((first[several] for several in words), np.int64, len(words)).reshape(-1, 4)
        width = max((len(found[several]) for several in words[3::4]), default=1)
        if width <= 1:
            return rows[:, :3], rows[:, 3:]
        answers = [[*found[several], *[_NONE] * (width - len(found[several]))] for several in words[3::4]]
        return rows[:, :3], np.array(answers, np.int64)

    def right(self, asked: NDArray[np.int64], answers: NDArray[np.int64], phase: Silent) -> NDArray[np.bool_]:
        """Return which questions, given as rows of a, b and c, and those of the answers, are answered correctly."""
        given, counts = self._given(asked, phase)
        hit: NDArray[np.bool_] = (given[:, None] == answers).any(axis=1) & counts
        return hit

    def _given(self, asked: NDArray[np.int64], phase: Silent) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Return the first form of the answer to each question, and whether it may count."""
        every = np.ones(len(asked), bool)
        if self.method == "mul":
            count = 1 if self.first_only else _GENSIM_CANDIDATES
            found = best_products(self.units, asked, count, self.undirected, phase)
            return self._first_free_of(found, asked), every
        best, scores = best_sums(self.units, asked, phase)
        given = np.where(best < 0, -1, self.first_form[best])
        if self.first_only:
            # compute-accuracy starts from a best score of 0, so a word with a negative score is never the answer.
            return given, scores > 0
        hidden = np.flatnonzero((given[:, None] == asked).any(axis=1) | np.isin(best, self.undirected))
        given[hidden] = self._first_free(asked[hidden])
        return given, every

    def _first_free(self, asked: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the first form of the best candidate that is not a question word in any form, else of the last one."""
        a, b, c = asked.T
        queries = unit_rows(self.units[b] - self.units[a] + self.units[c])
        found = best_of_many(queries, self.units, _GENSIM_CANDIDATES, asked.tolist(), self.undirected.tolist())
        return self._first_free_of(found, asked)

    def _first_free_of(
        self, found: Iterable[tuple[NDArray[np.int64], NDArray[np.float32]]], asked: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        """Return the first form of the first candidate that is not a question word in any form, else of the last."""
        forms = (self.first_form[best].tolist() or [-1] for best, _ in found)
        free = (
            next((form for form in best if form not in own), best[-1])
            for best, own in zip(forms, asked.tolist(), strict=True)
        )
        return np.fromiter(free, np.int64, len(asked))


def _figures(part: AnalogySection) -> tuple[str, str, str]:
    return ("-" if math.isnan(part.accuracy) else f"{part.accuracy:.1%}"), f"{part.used:,}", f"{part.missing:,}"


def _sum(name: str, sections: Sequence[AnalogySection]) -> AnalogySection:
    return AnalogySection(
        name,
        sum(section.correct for section in sections),
        sum(section.used for section in sections),
        sum(section.missing for section in sections),
        tuple(itertools.chain.from_iterable(section.right_questions for section in sections)),
        tuple(itertools.chain.from_iterable(section.wrong_questions for section in sections)),
    )
