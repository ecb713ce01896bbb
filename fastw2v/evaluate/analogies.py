"""Which word is to c as b is to a? Many such questions answered at once, by the rules of either protocol.

A section of a benchmark asks about few words in many combinations: 19,544 questions hold 905 words. So each word is
compared with all rows once; a question then costs one addition a row, since q.w = b.w - a.w + c.w for q = b - a + c.
"""

from __future__ import annotations

import itertools
import string
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from fastw2v.errors import ParameterError
from fastw2v.evaluate.files import Question
from fastw2v.vectors.search import best_of_many, unit_rows
from fastw2v.vectors.word_vectors import WordVectors

ProtocolName = Literal["c", "gensim"]

# gensim looks at the five best words and takes the first that is no question word.
_GENSIM_CANDIDATES = 5
# Questions, and rows searched for them, at once: at most three words a question, 100 MB of scores.
_BLOCK_QUESTIONS = 1_024
_BLOCK_SEARCHED = 8_192
_ASCII_UPPER = str.maketrans(string.ascii_lowercase, string.ascii_uppercase)


@dataclass(frozen=True)
class Protocol:
    """The rules of an analogy evaluation."""

    restrict_vocab: int
    upper: Callable[[str], str]
    case_rule: str
    first_only: bool  # the best word alone counts; else the first that is no question word, of five


PROTOCOLS: dict[ProtocolName, Protocol] = {
    "c": Protocol(30_000, lambda word: word.translate(_ASCII_UPPER), "ASCII upper case", True),
    "gensim": Protocol(300_000, str.upper, "Unicode upper case", False),
}


def judge_analogies(
    vectors: WordVectors, sections: Iterable[tuple[str, Sequence[Question]]], rules: Protocol, limit: int
) -> Iterator[tuple[str, NDArray[np.bool_], NDArray[np.bool_]]]:
    """Say of each question whether its words are known, and whether it is answered right.

    Parameters
    ----------
    vectors : WordVectors
    sections : iterable of (section name, questions)
    rules : Protocol
    limit : int
        Rows to search.

    Yields
    ------
    name : str
    known, right : arrays of bool, shape (questions,)
    """
    search = _Search(vectors, limit, rules)
    for name, asked in sections:
        rows = search.rows(asked)
        known: NDArray[np.bool_] = np.all(rows >= 0, axis=1)
        right = np.zeros(len(rows), bool)
        right[known] = search.right(rows[known])
        yield name, known, right


class _Search:
    """The first rows as unit vectors, and their words numbered so that all forms of a word have one number."""

    def __init__(self, vectors: WordVectors, limit: int, rules: Protocol) -> None:
        self.units = unit_rows(vectors.vectors[:limit])
        self.upper = rules.upper
        self.index = cased_index(vectors, limit, rules.upper)
        # Row -> row of the first form of the same word.
        self.first_form = np.array(
            [
                self.index[rules.upper(word)] if isinstance(word, str) else row
                for row, word in enumerate(vectors.index_to_key[:limit])
            ]
        )
        self.first_only = rules.first_only

    def rows(self, asked: Sequence[Question]) -> NDArray[np.int64]:
        """Look up the words of the questions: shape (questions, 4), -1 for an unknown word."""
        for question in asked:
            if isinstance(question, str) or len(question) != 4 or not all(isinstance(word, str) for word in question):
                raise ParameterError(
                    f"a question of an analogy is four words (a, b, c and the answer); got {question!r:.100}"
                )
        words = list(itertools.chain.from_iterable(asked))
        row = {word: self.index.get(self.upper(word), -1) for word in set(words)}
        return np.fromiter((row[word] for word in words), np.int64, len(words)).reshape(-1, 4)

    def right(self, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Say which questions, given as rows of a, b, c and the answer, are answered right."""
        asked, answer = rows[:, :3], rows[:, 3]
        best, scores = _best_sums(self.units, asked)
        given = np.where(best < 0, -1, self.first_form[best])
        if self.first_only:
            # compute-accuracy starts from a best score of 0, so a word that points away is no answer.
            return (given == answer) & (scores > 0)
        hidden = np.flatnonzero((given[:, None] == asked).any(axis=1))
        given[hidden] = self._first_free(asked[hidden])
        return given == answer

    def _first_free(self, asked: NDArray[np.int64]) -> NDArray[np.int64]:
        """The first form of the best word that is no question word in any form, else of the last one looked at."""
        a, b, c = asked.T
        queries = unit_rows(self.units[b] - self.units[a] + self.units[c])
        words = asked.tolist()
        found = best_of_many(queries, self.units, _GENSIM_CANDIDATES, words)
        forms = [self.first_form[best].tolist() for best, _ in found]
        free = (
            next((form for form in best if form not in own), best[-1]) for best, own in zip(forms, words, strict=True)
        )
        return np.fromiter(free, np.int64, len(words))


def _best_sums(units: NDArray[np.float32], asked: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Find the row nearest to b - a + c for rows a, b, c of each question, these three left out; the lowest of equals.

    Parameters
    ----------
    units : array of float32, shape (V, D)
    asked : array of int64, shape (questions, 3)

    Returns
    -------
    rows : array of int64, shape (questions,)
        -1 where there is no other row.
    scores : array of float32, shape (questions,)
        Products with b - a + c, whose length is left as it is.
    """
    rows = np.full(len(asked), -1, np.int64)
    scores = np.full(len(asked), -np.inf, np.float32)
    # Questions that share a and b follow each other, and share the difference of the two words' scores.
    order = np.lexsort((asked[:, 1], asked[:, 0]))
    for first in range(0, len(order), _BLOCK_QUESTIONS):
        here = order[first : first + _BLOCK_QUESTIONS]
        words, places = np.unique(asked[here], return_inverse=True)
        places = places.reshape(-1, 3)
        starts = np.flatnonzero((places[1:, :2] != places[:-1, :2]).any(axis=1)) + 1
        groups = [slice(begin, end) for begin, end in itertools.pairwise([0, *starts.tolist(), len(here)])]
        buffer = np.empty(max(group.stop - group.start for group in groups) * _BLOCK_SEARCHED, np.float32)
        for begin in range(0, len(units), _BLOCK_SEARCHED):
            searched = units[begin : begin + _BLOCK_SEARCHED]
            alike = units[words] @ searched.T
            own = np.flatnonzero((words >= begin) & (words < begin + len(searched)))
            alike[own, words[own] - begin] = -np.inf  # no word is the answer to its own question
            for group in groups:
                (a, b, _), third = places[group.start], places[group, 2]
                sums = buffer[: len(third) * len(searched)].reshape(len(third), -1)
                with np.errstate(invalid="ignore"):  # where a is b, for that word, which is set below
                    difference = alike[b] - alike[a]
                difference[[word - begin for word in words[[a, b]] if begin <= word < begin + len(searched)]] = -np.inf
                np.take(alike, third, axis=0, out=sums, mode="clip")  # other modes copy once more
                sums += difference
                highest = sums.max(axis=1)
                better = np.flatnonzero(highest > scores[here[group]])
                rows[here[group][better]] = sums[better].argmax(axis=1) + begin
                scores[here[group][better]] = highest[better]
    return rows, scores


def cased_index(vectors: WordVectors, limit: int, upper: Callable[[str], str]) -> dict[str, int]:
    """Map each upper-cased word to its first row."""
    words = vectors.index_to_key[:limit]
    return {upper(word): row for row, word in reversed(list(enumerate(words))) if isinstance(word, str)}
