"""Word mover's distance: by hand, and against gensim's."""

import sys

import numpy as np
import pytest

from fastw2v.errors import MissingDependencyError, ParameterError
from fastw2v.vectors import WordVectors


@pytest.fixture
def square():
    """Words at the corners of a square of side 3."""
    return WordVectors(np.array([[1, 1], [4, 1], [4, 4], [1, 4]]), ["a", "b", "c", "d"])


@pytest.mark.parametrize(
    ("words", "others", "distance"),
    [
        (["a"], ["b"], 3),
        (["a"], ["c"], 18**0.5),
        (["a", "b"], ["d", "c"], 3),
        (["a", "b"], ["b", "a"], 0),
        (["a", "a", "a", "b"], ["a", "b", "b", "b"], 1.5),
        (["a"], ["a", "b", "d"], 2),
    ],
)
def test_distances_by_hand(square, words, others, distance):
    pytest.importorskip("ot")
    assert square.word_movers_distance(words, others, normalize=False) == pytest.approx(distance)
    assert square.word_movers_distance(others, words, normalize=False) == pytest.approx(distance)


def test_distances_equal_gensims(wv, theirs, all_words):
    pytest.importorskip("ot")
    for first in range(0, 60, 11):
        documents = all_words[first : first + 7] * 2, all_words[first + 4 : first + 9]
        for normalize in (True, False):
            found = wv.word_movers_distance(*documents, normalize=normalize)
            assert found == pytest.approx(theirs.wmdistance(*documents, norm=normalize), abs=1e-5)


def test_different_words_with_one_vector_are_no_distance_apart():
    pytest.importorskip("ot")
    assert WordVectors(np.ones((2, 3)), ["a", "b"]).word_movers_distance(["a"], ["b"]) == 0


def test_words_without_direction_are_left_out():
    pytest.importorskip("ot")
    rows = [[1, 1], [4, 1], [4, 4], [0, 0], [np.nan, 0]]
    wv = WordVectors(np.array(rows), ["a", "b", "c", "zero", "nan"])
    for normalize, lost in ((True, ["zero", "nan"]), (False, ["nan"])):
        with pytest.warns(RuntimeWarning, match=f"word_movers_distance: left out {', '.join(map(repr, lost))}, whose"):
            found = wv.word_movers_distance(["a", "b", *lost, *lost], ["c"], normalize=normalize)
        assert found == wv.word_movers_distance(["a", "b"], ["c"], normalize=normalize)
        with pytest.warns(RuntimeWarning, match="left out"):
            assert np.isnan(wv.word_movers_distance(["a"], lost, normalize=normalize))
    assert wv.word_movers_distance(["a"], ["zero"], normalize=False) == pytest.approx(2**0.5)


def test_what_cannot_be_compared_is_told(square, monkeypatch):
    with pytest.raises(KeyError, match="'none' is not in the vocabulary"):
        square.word_movers_distance(["a"], ["none"])
    with pytest.raises(ParameterError, match="`others` is empty"):
        square.word_movers_distance(["a"], [])
    with pytest.raises(ParameterError, match="`words` must be a list of words"):
        square.word_movers_distance("a", ["b"])
    monkeypatch.setitem(sys.modules, "ot", None)
    with pytest.raises(MissingDependencyError, match=r"word mover's distance needs the package ot.*'fastw2v\[wmd\]'"):
        square.word_movers_distance(["a"], ["b"])
