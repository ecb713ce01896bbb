"""What notebooks show of the two estimators, alone and within scikit-learn's own."""

import numpy as np
import pytest
from sklearn import config_context
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.utils import estimator_html_repr

from fastw2v import DocVectorizer, Word2Vec

CORPUS = [["red", "wine"], ["white", "rose"]] * 30
OPTIONS = {
    "vector_size": 4,
    "min_count": 1,
    "random_state": 1,
    "n_jobs": 1,
    "device": "cpu",
    "epochs": 1,
    "sample": 0,
    "learning_rate": 0.01,
}


@pytest.fixture(scope="module")
def model():
    return Word2Vec(**OPTIONS).fit(CORPUS)


def test_a_notebook_gets_the_card_and_not_the_diagram(model):
    for estimator in (model, Word2Vec(window=3), DocVectorizer(model).fit(CORPUS), DocVectorizer()):
        bundle = estimator._repr_mimebundle_()
        assert bundle["text/plain"] == repr(estimator)
        assert bundle["text/html"] == estimator._repr_html_()
        assert "sk-estimator" not in bundle["text/html"]
        assert len(bundle["text/html"]) < 5_000 < len(estimator_html_repr(estimator))


def test_scikit_learns_setting_is_heeded(model):
    with config_context(display="text"):
        assert list(model._repr_mimebundle_()) == ["text/plain"]
        assert not hasattr(model, "_repr_html_")


def test_the_parameters_that_were_set_are_named(model):
    assert "vector_size" in model._repr_html_()
    assert "window" in Word2Vec(window=3)._repr_html_()
    assert "ns_exponent" not in Word2Vec(window=3)._repr_html_()
    assert "all defaults" in Word2Vec()._repr_html_()


class Watched(list):
    """A corpus that is not to be read in order to be shown."""

    def __iter__(self):
        raise AssertionError("the corpus was read")

    def __getitem__(self, place):
        raise AssertionError("the corpus was read")

    def __repr__(self):
        raise AssertionError("the corpus was formatted")


@pytest.mark.parametrize(
    "wrap", [lambda m: m, make_pipeline, lambda m: make_pipeline(DocVectorizer(m), LogisticRegression())]
)
def test_nothing_formats_the_corpus(wrap):
    """A pipeline's repr, its diagram and the cards of a million token lists."""
    corpus = Watched([["a", "token", "list"]] * 1_000_000)
    estimator = wrap(Word2Vec(corpus))
    assert "<Watched, 1,000,000 items>" in repr(estimator)
    assert len(repr(estimator)) < 400
    for html in (estimator_html_repr(estimator), estimator._repr_html_()):
        assert "Watched, 1,000,000 items" in html


def test_a_fitted_vectorizer_says_how_it_makes_vectors(model):
    html = (
        DocVectorizer(model, "sif", normalize="l2", tokenizer=str.split).fit(["red wine", "white rose"])._repr_html_()
    )
    for part in ("sif", "components removed", "l2", "split", "given"):
        assert part in html
    assert "trained in fit" in DocVectorizer(Word2Vec(**OPTIONS)).fit(CORPUS)._repr_html_()


def test_a_long_repr_is_one_line():
    estimator = Word2Vec(
        np.zeros((3, 2)), vector_size=10, window=2, min_count=3, epochs=7, negative=9, sample=0.1, n_jobs=3
    )
    assert "\n" not in repr(estimator)
    assert repr(estimator).endswith("window=2)")
