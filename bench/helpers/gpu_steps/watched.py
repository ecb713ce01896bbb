"""``python -m bench.helpers.gpu_steps.watched WHAT``: work for a program that watches it, in one process, no fork.

The program may not follow forks, and would then report that it found nothing. WHAT is "training" (small runs with
every kernel), "launch TILES" (one launch of so many), or the name of a planted fault, which the program must find.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable

import numpy as np

from bench.helpers.corpora import zipf_corpus
from bench.helpers.gpu_steps.correctness import KERNELS
from bench.helpers.gpu_steps.trials import KINDS, SANITIZED, prepared
from fastw2v import cuda_device as cuda
from fastw2v import gpu
from fastw2v.errors import ParameterError
from fastw2v.planning.chunks import CHUNK_LIMIT
from fastw2v.planning.rows import initial_arrays
from fastw2v.planning.training_parameters import TrainingParameters

# Each is what the tool of this name must find.
PLANTED = {
    "memcheck": "p[n] = 1.f;",  # behind the array's end
    "racecheck": "__shared__ float s[64]; s[threadIdx.x] = n; p[0] = s[63 - threadIdx.x];",  # of the other warp
    "synccheck": "if (threadIdx.x < 48) __syncthreads();",  # half of a warp
    "initcheck": "p[1] = p[0] > 0.f ? 1.f : 2.f;",  # of memory that nothing has written
}


def training() -> None:
    """Train a little with every kernel, several tiles at once."""
    corpus = zipf_corpus(SANITIZED.vocabulary, SANITIZED.tokens)
    for kind in KINDS:
        for precision, tile_warps in KERNELS:
            params = TrainingParameters(vector_size=SANITIZED.vectors[0], architecture=kind, epochs=1).checked()
            made, tables = prepared(corpus, params)
            made = dataclasses.replace(made, tile_tokens=32)
            arrays = initial_arrays(len(corpus.vocabulary), params.vector_size, 1)
            try:
                run = gpu.Run(arrays, corpus, tables, made, precision=precision, tiles=2, tile_warps=tile_warps)
            except ParameterError:  # an older GPU
                continue
            run.train_chunk(0, 0, made.chunks)
            run.pull()
            run.close()
    print("trained", flush=True)


def launch(tiles: int) -> None:
    """Train one launch, two chunks for each tile."""
    corpus = zipf_corpus(70_000, 2 * tiles * CHUNK_LIMIT)
    made, tables = prepared(corpus, TrainingParameters(sample=0).checked())
    run = gpu.Run(initial_arrays(70_000, 100, 1), corpus, tables, made, tiles=tiles)
    run.train_chunk(0, 0, 2 * tiles)


def plant(tool: str) -> None:
    """Run a kernel with the fault that a tool must find."""
    cupy = cuda.open_device().cupy
    code = f'extern "C" __global__ void planted(float *p, int n) {{ {PLANTED[tool]} }}'
    array = cupy.empty(4, np.float32)
    cupy.RawKernel(code, "planted")((1,), (64,), (array, np.int32(4)))
    cupy.cuda.get_current_stream().synchronize()


def main(what: str, *numbers: str) -> None:
    """Do one of these. CuPy's pool is off: in it, memory next to an array belongs to the same process."""
    import cupy

    works: dict[str, Callable[..., None]] = {"training": training, "launch": launch}
    cupy.cuda.set_allocator(None)
    works.get(what, lambda: plant(what))(*map(int, numbers))


if __name__ == "__main__":
    main(*sys.argv[1:])
