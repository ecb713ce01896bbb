"""What models tell of themselves, as gensim's do: attributes, events, memory."""

import logging
import pickle
import re
from copy import copy

import numpy as np
import pytest

from fastw2v.compat.gensim import KeyedVectors, Word2Vec
from fastw2v.compat.lifecycle import check_can_train
from fastw2v.errors import ParameterError

SENTENCES = [["red", "wine", "and", "red", "rose"], ["white", "wine"], ["white", "rose"]] * 30
OPTIONS = {"vector_size": 4, "min_count": 1, "workers": 1, "epochs": 2}
pytestmark = pytest.mark.filterwarnings("ignore:the learning rate is lowered")

GIVEN = {
    **{"alpha": 0.03, "min_alpha": 0.001, "batch_words": 500, "cbow_mean": 0, "comment": "mine", "compute_loss": True},
    **{"epochs": 3, "hashfxn": len, "max_final_vocab": 50, "min_count": 2, "negative": 7, "ns_exponent": 0.5},
    **{"sample": 0.1, "seed": 4, "sg": 1, "shrink_windows": False, "vector_size": 5, "window": 2, "workers": 2},
}
DEFAULTS = {"hs": 0, "max_vocab_size": None, "null_word": 0, "sorted_vocab": 1}


def test_attributes_hold_what_was_given():
    model = Word2Vec(SENTENCES, **GIVEN)
    wanted = GIVEN | DEFAULTS
    assert {name: getattr(model, name) for name in wanted} == wanted
    assert model.layer1_size == 5


def test_attributes_hold_what_is_true():
    model = Word2Vec(**OPTIONS)
    assert (model.train_count, model.total_train_time, model.corpus_count, model.corpus_total_words) == (0, 0, 0, 0)
    assert model.min_alpha_yet_reached == model.alpha
    assert model.cum_table is None
    model.build_vocab(SENTENCES)
    model.train(SENTENCES, total_examples=90, epochs=2)
    model.train(SENTENCES, total_examples=90, epochs=1, start_alpha=0.0001, end_alpha=0.00005)
    assert (model.train_count, model.corpus_count, model.corpus_total_words) == (2, 90, 270)
    assert model.min_alpha_yet_reached == 0.00005
    assert model.total_train_time > 0


def test_the_attributes_of_gensim_are_there():
    """Unless reading one says what to do instead."""
    gensim = pytest.importorskip("gensim.models")
    theirs = vars(gensim.Word2Vec(SENTENCES, **OPTIONS))
    model = Word2Vec(SENTENCES, **OPTIONS)
    absent = [name for name in theirs if not hasattr(model, name)]
    assert "random" in absent
    for name in absent:
        with pytest.raises(AttributeError, match=r"unlike gensim's: .{12}"):
            getattr(model, name)


@pytest.mark.parametrize("least", [1, 2, 70])
def test_the_effective_min_count(least):
    model = Word2Vec(**{**OPTIONS, "min_count": least})
    model.build_vocab([["a", "b", "c", "d"]] * 60 + [["a", "b"]] * 20 + [["x", "y"]])
    assert model.effective_min_count == least


def test_the_table_of_noise_words_is_gensims():
    gensim = pytest.importorskip("gensim.models")
    models = [each(SENTENCES, ns_exponent=0.6, **OPTIONS) for each in (gensim.Word2Vec, Word2Vec)]
    theirs, ours = (dict(zip(each.wv.index_to_key, np.diff(each.cum_table, prepend=0), strict=True)) for each in models)
    assert theirs.keys() == ours.keys()
    for word in theirs:
        assert abs(int(theirs[word]) - int(ours[word])) <= 1
    models[1].make_cum_table()
    assert models[1].cum_table[-1] == 2**31 - 1
    models[1].ns_exponent = 0
    assert len(set(np.diff(models[1].cum_table).tolist())) <= 2  # all words alike, but for rounding
    with pytest.raises(AttributeError, match="cum_table cannot be set: it follows the counts"):
        models[1].cum_table = None


def test_memory_is_that_of_the_rows():
    model = Word2Vec(**OPTIONS)
    needed = model.estimate_memory(1_000, {"mine": 5})
    assert needed["vectors"] == needed["syn1neg"] == 1_000 * 16 * 4  # rows of 4 numbers fill whole cache lines
    assert needed["total"] == sum(bytes_ for name, bytes_ in needed.items() if name != "total")
    assert needed["mine"] == 5
    model.build_vocab(SENTENCES)
    assert model.estimate_memory()["vectors"] == len(model.wv) * 16 * 4


# --- setting ----------------------------------------------------------------------------------------------------------

NEW_VALUES = {
    **{"alpha": 0.01, "min_alpha": 0.02, "window": 1, "negative": 2, "sample": 0, "ns_exponent": -1, "seed": 9},
    **{"sg": 1, "cbow_mean": 0, "shrink_windows": False},
}


@pytest.mark.parametrize("name", NEW_VALUES)
def test_what_is_set_holds_for_the_next_training(name):
    def trained(**values):
        model = Word2Vec(sample=0.05, **OPTIONS)
        model.build_vocab(SENTENCES)
        for key, value in values.items():
            setattr(model, key, value)
        model.train(SENTENCES, total_examples=90, epochs=2)
        return model.wv.vectors

    assert not np.array_equal(trained(), trained(**{name: NEW_VALUES[name]}))


def test_the_number_of_threads_may_be_set(monkeypatch):
    asked = []
    monkeypatch.setattr("fastw2v.training.session.advance", lambda *args, n_jobs, **rest: asked.append(n_jobs))
    model = Word2Vec(**OPTIONS)
    model.build_vocab(SENTENCES)
    for workers in (1, 2):
        model.workers = workers
        model.train(SENTENCES, total_examples=90, epochs=1)
    assert asked == [1, 2]


@pytest.mark.parametrize(
    ("name", "value", "error", "said"),
    [
        ("vector_size", 8, ParameterError, r"vector_size=8: this model's vectors have 4 numbers; make a new model, Wo"),
        ("layer1_size", 8, AttributeError, "layer1_size cannot be set: it is vector_size"),
        ("random", None, AttributeError, "draws follow from model.seed, which may be set"),
    ],
)
def test_what_would_have_no_effect_cannot_be_set(name, value, error, said):
    with pytest.raises(error, match=said):
        setattr(Word2Vec(SENTENCES, **OPTIONS), name, value)


@pytest.mark.parametrize(("name", "value"), [("alpha", -1), ("window", 0), ("workers", 0), ("epochs", None), ("sg", 2)])
def test_a_wrong_value_raises_at_the_next_training(name, value):
    model = Word2Vec(SENTENCES, **OPTIONS)
    setattr(model, name, value)
    with pytest.raises(ParameterError, match=name):
        model.train(SENTENCES, total_examples=90)


def test_vectors_of_a_file_cannot_be_trained_on(tmp_path):
    Word2Vec(SENTENCES, **OPTIONS).wv.save_word2vec_format(tmp_path / "vectors.txt")
    model = Word2Vec(**OPTIONS)
    model.wv = KeyedVectors.load_word2vec_format(tmp_path / "vectors.txt")
    with pytest.raises(ParameterError, match=r"no output rows \(syn1neg\).*call build_vocab"):
        model.train(SENTENCES, total_examples=90, epochs=1)
    with pytest.raises(RuntimeError, match=r"no context vectors \(syn1neg\)"):
        model.predict_output_word(["red"])


# --- events and logs --------------------------------------------------------------------------------------------------


def test_events_tell_what_happened(tmp_path):
    model = Word2Vec(SENTENCES, **OPTIONS)
    model.add_lifecycle_event("mine", note={"a": 1}, array=np.ones(2))
    model.save(tmp_path / "model")
    loaded = Word2Vec.load(tmp_path / "model")
    events = ["build_vocab", "train", "created", "mine", "saving"]
    assert [each["event"] for each in model.lifecycle_events] == events
    assert [each["event"] for each in loaded.lifecycle_events] == [*events, "loaded"]
    assert loaded.lifecycle_events[3]["note"] == {"a": 1}
    assert loaded.comment == model.comment
    assert all({"datetime", "python", "platform", "fastw2v"} <= set(each) for each in loaded.lifecycle_events)
    model.lifecycle_events = None  # keeps no more, as in gensim
    model.add_lifecycle_event("more")
    assert model.lifecycle_events is None


def test_vectors_keep_events_as_a_model_does():
    wv = Word2Vec(SENTENCES, **OPTIONS).wv
    wv.add_lifecycle_event("mine", note={"a": 1})
    assert {"datetime", "python", "platform", "fastw2v"} <= set(wv.lifecycle_events[0])
    assert copy(wv).lifecycle_events == wv.lifecycle_events
    wv.lifecycle_events = None
    wv.add_lifecycle_event("more")
    assert copy(wv).lifecycle_events is None


def test_a_script_that_logs_sees_progress_and_events(caplog):
    with caplog.at_level(logging.INFO):
        Word2Vec(SENTENCES, **OPTIONS)
    text = caplog.text
    for said in (r"collected 5 words from 270 tokens", r"end of epoch 2/2 .* words/s .* loss \d", "lifecycle event"):
        assert re.search(said, text), said


def test_a_rate_that_rises_between_trainings_is_warned_of_in_the_log(caplog):
    model = Word2Vec(**OPTIONS)
    model.build_vocab(SENTENCES)
    model.train(SENTENCES, total_examples=90, epochs=1)
    assert not caplog.records
    model.train(SENTENCES, total_examples=90, epochs=1, start_alpha=0.0001)
    assert not caplog.records
    model.train(SENTENCES, total_examples=90, epochs=1)
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert "Effective 'alpha' higher than previous training cycles: alpha=0.025, after 0.0001" in record.getMessage()


def test_two_losses_at_once_are_warned_of_in_the_log(caplog):
    check_can_train(Word2Vec(SENTENCES, **OPTIONS))
    assert not caplog.records
    check_can_train(Word2Vec(SENTENCES, hs=1, **OPTIONS))
    assert "Both hierarchical softmax and negative sampling are activated." in caplog.text


def test_vectors_of_more_words_than_the_model_has_cannot_be_trained_on():
    model, other = Word2Vec(SENTENCES, **OPTIONS), Word2Vec([["a", "b"]] * 9, sample=0, **OPTIONS)
    model.wv = other.wv
    with pytest.raises(ParameterError, match=r"model\.wv has 2 keys, and model\.syn1neg 5 rows"):
        model.train(SENTENCES, total_examples=90, epochs=1)


def test_a_model_is_loaded_by_its_class(tmp_path):
    Word2Vec(SENTENCES, **OPTIONS).save(tmp_path / "model")
    with pytest.raises(AttributeError, match=r"call it on the class, model = Word2Vec\.load\(path\)"):
        Word2Vec().load(tmp_path / "model")


def test_a_file_of_vectors_is_no_model(tmp_path):
    """Scripts that try one class and then the other catch gensim's AttributeError."""
    Word2Vec(SENTENCES, **OPTIONS).wv.save(tmp_path / "vectors")
    for error in (AttributeError, ParameterError):
        with pytest.raises(error, match="not a model saved by fastw2v"):
            Word2Vec.load(tmp_path / "vectors")


def test_init_sims_of_a_model_is_that_of_its_vectors():
    model = Word2Vec(SENTENCES, **OPTIONS)
    with pytest.warns(DeprecationWarning, match="use model.wv.init_sims"):
        model.init_sims()


# --- a model without words yet ----------------------------------------------------------------------------------------


def test_vectors_are_empty_before_the_vocabulary():
    model = Word2Vec(vector_size=6, min_count=1, workers=1)
    wv = model.wv
    assert (wv.key_to_index, len(wv), "x" in wv, wv.vector_size, len(wv.vectors)) == ({}, 0, False, 6, 0)
    again = pickle.loads(pickle.dumps(model)).wv
    for add, call in (
        (wv.add_vector, "add_vector"),
        (again.add_vector, "add_vector"),
        (wv.add_vectors, "add_vectors"),
        (wv.__setitem__, r"wv\[\.\.\.\] = \.\.\."),
    ):
        told = rf"^{call}: this model has no vectors yet: call build_vocab\(sentences\) first, then give"
        with pytest.raises(ParameterError, match=told):
            add("x", np.ones(6))
    with pytest.raises(ParameterError, match=r"^intersect_word2vec_format: this model has no vectors yet: call build_"):
        wv.intersect_word2vec_format("any")
    for of_size in (wv, model):
        of_size.vector_size = 5.0
        assert repr(of_size.vector_size) == "5"
        with pytest.raises(ParameterError, match=r"vector_size.* whole number"):
            of_size.vector_size = 5.5
    with pytest.raises(ParameterError, match=r"vector_size=.*: it must be a whole number from 1"):
        model.vector_size = np.array([5, 5])
    model.vector_size = 4
    assert wv.vector_size == 4
    for _ in range(2):
        if model.wv.key_to_index:
            model.build_vocab([["e", "f"]] * 9, update=True)
        else:
            model.build_vocab(SENTENCES)
    assert model.wv is wv
    assert wv.index_to_key[-2:] == ["e", "f"]
    wv.add_vectors(["x"], [np.ones(4)])
    assert wv["x"].tolist() == [1, 1, 1, 1]


def test_vectors_that_were_set_before_the_vocabulary_are_not_dropped_in_silence():
    model = Word2Vec(vector_size=4, min_count=1, workers=1)
    model.wv.vectors = np.ones((3, 4))
    with pytest.warns(RuntimeWarning, match=r"build_vocab replaces the array that wv\.vectors was set to before it"):
        model.build_vocab(SENTENCES)
    assert len(model.wv.vectors) == len(model.wv)


# --- a model whose keys were taken away, as scripts that align two models do ------------------------------------------


@pytest.mark.parametrize("loss", [{}, {"hs": 1, "negative": 0}])
def test_a_model_with_fewer_keys_is_saved_without_output_rows(tmp_path, loss):
    model = Word2Vec([["a", "b", "c", "d"]] * 20, vector_size=4, min_count=1, workers=1, **loss)
    kept = ["c", "a"]
    model.wv.vectors = np.array([model.wv[key] for key in kept])
    model.wv.key_to_index, model.wv.index_to_key = {"c": 0, "a": 1}, kept
    with pytest.warns(RuntimeWarning, match="has 2 keys, and the model output rows for 4: .*cannot be trained"):
        model.save(tmp_path / "model")
    loaded = Word2Vec.load(tmp_path / "model")
    assert loaded.wv.index_to_key == kept
    np.testing.assert_array_equal(loaded.wv.vectors, model.wv.vectors)
    with pytest.raises(ParameterError, match=r"there are no output rows \(syn1"):
        loaded.train([["a", "c"]], total_examples=1, epochs=1)


def test_a_context_without_a_known_word_is_logged(caplog):
    model = Word2Vec([["red", "wine"]] * 9, min_count=1, vector_size=4, workers=1, sample=0)
    assert model.predict_output_word(["RED"]) is None
    with pytest.raises(ParameterError, match=r"context_words_list holds \['red'\]: it must be a list of words"):
        model.predict_output_word([["red"]])
    assert "none of the 1 context words is known, such as 'RED'" in caplog.text
