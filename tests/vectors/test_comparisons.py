"""Comparisons of words and groups of words: gensim's numbers, and what cannot be compared."""

import numpy as np
import pytest

from fastw2v import WordVectors
from fastw2v.compat.gensim import KeyedVectors
from fastw2v.errors import ParameterError, UnknownWordError


def test_comparisons_equal_gensims(wv, theirs, all_words, all_vectors):
    assert wv.n_similarity(all_words[:3], all_words[5:9]) == pytest.approx(
        theirs.n_similarity(all_words[:3], all_words[5:9]), abs=1e-5
    )
    assert wv.distance("word1", "word2") == pytest.approx(theirs.distance("word1", "word2"), abs=1e-5)
    np.testing.assert_allclose(wv.distances("word1"), theirs.distances("word1"), atol=1e-5)
    np.testing.assert_allclose(
        wv.distances(all_vectors[3], all_words[4:7]), theirs.distances(all_vectors[3], all_words[4:7]), atol=1e-5
    )
    for first in range(0, 100, 7):
        assert wv.rank("word0", all_words[first + 1]) == theirs.rank("word0", all_words[first + 1])
        assert wv.closer_than("word0", all_words[first + 1]) == theirs.closer_than("word0", all_words[first + 1])
        assert wv.doesnt_match(all_words[first : first + 5]) == theirs.doesnt_match(all_words[first : first + 5])


@pytest.mark.parametrize("pre", [True, False])
@pytest.mark.parametrize("post", [True, False])
def test_mean_vectors_equal_gensims(wv, theirs, pre, post, all_words, all_vectors):
    for words, weights in ((all_words[:4], None), (["word1", "unknown", all_vectors[2]], [0.5, 2.0, -1.0])):
        found = wv.get_mean_vector(words, weights, pre_normalize=pre, post_normalize=post)
        expected = theirs.get_mean_vector(words, weights, pre_normalize=pre, post_normalize=post)
        np.testing.assert_allclose(found, expected, atol=1e-6)
        assert found.dtype == np.float32
    with pytest.raises(KeyError, match="unknown"):
        wv.get_mean_vector(["unknown"], ignore_missing=False)
    with pytest.warns(RuntimeWarning, match="get_mean_vector: zeros, since none of the words is in the vocabulary"):
        np.testing.assert_array_equal(wv.get_mean_vector(["unknown"]), np.zeros(8))


@pytest.mark.parametrize("normalized", [True, False])
def test_the_mean_of_words_and_vectors_follows_the_formula(normalized):
    random = np.random.default_rng(0)
    rows = random.normal(size=(6, 4)).astype(np.float32)
    own = random.normal(size=4)
    vectors = WordVectors(rows, list("abcdef"))
    weights = [0.5, -2.0, 1.0, 3.0, 0.25]  # the last but one belongs to an unknown word
    found = vectors.get_mean_vector(["b", "e", own, "unknown", "b"], weights, pre_normalize=normalized)
    used = [row / np.linalg.norm(row) if normalized else row for row in rows]
    expected = (0.5 * used[1] - 2 * used[4] + own + 0.25 * used[1]) / 3.75
    np.testing.assert_allclose(found, expected, rtol=1e-5)


@pytest.mark.parametrize(
    ("method", "arguments", "message"),
    [
        ("doesnt_match", ([],), "`words` is empty"),
        ("doesnt_match", ("word1 word2",), "must be a list of words"),
        ("n_similarity", (["word1"], []), "`others` is empty"),
        ("get_mean_vector", (["word1"], [1.0, 2.0]), r"1 word and weights of shape \(2,\)"),
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


def test_similarity(wv):
    a, b = wv["word1"].astype(float), wv["word2"].astype(float)
    expected = a @ b / np.linalg.norm(a) / np.linalg.norm(b)
    assert wv.similarity("word1", "word2") == pytest.approx(expected, abs=1e-6)
    assert wv.similarity("word1", "word1") == pytest.approx(1.0)
    with pytest.raises(KeyError, match="queen"):
        wv.similarity("word1", "queen")


def test_vectors_are_compared_like_words(wv):
    for word, other in (("word1", "word2"), ("word3", "word3")):
        expected = wv.similarity(word, other)
        assert wv.similarity(wv[word], other) == wv.similarity(word, wv[other]) == wv.similarity(wv[word], wv[other])
        assert wv.similarity(wv[word], other) == expected
        assert wv.distance(wv[word], other) == 1 - expected
        assert wv.n_similarity([word, wv[other]], [wv[word]]) == wv.n_similarity([word, other], [word])
    assert wv.n_similarity(wv.vectors[:3], ["word4"]) == wv.n_similarity(["word0", "word1", "word2"], ["word4"])
    with pytest.raises(ParameterError, match=r"a vector has shape \(3,\)"):
        wv.similarity("word1", np.ones(3))
    with pytest.raises(ParameterError, match="a word is expected here; most_similar, similarity and distances take"):
        wv.doesnt_match(["word1", wv["word2"]])
    with pytest.raises(ParameterError, match=r"`positive` is a list of 8 numbers: pass a vector as a NumPy array"):
        wv.most_similar(wv["word1"].tolist())
    numbers = WordVectors(np.eye(2), [1.0, 2.0])
    with pytest.raises(UnknownWordError, match=r"the word 9\.0 is not in"):
        numbers.most_similar([1.0, 9.0])


@pytest.mark.parametrize(
    "ask",
    [
        lambda wv: wv.similarity("nix", "nil"),
        lambda wv: wv.distances("nix", ["word1", "nil"]),
        lambda wv: wv.n_similarity(["nix", "word1"], ["nil"]),
        lambda wv: wv.n_similarity(["nix", np.ones(wv.vector_size)], ["nil"]),
        lambda wv: wv.word_movers_distance(["nix"], ["nil"]),
        lambda wv: wv.get_mean_vector(["nix", "word1", "nil"], ignore_missing=False),
        lambda wv: wv.doesnt_match(["nix", "word1", "nil", "nix"]),
        lambda wv: wv.rank("nix", "nil"),
        lambda wv: wv.closer_than("nix", "nil"),
        lambda wv: wv.analogy("word1", "nix", "nil"),
        lambda wv: wv.most_similar(["nix"], ["word1", "nil"]),
        lambda wv: wv.most_similar_batch(["word1", ["nix", "nil"]]),
        lambda wv: wv.most_similar_cosmul(["nix"], ["nil"]),
        lambda wv: wv[["nix", "word1", "nil"]],
    ],
)
def test_all_unknown_words_of_a_query_are_named_together(wv, ask):
    said = r"^2 words are unknown: 'nix', 'nil'; the first: the word 'nix' is not in the vocabulary of"
    with pytest.raises(UnknownWordError, match=said) as caught:
        ask(wv)
    assert caught.value.word == "nix"


@pytest.mark.parametrize("method", ["most_similar", "most_similar_cosmul", "similarity", "rank", "closer_than"])
def test_the_gensim_layer_names_them_together_too(wv, method):
    asked = KeyedVectors.from_vectors(np.array(wv.vectors), wv.vocabulary)
    with pytest.raises(KeyError, match="2 words are unknown: 'nix', 'nil'; "):
        getattr(asked, method)("nix", "nil")


def test_the_words_are_looked_up_once_for_all_that_are_closer(monkeypatch, wv):
    """Not once for each: the list is a property, which took most of the time."""
    words, read = wv.index_to_key, []
    monkeypatch.setattr(WordVectors, "index_to_key", property(lambda self: read.append(1) or words))
    assert len(wv.closer_than("word1", "word2")) > len(read)
