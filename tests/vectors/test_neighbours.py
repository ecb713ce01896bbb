"""Questions to word vectors: filters, batches, 3CosMul, groups of words; gensim's numbers where gensim has them."""

import copy
import pickle
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastw2v.errors import MissingDependencyError, ParameterError
from fastw2v.vectors import WordVectors, search
from fastw2v.vectors.search import best_of_many, best_rows

WORDS = [f"word{i}" for i in range(200)]
VECTORS = np.random.default_rng(3).normal(size=(200, 8)).astype(np.float32)


@pytest.fixture
def wv():
    return WordVectors(VECTORS, WORDS, np.arange(200, 0, -1))


@pytest.fixture
def theirs(wv):
    pytest.importorskip("gensim")
    return wv.to_gensim()


def words_of(answer):
    return [word for word, _ in answer]


def check_same(found, expected):
    assert words_of(found) == words_of(expected)
    np.testing.assert_allclose([score for _, score in found], [score for _, score in expected], rtol=1e-5, atol=1e-5)


# -- which words may be answers --


def even(word):
    return int(word[4:]) % 2 == 0


FILTERS = {
    "among a set": ({"among": {f"word{i}" for i in range(0, 200, 2)}}, even),
    "among a callable": ({"among": even}, even),
    "exclude a set": ({"exclude": {f"word{i}" for i in range(1, 200, 2)} | {"unknown"}}, even),
    "exclude a callable": ({"exclude": lambda word: not even(word)}, even),
    "few words": ({"among": ["word3", "word5", "unknown", "word7"]}, {"word3", "word5", "word7"}.__contains__),
    "both": ({"among": even, "exclude": {"word4"}}, lambda word: even(word) and word != "word4"),
    "callable and set": (
        {"among": {"word2", "word4", "word6"}, "exclude": lambda word: word == "word6"},
        {"word2", "word4"}.__contains__,
    ),
    "nothing": ({"among": []}, lambda word: False),
}


@pytest.mark.parametrize(("options", "kept"), FILTERS.values(), ids=FILTERS.keys())
@pytest.mark.parametrize("restrict_vocab", [None, 150])
@pytest.mark.parametrize("topn", [1, 10, 500])
def test_a_filter_gives_what_filtering_all_answers_gives(wv, options, kept, restrict_vocab, topn):
    question = {"positive": ["word2", "word9"], "negative": "word190", "restrict_vocab": restrict_vocab}
    for ask in (wv.most_similar, wv.most_similar_cosmul):
        everything = ask(**question, topn=1000)
        check_same(ask(**question, topn=topn, **options), [pair for pair in everything if kept(pair[0])][:topn])
    batch = wv.most_similar_batch(
        [question["positive"]], [question["negative"]], topn=topn, restrict_vocab=restrict_vocab, **options
    )
    check_same(batch[0], wv.most_similar(**question, topn=topn, **options))


def test_a_callable_is_asked_about_few_words(wv):
    asked = []
    wv.most_similar("word1", topn=2, among=lambda word: asked.append(word) or True)
    assert 2 <= len(asked) <= 30


def test_a_string_is_no_collection_of_words(wv):
    with pytest.raises(ParameterError, match="exclude must be a collection of words or a callable; got the string"):
        wv.most_similar("word1", exclude="word2")


def test_sets_and_iterators_of_words_are_lists_of_words(wv):
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
        ([VECTORS[0].tolist()], "pass a vector as a NumPy array"),
        ([np.array(["word1", "word2"])], "an array of <U5 inside a list"),
        ([("word1", float("nan"))], "weight nan: weights must be finite"),
        ([(VECTORS[0], float("inf"))], "weight inf"),
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


# -- many at once --


def test_a_batch_gives_what_single_questions_give(wv, monkeypatch):
    monkeypatch.setattr(search, "_BLOCK_QUERIES", 3)
    monkeypatch.setattr(search, "_BLOCK_SEARCHED", 7)
    questions = ["word1", ["word2", ("word3", 0.5)], wv["word4"], ("word5", "word6"), "word199", [wv["word7"], "word8"]]
    negative = [(), "word9", (), ["word10", "word11"], (), ()]
    for restrict_vocab in (None, 50, 3):
        found = wv.most_similar_batch(questions, negative, topn=9, restrict_vocab=restrict_vocab)
        for answer, positive, taken in zip(found, questions, negative, strict=True):
            check_same(answer, wv.most_similar(positive, taken, topn=9, restrict_vocab=restrict_vocab))


def test_rows_of_an_array_are_questions(wv):
    found = wv.most_similar_batch(VECTORS[:5] * 3, topn=1)
    assert [words_of(answer) for answer in found] == [[word] for word in WORDS[:5]]
    assert wv.most_similar_batch([]) == []
    assert wv.most_similar_batch(["word1"], topn=0) == [[]]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("word1",), "takes a list of queries"),
        ((["word1"], []), "`positive` has 1 queries, but `negative` has 0"),
        ((["word1", []],), "needs at least one word or vector"),
        ((np.zeros((2, 3)),), r"shape \(3,\)"),
    ],
)
def test_bad_batches_are_refused(wv, arguments, message):
    with pytest.raises(ParameterError, match=message):
        wv.most_similar_batch(*arguments)


@given(
    data=st.data(),
    queries=st.integers(1, 5),
    rows=st.integers(1, 20),
    topn=st.integers(0, 22),
    sizes=st.tuples(st.integers(1, 3), st.integers(1, 12), st.integers(1, 12), st.integers(1, 4)),
)
def test_blocks_of_any_size_choose_as_a_full_sort_does(data, queries, rows, topn, sizes):
    scores = np.array(
        data.draw(st.lists(st.lists(st.sampled_from([-1.0, 0.0, 0.5, 1.0]), min_size=rows, max_size=rows),
                           min_size=queries, max_size=queries)), np.float32,
    )  # fmt: skip
    left_out = [data.draw(st.lists(st.integers(0, rows - 1), max_size=3, unique=True)) for _ in range(queries)]
    barred = data.draw(st.lists(st.integers(0, rows - 1), max_size=2, unique=True))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search, "_BLOCK_QUERIES", sizes[0])
        patch.setattr(search, "_BLOCK_SEARCHED", sizes[1])
        patch.setattr(search, "_PIECE", 20)
        patch.setattr(search, "_FIRST_SEARCHED", sizes[2])
        patch.setattr(search, "_PIECES_FOR_EACH", sizes[3])
        # One-hot queries, so that the products are the scores themselves.
        found = list(best_of_many(np.eye(queries, dtype=np.float32), scores.T.copy(), topn, left_out, barred))
    for number, (best, values) in enumerate(found):
        expected = best_rows(scores[number], topn, {*left_out[number], *barred})
        assert best.tolist() == expected.tolist()
        assert values.tolist() == scores[number][expected].tolist()


def test_few_scores_are_sorted_even_where_each_block_has_better_ones(monkeypatch):
    """As in trained vectors, where the neighbours of rare words are rare: sorting them all took most of the time."""
    cosines = np.linspace(0, 0.99, 20_000)
    wv = WordVectors(np.stack([cosines, np.sqrt(1 - cosines**2)], axis=1), list(range(20_000)))
    sorted_at_once = []
    lexsort = np.lexsort
    monkeypatch.setattr(np, "lexsort", lambda keys: sorted_at_once.append(len(keys[0])) or lexsort(keys))
    found = wv.most_similar_batch(np.array([[1.0, 0.0]] * 50), topn=10)
    assert [words_of(answer) for answer in found] == [list(range(19_999, 19_989, -1))] * 50
    assert 0 < max(sorted_at_once) <= 50 * 3_000  # of 8,192 in each block, all of which beat those before


def test_the_memory_of_a_batch_is_bounded():
    rng = np.random.default_rng(0)
    wv = WordVectors(rng.normal(size=(60_000, 4)).astype(np.float32), list(range(60_000)))
    _ = wv.unit_vectors
    tracemalloc.start()
    wv.most_similar_batch(rng.normal(size=(2_000, 4)), topn=3)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 64 << 20  # all scores together are 480 MB


# -- groups of words, and gensim's numbers --


def test_cosmul_equals_gensims(wv, theirs):
    for positive, negative in ((["word1", "word2"], ["word3"]), ("word4", ()), (["word5"], ["word6", "word7"])):
        found = wv.most_similar_cosmul(positive, negative, topn=20)
        check_same(found, theirs.most_similar_cosmul(positive, list(negative), topn=20))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(([], ["word1"]), "at least one word or vector in `positive`"), (([("word1", 2.0)],), "takes no weights")],
)
def test_cosmul_refuses_what_it_cannot_mean(wv, arguments, message):
    with pytest.raises(ParameterError, match=message):
        wv.most_similar_cosmul(*arguments)


def test_comparisons_equal_gensims(wv, theirs):
    assert wv.n_similarity(WORDS[:3], WORDS[5:9]) == pytest.approx(theirs.n_similarity(WORDS[:3], WORDS[5:9]), abs=1e-5)
    assert wv.distance("word1", "word2") == pytest.approx(theirs.distance("word1", "word2"), abs=1e-5)
    np.testing.assert_allclose(wv.distances("word1"), theirs.distances("word1"), atol=1e-5)
    np.testing.assert_allclose(
        wv.distances(VECTORS[3], WORDS[4:7]), theirs.distances(VECTORS[3], WORDS[4:7]), atol=1e-5
    )
    for first in range(0, 100, 7):
        assert wv.rank("word0", WORDS[first + 1]) == theirs.rank("word0", WORDS[first + 1])
        assert wv.closer_than("word0", WORDS[first + 1]) == theirs.closer_than("word0", WORDS[first + 1])
        assert wv.doesnt_match(WORDS[first : first + 5]) == theirs.doesnt_match(WORDS[first : first + 5])


@pytest.mark.parametrize("pre", [True, False])
@pytest.mark.parametrize("post", [True, False])
def test_mean_vectors_equal_gensims(wv, theirs, pre, post):
    for words, weights in ((WORDS[:4], None), (["word1", "unknown", VECTORS[2]], [0.5, 2.0, -1.0])):
        found = wv.get_mean_vector(words, weights, pre_normalize=pre, post_normalize=post)
        expected = theirs.get_mean_vector(words, weights, pre_normalize=pre, post_normalize=post)
        np.testing.assert_allclose(found, expected, atol=1e-6)
        assert found.dtype == np.float32
    with pytest.raises(KeyError, match="unknown"):
        wv.get_mean_vector(["unknown"], ignore_missing=False)
    np.testing.assert_array_equal(wv.get_mean_vector(["unknown"]), np.zeros(8))


@pytest.mark.parametrize(
    ("method", "arguments", "message"),
    [
        ("doesnt_match", ([],), "`words` is empty"),
        ("doesnt_match", ("word1 word2",), "must be a list of words"),
        ("n_similarity", (["word1"], []), "`others` is empty"),
        ("get_mean_vector", (["word1"], [1.0, 2.0]), r"1 words and weights of shape \(2,\)"),
        ("distances", (np.zeros(3),), r"shape \(3,\)"),
    ],
)
def test_bad_comparisons_are_refused(wv, method, arguments, message):
    with pytest.raises(ParameterError, match=message):
        getattr(wv, method)(*arguments)


@pytest.mark.parametrize("method", ["rank", "closer_than", "distance", "similarity"])
def test_unknown_words_are_named(wv, method):
    with pytest.raises(KeyError, match="'wordl'"):
        getattr(wv, method)("word1", "wordl")


def test_words_that_cannot_be_words_are_named():
    with pytest.raises(ParameterError, match=r"`words` holds \['b'\] \(list\), which cannot be a word"):
        WordVectors(np.eye(2), ["a", ["b"]])


# -- fewer words --


def test_a_slice_has_the_first_rows(wv):
    part = wv[:20]
    assert isinstance(part, WordVectors)
    assert part.index_to_key == WORDS[:20]
    np.testing.assert_array_equal(part.vectors, VECTORS[:20])
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


# -- the approximate index --


def test_without_usearch_the_error_says_how_to_get_it(wv, monkeypatch):
    from fastw2v.vectors.approximate import ApproximateIndex

    monkeypatch.setitem(__import__("sys").modules, "usearch.index", None)
    with pytest.raises(MissingDependencyError, match=r"pip install 'fastw2v\[ann\]'"):
        ApproximateIndex(wv)


@pytest.fixture(scope="module")
def large():
    rng = np.random.default_rng(8)
    centres = rng.normal(size=(100, 16)) * 2
    vectors = (centres[rng.integers(0, 100, 3_000)] + rng.normal(size=(3_000, 16))).astype(np.float32)
    return WordVectors(vectors, [f"w{i}" for i in range(3_000)])


@pytest.fixture(scope="module")
def index(large):
    pytest.importorskip("usearch")
    from fastw2v.vectors.approximate import ApproximateIndex

    return ApproximateIndex(large, n_jobs=1)


def test_the_index_finds_nearly_all_neighbours_with_their_exact_scores(large, index):
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


def test_the_index_leaves_out_what_it_is_told(large, index):
    best = words_of(large.most_similar("w1", topn=5))
    found = words_of(large.most_similar("w1", topn=5, index=index, exclude=best))
    assert len(found) == 5
    assert not {*found} & {*best, "w1"}
    rare = {f"w{i}" for i in range(0, 3_000, 100)}
    found = words_of(large.most_similar("w1", topn=25, index=index, among=rare.__contains__))
    assert len(found) == 25
    assert {*found} <= rare
    assert large.most_similar("w1", topn=0, index=index) == []


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
    with pytest.raises(ParameterError, match=r"must be an ApproximateIndex; got str"):
        wv.most_similar("word1", index="fast")
    with pytest.raises(ParameterError, match=r"built from vectors of shape \(3000, 16\), not \(200, 8\)"):
        wv.most_similar("word1", index=index)


# -- conversion to other libraries --


def test_gensim_and_back(wv, theirs):
    assert theirs.index_to_key == WORDS
    np.testing.assert_array_equal(theirs.vectors, VECTORS)
    assert theirs.get_vecattr("word3", "count") == 197
    back = WordVectors.from_gensim(theirs)
    assert back.index_to_key == WORDS
    np.testing.assert_array_equal(back.vectors, VECTORS)
    np.testing.assert_array_equal(back.counts, wv.counts)
    theirs.vectors[0] = 0
    assert wv.vectors[0].any()
    check_same(wv.most_similar("word5"), WordVectors.to_gensim(wv).most_similar("word5"))


def test_a_frame_has_a_row_for_each_word(wv):
    pytest.importorskip("pandas")
    frame = wv.to_frame()
    assert frame.index.tolist() == WORDS
    np.testing.assert_array_equal(frame.to_numpy(), VECTORS)
    np.testing.assert_array_equal(frame.loc["word7"].to_numpy(), VECTORS[7])
