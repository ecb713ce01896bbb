"""What is said when the GPU cannot be used, and which backend `device="auto"` takes. CuPy is a stand-in throughout."""

from __future__ import annotations

import ast
import builtins
import inspect
import logging
import os
import sys
from importlib.metadata import requires
from pathlib import Path

import numpy as np
import pytest

import fastw2v
from fastw2v import EncodedCorpus, gpu
from fastw2v.backends import choice, reference
from fastw2v.backends.cuda import device as cuda
from fastw2v.backends.cuda import kernels
from fastw2v.errors import BackendUnavailable, ParameterError
from fastw2v.planning import plan
from fastw2v.planning.rows import Arrays, initial_arrays
from fastw2v.planning.tables import make_tables
from fastw2v.planning.training_parameters import TrainingParameters
from fastw2v.training.loop import train

PACKAGE = Path(fastw2v.__file__).parent


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


def test_without_a_driver_cuda_is_quoted(cuda_shim, corpus):
    cupy = cuda_shim()
    words = "cudaErrorInsufficientDriver: CUDA driver version is insufficient for CUDA runtime version"
    cupy.cuda.runtime.getDeviceCount = raising(RuntimeError(words))
    with pytest.raises(BackendUnavailable, match=f"no driver or no device: {words}.*nvidia-smi"):
        train(corpus, TrainingParameters(vector_size=4), device="cuda")


def test_without_a_device_that_is_said(cuda_shim, corpus):
    cuda_shim(devices=0)
    with pytest.raises(BackendUnavailable, match=r"no device.*CUDA_VISIBLE_DEVICES"):
        train(corpus, TrainingParameters(vector_size=4), device="cuda")


def test_without_nvrtc_the_error_gives_the_pip_line(cuda_shim, corpus):
    cupy = cuda_shim()
    cupy.cuda.nvrtc.getVersion = raising(RuntimeError("CuPy failed to load libnvrtc.so.13"))
    with pytest.raises(BackendUnavailable, match=r"no NVRTC.*libnvrtc.so.13.*pip install nvidia-cuda-nvrtc"):
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


def test_a_run_used_in_a_forked_process_says_so(cuda_shim, corpus, monkeypatch):
    cuda_shim()
    run = start(corpus)
    parent = os.getpid()
    monkeypatch.setattr(os, "getpid", lambda: parent + 1)
    for use in (lambda: run.train_chunk(0, 0, 1), run.pull, run.device_arrays):
        with pytest.raises(BackendUnavailable, match=rf"process {parent}.*fork.*{parent + 1}.*spawn"):
            use()
    run.close()


# ------------------------------------------------------------------ auto


def test_auto_takes_the_gpu_where_there_is_one_and_logs_it(cuda_shim, monkeypatch, caplog):
    cuda_shim()
    monkeypatch.setattr(cuda, "driver_present", lambda: True)
    with caplog.at_level(logging.INFO, "fastw2v"):
        assert choice.choose("auto") is gpu.Run
    assert "training on a GPU" in caplog.text


@pytest.mark.parametrize("driver", [True, False])
def test_auto_takes_the_cpu_elsewhere_and_logs_why(cuda_shim, monkeypatch, caplog, driver):
    cuda_shim(devices=0)
    monkeypatch.setattr(cuda, "driver_present", lambda: driver)
    with caplog.at_level(logging.INFO, "fastw2v"):
        assert choice.choose("auto").__module__ == "fastw2v._train"
    assert "CPU threads; GPU: " + ("the CUDA driver is there, but" if driver else "no CUDA driver") in caplog.text


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


def test_the_kernel_is_chosen_by_device_and_shape():
    def chosen(capability=90, shared=227 << 10, size=100, **options):
        corpus = EncodedCorpus.from_ids(np.arange(6000).reshape(200, 30) % 997, [str(i) for i in range(997)])
        made = plan.make_plan(corpus, TrainingParameters(**options).checked(), 1)
        return kernels.choose_kernel(cuda.Device(None, 0, "any", capability, 100, shared, shared), made, size, None)

    assert chosen().name == chosen(architecture="cbow").name == chosen(window=10, negative=15).name == "tensor bfloat16"
    assert chosen().defines == {"FW_K": 112, "FW_TB": 2, "FW_HB": 2, "FW_SB": 1, "FW_CBOW": 0}
    assert chosen(capability=75).name == "general float32"
    assert chosen(negative_sharing="pair").name == "general float32"
    assert chosen(window=60).name == "general float32"
    assert chosen(size=1000, shared=99 << 10).name == "general float32"
    assert chosen(size=1000).name == "tensor bfloat16"


# ------------------------------------------------------------------ one face


def parameters(function):
    return [
        (name, parameter.kind, parameter.default)
        for name, parameter in inspect.signature(function).parameters.items()
        if name != "self"
    ]


METHODS = [name for name, value in vars(choice.Run).items() if inspect.isfunction(value) and not name.startswith("_")]


def test_the_calls_are_those_of_the_design():
    assert METHODS == ["train_chunk", "request_stop", "pull", "close"]
    assert choice.MODULES.keys() == {"cpu", "cuda", "numpy"}


@pytest.mark.parametrize("device", choice.MODULES)
def test_all_backends_have_the_same_methods_arguments_and_defaults(device):
    backend = choice.choose(device)
    for name in METHODS:
        assert parameters(getattr(backend, name)) == parameters(getattr(choice.Run, name)), name


@pytest.mark.parametrize("device", choice.MODULES)
def test_all_backends_are_started_alike(device):
    """What one of them takes beyond the common arguments is by keyword, and None when left out."""
    common = parameters(choice.Run.__init__)
    if device == "cpu":  # compiled: its signature is in its types
        tree = ast.parse((PACKAGE / "_train.pyi").read_text())
        made = next(node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == "__new__")
        assert [argument.arg for argument in made.args.args[1:]] == [name for name, kind, _ in common if kind == 1]
        assert made.args.kwonlyargs[0].arg == "n_jobs"
        return
    found = parameters({"cuda": gpu.Run, "numpy": reference.Run}[device].__init__)
    assert found[: len(common)] == common
    assert all(kind is inspect.Parameter.KEYWORD_ONLY and default is None for _, kind, default in found[len(common) :])
