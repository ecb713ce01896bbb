"""train() called many times, on other text, on copies; and what a model keeps between the calls."""

import copy
import gc
import pickle
import sys
import tracemalloc
import weakref

import numpy as np
import pytest

import fastw2v
from fastw2v.compat.gensim import CallbackAny2Vec, Word2Vec
from fastw2v.errors import ParameterError

SENTENCES = [
    *(["the", "red", "wine", "and", "the", "white", "wine"], ["a", "red", "rose", "and", "a", "white", "rose"]),
    *(["the", "king", "drinks", "red", "wine"], ["the", "queen", "drinks", "white", "wine"]),
] * 60
SMALL = {"vector_size": 8, "min_count": 1, "workers": 1}
PLAIN = {**SMALL, "sample": 0}


@pytest.mark.filterwarnings("ignore:the learning rate is lowered")
def test_each_train_makes_draws_of_its_own():
    """Else the tokens that subsampling leaves out in one call would be left out in all."""
    sentences = [["common"] * 6 + [f"rare{i}"] for i in range(40)]
    model = Word2Vec(sg=1, sample=1e-3, seed=3, window=1, **SMALL)
    model.build_vocab(sentences)
    before = model.wv.vectors.copy()
    for _ in range(30):
        model.train(sentences, total_examples=40, epochs=1)
    assert model.train_count == 30
    assert np.count_nonzero(np.abs(model.wv.vectors - before).max(axis=1)) > 35


@pytest.mark.filterwarnings("ignore:the learning rate is lowered")
def test_a_train_looks_up_no_word_anew_and_follows_keys_that_change():
    model = Word2Vec(SENTENCES, **SMALL)
    index = model._rows_are_of.index
    model.train(SENTENCES, epochs=1)
    assert model._rows_are_of.index is index
    model.wv.index_to_key[0] = "changed"
    assert model._vocabulary().words[0] == "changed"


@pytest.mark.filterwarnings("ignore:the learning rate is lowered")
def test_draws_go_on_after_a_file(tmp_path):
    model = Word2Vec(SENTENCES, **SMALL)
    model.save(tmp_path / "model")
    loaded = Word2Vec.load(tmp_path / "model")
    for each in (model, loaded):
        each.train(SENTENCES, epochs=1)
    np.testing.assert_array_equal(model.wv.vectors, loaded.wv.vectors)
    assert loaded.train_count == 2


@pytest.mark.filterwarnings("ignore:the learning rate is lowered")
def test_noise_words_follow_the_vocabulary_and_not_the_text():
    model = Word2Vec(SENTENCES, **PLAIN)
    before = model.syn1neg.copy()
    model.train([["red", "wine"]] * 300, epochs=2)
    moved = np.abs(model.syn1neg - before).max(axis=1) > 0
    assert moved.all()
    assert model.wv.get_vecattr("wine", "count") == 240


@pytest.mark.filterwarnings("ignore:the learning rate is lowered")
def test_a_text_that_changes_between_calls_is_read_again():
    sentences = [["red", "wine"], ["white", "rose"]] * 20
    model = Word2Vec(**PLAIN)
    model.build_vocab(sentences)
    sentences += [["red", "rose"]] * 10
    assert model.train(sentences, epochs=1) == (100, 100)
    sentences[0] = ["red", "wine", "rose"]
    assert model.train(sentences, epochs=1) == (101, 101)


@pytest.mark.filterwarnings("ignore:the learning rate is lowered")
def test_a_generator_serves_every_call_while_it_exists():
    text = (sentence for sentence in SENTENCES)
    model = Word2Vec(**PLAIN)
    model.build_vocab(text)
    assert model.train(text, epochs=1) == model.train(text, epochs=1)


# --- what a model keeps -----------------------------------------------------------------------------------------------


class Sentences(list):
    """A list that can be watched."""


@pytest.mark.filterwarnings("ignore:the learning rate is lowered")
def test_a_trained_model_lets_go_of_its_corpus():
    text = Sentences(SENTENCES)
    watched = weakref.ref(text)
    model = Word2Vec(text, **SMALL)
    del text
    gc.collect()
    assert watched() is None
    plain = list(SENTENCES)
    references = sys.getrefcount(plain)
    model = Word2Vec(plain, **SMALL)
    assert sys.getrefcount(plain) == references
    assert model._held.take(plain) is None


@pytest.mark.filterwarnings("ignore:the learning rate is lowered")
def test_a_deep_copy_copies_each_matrix_once():
    model = Word2Vec(vector_size=100, min_count=1, workers=1)
    model.build_vocab([[f"word{i}" for i in range(2_000)]])
    tracemalloc.start()
    try:
        copied = copy.deepcopy(model)
        kept, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most - kept < copied.wv.vectors.nbytes / 2


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
def test_copies_hold_vectors_and_parameters(copied):
    model = Word2Vec((sentence for sentence in SENTENCES), **SMALL)
    other = copied(model)
    np.testing.assert_array_equal(other.wv.vectors, model.wv.vectors)
    before = model.wv["wine"].copy()
    other.train(SENTENCES, epochs=1)
    assert (other.vector_size, other.corpus_count, other.train_count) == (8, len(SENTENCES), 2)
    np.testing.assert_array_equal(model.wv["wine"], before)
    assert not np.array_equal(other.wv["wine"], before)


@pytest.mark.filterwarnings("ignore:the learning rate is lowered")
def test_wv_is_the_same_object_before_and_after():
    model = Word2Vec(**PLAIN)
    model.build_vocab(SENTENCES)
    wv = model.wv
    array, before, units = wv.vectors, wv["wine"].copy(), wv.unit_vectors
    model.train(SENTENCES, epochs=2)
    assert model.wv is wv
    assert wv.vectors is array
    assert not np.array_equal(wv["wine"], before)
    assert not np.array_equal(wv.unit_vectors, units)
    np.testing.assert_allclose(np.linalg.norm(wv.unit_vectors, axis=1), 1, rtol=1e-5)


@pytest.mark.filterwarnings("ignore:the learning rate is lowered")
def test_a_model_can_stay_in_its_file(tmp_path):
    model = Word2Vec(SENTENCES, compute_loss=True, **SMALL)
    model.save(tmp_path / "model")
    loaded = Word2Vec.load(tmp_path / "model", mmap="r")
    np.testing.assert_array_equal(loaded.wv.vectors, model.wv.vectors)
    assert loaded.get_latest_training_loss() == model.get_latest_training_loss() > 0
    assert loaded.compute_loss
    loaded.train(SENTENCES, epochs=1)
    np.testing.assert_array_equal(Word2Vec.load(tmp_path / "model").wv.vectors, model.wv.vectors)


@pytest.mark.filterwarnings("ignore:the learning rate is lowered")
def test_its_file_is_one_of_this_package_too(tmp_path):
    Word2Vec(SENTENCES, window=3, sg=1, ns_exponent=0.5, **SMALL).save(tmp_path / "model")
    model = fastw2v.Word2Vec.load(tmp_path / "model")
    assert (model.window, model.architecture, model.ns_exponent, model.n_iter_) == (3, "skipgram", 0.5, 5)
    assert model.set_params(n_jobs=1).partial_fit(SENTENCES).n_iter_ == 6


@pytest.mark.filterwarnings("ignore:the learning rate is lowered")
def test_a_model_whose_rate_a_script_has_used_up_is_saved_and_loaded(tmp_path):
    model = Word2Vec(SENTENCES, seed=np.int64(3), **SMALL)
    model.alpha = 0.0
    model.save(tmp_path / "model")
    loaded = Word2Vec.load(tmp_path / "model")
    assert (loaded.alpha, loaded.seed, loaded.max_final_vocab) == (0.0, 3, None)
    with pytest.raises(ParameterError, match=r"^alpha=0\.0"):
        loaded.train(SENTENCES)
    assert loaded.train(SENTENCES, start_alpha=0.01, epochs=1)


# --- callbacks and loss -----------------------------------------------------------------------------------------------


class Watch(CallbackAny2Vec):
    def __init__(self):
        self.losses = []

    def on_epoch_end(self, model):
        self.losses.append(model.get_latest_training_loss())
        model.running_training_loss = 0.0


@pytest.mark.filterwarnings("ignore:the learning rate is lowered")
def test_a_callback_given_twice_is_called_once_and_may_reset_the_loss():
    watch = Watch()
    model = Word2Vec(sg=1, **PLAIN)
    model.build_vocab(SENTENCES)
    model.train(SENTENCES, epochs=4, callbacks=[watch, watch])
    assert len(watch.losses) == 4
    assert max(watch.losses) < 1.5 * min(watch.losses)


@pytest.mark.filterwarnings("ignore:the learning rate is lowered")
def test_callbacks_of_the_constructor_are_those_of_its_training_alone():
    first, second = Watch(), Watch()
    model = Word2Vec(SENTENCES, callbacks=[first], **PLAIN)
    trained = len(first.losses)
    assert trained == model.epochs
    model.train(SENTENCES, epochs=2, callbacks=[second])
    assert (len(first.losses), len(second.losses)) == (trained, 2)
    with pytest.raises(AttributeError, match=r"pass them to each train\("):
        _ = model.callbacks


def test_callbacks_without_a_training_are_warned_of():
    with pytest.warns(RuntimeWarning, match=r"pass them to train\(sentences, callbacks=\.\.\.\)"):
        Word2Vec(callbacks=[Watch()], **PLAIN)


@pytest.mark.filterwarnings("ignore:no pair was trained", "ignore:the 18 sentences of the corpus hold 18 tokens")
def test_the_loss_without_pairs_is_zero_not_nan():
    watch = Watch()
    model = Word2Vec([["lonely"], ["word"]] * 9, callbacks=[watch], **PLAIN)
    assert watch.losses == [0.0] * model.epochs
    assert model.get_latest_training_loss() == 0.0


@pytest.mark.parametrize(
    "change",
    [
        lambda model: model.train([["red", "wine"]], total_examples=1, epochs=1),
        lambda model: model.build_vocab([["red", "beer"]], update=True),
        lambda model: model.build_vocab([["red", "beer"]]),
        lambda model: model.init_weights(),
    ],
    ids=["train", "update", "build_vocab", "init_weights"],
)
def test_a_callback_cannot_change_the_model_that_is_trained(change):
    class Changing(CallbackAny2Vec):
        def on_epoch_end(self, model):
            change(copy.copy(model))  # a copy is a model of its own
            change(model)

    model = Word2Vec([["red", "wine"]] * 9, **PLAIN)
    with pytest.raises(RuntimeError, match=r"this model is being trained, and what a callback, .* would be lost"):
        model.train([["red", "wine"]] * 9, total_examples=9, epochs=2, callbacks=[Changing()])
    model.train([["red", "wine"]], total_examples=1, epochs=1)


def test_other_totals_than_are_read_are_logged(caplog):
    """Such as of a generator that was partly read."""
    model = Word2Vec([["red", "wine"]] * 9, **PLAIN)
    model.train([["red", "wine"]] * 9, total_examples=9, total_words=18, epochs=1)
    assert "did not equal" not in caplog.text
    model.train([["red", "wine"]] * 4, total_examples=model.corpus_count, epochs=1)
    assert "supplied example count (4) did not equal expected count (9)" in caplog.text


def test_a_callback_that_changes_the_rate_hears_when_it_holds():
    class Schedule(CallbackAny2Vec):
        def on_epoch_begin(self, model):
            model.alpha = model.min_alpha = 0.001

    model = Word2Vec([["red", "wine"]] * 9, **PLAIN)
    with pytest.warns(
        RuntimeWarning, match=r"on_epoch_begin set model.alpha=0.001, .* hold from the next train on"
    ) as told:
        model.train([["red", "wine"]] * 9, total_examples=9, epochs=2, callbacks=[Schedule()])
    assert len(told) == 1


def trained_with(hs=0, **methods):
    """A model trained for two epochs with a callback that has these methods."""
    callback = type(
        "Changing", (CallbackAny2Vec,), {name: lambda _, model, do=do: do(model) for name, do in methods.items()}
    )()
    text = [["red", "wine", "and", "rose"]] * 9
    return Word2Vec(text, **{**PLAIN, "epochs": 2, "hs": hs}, callbacks=[callback])


@pytest.mark.parametrize("hs", [0, 1])
def test_training_goes_on_with_what_callbacks_write(hs):
    """The last write stays, since nothing is trained after it; earlier ones are trained on."""
    plain = trained_with(hs)
    ones = np.ones_like(plain.wv.vectors)

    def last(model):
        if len(model.loss_history) == 2:
            model.wv.vectors[:] = 7
            model.syn1neg[:] = 3
            if hs:
                model.syn1[:] = 5

    model = trained_with(hs, on_epoch_end=last)
    assert (model.wv.vectors == 7).all()
    assert (model.syn1neg == 3).all()
    assert not hs or (model.syn1[:-1] == 5).all()
    for name in ("on_train_begin", "on_epoch_begin", "on_epoch_end"):
        replaced = trained_with(hs, **{name: lambda model: setattr(model.wv, "vectors", 4 * ones)})
        written = trained_with(hs, **{name: lambda model: model.wv.vectors.__setitem__(slice(None), 4 * ones)})
        assert np.array_equal(written.wv.vectors, replaced.wv.vectors)
        assert np.abs(written.wv.vectors - 4).max() < 1 < np.abs(plain.wv.vectors - 4).min()
    assert np.array_equal(trained_with(hs, on_epoch_end=lambda model: None).wv.vectors, plain.wv.vectors)


def test_what_a_callback_writes_stays_if_it_then_ends_the_training():
    """As one that stops early and puts the best vectors back."""
    model = Word2Vec(**PLAIN)
    text = [["red", "wine", "and", "rose"]] * 9
    model.build_vocab(text)

    class Stop(CallbackAny2Vec):
        def on_epoch_end(self, model):
            model.wv.vectors[:] = 7
            raise StopIteration("early")

    with pytest.raises(StopIteration, match="early"):
        model.train(text, total_examples=9, epochs=3, callbacks=[Stop()])
    assert (model.wv.vectors == 7).all()


@pytest.mark.parametrize("name", ["on_train_begin", "on_epoch_end"])
def test_callbacks_cannot_change_the_order_of_words(name):
    with pytest.raises(ParameterError, match=rf"{name} changed the keys of model.wv, or their order"):
        trained_with(**{name: lambda model: setattr(model.wv, "index_to_key", model.wv.index_to_key[::-1])})


def test_rows_of_any_numbers_are_taken_back():
    def write(model):
        model.wv.vectors = np.full(model.wv.vectors.shape, np.pi)  # float64
        model.syn1neg[0, 0] = -0.0

    model = trained_with(on_epoch_end=lambda model: write(model) if len(model.loss_history) == 2 else None)
    assert np.allclose(model.wv.vectors, np.pi)
    assert np.signbit(model.syn1neg[0, 0])


def test_callbacks_cannot_add_words_and_hear_when_locks_hold():
    with pytest.raises(
        ParameterError, match=r"on_epoch_end set wv.vectors to an array of shape \(5, 8\): while a model"
    ):
        trained_with(on_epoch_end=lambda model: model.wv.add_vector("new", np.ones(8)))
    with pytest.warns(RuntimeWarning, match=r"on_epoch_begin set wv.vectors_lockf, which holds from the next train on"):
        trained_with(on_epoch_begin=lambda model: setattr(model.wv, "vectors_lockf", np.zeros(4, np.float32)))


def test_vectors_from_which_no_training_starts():
    model = Word2Vec(**PLAIN)
    model.build_vocab([["red", "wine"]] * 9)
    model.wv.vectors[:] = 0
    with pytest.warns(RuntimeWarning, match="the vectors to start from are all zero"):
        model.train([["red", "wine"]] * 9, total_examples=9, epochs=1)
    model.wv.vectors[0] = np.nan
    with pytest.raises(ParameterError, match=r"^model.wv.vectors: the vector of 'red' holds NaN"):
        model.train([["red", "wine"]] * 9, total_examples=9, epochs=1)
