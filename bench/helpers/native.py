"""C code of the benchmarks, compiled when it is needed, and its input.

The ladder and the machine's limits are compiled for this machine (``-march=native``), which they measure; the package's
own kernels are compiled with the flags of setup.py, as in the package.
"""

from __future__ import annotations

import ast
import ctypes
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

import fastw2v
from fastw2v.backends.structures import fill_settings, read_structure
from fastw2v.planning.plan import Plan
from fastw2v.planning.rows import Arrays
from fastw2v.planning.tables import Tables

KERNELS = Path(__file__).resolve().parent.parent / "kernels"
NATIVE = Path(fastw2v.__file__).resolve().parent / "native"
HERE_FLAGS = ["-O3", "-march=native", "-std=gnu11", "-Wall", "-Wextra", "-fno-math-errno", "-fno-trapping-math"]


class NoCompilerError(Exception):
    """There is no C compiler; the message says so."""


def package_flags(source: str) -> list[str]:
    """Return the flags of a kernel file, read from setup.py."""
    tree = ast.parse((Path(__file__).resolve().parent.parent.parent / "setup.py").read_text(encoding="utf-8"))
    wanted = {"COMMON_FLAGS", "AVX512_FLAGS", "X86_FLAGS"}
    tree.body = [node for node in tree.body if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in wanted]
    found: dict[str, Any] = {}
    exec(compile(tree, "setup.py", "exec"), found)
    machine = os.uname().machine
    return [
        *found["COMMON_FLAGS"],
        *(found["X86_FLAGS"].get(Path(source).name, []) if machine in {"x86_64", "amd64"} else []),
    ]


def compiled(source: Path, folder: Path, flags: list[str]) -> ctypes.CDLL:
    """Compile a C file and load it.

    Raises
    ------
    NoCompilerError
        Neither ``CC`` nor ``cc`` is installed.
    SystemExit
        The compiler rejected the file; its messages are shown.
    """
    compiler = os.environ.get("CC", "cc").split()
    if shutil.which(compiler[0]) is None:
        raise NoCompilerError(f"skipped: no C compiler ({compiler[0]!r} is not on the PATH; CC may name another)")
    # A new name for each build: a library that was loaded under the same name would be found again.
    descriptor, library = tempfile.mkstemp(suffix=".so", prefix=source.stem, dir=folder)
    os.close(descriptor)
    command = [*compiler, *flags, f"-I{NATIVE}", f"-I{KERNELS}", "-shared", "-fPIC", str(source), "-o", library, "-lm"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"bench: {' '.join(command)} failed\n{done.stderr[-3000:]}")
    return ctypes.CDLL(library)


class Job:
    """``fw_job`` of native/cpu/fw_kernel.h, filled as by `fastw2v._train.Run`, as an argument of C functions.

    Attributes
    ----------
    record : numpy.ndarray, shape ()
        The structure itself.
    """

    TEXT = (NATIVE / "fw_settings.h").read_text() + (NATIVE / "cpu" / "fw_kernel.h").read_text()
    LAYOUT = read_structure(TEXT, "fw_job")

    def __init__(self, arrays: Arrays, corpus: Any, tables: Tables, plan: Plan) -> None:
        self.record = np.zeros((), self.LAYOUT)
        fill_settings(self.record["run"], plan, *arrays.w_in.shape)
        self._owned = []  # the arrays to which the record points
        for name in self.LAYOUT.names[1:]:
            given = (getattr(one, name) for one in (arrays, corpus, tables, plan) if hasattr(one, name))
            array = next(given, None)  # none: of several threads alone
            self._owned.append(array)
            self.record[name] = 0 if array is None else array.ctypes.data

    @property
    def _as_parameter_(self) -> ctypes.c_void_p:
        return ctypes.c_void_p(self.record.ctypes.data)
