"""Names of gensim's modules: what is here, and what those that are not say."""

import importlib

import pytest

from fastw2v.compat import gensim as compat
from fastw2v.compat.other_names import INSTEAD


@pytest.mark.parametrize("name", INSTEAD)
def test_importing_what_is_not_here_says_what_to_do(name):
    with pytest.raises(ImportError, match=rf"^cannot import '{name}' from fastw2v\.compat\.gensim: .{{15}}"):
        exec(f"from fastw2v.compat.gensim import {name}")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Phrases", r"gensim\.models\.Phrases\(sentences\)"),
        ("api", r"KeyedVectors\.load_word2vec_format\(path"),
        ("Doc2Vec", r"fastw2v\.DocVectorizer"),
        ("models", "from fastw2v.compat.gensim import Word2Vec, KeyedVectors"),
    ],
)
def test_the_sentence_names_the_remedy(name, said):
    with pytest.raises(ImportError, match=said):
        getattr(compat, name)


def test_another_name_is_an_ordinary_error():
    with pytest.raises(AttributeError, match=r"module 'fastw2v\.compat\.gensim' has no attribute 'Word2Vek'"):
        _ = compat.Word2Vek
    with pytest.raises(ImportError):
        exec("from fastw2v.compat.gensim import Word2Vek")


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda: compat.KeyedVectors(4).get_keras_embedding(), r"Embedding\(.*weights=\[wv.vectors\]\)"),
        (lambda: compat.KeyedVectors(4).add(entities=[], weights=[]), r"use wv.add_vectors\(keys, weights\)"),
        (lambda: compat.KeyedVectors(4).similarity_matrix(None), "SparseTermSimilarityMatrix"),
        (
            lambda: compat.Word2Vec.load_word2vec_format("x"),
            r"use KeyedVectors.load_word2vec_format\(path\)",
        ),
        (lambda: compat.Word2Vec().load_word2vec_format("x"), r"use KeyedVectors.load_word2vec_format\("),
        (lambda: compat.Word2Vec().intersect_word2vec_format("x"), r"model.wv.intersect_word2vec_format\("),
    ],
)
def test_methods_of_older_gensims_name_the_new_ones(ask, said):
    with pytest.raises(AttributeError, match=f"unlike gensim's: .*{said}"):
        ask()


def test_compiled_code_is_used():
    assert compat.FAST_VERSION > -1
    assert compat.Word2VecKeyedVectors is compat.KeyedVectors


def test_every_name_that_scripts_import_is_here_or_says_what_to_do():
    pytest.importorskip("gensim")
    public = set()
    for module in ("gensim.models", "gensim.models.word2vec", "gensim.models.keyedvectors", "gensim.models.callbacks"):
        for name, value in vars(importlib.import_module(module)).items():
            if getattr(value, "__module__", None) == module and name[0] != "_" and isinstance(value, type):
                public.add(name)
    public -= {"Heapitem", "Word2VecVocab", "Word2VecTrainables", "CompatVocab"}  # kept by gensim for its old pickles
    public -= {"Callback", "Metric", "CoherenceMetric", "ConvergenceMetric", "DiffMetric", "PerplexityMetric"}  # of LDA
    assert public
    assert {name for name in public if name not in compat.__all__ and name not in INSTEAD} == set()


def test_the_brown_corpus(tmp_path):
    (tmp_path / "ca01").write_text("\n\tThe/at Dog/nn-tl barked/vbd ./. a//b\n\n,/, ``/``\nIt/pps\n")
    (tmp_path / "ca02").write_text("\tYes/rb 1\\/2/cd\n")
    assert list(compat.BrownCorpus(tmp_path)) == [["the/at", "dog/nn", "barked/vb"], ["it/pp"], ["yes/rb"]]


def test_the_brown_corpus_is_read_as_gensim_reads_it(tmp_path):
    gensim = pytest.importorskip("gensim.models.word2vec")
    (tmp_path / "ca01").write_text("\n\tThe/at Dog/nn-tl barked/vbd ./. a//b\n\n,/, ``/``\nIt/pps Of-what/in\n")
    assert list(compat.BrownCorpus(tmp_path)) == list(gensim.BrownCorpus(str(tmp_path)))
