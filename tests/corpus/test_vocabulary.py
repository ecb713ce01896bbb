"""Vocabulary: order, trimming, lookup."""

import copy
import difflib
import pickle
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastw2v.corpus.vocabulary import Vocabulary, frequent_words
from fastw2v.errors import CorpusError, ParameterError, UnknownWordError


def test_words_stand_by_count_and_then_as_first_seen():
    vocabulary = Vocabulary.from_counts(["c", "a", "b", "d"], [2, 5, 2, 9])
    assert vocabulary.words == ["d", "a", "c", "b"]
    assert vocabulary.counts.tolist() == [9, 5, 2, 2]
    assert vocabulary.counts.dtype == np.int64


def test_min_count_and_max_vocab_trim():
    words, counts = ["a", "b", "c", "d"], [3, 1, 3, 7]
    assert Vocabulary.from_counts(words, counts, min_count=2).words == ["d", "a", "c"]
    assert Vocabulary.from_counts(words, counts, max_vocab=2).words == ["d", "a"]


@pytest.mark.parametrize(
    ("name", "value"), [("min_count", -3), ("min_count", "2"), ("max_vocab", 0), ("max_vocab", -1)]
)
def test_numbers_that_would_trim_otherwise_are_refused(name, value):
    with pytest.raises(ParameterError, match=f"{name}={value!r}: it must be a whole number from"):
        Vocabulary.from_counts(["a", "b", "c"], [3, 2, 1], **{name: value})


@given(st.lists(st.integers(0, 20), max_size=60), st.integers(1, 10), st.none() | st.integers(1, 70))
def test_frequent_words_equals_sorting_in_python(counts, min_count, max_vocab):
    expected = sorted((i for i, n in enumerate(counts) if n >= min_count), key=lambda i: (-counts[i], i))[:max_vocab]
    assert frequent_words(np.array(counts, np.int64), min_count, max_vocab).tolist() == expected


def test_no_word_left_names_the_commonest():
    with pytest.raises(CorpusError, match=r"min_count=4 times: the most frequent word, 'b', occurs 3 times"):
        Vocabulary.from_counts(["a", "b"], [1, 3], min_count=4)
    with pytest.raises(CorpusError, match="there are no words"):
        Vocabulary.from_counts([], [])


def test_lookup():
    vocabulary = Vocabulary(["the", ("a", 1), 7], [3, 2, 1])
    assert [vocabulary[word] for word in vocabulary] == [0, 1, 2]
    assert 7 in vocabulary
    assert "seven" not in vocabulary
    assert vocabulary.index == {"the": 0, ("a", 1): 1, 7: 2}


def unknown(word, words):
    with pytest.raises(KeyError) as caught:
        Vocabulary(words)[word]
    assert isinstance(caught.value, UnknownWordError)
    return caught.value


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("abc", "words='abc': it must be a sequence of words"),
        ({"a", "b"}, r"of a set sorted\(words\)"),
        ({"a": 3}, r"of a mapping of words to counts Vocabulary\(list\(counts\), list\(counts.values\(\)\)\)"),
    ],
)
def test_what_are_no_words(given, message):
    with pytest.raises(ParameterError, match=message):
        Vocabulary(given)


def test_words_of_an_array_are_strings():
    assert list(map(type, Vocabulary(np.array(["a", "b"])))) == [str, str]


def test_unknown_word_is_a_key_error_with_close_matches():
    error = unknown("kinh", ["queen", "king", "kind"])
    assert str(error) == "the word 'kinh' is not in the vocabulary of 3 words; close matches: 'king', 'kind'"
    assert (error.word, error.args) == ("kinh", ("kinh",))
    assert str(unknown("42", ["queen"])) == "the word '42' is not in the vocabulary of 1 word"


@pytest.mark.parametrize(
    ("word", "words", "said"),
    [
        (1, ["1", "2"], "its words are of type str: look up '1'"),
        ("1", [1, 2], "its words are of type int: look up 1"),
        (b"a", ["a"], "look up 'a'"),
        (7, ["a"], r"its words are strings, such as 'a': of a row number the word is index_to_key[7]"),
        ("red", [("red", "ADJ")], "its words are of type tuple, such as ('red', 'ADJ')"),
        ("red wine", ["red", "wine"], "each of its 2 words is: pass them as a list, ['red', 'wine']"),
        ("SKU-05", ["05", "sku"], "'whitespace', keep what stands between spaces whole"),
    ],
)
def test_unknown_words_of_another_type_or_of_several_words(word, words, said):
    assert str(unknown(word, words)).endswith(said)


@pytest.mark.parametrize("copied", [lambda error: pickle.loads(pickle.dumps(error)), copy.copy, copy.deepcopy])
def test_unknown_word_error_is_copied_with_its_message_and_without_the_vocabulary(copied):
    error = unknown("word7777", [f"word{i}" for i in range(5_000)])
    again = copied(error)
    assert type(again) is UnknownWordError
    assert (again.word, str(again)) == ("word7777", str(error))
    assert len(pickle.dumps(error)) < 500


def test_the_message_of_an_unknown_word_is_worked_out_only_when_it_is_shown(monkeypatch):
    calls = []
    monkeypatch.setattr(difflib, "get_close_matches", lambda *args, **options: calls.append(args) or ["king"])
    error = unknown("kingg", ["king"])
    assert calls == []
    assert str(error) == str(error)
    assert len(calls) == 1


def test_the_same_word_in_other_case_comes_first_wherever_it_stands():
    words = [f"paras{i}" for i in range(30_000)] + ["Paris"]
    assert Vocabulary(words).close_matches("paris")[0] == "Paris"


@pytest.mark.parametrize("word", [5, ("a",), "", "x" * 1000])
def test_nothing_is_offered_where_spelling_means_nothing(word):
    assert Vocabulary(["x" * 999, "a", "b"]).close_matches(word) == []


def test_only_the_commonest_words_are_compared_in_spelling(monkeypatch):
    pools = []
    monkeypatch.setattr(difflib, "get_close_matches", lambda word, pool, **options: pools.append(pool) or [])
    Vocabulary([f"word{i}" for i in range(30_000)]).close_matches("wordd")
    assert [len(pool) for pool in pools] == [20_000]


def test_at_most_n_words_are_offered():
    vocabulary = Vocabulary(["king", "King", "kings", "kind", "kin"])
    assert vocabulary.close_matches("KING", n=1) == ["king"]
    assert len(vocabulary.close_matches("king", n=4)) == 4
    for n in (0, -1, "2"):
        with pytest.raises(ParameterError, match=f"n={n!r}: it must be a whole number from 1 to"):
            vocabulary.close_matches(5, n=n)


def test_counts_may_be_unknown():
    vocabulary = Vocabulary(["a", "b"])
    assert vocabulary.counts is None
    assert pickle.loads(pickle.dumps(vocabulary)).counts is None
    assert vocabulary == Vocabulary(["a", "b"])
    assert vocabulary != Vocabulary(["a", "b"], [0, 0])
    assert Vocabulary(["a", "b"], [0, 0]) != vocabulary
    assert repr(vocabulary) == "<Vocabulary of 2 words: 'a', 'b'>"


@pytest.mark.parametrize("counts", [[1], [1, 2, 3], [1.5, 2.0], [-1, 2], [[1, 2]], ["x", "y"], 7])
def test_wrong_counts_are_refused(counts):
    with pytest.raises(ParameterError, match="whole number"):
        Vocabulary(["a", "b"], counts)
    with pytest.raises(ParameterError, match=r"got 2\.5$"):  # the wrong one, not the least
        Vocabulary(["a", "b"], [2.5, 1])


def test_repeated_word_is_found_with_its_rows():
    with pytest.raises(ParameterError, match=r"'b' appears twice, in rows 1 and 3"):
        Vocabulary(["a", "b", "c", "b"])["a"]


def test_it_cannot_be_changed_by_its_counts_array():
    counts = np.array([2, 1])
    vocabulary = Vocabulary(["a", "b"], counts)
    counts[0] = 99
    assert vocabulary.counts.tolist() == [2, 1]
    with pytest.raises(ValueError, match="read-only"):
        vocabulary.counts[0] = 5


def test_counts_that_nobody_else_can_write_to_are_shared():
    vocabulary = Vocabulary(["a", "b"], np.array([2, 1]))
    assert Vocabulary(vocabulary.words, vocabulary.counts).counts is vocabulary.counts
    writable = np.array([2, 1])
    view = writable[:]
    view.flags.writeable = False
    assert not np.shares_memory(Vocabulary(["a", "b"], view).counts, writable)


def test_pickle_keeps_everything_but_the_index():
    vocabulary = Vocabulary(["a", "b"], [2, 1])
    assert vocabulary["b"] == 1
    again = pickle.loads(pickle.dumps(vocabulary))
    assert again == vocabulary
    assert again["b"] == 1
    assert not again.counts.flags.writeable


def test_other_counts_of_the_same_words_share_the_rows_of_the_words():
    vocabulary = Vocabulary(["a", "b"], [2, 1])
    assert Vocabulary(vocabulary.words, [5, 3]).index is vocabulary.index
    assert Vocabulary(list(vocabulary.words)).index is not vocabulary.index


def test_equality_and_repr():
    assert Vocabulary(["a"], [1]) != Vocabulary(["a"], [2])
    assert Vocabulary(["a"], [1]) != ["a"]
    assert repr(Vocabulary(["a", "b", "c", "d"], [1234, 3, 2, 1])) == (
        "<Vocabulary of 4 words: 'a': 1,234, 'b': 3, 'c': 2, ...>"
    )


@pytest.mark.parametrize(
    ("word", "what"),
    [
        ("cafe\u0301", r"composed \(NFC\), with each letter and its accent as one character, it is known"),
        ("café\n", "without white space at its ends and soft hyphens it is known"),
        ("ca\u00adfé", "without white space at its ends and soft hyphens it is known"),
        (" cafe\u0301", r"composed \(NFC\) and without white space"),
    ],
)
def test_an_unknown_word_that_looks_like_a_known_one_is_told_apart(word, what):
    with pytest.raises(UnknownWordError) as caught:
        Vocabulary(["café", "tea"])[word]
    assert re.search(f"{what}.*: look up 'café'$", str(caught.value))
    assert "close matches" not in str(caught.value)
