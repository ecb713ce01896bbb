"""One session for every way in: the library, a first partial pass, the command line and the gensim layer."""

from dataclasses import replace

import numpy as np
import pytest

from fastw2v import Word2Vec, encode
from fastw2v.cli.train import run_training
from fastw2v.compat import gensim
from fastw2v.errors import DivergedError, ParameterError
from fastw2v.planning.rows import OutputRows
from fastw2v.planning.training_parameters import TRAINING_PARAMETERS, TrainingParameters
from fastw2v.training import loop
from fastw2v.training.session import Request, begin, resume, run

SENTENCES = [f"{a} {b} {c}".split() for a in ("red", "white", "old") for b in ("wine", "rose") for c in "xyz"] * 40
SHARED = {"vector_size": 12, "window": 3, "epochs": 2, "sample": 1e-2}
REQUEST = Request(TrainingParameters(**SHARED), min_count=2, random_state=4, n_jobs=1, device="cpu")
LOWERED = pytest.mark.filterwarnings("ignore:the learning rate is lowered")
WILD = TrainingParameters(vector_size=12, epochs=300, sample=0, learning_rate=500.0, negative=15)


def by_session(**changes):
    parameters = replace(REQUEST.parameters, **changes)
    session = begin(replace(REQUEST, parameters=parameters).checked(), SENTENCES)
    run(session)
    return session.state.w_in, session.state.w_out


def by_library():
    model = Word2Vec(SENTENCES, **SHARED, min_count=2, random_state=4, n_jobs=1, device="cpu").fit()
    return model.vectors_.vectors, model.context_vectors_.vectors


def by_command_line():
    options = {**SHARED, "min_count": 2, "seed": 4, "n_jobs": 1, "device": "cpu", "tokenizer": "tokens"}
    state = run_training(SENTENCES, options, quiet=True).session.state
    return state.w_in, state.w_out


def by_gensim():
    rates = {"alpha": 0.0375, "min_alpha": 0.0375e-4}  # the default where all rows move alike
    model = gensim.Word2Vec(SENTENCES, **SHARED, **rates, sg=1, min_count=2, seed=4, workers=1)
    return model.wv.vectors, model.syn1neg


@pytest.mark.parametrize("way", [by_library, by_command_line, by_gensim])
def test_every_way_in_trains_the_same_bits(way):
    expected = by_session(slow_frequent=False) if way is by_gensim else by_session()
    for ours, theirs in zip(way(), expected, strict=True):
        assert np.array_equal(ours, theirs)


def test_the_first_partial_pass_is_a_fit_of_one_epoch_at_one_rate():
    common = {"vector_size": 12, "min_count": 2, "random_state": 4, "n_jobs": 1, "device": "cpu"}
    passed = Word2Vec(**common).partial_fit(SENTENCES)
    fitted = Word2Vec(SENTENCES, **common, epochs=1, learning_rate=0.05, min_learning_rate=0.05).fit()
    assert np.array_equal(passed.vectors_.vectors, fitted.vectors_.vectors)
    assert passed.seed_ == fitted.seed_ == 4


def test_the_output_rows_can_be_given_and_are_trained_from():
    encoded = encode(SENTENCES, min_count=2)
    rows = np.random.default_rng(1).normal(size=(len(encoded.vocabulary), 12)).astype(np.float32)
    assert np.array_equal(begin(REQUEST.checked(), encoded, output_rows=OutputRows(rows)).state.w_out, rows)
    with pytest.raises(ParameterError, match=r"output rows of words: expected shape \(8, 12\), found \(8, 11\)"):
        begin(REQUEST.checked(), encoded, output_rows=OutputRows(rows[:, :11]))


@pytest.mark.parametrize(
    ("field", "value"),
    [("min_count", -1), ("n_jobs", 0), ("random_state", -1), ("frozen", "red"), ("verbose", 11), ("device", "gpu")],
)
def test_a_request_is_refused_before_anything_is_read(field, value):
    with pytest.raises(ParameterError, match=field):
        replace(REQUEST, **{field: value}).checked()


def test_a_request_has_every_parameter_of_the_estimator():
    """So that none can be given and not heeded."""
    of_methods = {"parameters", "new_words", "checkpoint", "every", "summary"}
    asked = {*Request.__dataclass_fields__, *TRAINING_PARAMETERS} - of_methods
    assert asked == set(Word2Vec().get_params()) - {"corpus"}


@LOWERED
def test_a_diverged_session_without_a_checkpoint_says_that_it_is_useless():
    session = begin(Request(WILD, min_count=1, random_state=1, device="cpu").checked(), SENTENCES)
    with pytest.raises(DivergedError):
        run(session)
    assert session.state.diverged


def test_a_diverged_session_goes_back_to_the_checkpoint_it_wrote(tmp_path, monkeypatch):
    # What follows the first checkpoint counts as diverged.
    monkeypatch.setattr(loop, "exploded", lambda stats, plan: (tmp_path / "point.safetensors").exists())
    request = replace(REQUEST, checkpoint=tmp_path / "point.safetensors", every=1e-9)
    session = begin(request.checked(), SENTENCES)
    with pytest.raises(DivergedError):
        run(session)
    assert not session.state.diverged
    assert session.state.report.checkpoints == 1
    assert session.state.epoch == 1


@LOWERED
def test_a_diverged_training_leaves_a_gensim_model_as_it_was():
    model = gensim.Word2Vec(SENTENCES, vector_size=12, min_count=1, seed=1, workers=1, negative=15)
    before = model.wv.vectors.copy()
    with pytest.raises(DivergedError):
        model.train(SENTENCES, total_examples=1, epochs=300, start_alpha=500.0, end_alpha=500.0)
    assert np.array_equal(model.wv.vectors, before)


def test_a_session_is_resumed_from_its_checkpoint(tmp_path):
    path = tmp_path / "point.safetensors"
    request = replace(REQUEST, checkpoint=path)
    stopped = begin(replace(request, callbacks=(lambda progress: True,)).checked(), SENTENCES)
    run(stopped)
    assert not stopped.state.complete
    resumed = resume(request.checked(), SENTENCES)
    run(resumed)
    for ours, theirs in zip((resumed.state.w_in, resumed.state.w_out), by_session(), strict=True):
        assert np.array_equal(ours, theirs)


def test_counts_of_a_ready_made_vocabulary_are_not_compared():
    given = {"vocabulary": ["a", "b", "c"], "sample": 0, "vector_size": 4}
    for options, named in (({"min_count": 60}, "min_count=60 has"), ({"max_vocab": 2}, "max_vocab=2 has")):
        with pytest.warns(RuntimeWarning, match=f"^{named} no effect with a vocabulary, all of whose words are kept"):
            assert len(Word2Vec([["a", "b", "c"]] * 9, **given, **options).fit().vocabulary_) == 3
