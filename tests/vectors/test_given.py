"""What word vectors are made from, and what is refused before a word gets the vector of another."""

import numpy as np
import pytest

from fastw2v import Word2Vec
from fastw2v.compat.gensim import KeyedVectors
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


def test_masked_numbers_are_refused_at_their_place():
    masked = np.ma.masked_array([[9e9, 1.0], [2, 3]], [[0, 0], [1, 0]])
    vectors = WordVectors(np.eye(2), ["a", "b"])
    keyed = KeyedVectors(2)
    model = Word2Vec([["a", "b"]] * 20, vector_size=2, min_count=1)
    for name, call in (
        (r"vectors\[1\]\[0\]", lambda: WordVectors(masked, ["a", "b"])),
        (r"vectors\[1\]\[0\]", lambda: WordVectors(list(masked), ["a", "b"])),
        (r"initial_vectors\[1\]\[0\]", lambda: model.set_params(initial_vectors=masked).fit()),
        (r"initial_vectors\['b'\]\[0\]", lambda: model.set_params(initial_vectors={"b": masked[1]}).fit()),
        (r"weights\[1\]\[0\]", lambda: keyed.add_vectors(["a", "b"], masked)),
        (r"vectors\[1\]\[0\]", lambda: KeyedVectors.from_vectors(masked, ["a", "b"])),
        (r"positive\[0\]", lambda: vectors.most_similar(masked[1])),
    ):
        with pytest.raises(ParameterError, match=rf"^{name} is masked, a missing value: .*array\.filled\(0\)"):
            call()
    assert WordVectors(masked[:1] / 2**33, ["a"])["a"][1] == 2**-33
