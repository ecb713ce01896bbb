"""Classes derived from Word2Vec: their files, whatever arguments their constructors take."""

import warnings

import numpy as np
import pytest

from fastw2v import Word2Vec

TEXT = [["red", "wine", "and", "white", "rose"]] * 20
QUICK = {"epochs": 1, "sample": 0, "n_jobs": 1, "device": "cpu", "random_state": 3}


class Few(Word2Vec):
    """Fewer parameters than its base, and one of its own."""

    def __init__(self, corpus=None, *, vector_size=10, min_count=1, label="none"):
        super().__init__(corpus, vector_size=vector_size, min_count=min_count, **QUICK)
        self.label = label


class Fixed(Word2Vec):
    """One parameter of its base is not for its callers, and one of its own has no default."""

    def __init__(self, label, corpus=None, **options):
        super().__init__(corpus, vector_size=6, **options)
        self.label = label


class Any(Word2Vec):
    """All of its base, and one of its own."""

    def __init__(self, corpus=None, *, label="none", **options):
        super().__init__(corpus, **options)
        self.label = label


def few(**own):
    return Few(vector_size=6, **own)


def all_of_them(**own):
    return Any(vector_size=6, min_count=1, **QUICK, **own)


def fixed(label):
    return Fixed(label, min_count=1, **QUICK)


@pytest.mark.parametrize("made", [few, all_of_them, fixed])
@pytest.mark.parametrize("label", ["news", 7, 0.5, None, True, np.bool_(True), np.int64(3)])
def test_a_model_comes_back_with_the_parameters_of_its_class(tmp_path, made, label):
    model = made(label=label).fit(TEXT)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model.save(tmp_path / "m.fw2v")
    again = type(model).load(tmp_path / "m.fw2v")
    assert type(again) is type(model)
    assert (again.label, again.vector_size, again.min_count, again.epochs, again.random_state) == (label, 6, 1, 1, 3)
    assert np.array_equal(again.vectors_.vectors, model.vectors_.vectors)
    assert Word2Vec.load(tmp_path / "m.fw2v").get_params()["epochs"] == 1


def test_a_parameter_that_no_file_keeps_is_named(tmp_path):
    model = Few(label=[1, 2]).fit(TEXT)
    with pytest.warns(RuntimeWarning, match="save leaves out label of Few: "):
        model.save(tmp_path / "m.fw2v")
    assert Few.load(tmp_path / "m.fw2v").label == "none"
    with pytest.warns(RuntimeWarning, match="save leaves out label of Fixed: "):
        fixed([1, 2]).fit(TEXT).save(tmp_path / "m.fw2v")
    assert not hasattr(Fixed.load(tmp_path / "m.fw2v"), "label")


def test_a_file_whose_record_of_these_is_odd_is_loaded(tmp_path, monkeypatch):
    monkeypatch.setattr("fastw2v.api.own_parameters", lambda model, base: ["odd"])
    Few().fit(TEXT).save(tmp_path / "m.fw2v")
    assert Few.load(tmp_path / "m.fw2v").label == "none"
