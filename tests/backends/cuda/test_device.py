"""On a real GPU: the kernels against the NumPy tile, many warps, streaming, sharing. Skipped without one."""

from __future__ import annotations

import dataclasses
from functools import cache

import numpy as np
import pytest

from fastw2v import EncodedCorpus, WordVectors, ann, gpu
from fastw2v import cuda_device as cuda
from fastw2v.backends import reference
from fastw2v.backends.cuda import kernels
from fastw2v.corpus.vocabulary import Vocabulary
from fastw2v.planning import plan
from fastw2v.planning.rows import Arrays, initial_arrays
from fastw2v.planning.tables import make_tables
from fastw2v.planning.training_parameters import TrainingParameters
from fastw2v.training.loop import train

reason = cuda.why_not()
pytestmark = [pytest.mark.gpu, pytest.mark.skipif(reason is not None, reason=f"no GPU: {reason}")]

VARIANTS = {
    "skipgram": {},
    "cbow mean": {"architecture": "cbow"},
    "cbow sum, divided gradient": {"architecture": "cbow", "cbow_mean": False, "cbow_gradient": "mean"},
    "skipgram, noise by pair": {"negative_sharing": "pair"},
}


def text(words, tokens, seed=0):
    rng = np.random.default_rng(seed)
    ids = np.minimum(rng.zipf(1.4, tokens) - 1, words - 1).astype(np.int32)
    offsets = np.unique(np.concatenate([[0, tokens], rng.integers(0, tokens, tokens // 20)])).astype(np.int64)
    return EncodedCorpus.from_ids(ids, Vocabulary([str(i) for i in range(words)]), offsets)


def relative_error(found, expected, begin):
    return np.linalg.norm(found - expected) / np.linalg.norm(expected - begin)


@cache  # the reference takes much longer than the kernels that are compared with it
def by_reference(variant, size):
    corpus = text(300, 6_000)
    options = VARIANTS[variant]
    params = TrainingParameters(vector_size=size, sample=0.01, learning_rate=0.01, epochs=2, **options).checked()
    made = dataclasses.replace(plan.make_plan(corpus, params, 7), tile_tokens=32)
    tables = make_tables(np.bincount(corpus.ids, minlength=300).astype(np.int64), params)
    rng = np.random.default_rng(size)
    begin = [rng.normal(0, 1 / np.sqrt(size), (300, size)).astype(np.float32) for _ in range(2)]
    expected = Arrays(*(rows.astype(np.float64) for rows in begin))
    stats = reference.Run(expected, corpus, tables, made).train_chunk(1, 0, made.chunks)
    return corpus, made, tables, begin, expected, stats


@pytest.mark.parametrize(("precision", "tile_warps"), [("float32", None), ("bfloat16", 1), ("bfloat16", 4)])
@pytest.mark.parametrize("size", [1, 3, 100, 300])
@pytest.mark.parametrize("variant", VARIANTS)
def test_one_tile_at_a_time_equals_the_reference(variant, size, precision, tile_warps):
    if precision == "bfloat16" and (cuda.open_device().capability < 80 or "negative_sharing" in VARIANTS[variant]):
        pytest.skip("the tensor-core tile needs compute capability 8.0 and shared noise")
    corpus, made, tables, begin, expected, stats = by_reference(variant, size)
    found = Arrays(*(rows.copy() for rows in begin))
    run = gpu.Run(found, corpus, tables, made, precision=precision, tiles=1, tile_warps=tile_warps)
    found_stats = run.train_chunk(1, 0, made.chunks)
    run.pull()
    bound = 3e-3 if precision == "bfloat16" else 1e-5
    assert relative_error(found.w_in, expected.w_in, begin[0]) < bound
    assert relative_error(found.w_out, expected.w_out, begin[1]) < bound
    assert (found_stats.tokens, found_stats.pairs) == (stats.tokens, pytest.approx(stats.pairs))
    assert found_stats.loss_sum == pytest.approx(stats.loss_sum, rel=bound)


def test_a_block_alone_on_the_device_is_deterministic():
    """Several warps, but one order: what one adds to a row, the next tile's gathering finds."""
    corpus = text(3_000, 60_000)
    params = TrainingParameters(vector_size=100, sample=0.001, learning_rate=0.001, epochs=1).checked()
    made = dataclasses.replace(plan.make_plan(corpus, params, 7), tile_tokens=32)
    tables = make_tables(np.bincount(corpus.ids, minlength=3_000).astype(np.int64), params)
    found = []
    for _ in range(2):
        arrays = initial_arrays(3_000, 100, 7)
        run = gpu.Run(arrays, corpus, tables, made, tiles=1)
        run.train_chunk(0, 0, made.chunks)
        run.pull()
        found.append(arrays)
    assert np.isfinite(found[0].w_in).all()
    assert np.array_equal(found[0].w_in, found[1].w_in)
    assert np.array_equal(found[0].w_out, found[1].w_out)


@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
def test_many_tiles_train_the_same_pairs_to_the_same_loss_as_the_cpu(architecture):
    corpus = text(20_000, 2_000_000)
    params = TrainingParameters(vector_size=64, epochs=2, architecture=architecture)
    on_gpu, on_cpu = (train(corpus, params, seed=3, device=device) for device in ("cuda", "cpu"))
    assert on_gpu.report.pairs == pytest.approx(on_cpu.report.pairs)
    assert on_gpu.loss_history == pytest.approx(on_cpu.loss_history, rel=0.01)


def test_a_corpus_that_is_streamed_trains_the_same(monkeypatch):
    corpus = text(500, 100_000)
    params = TrainingParameters(vector_size=16, epochs=1).checked()
    made = plan.make_plan(corpus, params, 7)
    tables = make_tables(np.bincount(corpus.ids, minlength=500).astype(np.int64), params)
    found = []
    for resident in (True, False):
        arrays = initial_arrays(500, 16, 7)
        monkeypatch.setattr(gpu, "find_room", lambda *arguments, resident=resident: (1, 8, resident))
        run = gpu.Run(arrays, corpus, tables, made, tiles=1)
        stats = run.train_chunk(0, 0, made.chunks)
        run.pull()
        found.append((arrays.w_in, stats.loss_sum))
    assert np.array_equal(found[0][0], found[1][0])
    assert found[0][1] == found[1][1]


def test_device_arrays_share_their_memory_with_other_libraries():
    corpus = text(500, 20_000)
    params = TrainingParameters(vector_size=16).checked()
    tables = make_tables(np.bincount(corpus.ids, minlength=500).astype(np.int64), params)
    arrays = initial_arrays(500, 16, 7)
    run = gpu.Run(arrays, corpus, tables, plan.make_plan(corpus, params, 7))
    there = run.device_arrays().w_in
    assert there.__cuda_array_interface__["shape"] == (500, 16)
    assert np.array_equal(there.get(), arrays.w_in)
    import cupy

    assert cupy.from_dlpack(there).data.ptr == there.data.ptr


def test_a_fitted_model_shares_its_vectors_on_the_device():
    pytest.importorskip("sklearn")
    from fastw2v import Word2Vec

    model = Word2Vec([["red", "wine"], ["white", "wine"]] * 500, vector_size=20, min_count=1, sample=0, device="cuda")
    there = model.fit().device_vectors_
    assert there.__cuda_array_interface__["shape"] == (3, 20)
    import cupy

    assert cupy.from_dlpack(there).data.ptr == there.data.ptr
    assert np.array_equal(there.get(), model.vectors_.vectors)


def test_neighbours_on_the_device_are_those_on_the_host():
    rng = np.random.default_rng(1)
    wv = WordVectors(rng.normal(0, 1, (20_000, 100)).astype(np.float32), list(range(20_000)))
    queries = rng.normal(0, 1, (300, 100)).astype(np.float32)
    index = ann.GpuIndex(wv)
    for ours, theirs in zip(wv.most_similar_batch(queries, index=index), wv.most_similar_batch(queries), strict=True):
        assert [word for word, _ in ours[:9]] == [word for word, _ in theirs[:9]]  # the last may be a rounding apart
    assert index.units.__cuda_array_interface__["shape"] == (20_000, 100)


def test_as_many_tiles_are_at_work_as_are_counted_on():
    """Registers and shared memory: what tiles_at_once works out is what the driver says."""
    device = cuda.open_device()
    corpus = text(500, 20_000)
    for size in (100, 300):
        made = plan.make_plan(corpus, TrainingParameters(vector_size=size).checked(), 7)
        for precision in ("float32", None):
            kernel = kernels.choose_kernel(device, made, size, precision)
            train = device.compile(kernel.files, kernel.defines, "fw_train")
            assert train.local_size_bytes == 0
            if kernel.shared_bytes > 48 << 10:
                train.max_dynamic_shared_size_bytes = kernel.shared_bytes
            blocks = device.cupy.cuda.driver.occupancyMaxActiveBlocksPerMultiprocessor(
                train.kernel.ptr, kernel.threads, kernel.shared_bytes
            )
            assert blocks * device.multiprocessors >= kernels.tiles_at_once(device, kernel)
