"""Step "build": the device, the versions, and every kernel of the later steps compiled, by all CPUs at once."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import Any

from bench.helpers.corpora import zipf_corpus
from bench.helpers.gpu_steps.running import FORK, Row
from bench.helpers.gpu_steps.trials import KINDS, Sizes
from fastw2v import cuda_device as cuda
from fastw2v.backends.cuda.kernels import Kernel, choose_kernel
from fastw2v.machine import usable_cpus
from fastw2v.planning import plan
from fastw2v.planning.training_parameters import TrainingParameters

WORKERS = 8


def device() -> Iterator[Row]:
    """Yield the GPU and the versions of CuPy and NVRTC."""
    found = cuda.open_device()
    cupy = found.cupy
    yield {
        "device": found.name,
        "capability": found.capability,
        "multiprocessors": found.multiprocessors,
        "free_bytes": found.free_bytes(),
        "cupy": cupy.__version__,
        "nvrtc": list(cupy.cuda.nvrtc.getVersion()),
    }


def build(sizes: Sizes) -> Iterator[Row]:
    """Compile all kernels into CuPy's cache, and yield how long each took."""
    shapes = [
        (size, kind, tokens, warps)
        for size in sizes.vectors
        for kind in KINDS
        for tokens in sizes.tile_tokens
        for warps in (4, 1)
    ]
    with ProcessPoolExecutor(min(WORKERS, usable_cpus()), mp_context=FORK) as pool:
        for done in as_completed([pool.submit(compile_one, shape) for shape in [None, *shapes]]):
            yield done.result()


def compile_one(shape: tuple[int, str, int, int] | None) -> Row:
    """Compile the training kernel of a shape, or for None the general and the compacting ones."""
    found, began = cuda.open_device(), time.perf_counter()
    if shape is None:
        found.compile(cuda.COMPACT, {}, "fw_compact")
        found.compile(cuda.GENERAL, {}, "fw_train")
        return {"what": "general", "seconds": time.perf_counter() - began}
    kernel = kernel_of(found, *shape)
    compiled = found.compile(kernel.files, kernel.defines, "fw_train")
    row = {"what": f"{kernel.name} {shape[:3]}", "seconds": time.perf_counter() - began}
    return row | {name: getattr(compiled, name, None) for name in ("num_regs", "local_size_bytes")}


def kernel_of(found: Any, size: int, kind: str, tile_tokens: int, tile_warps: int) -> Kernel:
    """Return the kernel for tiles of so many tokens, other parameters being the defaults."""
    params = TrainingParameters(vector_size=size, architecture=kind).checked()
    made = dataclasses.replace(plan.make_plan(zipf_corpus(100, 1_000), params, 1), tile_tokens=tile_tokens)
    return choose_kernel(found, made, size, None, tile_warps if found.capability >= 80 else None)
