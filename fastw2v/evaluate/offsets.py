"""The nearest row to b - a + c, or to b * c / a, for many questions at once: the arithmetic of analogies.

A section of a benchmark asks about few words in many combinations: 19,544 questions hold 905 words. So each word is
compared with all rows once; a question then costs one addition per row, since q.w = b.w - a.w + c.w for q = b - a + c.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from fastw2v.progress.phase import SILENT, Silent
from fastw2v.vectors.neighbours import COSMUL_EPSILON
from fastw2v.vectors.search import BestSoFar

# Questions, and rows searched for them, per block: with at most three words per question, 100 MB of scores.
_BLOCK_QUESTIONS = 1_024
_BLOCK_SEARCHED = 8_192
# Scores per piece, of which only the highest is examined at first, see `BestSoFar.add`.
_PIECE = 128


def best_sums(
    units: NDArray[np.float32], asked: NDArray[np.int64], phase: Silent = SILENT
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Find for each question (rows a, b, c) the row nearest to b - a + c among all others, the lowest of equal ones.

    Parameters
    ----------
    units : array of float32, shape (V, D)
    asked : array of int64, shape (questions, 3)
    phase : Phase
        Is told of the questions that are answered.

    Returns
    -------
    rows : array of int64, shape (questions,)
        -1 if there is no other row.
    scores : array of float32, shape (questions,)
        Products with b - a + c, which is not scaled to length 1.
    """
    rows = np.full(len(asked), -1, np.int64)
    scores = np.full(len(asked), -np.inf, np.float32)
    # Sorted, so that questions with the same a and b are neighbours and share the difference of the words' scores.
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
            phase.advance(len(here) * len(searched) / len(units))
    return rows, scores


def best_products(
    units: NDArray[np.float32],
    asked: NDArray[np.int64],
    count: int,
    barred: NDArray[np.int64],
    phase: Silent = SILENT,
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
    """Find for each question (rows a, b, c) the rows with the greatest products of similarities, b * c / a (3CosMul).

    Parameters
    ----------
    units : array of float32, shape (V, D)
    asked : array of int64, shape (questions, 3)
    count : int
        Rows to find for each question.
    barred : array of int64
        The rows to skip for all questions.
    phase : Phase
        Is told of the questions that are answered.

    Yields
    ------
    rows : array of int64, shape (at most count,)
        Best first, equal scores by row, without the question's own rows.
    scores : array of float32, of the same shape

    Notes
    -----
    Levy and Goldberg 2014, equation 4: similarities are mapped to [0, 1] before they are multiplied.
    """
    longest = -(-min(_BLOCK_SEARCHED, len(units)) // _PIECE) * _PIECE
    buffer = np.empty(min(_BLOCK_QUESTIONS, len(asked)) * longest, np.float32)
    for first in range(0, len(asked), _BLOCK_QUESTIONS):
        here = asked[first : first + _BLOCK_QUESTIONS]
        words, places = np.unique(here, return_inverse=True)
        a, b, c = places.reshape(-1, 3).T
        best = BestSoFar(len(here), count)
        for begin in range(0, len(units), _BLOCK_SEARCHED):
            searched = units[begin : begin + _BLOCK_SEARCHED]
            near = (1 + units[words] @ searched.T) / 2
            # One buffer for all blocks, as fresh memory costs more than the arithmetic; the last piece is filled up.
            pieces = -(-len(searched) // _PIECE)
            whole = buffer[: len(here) * pieces * _PIECE].reshape(len(here), -1)
            whole[:, len(searched) :] = -np.inf
            scores = whole[:, : len(searched)]
            divisors = near + COSMUL_EPSILON
            for line, by, first_near, second_near in zip(scores, a, b, c, strict=True):
                np.multiply(near[first_near], near[second_near], out=line)
                line /= divisors[by]
            question, place = np.nonzero((here >= begin) & (here < begin + len(searched)))
            scores[question, here[question, place] - begin] = -np.inf
            scores[:, barred[(barred >= begin) & (barred < begin + len(searched))] - begin] = -np.inf
            best.add(whole.reshape(len(here), pieces, _PIECE), begin)
            phase.advance(len(here) * len(searched) / len(units))
        yield from best.finish()
