"""Rows given by the user as the start of a training."""

from __future__ import annotations

import numpy as np
import pytest

from fastw2v import Vocabulary, Word2Vec, WordVectors
from fastw2v.errors import ParameterError
from fastw2v.planning.training_parameters import TrainingParameters
from fastw2v.training.initial_rows import initial_rows
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
    with pytest.warns(RuntimeWarning, match="words such as 0, 1, 2"):
        initial_rows(table.reset_index(drop=True), vocabulary, 2)


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
