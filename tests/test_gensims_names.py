"""gensim's names of arguments, attributes and methods are answered with this package's own."""

import copy
import inspect
import pickle

import numpy as np
import pytest

from fastw2v import Word2Vec, WordVectors
from fastw2v.errors import ParameterError
from fastw2v.gensims_names import BOOKS_PARAMETERS, OF_MODELS, OF_VECTORS, OWN_NAMES_OF_BOOK, PARAMETERS


@pytest.fixture(scope="module")
def model():
    return Word2Vec([["red", "wine"]] * 9, vector_size=2, min_count=1, sample=0, loss="both", n_jobs=1).fit()


@pytest.mark.parametrize("name", PARAMETERS)
def test_gensims_arguments_name_ours(name):
    with pytest.raises(TypeError, match=rf"^{name}= is gensim's name: (pass|leave it out: ).{{5,}}fastw2v\.compat"):
        Word2Vec(**{name: 1})


@pytest.mark.parametrize("name", BOOKS_PARAMETERS)
def test_the_textbooks_arguments_name_ours(name):
    said = rf"^{name}=? is the textbook's name.*: {BOOKS_PARAMETERS[name]}$"
    with pytest.raises(TypeError, match=said):
        Word2Vec(**{name: 1})
    with pytest.raises(ParameterError, match=said):
        Word2Vec().set_params(**{name: 1})


def test_what_the_textbooks_arguments_name_is_there():
    ours = set(inspect.signature(Word2Vec).parameters)
    assert set(OWN_NAMES_OF_BOOK.values()) <= ours
    assert not set(BOOKS_PARAMETERS) & ours


def test_every_argument_of_gensims_is_ours_or_named():
    gensim = pytest.importorskip("gensim.models")
    theirs = set(inspect.signature(gensim.Word2Vec).parameters)
    assert theirs - set(inspect.signature(Word2Vec).parameters) <= set(PARAMETERS)
    assert not set(PARAMETERS) & set(inspect.signature(Word2Vec).parameters)


def names(kind):
    return [pytest.param(kind, name, id=f"{kind}.{name}") for name in {"model": OF_MODELS, "wv": OF_VECTORS}[kind]]


@pytest.mark.parametrize(("kind", "name"), names("model") + names("wv"))
def test_gensims_attributes_name_ours(model, kind, name):
    owner = model if kind == "model" else model.wv
    said = rf"^{name} is gensim's name, which {type(owner).__name__} does not have: .{{10}}"
    assert not hasattr(owner, name)
    with pytest.raises(AttributeError, match=said):
        getattr(owner, name)
    with pytest.raises(AttributeError, match=said):
        setattr(owner, name, 1)


def test_every_public_name_of_gensims_is_ours_or_answered(model):
    gensim = pytest.importorskip("gensim.models")
    theirs = gensim.Word2Vec([["red", "wine"]] * 9, vector_size=2, min_count=1, workers=1)
    for owner, other, table in ((model, theirs, OF_MODELS), (model.wv, theirs.wv, OF_VECTORS)):
        public = {name for name in {*dir(other), *vars(other)} if name[0] != "_"}
        assert {name for name in public if not hasattr(owner, name) and name not in table} <= {"score"}


def test_what_the_answers_name_is_there(model):
    """What stands after ``model.`` or ``wv.`` in them."""
    import re

    for owner, table, word in ((model, OF_MODELS, "model"), (model.wv, OF_VECTORS, "wv")):
        for answer in table.values():
            for path in re.findall(rf"\b{word}\.([\w.]+)", answer):
                found = owner
                for name in path.rstrip(".").split("."):
                    found = getattr(found, name)


def test_other_names_are_ordinary_errors(model):
    for owner in (model, model.wv):
        with pytest.raises(AttributeError, match="object has no attribute 'nonsense'") as caught:
            _ = owner.nonsense
        assert (caught.value.name, caught.value.obj) == ("nonsense", owner)
    model.mine = 1
    assert model.mine == 1
    del model.mine


def test_a_property_that_raises_keeps_its_own_message():
    with pytest.raises(AttributeError, match=r"no vectors yet: call fit\(\) first"):
        _ = Word2Vec().wv


def test_a_subclass_may_have_attributes_of_these_names():
    class Weighted(Word2Vec):
        def __init__(self, corpus=None, *, alpha=1.0):
            super().__init__(corpus)
            self.alpha = alpha

    assert Weighted(alpha=2.0).get_params()["alpha"] == 2.0


def test_copies_and_pickles_are_what_they_were(model):
    for made in (copy.copy(model), copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        np.testing.assert_array_equal(made.wv.vectors, model.wv.vectors)
    vectors = pickle.loads(pickle.dumps(WordVectors(np.eye(2), ["a", "b"])))
    assert vectors.most_similar("a", topn=1)[0][0] == "b"
