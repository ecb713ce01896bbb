"""Vectors, keys and attributes can be edited as in gensim, and answers follow."""

import copy
import pickle

import numpy as np
import pytest

from fastw2v.compat.gensim import KeyedVectors
from fastw2v.errors import ParameterError

WORDS = ["a", "b", "c", "d"]
VECTORS = np.array([[1, 0, 0], [0.9, 0.1, 0], [0, 1, 0.2], [0, 0, 2]], np.float32)


@pytest.fixture
def wv():
    made = KeyedVectors(3)
    made.add_vectors(WORDS, VECTORS)
    return made


@pytest.fixture
def theirs():
    made = pytest.importorskip("gensim.models.keyedvectors").KeyedVectors(3)
    made.add_vectors(WORDS, VECTORS)
    return made


def nearest(wv, word="a"):
    return wv.most_similar(word, topn=1)[0][0]


# --- the array --------------------------------------------------------------------------------------------------------


def set_row(wv):
    wv.vectors[2] = [2, 0.1, 0]


def set_through_a_view(wv):
    row = wv.vectors[2]
    nearest(wv)  # after which results are kept
    row[:] = [2, 0.1, 0]


def set_a_new_array(wv):
    wv.vectors = np.array([[1, 0, 0], [0, 1, 0], [2, 0.1, 0], [0, 0, 1]], np.float32)


def set_an_array_and_change_it(wv):
    array = VECTORS.copy()
    wv.vectors = array
    nearest(wv)
    array[2] = [2, 0.1, 0]


def set_in_place(wv):
    wv.vectors *= np.array([[1, 1, 1], [0.01, 1, 1], [0, 0, 0], [1, 1, 1]], np.float32)
    wv.vectors += np.array([[0, 0, 0], [0, 0, 0], [2, 0.1, 0], [0, 0, 0]], np.float32)


def set_a_key(wv):
    wv["c"] = np.array([2, 0.01, 0])


def set_keys(wv):
    wv[["c", "b"]] = [[2, 0.01, 0], [0, 0, 1]]


def add_and_replace(wv):
    wv.add_vectors(["c", "b"], np.array([[2, 0.01, 0], [0, 0, 1]]), replace=True)


@pytest.mark.parametrize(
    "edit",
    [set_row, set_through_a_view, set_a_new_array, set_an_array_and_change_it, set_in_place, set_a_key, set_keys,
     add_and_replace],
)  # fmt: skip
def test_no_answer_is_out_of_date(wv, edit):
    wv.fill_norms()
    assert nearest(wv) == "b"
    assert wv.most_similar_batch(["a"], topn=1)[0][0][0] == "b"
    edit(wv)
    assert nearest(wv) == "c"
    assert wv.most_similar_batch(["a"], topn=1)[0][0][0] == "c"
    np.testing.assert_allclose(wv.norms, np.linalg.norm(wv.vectors, axis=1), rtol=1e-6)
    np.testing.assert_allclose(wv.get_normed_vectors(), wv.vectors / wv.norms[:, None], rtol=1e-6)
    np.testing.assert_allclose(wv.get_vector("c", norm=True), wv["c"] / wv.norms[2], rtol=1e-6)
    scores = wv.most_similar("a", topn=None)
    np.testing.assert_allclose(scores, [wv.similarity("a", key) for key in WORDS], atol=1e-6)
    np.testing.assert_allclose(wv.distances("a"), 1 - scores, atol=1e-6)
    assert wv.closer_than("a", "b") == ["c"]


def test_the_lengths_are_computed_anew_only_after_an_edit(wv, monkeypatch):
    computed = []
    from fastw2v.compat import current_vectors

    whole = current_vectors._lengths
    monkeypatch.setattr(current_vectors, "_lengths", lambda array: computed.append(1) or whole(array))
    for _ in range(3):
        nearest(wv)
        assert wv["a"] @ wv["b"] > 0
    assert len(computed) == 1
    wv.vectors[0] = 1
    for _ in range(3):
        nearest(wv)
    assert len(computed) == 2


@pytest.mark.parametrize("scale", [1e-25, 1e25])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_vectors_of_any_type_and_length(scale, dtype):
    wv = KeyedVectors(3, dtype=dtype)
    wv.add_vectors(WORDS, VECTORS)
    assert wv.vectors.dtype == dtype
    expected = wv.most_similar("a", topn=3)
    if dtype != np.float16:
        wv.vectors *= dtype(scale)
    assert [word for word, _ in wv.most_similar("a", topn=3)] == [word for word, _ in expected]
    np.testing.assert_allclose(
        *([score for _, score in found] for found in (wv.most_similar("a"), expected)), atol=1e-3
    )


def test_a_zero_vector_stays_zero(wv):
    wv.vectors[1] = 0
    wv.unit_normalize_all()
    assert not wv["b"].any()


def test_array_and_keys_must_agree_when_a_question_is_asked(wv):
    wv.vectors = np.eye(3)
    with pytest.raises(ParameterError, match=r"wv\.vectors has 3 rows, and wv\.index_to_key 4 keys"):
        wv.most_similar("a")
    with pytest.raises(ParameterError, match="has 3 rows"):
        _ = wv.unit_vectors
    del wv.key_to_index["d"]
    wv.index_to_key = ["a", "b", "c"]
    assert nearest(wv) == "b"
    for wrong in (np.ones(3), np.ones((2, 2, 2)), np.array([["x", "y"]]), "abc"):
        with pytest.raises(ParameterError, match="a 2-D array of numbers"):
            wv.vectors = wrong


def test_the_size_follows_the_array(wv):
    wv.vectors = wv.vectors[:, :2]
    assert wv.vector_size == 2
    wv.vector_size = 2
    with pytest.raises(ParameterError, match=r"assign wv\.vectors"):
        wv.vector_size = 5
    empty = KeyedVectors(3)
    empty.vector_size = 5
    empty["x"] = np.ones(5)
    assert empty["x"].tolist() == [1] * 5


@pytest.mark.parametrize("edit", [lambda wv: wv.unit_normalize_all(), lambda wv: wv.init_sims(replace=True)])
@pytest.mark.filterwarnings("ignore:Call to deprecated:DeprecationWarning")
def test_vectors_are_scaled_as_gensim_scales_them(wv, theirs, edit):
    edit(wv)
    edit(theirs)
    np.testing.assert_allclose(wv.vectors, theirs.vectors, atol=1e-6)
    np.testing.assert_allclose(wv.norms, 1, atol=1e-6)


def test_without_replace_init_sims_changes_nothing(wv):
    wv.init_sims()
    np.testing.assert_array_equal(wv.vectors, VECTORS)


@pytest.mark.parametrize("keys", [[*WORDS, "e", "f"], WORDS])
def test_resized_as_gensim_does(wv, theirs, keys):
    for each in (wv, theirs):
        each.set_vecattr("a", "count", 7)
        each.index_to_key = list(keys)
        each.key_to_index = {key: row for row, key in enumerate(keys)}
        each.resize_vectors(seed=3)
    np.testing.assert_allclose(wv.vectors, theirs.vectors, rtol=1e-6)
    assert wv.expandos["count"].tolist() == theirs.expandos["count"].tolist()


def counted(wv, counts=(9, 7, 5, 3)):
    for key, count in zip(WORDS, counts, strict=True):
        wv.set_vecattr(key, "count", count)
    return wv


def test_counts_follow_their_keys_when_others_are_assigned(wv, tmp_path):
    """gensim's then belong to other words."""
    counted(wv).set_vecattr("a", "own", 1.5)
    wv.vectors, wv.key_to_index = wv.vectors[[2, 1, 0]], {"c": 0, "new": 1, "a": 2}
    wv.index_to_key = ["c", "new", "a"]
    assert [wv.get_vecattr(key, "count") for key in ("a", "c", "new")] == [9, 5, 0]
    assert wv.expandos["own"].tolist() == [0, 0, 1.5]
    wv.save_word2vec_format(tmp_path / "vectors")
    assert KeyedVectors.load_word2vec_format(tmp_path / "vectors").index_to_key == ["a", "c", "new"]
    wv.expandos["count"] = np.array([4, 3])
    wv.vectors, wv.index_to_key = wv.vectors[:2], ["c", "new"]
    assert wv.expandos["count"].tolist() == [4, 3]  # assigned by the script, too


def test_counts_of_keys_that_were_taken_out_of_the_list_itself_are_doubtful(wv, tmp_path):
    counted(wv)
    del wv.index_to_key[1]
    wv.vectors, wv.key_to_index = np.delete(wv.vectors, 1, axis=0), {"a": 0, "c": 1, "d": 2}
    with pytest.warns(RuntimeWarning, match=r"'count' has 4 values for 3 keys: .* assign the list anew"):
        assert wv.get_vecattr("c", "count") == 7
    with pytest.warns(RuntimeWarning, match="written by row"):
        wv.save_word2vec_format(tmp_path / "vectors")
    assert KeyedVectors.load_word2vec_format(tmp_path / "vectors").index_to_key == ["a", "c", "d"]
    with pytest.raises(ParameterError, match=r"fvocab=.* 4 values for 3 keys"):
        wv.save_word2vec_format(tmp_path / "vectors", fvocab=tmp_path / "words")


def test_keys_appended_to_the_list_itself_have_the_count_0(wv):
    counted(wv).index_to_key.append("e")
    wv.key_to_index["e"] = 4
    assert wv.get_vecattr("e", "count") == 0


# --- keys -------------------------------------------------------------------------------------------------------------


def test_keys_are_added_as_gensim_adds_them(wv, theirs):
    for each in (wv, theirs):
        each.set_vecattr("a", "count", 7)
        each.add_vectors(["d", "e"], np.array([[9, 9, 9], [4, 4, 4]], np.float32))
        each.add_vectors("f", [5, 5, 5])
        each["g"] = np.array([6, 6, 6])
        each[["a", "h"]] = [np.array([7, 7, 7]), np.array([8, 8, 8])]
        each.allocate_vecattrs()
    assert (wv.index_to_key, wv.key_to_index) == (theirs.index_to_key, theirs.key_to_index)
    np.testing.assert_array_equal(wv.vectors, theirs.vectors)
    assert wv.expandos["count"].tolist() == theirs.expandos["count"].tolist()


def test_room_made_in_advance_is_filled_first():
    wv = KeyedVectors(2, count=3)
    assert (len(wv), wv.index_to_key, wv.vectors.shape) == (3, [None] * 3, (3, 2))
    assert [wv.add_vector("a", [1, 0]), wv.add_vector("b", [1, 1])] == [0, 1]
    assert wv.most_similar("a") == [("b", pytest.approx(0.5**0.5))]  # not the row without a key
    with pytest.raises(ParameterError, match="1 of 3 rows have no key yet"):
        _ = wv.vocabulary
    wv.add_vectors(["c", "d"], [[0, 1], [2, 2]])
    assert wv.index_to_key == ["a", "b", "c", "d"]
    assert wv.vectors.tolist() == [[1, 0], [1, 1], [0, 1], [2, 2]]
    assert wv.add_vector("a", [5, 5]) == 0
    assert wv["a"].tolist() == [5, 5]


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda wv: wv.add_vectors(["x", "y"], [[1, 2, 3]]), ParameterError, r"2 keys need vectors of shape \(2, 3\)"),
        (lambda wv: wv.add_vectors(["x"], [[1, 2]]), ParameterError, r"1 key needs vectors of shape \(1, 3\)"),
        (lambda wv: wv.add_vectors(["x", "y"], [[1, 2, 3], [1]]), ParameterError, "2 keys need vectors"),
        (lambda wv: wv.add_vectors(["x", "x"], np.ones((2, 3))), ParameterError, "the key 'x' is given twice"),
        (lambda wv: wv.add_vectors(["x"], ["text"]), ParameterError, "1 key needs vectors"),
        (lambda wv: wv.add_vectors(["x"], np.ones((1, 3)), {"n": [1, 2]}), ParameterError, r"extras\['n'\] has shape"),
        (
            lambda wv: wv.add_vectors(["x"], np.ones((1, 3)), {"n": [[1, 2]]}),
            ParameterError,
            r"has shape \(1, 2\) for 1",
        ),
        (lambda wv: wv.add_vectors(["x"], np.ones((1, 3)), {"count": [[1, 2]]}), ParameterError, "one value per key"),
        (lambda wv: wv.add_vectors(["x"], np.ones((1, 3)), {"count": np.array(["a"])}), TypeError, "'count' holds"),
        (
            lambda wv: wv.__setitem__(2, [1, 2, 3]),
            ParameterError,
            r"2 is not a key but the row of 'c'.*wv\.vectors\[2\]",
        ),
        (lambda wv: wv.set_vecattr("a", "count", "many"), TypeError, "the attribute 'count' holds int64"),
        (lambda wv: wv.set_vecattr("x", "count", 1), KeyError, "'x' is not in the vocabulary"),
        (lambda wv: wv.get_vecattr("a", "weight"), KeyError, "attribute 'weight': these vectors have 'count'"),
        (lambda wv: KeyedVectors(VECTORS), ParameterError, r"KeyedVectors\.from_vectors\(vectors, words\)"),
        (lambda wv: KeyedVectors(3, dtype=int), ParameterError, "dtype=.*it must be np.float16"),
        (lambda wv: KeyedVectors(3, dtype=np.longdouble), ParameterError, "it must be np.float16"),
        (lambda wv: KeyedVectors(3, dtype="what"), ParameterError, "dtype='what'"),
        (lambda wv: wv.add_vectors([["x"]], np.ones((1, 3))), ParameterError, "cannot be a word"),
        (lambda wv: KeyedVectors(0), ParameterError, "vector_size must be"),
    ],
)
def test_what_does_not_fit_is_refused_and_changes_nothing(wv, call, error, said):
    wv.set_vecattr("a", "count", 7)
    before = copy.deepcopy(wv)
    with pytest.raises(error, match=said):
        call(wv)
    assert (wv.index_to_key, wv.key_to_index) == (before.index_to_key, before.key_to_index)
    np.testing.assert_array_equal(wv.vectors, before.vectors)
    assert wv.expandos["count"].tolist() == before.expandos["count"].tolist()


def test_whole_numbers_can_be_keys():
    wv = KeyedVectors(2)
    wv[[10, 20]] = np.eye(2)
    wv[10] = [3, 0]
    assert wv.index_to_key == [10, 20]
    assert (wv[10].tolist(), wv[1].tolist()) == ([3, 0], [0, 1])


# --- attributes -------------------------------------------------------------------------------------------------------


def test_attributes_are_gensims(wv, theirs):
    for each in (wv, theirs):
        each.set_vecattr("b", "count", 5)
        each.set_vecattr("c", "weight", 0.5)
        each.set_vecattr(3, "kind", "noun")
        each.allocate_vecattrs(["used"], [bool])
    assert list(wv.expandos) == list(theirs.expandos)
    for name, values in wv.expandos.items():
        assert values.tolist() == theirs.expandos[name].tolist()
        assert values.dtype == theirs.expandos[name].dtype
    assert wv.get_vecattr("b", "count") == 5
    assert wv.counts.tolist() == [0, 5, 0, 0]


def test_values_come_with_new_keys(wv):
    """gensim's `extras` cannot be used: it takes each name apart into two."""
    wv.add_vectors(["d", "e"], np.ones((2, 3)), {"count": np.array([4, 5])}, replace=True)
    assert wv.expandos["count"].tolist() == [0, 0, 0, 4, 5]
    wv.add_vectors(["a", "f"], np.ones((2, 3)), {"count": np.array([8, 9])})
    assert wv.expandos["count"].tolist() == [0, 0, 0, 4, 5, 9]


def test_sorted_as_gensim_sorts(wv, theirs):
    for each in (wv, theirs):
        for word, count in zip(WORDS, (2, 5, 5, 1), strict=True):
            each.set_vecattr(word, "count", count)
            each.set_vecattr(word, "kind", f"kind of {word}")
        each.sort_by_descending_frequency()
    assert (wv.index_to_key, wv.key_to_index) == (theirs.index_to_key, theirs.key_to_index)
    np.testing.assert_array_equal(wv.vectors, theirs.vectors)
    for name, values in wv.expandos.items():
        assert values.tolist() == theirs.expandos[name].tolist()
    assert nearest(wv) == "b"
    with pytest.raises(KeyError, match="have no counts"):
        KeyedVectors.from_vectors(VECTORS, WORDS).sort_by_descending_frequency()


# --- copies -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda wv: pickle.loads(pickle.dumps(wv))])
def test_a_copy_is_complete_and_goes_its_own_way(wv, copied):
    wv.set_vecattr("a", "kind", "noun")
    wv.vectors_lockf = np.array([0, 1, 1, 1], np.float32)
    wv.mapfile_path = "somewhere"
    nearest(wv)
    other = copied(wv)
    assert type(other) is KeyedVectors
    assert (other.index_to_key, other.key_to_index) == (wv.index_to_key, wv.key_to_index)
    assert other.mapfile_path == "somewhere"
    np.testing.assert_array_equal(other.vectors, wv.vectors)
    other.vectors[1] = [0, 0, 1]
    other.vectors_lockf[1] = 0
    other.set_vecattr("b", "kind", "verb")
    other["new"] = np.ones(3)
    assert wv.vectors[1].tolist() == VECTORS[1].tolist()
    assert wv.vectors_lockf.tolist() == [0, 1, 1, 1]
    assert wv.get_vecattr("b", "kind") != "verb"
    assert "new" not in wv
    assert nearest(wv) == "b"
    assert nearest(other) == "new"


def test_slices_are_objects_of_their_own(wv):
    part = wv[1:3]
    part.vectors[:] = 0
    assert part.index_to_key == ["b", "c"]
    assert wv["b"].any()


def test_an_array_is_shared_unless_it_is_read_only(wv):
    array = VECTORS.copy()
    made = KeyedVectors.from_vectors(array, WORDS)
    array[2] = [1, 0.01, 0]
    assert nearest(made) == "c"
    array.flags.writeable = False
    made = KeyedVectors.from_vectors(array, WORDS)
    made.vectors[0] = 5
    assert array[0].tolist() == [1, 0, 0]


def test_an_array_and_its_words_make_an_object_as_they_make_word_vectors():
    array = np.eye(2, dtype=np.float32)
    wv = KeyedVectors(array, ["a", "b"])
    assert wv.index_to_key == ["a", "b"]
    array[0] = [3, 4]
    assert wv.get_vector("a").tolist() == [3, 4]  # shared, and never out of date
    assert wv.similarity("a", "b") == pytest.approx(0.8)
    with pytest.raises(ParameterError, match=r"KeyedVectors\.from_vectors"):
        KeyedVectors(array, None)
