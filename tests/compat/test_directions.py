"""Vectors without a direction, zeros and those that hold NaN or infinity: gensim's numbers, and answers after edits."""

import copy
import pickle
import warnings

import numpy as np
import pytest

from fastw2v.compat.gensim import KeyedVectors
from fastw2v.errors import ParameterError

ROWS = {
    **{"zero": [0, 0, 0], "sun": [-1, 0.5, 0], "nan": [np.nan, 1, 0], "moon": [-1, 0, 0.25], "inf": [1, np.inf, 0]},
    **{"star": [-0.5, 1, 0], "tree": [1, -1, 0.5]},
}
COUNTED = "3 of 7 vectors are zero, or hold NaN or infinity .the first is that of 'zero'."

pytestmark = pytest.mark.filterwarnings("ignore:3 of 7 vectors are zero:RuntimeWarning")


def filled(made):
    made.add_vectors(list(ROWS), np.array(list(ROWS.values()), np.float32))
    return made


@pytest.fixture(params=[np.float32, np.float64])
def wv(request):
    return filled(KeyedVectors(3, dtype=request.param))


@pytest.fixture
def edited():
    """Vectors that all have a direction, for tests that take it from some."""
    return KeyedVectors.from_vectors(np.eye(4, 3, dtype=np.float32) + 0.1, ["a", "b", "c", "d"])


@pytest.mark.parametrize(
    "ask",
    [
        lambda wv: wv.most_similar("sun", topn=3),
        lambda wv: wv.most_similar("sun", topn=3, clip_start=1),
        lambda wv: wv.most_similar("sun", topn=None),
        lambda wv: wv.most_similar("sun", topn=None, clip_start=2, clip_end=6),
        lambda wv: wv.most_similar("zero", topn=None),
        lambda wv: wv.most_similar([np.zeros(3, np.float32)], topn=None),
        lambda wv: wv.most_similar_cosmul("sun", topn=3),
        lambda wv: wv.most_similar_cosmul("sun", topn=None),
        lambda wv: wv.most_similar_cosmul("zero", topn=None),
        lambda wv: wv.similarity("zero", "sun"),
        lambda wv: wv.similarity("sun", "nan"),
        lambda wv: wv.distance("inf", "sun"),
        lambda wv: wv.distances("sun"),
        lambda wv: wv.distances("zero"),
        lambda wv: wv.distances("sun", ["zero", "moon"]),
        lambda wv: wv.rank("zero", "sun"),
        lambda wv: wv.rank("sun", "nan"),
        lambda wv: wv.rank("sun", "tree"),
        lambda wv: wv.closer_than("sun", "tree"),
        lambda wv: wv.closer_than("sun", "zero"),
        lambda wv: wv.closer_than("nan", "zero"),
        lambda wv: wv.most_similar_to_given("sun", ["tree", "zero"]),
        lambda wv: wv.n_similarity(["sun", "zero"], ["moon"]),
        lambda wv: wv.n_similarity(["zero"], ["moon"]),
        lambda wv: wv.rank_by_centrality(["sun", "moon", "zero"], use_norm=False)[2][1],
        lambda wv: wv.relative_cosine_similarity("zero", "sun"),
        lambda wv: wv.cosine_similarities(wv["sun"], wv[["zero", "moon"]]),
        lambda wv: wv.cosine_similarities(wv["zero"], wv[["sun", "moon"]]),
    ],
)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_where_gensim_has_an_answer_it_is_ours(wv, ask):
    theirs = filled(pytest.importorskip("gensim.models.keyedvectors").KeyedVectors(3))
    ours, expected = ask(wv), ask(theirs)
    if isinstance(expected, list):
        words = [each[0] if isinstance(each, tuple) else each for each in expected]
        assert [each[0] if isinstance(each, tuple) else each for each in ours] == words
    elif isinstance(expected, str):
        assert ours == expected
    else:
        np.testing.assert_allclose(ours, expected, atol=1e-5)


def test_their_words_are_no_answers_in_clips_either(wv):
    for ask in (
        lambda: wv.most_similar("sun", topn=9),
        lambda: wv.most_similar("sun", topn=9, clip_start=1),
        lambda: wv.most_similar("sun", topn=9, clip_start=1, among=list(ROWS)),
        lambda: wv.most_similar_cosmul("sun", topn=9),
        lambda: wv.most_similar_batch(["sun"], topn=9)[0],
    ):
        assert sorted(word for word, _ in ask()) == ["moon", "star", "tree"]


def test_of_a_query_they_are_left_out(wv):
    for options in ({"topn": 3}, {"topn": 3, "clip_start": 1}):
        with pytest.warns(RuntimeWarning, match="left out of the query: 'nan', whose"):
            found = wv.most_similar(["sun", "nan"], **options)
        assert found == wv.most_similar("sun", **options)
        with pytest.warns(RuntimeWarning) as said:
            assert wv.most_similar("zero", **options) == []
        assert [str(each.message)[:24] for each in said] == ["left out of the query: '", "the query is zero, and s"]
    with pytest.warns(RuntimeWarning, match="left out of the query: 'nan', whose"):
        found = wv.most_similar(["sun", "nan"], topn=None)
    np.testing.assert_array_equal(found, wv.most_similar("sun", topn=None))
    with pytest.warns(RuntimeWarning, match="rank_by_centrality: left out 'zero', 'nan', whose"):
        assert wv.rank_by_centrality(["zero", "sun", "nan"]) == [(pytest.approx(1), "sun")]


def test_what_has_no_answer_is_said(wv):
    for words in (("zero", "sun"), ("sun", "nan")):
        with pytest.warns(RuntimeWarning, match=f"{words[0]!r} or {words[1]!r} is zero, or holds NaN .* no word is cl"):
            assert wv.rank(*words) == 1
    with pytest.warns(RuntimeWarning, match="cosine_similarities: .* they are NaN"):
        assert np.isnan(wv.cosine_similarities(wv["sun"], wv[["zero"]])).all()
    with pytest.warns(RuntimeWarning, match="the distances are NaN"):
        assert wv.most_similar_to_given("sun", ["nan", "moon"]) == "moon"
    with pytest.raises(ParameterError, match="ask for at least one"):
        wv.relative_cosine_similarity("sun", "moon", topn=0)


@pytest.mark.filterwarnings("default:3 of 7 vectors are zero:RuntimeWarning")
@pytest.mark.parametrize("held", [True, False])
def test_they_are_counted_once(wv, held):
    kept = [wv.vectors] * held  # while somebody holds the array, each question computes anew
    with pytest.warns(RuntimeWarning, match=COUNTED) as said:
        assert wv.most_similar("sun") == wv.most_similar("sun")
    assert len(said) == 1
    assert len(kept) == held
    assert said[0].filename == __file__


def test_answers_follow_edits(edited):
    assert len(edited.most_similar("a", topn=9)) == 3
    assert edited.without_direction.tolist() == []
    edited.vectors[2] = 0
    with pytest.warns(RuntimeWarning, match=r"1 of 4 vectors are zero, .* is that of 'c'"):
        assert sorted(word for word, _ in edited.most_similar("a", topn=9)) == ["b", "d"]
    assert edited.without_direction.tolist() == [2]
    edited.add_vectors(["c", "b"], [[1, 1, 1], [np.nan, 0, 0]], replace=True)
    with pytest.warns(RuntimeWarning, match=r"1 of 4 vectors are zero, .* is that of 'b'"):
        assert sorted(word for word, _ in edited.most_similar("a", topn=9)) == ["c", "d"]
    held = edited.vectors
    held[1] = 1
    assert len(edited.most_similar("a", topn=9)) == 3
    held[3] = np.inf
    with pytest.warns(RuntimeWarning, match="is that of 'd'"):
        assert edited.without_direction.tolist() == [3]
    for other in (copy.copy(edited), copy.deepcopy(edited), pickle.loads(pickle.dumps(edited))):
        assert other.without_direction.tolist() == [3]
    edited.vectors = np.eye(4, dtype=np.float32)
    assert edited.without_direction.tolist() == []
    assert len(edited.most_similar("a", topn=9)) == 3


def test_rows_that_no_key_has_taken_are_not_said_to_be_zero():
    wv = KeyedVectors(2, count=4)
    wv.add_vectors(["a", "b"], [[1, 0], [1, 1]])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert [word for word, _ in wv.most_similar("a")] == ["b"]
