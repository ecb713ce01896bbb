"""gensim's KeyedVectors: what its methods answer, these answer."""

import copy
import sys
import tracemalloc

import numpy as np
import pytest

from fastw2v.compat.gensim import KeyedVectors, Word2Vec
from fastw2v.errors import ParameterError
from fastw2v.vectors.approximate import ApproximateIndex


@pytest.fixture(scope="module")
def both():
    """The same vectors in gensim's class and in ours."""
    gensim = pytest.importorskip("gensim.models.keyedvectors")
    words = [f"word{i}" for i in range(60)]
    vectors = np.random.default_rng(1).normal(size=(60, 7)).astype(np.float32)
    pair = KeyedVectors(7), gensim.KeyedVectors(7)
    for wv in pair:
        wv.add_vectors(words, vectors)
    return pair


CALLS = {
    "weights as they are": lambda wv: wv.most_similar([("word1", 2.0)], [("word2", -0.5), "word3"]),
    "all scores": lambda wv: wv.most_similar("word1", topn=None),
    "some scores": lambda wv: wv.most_similar("word1", topn=None, restrict_vocab=9),
    "none": lambda wv: wv.most_similar("word1", topn=0),
    "clipped": lambda wv: wv.most_similar("word1", clip_end=20),
    "clipped on both sides": lambda wv: wv.most_similar(["word30", "word2"], topn=6, clip_start=20, clip_end=40),
    "clipped from the end": lambda wv: wv.most_similar("word1", clip_start=-8, clip_end=-2),
    "clipped, and restricted": lambda wv: wv.most_similar("word1", clip_start=20, restrict_vocab=9),
    "all clipped scores": lambda wv: wv.most_similar("word1", topn=None, clip_start=20, clip_end=40),
    "a matrix": lambda wv: wv.most_similar(positive=wv.vectors[:3], negative=wv.vectors[4:6], topn=3),
    "pairs of any kind": lambda wv: wv.most_similar([("word1", 2.0), (wv.vectors[7], 0.5), (9, 0.1)], topn=3),
    "another index": lambda wv: wv.most_similar("word1", topn=2, indexer=FirstRows(wv)),
    "another index, all scores": lambda wv: wv.most_similar("word1", topn=None, indexer=FirstRows(wv)),
    "centrality": lambda wv: wv.rank_by_centrality(["word1", "word2", "word3"]),
    "centrality of vectors at their length": lambda wv: wv.rank_by_centrality(["word1", "word2"], use_norm=False),
    "contained rows": lambda wv: (5 in wv, 60 in wv, -1 in wv, wv.has_index_for(59)),
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
    "the index": lambda wv: wv[wv.key_to_index],
    "its keys": lambda wv: wv[wv.key_to_index.keys()],
    "its rows": lambda wv: wv[wv.key_to_index.values()],
    "several words": lambda wv: wv["word1", "word2"],
    "a generator": lambda wv: wv[(word for word in ["word1", "word5"])],
    "neighbours of keys": lambda wv: wv.similar_by_key(key="word1"),
    "neighbours of the rows of a matrix": lambda wv: wv.most_similar(wv.vectors[:2]),
    "words in between": lambda wv: wv.closer_than(key1="word1", key2="word9"),
    "a similarity": lambda wv: wv.similarity(w1="word1", w2="word2"),
    "rounded comparisons": lambda wv: [
        wv.similarity("word1", "word2").round(2),
        wv.distance("word1", "word2").item(),
        wv.n_similarity(["word1"], ["word2", "word3"]).round(2),
    ],
    "distances from lists": lambda wv: [wv.distances(make(wv["word1"])) for make in (list, tuple)],
    "a mean": lambda wv: wv.get_mean_vector(keys=["word1", "none"]),
}


class FirstRows:
    """An index as gensim's AnnoyIndexer is: it finds the first rows."""

    def __init__(self, wv):
        self.wv = wv

    def most_similar(self, vector, num_neighbors):
        return [(word, float(self.wv.get_vector(word, norm=True) @ vector)) for word in self.wv.index_to_key][
            :num_neighbors
        ]


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
    named = [[pearson.statistic, spearman.pvalue, spearman.correlation] for pearson, spearman, _ in (found, expected)]
    assert_alike(*named)
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
    found, expected = (wv.evaluate_word_pairs(str(tmp_path / "pairs.tsv"), dummy4unknown=True) for wv in (ours, theirs))
    assert_alike([*found[0], *found[1], found[2]], [*map(float, expected[0]), *map(float, expected[1]), expected[2]])
    for options in ({}, {"case_insensitive": False}, {"dummy4unknown": True}, {"restrict_vocab": 40}):
        found = ours.evaluate_word_analogies(str(tmp_path / "questions.txt"), **options)
        assert found == theirs.evaluate_word_analogies(str(tmp_path / "questions.txt"), **options)
        assert 0 < found[0] < 1


def test_analogies_by_product(both, tmp_path):
    """gensim accepts `similarity_function` and ignores it."""
    wv, lines, right = both[0], [": all"], []
    for a, b, c in np.random.default_rng(2).integers(0, 60, (40, 3)):
        words = [f"word{i}" for i in (a, b, c)]
        best = [word for word, _ in wv.most_similar_cosmul([words[1], words[2]], [words[0]], topn=2)]
        lines.append(" ".join([*words, best[len(right) % 2]]))
        right.append(len(right) % 2 == 0)
    (tmp_path / "questions.txt").write_text("\n".join(lines) + "\n")
    path = tmp_path / "questions.txt"
    score, sections = wv.evaluate_word_analogies(path, similarity_function="most_similar_cosmul")
    assert score == sum(right) / len(right)
    assert len(sections[0]["correct"]) == 20
    assert wv.evaluate_word_analogies(path)[0] != score
    with pytest.raises(ParameterError, match="similarity_function='cosmul': it must be the name of a method"):
        wv.evaluate_word_analogies(path, similarity_function="cosmul")


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda wv: wv.index2word, AttributeError, "unlike gensim's: use wv.index_to_key"),
        (lambda wv: wv.nonsense, AttributeError, "'KeyedVectors' object has no attribute 'nonsense'$"),
        (lambda wv: Word2Vec().wv["word1"], KeyError, r"call build_vocab\(sentences\) first"),
        (lambda wv: Word2Vec().wv.most_similar("word1"), KeyError, r"call build_vocab\(sentences\) first"),
        (lambda wv: Word2Vec().wv.most_similar([np.ones(100)]), KeyError, r"call build_vocab\(sentences\) first"),
        (lambda wv: wv.most_similar("word1", indexer=object()), ParameterError, "a method most_similar"),
        (lambda wv: wv.most_similar("word1", topn=None, among=["word2"]), ParameterError, "all rows are scored"),
        (
            lambda wv: wv.most_similar("word1", indexer=FirstRows(wv), restrict_vocab=9),
            ParameterError,
            "searches all rows",
        ),
        (
            lambda wv: wv.most_similar("word1", indexer=ApproximateIndex(wv), clip_start=9),
            ParameterError,
            "searches all rows",
        ),
        (lambda wv: wv.n_similarity(["word1"], []), ZeroDivisionError, "ws2 is empty"),
        (lambda wv: wv.relative_cosine_similarity("word1", "word2", topn=0), ParameterError, "no neighbours"),
        (lambda wv: wv.rank_by_centrality("word1"), ParameterError, "must be a list of words"),
        (lambda wv: wv.wmdistance("word1", ["word2"]), ParameterError, "document1='word1'"),
        (lambda wv: wv["none"], KeyError, "the word 'none' is not in the vocabulary"),
        (lambda wv: wv[["word1", []]], ParameterError, "cannot be a word"),
    ],
)
def test_what_cannot_be_answered_is_told(both, call, error, message):
    with pytest.raises(error, match=message):
        call(both[0])


@pytest.mark.parametrize("norm", [True, False])
@pytest.mark.parametrize(
    "documents", [("1 2 3", "4 5 5 none"), ("1 2 2", "2 1 1"), ("1", "1"), ("7 8", "8 7"), ("1 1", "none")]
)
def test_word_movers_distance_is_gensims(both, documents, norm, caplog):
    pytest.importorskip("ot")
    split = [[word if word == "none" else f"word{word}" for word in document.split()] for document in documents]
    ours, theirs = both
    caplog.set_level("INFO")
    found = ours.wmdistance(*split, norm=norm)
    told = [(each.levelname, each.message) for each in caplog.records if each.name.startswith("fastw2v.")]
    skipped = ("INFO", "words that are not in the vocabulary were skipped: ['none']")
    assert told[:1] == [skipped] * ("none" in split[1])
    assert [level for level, said in told[1:] if "their distance is infinite" in said] == ["WARNING"] * len(told[1:])
    assert len(told[1:]) == (split[1] == ["none"])
    assert found == pytest.approx(theirs.wmdistance(*split, norm=norm), abs=1e-6)


def test_word_movers_distance_without_its_package(both, monkeypatch):
    monkeypatch.setitem(sys.modules, "ot", None)
    with pytest.raises(ImportError, match=r"fastw2v\[wmd\]"):
        both[0].wmdistance(["word1"], ["word2"])


def test_old_names_warn_or_do_the_same(both):
    with pytest.warns(DeprecationWarning, match="use get_vector"):
        assert_alike(both[0].word_vec("word3"), both[1].get_vector("word3"))
    with (
        pytest.warns(DeprecationWarning, match="use get_vector"),
        pytest.raises(TypeError, match=r"its name is norm, as in get_vector\(word, norm=True\)"),
    ):
        both[0].word_vec("word3", use_norm=True)
    assert both[0].words_closer_than("word1", "word9") == both[0].closer_than("word1", "word9")


def test_vectors_that_were_looked_up_cannot_be_changed_behind_the_back(both):
    wv = both[0]
    for vector in (wv["word1"], wv.get_vector("word1"), wv.get("word1"), wv.norms):
        with pytest.raises(ValueError, match="read-only"):
            vector[0] = 1


def test_normed_vectors_may_be_written_to_as_gensims_may(both):
    for wv in both:
        normed = wv.get_normed_vectors()
        normed -= normed.mean(axis=0)
        assert not np.allclose(normed, wv.get_normed_vectors())


def test_normed_vectors_are_not_kept():
    wv = KeyedVectors.from_vectors(np.ones((20_000, 10), np.float32), list(range(20_000)))
    wv.norms  # noqa: B018  # kept, as gensim keeps them
    tracemalloc.start()
    wv.get_normed_vectors()
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < wv.vectors.nbytes // 4


@pytest.mark.parametrize("allow_inference", [True, False])
@pytest.mark.parametrize("copy_vecattrs", [True, False])
def test_vectors_for_all_copies_attributes_if_asked(both, allow_inference, copy_vecattrs):
    made = []
    for wv in both:
        wv = copy.deepcopy(wv)
        for row, word in enumerate(wv.index_to_key):
            wv.set_vecattr(word, "count", 1000 - row)
            wv.set_vecattr(word, "kind", f"kind {row}")
        made.append(wv.vectors_for_all(["word9", "none", 3, "word2", "word9"], allow_inference, copy_vecattrs))
    ours, theirs = made
    assert ours.index_to_key == theirs.index_to_key
    assert {name: values.tolist() for name, values in ours.expandos.items()} == {
        name: values.tolist() for name, values in theirs.expandos.items()
    }
    np.testing.assert_array_equal(ours.vectors, theirs.vectors)


def test_where_gensims_class_is_asked_for(both):
    gensim = pytest.importorskip("gensim.models.keyedvectors")
    wv = KeyedVectors.from_vectors(both[0].vectors.copy(), both[0].index_to_key)
    wv.set_vecattr("word1", "kind", "noun")
    theirs = wv.to_gensim()
    assert isinstance(theirs, gensim.KeyedVectors)
    assert theirs.get_vecattr("word1", "kind") == "noun"
    theirs.vectors[0] = 0
    assert wv.vectors[0].any()
    theirs.vectors_lockf = np.zeros(60)
    back = KeyedVectors.from_gensim(theirs)
    assert type(back) is KeyedVectors
    assert back.get_vecattr("word1", "kind") == "noun"
    assert not back.vectors_lockf.any()
    back.vectors[1] = 0
    assert theirs.vectors[1].any()


def test_filters_and_indexes_of_this_package_work_with_clips(both):
    wv = both[0]
    expected = [pair for pair in wv.most_similar("word1", topn=60) if 20 <= wv.get_index(pair[0]) < 40]
    assert_alike(wv.most_similar("word1", clip_start=20, clip_end=40), expected[:10])
    wanted = [word for word, _ in expected[2:5]]
    for found in (
        wv.most_similar("word1", clip_start=20, among=[*wanted, "word5"]),
        wv.most_similar("word1", clip_start=20, clip_end=40, exclude=lambda word: word not in wanted),
    ):
        assert_alike(found, expected[2:5])
    pytest.importorskip("usearch")
    assert_alike(wv.most_similar("word1", indexer=ApproximateIndex(wv)), wv.most_similar("word1"))


def test_neighbours_of_any_collection(both):
    wv, expected = both[0], both[0].most_similar("word2", ["word1"])
    table = pytest.importorskip("pandas")
    for make in (set, iter, dict.fromkeys, np.array, table.Series, table.Index):
        assert wv.most_similar(make(["word2"]), make(["word1"])) == expected
        assert wv.most_similar_cosmul(make(["word2"])) == wv.most_similar_cosmul("word2")
        assert wv.distances("word2", make(["word1"])).tolist() == wv.distances("word2", ["word1"]).tolist()
    assert wv.most_similar(table.Series(wv["word1"])) == wv.most_similar(wv["word1"])


def test_a_tuple_can_be_a_word():
    wv = KeyedVectors.from_vectors(np.eye(2), [("a", "b"), ("c", "d")])
    assert wv["a", "b"].tolist() == [1, 0]
    with pytest.raises(KeyError, match="not in the vocabulary"):
        wv[0, 1]
    words = KeyedVectors.from_vectors(np.eye(2), [(0.0, 1.0), (1.0, 0.0)])
    assert words.distances((0.0, 1.0)).tolist() == [0, 1]  # no vector


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda wv: wv.similar_by_vector([1, 2]), r"^vector=\[1, 2\]: it must be an array of 3 numbers$"),
        (lambda wv: wv.similar_by_vector("a"), "^vector='a': it must be an array of"),
        (lambda wv: wv.similar_by_vector([np.nan] * 3), "^vector holds NaN"),
        (lambda wv: wv.similar_by_word(["a"]), r"^similar_by_word got \['a'\] \(list\), which cannot be a word"),
        (lambda wv: wv.most_similar_to_given("a", []), "keys_list is empty"),
        (lambda wv: wv.most_similar_to_given("a", "bc"), "^keys_list='bc': it must be a list of words"),
        (lambda wv: wv.distances("a", "bc"), "^other_words='bc': it must be a list of words"),
        (lambda wv: wv.vectors_for_all("ab"), "^keys='ab': it must be a list of words"),
        (lambda wv: wv.most_similar("a", restrict_vocab="5"), "^restrict_vocab='5': it must be a whole number"),
        (lambda wv: wv.most_similar("a", topn="5"), "^topn='5': it must be a whole number"),
        (lambda wv: wv.get_mean_vector([["a"]], weights=[1, 2]), r"^got \['a'\] \(list\), which cannot be a word"),
        (lambda wv: wv.distances([1, 2]), r"^a vector has shape \(2,\)"),
        (lambda wv: wv.get_mean_vector("ab"), "^`keys` must be a list of words"),
        (lambda wv: wv.get_mean_vector(["a"], weights=["x"]), "^`weights` must be numbers"),
        (lambda wv: wv.doesnt_match(["x", "y"]), "^doesnt_match: none of the words is in the vocabulary"),
        (
            lambda wv: wv.cosine_similarities([1, 2], [[1, 2, 3]]),
            r"vector_1 has shape \(2,\), and vectors_all \(1, 3\)",
        ),
    ],
)
@pytest.mark.filterwarnings("ignore:words that are not in the vocabulary were skipped")
def test_messages_name_the_arguments_of_gensim(ask, message):
    with pytest.raises(ParameterError, match=message):
        ask(KeyedVectors.from_vectors(np.eye(3), ["a", "b", "c"]))


@pytest.mark.parametrize("first", ["vectors", "key_to_index", "vector_size"])
def test_a_subclass_may_set_all_that_vectors_have(first):
    """As gensim's may, which needs no ``super().__init__()``."""
    plain = KeyedVectors.from_vectors(np.eye(3, dtype=np.float32) + 0.1, ["a", "b", "c"])
    values = {"vectors": plain.vectors, "key_to_index": plain.key_to_index, "vector_size": 3}
    values |= {"index_to_key": plain.index_to_key, "norms": None}

    class Own(KeyedVectors):
        def __init__(self):
            for name in sorted(values, key=first.__ne__):
                setattr(self, name, values[name])

    own = Own()
    assert own.most_similar("a") == plain.most_similar("a")
    for each in (own, copy.copy(own), copy.deepcopy(own)):
        each.add_vectors(["d"], [[0, 0, 1]])
        each.set_vecattr("d", "count", 3)
        assert (each.most_similar("d", topn=1)[0][0], each.index_to_key[3], len(each.vectors)) == ("c", "d", 4)


def test_words_may_come_from_a_generator():
    wv = KeyedVectors.from_vectors([[1, 0], [2, 1], [0, 1.0]], ["a", "b", "c"])
    assert wv.doesnt_match(word for word in "abc") == wv.doesnt_match(["a", "b", "c"])
    assert wv.n_similarity((word for word in "ab"), iter("c")) == wv.n_similarity(["a", "b"], ["c"])
    assert wv.most_similar_to_given("a", {"b", "c"}) == "b"
    with pytest.warns(RuntimeWarning, match="vectors_for_all: none of the keys is in the vocabulary"):
        assert len(wv.vectors_for_all(["x"])) == 0


@pytest.mark.filterwarnings("ignore:no correlation")
def test_pairs_without_two_known_words_raise_as_gensims_do(both, tmp_path):
    (tmp_path / "pairs.tsv").write_text("x\ty\t1\nword1\tz\t2\n")
    for wv in both:
        with pytest.raises(ValueError, match=r"none of the 2 pairs has two known words|No valid similarity judgements"):
            wv.evaluate_word_pairs(str(tmp_path / "pairs.tsv"))
