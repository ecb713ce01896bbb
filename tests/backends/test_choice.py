"""Which backend `device="auto"` takes, and that all backends have one face."""

from __future__ import annotations

import ast
import inspect
import logging
from pathlib import Path

import pytest

import fastw2v
from fastw2v import cuda_device as cuda
from fastw2v import gpu
from fastw2v.backends import choice, reference


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
    assert "CPU threads; GPU: " + ("the CUDA driver is installed but" if driver else "no CUDA driver") in caplog.text


def parameters(function):
    return [
        (name, parameter.kind, parameter.default)
        for name, parameter in inspect.signature(function).parameters.items()
        if name != "self"
    ]


METHODS = [name for name, value in vars(choice.Run).items() if inspect.isfunction(value) and not name.startswith("_")]


def test_the_calls_are_those_of_the_design():
    assert METHODS == ["train_chunk", "request_stop", "pull", "push", "device_rows", "close"]
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
        tree = ast.parse((Path(fastw2v.__file__).parent / "_train.pyi").read_text())
        made = next(node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == "__new__")
        assert [argument.arg for argument in made.args.args[1:]] == [name for name, kind, _ in common if kind == 1]
        assert made.args.kwonlyargs[0].arg == "n_jobs"
        return
    found = parameters({"cuda": gpu.Run, "numpy": reference.Run}[device].__init__)
    assert found[: len(common)] == common
    assert all(kind is inspect.Parameter.KEYWORD_ONLY and default is None for _, kind, default in found[len(common) :])
