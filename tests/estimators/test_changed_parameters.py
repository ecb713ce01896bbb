"""Parameters of DocVectorizer that are changed after `fit`: refused or applied, never passed over."""

import copy
import pickle

import numpy as np
import pytest

from fastw2v import DocVectorizer, Word2Vec, WordVectors
from fastw2v.errors import ParameterError
from fastw2v.formats import save

WEIGHTINGS = ["mean", "tfidf", "sif", "usif"]
WORDS = [f"w{i}" for i in range(40)]
VECTORS = WordVectors(np.random.default_rng(0).normal(1, 1, (len(WORDS), 7)).astype(np.float32), WORDS)
DOCUMENTS = [[f"w{i * j % 41}" for j in range(1, 9)] for i in range(1, 31)]
OTHERS = [["w1", "w2"], ["never"], []]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("n_components_removed", 2),
        ("tokenizer", str.split),
        ("vectors", WordVectors(VECTORS.vectors + 1, WORDS)),
        ("vectors", None),
        ("vectors", "vectors.bin"),
    ],
)
@pytest.mark.parametrize("weighting", WEIGHTINGS)
def test_no_parameter_that_was_changed_after_fit_is_passed_over(name, value, weighting):
    vectorizer = DocVectorizer(VECTORS, weighting).fit(DOCUMENTS)
    before = vectorizer.transform(OTHERS)
    old = getattr(vectorizer, name)
    vectorizer.set_params(**{name: value})
    if name == "n_components_removed" and weighting in ("mean", "tfidf"):  # which remove none
        assert np.array_equal(vectorizer.transform(OTHERS), before)
        return
    with pytest.raises(ParameterError, match=f"^{name} changed since fit: fit again"):
        vectorizer.transform(OTHERS)
    for again in (pickle.loads(pickle.dumps(vectorizer)), copy.deepcopy(vectorizer)):
        with pytest.raises(ParameterError, match=f"^{name} changed since fit"):
            again.transform(OTHERS)
    assert np.array_equal(vectorizer.set_params(**{name: old}).transform(OTHERS), before)


def test_normalize_is_applied_as_it_is_now():
    vectorizer = DocVectorizer(VECTORS).fit(DOCUMENTS).set_params(normalize="l2")
    assert np.array_equal(vectorizer.transform(OTHERS), DocVectorizer(VECTORS, normalize="l2").fit_transform(OTHERS))
    with pytest.raises(ParameterError, match="normalize='l3'"):
        vectorizer.set_params(normalize="l3").transform(OTHERS)


def test_the_path_of_vectors_may_be_written_anew(tmp_path):
    save(tmp_path / "v.vec", VECTORS)
    vectorizer = DocVectorizer(str(tmp_path / "v.vec")).fit(DOCUMENTS)
    vectorizer.vectors = str(tmp_path) + "/v.vec"  # an equal string, another object
    assert np.array_equal(vectorizer.transform(OTHERS), DocVectorizer(VECTORS).fit_transform(OTHERS))


def test_a_parameter_of_the_model_that_was_changed_after_fit_is_refused():
    vectorizer = DocVectorizer(Word2Vec(min_count=1, vector_size=5, sample=0)).fit(DOCUMENTS)
    vectorizer.set_params(vectors__vector_size=9)
    with pytest.raises(ParameterError, match="vectors__vector_size changed since fit: fit again"):
        vectorizer.transform(DOCUMENTS)
    assert vectorizer.fit(DOCUMENTS).transform(DOCUMENTS).shape[1] == 9


def test_parameters_of_the_machine_and_a_model_fitted_meanwhile_are_no_change():
    model = Word2Vec(min_count=1, vector_size=5, sample=0, n_jobs=1)
    vectorizer = DocVectorizer(model).fit(DOCUMENTS)
    before = vectorizer.transform(DOCUMENTS)
    vectorizer.set_params(vectors__n_jobs=2, vectors__verbose=1, vectors__device="cpu")
    assert np.array_equal(vectorizer.transform(DOCUMENTS), before)
    model.fit(DOCUMENTS)
    assert np.array_equal(vectorizer.transform(DOCUMENTS), before)
