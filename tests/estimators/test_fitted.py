"""An attribute that `fit` would set, and that is not there, says why."""

import copy
import pickle

import pytest

from fastw2v import Word2Vec
from fastw2v.compat import gensim as compat

TEXT = [["red", "wine", "and", "white", "rose"]] * 20
SET = [name for name in Word2Vec.__annotations__ if name.endswith("_")]


def fitted(**params):
    return Word2Vec(TEXT, vector_size=4, min_count=1, epochs=1, device="cpu", n_jobs=1, sample=0, **params).fit()


@pytest.mark.parametrize("name", SET)
def test_before_fit_each_asks_for_it(name):
    model = Word2Vec()
    assert not hasattr(model, name)
    with pytest.raises(AttributeError, match=f"this Word2Vec has no {name} yet: call fit"):
        getattr(model, name)


@pytest.mark.parametrize("loss", ["ns", "hs", "both"])
def test_after_fit_only_those_are_absent_that_the_run_did_not_make(loss):
    absent = {name for name in SET if not hasattr(fitted(loss=loss), name)}
    expected = {"ns": {"node_vectors_"}, "hs": {"context_vectors_"}, "both": set()}[loss]
    assert absent == expected | {"device_vectors_"}


@pytest.mark.parametrize(
    ("loss", "name", "message"),
    [
        ("ns", "node_vectors_", "only loss='hs' and 'both' train them"),
        ("hs", "context_vectors_", "loss='hs' trains none"),
        ("ns", "device_vectors_", "only training on a GPU makes them"),
    ],
)
def test_an_absent_one_says_what_makes_it(loss, name, message):
    with pytest.raises(AttributeError, match=f"this Word2Vec has no {name}: .*{message}"):
        getattr(fitted(loss=loss), name)


def test_a_loaded_model_has_no_report_and_says_so(tmp_path):
    fitted().save(tmp_path / "model.fw2v")
    model = Word2Vec.load(tmp_path / "model.fw2v")
    assert {name for name in SET if not hasattr(model, name)} == {
        "node_vectors_",
        "device_vectors_",
        "report_",
        "corpus_report_",
    }
    with pytest.raises(AttributeError, match="no report_: it tells of the training in this process"):
        model.report_  # noqa: B018  # asked for


def test_copies_and_pickles_of_unfitted_models_are_made():
    for model in (copy.copy(Word2Vec()), copy.deepcopy(Word2Vec()), pickle.loads(pickle.dumps(Word2Vec()))):
        with pytest.raises(AttributeError, match="call fit"):
            model.vectors_  # noqa: B018  # asked for


def test_other_names_are_unknown():
    with pytest.raises(AttributeError, match="object has no attribute 'coef_'"):
        Word2Vec().coef_  # noqa: B018  # asked for
    with pytest.raises(AttributeError, match="is gensim's name"):
        Word2Vec().syn1  # noqa: B018  # asked for
    assert not hasattr(compat.Word2Vec(TEXT, vector_size=4, min_count=1, epochs=1, sample=0), "device_vectors_")


@pytest.mark.parametrize("name", ["plot", "explore", "to_frame", "get", "most_similar_batch", "unit_vectors", "counts"])
def test_what_the_word_vectors_have_is_said_to_be_theirs(name):
    for model in (Word2Vec(), fitted()):
        assert not hasattr(model, name)
        with pytest.raises(AttributeError, match=rf"no attribute '{name}': its word vectors do, model.wv.{name}$"):
            getattr(model, name)
    with pytest.raises(AttributeError, match=r"no attribute 'nonsense'$"):
        _ = Word2Vec().nonsense


def test_during_fit_a_model_says_so_and_saves_no_old_vectors_in_silence(tmp_path):
    said = []

    def look(progress):
        if progress.epoch_end:
            try:
                model.save(tmp_path / "m.fw2v", overwrite=True)
            except ValueError as error:
                said.append(str(error))

    model = Word2Vec(TEXT, vector_size=4, min_count=1, epochs=2, device="cpu", n_jobs=1, sample=0, callbacks=[look])
    model.fit()
    way_out = "whose callbacks get those of the moment from progress.vectors()"
    assert said == [f"this Word2Vec has no vectors yet: its fit is under way, {way_out}"] * 2
    with pytest.warns(RuntimeWarning, match="save: a fit is under way, .* those of the last one are saved"):
        model.fit()
    assert len(said) == 2


def test_queries_go_by_what_a_subclass_says_its_vectors_are_and_make_none_of_it():
    class Few(Word2Vec):
        def __new__(cls, *args, **kwargs):
            assert args, "it is made with a corpus"
            return super().__new__(cls)

        @property
        def wv(self):
            return super().wv.commonest(2)

    model = Few(TEXT, vector_size=4, min_count=1, epochs=1, n_jobs=1, sample=0, random_state=1).fit()
    known, unknown = model.vectors_.index_to_key[0], model.vectors_.index_to_key[-1]
    assert model.transform([[known, unknown]])[0] == pytest.approx(model.vectors_[known])
