"""Vectors of a model that are edited between builds and trainings: training starts from them, and heeds the locks."""

import numpy as np
import pytest

from fastw2v.compat.gensim import KeyedVectors, Word2Vec
from fastw2v.errors import ParameterError

SENTENCES = [["red", "wine"], ["white", "rose"], ["red", "rose", "wine"]] * 30
SMALL = {"vector_size": 4, "min_count": 1, "workers": 1, "sample": 0}


def built(**options):
    model = Word2Vec(**SMALL, **options)
    model.build_vocab(SENTENCES)
    return model


@pytest.mark.parametrize("sg", [0, 1])
@pytest.mark.filterwarnings("ignore:the learning rate is lowered")
def test_locked_vectors_are_not_trained(sg):
    model = built(sg=sg)
    before = model.wv.vectors.copy()
    assert model.wv.vectors_lockf.tolist() == [1]
    model.wv.vectors_lockf = np.ones(len(model.wv), dtype=np.float32)
    model.wv.vectors_lockf[model.wv.key_to_index["wine"]] = 0.0
    model.train(SENTENCES, epochs=2)
    moved = np.abs(model.wv.vectors - before).max(axis=1) > 0
    assert [word for word, changed in zip(model.wv.index_to_key, moved, strict=True) if not changed] == ["wine"]
    assert model.wv.vectors_lockf.sum() == len(model.wv) - 1
    model.wv.vectors_lockf = np.zeros(1)
    before = model.wv.vectors.copy()
    model.train(SENTENCES, epochs=1)
    np.testing.assert_array_equal(model.wv.vectors, before)


@pytest.mark.parametrize(
    ("locks", "said"),
    [
        (np.array([1, 0.5, 1, 1]), r"vectors_lockf\[1\] is 0.5: .* not by a part"),
        (np.ones(3), "has 3 numbers for 4 rows"),
    ],
)
def test_other_locks_are_refused_before_training(locks, said):
    model = built()
    model.wv.vectors_lockf = locks
    with pytest.raises(ParameterError, match=said):
        model.train(SENTENCES, epochs=1)
    assert model.train_count == 0
    with pytest.raises(ParameterError, match="an array of numbers, one per row"):
        model.wv.vectors_lockf = "none"


@pytest.mark.filterwarnings("ignore:the learning rate is lowered")
def test_training_starts_from_edited_vectors():
    models = built(), built()
    models[0].wv.vectors[:] = np.arange(16).reshape(4, 4) / 100
    models[1].wv.vectors = np.arange(16).reshape(4, 4) / 100
    for model in models:
        model.train(SENTENCES, epochs=1)
    np.testing.assert_allclose(models[0].wv.vectors, models[1].wv.vectors, rtol=1e-6)
    assert not np.allclose(models[0].wv.vectors, built().wv.vectors)


@pytest.mark.filterwarnings("ignore:the learning rate is lowered")
def test_attributes_stay_when_a_model_is_trained():
    model = built()
    model.wv.set_vecattr("wine", "kind", "drink")
    model.train(SENTENCES, epochs=1)
    assert model.wv.get_vecattr("wine", "kind") == "drink"
    assert model.wv.get_vecattr("wine", "count") == 60


def test_a_model_with_vectors_alone_says_what_it_lacks():
    model = Word2Vec()
    model.wv = KeyedVectors.from_vectors(np.eye(3), ["a", "b", "c"])
    with pytest.raises(ParameterError, match="no output rows"):
        model.train(SENTENCES)
    with pytest.raises(RuntimeError, match="no context vectors"):
        model.predict_output_word(["a"])


@pytest.mark.filterwarnings("ignore:the learning rate is lowered")
def test_keys_that_came_after_the_vocabulary_cannot_be_trained():
    model = built()
    model.wv["new"] = np.ones(4)
    with pytest.raises(ParameterError, match=r"model\.wv has 5 keys, and model\.syn1neg 4 rows"):
        model.train(SENTENCES, epochs=1)


@pytest.mark.filterwarnings("ignore:the learning rate is lowered")
def test_two_models_are_aligned_as_a_recipe_does_it():
    """Orthogonal Procrustes: the common words of both, in one order, then the second is rotated onto the first."""
    first = Word2Vec(SENTENCES, **SMALL)
    other = Word2Vec([*SENTENCES, ["new", "red"] * 5], **SMALL)
    other.wv.vectors[[other.wv.get_index(word) for word in first.wv.index_to_key]] = first.wv.vectors @ rotation()
    first.wv.fill_norms(force=True)
    common = [word for word in first.wv.index_to_key if word in other.wv]
    for wv in (first.wv, other.wv):
        old = wv.vectors
        wv.vectors = np.array([old[wv.key_to_index[word]] for word in common])
        wv.key_to_index = {word: row for row, word in enumerate(common)}
        wv.index_to_key = list(common)
    u, _, v = np.linalg.svd(other.wv.get_normed_vectors().T @ first.wv.get_normed_vectors())
    other.wv.vectors = other.wv.vectors.dot(u @ v)
    np.testing.assert_allclose(other.wv.vectors, first.wv.vectors, atol=1e-4)
    assert "new" not in other.wv
    assert other.wv.counts.tolist() == [other.wv.get_vecattr(word, "count") for word in common] == [65, 60, 60, 30]


def rotation():
    return np.linalg.qr(np.random.default_rng(1).normal(size=(4, 4)))[0].astype(np.float32)


def reordered(model):
    for count, word in enumerate(model.wv.index_to_key, 1):
        model.wv.set_vecattr(word, "count", count)
    model.wv.sort_by_descending_frequency()


@pytest.mark.parametrize("options", [{"sg": 1}, {"hs": 1, "negative": 0}, {"hs": 1}])
def test_keys_in_another_order_are_trained_only_while_the_output_rows_are_zero(options, tmp_path):
    model = built(**options)
    reordered(model)
    model.train(SENTENCES, epochs=1)
    assert model.wv.index_to_key == built().wv.index_to_key[::-1]
    assert model.train(SENTENCES, epochs=1) == (210, 210), "the order has stayed since"
    reordered(model)
    with pytest.raises(ParameterError, match=r"(another order|have changed) .*Sort before training"):
        model.train(SENTENCES, epochs=1)
    with pytest.warns(RuntimeWarning, match="output rows are not saved"):
        model.save(tmp_path / "model")
    if "negative" not in options:
        with pytest.raises(RuntimeError, match="another order"):
            model.predict_output_word(["red"])


def test_the_corpus_that_was_read_is_read_anew_for_keys_in_another_order():
    model, other = built(sg=1), built(sg=1)
    reordered(model)
    reordered(other)
    model.train(SENTENCES, epochs=1)
    other.train(list(SENTENCES), epochs=1)
    np.testing.assert_array_equal(model.wv.vectors, other.wv.vectors)


def test_counts_that_are_changed_after_training_would_change_the_tree(tmp_path):
    model = built(hs=1, negative=0)
    model.train(SENTENCES, epochs=1)
    model.save(tmp_path / "model")
    for each in (model, Word2Vec.load(tmp_path / "model")):
        each.wv.set_vecattr("red", "count", 1)
        with pytest.raises(ParameterError, match=r"counts of model\.wv have changed"):
            each.train(SENTENCES, epochs=1)
