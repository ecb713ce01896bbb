"""Step "rows": how fast rows are gathered and added to, on one multiprocessor and on all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from bench.helpers.corpora import zipf_corpus
from bench.helpers.gpu_steps.running import Row
from bench.helpers.gpu_steps.trials import Sizes
from fastw2v import cuda_device as cuda
from fastw2v.native.cuda_text import OPTIONS, source
from fastw2v.planning.rows import row_stride

# The loads and the additions are the kernels' own.
TEXT = """
#define EACH_ROW \\
    const fw_i64 warps = (fw_i64)gridDim.x * blockDim.x / 32; \\
    for (fw_i64 i = (blockIdx.x * (fw_i64)blockDim.x + threadIdx.x) / 32; i < n; i += warps)
extern "C" __global__ void __launch_bounds__(256)
    gather(const float *rows, const int *ids, fw_i64 n, int stride, float *sink) {
    float sum = 0;
    EACH_ROW
        for (int k = 4 * (threadIdx.x % 32); k < stride; k += 128) {
            const float4 v = fw_load4(rows + (fw_i64)ids[i] * stride + k);
            sum += v.x + v.y + v.z + v.w;
        }
    if (sum == 12345.678f) *sink = sum;
}
extern "C" __global__ void __launch_bounds__(256)
    add2(float *rows, const int *ids, fw_i64 n, int stride, float *sink) {
    EACH_ROW
        for (int k = 0; k < stride; k += 64) {
            const int at = k + 2 * (threadIdx.x % 32);
            fw_add2_if(at < stride, rows + (fw_i64)ids[i] * stride + at, 1e-9f, 1e-9f);
        }
}
extern "C" __global__ void __launch_bounds__(256)
    add4(float *rows, const int *ids, fw_i64 n, int stride, float *sink) {
    const float4 each = {1e-9f, 1e-9f, 1e-9f, 1e-9f};
    EACH_ROW
        for (int k = 4 * (threadIdx.x % 32); k < stride; k += 128) fw_add4(rows + (fw_i64)ids[i] * stride + k, each);
}
"""
BLOCKS_EACH = 8  # for each multiprocessor


def row_speed(sizes: Sizes) -> Iterator[Row]:
    """Yield bytes per second of gathers and atomic additions of rows, drawn uniformly or as often as words of text."""
    found = cuda.open_device()
    cupy, words, rng = found.cupy, sizes.vocabulary, np.random.default_rng(1)
    module = cupy.RawModule(code=source(("fw_math.h", "cuda/fw_gpu_ops.h")) + TEXT, options=OPTIONS)
    chosen = {"any": rng.integers(0, words, sizes.rows).astype(np.int32), "text": zipf_corpus(words, sizes.rows).ids}
    for size in sizes.vectors:
        stride = row_stride(size)
        rows, sink = cupy.zeros((words, stride), np.float32), cupy.zeros(1, np.float32)
        for which, ids in chosen.items():
            for blocks, share in ((BLOCKS_EACH, 32), (BLOCKS_EACH * found.multiprocessors, 1)):
                taken = cupy.asarray(ids[: max(1, len(ids) // share)])
                arguments = (rows, taken, np.int64(len(taken)), np.int32(stride), sink)
                for name in ("gather", "add2", "add4"):
                    seconds = timed(cupy, module.get_function(name), ((blocks,), (256,), arguments))
                    row = {"what": name, "size": size, "ids": which, "multiprocessors": blocks // BLOCKS_EACH}
                    yield {**row, "bytes_per_second": len(taken) * 4 * stride / seconds}


def timed(cupy: Any, kernel: Any, call: tuple[Any, ...], times: int = 5) -> float:
    """Return the seconds of one launch, after one that warms up."""
    kernel(*call)
    begun, done = cupy.cuda.Event(), cupy.cuda.Event()
    begun.record()
    for _ in range(times):
        kernel(*call)
    done.record()
    done.synchronize()
    return float(cupy.cuda.get_elapsed_time(begun, done)) / (1e3 * times)
