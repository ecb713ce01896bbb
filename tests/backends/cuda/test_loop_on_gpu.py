"""The one training loop on the CUDA backend: losses, checkpoints, going on. Kernels run lane by lane on the host."""

from __future__ import annotations

import copy
import gc
import pickle
import weakref
from itertools import pairwise

import numpy as np
import pytest

from fastw2v import EncodedCorpus, Word2Vec, gpu
from fastw2v.planning import chunks, concurrency
from fastw2v.planning.training_parameters import TrainingParameters
from fastw2v.training.loop import advance, start, train


def test_fit_trains_on_the_gpu(cuda_shim):
    """Through the one training loop: the same pairs and nearly the same vectors as on the CPU."""
    cuda_shim()
    rng = np.random.default_rng(0)
    corpus = EncodedCorpus.from_ids((60 * rng.random((150, 30)) ** 2).astype(np.int32), [str(i) for i in range(60)])
    params = TrainingParameters(vector_size=12, epochs=2, sample=0.01)
    on_gpu, on_cpu = (train(corpus, params, seed=5, device=device, n_jobs=1) for device in ("cuda", "cpu"))
    assert on_gpu.report.device == "cuda"
    assert on_gpu.report.pairs == pytest.approx(on_cpu.report.pairs)
    assert on_gpu.loss_history == pytest.approx(on_cpu.loss_history, rel=1e-3)
    moved = abs(on_cpu.w_in).max()
    assert abs(on_gpu.w_in - on_cpu.w_in).max() < 0.02 * moved
    assert isinstance(on_gpu.w_in, np.ndarray)


def test_checkpoints_hold_what_the_device_holds_and_training_continues_from_them(cuda_shim, tmp_path, monkeypatch):
    cuda_shim()
    rng = np.random.default_rng(0)
    corpus = EncodedCorpus.from_ids((60 * rng.random((400, 30)) ** 2).astype(np.int32), [str(i) for i in range(60)])
    params = TrainingParameters(vector_size=12, epochs=2, sample=0.01)
    seen = []

    def save(path, state, corpus, marks):
        seen.append((state.epoch, state.chunk, state.w_in.copy()))

    monkeypatch.setattr("fastw2v.training.watching.save_checkpoint", save)
    monkeypatch.setattr(concurrency.Crowd, "tiles", lambda *arguments: 1)  # several would add in any order
    monkeypatch.setattr(gpu, "FIRST_ROUNDS", 1)
    whole = train(corpus, params, seed=5, device="cuda", checkpoint=tmp_path / "c", every=1e-9)
    assert len(seen) > 3
    moved = [not np.array_equal(one[2], other[2]) for one, other in pairwise(seen[:-1])]
    assert all(moved)
    stopped = train(corpus, params, seed=5, device="cuda", callbacks=[lambda progress: True])
    assert not stopped.complete
    advance(stopped, corpus, device="cuda")
    assert np.array_equal(stopped.w_in, whole.w_in)


def test_a_run_starts_at_full_size_and_counts_no_word_twice(cuda_shim, monkeypatch):
    cuda_shim()
    monkeypatch.setattr(chunks, "CHUNK_TOKENS", 100)
    monkeypatch.setattr(chunks, "CHUNK_LIMIT", 120)
    monkeypatch.setattr(concurrency.Crowd, "tiles", lambda *arguments: 2)
    corpus = EncodedCorpus.from_ids(np.arange(3_000).reshape(100, 30) % 60, [str(i) for i in range(60)])
    state = start(corpus, TrainingParameters(vector_size=4, epochs=1, sample=0), seed=1)
    handed, train_chunk = [], gpu.Run.train_chunk

    def recorded(run, epoch, first, last):
        handed.append(last - first)
        return train_chunk(run, epoch, first, last)

    monkeypatch.setattr(gpu.Run, "train_chunk", recorded)
    monkeypatch.setattr(EncodedCorpus, "count_words", lambda corpus: pytest.fail("counted again"))
    advance(state, corpus, device="cuda")
    assert state.plan.chunks > 8
    assert handed[0] == 8


@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
def test_many_tiles_at_once_train_the_same_pairs_to_nearly_the_same_loss(cuda_shim, architecture, monkeypatch):
    """Blocks take turns from barrier to barrier: each tile misses what the others have in flight."""
    cuda_shim()
    monkeypatch.setattr(chunks, "CHUNK_TOKENS", 300)
    monkeypatch.setattr(chunks, "CHUNK_LIMIT", 400)
    monkeypatch.setattr(concurrency.Crowd, "tiles", lambda *arguments: 5)
    rng = np.random.default_rng(0)
    corpus = EncodedCorpus.from_ids((90 * rng.random((150, 30)) ** 2).astype(np.int32), [str(i) for i in range(90)])
    params = TrainingParameters(vector_size=12, epochs=1, sample=0.01, architecture=architecture)
    on_gpu, on_cpu = (train(corpus, params, seed=5, device=device, n_jobs=1) for device in ("cuda", "cpu"))
    assert on_gpu.plan.chunks > 10
    assert on_gpu.report.pairs == pytest.approx(on_cpu.report.pairs)
    assert on_gpu.loss_history == pytest.approx(on_cpu.loss_history, rel=0.02)


def test_a_model_keeps_its_vectors_on_the_device(cuda_shim):
    cuda_shim()
    sentences = [[f"w{(i * j) % 40}" for j in range(1, 20)] for i in range(200)]
    settings = {"vector_size": 5, "min_count": 1, "epochs": 1, "random_state": 1}
    model = Word2Vec(sentences, device="cuda", **settings).fit()
    there = model.device_vectors_
    assert np.array_equal(there.get(), model.vectors_.vectors)
    assert there.shape == model.vectors_.vectors.shape
    for other in (copy.copy(model), copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert not hasattr(other, "device_vectors_")
        assert np.array_equal(other.vectors_.vectors, model.vectors_.vectors)
    model.partial_fit(sentences)
    assert np.array_equal(model.device_vectors_.get(), model.vectors_.vectors)
    assert not np.array_equal(model.device_vectors_.get(), there.get())
    model.set_params(device="cpu").fit()
    assert not hasattr(model, "device_vectors_")
    assert np.isfinite(there.get()).all()  # what others hold stays valid


def test_a_run_that_stops_early_leaves_its_vectors_on_the_device(cuda_shim):
    cuda_shim()
    sentences = [[f"w{(i * j) % 40}" for j in range(1, 20)] for i in range(200)]
    settings = {"vector_size": 5, "min_count": 1, "epochs": 3, "random_state": 1}
    kept = []
    stop = [lambda progress: kept.append(progress.vectors()) or True]
    model = Word2Vec(sentences, device="cuda", callbacks=stop, **settings).fit()
    assert model.report_.stopped_by == "callback"
    assert np.array_equal(kept[0].vectors, model.vectors_.vectors)
    assert np.array_equal(model.device_vectors_.get(), model.vectors_.vectors)
    held = weakref.ref(model.device_vectors_)
    del model.device_vectors_
    gc.collect()
    assert held() is None  # the unfinished run holds no memory of the device
