"""Vectors without a direction, zeros and those that hold NaN or infinity: never an answer, and always said."""

import os

import numpy as np
import pytest

from fastw2v.errors import ParameterError
from fastw2v.vectors import WordVectors, queries

GOOD = ["sun", "moon", "star", "tree"]
BAD = ["zero", "nan", "inf"]
ROWS = {
    **{"zero": [0, 0, 0], "sun": [-1, 0.5, 0], "nan": [np.nan, 1, 0], "moon": [-1, 0, 0.25], "inf": [1, np.inf, 0]},
    **{"star": [-0.5, 1, 0], "tree": [3e38, -3e38, 1e-42]},
}
NO_DIRECTION = "zero, or hold NaN or infinity"

pytestmark = pytest.mark.filterwarnings("ignore:3 of 7 vectors are zero:RuntimeWarning")


@pytest.fixture
def wv():
    return WordVectors(np.array(list(ROWS.values()), np.float32), list(ROWS))


@pytest.fixture(params=["one by one", "as a choice"])
def way(request, monkeypatch):
    """The two ways in which a search leaves out rows: each, or all at once where there are many."""
    monkeypatch.setattr(queries, "_FEW", 1_000 if request.param == "one by one" else 0)


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize(
    "ask",
    [
        lambda wv, **options: wv.most_similar("sun", topn=9, **options),
        lambda wv, **options: wv.most_similar(np.array([1.0, -1, 0]), topn=9, **options),
        lambda wv, **options: wv.most_similar_batch(["sun", "moon"], topn=9, **options)[0],
        lambda wv, **options: wv.most_similar_cosmul("sun", topn=9, **options),
        lambda wv, **options: wv.analogy("moon", "star", "sun", topn=9),
    ],
)
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"among": list(ROWS)},
        {"among": lambda word: True},
        {"exclude": ["moon"]},
        {"exclude": lambda word: word == "tree"},
        {"restrict_vocab": 5},
    ],
)
def test_their_words_are_never_answers(wv, ask, options, words_of):
    found = ask(wv, **options)
    assert found
    assert not {*words_of(found)} & {*BAD}
    assert all(np.isfinite(score) for _, score in found)


def test_nor_with_an_approximate_index(wv, words_of):
    pytest.importorskip("usearch")
    from fastw2v.vectors.approximate import ApproximateIndex

    index = ApproximateIndex(wv, n_jobs=1)
    assert sorted(words_of(wv.most_similar("sun", topn=9, index=index))) == sorted({*GOOD} - {"sun"})
    assert len(wv.most_similar_batch(["sun", "moon"], topn=9, index=index)[0]) == 3


@pytest.mark.filterwarnings("default:3 of 7 vectors are zero:RuntimeWarning")
def test_they_are_counted_in_one_warning(wv):
    message = rf"3 of 7 vectors are {NO_DIRECTION} \(the first is that of 'zero'\)"
    with pytest.warns(RuntimeWarning, match=message) as said:
        assert wv.most_similar("sun") == wv.most_similar("sun")
    assert len(said) == 1
    assert said[0].filename == __file__
    assert wv.without_direction.tolist() == [0, 2, 4]


@pytest.mark.parametrize("bad", BAD)
def test_of_a_query_they_are_left_out(wv, bad, check_same):
    for ask in (wv.most_similar, wv.most_similar_cosmul, lambda terms: wv.most_similar_batch([terms, "moon"])[0]):
        with pytest.warns(RuntimeWarning, match=f"left out of the query: '{bad}', whose vector is zero, or holds NaN"):
            found = ask(["sun", bad])
        check_same(found, ask("sun"))
        with pytest.warns(RuntimeWarning) as said:
            assert ask([bad]) == []
        assert [str(each.message).split(",")[0].rpartition(" ")[2] for each in said] == [f"'{bad}'", "zero"]


def test_similarities_and_distances(wv):
    with pytest.warns(RuntimeWarning, match="similarity of a vector that is zero .*: it is 0"):
        assert wv.similarity("zero", "sun") == 0
    for bad in ("nan", "inf"):
        with pytest.warns(RuntimeWarning, match="holds NaN or infinity .*: it is NaN"):
            assert np.isnan(wv.similarity("sun", bad))
    with pytest.warns(RuntimeWarning, match="3 words have no direction"):
        assert np.isnan(wv.distances("sun")).tolist() == [word in BAD for word in ROWS]
    with pytest.warns(RuntimeWarning, match="1 word has no direction"):
        assert np.isnan(wv.distances("sun", ["moon", "nan"])).tolist() == [False, True]
    for bad in BAD:
        with pytest.warns(RuntimeWarning, match="the given word has no direction"):
            assert np.isnan(wv.distances(bad, GOOD)).all()


def test_means(wv):
    for normalize, left_out in ((True, BAD), (False, ["nan", "inf"])):
        kept = [word for word in ROWS if word not in left_out and word != "tree"]
        words = [word for word in ROWS if word != "tree"]
        with pytest.warns(RuntimeWarning, match=f"get_mean_vector: left out {', '.join(map(repr, left_out))}, whose"):
            found = wv.get_mean_vector(words, pre_normalize=normalize)
        np.testing.assert_array_equal(found, wv.get_mean_vector(kept, pre_normalize=normalize))
        assert np.isfinite(found).all()
    with pytest.warns(RuntimeWarning, match="n_similarity: left out 'nan', whose"):
        assert wv.n_similarity(["sun", "nan"], ["moon"]) == wv.similarity("sun", "moon")
    with pytest.warns(RuntimeWarning):
        assert np.isnan(wv.n_similarity(["nan"], ["moon"]))


def test_the_odd_word_and_ranks(wv):
    with pytest.warns(RuntimeWarning, match="doesnt_match: left out 'zero', 'nan', 'inf', whose"):
        assert wv.doesnt_match(list(ROWS)) == wv.doesnt_match(GOOD)
    with pytest.raises(ParameterError, match="all of them have no direction"):
        wv.doesnt_match(["zero", "nan"])
    assert wv.rank("sun", "tree") == 3
    assert set(wv.closer_than("sun", "tree")) == {"moon", "star"}
    for words in (("zero", "sun"), ("sun", "nan")):
        with pytest.raises(ParameterError, match=r"has no direction: it is near no word, and has no rank"):
            wv.rank(*words)


@pytest.mark.fault("a fork while unit vectors are made")
@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_child_forked_while_another_thread_makes_them_makes_its_own(run_python):
    done = run_python("""
    import os, signal, threading
    import numpy as np
    from fastw2v.vectors import word_vectors
    wv = word_vectors.WordVectors(np.eye(3), ["a", "b", "c"])
    make, begun, leave = word_vectors.units_and_others, threading.Event(), threading.Event()

    def slow(vectors):
        begun.set()
        leave.wait(60)
        return make(vectors)

    word_vectors.units_and_others = slow
    thread = threading.Thread(target=lambda: wv.unit_vectors)
    thread.start()
    begun.wait(60)
    child = os.fork()
    if child == 0:
        signal.alarm(30)
        word_vectors.units_and_others = make
        os._exit(0 if len(wv.most_similar("a")) == 2 else 1)
    print("status", os.waitpid(child, 0)[1])
    leave.set()
    thread.join()
    """)
    assert done.stdout == "status 0\n", done.stderr
