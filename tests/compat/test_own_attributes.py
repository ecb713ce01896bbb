"""Attributes that scripts and subclasses give a model are in its file, or a warning names them."""

import warnings

import numpy as np
import pytest

import fastw2v
from fastw2v.compat.gensim import KeyedVectors, Word2Vec

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


OLD = ["size", "iter", "vocab", "index2word", "syn0", "trainables", "vocabulary", "syn0_lockf"]


@pytest.mark.parametrize(
    "name", [*OLD, "callbacks", "docvecs", "most_similar", "intersect_word2vec_format", "accuracy"]
)
def test_an_attribute_of_ones_own_may_have_an_old_name(tmp_path, name):
    model = Word2Vec(SENTENCES, min_count=1, vector_size=4)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        setattr(model, name, ["x"])
    said = f"Word2Vec.{name} has no effect on training, and is kept as an attribute of your own: use model."
    assert [str(each.message)[: len(said)] for each in told] == [said] * (name in OLD)
    model.save(tmp_path / "model")
    again = Word2Vec.load(tmp_path / "model")
    assert getattr(model, name) == getattr(again, name) == ["x"]
    delattr(model, name)
    with pytest.raises(AttributeError, match="unlike gensim's: "):
        getattr(model, name)


def test_a_subclass_keeps_callbacks_of_its_own():
    class Told(Word2Vec):
        vocab = None

        def __init__(self, **options):
            self.callbacks, self.vocab = [], {}
            super().__init__(**options)

    model = Told(sentences=SENTENCES, min_count=1, vector_size=4)
    assert (model.callbacks, model.vocab) == ([], {})


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


@pytest.mark.parametrize("whole", [True, False])
def test_attributes_of_the_vectors_come_back_or_are_named(tmp_path, whole):
    class Labelled(KeyedVectors):
        pass

    model = Word2Vec(SENTENCES, min_count=1, vector_size=4)
    model.wv.name, model.wv.notes = "news", {"days": [1, None]}
    model.wv.most_similar("a")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        (model if whole else model.wv).save(tmp_path / "saved")
    again = Word2Vec.load(tmp_path / "saved").wv if whole else Labelled.load(tmp_path / "saved")
    assert (again.name, again.notes) == ("news", {"days": [1, None]})
    model.wv.array = np.zeros(2)
    with pytest.warns(RuntimeWarning, match=r"save leaves out wv\.array: "):
        model.wv.save(tmp_path / "saved", overwrite=True)
    assert not hasattr(KeyedVectors.load(tmp_path / "saved"), "array")


def test_a_native_model_has_the_parameters_of_a_saved_one(tmp_path):
    model = Word2Vec(SENTENCES, vector_size=4, min_count=2, seed=5, max_final_vocab=40, workers=2)
    model.save(tmp_path / "m.model")
    native = fastw2v.Word2Vec.load(tmp_path / "m.model")
    assert (native.min_count, native.random_state, native.max_vocab, native.n_jobs) == (2, 5, 40, 2)
    assert native.get_params()["vector_size"] == 4
