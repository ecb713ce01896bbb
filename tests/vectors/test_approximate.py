"""ApproximateIndex: how many threads build it, and its answers beside the exact ones."""

import copy
import pickle
import sys

import numpy as np
import pytest

import fastw2v
from fastw2v.errors import MissingDependencyError, ParameterError
from fastw2v.vectors import WordVectors, approximate

WV = WordVectors(np.eye(3), ["a", "b", "c"])


@pytest.mark.parametrize("n_jobs", [0, -2, 1.5, 4097, True])
def test_n_jobs_means_for_the_index_what_it_means_everywhere(n_jobs):
    with pytest.raises(ParameterError, match=f"n_jobs={n_jobs}: it must be a whole number from 1 to 4,096, or -1"):
        approximate.ApproximateIndex(WV, n_jobs=n_jobs)


@pytest.mark.parametrize(("n_jobs", "threads"), [(None, 3), (-1, 3), (2, 2)])
def test_every_usable_cpu_builds_the_index_unless_a_number_is_given(monkeypatch, n_jobs, threads):
    used = []

    class Graph:
        def add(self, keys, units, *, threads):
            used.append(threads)

    monkeypatch.setattr("fastw2v.machine.usable_cpus", lambda: 3)
    monkeypatch.setattr(approximate.ApproximateIndex, "_empty_graph", lambda self: Graph())
    approximate.ApproximateIndex(WV, n_jobs=n_jobs)
    assert used == [threads]


def test_without_usearch_the_error_says_how_to_get_it(wv, monkeypatch):
    monkeypatch.setitem(sys.modules, "usearch.index", None)
    with pytest.raises(MissingDependencyError, match=r"pip install 'fastw2v\[ann\]'"):
        approximate.ApproximateIndex(wv)


@pytest.fixture(scope="module")
def large():
    rng = np.random.default_rng(8)
    centres = rng.normal(size=(100, 16)) * 2
    vectors = (centres[rng.integers(0, 100, 3_000)] + rng.normal(size=(3_000, 16))).astype(np.float32)
    return WordVectors(vectors, [f"w{i}" for i in range(3_000)])


@pytest.fixture(scope="module")
def index(large):
    pytest.importorskip("usearch")
    return approximate.ApproximateIndex(large, n_jobs=1)


def test_the_index_finds_nearly_all_neighbours_with_their_exact_scores(large, index, words_of, check_same):
    questions = [f"w{i}" for i in range(200)]
    exact, found = large.most_similar_batch(questions), large.most_similar_batch(questions, index=index)
    hits = 0
    for right, answer in zip(exact, found, strict=True):
        assert len(answer) == 10
        hits += len({*words_of(right)} & {*words_of(answer)})
        scores = dict(right)
        assert all(score == pytest.approx(scores[word], abs=1e-5) for word, score in answer if word in scores)
    assert hits >= 0.95 * 2_000
    check_same(large.most_similar("w3", index=index), found[3])


def test_the_index_leaves_out_what_it_is_told(large, index, words_of):
    best = words_of(large.most_similar("w1", topn=5))
    found = words_of(large.most_similar("w1", topn=5, index=index, exclude=best))
    assert len(found) == 5
    assert not {*found} & {*best, "w1"}
    rare = {f"w{i}" for i in range(0, 3_000, 100)}
    found = words_of(large.most_similar("w1", topn=25, index=index, among=rare.__contains__))
    assert len(found) == 25
    assert {*found} <= rare
    assert large.most_similar("w1", topn=0, index=index) == []


def test_many_excluded_words_do_not_make_the_index_fetch_as_many(large, index, monkeypatch, words_of, check_same):
    fetched = []
    search = type(index).search
    monkeypatch.setattr(
        type(index), "search", lambda self, units, count: fetched.append(count) or search(self, units, count)
    )
    far = words_of(large.most_similar("w1", topn=3_000))[-1_500:]
    found = large.most_similar("w1", topn=5, index=index, exclude=far)
    check_same(found, large.most_similar("w1", topn=5, index=index))
    assert max(fetched) < 100


@pytest.mark.parametrize("copied", [lambda index: pickle.loads(pickle.dumps(index)), copy.deepcopy])
def test_an_index_travels_with_its_graph(large, index, copied):
    questions = [f"w{i}" for i in range(20)]
    other = copied(index)
    assert large.most_similar_batch(questions, index=other) == large.most_similar_batch(questions, index=index)
    assert len(other) == len(index)
    with pytest.raises(ParameterError, match="built from vectors of shape"):
        large[:5].most_similar("w1", index=other)


def test_the_index_says_what_it_cannot_do(large, index, wv):
    for options in ({"restrict_vocab": 5}, {"among": ["w1"]}):
        with pytest.raises(ParameterError, match="always searches all words"):
            large.most_similar("w1", index=index, **options)
    with pytest.raises(ParameterError, match=r"must be an ApproximateIndex or a GpuIndex; got str"):
        wv.most_similar("word1", index="fast")
    with pytest.raises(ParameterError, match=r"built from vectors of shape \(3000, 16\), not \(200, 8\)"):
        wv.most_similar("word1", index=index)


def test_it_is_imported_from_the_name_that_pages_give():
    from fastw2v.ann import ApproximateIndex, GpuIndex

    assert (fastw2v.ann.ApproximateIndex, fastw2v.ann.GpuIndex) == (ApproximateIndex, GpuIndex)


def test_an_index_of_other_vectors_is_refused():
    pytest.importorskip("usearch")
    rng = np.random.default_rng(1)
    words = [f"w{i}" for i in range(500)]
    wv = WordVectors(rng.normal(size=(500, 8)), words)
    index = approximate.ApproximateIndex(wv)
    for known in (index, pickle.loads(pickle.dumps(index))):
        assert wv.most_similar("w1", topn=1, index=known)
        assert WordVectors(3 * wv.vectors, words).most_similar("w1", topn=1, index=known)  # the same directions
        with pytest.raises(ParameterError, match=r"built from other vectors, .*as in ApproximateIndex\(wv\)"):
            WordVectors(rng.normal(size=(500, 8)), words).most_similar("w1", index=known)


def test_an_index_is_built_from_a_model_too():
    pytest.importorskip("usearch")
    text = [["red", "wine", "and", "white", "rose"]] * 20
    model = fastw2v.Word2Vec(text, vector_size=4, min_count=1, sample=0, epochs=1, n_jobs=1, device="cpu").fit()
    assert len(approximate.ApproximateIndex(model)) == 5
    with pytest.raises(ParameterError, match="expected word vectors or a fitted model"):
        approximate.ApproximateIndex(np.eye(3))


def test_where_the_graph_leads_to_few_rows_all_are_searched(wv):
    class Short(approximate.ApproximateIndex):
        def search(self, units, count):
            return [found[:3] for found in super().search(units, count)]

    pytest.importorskip("usearch.index")
    found = wv.most_similar(wv.index_to_key[0], topn=len(wv) - 1, index=Short(wv))
    assert [word for word, _ in found] == [word for word, _ in wv.most_similar(wv.index_to_key[0], topn=len(wv) - 1)]
