"""What clones, copies, pickles and files of a model keep, and what they say of the rest."""

import copy
import pickle

import numpy as np
import pytest
from sklearn.base import clone

from fastw2v import DocVectorizer, Word2Vec
from fastw2v.errors import CorpusTypeError


def test_clones_and_copies_share_the_corpus_and_pickles_leave_it(tmp_path, sentences, quick, fitted):
    model = fitted()
    assert clone(model).corpus is sentences
    assert not hasattr(clone(model), "vectors_")
    for again in (copy.copy(model), copy.deepcopy(model)):
        assert np.array_equal(again["wine"], model["wine"])
        assert again.corpus is sentences
        assert np.array_equal(again.fit()["wine"], model["wine"])
        assert again.vectors_ is not model.vectors_
    again = pickle.loads(pickle.dumps(model))
    assert np.array_equal(again["wine"], model["wine"])
    with pytest.raises(ValueError, match="pickles of a fitted model leave it behind"):
        again.fit()
    assert pickle.loads(pickle.dumps(Word2Vec(sentences))).corpus == sentences
    with pytest.raises(TypeError, match=r"cannot be pickled, nor sent to another process, .* its corpus is <generator"):
        pickle.dumps(Word2Vec(sentence for sentence in sentences))
    path = tmp_path / "corpus.txt"
    path.write_text("\n".join(map(" ".join, sentences)))
    assert pickle.loads(pickle.dumps(Word2Vec(path, **quick).fit())).corpus == path


def test_training_a_copy_leaves_the_model_as_it_was(sentences, fitted):
    model = fitted()
    before, context = model["wine"].copy(), model.context_vectors_.vectors.copy()
    for again in (copy.copy(model), copy.deepcopy(model)):
        assert not np.array_equal(again.partial_fit(sentences)["wine"], before)
    assert np.array_equal(model["wine"], before)
    assert np.array_equal(model.context_vectors_.vectors, context)
    assert model.n_iter_ == 3


def stop_after_an_epoch(now):
    return now.epoch_end


def test_a_copy_of_an_interrupted_model_is_usable_and_says_that_it_cannot_resume(fitted, sentences):
    model = fitted(callbacks=[stop_after_an_epoch])
    assert model.n_iter_ == 1
    for again in (copy.copy(model), copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert np.array_equal(again["wine"], model["wine"])
        with pytest.raises(ValueError, match="no interrupted fit"):
            again.fit(sentences, resume=True)
    model.set_params(callbacks=()).fit(resume=True)
    assert model.n_iter_ == 3


@pytest.mark.parametrize("generator", [np.random.RandomState, np.random.default_rng])
def test_clones_have_a_random_state_of_their_own(generator, fitted):
    model = fitted(random_state=generator(0))
    first, second = clone(model), clone(model)
    assert first.random_state is not model.random_state
    assert first.fit().seed_ == second.fit().seed_ == copy.deepcopy(clone(model)).fit().seed_


def split_at_bars(text):
    return text.lower().split("|")


@pytest.mark.filterwarnings("ignore:frozen. 1 of 1 words .'wine'. have no initial vector")
def test_a_file_keeps_every_parameter_that_a_file_can_hold(tmp_path, fitted):
    changes = {
        **{"min_count": 2, "max_vocab": 6, "frozen": ["wine"], "errors": "replace", "device": "cpu", "verbose": 0},
        **{"learning_rate": 0.03, "sample": 0.0, "random_state": 5, "n_jobs": 1},
    }
    model = fitted(**changes)
    model.save(tmp_path / "model.fw2v")
    loaded = Word2Vec.load(tmp_path / "model.fw2v")
    ours, theirs = model.get_params(), loaded.get_params()
    assert {name for name in ours if ours[name] != theirs[name]} == {"corpus"}
    for each in (model, loaded):
        each.partial_fit([["red", "wine", "rose"]] * 20)
    assert np.array_equal(model["red"], loaded["red"])
    assert np.array_equal(loaded["wine"], fitted(**changes)["wine"])  # still frozen


def test_a_file_keeps_the_tokenizer_and_says_so_where_it_cannot(tmp_path):
    documents = ["Red|Wine", "Red|Rose"] * 30
    options = {"vector_size": 4, "min_count": 1, "sample": 0, "n_jobs": 1}
    Word2Vec(["Red wine", "Red rose"] * 30, tokenizer="whitespace", **options).fit().save(tmp_path / "named.fw2v")
    named = Word2Vec.load(tmp_path / "named.fw2v")
    assert named.tokenizer == named.tokenizer_ == "whitespace"
    model = Word2Vec(documents, tokenizer=split_at_bars, **options).fit()
    model.save(tmp_path / "function.fw2v")
    loaded = Word2Vec.load(tmp_path / "function.fw2v")
    for call in (loaded.transform, loaded.partial_fit, DocVectorizer(loaded).fit_transform,
                 DocVectorizer(tmp_path / "function.fw2v").fit_transform):  # fmt: skip
        with pytest.raises(CorpusTypeError, match=r"tokenizer split_at_bars.*load\(path, tokenizer=split_at_bars\)"):
            call(["Red|Wine"])
    expected = model.transform(["Red|Wine"])
    assert np.array_equal(loaded.transform([["red", "wine"]]), expected)
    loaded.set_params(tokenizer=split_at_bars).partial_fit(documents)
    assert loaded.tokenizer_ is split_at_bars
    given = Word2Vec.load(tmp_path / "function.fw2v", tokenizer=split_at_bars)
    assert np.array_equal(given.transform(["Red|Wine"]), expected)
    vectorizer = DocVectorizer(tmp_path / "function.fw2v", tokenizer=split_at_bars)
    assert np.array_equal(vectorizer.fit_transform(["Red|Wine"]), expected)


def test_a_checkpoint_names_the_tokenizer_and_the_seed(tmp_path):
    model = Word2Vec(["Red wine", "Red rose"] * 30, vector_size=4, min_count=1, sample=0, n_jobs=1, random_state=3)
    model.fit(checkpoint=tmp_path / "run.fw2v")
    loaded = Word2Vec.load(tmp_path / "run.fw2v")
    assert (loaded.tokenizer_, loaded.seed_) == ("words", 3)
    assert np.array_equal(loaded.transform(["RED wine"]), model.transform(["RED wine"]))
