"""The estimator: parameters in, a fitted model out, and what a person does with it next."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from fastw2v import EncodedCorpus, Word2Vec, WordVectors, load
from fastw2v.errors import BackendUnavailable, CorpusError, DivergedError, FormatError, ParameterError
from fastw2v.formats import save


def test_a_fitted_model_offers_what_it_should(sentences, fitted):
    model = fitted()
    assert isinstance(model.vectors_, WordVectors)
    assert model.vectors_.vectors.shape == model.context_vectors_.vectors.shape == (7, 12)
    assert model["wine"].shape == (12,)
    assert model[["wine", "rose"]].shape == (2, 12)
    assert "wine" in model
    assert "beer" not in model
    assert len(model.most_similar("wine", topn=3)) == 3
    assert len(model.analogy("red", "white", "wine", topn=2)) == 2
    assert -1 <= model.similarity("wine", "rose") <= 1
    assert model.vocabulary_.words == model.vectors_.index_to_key
    assert len(model.loss_history_) == model.n_iter_ == 3
    assert model.seed_ == 1
    assert model.tokenizer_ == "tokens"
    assert model.report_.device == "cpu"
    assert model.corpus_report_.raw_tokens == 3 * len(sentences)
    with pytest.raises(KeyError, match="rose"):
        model["rosé"]


def test_a_model_is_not_iterated_over_as_if_its_words_were_numbers(fitted):
    with pytest.raises(TypeError, match="not iterable"):
        list(fitted())


def test_the_corpus_can_be_given_to_fit(sentences, quick, fitted):
    assert np.array_equal(Word2Vec(**quick).fit(sentences)["wine"], fitted()["wine"])
    assert np.array_equal(Word2Vec(sentences, **quick).fit(sentences)["wine"], fitted()["wine"])
    with pytest.raises(ValueError, match="transform"):
        Word2Vec(sentences, **quick).fit([["another", "corpus"]] * 9)
    with pytest.raises(ValueError, match="no corpus"):
        Word2Vec().fit()


def test_ready_ids_train_as_words_do(sentences, quick, fitted):
    model = fitted()
    ids = [[model.vocabulary_[word] for word in sentence] for sentence in sentences]
    encoded = EncodedCorpus.from_ids(ids, model.vocabulary_)
    assert np.array_equal(Word2Vec(encoded, **quick).fit()["wine"], model["wine"])


def test_a_file_trains_as_its_lines_do(tmp_path, sentences, quick, fitted):
    path = tmp_path / "corpus.txt"
    path.write_text("\n".join(map(" ".join, sentences)))
    assert np.array_equal(Word2Vec(path, **quick).fit().vectors_.vectors, fitted().vectors_.vectors)


@pytest.mark.parametrize("device", ["cpu", "numpy", "auto"])
@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
@pytest.mark.parametrize("n_jobs", [1, 2, -1, None])
def test_every_way_to_train_runs(device, architecture, n_jobs, fitted):
    model = fitted(device=device, architecture=architecture, n_jobs=n_jobs)
    assert np.isfinite(model.vectors_.vectors).all()
    assert model.report_.device == ("cpu" if device == "auto" else device)


def test_seeds_are_drawn_and_kept(fitted):
    drawn = [fitted(random_state=None) for _ in range(2)]
    assert drawn[0].seed_ != drawn[1].seed_
    assert np.array_equal(fitted(random_state=drawn[0].seed_)["wine"], drawn[0]["wine"])
    states = [np.random.RandomState(3), np.random.RandomState(3), np.random.default_rng(3), np.random.default_rng(3)]
    vectors = [fitted(random_state=state)["wine"] for state in states]
    assert np.array_equal(vectors[0], vectors[1])
    assert np.array_equal(vectors[2], vectors[3])


BAD = {
    "vector_size": [0, -1, 1.5, float("nan"), True, "100", None, 10**9],
    "window": [0, -1, 2.0, False, "5", None],
    "min_count": [-1, 1.5, "5", None, True],
    "max_vocab": [0, 1, -5, 2.5, "all"],
    "architecture": ["sg", "CBOW", 1, None],
    "negative": [0, -1, 10**6, 5.0, None, True],
    "slow_frequent": ["yes", 1, None],
    "ns_exponent": [float("nan"), float("inf"), 1e6, -(10**400), "0.75", None, True],
    "sample": [-1e-3, 2.0, float("nan"), 10**400, "1e-3", None, True],
    "epochs": [0, -1, 1.0, float("inf"), None, True],
    "learning_rate": [0, -0.1, float("nan"), float("inf"), 10**400, "fast", True],
    "min_learning_rate": [-0.1, float("nan"), 1.0, "slow"],
    "cbow_mean": [1, 0, None, "yes"],
    "cbow_gradient": ["Sum", None, True],
    "shrink_windows": [1, None, "expected"],
    "negative_sharing": ["batch", None],
    "device": ["gpu", 0, None],
    "n_jobs": [0, -2, 1.5, "all", True],
    "verbose": [-1, "loud", None],
    "errors": ["raise", None],
    "random_state": [-1, 2**70, 1.5, "seed", True],
    "tokenizer": ["Whitespace", 5],
    "frozen": ["wine", ["beer"], 5, [["wine"]]],
    "initial_vectors": [
        *(np.zeros((3, 3)), [["x"]], 5, "vectors.bin", {"wine": [1.0]}, {"wine": "red"}, {"wine": ["x"] * 12}),
        *({"wine": [np.inf] * 12}, {"wine": [np.nan] * 12}),
        *(WordVectors(np.full((1, 12), np.inf), ["wine"]), WordVectors(np.zeros((1, 5)), ["wine"])),
    ],
    "callbacks": [None, 5, [5], print],
}


@pytest.mark.fault("bad parameters")
@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in BAD.items() for value in values])
def test_a_bad_parameter_is_refused_by_name(name, value, sentences, quick):
    model = Word2Vec(sentences, **{**quick, name: value})
    with pytest.raises((ParameterError, ValueError, TypeError), match=name):
        model.fit()
    assert not hasattr(model, "vectors_")


@pytest.mark.fault("bad parameters")
@settings(max_examples=40)
@given(
    st.fixed_dictionaries(
        {},
        optional={
            "vector_size": st.integers(1, 70),
            "window": st.integers(1, 30),
            "negative": st.integers(1, 40),
            "ns_exponent": st.floats(-3, 3),
            "sample": st.floats(0, 1),
            "learning_rate": st.one_of(st.none(), st.floats(1e-6, 0.05)),
            "architecture": st.sampled_from(["skipgram", "cbow"]),
            "cbow_mean": st.booleans(),
            "cbow_gradient": st.sampled_from(["sum", "mean"]),
            "shrink_windows": st.sampled_from([True, False, "draw", "inverse"]),
            "negative_sharing": st.sampled_from(["tile", "pair"]),
            "min_count": st.integers(0, 60),
            "max_vocab": st.one_of(st.none(), st.integers(2, 9)),
            "epochs": st.integers(1, 3),
        },
    )
)
@pytest.mark.filterwarnings(
    "ignore:the learning rate is lowered", "ignore:no pair was trained", "ignore:.* no effect with architecture="
)
def test_any_allowed_parameters_train(fitted, changes):
    assert np.isfinite(fitted(**changes).vectors_.vectors).all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"cbow_mean": False}, "cbow_mean=False has no effect with architecture='skipgram'"),
        (
            {"cbow_mean": False, "cbow_gradient": "mean"},
            "cbow_mean=False and cbow_gradient='mean' have no effect with architecture='skipgram'",
        ),
        (
            {"architecture": "cbow", "slow_frequent": False},
            "slow_frequent=False has no effect with architecture='cbow'",
        ),
        (
            {"architecture": "cbow", "shrink_windows": "inverse"},
            r"shrink_windows='inverse' \(windows are drawn, as by default\) has no effect with architecture='cbow'",
        ),
        ({"loss": "hs", "negative": 9}, "negative=9 has no effect with loss='hs'"),
        (
            {"loss": "hs", "ns_exponent": 1.0, "negative_sharing": "pair"},
            r"ns_exponent=1\.0 and negative_sharing='pair' have no effect with loss='hs'",
        ),
    ],
)
def test_parameters_of_another_architecture_or_loss_are_warned_of_and_change_nothing(options, message, fitted):
    with pytest.warns(RuntimeWarning, match=f"^{message}$") as caught:
        model = fitted(**options)
    assert [str(each.message) for each in caught if not str(each.message).startswith("sample=")] == [
        str(caught[0].message)
    ]
    plain = fitted(architecture=options.get("architecture", "skipgram"), loss=options.get("loss", "ns"))
    assert np.array_equal(model.vectors_.vectors, plain.vectors_.vectors)


@pytest.mark.parametrize(
    "options",
    [
        {"slow_frequent": False, "shrink_windows": "inverse", "negative_sharing": "pair"},
        {"architecture": "cbow", "cbow_mean": False, "cbow_gradient": "mean", "negative_sharing": "pair"},
        {"architecture": "cbow", "shrink_windows": "draw", "cbow_mean": np.True_},
    ],
)
def test_parameters_of_the_architecture_are_not_warned_of(options, fitted):
    fitted(**options)


def test_gensims_silent_failures_are_errors_or_right(sentences, quick, fitted):
    with pytest.raises(CorpusError):
        Word2Vec([], **quick).fit()
    generator = (sentence for sentence in sentences)
    model = Word2Vec(generator, **quick).fit()
    with pytest.raises(CorpusError):
        model.fit()
    documents = Word2Vec([" ".join(sentence) for sentence in sentences], **quick).fit()
    assert set(documents.vectors_.index_to_key) == set(fitted().vectors_.index_to_key)


def test_a_failed_fit_leaves_the_model_as_it_was(fitted):
    model = fitted()
    before = model["wine"].copy()
    model.set_params(learning_rate=500.0, negative=15)
    with pytest.warns(RuntimeWarning, match="lowered"), pytest.raises(DivergedError):
        model.set_params(epochs=300).fit()
    assert np.array_equal(model["wine"], before)


def test_a_number_too_long_to_be_written_is_refused_all_the_same(fitted):
    with pytest.raises(
        ParameterError, match=r"window=<a whole number of 16,610 bits>: it must be a whole number from 1"
    ):
        fitted(window=10**5000)


def unread():
    raise AssertionError("the corpus was read before the parameters were checked")
    yield


@pytest.mark.parametrize(
    "bad",
    [
        *({name: values[0]} for name, values in BAD.items()),
        {"initial_vectors": WordVectors(np.eye(3), ["red", "white", "wine"])},
        {"vocabulary": "wine"},
    ],
)
def test_parameters_are_checked_before_the_corpus_is_read(bad, quick):
    if "initial_vectors" in bad and not isinstance(bad["initial_vectors"], WordVectors):
        bad = {"initial_vectors": 5}  # whether rows fit in number is known only after reading
    with pytest.raises((ParameterError, TypeError), match=next(iter(bad))):
        Word2Vec(unread(), **{**quick, **bad}).fit()


def test_what_could_not_be_written_or_run_is_said_before_the_corpus_is_read(tmp_path, monkeypatch, quick):
    for options in ({"checkpoint": tmp_path / "no" / "run.fw2v"}, {"checkpoint": tmp_path}):
        with pytest.raises(OSError, match=r"there is no folder|this is a folder"):
            Word2Vec(unread(), **quick).fit(**options)
    for every in (0, -1, float("nan"), True, "600"):
        with pytest.raises(ParameterError, match="every="):
            Word2Vec(unread(), **quick).fit(checkpoint=tmp_path / "run.fw2v", every=every)
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setenv("FASTW2V_ISA", "sse9")
    with pytest.raises(BackendUnavailable, match="'sse9'"):
        Word2Vec(unread(), **quick).fit()


def test_models_go_through_files(tmp_path, sentences, fitted):
    model = fitted()
    model.save(tmp_path / "model.fw2v")
    again = Word2Vec.load(tmp_path / "model.fw2v")
    assert np.array_equal(again.vectors_.vectors, model.vectors_.vectors)
    assert np.array_equal(again.context_vectors_.vectors, model.context_vectors_.vectors)
    assert again.vocabulary_.words == model.vocabulary_.words
    assert again.vocabulary_.counts.tolist() == model.vocabulary_.counts.tolist()
    assert again.loss_history_ == model.loss_history_
    assert (again.vector_size, again.epochs) == (12, 3)
    assert np.array_equal(again.transform([["wine", "rose"]]), model.transform([["wine", "rose"]]))
    for name in ("vectors.txt", "vectors.bin"):
        model.save(tmp_path / name)
        assert load(tmp_path / name)["wine"] == pytest.approx(model["wine"], rel=1e-6)
    with pytest.raises(NotFittedError):
        Word2Vec(sentences).save(tmp_path / "none")


def test_a_file_whose_record_is_damaged_is_refused(tmp_path, fitted):
    save(tmp_path / "model.fw2v", fitted().vectors_, metadata={"seed": "one"})
    with pytest.raises(FormatError, match="record of seed is damaged"):
        Word2Vec.load(tmp_path / "model.fw2v")


def test_given_vectors_are_the_start_and_frozen_words_stay(fitted):
    start = fitted(random_state=5)
    model = fitted(initial_vectors=start.vectors_, frozen=["wine", "old"])
    assert np.array_equal(model["wine"], start["wine"])
    assert np.array_equal(model["old"], start["old"])
    assert not np.array_equal(model["rose"], start["rose"])
    few = fitted(initial_vectors={"wine": np.ones(12)}, frozen=["wine"])
    assert few["wine"].tolist() == [1.0] * 12


def test_documents_become_mean_vectors(sentences, quick):
    model = Word2Vec([" ".join(sentence) for sentence in sentences], **quick).fit()
    rows = model.transform(["Red wine!", "beer", "", "wine wine rose"])
    assert rows.dtype == np.float32
    assert rows.shape == (4, 12)
    assert rows[0] == pytest.approx((model["red"] + model["wine"]) / 2, rel=1e-5)
    assert not rows[1:3].any()
    assert rows[3] == pytest.approx((2 * model["wine"] + model["rose"]) / 3, rel=1e-5)
    with pytest.raises(NotFittedError):
        Word2Vec().transform(["wine"])


def test_it_is_a_step_of_a_pipeline(quick):
    documents = ["red wine is"] * 40 + ["white rose was"] * 40
    labels = [0] * 40 + [1] * 40
    pipeline = make_pipeline(Word2Vec(**quick), LogisticRegression(C=1e6))
    assert pipeline.fit(documents, labels).score(documents, labels) == 1.0
    assert pipeline[:-1].get_feature_names_out()[:2].tolist() == ["word2vec0", "word2vec1"]


def test_repr_names_the_corpus_without_showing_it(sentences):
    assert repr(Word2Vec(sentences, window=3)) == "Word2Vec(corpus=<list, 360 items>, window=3)"
    assert repr(Word2Vec("text.txt")) == "Word2Vec(corpus='text.txt')"
    assert repr(Word2Vec("a text in place of a path " * 100_000)).endswith("in plac...)")
    assert repr(Word2Vec()) == "Word2Vec()"


@pytest.mark.fault("the user's iterator raises")
def test_an_exception_of_the_users_iterator_comes_out_and_the_model_stays(sentences, fitted):
    def failing():
        yield from sentences
        raise OSError("the database went away")

    model = fitted()
    before = model["wine"].copy()
    model.corpus = None
    with pytest.raises(OSError, match="the database went away"):
        model.fit(failing())
    assert np.array_equal(model["wine"], before)


@pytest.mark.parametrize(
    ("given", "ours"), [("sg", "architecture='skipgram'"), ("size", "vector_size"), ("iter", "epochs"), ("seed", "ran")]
)
def test_gensims_names_of_parameters_are_told(given, ours):
    with pytest.raises(TypeError, match=f"{given}= is gensim's name: pass {ours}"):
        Word2Vec(**{given: 1})


def test_a_tokenizer_that_was_changed_after_fit_is_said_not_to_split_documents(quick, sentences):
    model = Word2Vec(**quick).fit([" ".join(sentence) for sentence in sentences])
    before = model.transform(["Red wine"])
    model.set_params(tokenizer="whitespace")
    with pytest.warns(
        RuntimeWarning, match="splits by the tokenizer of fit, 'words', and not by tokenizer='whitespace'"
    ):
        assert np.array_equal(model.transform(["Red wine"]), before)
    model.set_params(tokenizer="words").transform(["Red wine"])
