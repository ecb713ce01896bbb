"""Stopping, resuming and checkpoints through `Word2Vec.fit`; test_loop.py tests the loop itself."""

from __future__ import annotations

import errno
import itertools

import numpy as np
import pytest

from fastw2v import EncodedCorpus, Word2Vec, load
from fastw2v.errors import DivergedError, FormatError, ParameterError
from fastw2v.formats import load_all, save
from fastw2v.training.checkpoint import save_checkpoint


@pytest.mark.fault("a callback that raises or stops")
def test_stopped_by_a_callback_the_model_is_usable_and_resumes(sentences, quick, fitted):
    stops = iter([True, False, False, False, False, False, False])
    model = Word2Vec(sentences, **quick, callbacks=[lambda progress: next(stops)]).fit()
    assert model.n_iter_ == 1
    assert np.isfinite(model["wine"]).all()
    model.fit(resume=True)
    assert model.n_iter_ == 3
    assert np.array_equal(model["wine"], fitted()["wine"])
    with pytest.raises(ValueError, match=r"no interrupted fit \(a complete one leaves none, nor do files"):
        model.fit(resume=True)


def test_what_was_given_to_fit_resumes_as_well(sentences, quick, fitted):
    stops = iter([True, False, False, False])
    model = Word2Vec(**quick, callbacks=[lambda progress: next(stops)]).fit(sentences)
    with pytest.raises(ValueError, match="interrupted fit was on another corpus"):
        model.fit(sentences[1:], resume=True)
    assert model.fit(sentences, resume=True).n_iter_ == 3
    assert np.array_equal(model["wine"], fitted()["wine"])


def test_a_callback_may_answer_with_numpys_true(fitted):
    assert fitted(callbacks=[lambda progress: np.True_]).report_.stopped_by == "callback"
    assert fitted(callbacks=[lambda progress: 1]).n_iter_ == 3


def test_a_run_that_begins_anew_says_that_it_will_replace_an_unfinished_one(tmp_path, sentences, quick):
    path, stops = tmp_path / "run.fw2v", iter([True])
    Word2Vec(sentences, **quick, callbacks=[lambda progress: next(stops)]).fit(checkpoint=path)
    model = Word2Vec(sentences, **quick)
    with pytest.warns(RuntimeWarning, match="a run that was stopped in epoch 2 of 3; this run begins anew and will"):
        model.fit(checkpoint=path)
    model.fit(checkpoint=path)  # that of a complete run is replaced as it is


def test_two_runs_that_share_a_checkpoint_are_told(tmp_path, sentences, quick, recwarn):
    path = tmp_path / "run.fw2v"

    def train_another(progress):
        if progress.epoch_end and progress.epoch == 1:
            Word2Vec(sentences, **quick).fit(checkpoint=path)

    Word2Vec(sentences, **quick, callbacks=[train_another]).fit(checkpoint=path, every=1e-9)
    told = [str(warning.message) for warning in recwarn if "two runs share" in str(warning.message)]
    assert len(told) == 1  # not at every checkpoint
    assert told[0].startswith(str(path))

    recwarn.clear()
    Word2Vec(sentences, **quick).fit(checkpoint=path, every=1e-9)
    Word2Vec(sentences, **quick, callbacks=[lambda progress: path.unlink(missing_ok=True)]).fit(checkpoint=path)
    assert not any("two runs share" in str(warning.message) for warning in recwarn)


def test_what_is_no_path_of_a_checkpoint_is_refused_before_training(sentences, quick, tmp_path):
    for path, message in (
        (5, "checkpoint=5: it must be the path of a file, or None"),
        ("s3://bucket/run", "is an address"),
    ):
        with pytest.raises(ParameterError, match=message):
            Word2Vec(sentences, **quick).fit(checkpoint=path)
    with pytest.raises(FileNotFoundError, match=r"there is no folder .*: make it first, or name another"):
        Word2Vec(sentences, **quick).fit(checkpoint=tmp_path / "nowhere" / "run.fw2v")


@pytest.mark.fault("a run resumed at any chunk")
def test_a_checkpoint_resumes_bit_equal_in_another_model(tmp_path, sentences, quick, fitted):
    path = tmp_path / "run.fw2v"
    stops = iter([False, True])
    Word2Vec(sentences, **quick, callbacks=[lambda progress: next(stops)]).fit(checkpoint=path)
    assert load(path)["wine"].shape == (12,)  # a checkpoint is a model, too
    resumed = Word2Vec(sentences, **{**quick, "random_state": None}).fit(resume=True, checkpoint=path)
    assert np.array_equal(resumed.vectors_.vectors, fitted().vectors_.vectors)
    assert np.array_equal(resumed.context_vectors_.vectors, fitted().context_vectors_.vectors)
    assert resumed.loss_history_ == pytest.approx(fitted().loss_history_)


def test_a_run_reads_its_corpus_once_for_all_its_checkpoints(tmp_path, sentences, quick, monkeypatch):
    looked = []
    monkeypatch.setattr("fastw2v.training.checkpoint.fingerprint", lambda corpus: looked.append(corpus) or "mark")
    model = Word2Vec(sentences, **quick).fit(checkpoint=tmp_path / "run.fw2v", every=1e-9)
    assert model.report_.checkpoints > 1
    assert len(looked) == 1


def test_a_checkpoint_of_something_else_is_refused(tmp_path, sentences, quick, fitted):
    path = tmp_path / "run.fw2v"
    Word2Vec(sentences, **quick).fit(checkpoint=path)
    with pytest.raises(FormatError, match="corpus"):
        Word2Vec(sentences[1:], **quick).fit(resume=True, checkpoint=path)
    with pytest.raises(FormatError, match="window=5, not 4"):
        Word2Vec(sentences, **quick, window=4).fit(resume=True, checkpoint=path)
    with pytest.raises(ValueError, match="no file"):
        Word2Vec(sentences, **quick).fit(resume=True, checkpoint=tmp_path / "none")
    fitted().save(tmp_path / "model.fw2v")
    with pytest.raises(FormatError, match="not a checkpoint"):
        Word2Vec(sentences, **quick).fit(resume=True, checkpoint=tmp_path / "model.fw2v")


@pytest.mark.fault("divergence")
def test_after_divergence_the_last_checkpoint_is_what_remains(tmp_path, quick):
    path = tmp_path / "run.fw2v"
    ids = np.random.default_rng(0).integers(0, 30, (2000, 30))
    corpus = EncodedCorpus.from_ids(ids, [str(i) for i in range(30)])
    model = Word2Vec(corpus, **{**quick, "epochs": 50}, learning_rate=3.0, negative=15)
    with pytest.warns(RuntimeWarning, match="lowered"), pytest.raises(DivergedError):
        model.fit(checkpoint=path, every=1e-9)
    assert np.isfinite(model.vectors_.vectors).all() if path.exists() else not hasattr(model, "vectors_")


@pytest.fixture
def changed_checkpoint(tmp_path, sentences, quick):
    """``changed_checkpoint(change)``: a checkpoint with other values in its record; None takes one out."""

    def make(change, told=None):
        path = tmp_path / "run.fw2v"
        Word2Vec(sentences, **quick, callbacks=[lambda progress: True]).fit(checkpoint=path)
        whole = load_all(path)
        values = {**whole.metadata["training"], **change}
        training = {name: value for name, value in values.items() if value is not None}
        save(
            path,
            whole.word_vectors,
            context_vectors=whole.context_vectors,
            metadata={"training": training, "loss_history": told or training["loss_history"]},
            overwrite=True,
        )
        return path

    return make


@pytest.mark.parametrize(
    "change",
    [{"epoch": float("inf")}, {"seed": -1}, {"corpus": None}, {"params": {"vector_size": 5}}, {"loss_sum": "x"}],
)
def test_a_checkpoint_whose_record_is_damaged_is_refused(changed_checkpoint, change, sentences, quick):
    with pytest.raises(FormatError, match="record of the training is damaged"):
        Word2Vec(sentences, **quick).fit(resume=True, checkpoint=changed_checkpoint(change))


@pytest.mark.parametrize(
    ("change", "told", "said"),
    [
        ({"epoch": 2}, None, "epoch 2, but 1 loss"),
        ({"loss_history": []}, [1.0], "epoch 1, but 0 losses"),
        ({}, [1.0], r"loss_history .*, but also \[1.0\]"),
        ({"loss_sum": float("nan")}, None, "loss_sum nan"),
        ({"pairs": -1.0}, None, "pairs -1.0"),
    ],
)
def test_a_checkpoint_that_contradicts_itself_is_refused(changed_checkpoint, change, told, said, sentences, quick):
    with pytest.raises(FormatError, match=rf"record of the training is damaged: ValueError.*{said}"):
        Word2Vec(sentences, **quick).fit(resume=True, checkpoint=changed_checkpoint(change, told))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"epoch": 4, "loss_history": [1.0] * 4}, "epoch 4, token 0 is outside the run"),
        ({"token": 10**6}, "token 1000000 is outside the run"),
        ({"token": 1}, "its position, token 1, is not a chunk boundary"),
    ],
)
def test_a_checkpoint_that_stands_where_no_chunk_begins_is_refused(changed_checkpoint, change, said, sentences, quick):
    with pytest.raises(FormatError, match=said):
        Word2Vec(sentences, **quick).fit(resume=True, checkpoint=changed_checkpoint(change))


def test_a_checkpoint_of_a_version_with_fewer_parameters_is_refused(tmp_path, sentences, quick):
    """Its run may have had another default for what it does not name."""
    path = tmp_path / "run.fw2v"
    Word2Vec(sentences, **quick, callbacks=[lambda progress: True]).fit(checkpoint=path)
    whole = load_all(path)
    del whole.metadata["training"]["params"]["slow_frequent"]
    save(path, whole.word_vectors, context_vectors=whole.context_vectors, metadata=whole.metadata, overwrite=True)
    with pytest.raises(FormatError, match="no slow_frequent"):
        Word2Vec(sentences, **quick).fit(resume=True, checkpoint=path)


@pytest.mark.parametrize(
    "change",
    [
        {"frozen": ["wine"]},
        {"min_count": 3},
        {"max_vocab": 4},
        {"vocabulary": ["wine", "red"]},
        {"initial_vectors": {"wine": np.ones(12)}},
        {"random_state": 99},
        {"tokenizer": str.split},
        {"window": 2, "errors": "ignore"},
    ],
)
def test_parameters_that_were_changed_since_the_interrupted_fit_are_named(sentences, quick, change):
    model = Word2Vec(sentences, **quick, callbacks=[lambda progress: True]).fit()
    old = {name: getattr(model, name) for name in change}
    with pytest.raises(ParameterError, match="parameters changed since the interrupted fit: " + ", ".join(change)):
        model.set_params(**change).fit(resume=True)
    model.set_params(**{**old, "callbacks": [], "device": "cpu", "random_state": None}).fit(resume=True)
    assert model.n_iter_ == 3


def test_equal_parameters_are_no_change(sentences, quick):
    vectors = {"wine": np.ones(12, np.float32)}
    model = Word2Vec(sentences, **quick, callbacks=[lambda progress: True], initial_vectors=vectors, frozen=["wine"])
    model.fit().set_params(initial_vectors={"wine": np.ones(12, np.float32)}, frozen=("wine",), callbacks=())
    assert model.fit(resume=True).n_iter_ == 3


def test_a_list_that_grew_since_the_interrupted_fit_is_another_corpus(sentences, quick):
    growing = list(sentences)
    model = Word2Vec(growing, **quick, callbacks=[lambda progress: True]).fit()
    growing.append(["red", "wine"])
    with pytest.raises(ValueError, match="another corpus, or on a shorter or longer one"):
        model.fit(resume=True)
    with pytest.raises(ValueError, match="another corpus"):
        model.set_params(corpus=list(sentences)).fit(resume=True)


def test_a_checkpoint_knows_its_frozen_words_seed_and_words(tmp_path, sentences, quick):
    path = tmp_path / "run.fw2v"
    frozen = {"initial_vectors": {"wine": np.ones(12)}, "frozen": ["wine"]}
    Word2Vec(sentences, **quick, **frozen, callbacks=[lambda progress: True]).fit(checkpoint=path)
    for other in ({}, {**frozen, "initial_vectors": {"red": np.ones(12)}, "frozen": ["red"]}):
        with pytest.raises(FormatError, match=r"started with frozen=\['wine'\], not (None|\['red'\])"):
            Word2Vec(sentences, **quick, **other).fit(resume=True, checkpoint=path)
    with pytest.raises(FormatError, match=f"random_state={quick['random_state']}, not 99"):
        Word2Vec(sentences, **{**quick, "random_state": 99}, **frozen).fit(resume=True, checkpoint=path)
    upper = [[word.upper() for word in sentence] for sentence in sentences]
    with pytest.raises(FormatError, match="other words"):
        Word2Vec(upper, **quick).fit(resume=True, checkpoint=path)
    resumed = Word2Vec(sentences, **quick, frozen=["wine"]).fit(resume=True, checkpoint=path)
    assert resumed["wine"].tolist() == [1] * 12


def test_a_checkpoint_that_cannot_be_written_costs_no_vectors(fitted, tmp_path):
    """The vocabulary is seen to fit no file before anything is trained."""
    model = fitted()
    model.set_params(corpus=[["red", "x" * 70_000, "wine"]] * 50).fit()
    before = model["wine"].copy()
    with pytest.raises(
        FormatError, match=r"^no checkpoint can be written of this vocabulary: word .* has 70,000 bytes"
    ):
        model.fit(checkpoint=tmp_path / "run.fw2v")
    assert np.array_equal(model["wine"], before)
    assert model.n_iter_ == model.epochs
    untrained = Word2Vec(model.corpus, min_count=1, vector_size=4)
    with pytest.raises(FormatError, match="no checkpoint"):
        untrained.fit(checkpoint=tmp_path / "run.fw2v")
    assert not hasattr(untrained, "vectors_")


@pytest.fixture
def full_disk(monkeypatch):
    """``full_disk(calls)``: the checkpoints of these numbers, from 1, cannot be written."""

    def make(calls):
        count = itertools.count(1)

        def save_unless_full(path, *rest):
            if next(count) in calls:
                raise OSError(errno.ENOSPC, "writing failed: No space left on device", str(path))
            save_checkpoint(path, *rest)

        monkeypatch.setattr("fastw2v.training.watching.save_checkpoint", save_unless_full)

    return make


@pytest.mark.filterwarnings("ignore:2 ranks merge")
@pytest.mark.parametrize("ranks", [None, 2])
def test_a_checkpoint_that_fails_when_it_is_due_is_warned_of_once_and_tried_again(
    full_disk, tmp_path, sentences, quick, fitted, ranks
):
    full_disk({1, 2})
    path = tmp_path / "run.fw2v"
    model = Word2Vec(sentences, **quick, deterministic=ranks)
    with pytest.warns(RuntimeWarning) as warned:
        model.fit(checkpoint=path, every=1e-9)
    (said,) = [str(each.message) for each in warned if "checkpoint" in str(each.message)]
    assert said.startswith(f"{path}: the checkpoint that was due could not be written (writing failed: No space left")
    assert said.endswith("); training goes on, and the next try is due in 1e-09 seconds")
    assert (model.n_iter_, model.report_.checkpoints > 0) == (3, True)
    assert np.array_equal(load(path)["wine"], model["wine"])
    assert np.array_equal(fitted(deterministic=ranks)["wine"], model["wine"])


@pytest.mark.filterwarnings("ignore:2 ranks merge")
@pytest.mark.parametrize("ranks", [None, 2])
def test_a_last_checkpoint_that_fails_is_raised_and_costs_no_vectors(
    full_disk, tmp_path, sentences, quick, fitted, ranks
):
    full_disk({1})
    model = Word2Vec(sentences, **quick, deterministic=ranks)
    with pytest.raises(OSError, match="No space left on device"):
        model.fit(checkpoint=tmp_path / "run.fw2v", every=1e6)
    assert model.n_iter_ == 3
    assert np.array_equal(model["wine"], fitted(deterministic=ranks)["wine"])
    assert model.vectors_.vectors.flags.c_contiguous
