"""What word vectors are made from, and what is refused before a word gets the vector of another."""

import numpy as np
import pytest

from fastw2v.errors import ParameterError
from fastw2v.vectors import WordVectors


@pytest.mark.parametrize(
    ("vectors", "words", "message"),
    [
        (np.eye(3), "abc", "got the str 'abc', each of whose characters would be a word"),
        (np.eye(3), b"abc", "got the bytes"),
        (np.eye(3), {"a", "b", "c"}, "a set has no order, so that no word would have its vector for sure: give a list"),
        (np.eye(3), None, "words: expected a list of words, one for each vector; got NoneType None"),
        (np.eye(3), ["a", float("nan"), "c"], r"words\[1\] is NaN, .* pandas reads words such as 'null' and 'NA' so"),
        (np.eye(3), ["a", None, "c"], r"words\[1\] is None, a missing value: give each vector its word"),
        ([[1, 2], [3, 4], [5]], ["a", "b", "c"], r"vectors\[2\] has 1 number, and the first has 2"),
    ],
)
def test_what_would_mix_words_and_vectors_is_refused(vectors, words, message):
    with pytest.raises(ParameterError, match=message):
        WordVectors(vectors, words)


def test_words_of_an_array_are_plain():
    assert [type(word) for word in WordVectors(np.eye(2), np.array(["a", "b"]))] == [str, str]
    assert [type(word) for word in WordVectors(np.eye(2), np.array([5, 7]))] == [int, int]
    assert list(WordVectors(np.eye(2), {"a": 1, "b": 2}.keys())) == ["a", "b"]


def test_numbers_beyond_float32_are_told():
    with pytest.warns(RuntimeWarning, match="numbers beyond 3.4e38, the largest of float32, became infinite") as caught:
        assert WordVectors(np.array([[1e300, 1.0]]), ["a"])["a"].tolist() == [np.inf, 1]
    assert [warning.filename for warning in caught] == [__file__]
