"""Attributes that scripts and subclasses give a model are in its file, or a warning names them."""

import warnings

import numpy as np
import pytest

from fastw2v.compat.gensim import Word2Vec

SENTENCES = [["a", "b", "c", "d"] * 5] * 20


class Named(Word2Vec):
    def __init__(self, *args, label="none", **options):
        self.label = label
        super().__init__(*args, **options)


def test_plain_attributes_of_a_subclass_come_back(tmp_path):
    model = Named(SENTENCES, min_count=1, vector_size=4, label="news")
    model.notes = {"days": [1, 2.5, None]}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model.save(tmp_path / "model")
    again = Named.load(tmp_path / "model")
    assert (again.label, again.notes) == ("news", {"days": [1, 2.5, None]})


@pytest.mark.parametrize("value", [np.zeros(2), (1, 2), {1: "a"}, float("nan"), open, [(1,)]])
def test_a_warning_names_what_the_file_does_not_keep(tmp_path, value):
    model = Word2Vec(SENTENCES, min_count=1, vector_size=4)
    model.extra = value
    with pytest.warns(RuntimeWarning, match=r"save leaves out model\.extra: "):
        model.save(tmp_path / "model")
    assert not hasattr(Word2Vec.load(tmp_path / "model"), "extra")


def test_text_without_a_known_word_trains_nothing_and_warns():
    model = Word2Vec(SENTENCES, min_count=1, vector_size=4)
    before = model.wv.vectors.copy()
    with pytest.warns(RuntimeWarning, match=r"nothing was trained: no word .* build_vocab\(sentences, update=True\)"):
        assert model.train([["hello", "world"]], total_examples=1, epochs=3) == (0, 6)
    np.testing.assert_array_equal(model.wv.vectors, before)
