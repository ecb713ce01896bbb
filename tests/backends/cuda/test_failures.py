"""A GPU that fails in the middle of a run, and another one that is the thread's own. CuPy is a stand-in."""

from __future__ import annotations

import numpy as np
import pytest

from fastw2v import EncodedCorpus, gpu
from fastw2v.errors import DeviceError
from fastw2v.planning import plan
from fastw2v.planning.rows import initial_arrays
from fastw2v.planning.tables import make_tables
from fastw2v.planning.training_parameters import TrainingParameters
from fastw2v.training.loop import advance, start

PARAMETERS = TrainingParameters(vector_size=4, sample=0, epochs=2)


@pytest.fixture
def corpus():
    return EncodedCorpus.from_ids(np.arange(600).reshape(20, 30) % 11, [str(i) for i in range(11)])


@pytest.fixture
def run(cuda_shim, corpus):
    cuda_shim()
    tables = make_tables(np.bincount(corpus.ids).astype(np.int64), PARAMETERS)
    return gpu.Run(initial_arrays(11, 4, 1), corpus, tables, plan.make_plan(corpus, PARAMETERS.checked(), 1))


def failing(cupy, words="cudaErrorIllegalAddress: an illegal memory access was encountered"):
    def fail(*arguments, **named):
        raise cupy.cuda.runtime.CUDARuntimeError(words)

    return fail


@pytest.mark.fault("a GPU that fails while it trains")
def test_a_failure_is_told_once_and_again_by_whatever_is_asked_next(run, monkeypatch):
    import cupy

    monkeypatch.setattr(run, "_train", failing(cupy))
    monkeypatch.setattr(run._making, "synchronize", failing(cupy, "a second error"), raising=False)
    with pytest.raises(
        DeviceError, match=r"Stand-in failed while chunks 0 to 1 of epoch 1 were trained: .*illegal.*"
    ) as told:
        run.train_chunk(0, 0, 1)
    assert "resume=True" in str(told.value)
    assert isinstance(told.value.__cause__, cupy.cuda.runtime.CUDARuntimeError)
    for ask in (run.pull, run.device_arrays, lambda: run.train_chunk(0, 0, 1)):
        with pytest.raises(DeviceError) as again:
            ask()
        assert again.value is told.value
    run.close()


@pytest.mark.parametrize(("call", "method", "where"), [("pull", "get", "host"), ("push", "set", "device")])
def test_a_device_that_fails_while_the_rows_are_copied_says_so(run, monkeypatch, call, method, where):
    import cupy

    with monkeypatch.context() as patch:
        patch.setattr(type(run._rows[0]), method, failing(cupy))
        with pytest.raises(DeviceError, match=rf"failed while the rows were copied to the {where}: .*illegal"):
            getattr(run, call)()
    with pytest.raises(DeviceError, match="illegal"):
        run.pull()  # rows that were copied in part are not handed out


@pytest.mark.fault("a GPU that fails while it trains")
def test_what_a_failed_device_held_is_in_no_checkpoint(cuda_shim, corpus, tmp_path, monkeypatch):
    """The state counts chunks whose updates were lost: saved, it would be resumed behind them."""
    cupy = cuda_shim()
    state, saved = start(corpus, PARAMETERS, seed=1), []
    monkeypatch.setattr("fastw2v.training.watching.save_checkpoint", lambda *arguments: saved.append(arguments))
    monkeypatch.setattr(gpu.Run, "_finish", failing(cupy))
    with pytest.raises(DeviceError, match="illegal"):
        advance(state, corpus, device="cuda", checkpoint=tmp_path / "c")
    assert state.diverged
    assert saved == []


def test_an_error_of_the_caller_is_not_taken_for_the_devices(run, monkeypatch):
    def interrupted(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(run, "_launch", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run.train_chunk(0, 0, 1)
    run.pull()


def test_every_call_works_while_another_device_is_the_threads_own(run):
    import cupy

    cupy.memory.current = 3
    run.push()
    run.train_chunk(0, 0, 1)
    run.pull()
    run.device_arrays()
    assert cupy.memory.current == 3
    run.close()
