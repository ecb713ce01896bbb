"""Neighbours and analogies: by hand and against gensim; filters, batches and 3CosMul."""

import tracemalloc

import numpy as np
import pytest

from fastw2v.errors import ParameterError, UnknownWordError
from fastw2v.vectors import WordVectors, search
from fastw2v.vectors.search import unit_rows

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
def test_a_filter_gives_what_filtering_all_answers_gives(wv, options, kept, restrict_vocab, topn, check_same):
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


@pytest.mark.parametrize("questions", [1, 5])
def test_for_few_questions_a_callable_is_asked_about_few_words_once_each(wv, all_words, questions, check_same):
    asked = []
    found = wv.most_similar_batch(all_words[:questions], topn=2, among=lambda word: asked.append(word) or even(word))
    assert len(asked) == len({*asked}) <= 30 * questions
    for word, answer in zip(all_words, found, strict=False):
        check_same(answer, wv.most_similar(word, topn=2, among=even))


def test_for_many_questions_a_callable_is_asked_about_all_words_once(wv, all_words, check_same):
    asked = []
    found = wv.most_similar_batch(all_words[:100], topn=3, among=lambda word: asked.append(word) or even(word))
    assert asked == all_words
    check_same(found[7], wv.most_similar("word7", topn=3, among=even))


@pytest.mark.parametrize("excluded", [1_001, 2_500, 3_990])
def test_many_excluded_words_are_left_out_in_batches_too(excluded, check_same):
    wv = WordVectors(np.random.default_rng(1).normal(size=(4_000, 5)).astype(np.float32), list(range(4_000)))
    options = {"topn": 12, "exclude": set(range(excluded)), "restrict_vocab": 3_999}
    for question, answer in zip([5, 3_995, 3_999], wv.most_similar_batch([5, 3_995, 3_999], **options), strict=True):
        everything = wv.most_similar(question, topn=4_000, restrict_vocab=3_999)
        check_same(answer, [pair for pair in everything if pair[0] >= excluded][:12])
        check_same(answer, wv.most_similar(question, **options))


# -- many queries at once --


def test_few_questions_are_answered_in_long_blocks(monkeypatch):
    """In short ones, starting the threads of each product took longer than the product."""
    wv = WordVectors(np.random.default_rng(0).normal(size=(60_000, 4)).astype(np.float32), list(range(60_000)))
    blocks = []
    add = search.BestSoFar.add
    monkeypatch.setattr(search.BestSoFar, "add", lambda *given: blocks.append(given[-1]) or add(*given))
    wv.most_similar_batch([1, 2, 3])
    assert len(blocks) == 2
    wv.most_similar_batch([1])
    assert len(blocks) == 2  # one question is compared with all rows at once


def test_both_sides_of_a_batch_may_be_generators(wv):
    listed = wv.most_similar_batch(["word1", "word2"], ["word3", ["word4"]])
    given = ((word for word in words) for words in (["word1", "word2"], ["word3", ["word4"]]))
    assert wv.most_similar_batch(*given) == listed
    for negative in ("word3", 5, {"word3": 1}):
        with pytest.raises(ParameterError, match="negative: most_similar_batch takes a list as long as"):
            wv.most_similar_batch(["word1"], negative)


def test_a_batch_gives_what_single_questions_give(wv, monkeypatch, check_same):
    monkeypatch.setattr(search, "_BLOCK_QUERIES", 3)
    monkeypatch.setattr(search, "_BLOCK_SEARCHED", 7)
    questions = ["word1", ["word2", ("word3", 0.5)], wv["word4"], ("word5", "word6"), "word199", [wv["word7"], "word8"]]
    negative = [(), "word9", (), ["word10", "word11"], (), ()]
    for restrict_vocab in (None, 50, 3):
        found = wv.most_similar_batch(questions, negative, topn=9, restrict_vocab=restrict_vocab)
        for answer, positive, taken in zip(found, questions, negative, strict=True):
            check_same(answer, wv.most_similar(positive, taken, topn=9, restrict_vocab=restrict_vocab))


def test_rows_of_an_array_are_questions(wv, all_words, all_vectors, words_of):
    found = wv.most_similar_batch(all_vectors[:5] * 3, topn=1)
    assert [words_of(answer) for answer in found] == [[word] for word in all_words[:5]]
    assert wv.most_similar_batch([]) == []
    assert wv.most_similar_batch(["word1"], topn=0) == [[]]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("word1",), "takes a list of queries"),
        ((["word1"], []), "`positive` has 1 query, but `negative` has 0"),
        ((["word1", []],), "needs at least one word or vector"),
        ((np.zeros((2, 3)),), r"shape \(3,\)"),
    ],
)
def test_bad_batches_are_refused(wv, arguments, message):
    with pytest.raises(ParameterError, match=message):
        wv.most_similar_batch(*arguments)


def test_a_batch_skips_unknown_words_when_asked_to(wv, check_same):
    with pytest.raises(UnknownWordError):
        wv.most_similar_batch(["word1", "never"])
    with pytest.warns(RuntimeWarning, match=r"1 query holds no known word, .* number 1\)") as caught:
        found = wv.most_similar_batch([["word1", "never"], "never", "word2"], ["no", (), "word3"], ignore_missing=True)
    assert len(caught) == 1
    for answer, expected in zip(found, [wv.most_similar("word1"), [], wv.most_similar("word2", "word3")], strict=True):
        check_same(answer, expected)


def test_the_memory_of_a_batch_is_bounded():
    rng = np.random.default_rng(0)
    wv = WordVectors(rng.normal(size=(60_000, 4)).astype(np.float32), list(range(60_000)))
    _ = wv.unit_vectors
    tracemalloc.start()
    wv.most_similar_batch(rng.normal(size=(2_000, 4)), topn=3)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 64 << 20  # all scores together are 480 MB


# -- 3CosMul --


def test_cosmul_equals_gensims(wv, theirs, check_same):
    for positive, negative in ((["word1", "word2"], ["word3"]), ("word4", ()), (["word5"], ["word6", "word7"])):
        found = wv.most_similar_cosmul(positive, negative, topn=20)
        check_same(found, theirs.most_similar_cosmul(positive, list(negative), topn=20), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(([], ["word1"]), "at least one word or vector in `positive`"), (([("word1", 2.0)],), "takes no weights")],
)
def test_cosmul_refuses_what_it_cannot_mean(wv, arguments, message):
    with pytest.raises(ParameterError, match=message):
        wv.most_similar_cosmul(*arguments)


# -- one query --


def by_hand(wv, query, exclude):
    lengths = np.linalg.norm(wv.vectors.astype(np.float64), axis=1)
    scores = wv.vectors.astype(np.float64) @ query / lengths / np.linalg.norm(query)
    words = wv.index_to_key
    return [(words[row], scores[row]) for row in np.argsort(-scores) if words[row] not in exclude]


def test_neighbours_of_a_word_equal_those_by_hand(wv, check_same):
    found = wv.most_similar("word3", topn=5)
    check_same(found, by_hand(wv, wv["word3"].astype(float), {"word3"})[:5])
    assert all(type(score) is float for _, score in found)


def test_positive_and_negative_words_with_weights(wv, check_same):
    unit = unit_rows(wv.vectors).astype(np.float64)
    query = 2 * unit[1] + unit[2] - 0.5 * unit[3]
    found = wv.most_similar([("word1", 2.0), "word2"], negative=[("word3", 0.5)], topn=300)
    check_same(found, by_hand(wv, query, {"word1", "word2", "word3"}))


def test_vectors_count_with_their_length_and_exclude_nothing(wv, check_same):
    vector = wv["word4"] * 3
    unit = unit_rows(wv.vectors).astype(np.float64)
    check_same(wv.most_similar([vector, "word5"]), by_hand(wv, vector + unit[5], {"word5"})[:10])
    assert wv.most_similar(wv["word4"])[0][0] == "word4"
    check_same(wv.most_similar((vector, 2.0)), wv.most_similar(vector))


def test_restrict_vocab_bounds_the_answers_not_the_question(wv, all_words, check_same):
    found = wv.most_similar("word40", topn=60, restrict_vocab=10)
    assert {word for word, _ in found} == set(all_words[:10])
    check_same(found, [pair for pair in by_hand(wv, wv["word40"].astype(float), ()) if pair[0] in all_words[:10]])
    assert len(wv.most_similar("word4", topn=60, restrict_vocab=10)) == 9
    assert len(wv.most_similar("word4", topn=300, restrict_vocab=10**9)) == 199


def test_topn(wv):
    assert wv.most_similar("word1", topn=0) == []
    assert len(wv.most_similar("word1")) == 10
    assert len(wv.most_similar("word1", topn=10**9)) == 199


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


def test_analogy_is_b_minus_a_plus_c(wv, check_same):
    check_same(wv.analogy("word1", "word2", "word3", topn=4), wv.most_similar(["word2", "word3"], ["word1"], topn=4))


def test_most_similar_agrees_with_gensim(wv, all_words, check_same):
    keyedvectors = pytest.importorskip("gensim.models.keyedvectors")
    other = keyedvectors.KeyedVectors(8)
    other.add_vectors(all_words, wv.vectors)
    check_same(wv.most_similar("word3", topn=20), other.most_similar("word3", topn=20))
    check_same(
        wv.most_similar([("word3", 2.0), "word4"], ["word5", ("word6", 0.5)], topn=20),
        other.most_similar([("word3", 2.0), "word4"], ["word5", ("word6", -0.5)], topn=20),
    )
    check_same(
        wv.most_similar([wv["word1"] * 2, "word2"], topn=20, restrict_vocab=30),
        other.most_similar([wv["word1"] * 2, "word2"], topn=20, restrict_vocab=30),
    )


def test_a_pair_in_negative_subtracts_by_its_weight(wv, check_same):
    """gensim takes a weight in `negative` as it is, so that -0.5 there subtracts; here the list says the sign."""
    unit = unit_rows(wv.vectors).astype(np.float64)
    found = wv.most_similar("word1", negative=("word2", 0.5), topn=5)
    check_same(found, by_hand(wv, unit[1] - 0.5 * unit[2], {"word1", "word2"})[:5])
