"""Rows given by the user as the start of a training."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse

from fastw2v import Vocabulary, Word2Vec, WordVectors
from fastw2v.errors import ParameterError
from fastw2v.planning.training_parameters import TrainingParameters
from fastw2v.training.initial_rows import frozen_rows, initial_rows
from fastw2v.training.loop import start


def test_given_rows_are_the_start_and_rows_with_nan_start_at_random(corpus):
    params = TrainingParameters(vector_size=8, epochs=1, learning_rate=1e-30, min_learning_rate=0)
    given = np.full((500, 8), np.nan, np.float32)
    given[7] = np.arange(8)
    state = start(corpus, params, seed=1, initial_vectors=given)
    assert state.w_in[7].tolist() == list(range(8))
    assert np.array_equal(np.delete(state.w_in, 7, 0), np.delete(start(corpus, params, seed=1).w_in, 7, 0))
    with pytest.raises(ParameterError, match="shape"):
        start(corpus, params, seed=1, initial_vectors=given[:, :7])


def test_no_row_is_drawn_that_is_given(corpus, monkeypatch):
    drawn = []
    monkeypatch.setattr("fastw2v.planning.rows._sampler.initial_rows", lambda rows, seed: drawn.append(len(rows)))
    params = TrainingParameters(vector_size=8, epochs=1)
    given = np.ones((500, 8), np.float32)
    assert (start(corpus, params, seed=1, initial_vectors=given).w_in == 1).all()
    given[20, 3] = np.nan
    assert (np.delete(start(corpus, params, seed=1, initial_vectors=given).w_in, 20, 0) == 1).all()
    start(corpus, params, seed=1)
    assert drawn == [0, 21, 500]


def test_vectors_of_other_words_are_told_with_their_share():
    """Such as words in another case. A few words that were chosen are no mistake."""
    words = [f"word{i}" for i in range(1000)]
    vocabulary, rows = Vocabulary(words), np.ones((1000, 2), np.float32)
    upper = ["word7", *map(str.upper, words[1:])]
    message = r"^initial_vectors have 1 of the 1,000 words .*\(0.10%\).*'word7', 'WORD1'.*'word0', 'word1'"
    for given in (WordVectors(rows, upper), dict(zip(upper, rows, strict=True))):
        with pytest.warns(RuntimeWarning, match=message):
            found = initial_rows(given, vocabulary, 2)
        assert np.flatnonzero(np.isfinite(found).all(axis=1)).tolist() == [7]
    for given in ({"word1": [1, 2], "word2": [3, 4]}, WordVectors(rows[:1], ["word3"]), rows):
        initial_rows(given, vocabulary, 2)
    with pytest.warns(RuntimeWarning, match="0 of the 1,000 words"):
        initial_rows({"Word1": [1, 2]}, vocabulary, 2)


def test_the_index_of_a_table_holds_the_words():
    pd = pytest.importorskip("pandas")
    vocabulary = Vocabulary(["wine", "rose", "red"])
    table = pd.DataFrame([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], index=["red", "wine", "white"])
    for given in (table, pd.Series(list(table.to_numpy()), index=table.index)):
        rows = initial_rows(given, vocabulary, 2)
        assert rows[[0, 2]].tolist() == [[3, 4], [1, 2]]
        assert np.isnan(rows[1]).all()
    with pytest.raises(ParameterError, match=r"holds 'red' more than once.*duplicated"):
        initial_rows(pd.concat([table, table]), vocabulary, 2)
    with pytest.warns(RuntimeWarning, match=r"words such as 0, 1, 2.*the words must be its index.*set_index"):
        initial_rows(table.reset_index(drop=True), vocabulary, 2)
    with pytest.raises(ParameterError, match=r"column 'word' of the DataFrame holds strings.*set_index\('word'\)"):
        initial_rows(table.rename_axis("word").reset_index(), vocabulary, 2)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (
            {"Wine": [1, 2], "red": [3, 4]},
            r"have 1 of the 2 words.*; 1 more have one in another form.*'wine' as 'Wine'",
        ),
        ({"red\n": [1, 2], " wine": [3, 4]}, "0 of the 2 words"),
        ({}, "an empty dict: every word starts at random"),
    ],
)
def test_initial_vectors_in_another_form_and_none_at_all(given, told):
    with pytest.warns(RuntimeWarning, match=told):
        initial_rows(given, Vocabulary(["wine", "red"]), 2)


def test_vectors_by_word_are_not_printed_unless_one_is_wrong(monkeypatch):
    def refuse(value, *more):
        raise AssertionError(f"printed {value!r}")

    monkeypatch.setattr("fastw2v.training.initial_rows.shown", refuse)
    words = Vocabulary(["wine", "red", "rose"])
    given = {"wine": [1, 2], "red": np.ones(2), "rose": np.float64([3, 4])}
    assert initial_rows(given, words, 2).tolist() == [[1, 2], [1, 1], [3, 4]]


def test_all_vectors_by_word_that_are_not_finite_are_counted():
    given = {"wine": [1, 2], "red": [np.inf, 2], "white": [0, 0], "rose": np.float64([1, 1e300])}
    with pytest.raises(ParameterError, match=r"the vector of 'red' holds NaN or infinity \(2 such vectors\)"):
        initial_rows(given, Vocabulary(["wine", "unknown", "red", "rose"]), 2)


def test_numbers_as_words_have_their_vectors_in_strings():
    with pytest.warns(RuntimeWarning, match="2 more have one in another form, such as 7 as '7'"):
        initial_rows({"7": [1, 2], "8": [3, 4]}, Vocabulary([7, 8]), 2)


def test_initial_vectors_that_are_all_zero_would_never_move(sentences, quick):
    with pytest.warns(RuntimeWarning, match="the vectors to start from are all zero, and so are the output rows"):
        model = Word2Vec(sentences, **quick, initial_vectors=np.zeros((7, 12))).fit()
    assert not model.vectors_.vectors.any()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([("wine", np.ones(2))], r"a list of tuples: of pairs of words and vectors pass dict\(pairs\)"),
        (scipy.sparse.csr_matrix(np.ones((1, 2))), r"of a sparse matrix pass matrix.toarray\(\)"),
        (np.ones((1, 2), complex), "complex numbers are none"),
        (np.full((1, 2), 1e300), "holds NaN or infinity"),
    ],
)
def test_what_are_no_initial_vectors(given, message):
    with pytest.raises(ParameterError, match=message):
        initial_rows(given, Vocabulary(["wine"]), 2)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            ["red", "Wine"],
            "'Wine' is not in .*close matches: 'wine'; 1 of 2 are unknown: .* rarer than min_count, or do not occur in",
        ),
        ([True, False], r"of a mask pass the words"),
        ([0, 1], r"of a row number the word is index_to_key\[0\]; 2 of 2 are unknown"),
        ([["red"]], r"1 of 1 are unknown"),
    ],
)
def test_frozen_words_that_are_unknown_are_counted(given, message):
    with pytest.raises(ParameterError, match=message):
        frozen_rows(given, Vocabulary(["red", "wine"]))


def test_frozen_words_without_an_initial_vector_are_told(tmp_path):
    sentences, quick = (
        [["red", "wine"], ["red", "rose"]] * 50,
        {"vector_size": 4, "min_count": 1, "epochs": 1, "sample": 0},
    )
    model = Word2Vec(sentences, **quick, frozen=["wine", "red"], initial_vectors={"wine": np.ones(4)})
    with pytest.warns(RuntimeWarning, match=r"frozen: 1 of 2 words \('red'\).* stay at its random start"):
        model.fit()
    model.partial_fit(sentences)  # continues from the model's rows
    model.save(tmp_path / "model.fw2v")
    loaded = Word2Vec.load(tmp_path / "model.fw2v")
    with pytest.warns(RuntimeWarning, match="frozen: 2 of 2 words"):
        loaded.fit(sentences)
    loaded.set_params(initial_vectors=model).fit(sentences)
    assert np.array_equal(loaded["red"], model["red"])
