"""The words that are shown as examples: frequent, but not too frequent, and their neighbours."""

import numpy as np
import pytest

from fastw2v import WordVectors
from fastw2v.vectors.telling_words import SEARCHED, example_neighbours


@pytest.fixture
def text():
    """Vectors of a text by Zipf's law: function words first, then content words, of which some are long."""
    rng = np.random.default_rng(1)
    words = [f"the{i}" for i in range(20)] + [
        f"word{'abcdefghij'[i % 10]}{'klmnopqrst'[i // 10 % 10]}{'x' * (i // 100)}" for i in range(980)
    ]
    counts = np.maximum(1, 1_000_000 // (np.arange(1_000) + 1))
    return WordVectors(rng.normal(size=(1_000, 8)).astype(np.float32), words, counts)


def test_the_neighbours_are_those_that_most_similar_finds(text):
    found = example_neighbours(text)
    assert len(found) == 4
    for word, near in found:
        expected = text.most_similar(word, topn=5)
        assert [other for other, _ in near] == [other for other, _ in expected]
        np.testing.assert_allclose([score for _, score in near], [score for _, score in expected], atol=1e-6)


def test_the_words_are_frequent_but_not_the_most_frequent_ones(text):
    rows = [text.row(word) for word, _ in example_neighbours(text)]
    shares = text.counts[rows] / text.counts.sum()
    assert shares.max() <= 5e-4
    assert max(rows) < 500
    assert rows == sorted(rows)


def test_of_equally_frequent_words_one_with_a_long_vector_is_chosen_but_not_the_longest(text):
    """Function words are short, and names that come in bursts the longest."""
    vectors = np.array(text.vectors)
    vectors[300:] /= np.linalg.norm(vectors[300:], axis=1)[:, None]
    vectors[300:320] *= 3  # of 200 candidates
    vectors[320:370] *= 2
    ((word, _),) = example_neighbours(WordVectors(vectors, text.vocabulary), n=1)
    assert 320 <= text.row(word) < 370


@pytest.mark.filterwarnings("error")
def test_vectors_without_direction_are_no_examples_and_no_neighbours(text):
    vectors = np.array(text.vectors)
    vectors[270:290] = 0
    vectors[310] = np.nan
    lost = {text.index_to_key[row] for row in [*range(270, 290), 310]}
    for word, near in example_neighbours(WordVectors(vectors, text.vocabulary), topn=900):
        assert word not in lost
        assert not lost & {other for other, _ in near}


def test_words_need_be_no_strings_and_no_counts_need_be_known():
    numbers = WordVectors(np.random.default_rng(1).normal(size=(60, 4)), list(range(60)))
    assert len(example_neighbours(numbers)) == 4


def test_of_a_large_vocabulary_only_the_most_frequent_words_are_searched():
    words = [f"word{i}" for i in range(SEARCHED + 100)]
    vectors = np.ones((len(words), 2), np.float32)
    near = example_neighbours(WordVectors(vectors, words), topn=len(words))
    assert {len(others) for _, others in near} == {SEARCHED - 1}
