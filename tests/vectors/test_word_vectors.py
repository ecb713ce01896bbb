"""WordVectors: lookup, neighbours, analogies; exact, without NaN, from any thread."""

import copy
import pickle
import sys
import threading
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastw2v.corpus.vocabulary import Vocabulary
from fastw2v.errors import MissingDependencyError, ParameterError, UnknownWordError
from fastw2v.vectors.search import best_rows, unit_rows
from fastw2v.vectors.word_vectors import WordVectors, as_word_vectors, find_word_vectors

RNG = np.random.default_rng(5)
WORDS = [f"word{i}" for i in range(50)]


@pytest.fixture
def wv():
    return WordVectors(RNG.normal(size=(50, 8)).astype(np.float32), WORDS, np.arange(50, 0, -1))


# -- lookup --


def test_one_word_gives_a_row_and_a_list_gives_a_matrix(wv):
    assert wv["word3"].shape == (8,)
    np.testing.assert_array_equal(wv["word3"], wv.vectors[3])
    np.testing.assert_array_equal(wv[["word3", "word1", "word3"]], wv.vectors[[3, 1, 3]])
    np.testing.assert_array_equal(wv[np.array(["word2"])], wv.vectors[[2]])
    assert wv[[]].shape == (0, 8)


def test_a_column_of_words_is_looked_up_like_a_list(wv):
    pandas = pytest.importorskip("pandas")
    np.testing.assert_array_equal(wv[pandas.Series(["word4", "word0"])], wv.vectors[[4, 0]])


def test_it_behaves_like_a_mapping(wv):
    assert len(wv) == 50
    assert "word7" in wv
    assert "queen" not in wv
    assert list(wv) == WORDS == wv.index_to_key
    assert wv.key_to_index["word9"] == 9 == wv.row("word9")
    assert wv.get("queen") is None
    assert wv.get("queen", 0) == 0
    np.testing.assert_array_equal(wv.get("word1"), wv.vectors[1])
    assert wv.vector_size == 8
    assert repr(wv) == "<WordVectors: 50 words, 8 dimensions>"


def test_a_vocabulary_is_shared_with_its_counts_and_its_index():
    vocabulary = Vocabulary(["a", "b"], [3, 1])
    wv, context = WordVectors(np.eye(2), vocabulary), WordVectors(np.eye(2), vocabulary)
    assert wv.vocabulary is vocabulary is context.vocabulary
    assert wv.index_to_key is vocabulary.words is context.index_to_key
    assert wv.key_to_index is vocabulary.index is context.key_to_index
    assert wv.counts is vocabulary.counts
    assert wv.counts.tolist() == [3, 1]
    assert wv.counts.dtype == np.int64


def test_counts_given_beside_a_vocabulary_take_the_place_of_its_own():
    wv = WordVectors(np.eye(2), Vocabulary(["a", "b"], [3, 1]), [7, 5])
    assert (wv.index_to_key, wv.counts.tolist()) == (["a", "b"], [7, 5])


def test_without_counts_there_are_none():
    assert WordVectors(np.eye(2), "ab").counts is None
    assert WordVectors(np.eye(2), Vocabulary("ab")).counts is None


def test_float32_is_shared_and_shown_read_only():
    mine = np.eye(3, dtype=np.float32)
    wv = WordVectors(mine, "abc")
    assert np.shares_memory(wv.vectors, mine)
    with pytest.raises(ValueError, match="read-only"):
        wv["a"][0] = 5
    mine[0, 0] = 2  # the caller's own array stays writable


def test_words_may_be_any_hashables():
    wv = WordVectors(np.eye(3), [7, ("a", 1), "x"])
    np.testing.assert_array_equal(wv[7], [1, 0, 0])
    np.testing.assert_array_equal(wv[("a", 1)], [0, 1, 0])
    np.testing.assert_array_equal(wv[np.int64(7)], [1, 0, 0])
    assert [word for word, _ in wv.most_similar(("a", 1))] == [7, "x"]
    assert [word for word, _ in wv.most_similar([7, ("a", 1)])] == ["x"]


@pytest.mark.parametrize(
    ("vectors", "words", "counts", "message"),
    [
        (np.zeros(3), ["a"], None, "2-D"),
        (np.zeros((2, 0)), ["a", "b"], None, "at least one column"),
        (np.array([["x"]]), ["a"], None, "2-D array of numbers"),
        (np.zeros((2, 3)), ["a"], None, "got 2 vectors for 1 words"),
        (np.zeros((3, 3)), ["a", "b", "a"], None, "'a' appears twice, in rows 0 and 2"),
        (np.zeros((1, 3)), ["a"], [1.5], "whole numbers of at least 0"),
        (np.zeros((1, 3)), ["a"], [1, 2], "one whole number per word"),
    ],
)
def test_what_does_not_fit_together_is_refused(vectors, words, counts, message):
    with pytest.raises(ParameterError, match=message):
        WordVectors(vectors, words, counts)


# -- unknown words --


def test_an_unknown_word_is_the_error_of_the_vocabulary():
    with pytest.raises(UnknownWordError, match=r"the word 'kinh' is not in the vocabulary of 2 words; .*: 'king'$"):
        WordVectors(np.eye(2), ["queen", "king"])["kinh"]


@pytest.mark.parametrize("word", [5, ("a",), "", "x" * 1000])
def test_nothing_is_offered_where_spelling_means_nothing(wv, word):
    with pytest.raises(KeyError, match=r"is not in the vocabulary of 50 words$"):
        wv[word]


# -- recognised objects --


class Keyed:
    """Keyed vectors in gensim's form, or a model that holds them."""

    def __init__(self, vectors=None, **attributes):
        if vectors is not None:
            self.vectors, self.index_to_key, self.key_to_index = vectors, ["a", "b"], {"a": 0, "b": 1}
        vars(self).update(attributes)


def test_word_vectors_are_found_wherever_an_object_keeps_them(wv):
    assert find_word_vectors(wv) is wv
    assert find_word_vectors(Keyed(vectors_=wv)) is wv
    assert find_word_vectors(Keyed(wv=wv)) is wv
    rows = np.eye(2, dtype=np.float32)
    theirs = Keyed(rows, expandos={"count": np.array([5, 3], np.int32)})
    for holder in (theirs, Keyed(wv=theirs)):
        found = find_word_vectors(holder)
        assert np.shares_memory(found.vectors, rows)
        assert (found.index_to_key, found.counts.tolist()) == (["a", "b"], [5, 3])
    assert find_word_vectors(Keyed(rows)).counts is None


def test_gensims_vectors_and_models_are_recognised():
    models = pytest.importorskip("gensim.models")
    model = models.Word2Vec([["a", "b", "b"]] * 5, vector_size=4, min_count=1)
    for holder in (model, model.wv):
        found = find_word_vectors(holder)
        assert np.shares_memory(found.vectors, model.wv.vectors)
        assert (found.index_to_key, found.counts.tolist()) == (["b", "a"], [10, 5])


@pytest.mark.parametrize(
    "given", [None, np.eye(2), {"a": [1.0]}, "vectors.txt", Keyed(vectors_=np.eye(2)), Keyed(wv=7)]
)
def test_anything_else_holds_no_word_vectors(given):
    assert find_word_vectors(given) is None
    with pytest.raises(ParameterError, match=f"expected word vectors or a fitted model; got {type(given).__name__}"):
        as_word_vectors(given)


def test_an_unfitted_model_has_no_word_vectors():
    from fastw2v import Word2Vec

    assert find_word_vectors(Word2Vec()) is None


# -- neighbours --


def by_hand(wv, query, exclude):
    lengths = np.linalg.norm(wv.vectors.astype(np.float64), axis=1)
    scores = wv.vectors.astype(np.float64) @ query / lengths / np.linalg.norm(query)
    return [(WORDS[row], scores[row]) for row in np.argsort(-scores) if WORDS[row] not in exclude]


def check_same(found, expected):
    assert [word for word, _ in found] == [word for word, _ in expected]
    np.testing.assert_allclose([score for _, score in found], [score for _, score in expected], atol=1e-6)


def test_neighbours_of_a_word_equal_those_by_hand(wv):
    found = wv.most_similar("word3", topn=5)
    check_same(found, by_hand(wv, wv["word3"].astype(float), {"word3"})[:5])
    assert all(type(score) is float for _, score in found)


def test_positive_and_negative_words_with_weights(wv):
    unit = unit_rows(wv.vectors).astype(np.float64)
    query = 2 * unit[1] + unit[2] - 0.5 * unit[3]
    found = wv.most_similar([("word1", 2.0), "word2"], negative=[("word3", 0.5)], topn=60)
    check_same(found, by_hand(wv, query, {"word1", "word2", "word3"}))


def test_vectors_count_with_their_length_and_exclude_nothing(wv):
    vector = wv["word4"] * 3
    unit = unit_rows(wv.vectors).astype(np.float64)
    check_same(wv.most_similar([vector, "word5"]), by_hand(wv, vector + unit[5], {"word5"})[:10])
    assert wv.most_similar(wv["word4"])[0][0] == "word4"
    check_same(wv.most_similar((vector, 2.0)), wv.most_similar(vector))


@pytest.mark.parametrize("words", ["word1", ["word1"], ("word1",), np.array(["word1"]), ("word1", 2)])
def test_one_word_may_be_given_in_many_ways(wv, words):
    check_same(wv.most_similar(words), wv.most_similar(["word1"]))


def test_a_tuple_of_words_is_a_list_of_words(wv):
    check_same(wv.most_similar(("word1", "word2")), wv.most_similar(["word1", "word2"]))


def test_restrict_vocab_bounds_the_answers_not_the_question(wv):
    found = wv.most_similar("word40", topn=60, restrict_vocab=10)
    assert {word for word, _ in found} == set(WORDS[:10])
    check_same(found, [pair for pair in by_hand(wv, wv["word40"].astype(float), ()) if pair[0] in WORDS[:10]])
    assert len(wv.most_similar("word4", topn=60, restrict_vocab=10)) == 9
    assert len(wv.most_similar("word4", topn=60, restrict_vocab=10**9)) == 49


def test_topn(wv):
    assert wv.most_similar("word1", topn=0) == []
    assert len(wv.most_similar("word1")) == 10
    assert len(wv.most_similar("word1", topn=10**9)) == 49


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"positive": []}, "needs at least one word or vector"),
        ({"positive": "word1", "topn": -1}, "topn"),
        ({"positive": "word1", "topn": None}, "topn"),
        ({"positive": "word1", "topn": True}, "topn"),
        ({"positive": "word1", "restrict_vocab": 0}, "restrict_vocab"),
        ({"positive": np.zeros(3)}, r"shape \(3,\)"),
        ({"positive": [np.zeros((2, 8))]}, r"shape \(2, 8\)"),
    ],
)
def test_bad_questions_are_refused(wv, arguments, message):
    with pytest.raises(ParameterError, match=message):
        wv.most_similar(**arguments)


def test_analogy_is_b_minus_a_plus_c(wv):
    check_same(wv.analogy("word1", "word2", "word3", topn=4), wv.most_similar(["word2", "word3"], ["word1"], topn=4))


def test_similarity(wv):
    a, b = wv["word1"].astype(float), wv["word2"].astype(float)
    expected = a @ b / np.linalg.norm(a) / np.linalg.norm(b)
    assert wv.similarity("word1", "word2") == pytest.approx(expected, abs=1e-6)
    assert wv.similarity("word1", "word1") == pytest.approx(1.0)
    with pytest.raises(KeyError, match="queen"):
        wv.similarity("word1", "queen")


def test_most_similar_agrees_with_gensim(wv):
    keyedvectors = pytest.importorskip("gensim.models.keyedvectors")
    other = keyedvectors.KeyedVectors(8)
    other.add_vectors(WORDS, wv.vectors)
    check_same(wv.most_similar("word3", topn=20), other.most_similar("word3", topn=20))
    check_same(
        wv.most_similar([("word3", 2.0), "word4"], ["word5", ("word6", 0.5)], topn=20),
        other.most_similar([("word3", 2.0), "word4"], ["word5", ("word6", -0.5)], topn=20),
    )
    check_same(
        wv.most_similar([wv["word1"] * 2, "word2"], topn=20, restrict_vocab=30),
        other.most_similar([wv["word1"] * 2, "word2"], topn=20, restrict_vocab=30),
    )


def test_a_pair_in_negative_subtracts_by_its_weight(wv):
    """gensim takes a weight in `negative` as it is, so that -0.5 there subtracts; here the list says the sign."""
    unit = unit_rows(wv.vectors).astype(np.float64)
    found = wv.most_similar("word1", negative=("word2", 0.5), topn=5)
    check_same(found, by_hand(wv, unit[1] - 0.5 * unit[2], {"word1", "word2"})[:5])


# -- numbers at the edge --

EXTREME = np.array([[0, 0], [np.nan, 1], [np.inf, 1], [3e38, -3e38], [1e-42, 0], [1, 1], [-np.inf, np.inf]], np.float32)


def test_unit_rows_are_of_length_one_or_zero():
    with np.errstate(all="raise"):
        lengths = np.linalg.norm(unit_rows(EXTREME), axis=1)
    np.testing.assert_allclose(lengths, [0, 0, 0, 1, 1, 1, 0], atol=1e-6)


def test_no_score_is_nan_whatever_the_vectors_are():
    words = list("abcdefg")
    wv = WordVectors(EXTREME, words)
    for word in words:
        found = wv.most_similar(word, topn=10)
        assert len(found) == 6
        assert all(-1 <= score <= 1 for _, score in found)
    assert wv.similarity("a", "f") == 0
    assert wv.similarity("e", "f") == pytest.approx(0.7071, abs=1e-4)
    assert all(score == 0 for _, score in wv.most_similar("a"))


def test_unit_rows_in_blocks_equal_unit_rows_at_once(monkeypatch):
    vectors = RNG.normal(size=(23, 4)).astype(np.float32)
    at_once = unit_rows(vectors)
    monkeypatch.setattr("fastw2v.vectors.search._BLOCK_ROWS", 5)
    np.testing.assert_array_equal(unit_rows(vectors), at_once)


@given(
    scores=st.lists(st.sampled_from([-1.0, 0.0, 0.25, 0.5, 1.0]), max_size=30),
    topn=st.integers(0, 35),
    exclude=st.sets(st.integers(0, 29), max_size=5),
)
def test_best_rows_equal_a_full_sort(scores, topn, exclude):
    exclude = {row for row in exclude if row < len(scores)}
    kept = [row for row in range(len(scores)) if row not in exclude]
    expected = sorted(kept, key=lambda row: (-scores[row], row))[:topn]
    for long in (256, 0, 2):  # with and without the search for those that can be among the best
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("fastw2v.vectors.search._LONG", long)
            assert best_rows(np.array(scores, np.float32), topn, exclude).tolist() == expected


# -- copies and threads --


@pytest.mark.parametrize("copied", [lambda wv: pickle.loads(pickle.dumps(wv)), copy.deepcopy, copy.copy])
def test_copies_hold_arrays_and_words_only(wv, copied):
    wv.most_similar("word1")  # makes the unit vectors
    other = copied(wv)
    np.testing.assert_array_equal(other.vectors, wv.vectors)
    np.testing.assert_array_equal(other.counts, wv.counts)
    assert other.index_to_key == WORDS
    check_same(other.most_similar("word1"), wv.most_similar("word1"))
    with pytest.raises(ValueError, match="read-only"):
        other.vectors[0] = 0
    assert set(wv.__getstate__()) == {"vectors", "vocabulary"}


def test_a_shared_vocabulary_is_pickled_once(wv):
    pair = pickle.loads(pickle.dumps((wv, WordVectors(wv.vectors, wv.vocabulary))))
    assert pair[0].vocabulary is pair[1].vocabulary
    assert pair[0].vocabulary == wv.vocabulary
    assert pair[0].key_to_index == wv.key_to_index


def test_unit_vectors_are_made_once_by_however_many_threads(wv, monkeypatch):
    made = []

    def slow(vectors):
        made.append(threading.get_ident())
        time.sleep(0.05)
        return unit_rows(vectors)

    monkeypatch.setattr("fastw2v.vectors.word_vectors.unit_rows", slow)
    start = threading.Barrier(8)
    found = []

    def ask():
        start.wait()
        found.append(wv.unit_vectors)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1
    assert all(units is found[0] for units in found)


@pytest.mark.parametrize(("package", "call"), [("pandas", "to_frame"), ("gensim.models", "to_gensim")])
def test_without_a_package_the_error_says_how_to_get_it(monkeypatch, package, call):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingDependencyError, match=rf"{call}\(\) needs.*pip install {package.partition('.')[0]}"):
        getattr(WordVectors(np.eye(2), ["a", "b"]), call)()
