"""What may be asked about: words, vectors, weights and collections of them; and what is neither."""

import numpy as np
import pytest

from fastw2v.errors import ParameterError
from fastw2v.vectors import WordVectors


def test_a_string_is_not_a_collection_of_words(wv):
    with pytest.raises(ParameterError, match="exclude must be a collection of words or a callable; got the string"):
        wv.most_similar("word1", exclude="word2")


def test_sets_and_iterators_of_words_are_lists_of_words(wv, words_of, check_same):
    expected = wv.most_similar(["word1", "word2"])
    check_same(wv.most_similar({"word1", "word2"}), expected)
    check_same(wv.most_similar(word for word in ["word1", "word2"]), expected)
    check_same(wv.most_similar({"word1": 1, "word2": 2}.keys()), expected)
    keys = WordVectors(np.eye(3) + 0.1, [frozenset("ab"), "a", "b"])
    assert words_of(keys.most_similar(frozenset("ab"))) == ["a", "b"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"word1": 0.5}, "`positive` is a mapping: pass a list of"),
        ([["word1"]], r"`positive` holds \['word1'\] \(list\), which cannot be a word"),
        ([(["word1"], 2.0)], r"`positive` holds \['word1'\] \(list\)"),
        ([[0.5] * 8], "pass a vector as a NumPy array"),
        ([np.array(["word1", "word2"])], "an array of <U5 inside a list"),
        ([("word1", float("nan"))], "weight nan: weights must be finite"),
        ([(np.ones(8, np.float32), float("inf"))], "weight inf"),
    ],
)
def test_what_is_neither_word_nor_vector_is_refused(wv, given, message):
    for ask in (wv.most_similar, wv.most_similar_cosmul, lambda one: wv.most_similar_batch([one])):
        with pytest.raises(ParameterError, match=message):
            ask(given)


@pytest.mark.parametrize(
    "look_up", [lambda wv: wv[[["word1"]]], lambda wv: wv[{"word1"}], lambda wv: wv.row(["word1"])]
)
def test_a_list_in_the_place_of_a_word_is_told_apart(wv, look_up):
    with pytest.raises(ParameterError, match="which cannot be a word"):
        look_up(wv)


@pytest.mark.parametrize("words", ["word1", ["word1"], ("word1",), np.array(["word1"]), ("word1", 2)])
def test_one_word_may_be_given_in_many_ways(wv, words, check_same):
    check_same(wv.most_similar(words), wv.most_similar(["word1"]))


def test_a_tuple_of_words_is_a_list_of_words(wv, check_same):
    check_same(wv.most_similar(("word1", "word2")), wv.most_similar(["word1", "word2"]))


@pytest.mark.parametrize("number", [np.nan, np.inf])
def test_a_vector_that_is_not_finite_is_refused(wv, number):
    vector = np.ones(8)
    vector[3] = number
    for ask in (wv.most_similar, wv.most_similar_cosmul, lambda one: wv.most_similar_batch([one]), wv.distances):
        with pytest.raises(ParameterError, match="holds NaN or infinity, which has no direction: leave it out"):
            ask(vector)


def test_a_query_of_zeros_is_said_and_has_no_answer(wv, all_vectors):
    zeros = np.zeros(8)
    for ask in (wv.most_similar, wv.most_similar_cosmul):
        with pytest.warns(RuntimeWarning, match="the query is zero, .* no word is near it") as caught:
            assert ask(zeros, topn=2) == []
        assert caught[0].filename == __file__
    with pytest.warns(RuntimeWarning, match="the query is zero"):
        assert wv.most_similar(["word3"], ["word3"]) == []
    with pytest.warns(RuntimeWarning, match=r"2 queries \(the first is number 1\) are zero"):
        answers = wv.most_similar_batch([all_vectors[0], zeros, zeros])
    assert list(map(len, answers)) == [10, 0, 0]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"among": 5}, "among must be a collection of words or a callable; got int 5"),
        ({"exclude": 5}, "exclude must be a collection of words or a callable; got int 5"),
        ({"among": [["word1"]]}, r"`among` holds \['word1'\] \(list\), which cannot be a word"),
    ],
)
def test_what_is_no_collection_of_words_is_refused(wv, options, message):
    with pytest.raises(ParameterError, match=message):
        wv.most_similar("word1", **options)


def test_a_choice_without_a_known_word_is_told(wv):
    with pytest.warns(RuntimeWarning, match="among: there can be no answers, since it holds none of the 200 words"):
        assert wv.most_similar("word1", among=["unknown"]) == []
    with pytest.warns(RuntimeWarning, match="none of the 3 words searched"):
        assert wv.most_similar("word1", among=["word9"], restrict_vocab=3) == []


def test_queries_in_a_mapping_are_refused(wv):
    for queries in ({"word1": 1}, 5):
        with pytest.raises(ParameterError, match="most_similar_batch takes a list of queries; got"):
            wv.most_similar_batch(queries)


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda wv: wv.distances("word1", "word2"), "`others` must be a list of words; got 'word2'"),
        (lambda wv: wv.get_mean_vector(["word1"], weights=[np.nan]), "`weights` holds NaN or infinity: give finite"),
        (lambda wv: wv.get(["word1"]), r"got \['word1'\] \(list\), which cannot be a word"),
    ],
)
def test_comparisons_name_what_is_wrong(wv, ask, message):
    with pytest.raises(ParameterError, match=message):
        ask(wv)


def test_arrays_of_ids_are_words_where_words_are_ids():
    wv = WordVectors(np.random.default_rng(1).normal(size=(40, 8)), list(range(40)))
    for n in (2, 8):  # as many as a vector has
        ids = np.arange(3, 3 + n)
        assert wv.most_similar(ids) == wv.most_similar(ids.tolist())
    both = np.arange(16).reshape(2, 8)
    answers = [[word for word, _ in answer] for answer in wv.most_similar_batch(both)]
    assert answers == [[word for word, _ in wv.most_similar(ids.tolist())] for ids in both]
    assert wv.most_similar(wv[5])[0][0] == 5
    text = WordVectors(np.eye(3), ["a", "b", "c"])
    assert text.most_similar(np.array([1, 0, 0]))[0][0] == "a"


@pytest.mark.parametrize("name", ["among", "exclude"])
def test_a_mask_is_no_collection_of_words(name):
    wv = WordVectors(np.eye(3), [0, 1, 2])
    pandas = pytest.importorskip("pandas")
    mask = np.array([True, False, True])
    for given in (mask, pandas.Series(mask)):
        with pytest.raises(ParameterError, match=rf"{name} holds booleans: of a mask pass the words"):
            wv.most_similar(1, **{name: given})


def test_dates_are_words_and_no_columns():
    pandas = pytest.importorskip("pandas")
    days = list(pandas.date_range("2020", periods=3))
    wv = WordVectors(np.array([[1, 0], [1, 0.1], [0, 1]]), days)
    assert wv.most_similar(days[0], topn=1)[0][0] == days[1]
    assert wv.most_similar_batch(days, topn=1)[0][0][0] == days[1]


def test_weights_are_weights_where_words_are_numbers_too():
    wv = WordVectors(np.random.default_rng(1).normal(size=(12, 4)), list(range(12)))
    ratings = wv.most_similar([(10, 5), (11, 3)])
    assert ratings == wv.most_similar([(10, 5.0), (11, 3.0)])
    assert [word for word, _ in ratings] != [word for word, _ in wv.most_similar([(10, 1), (11, 9)])]
    assert wv.most_similar((10, 1.0)) == wv.most_similar(10)
    assert wv.most_similar((10, 1)) == wv.most_similar([10, 1])  # two whole numbers that are words
    assert wv.most_similar((10, 50)) == wv.most_similar([(10, 50)])
    assert wv.most_similar_batch([[(10, 5), (11, 3)]])[0][0][0] == ratings[0][0]
