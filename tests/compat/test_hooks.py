"""Classes that override gensim's inner methods are refused where they are made."""

import inspect

import numpy as np
import pytest

from fastw2v.compat.gensim import Word2Vec
from fastw2v.compat.hooks import HOOKS

PLAIN = {"vector_size": 4, "min_count": 1, "workers": 1, "sample": 0}


def test_a_class_that_trains_on_what_a_hook_makes_is_refused():
    """As the package fastnode2vec is written: its sentences are made within the hook."""
    with pytest.raises(TypeError, match="class Walker overrides _do_train_job, _raw_word_count, which gensim calls"):

        class Walker(Word2Vec):
            def _do_train_job(self, sentences, alpha, inits):
                return super()._do_train_job([[word, word] for word in sentences], alpha, inits)

            def _raw_word_count(self, job):
                return 2 * len(job)


def test_a_hook_of_another_base_is_refused():
    class Rate:
        def _get_next_alpha(self, epoch_progress, cur_epoch):
            return 0.01

    with pytest.raises(TypeError, match="class Constant overrides _get_next_alpha"):

        class Constant(Rate, Word2Vec):
            pass


def test_a_hook_of_an_instance_is_refused():
    for name in HOOKS:  # those that are methods here, too
        with pytest.raises(AttributeError, match=rf"Word2Vec\.{name} cannot be set: gensim calls it while it reads or"):
            setattr(Word2Vec(), name, print)
    with pytest.raises(AttributeError, match="training has no such step"):
        Word2Vec()._train_epoch()


@pytest.mark.parametrize("name", ["_do_train_job", "_get_next_alpha"])
def test_a_hook_that_is_set_on_a_finished_class_is_refused_by_training(monkeypatch, name):
    class Plain(Word2Vec):
        pass

    for cls in (Plain, Word2Vec):
        model = Plain([["a", "b"]] * 9, **PLAIN)
        monkeypatch.setattr(cls, name, print, raising=False)
        with pytest.raises(TypeError, match=f"class Plain overrides {name}, which gensim calls"):
            model.train([["a", "b"]] * 9, total_examples=9, epochs=1)
        monkeypatch.undo()


@pytest.mark.filterwarnings("ignore:the learning rate is lowered")
def test_other_methods_may_be_overridden():
    class Walks(Word2Vec):
        def __init__(self, graph, **options):
            super().__init__(min_count=1, vector_size=4, workers=1, **options)
            self.graph = graph
            self.build_vocab(self.walks())

        def walks(self):
            return [[node, node + 1, node] for node in self.graph] * 9

        def train(self, epochs):
            return super().train(self.walks(), total_examples=self.corpus_count, epochs=epochs)

    model = Walks([1, 2, 3])
    assert model.train(2) == (162, 162)
    assert str(model).startswith("Walks<vocab=4")


@pytest.mark.filterwarnings("ignore:the learning rate is lowered")
def test_a_subclass_that_takes_other_arguments_loads(tmp_path):
    class Named(Word2Vec):
        def __init__(self, name):
            super().__init__([["a", "b"]] * 9, sample=0, min_count=1, vector_size=4, workers=1, comment=name)

    Named("mine").save(tmp_path / "model")
    model = Named.load(tmp_path / "model")
    assert (type(model), model.comment, len(model.wv)) == (Named, "mine", 2)


def test_weights_that_a_subclass_makes_are_trained_on():
    class Own(Word2Vec):
        steps = ()

        def prepare_weights(self, update=False):
            self.steps += (f"prepare {update}",)
            super().prepare_weights(update=update)

        def init_weights(self):
            self.steps += ("init",)
            super().init_weights()
            self.wv.vectors[0] = 5
            self.wv.vectors_lockf = np.array([0] + [1] * (len(self.wv) - 1), np.float32)

        def update_weights(self):
            self.steps += ("update",)
            super().update_weights()
            self.wv.vectors[-1] = 7

    class Same(Word2Vec):
        def init_weights(self):
            super().init_weights()

    text = [["a", "b", "c", "d"]] * 50
    model = Own((words for words in text), **PLAIN)
    assert model.steps == ("prepare False", "init")
    assert model.wv.vectors[0].tolist() == [5] * 4
    model.build_vocab([["e", "f"]] * 9, update=True)
    assert model.steps[2:] == ("prepare True", "update")
    assert model.wv.vectors[-1].tolist() == [7] * 4
    model.build_vocab_from_freq({"a": 2, "b": 1})
    fresh = Own(**PLAIN)
    fresh.reset_from(model)
    assert (model.steps[4:], fresh.steps) == (("prepare False", "init"), ("init",))
    assert (Same(iter(text), **PLAIN).wv.vectors == Word2Vec(text, **PLAIN).wv.vectors).all()


def test_every_inner_method_of_gensims_is_known():
    """And nothing else is: a class may have any other method."""
    gensim = pytest.importorskip("gensim.models")
    theirs = {name for name, _ in inspect.getmembers(gensim.Word2Vec, inspect.isfunction) if name[:2] != "__"}
    assert theirs >= HOOKS
    assert {name for name in theirs if name[0] == "_"} <= HOOKS


def test_public_methods_may_be_overridden_with_arguments_of_other_places():
    class Reading(Word2Vec):
        def build_vocab(self, corpus_iterable=None, **options):
            self.read = sorted(options)
            return super().build_vocab(corpus_iterable, **options)

    class Training(Word2Vec):
        def train(self, corpus_iterable=None, total_examples=None, epochs=None, **options):
            self.given = total_examples, epochs, options["total_words"], options["start_alpha"], options["end_alpha"]
            return super().train(corpus_iterable, total_examples=total_examples, epochs=epochs, **options)

    options = {"vector_size": 4, "min_count": 1, "workers": 1, "sample": 0}
    text = [["red", "wine"], ["red", "rose"]] * 9
    plain = Word2Vec(text, **options)
    assert (Reading(text, **options).wv.vectors == plain.wv.vectors).all()
    model = Training(text, alpha=0.05, min_alpha=0.01, epochs=3, **options)
    assert model.given == (18, 3, 36, 0.05, 0.01)
