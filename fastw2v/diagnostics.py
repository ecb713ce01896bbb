"""The configuration that a bug report needs: versions, instruction sets, CPUs, memory, GPU."""

from __future__ import annotations

import ctypes.util
import importlib.machinery
import importlib.metadata
import importlib.util
import os
import platform
import sysconfig
from typing import TextIO

import numpy as np

import fastw2v
from fastw2v.errors import BackendUnavailable
from fastw2v.machine import available_memory, usable_cpus

EXTENSIONS = ("_sampler", "_train", "corpus._text_scanner", "corpus._token_scanner", "formats._rows", "training._wire")


def show_config(file: TextIO | None = None) -> None:
    """Print what a bug report needs: versions, instruction sets, CPUs, memory, GPU.

    Parameters
    ----------
    file : text stream, optional
        By default standard output.

    Examples
    --------
    >>> show_config()  # doctest: +ELLIPSIS
    fastw2v           ...
    Python            ...
    """
    for name, value in configuration().items():
        print(f"{name:<18}{value}", file=file)


def configuration() -> dict[str, str]:
    """Return what `show_config` prints, by name."""
    from fastw2v._train import compiler, instruction_sets

    try:
        sets = instruction_sets()
        in_use = f"{sets['selected']} in use, of {', '.join(sets['available'])}"
    except BackendUnavailable as error:  # the report must show this fault and everything else
        in_use = str(error)
    free_threaded = " (free-threaded)" if sysconfig.get_config_var("Py_GIL_DISABLED") else ""
    return {
        "fastw2v": fastw2v.__version__,
        "Python": f"{platform.python_implementation()} {platform.python_version()}{free_threaded}",
        "NumPy": np.__version__,
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "compiled": ", ".join(f"{name}: {_compiled(name)}" for name in EXTENSIONS),
        "instruction sets": in_use,
        "built by": compiler(),
        "usable CPUs": f"{usable_cpus()} of {os.cpu_count()}",
        "free memory": f"{available_memory() / 2**30:,.1f} GiB",
        "CuPy": _cupy(),
        "CUDA driver": ctypes.util.find_library("cuda") or "not found",
    }


def _compiled(name: str) -> str:
    spec = importlib.util.find_spec(f"fastw2v.{name}")
    suffixes = tuple(importlib.machinery.EXTENSION_SUFFIXES)
    return "yes" if spec and (spec.origin or "").endswith(suffixes) else "no"


def _cupy() -> str:
    """Return CuPy's version without importing it, which takes seconds and may fail without a driver."""
    if importlib.util.find_spec("cupy") is None:
        return "not installed"
    for distribution in ("cupy-cuda13x", "cupy-cuda12x", "cupy"):
        try:
            return f"{importlib.metadata.version(distribution)} ({distribution})"
        except importlib.metadata.PackageNotFoundError:
            continue
    return "installed, version unknown"
