"""Two hundred words and their vectors, gensim's object made of them, and the comparison of answers."""

import numpy as np
import pytest

from fastw2v.vectors import WordVectors


@pytest.fixture(scope="session")
def all_words():
    return [f"word{i}" for i in range(200)]


@pytest.fixture(scope="session")
def all_vectors():
    return np.random.default_rng(3).normal(size=(200, 8)).astype(np.float32)


@pytest.fixture
def wv(all_words, all_vectors):
    """The words with their vectors and falling counts; fresh in each test, since unit vectors are kept."""
    return WordVectors(all_vectors, all_words, np.arange(200, 0, -1))


@pytest.fixture
def theirs(wv):
    pytest.importorskip("gensim")
    return wv.to_gensim()


@pytest.fixture(scope="session")
def words_of():
    """``words_of(answer)``: its words without their scores."""
    return lambda answer: [word for word, _ in answer]


@pytest.fixture(scope="session")
def check_same(words_of):
    """``check_same(found, expected)`` compares two answers: the same words in the same order, equal scores."""

    def check(found, expected, *, rtol=1e-7, atol=1e-6):
        assert words_of(found) == words_of(expected)
        np.testing.assert_allclose(
            [score for _, score in found], [score for _, score in expected], rtol=rtol, atol=atol
        )

    return check
