"""The configuration that a report of a fault needs."""

import io
import os
import sys
import types
from pathlib import Path

import numpy as np
import pytest

import fastw2v
from fastw2v import diagnostics

PACKAGE = Path(fastw2v.__file__).parent
COMPILED = sorted(".".join(path.relative_to(PACKAGE).with_suffix("").parts) for path in PACKAGE.rglob("*.pyx"))
GIB = 2**30


@pytest.fixture
def trainer(monkeypatch):
    """A compiled trainer that has three instruction sets, whatever this machine has."""
    sets = {"available": ["portable", "avx2", "avx512"], "selected": "avx2"}
    monkeypatch.setitem(
        sys.modules, "fastw2v._train", types.SimpleNamespace(instruction_sets=lambda: sets, compiler=lambda: "gcc 99")
    )
    monkeypatch.setattr(diagnostics, "_compiled", lambda name: "yes")


def test_the_configuration_names_what_a_report_needs(trainer, monkeypatch, capsys):
    monkeypatch.setattr(diagnostics, "usable_cpus", lambda: 3)
    monkeypatch.setattr(diagnostics, "available_memory", lambda: 5 * GIB)
    diagnostics.show_config()
    lines = {line[:18].strip(): line[18:] for line in capsys.readouterr().out.splitlines()}
    assert lines["fastw2v"] == fastw2v.__version__
    assert lines["NumPy"] == np.__version__
    assert lines["Python"].split()[1] == sys.version.split()[0]
    assert lines["instruction sets"] == "avx2 in use, of portable, avx2, avx512"
    assert lines["built by"] == "gcc 99"
    assert lines["usable CPUs"] == f"3 of {os.cpu_count()}"
    assert lines["free memory"] == "5.0 GiB"
    assert lines["compiled"] == ", ".join(f"{name}: yes" for name in COMPILED)
    assert {"system", "CuPy", "CUDA driver"} <= lines.keys()


def test_an_instruction_set_that_is_not_there_does_not_hide_the_rest(monkeypatch, capsys):
    monkeypatch.setenv("FASTW2V_ISA", "sse9")
    diagnostics.show_config()
    shown = capsys.readouterr().out
    assert "instruction set 'sse9' (requested, or set by FASTW2V_ISA) cannot be used" in shown
    assert "free memory" in shown


def test_the_configuration_goes_to_the_given_stream(trainer, capsys):
    stream = io.StringIO()
    diagnostics.show_config(file=stream)
    assert stream.getvalue().startswith("fastw2v ")
    assert capsys.readouterr().out == ""


def test_cupy_is_named_without_being_imported(trainer, monkeypatch):
    monkeypatch.delitem(sys.modules, "cupy", raising=False)
    found = {"cupy": object()}
    monkeypatch.setattr(diagnostics.importlib.util, "find_spec", found.get)
    versions = {"cupy-cuda12x": "13.4.0"}

    def version(name):
        if name not in versions:
            raise diagnostics.importlib.metadata.PackageNotFoundError(name)
        return versions[name]

    monkeypatch.setattr(diagnostics.importlib.metadata, "version", version)
    assert diagnostics._cupy() == "13.4.0 (cupy-cuda12x)"
    versions.clear()
    assert diagnostics._cupy() == "installed, version unknown"
    found.clear()
    assert diagnostics._cupy() == "not installed"
    assert "cupy" not in sys.modules


def test_only_an_extension_file_is_called_compiled():
    assert diagnostics._compiled("errors") == "no"
    assert diagnostics._compiled("_no_such_module") == "no"
