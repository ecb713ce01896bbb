"""WordVectors: lookup, unknown words, copies and threads, fewer words, conversion to other libraries."""

import copy
import json
import operator
import pickle
import random
import sys
import threading
import time
from collections import Counter

import numpy as np
import pytest

from fastw2v.compat.gensim import KeyedVectors
from fastw2v.corpus.fixed import FixedDict, FixedList
from fastw2v.corpus.vocabulary import Vocabulary
from fastw2v.errors import MissingDependencyError, ParameterError, UnknownWordError
from fastw2v.vectors.search import units_and_others
from fastw2v.vectors.word_vectors import WordVectors, as_word_vectors, find_word_vectors

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


@pytest.mark.parametrize(
    "change",
    [
        lambda wv: wv.index_to_key.sort(),
        lambda wv: random.shuffle(wv.index_to_key),
        lambda wv: wv.vocabulary.words.append("x"),
        lambda wv: wv.index_to_key.remove("word3"),
        lambda wv: wv.index_to_key.__setitem__(0, "x"),
        lambda wv: wv.index_to_key.__delitem__(slice(2)),
        lambda wv: operator.iadd(wv.index_to_key, ["x"]),
        lambda wv: operator.imul(wv.index_to_key, 2),
        lambda wv: wv.key_to_index.pop("word3"),
        lambda wv: wv.key_to_index.update(x=1),
        lambda wv: wv.vocabulary.index.__setitem__("word3", 2),
        lambda wv: operator.ior(wv.key_to_index, {"x": 1}),
        lambda wv: wv.key_to_index.clear(),
    ],
)
def test_its_words_cannot_be_changed(wv, all_words, change):
    with pytest.raises(TypeError, match=r"no longer would match its vectors: change a copy, (list|dict)\(...\)"):
        change(wv)
    assert wv.index_to_key == all_words
    assert list(wv.key_to_index) == all_words


def test_every_method_that_changes_a_list_or_a_dict_is_refused():
    for fixed, plain in ((FixedList, list), (FixedDict, dict)):
        reads = {"copy", "count", "index", "get", "items", "keys", "values", "fromkeys"}  # the last makes another dict
        named = {name for name in vars(plain) if not name.startswith("_")} - reads
        named |= {"__setitem__", "__delitem__", *({"__iadd__", "__imul__"} if plain is list else {"__ior__"})}
        assert [name for name in named if getattr(fixed, name) is getattr(plain, name)] == []


def test_copies_of_its_words_are_plain_and_travel(wv, all_words):
    for fixed, plain in ((wv.index_to_key, list), (wv.key_to_index, dict)):
        for copied in (pickle.loads(pickle.dumps(fixed)), copy.deepcopy(fixed), copy.copy(fixed), fixed.copy()):
            assert type(copied) is plain
            assert copied == fixed
        assert b"fastw2v" not in pickle.dumps(fixed)
    assert wv.key_to_index.fromkeys("ab", 1) == {"a": 1, "b": 1}
    assert wv.index_to_key == all_words
    assert json.loads(json.dumps(wv.index_to_key)) == all_words
    assert json.loads(json.dumps(wv.key_to_index)) == wv.key_to_index
    for made in (wv.index_to_key[:3], [*wv.index_to_key], wv.index_to_key.copy(), list(wv.index_to_key)):
        made.append("y")
    assert type(wv.key_to_index.copy()) is dict


def test_its_vectors_are_not_replaced(wv):
    for name in ("vectors", "vocabulary"):
        before = getattr(wv, name)
        with pytest.raises(AttributeError, match=rf"{name} = ...: these vectors do not change: make new ones"):
            setattr(wv, name, before)
        assert getattr(wv, name) is before


def test_a_mapping_gives_the_row_of_each_word():
    rows = WordVectors(np.eye(3), {"c": 2, "a": np.int64(0), "b": 1})
    assert rows.index_to_key == ["a", "b", "c"]
    assert rows["c"].tolist() == [0, 0, 1]
    for counts in ({"a": 5, "b": 1, "c": 1}, Counter("abc"), {"a": 0, "b": 0, "c": 1}, {"a": 1.0, "b": 0.0, "c": 2.0}):
        with pytest.raises(ParameterError, match=r"must give the row of each word, 0 to 2; .* pass list\(counts\)"):
            WordVectors(np.eye(3), counts)
    assert WordVectors(np.eye(2), {"b": 7, "a": 3}.keys()).index_to_key == ["b", "a"]


def test_as_an_array_it_is_its_vectors(wv):
    assert np.asarray(wv) is wv.vectors
    assert np.asarray(wv, np.float64).dtype == np.float64
    with pytest.raises(ValueError, match="float32, and become float64 in a copy alone"):
        wv.__array__(np.float64, copy=False)
    assert wv.__array__(np.float32, copy=False) is wv.vectors
    copied = np.array(wv)
    assert copied.flags.writeable
    np.testing.assert_array_equal(copied, wv.vectors)
    assert WordVectors(wv, wv).index_to_key == wv.index_to_key


@pytest.mark.parametrize(
    ("given", "hint"),
    [
        (np.arange(3), r"of a row number the word is index_to_key\[0\]"),
        (np.array([True, False]), "of a mask the words are index_to_key"),
        (("word1", "word2"), r"each of its 2 words is: pass them as a list, \['word1', 'word2'\]"),
    ],
)
def test_what_is_no_word_but_may_be_meant_gets_a_hint(wv, given, hint):
    with pytest.raises(UnknownWordError, match=hint):
        wv[given]


def test_it_behaves_like_a_mapping(wv, all_words):
    assert len(wv) == 200
    assert "word7" in wv
    assert "queen" not in wv
    assert list(wv) == all_words == wv.index_to_key
    assert wv.key_to_index["word9"] == 9 == wv.row("word9")
    assert wv.get("queen") is None
    assert wv.get("queen", 0) == 0
    np.testing.assert_array_equal(wv.get("word1"), wv.vectors[1])
    assert wv.vector_size == 8
    assert repr(wv) == "<WordVectors: 200 words, 8 dimensions>"


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
    assert WordVectors(np.eye(2), ["a", "b"]).counts is None
    assert WordVectors(np.eye(2), Vocabulary(["a", "b"])).counts is None


def test_float32_is_shared_and_shown_read_only():
    mine = np.eye(3, dtype=np.float32)
    wv = WordVectors(mine, ["a", "b", "c"])
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
        (np.zeros((2, 3)), ["a"], None, "got 2 vectors for 1 word:"),
        (np.zeros((3, 3)), ["a", "b", "a"], None, "'a' appears twice, in rows 0 and 2"),
        (np.zeros((1, 3)), ["a"], [1.5], "whole numbers of at least 0"),
        (np.zeros((1, 3)), ["a"], [1, 2], "one whole number per word"),
    ],
)
def test_what_does_not_fit_together_is_refused(vectors, words, counts, message):
    with pytest.raises(ParameterError, match=message):
        WordVectors(vectors, words, counts)


def test_words_that_cannot_be_words_are_named():
    with pytest.raises(ParameterError, match=r"`words` holds \['b'\] \(list\), which cannot be a word"):
        WordVectors(np.eye(2), ["a", ["b"]])


# -- unknown words --


def test_an_unknown_word_is_the_error_of_the_vocabulary():
    with pytest.raises(UnknownWordError, match=r"the word 'kinh' is not in the vocabulary of 2 words; .*: 'king'$"):
        WordVectors(np.eye(2), ["queen", "king"])["kinh"]


@pytest.mark.parametrize("word", ["", "x" * 1000])
def test_nothing_is_offered_where_spelling_means_nothing(wv, word):
    with pytest.raises(KeyError, match=r"is not in the vocabulary of 200 words$"):
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


# -- copies and threads --


@pytest.mark.fault("copies and pickles of a model")
@pytest.mark.parametrize("copied", [lambda wv: pickle.loads(pickle.dumps(wv)), copy.deepcopy, copy.copy])
def test_copies_hold_arrays_and_words_only(wv, copied, all_words, check_same):
    wv.most_similar("word1")  # makes the unit vectors
    other = copied(wv)
    np.testing.assert_array_equal(other.vectors, wv.vectors)
    np.testing.assert_array_equal(other.counts, wv.counts)
    assert other.index_to_key == all_words
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
        return units_and_others(vectors)

    monkeypatch.setattr("fastw2v.vectors.word_vectors.units_and_others", slow)
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


# -- fewer words --


def test_a_slice_has_the_first_rows(wv, all_words, all_vectors):
    part = wv[:20]
    assert isinstance(part, WordVectors)
    assert part.index_to_key == all_words[:20]
    np.testing.assert_array_equal(part.vectors, all_vectors[:20])
    assert part.counts.tolist() == list(range(200, 180, -1))
    assert np.shares_memory(part.vectors, wv.vectors)
    assert wv[10:30:10].index_to_key == ["word10", "word20"]


def test_the_commonest_words_are_found_whatever_their_order():
    wv = WordVectors(np.eye(4), list("abcd"), [3, 9, 1, 9])
    assert list(wv.commonest(3)) == ["b", "d", "a"]
    assert wv.commonest(3).counts.tolist() == [9, 9, 3]
    assert list(wv.commonest(99)) == ["b", "d", "a", "c"]
    assert list(WordVectors(np.eye(2), ["x", "y"]).commonest(1)) == ["x"]
    with pytest.raises(ParameterError, match="n must be a whole number of at least 1"):
        wv.commonest(0)


# -- conversion to other libraries --


def test_gensim_and_back(wv, theirs, all_words, all_vectors, check_same):
    assert theirs.index_to_key == all_words
    np.testing.assert_array_equal(theirs.vectors, all_vectors)
    assert theirs.get_vecattr("word3", "count") == 197
    back = WordVectors.from_gensim(theirs)
    assert back.index_to_key == all_words
    np.testing.assert_array_equal(back.vectors, all_vectors)
    np.testing.assert_array_equal(back.counts, wv.counts)
    theirs.vectors[0] = 0
    assert wv.vectors[0].any()
    for ours in (wv, KeyedVectors.from_vectors(np.array(all_vectors), wv.vocabulary)):
        copied = WordVectors.from_gensim(ours)
        assert type(copied) is WordVectors
        assert copied.index_to_key == all_words
        assert not np.shares_memory(copied.vectors, ours.vectors)
    check_same(wv.most_similar("word5"), WordVectors.to_gensim(wv).most_similar("word5"))


def test_a_frame_has_a_row_for_each_word(wv, all_words, all_vectors):
    pytest.importorskip("pandas")
    frame = wv.to_frame()
    assert frame.index.tolist() == all_words
    np.testing.assert_array_equal(frame.to_numpy(), all_vectors)
    np.testing.assert_array_equal(frame.loc["word7"].to_numpy(), all_vectors[7])


@pytest.mark.parametrize(
    "ask",
    [
        lambda wv: wv["missing"],
        lambda wv: wv[["word1", "missing"]],
        lambda wv: wv.row("missing"),
        lambda wv: wv.most_similar("missing"),
        lambda wv: wv.similarity("word1", "missing"),
        lambda wv: KeyedVectors.from_vectors(wv.vectors, wv.index_to_key)["missing"],
    ],
)
def test_close_words_are_looked_for_only_when_the_message_is_shown(wv, monkeypatch, ask):
    asked = []
    monkeypatch.setattr(Vocabulary, "close_matches", lambda self, word, n=3: asked.append(word) or ["close"])
    with pytest.raises(KeyError) as caught:
        ask(wv)
    assert asked == []
    assert "close matches: 'close'" in str(caught.value)
    assert str(caught.value) == str(caught.value)
    assert asked == ["missing"]
