"""Vocabulary: order, trimming, lookup."""

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastw2v.corpus.vocabulary import UnknownWordError, Vocabulary, frequent_words
from fastw2v.errors import CorpusError, ParameterError


def test_words_stand_by_count_and_then_as_first_seen():
    vocabulary = Vocabulary.from_counts(["c", "a", "b", "d"], [2, 5, 2, 9])
    assert vocabulary.words == ["d", "a", "c", "b"]
    assert vocabulary.counts.tolist() == [9, 5, 2, 2]
    assert vocabulary.counts.dtype == np.int64


def test_min_count_and_max_vocab_trim():
    words, counts = ["a", "b", "c", "d"], [3, 1, 3, 7]
    assert Vocabulary.from_counts(words, counts, min_count=2).words == ["d", "a", "c"]
    assert Vocabulary.from_counts(words, counts, max_vocab=2).words == ["d", "a"]


@given(st.lists(st.integers(0, 20), max_size=60), st.integers(1, 10), st.none() | st.integers(1, 70))
def test_frequent_words_equals_sorting_in_python(counts, min_count, max_vocab):
    expected = sorted((i for i, n in enumerate(counts) if n >= min_count), key=lambda i: (-counts[i], i))[:max_vocab]
    assert frequent_words(np.array(counts, np.int64), min_count, max_vocab).tolist() == expected


def test_no_word_left_names_the_commonest():
    with pytest.raises(CorpusError, match=r"min_count=4 times: the most frequent word, 'b', occurs 3 times"):
        Vocabulary.from_counts(["a", "b"], [1, 3], min_count=4)
    with pytest.raises(CorpusError, match="there is no word"):
        Vocabulary.from_counts([], [])


def test_lookup():
    vocabulary = Vocabulary(["the", ("a", 1), 7], [3, 2, 1])
    assert [vocabulary[word] for word in vocabulary] == [0, 1, 2]
    assert 7 in vocabulary
    assert "seven" not in vocabulary
    assert vocabulary.index == {"the": 0, ("a", 1): 1, 7: 2}


def test_unknown_word_is_a_key_error_with_close_matches():
    vocabulary = Vocabulary(["queen", "king", "kingdom"], [3, 2, 1])
    with pytest.raises(KeyError) as caught:
        vocabulary["kingg"]
    assert str(caught.value) == "'kingg' is not in the vocabulary of 3 words; close to it: 'king'"
    assert isinstance(caught.value, UnknownWordError)
    with pytest.raises(KeyError, match=r"42 is not in the vocabulary of 3 words$"):
        vocabulary[42]


def test_unknown_word_error_survives_pickling():
    error = pickle.loads(pickle.dumps(UnknownWordError("x", Vocabulary(["a", "b"]))))
    assert isinstance(error, KeyError)
    assert "not in the vocabulary of 2 words" in str(error)


def test_counts_may_be_unknown():
    assert Vocabulary(["a", "b"]).counts.tolist() == [0, 0]


@pytest.mark.parametrize("counts", [[1], [1, 2, 3], [1.5, 2.0], [-1, 2], [[1, 2]]])
def test_wrong_counts_are_refused(counts):
    with pytest.raises(ParameterError):
        Vocabulary(["a", "b"], counts)


def test_repeated_word_is_found_with_its_rows():
    with pytest.raises(CorpusError, match=r"'b' twice, at rows 1 and 3"):
        Vocabulary(["a", "b", "c", "b"])["a"]


def test_it_cannot_be_changed_by_its_counts_array():
    counts = np.array([2, 1])
    vocabulary = Vocabulary(["a", "b"], counts)
    counts[0] = 99
    assert vocabulary.counts.tolist() == [2, 1]
    with pytest.raises(ValueError, match="read-only"):
        vocabulary.counts[0] = 5


def test_pickle_keeps_everything_but_the_index():
    vocabulary = Vocabulary(["a", "b"], [2, 1])
    assert vocabulary["b"] == 1
    again = pickle.loads(pickle.dumps(vocabulary))
    assert again == vocabulary
    assert again["b"] == 1
    assert not again.counts.flags.writeable


def test_equality_and_repr():
    assert Vocabulary(["a"], [1]) != Vocabulary(["a"], [2])
    assert Vocabulary(["a"], [1]) != ["a"]
    assert repr(Vocabulary(["a", "b", "c", "d"], [1234, 3, 2, 1])) == (
        "<Vocabulary of 4 words: 'a': 1,234, 'b': 3, 'c': 2, ...>"
    )
