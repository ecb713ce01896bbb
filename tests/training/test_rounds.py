"""Several ranks from the start of a run to its end: stopping, resuming, failing, and what is refused."""

import copy
import pickle

import numpy as np
import pytest
from sklearn.base import clone

from fastw2v import Word2Vec
from fastw2v.distributed.threads import Threads
from fastw2v.errors import DivergedError, FormatError, ParameterError, RankError
from fastw2v.planning.training_parameters import TrainingParameters
from fastw2v.training import ranks, virtual_ranks
from fastw2v.training.dealing import make_deal
from fastw2v.training.loop import advance, start

pytestmark = pytest.mark.filterwarnings("ignore:.* ranks merge what they have learned")
SETTINGS = {"vector_size": 8, "epochs": 2, "random_state": 1, "n_jobs": 2, "min_count": 1, "device": "cpu"}


@pytest.fixture(scope="module")
def corpus(zipf_corpus):
    return zipf_corpus(198_000, 300)


@pytest.fixture(scope="module")
def whole(corpus):
    """The vectors of a run on three ranks that nothing stops."""
    return Word2Vec(corpus, deterministic=3, **SETTINGS).fit().vectors_.vectors


def stop_after(merges):
    heard = []

    def stop(progress):
        heard.append(progress)
        return len(heard) == merges

    return stop


class CallbackError(Exception):
    pass


def fail_after(merges):
    heard = []

    def fail(progress):
        heard.append(progress)
        if len(heard) == merges:
            raise CallbackError

    return fail


def test_one_rank_is_one_thread_of_the_ordinary_run(corpus):
    one = Word2Vec(corpus, deterministic=1, **SETTINGS).fit()
    ordinary = Word2Vec(corpus, **{**SETTINGS, "n_jobs": 1}).fit()
    assert np.array_equal(one.vectors_.vectors, ordinary.vectors_.vectors)
    assert (one.report_.ranks, one.report_.merges, one.report_.n_jobs) == (1, 0, 1)


def test_callbacks_hear_the_words_of_all_ranks(corpus):
    heard = []
    model = Word2Vec(corpus, deterministic=3, callbacks=[heard.append], **SETTINGS).fit()
    assert len(heard) == model.report_.merges
    assert [each.tokens for each in heard] == sorted(each.tokens for each in heard)
    assert heard[-1].tokens == heard[-1].total_tokens == model.report_.tokens == 396_000
    assert [each.loss for each in heard if each.epoch_end] == model.loss_history_


@pytest.mark.parametrize("merges", [1, 5])
def test_a_run_that_is_stopped_is_usable_and_goes_on(corpus, merges):
    model = Word2Vec(corpus, deterministic=3, callbacks=[stop_after(merges)], **SETTINGS).fit()
    assert model.report_.stopped_by == "callback"
    assert model.n_iter_ < 2
    assert np.isfinite(model.vectors_.vectors).all()
    model.set_params(callbacks=()).fit(resume=True)
    assert model.n_iter_ == 2
    model = Word2Vec(corpus, deterministic=3, callbacks=[stop_after(1)], **SETTINGS).fit()
    with pytest.raises(ParameterError, match="parameters changed since the interrupted fit: deterministic"):
        model.set_params(deterministic=2).fit(resume=True)


@pytest.mark.parametrize("merges", [14, 24])
def test_a_run_that_died_goes_on_from_its_last_rest_with_the_same_bits(corpus, whole, tmp_path, merges):
    path = tmp_path / "run.fw2v"
    with pytest.raises(CallbackError):
        Word2Vec(corpus, deterministic=3, callbacks=[fail_after(merges)], **SETTINGS).fit(checkpoint=path, every=1e-9)
    model = Word2Vec(corpus, deterministic=3, **SETTINGS).fit(checkpoint=path, resume=True)
    assert np.array_equal(model.vectors_.vectors, whole)
    assert model.report_.tokens < 396_000  # not from the start


def test_after_an_exception_the_rows_are_those_of_the_last_merge(corpus):
    params = TrainingParameters(vector_size=8, epochs=2).checked()
    state = start(corpus, params, seed=1)
    state.deal = make_deal(state.plan, 2)
    with pytest.raises(CallbackError):
        advance(state, corpus, n_jobs=2, callbacks=[fail_after(3)])
    other = start(corpus, params, seed=1)
    other.deal = state.deal
    seen = []
    advance(other, corpus, n_jobs=2, callbacks=[lambda progress: seen.append(other.w_in.copy()) or len(seen) == 3])
    assert np.array_equal(state.w_in, seen[2])
    advance(state, corpus, n_jobs=2)
    assert state.complete


def test_another_number_of_ranks_goes_on_from_the_end_of_an_epoch_only(corpus, tmp_path):
    def stopped_at(epoch_end):
        path = tmp_path / f"{epoch_end}.fw2v"
        path.unlink(missing_ok=True)
        stop = [lambda progress: progress.epoch_end if epoch_end else progress.tokens > 30_000]
        Word2Vec(corpus, deterministic=3, callbacks=stop, **SETTINGS).fit(checkpoint=path)
        return path

    for other in (None, 2):
        again = Word2Vec(corpus, deterministic=other, **SETTINGS).fit(checkpoint=stopped_at(True), resume=True)
        assert again.n_iter_ == 2
        with pytest.raises(FormatError, match="it was written within an epoch by 3 ranks"):
            Word2Vec(corpus, deterministic=other, **SETTINGS).fit(checkpoint=stopped_at(False), resume=True)


@pytest.mark.filterwarnings("ignore:the learning rate is lowered")
def test_divergence_is_raised_by_all(corpus):
    def work(comm):
        state = start(corpus, TrainingParameters(vector_size=8, learning_rate=900.0).checked(), seed=1)
        state.deal = make_deal(state.plan, comm.size)
        try:
            advance(state, corpus, device="cpu", n_jobs=1, comm=comm)
        except DivergedError as error:
            return state.diverged, str(error)[:18]

    assert Threads(2).run(work) == [(True, "training diverged ")] * 2


def test_ranks_that_start_differently_are_told(corpus):
    def work(comm):
        return Word2Vec(corpus, comm=comm, **{**SETTINGS, "window": 5 - comm.rank}).fit()

    with pytest.raises((ParameterError, RankError), match="rank 1 does not start as rank 0 does"):
        Threads(2).run(work)


def test_ranks_of_one_machine_take_its_gpus_in_turn(monkeypatch):
    taken = []
    monkeypatch.setattr(ranks, "use_device", taken.append)
    monkeypatch.setattr(ranks, "why_not", lambda: "no CUDA driver")
    Threads(3).run(lambda comm: ranks.choose_device("cuda", comm))
    assert sorted(taken) == [0, 1, 2]
    Threads(2).run(lambda comm: [ranks.choose_device(device, comm) for device in ("auto", "cpu", "numpy")])
    assert len(taken) == 3


def test_ranks_agree_on_a_seed_that_none_has_named(corpus):
    def seed(comm):
        return Word2Vec(corpus, comm=comm, **{**SETTINGS, "random_state": None, "epochs": 1}).fit().seed_

    assert len(set(Threads(3).run(seed))) == 1


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"deterministic": 0}, "deterministic=0: it must be a whole number from 1 to 64"),
        ({"deterministic": 2, "device": "cuda"}, "a GPU adds in any order"),
        ({"deterministic": 2, "comm": "mpi"}, "deterministic=2 and `comm` were both given"),
        ({"sync_words": 9_000}, "sync_words=9000 has no effect on one rank"),
        ({"sync_words": 10, "deterministic": 2}, "sync_words=10: it must be a whole number from 5,000"),
        ({"comm": "MPI"}, "comm='MPI': it must be None"),
    ],
)
def test_what_makes_no_sense_is_refused(corpus, parameters, message):
    with pytest.raises(ParameterError, match=message):
        Word2Vec(corpus, **{**SETTINGS, **parameters}).fit()


def test_a_pass_over_new_text_is_one_of_one_process(corpus):
    with pytest.raises(ParameterError, match="partial_fit trains on one rank"):
        Word2Vec(comm="mpi", **SETTINGS).partial_fit(corpus)


def test_virtual_ranks_take_part_in_passes_over_new_text(corpus):
    passes = [
        Word2Vec(deterministic=2, **{**SETTINGS, "n_jobs": jobs}).partial_fit(corpus).partial_fit(corpus)
        for jobs in (1, 2)
    ]
    assert passes[0].report_.ranks == 2
    assert np.array_equal(passes[0].vectors_.vectors, passes[1].vectors_.vectors)


def test_replicas_that_do_not_fit_are_refused_before_training(corpus, monkeypatch):
    state = start(corpus, TrainingParameters(vector_size=8).checked(), seed=1)
    monkeypatch.setattr("fastw2v.machine.available_memory", lambda: 30_000)
    monkeypatch.setattr("fastw2v.machine.UNASKED", 0)
    with pytest.raises(MemoryError, match="deterministic=4: 3 more replicas of the model, and two to merge them"):
        virtual_ranks.check_replicas(state, 4)


def test_copies_leave_a_communicator_behind(corpus):
    def work(comm):
        model = Word2Vec(corpus, comm=comm, **SETTINGS)
        assert clone(model).comm is comm
        model.fit()
        assert copy.deepcopy(model).comm is comm
        return pickle.loads(pickle.dumps(model))

    one, other = Threads(2).run(work)
    assert one.comm is None
    assert np.array_equal(one.vectors_.vectors, other.vectors_.vectors)
    assert pickle.loads(pickle.dumps(Word2Vec(comm="mpi"))).comm == "mpi"
