"""gensim's KeyedVectors: what its methods answer, these answer."""

import numpy as np
import pytest

from fastw2v.compat.gensim import KeyedVectors, Word2Vec
from fastw2v.errors import FormatError, ParameterError


@pytest.fixture(scope="module")
def both():
    """The same vectors in gensim's class and in ours."""
    gensim = pytest.importorskip("gensim.models.keyedvectors")
    words = [f"word{i}" for i in range(60)]
    vectors = np.random.default_rng(1).normal(size=(60, 7)).astype(np.float32)
    theirs = gensim.KeyedVectors(7)
    theirs.add_vectors(words, vectors)
    return KeyedVectors(vectors, words), theirs


CALLS = {
    "weights as they are": lambda wv: wv.most_similar([("word1", 2.0)], [("word2", -0.5), "word3"]),
    "all scores": lambda wv: wv.most_similar("word1", topn=None),
    "some scores": lambda wv: wv.most_similar("word1", topn=None, restrict_vocab=9),
    "none": lambda wv: wv.most_similar("word1", topn=0),
    "clipped": lambda wv: wv.most_similar("word1", clip_end=20),
    "by vector": lambda wv: wv.similar_by_vector(wv["word1"] + wv["word2"]),
    "by word": lambda wv: wv.similar_by_word("word4", topn=3),
    "by row": lambda wv: wv.most_similar([5], topn=3),
    "cosmul": lambda wv: wv.most_similar_cosmul(positive=["word1"], negative=["word2"]),
    "cosmul of all": lambda wv: wv.most_similar_cosmul(positive=["word1", "word3"], negative="word2", topn=None),
    "of a list": lambda wv: wv.most_similar_to_given("word1", ["word2", "word3", "word4"]),
    "relative": lambda wv: wv.relative_cosine_similarity("word1", "word2"),
    "groups": lambda wv: wv.n_similarity(["word1", "word2"], ["word3"]),
    "groups of unknown words": lambda wv: wv.n_similarity(["word1"], ["none"]),
    "of some words": lambda wv: wv.vectors_for_all(["word9", "none", "word2", "word9"])["word2"],
    "cosines": lambda wv: wv.cosine_similarities(wv["word1"], wv.vectors[:5]),
    "distances": lambda wv: wv.distances("word1", ["word2", "word3"]),
    "all distances": lambda wv: wv.distances("word1"),
    "closer": lambda wv: wv.closer_than("word1", "word9"),
    "rank": lambda wv: wv.rank("word1", "word9"),
    "index": lambda wv: (wv.get_index("word5"), wv.get_index("none", default=-1), wv.has_index_for("word6")),
    "vector": lambda wv: wv.get_vector(3, norm=True),
    "normed": lambda wv: wv.get_normed_vectors(),
    "row": lambda wv: wv[7],
    "rows": lambda wv: wv[["word1", "word2"]],
}


def assert_alike(found, expected):
    if isinstance(expected, list | tuple):
        assert len(found) == len(expected)
        for one, other in zip(found, expected, strict=True):
            assert_alike(one, other)
    elif isinstance(expected, str):
        assert found == expected
    else:
        np.testing.assert_allclose(found, expected, atol=2e-6, rtol=1e-5)


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
@pytest.mark.filterwarnings("ignore:words that are not in the vocabulary")
def test_calls_answer_as_gensim_does(both, call):
    ours, theirs = both
    assert_alike(call(ours), call(theirs))


def test_evaluation_returns_what_gensim_returns(both, tmp_path):
    ours, theirs = both
    rng = np.random.default_rng(4)
    rows = [
        f"word{a}\tword{b}\t{score:.3f}"
        for a, b, score in zip(*rng.integers(0, 70, (2, 40)), rng.random(40), strict=True)
    ]
    (tmp_path / "pairs.tsv").write_text("\n".join(rows) + "\n")
    found, expected = (wv.evaluate_word_pairs(str(tmp_path / "pairs.tsv")) for wv in (ours, theirs))
    assert_alike([*found[0], *found[1], found[2]], [*map(float, expected[0]), *map(float, expected[1]), expected[2]])
    # The answer to each question is the nearest word, so that about half of the questions have a right one.
    lines = []
    for section in range(2):
        lines.append(f": section{section}")
        for a, b, c in rng.integers(0, 60, (30, 3)):
            words = [f"word{i}" for i in (a, b, c)]
            best = theirs.most_similar([words[1], words[2]], [words[0]], topn=2)
            lines.append(" ".join([*words, best[rng.integers(0, 2)][0]]))
        lines.append("word1 word2 word3 unknown")
    (tmp_path / "questions.txt").write_text("\n".join(lines) + "\n")
    for options in ({}, {"case_insensitive": False}, {"dummy4unknown": True}, {"restrict_vocab": 40}):
        found = ours.evaluate_word_analogies(str(tmp_path / "questions.txt"), **options)
        assert found == theirs.evaluate_word_analogies(str(tmp_path / "questions.txt"), **options)
        assert 0 < found[0] < 1


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda wv: wv.add_vector("new", wv["word1"]), NotImplementedError, "do not change: make new ones"),
        (lambda wv: wv.wmdistance(["word1"], ["word2"]), NotImplementedError, "to_gensim"),
        (lambda wv: type(wv)(vector_size=7), ParameterError, "takes the finished vectors"),
        (lambda wv: type(wv)(7), ParameterError, "takes the finished vectors"),
        (lambda wv: wv.init_sims(replace=True), ParameterError, "get_normed_vectors"),
        (lambda wv: wv.index2word, AttributeError, "unlike gensim's: use wv.key_to_index and wv.index_to_key"),
        (lambda wv: wv.nonsense, AttributeError, "'KeyedVectors' object has no attribute 'nonsense'$"),
        (lambda wv: Word2Vec().wv, AttributeError, r"call build_vocab\(sentences\) first"),
        (lambda wv: wv.most_similar("word1", clip_start=5), ParameterError, "use a slice instead"),
        (lambda wv: wv.most_similar("word1", indexer=object()), ParameterError, "ApproximateIndex"),
        (lambda wv: wv.get_vecattr("word1", "sample_int"), KeyError, "attribute 'sample_int'"),
        (lambda wv: wv.save_word2vec_format("x", write_header=False), ParameterError, "with a header"),
        (lambda wv: wv.load_word2vec_format("x", encoding="latin-1"), ParameterError, "UTF-8"),
        (lambda wv: wv.evaluate_word_pairs("x", dummy4unknown=True), ParameterError, "left out and counted"),
    ],
)
def test_methods_without_a_counterpart_raise_a_sentence(both, call, error, message):
    with pytest.raises(error, match=message):
        call(both[0])


LOOKUPS = {
    "the index": lambda wv: wv[wv.key_to_index],
    "its keys": lambda wv: wv[wv.key_to_index.keys()],
    "its rows": lambda wv: wv[wv.key_to_index.values()],
    "several words": lambda wv: wv["word1", "word2"],
    "a generator": lambda wv: wv[(word for word in ["word1", "word5"])],
    "neighbours of keys": lambda wv: wv.similar_by_key(key="word1"),
    "neighbours of the rows of a matrix": lambda wv: wv.most_similar(wv.vectors[:2]),
    "words in between": lambda wv: wv.closer_than(key1="word1", key2="word9"),
    "a similarity": lambda wv: wv.similarity(w1="word1", w2="word2"),
    "a mean": lambda wv: wv.get_mean_vector(keys=["word1", "none"]),
}


@pytest.mark.parametrize("call", LOOKUPS.values(), ids=LOOKUPS.keys())
def test_lookups_of_tutorials(both, call):
    ours, theirs = both
    assert_alike(call(ours), call(theirs))


def test_neighbours_of_any_collection(both):
    expected = both[0].most_similar(["word1"])
    for words in ({"word1"}, {"word1": 1}.keys(), iter(["word1"])):
        assert both[0].most_similar(words) == expected


def test_a_tuple_can_be_a_word():
    wv = KeyedVectors(np.eye(2), [("a", "b"), ("c", "d")])
    assert wv["a", "b"].tolist() == [1, 0]
    with pytest.raises(KeyError, match="not in the vocabulary"):
        wv[0, 1]


def test_the_form_of_a_file_of_pairs_can_be_said(tmp_path):
    wv = KeyedVectors(np.random.default_rng(0).normal(size=(5, 4)), ["king", "queen", "man", "woman", "köln"])
    rows = [("king", "queen", 8.5), ("man", "woman", 8), ("köln", "man", 1)]
    for path, mark in (("tab.tsv", "\t"), ("semicolon.csv", ";")):
        (tmp_path / path).write_text(
            "# a comment\n" * (mark == "\t") + "".join(f"{a}{mark}{b}{mark}{s}\n" for a, b, s in rows)
        )
    (tmp_path / "latin.tsv").write_text(
        "word\tother\tscore\nking\tqueen\t8.5\nman\twoman\t8\nköln\tman\t1\n", "latin-1"
    )
    expected = wv.evaluate_word_pairs(tmp_path / "tab.tsv")
    assert expected[2] == 0
    assert wv.evaluate_word_pairs(tmp_path / "semicolon.csv", delimiter=";") == expected
    assert wv.evaluate_word_pairs(tmp_path / "latin.tsv", encoding="latin-1") == expected
    with pytest.raises(FormatError, match=r"line 1: expected two words and a number with delimiter='\|'"):
        wv.evaluate_word_pairs(tmp_path / "semicolon.csv", delimiter="|")
