"""C code of the benchmarks, compiled when it is needed, and what it is given.

Two kinds: the ladder and the machine's limits are tuned for this very machine (``-march=native``: they measure it); the
package's own kernels are compiled with the flags of setup.py, as they are in the package.
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
from fastw2v.planning.plan import Plan
from fastw2v.planning.rows import Arrays
from fastw2v.planning.tables import Tables

KERNELS = Path(__file__).resolve().parent.parent / "kernels"
NATIVE = Path(fastw2v.__file__).resolve().parent / "native"
HERE_FLAGS = ["-O3", "-march=native", "-std=gnu11", "-Wall", "-Wextra", "-fno-math-errno", "-fno-trapping-math"]


class NoCompilerError(Exception):
    """There is no C compiler; the message is a sentence that says what is left out because of that."""


def package_flags(source: str) -> list[str]:
    """The flags that setup.py gives to a kernel file: they are said there alone."""
    tree = ast.parse((Path(__file__).resolve().parent.parent.parent / "setup.py").read_text(encoding="utf-8"))
    wanted = {"COMMON_FLAGS", "X86_FLAGS"}
    tree.body = [node for node in tree.body if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in wanted]
    found: dict[str, Any] = {}
    exec(compile(tree, "setup.py", "exec"), found)
    machine = os.uname().machine
    return [
        *found["COMMON_FLAGS"],
        *(found["X86_FLAGS"].get(Path(source).name, []) if machine in {"x86_64", "amd64"} else []),
    ]


def compiled(source: Path, folder: Path, flags: list[str]) -> ctypes.CDLL:
    """A C file as a loaded library.

    Raises
    ------
    NoCompilerError
        Neither ``CC`` nor ``cc`` is there.
    SystemExit
        The compiler refused the file; its words are shown.
    """
    compiler = os.environ.get("CC", "cc").split()
    if shutil.which(compiler[0]) is None:
        raise NoCompilerError(f"left out: no C compiler ({compiler[0]!r} is not on the PATH; CC may name another)")
    # A name of its own for each build: a library loaded before under the same name would be found again.
    descriptor, library = tempfile.mkstemp(suffix=".so", prefix=source.stem, dir=folder)
    os.close(descriptor)
    command = [*compiler, *flags, f"-I{NATIVE}", f"-I{KERNELS}", "-shared", "-fPIC", str(source), "-o", library, "-lm"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"bench: {' '.join(command)} failed\n{done.stderr[-3000:]}")
    return ctypes.CDLL(library)


_POINTERS = "w_in w_out ids offsets chunk_begin chunk_sentence chunk_shift keep_cut noise_cut noise_alias"
_SIZES = "dimensions stride vocabulary chunks longest_chunk tokens epochs"
_SETTINGS = "window negative tile noise life cbow cbow_mean cbow_divide shrink_windows"


class Job(ctypes.Structure):
    """``bench_job`` of kernels/job.h, field by field; it keeps the arrays alive that it points into."""

    _fields_ = (
        *((name, ctypes.c_void_p) for name in _POINTERS.split()),
        *((name, ctypes.c_int64) for name in _SIZES.split()),
        ("seed", ctypes.c_uint64),
        ("first_rate", ctypes.c_double),
        ("last_rate", ctypes.c_double),
        *((name, ctypes.c_int64) for name in _SETTINGS.split()),
    )

    @classmethod
    def of(cls, arrays: Arrays, corpus: Any, tables: Tables, plan: Plan) -> Job:
        """The job of a run, as `fastw2v._train.Run` would have it."""
        job = cls(
            dimensions=arrays.w_in.shape[1],
            stride=arrays.w_in.strides[0] // 4,
            vocabulary=len(tables.keep_cut),
            chunks=plan.chunks,
            longest_chunk=int(np.diff(plan.chunk_begin).max(initial=0)),
            tokens=plan.tokens,
            epochs=plan.epochs,
            seed=plan.seed,
            first_rate=plan.learning_rate,
            last_rate=plan.min_learning_rate,
            **{name: int(getattr(plan, name)) for name in _SETTINGS.split()},
        )
        job.owned = [arrays.w_in, arrays.w_out, corpus.ids, corpus.offsets, plan.chunk_begin, plan.chunk_sentence]
        job.owned.append(plan.chunk_shift)
        job.owned += [tables.keep_cut, tables.noise_cut, tables.noise_alias]
        for name, array in zip(_POINTERS.split(), job.owned, strict=True):
            setattr(job, name, array.ctypes.data)
        return job
