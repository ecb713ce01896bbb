"""What people pass to evaluate: models, data frames, rows of every kind; read, or refused with the remedy."""

from collections import namedtuple

import numpy as np
import pytest

from fastw2v import Word2Vec
from fastw2v.compat.gensim import KeyedVectors
from fastw2v.errors import ParameterError
from fastw2v.evaluate import evaluate_analogies, evaluate_word_pairs
from fastw2v.vectors import WordVectors

PAIRS = [("king", "queen", 8.5), ("man", "woman", 8.0), ("king", "woman", 2.0)]
QUESTION = ("king", "queen", "man", "woman")


@pytest.fixture
def wv():
    return WordVectors(np.random.default_rng(0).normal(size=(4, 5)), ["king", "queen", "man", "woman"])


@pytest.fixture
def frame():
    pandas = pytest.importorskip("pandas")
    return pandas.DataFrame(PAIRS, columns=["a", "b", "s"])


def test_models_and_gensims_vectors_are_evaluated(wv):
    model = Word2Vec([["a", "b", "c"]] * 20, min_count=1, vector_size=4, n_jobs=1).fit()
    assert evaluate_word_pairs(model, [("a", "b", 1.0), ("b", "c", 2.0)]).used == 2
    assert evaluate_analogies(model, [("x", [("a", "b", "c", "a")])]).total.used == 1
    assert evaluate_word_pairs(KeyedVectors.from_vectors(wv.vectors, wv.index_to_key), PAIRS) == evaluate_word_pairs(
        wv, PAIRS
    )


@pytest.mark.parametrize(
    ("evaluate", "asked"), [(evaluate_word_pairs, PAIRS), (evaluate_analogies, [("x", [QUESTION])])]
)
def test_swapped_arguments_are_named(wv, evaluate, asked):
    with pytest.raises(ParameterError, match="the arguments are swapped: the vectors come first"):
        evaluate(asked, wv)
    with pytest.raises(ParameterError, match=r"read a file with fastw2v\.load"):
        evaluate("vectors.bin", asked)
    with pytest.raises(ParameterError, match="expected word vectors or a fitted model"):
        evaluate(Word2Vec(), asked)


def test_pairs_may_be_rows_of_many_kinds(wv, frame):
    expected = evaluate_word_pairs(wv, PAIRS)
    for pairs in (iter(PAIRS), [list(pair) for pair in PAIRS], frame, np.array(PAIRS, object)):
        assert evaluate_word_pairs(wv, pairs) == expected
    assert evaluate_word_pairs(wv, [(a, b, str(score)) for a, b, score in PAIRS]) == expected
    wide = frame[["s", "a"]].assign(pos="N", b=frame["b"])
    assert evaluate_word_pairs(wv, wide, columns=("a", "b", "s")) == expected
    assert evaluate_word_pairs(wv, frame.assign(pos="N")[["a", "b", "pos", "s"]]) == expected
    assert evaluate_word_pairs(wv, [(score, a, b) for a, b, score in PAIRS], columns=(1, 2, 0)) == expected


def test_rows_that_are_no_pairs_are_refused_by_their_place(wv, frame):
    row = namedtuple("Pandas", "Index a b s")
    for pairs, message in (
        ([*PAIRS, ("king", None, 1.0)], r"pairs\[3\] holds None \(NoneType\) where a word is expected"),
        ([("king", float("nan"), 1.0)], r"pairs\[0\] holds nan"),
        ([("king", "queen", None)], r"pairs\[0\] has the score None"),
        ([("king", "queen", float("nan"))], r"pairs\[0\] has the score nan, where a finite number"),
        ([("king", "queen")], r"pairs\[0\] is \('king', 'queen'\), where \(word, word, score\) is expected"),
        ([{"a": "king"}], r"pass \[\(row\['a'\]"),
        ([row(0, *PAIRS[0])], r"pass itertuples\(index=False\)"),
        (["king queen 1"], r"pairs\[0\] is 'king queen 1'"),
        (5, "pairs: expected a list of .*; got int 5"),
        (frame[["a", "b"]], r"it has the columns \['a', 'b'\]"),
        ("king queen 8.5\nman woman 8\n", "a string is the path of a file; got text"),
    ):
        with pytest.raises(ParameterError, match=message):
            evaluate_word_pairs(wv, pairs)


def test_questions_may_come_in_many_ways(wv):
    expected = evaluate_analogies(wv, [("x", [QUESTION])])
    for questions in (
        {"x": [QUESTION]},
        [["x", [list(QUESTION)]]],
        [("x", iter([QUESTION]))],
        iter([("x", [QUESTION])]),
        [("x", np.array([QUESTION]))],
    ):
        assert evaluate_analogies(wv, questions) == expected


@pytest.mark.parametrize(
    ("questions", "message"),
    [
        ([QUESTION], r"questions\[0\] is .*: this is one question; pass sections, as in \[\('all', questions\)\]"),
        ([("x", "king queen")], r"questions\[0\], section 'x': expected a list of questions; got str"),
        ([("x", [{"a": 1}])], r"questions\[0\]: an analogy question must be four strings .* got \{'a': 1\}"),
        (["king queen man woman"], r"questions\[0\] is 'king queen man woman'"),
        (None, "questions: expected a list of"),
        (": x\nking queen man woman\n", "a string is the path of a file; got text"),
    ],
)
def test_what_is_no_section_of_questions_is_refused(wv, questions, message):
    with pytest.raises(ParameterError, match=message):
        evaluate_analogies(wv, questions)


def test_gensims_methods_go_on_after_a_bad_line(tmp_path, wv):
    ours = KeyedVectors.from_vectors(wv.vectors, wv.index_to_key)
    (tmp_path / "q.txt").write_text(": family\nking queen man woman\n// a comment\nking queen\nman woman king queen\n")
    with pytest.warns(RuntimeWarning, match="left out 1 line; the first is line 4"):
        _, sections = ours.evaluate_word_analogies(tmp_path / "q.txt")
    assert len(sections[0]["correct"]) + len(sections[0]["incorrect"]) == 2
    (tmp_path / "p.txt").write_text("king\tqueen\t8\nman\twoman\nman\twoman\t7\n")
    with pytest.warns(RuntimeWarning, match="left out 1 line"):
        assert ours.evaluate_word_pairs(tmp_path / "p.txt")[2] == 0
