"""What is said when the GPU cannot be used, or what it is given cannot. CuPy is a stand-in throughout."""

from __future__ import annotations

import builtins
import os
import sys
from importlib.metadata import requires

import numpy as np
import pytest

from fastw2v import EncodedCorpus, gpu
from fastw2v import cuda_device as cuda
from fastw2v.errors import BackendUnavailable, ParameterError
from fastw2v.planning import plan
from fastw2v.planning.rows import Arrays, initial_arrays
from fastw2v.planning.tables import make_tables
from fastw2v.planning.training_parameters import TrainingParameters
from fastw2v.training.loop import train


@pytest.fixture
def corpus():
    return EncodedCorpus.from_ids(np.arange(600).reshape(20, 30) % 11, [str(i) for i in range(11)])


def start(corpus, **options):
    params = TrainingParameters(vector_size=4, sample=0)
    made = plan.make_plan(corpus, params.checked(), 1)
    arrays = initial_arrays(11, 4, 1)
    tables = make_tables(np.bincount(corpus.ids).astype(np.int64), params)
    return gpu.Run(arrays, corpus, tables, made, **options)


def forbid(monkeypatch, name, error):
    """Let ``import name`` raise."""
    real = builtins.__import__

    def importing(wanted, *rest, **named):
        if wanted == name or wanted.startswith(f"{name}."):
            raise error
        return real(wanted, *rest, **named)

    monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setattr(builtins, "__import__", importing)


def raising(error):
    def fail(*arguments):
        raise error

    return fail


# ------------------------------------------------------------------ three errors, and no falling back


@pytest.mark.fault("no CuPy, driver, device or compiler")
def test_without_cupy_the_error_gives_the_pip_line(monkeypatch, corpus):
    forbid(monkeypatch, "cupy", ModuleNotFoundError("No module named 'cupy'", name="cupy"))
    with pytest.raises(BackendUnavailable, match=r"CuPy is not installed.*pip install 'fastw2v\[cuda13\]'"):
        train(corpus, TrainingParameters(vector_size=4), device="cuda")


def test_a_cupy_that_cannot_be_imported_is_quoted(monkeypatch, corpus):
    forbid(monkeypatch, "cupy", ImportError("libcublas.so.13: cannot open shared object file"))
    with pytest.raises(BackendUnavailable, match=r"cannot be imported: libcublas.so.13"):
        train(corpus, TrainingParameters(vector_size=4), device="cuda")


def test_a_module_that_cupy_itself_misses_is_not_called_a_missing_cupy(monkeypatch, corpus):
    forbid(monkeypatch, "cupy", ModuleNotFoundError("No module named 'fastrlock'", name="fastrlock"))
    with pytest.raises(BackendUnavailable, match="cannot be imported: No module named 'fastrlock'"):
        train(corpus, TrainingParameters(vector_size=4), device="cuda")


@pytest.mark.fault("no CuPy, driver, device or compiler")
def test_without_a_driver_cuda_is_quoted(cuda_shim, corpus):
    cupy = cuda_shim()
    words = "cudaErrorInsufficientDriver: CUDA driver version is insufficient for CUDA runtime version"
    cupy.cuda.runtime.getDeviceCount = raising(RuntimeError(words))
    with pytest.raises(BackendUnavailable, match=f"no driver or no device: {words}.*nvidia-smi"):
        train(corpus, TrainingParameters(vector_size=4), device="cuda")


@pytest.mark.fault("no CuPy, driver, device or compiler")
def test_without_a_device_the_error_says_so(cuda_shim, corpus):
    cuda_shim(devices=0)
    with pytest.raises(BackendUnavailable, match=r"no device.*CUDA_VISIBLE_DEVICES"):
        train(corpus, TrainingParameters(vector_size=4), device="cuda")


@pytest.mark.fault("no CuPy, driver, device or compiler")
def test_without_nvrtc_the_error_gives_the_pip_line(cuda_shim, corpus):
    cupy = cuda_shim()
    cupy.cuda.nvrtc.getVersion = raising(RuntimeError("CuPy failed to load libnvrtc.so.13"))
    with pytest.raises(BackendUnavailable, match=r"cannot find NVRTC.*libnvrtc.so.13.*pip install nvidia-cuda-nvrtc"):
        train(corpus, TrainingParameters(vector_size=4), device="cuda")


def test_what_keeps_cupy_from_compiling_is_quoted_with_the_pip_line(cuda_shim, corpus, monkeypatch):
    cupy = cuda_shim()
    monkeypatch.setattr(cupy, "RawModule", lambda **arguments: Uncompiled())
    with pytest.raises(BackendUnavailable, match=r"cannot compile.*Failed to find CUDA headers.*fastw2v\[cuda13\]"):
        train(corpus, TrainingParameters(vector_size=4), device="cuda")


class Uncompiled:
    """CuPy compiles when a kernel is asked for."""

    def get_function(self, name):
        raise RuntimeError("Failed to find CUDA headers. Please install CUDA toolkit headers")


@pytest.mark.parametrize("extra", ["cuda12", "cuda13"])
def test_the_extras_bring_all_that_cupy_needs_to_compile(extra):
    """CuPy itself, NVRTC, and headers, without which CuPy compiles nothing on a machine that has no toolkit."""
    wanted = [line for line in requires("fastw2v") if f'extra == "{extra}"' in line]
    for package in ("cupy-cuda", "nvidia-cuda-nvrtc", "nvidia-cuda-runtime"):
        assert any(line.startswith(package) for line in wanted), package


@pytest.mark.fault("a device used after a fork")
def test_a_run_used_in_a_forked_process_says_so(cuda_shim, corpus, monkeypatch):
    cuda_shim()
    run = start(corpus)
    parent = os.getpid()
    monkeypatch.setattr(os, "getpid", lambda: parent + 1)
    for use in (lambda: run.train_chunk(0, 0, 1), run.pull, run.device_arrays):
        with pytest.raises(BackendUnavailable, match=rf"process {parent}.*{parent + 1}, a fork.*spawn"):
            use()
    run.close()


# ------------------------------------------------------------------ auto


def test_auto_imports_nothing_where_there_is_no_driver(monkeypatch):
    forbid(monkeypatch, "cupy", AssertionError("imported"))
    monkeypatch.setattr(cuda, "driver_present", lambda: False)
    assert cuda.why_not() == "no CUDA driver"


# ------------------------------------------------------------------ input


def test_arrays_and_ids_that_the_kernels_cannot_use_are_refused(cuda_shim, corpus):
    cuda_shim()
    made = plan.make_plan(corpus, TrainingParameters(sample=0).checked(), 1)
    tables = make_tables(np.bincount(corpus.ids).astype(np.int64), TrainingParameters())
    good = np.zeros((11, 4), np.float32)
    for rows in (good.astype(np.float64), good[:10], good[0], np.zeros((11, 5), np.float32)):
        with pytest.raises(ValueError, match=r"w_in|w_out"):
            gpu.Run(Arrays(good, rows), corpus, tables, made)
    corpus.ids.flags.writeable = True
    corpus.ids[3] = 11
    with pytest.raises(ValueError, match=r"ids outside 0\.\.10"):
        gpu.Run(Arrays(good, good.copy()), corpus, tables, made)


def test_a_window_that_16_bits_cannot_hold_is_refused(cuda_shim):
    cuda_shim()
    long = EncodedCorpus.from_ids(np.arange(70_000).reshape(1, -1) % 11, [str(i) for i in range(11)])
    params = TrainingParameters(window=65_536)
    made = plan.make_plan(long, params.checked(), 1)
    tables = make_tables(np.bincount(long.ids).astype(np.int64), params)
    with pytest.raises(ParameterError, match=r"a window of 65,536 tokens.*at most 65,535.*device='cpu'"):
        gpu.Run(initial_arrays(11, 4, 1), long, tables, made)


def test_chunks_outside_the_plan_are_refused(cuda_shim, corpus):
    cuda_shim()
    run = start(corpus)
    for epoch, first, last in [(0, 0, 2), (0, -1, 1), (5, 0, 1), (0, 1, 0)]:
        with pytest.raises(ValueError, match="not in the plan"):
            run.train_chunk(epoch, first, last)


@pytest.mark.parametrize("precision", ["float16", "bfloat16"])
def test_a_precision_that_cannot_be_had_is_refused_with_the_reason(cuda_shim, corpus, precision):
    cuda_shim(capability=(7, 5))
    with pytest.raises(ParameterError, match="7.5 is below 8.0" if precision == "bfloat16" else "it must be 'float32'"):
        start(corpus, precision=precision)
