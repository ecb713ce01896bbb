"""GpuIndex: its kernels run lane by lane on the host; answers are those without an index."""

from types import SimpleNamespace

import numpy as np
import pytest

from fastw2v import WordVectors, ann
from fastw2v.errors import BackendUnavailable, DeviceError, MissingDependencyError, ParameterError
from fastw2v.vectors import gpu_index

pytestmark = pytest.mark.filterwarnings("ignore:1 of 700 vectors are zero", "ignore:1 of 500 vectors are zero")


@pytest.fixture
def wv():
    """Vectors among which many are equal, opposite, or zero."""
    rng = np.random.default_rng(1)
    vectors = rng.normal(0, 1, (700, 10)).astype(np.float32)
    vectors[100:160] = vectors[:60]
    vectors[200:230] = -vectors[:30]
    vectors[300] = 0
    return WordVectors(vectors, [f"w{row}" for row in range(700)])


def same(one, other):
    """Whether answers are equal; words whose cosines differ by roundings may change places.

    Products with other numbers of rows are rounded differently, depending on the processor.
    """
    for found, expected in zip(one, other, strict=True):
        np.testing.assert_allclose([cosine for _, cosine in found], [cosine for _, cosine in expected], atol=1e-6)
        cosines, last = dict(expected), expected[-1][1] if expected else 0
        assert len({word for word, _ in found}) == len(expected)
        assert all(abs(cosines.get(word, last) - cosine) <= 1e-6 for word, cosine in found)


@pytest.mark.parametrize("topn", [1, 10, 699])
def test_answers_are_those_without_an_index(cuda_shim, wv, topn, monkeypatch):
    cuda_shim()
    monkeypatch.setattr(gpu_index, "SCORE_BYTES", 4 * 700 * 9)  # blocks of nine queries
    index = ann.GpuIndex(wv)
    words = [f"w{row}" for row in (0, 5, 99, 215, 300, 699, *range(400, 414))]
    with pytest.warns(RuntimeWarning, match="direction"):
        expected = wv.most_similar_batch(words, topn=topn)
    with pytest.warns(RuntimeWarning, match="direction"):
        same(wv.most_similar_batch(words, topn=topn, index=index), expected)
    same([wv.most_similar("w7", topn=topn, index=index)], [wv.most_similar("w7", topn=topn)])


def test_the_rows_found_are_the_highest_and_of_equal_ones_the_first(cuda_shim):
    cuda_shim()
    units = np.zeros((600, 4), np.float32)
    units[:, 0] = np.repeat([-1, 1, 1, -1], 150)
    found = ann.GpuIndex(WordVectors(units, list(range(600)))).search(np.eye(1, 4, dtype=np.float32), 320)[0]
    assert found.tolist() == [*range(20), *range(150, 450)]


def test_other_vectors_are_refused(cuda_shim, wv):
    cuda_shim()
    index = ann.GpuIndex(wv[:500])
    assert (len(index), repr(index)) == (500, "<GpuIndex of 500 vectors of 10 dimensions>")
    assert repr(ann.GpuIndex(wv[:1])) == "<GpuIndex of 1 vector of 10 dimensions>"
    with pytest.raises(ParameterError, match=r"shape \(500, 10\), not \(700, 10\)"):
        wv.most_similar("w1", index=index)
    with pytest.raises(ParameterError, match="omit restrict_vocab"):
        wv.most_similar("w1", index=ann.GpuIndex(wv), restrict_vocab=10)


def test_the_unit_vectors_on_the_device_are_those_on_the_host(cuda_shim, wv):
    cuda_shim()
    assert np.array_equal(ann.GpuIndex(wv).units.get(), wv.unit_vectors)


def test_without_a_gpu_the_error_says_what_is_missing(cuda_shim, wv, monkeypatch):
    cupy = cuda_shim()

    def fail():
        raise RuntimeError("cudaErrorNoDevice: no CUDA-capable device is detected")

    monkeypatch.setattr(cupy.cuda.runtime, "getDeviceCount", fail)
    with pytest.raises(BackendUnavailable, match=r"no driver or no device: cudaErrorNoDevice.*leave the index out"):
        ann.GpuIndex(wv)
    monkeypatch.setitem(__import__("sys").modules, "cupy", None)
    with pytest.raises(MissingDependencyError, match=r"an index on a GPU needs the package cupy.*fastw2v\[cuda13\]"):
        ann.GpuIndex(wv)


def failing(error):
    def fail(*arguments, **named):
        raise error

    return fail


def test_without_a_compiler_the_error_says_what_is_missing(cuda_shim, wv, monkeypatch):
    cupy = cuda_shim()
    with monkeypatch.context() as patch:
        patch.setattr(cupy, "RawModule", lambda **given: SimpleNamespace(get_function=failing(RuntimeError("headers"))))
        with pytest.raises(
            BackendUnavailable, match=r"^an index on a GPU: CuPy cannot compile.*headers.*leave the index"
        ):
            ann.GpuIndex(wv)
    monkeypatch.setattr(cupy.cuda.nvrtc, "getVersion", failing(RuntimeError("libnvrtc.so.13")))
    with pytest.raises(BackendUnavailable, match=r"^an index on a GPU: CuPy cannot find NVRTC.*leave the index out"):
        ann.GpuIndex(wv)


def test_a_device_that_fails_during_a_search_says_so(cuda_shim, wv, monkeypatch):
    cupy = cuda_shim()
    index = ann.GpuIndex(wv)
    monkeypatch.setattr(index, "_score", failing(cupy.cuda.runtime.CUDARuntimeError("an illegal address")))
    with pytest.raises(DeviceError, match=r"^an index on a GPU: .* failed while neighbours were searched: an illegal"):
        index.search(wv.unit_vectors[:1], 2)


def test_the_index_is_searched_while_another_device_is_the_threads_own(cuda_shim, wv):
    cupy = cuda_shim()
    index = ann.GpuIndex(wv)
    cupy.memory.current = 3
    same([wv.most_similar("w7", index=index)], [wv.most_similar("w7")])
    assert cupy.memory.current == 3


def test_long_vectors_get_the_shared_memory_that_they_need(cuda_shim, monkeypatch):
    """Beyond 48 KiB the driver wants to be asked; beyond what the device has there is no index."""
    cuda_shim()
    rng = np.random.default_rng(1)
    long = WordVectors(rng.normal(0, 1, (20, 1_600)).astype(np.float32), list(range(20)))
    same([long.most_similar(3, index=ann.GpuIndex(long))], [long.most_similar(3)])
    longer = WordVectors(rng.normal(0, 1, (3, 7_300)).astype(np.float32), list(range(3)))
    with pytest.raises(
        ParameterError, match=r"7,300 numbers need 233,600 bytes.*has 232,448, enough for 7,264 numbers"
    ):
        ann.GpuIndex(longer)
