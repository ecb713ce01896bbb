"""Step "instructions": each function of native/cuda/fw_gpu_ops.h, against what the PTX manual says that it does.

The layouts below were written from the manual (ldmatrix, movmatrix, and the fragments of mma.m16n8k16), not from the
kernels nor from the stand-in that runs them on the host: a misreading that those share shows here. `T` is the number of
a lane, as in the manual.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.helpers.gpu_steps.running import Row
from fastw2v import cuda_device as cuda
from fastw2v.native.cuda_text import OPTIONS, source

T = np.arange(32)
GROUP, IN_GROUP = T // 4, T % 4

TEXT = """
extern "C" __global__ void __launch_bounds__(32)
    matrices(const fw_u16 *rows, fw_u32 *out) {
    FW_SHARED(fw_u16, held); /* 32 rows of 8 */
    const int lane = threadIdx.x;
    for (int i = 0; i < 8; i++) held[8 * lane + i] = rows[8 * lane + i];
    __syncwarp();
    fw_u32 four[4], two[2], turned[4];
    fw_load_matrices(four, held + 8 * lane);
    fw_load_two_matrices(two, held + 8 * (lane % 16));
    fw_load_transposed(turned, held + 8 * lane);
    for (int i = 0; i < 4; i++) out[32 * i + lane] = four[i];
    for (int i = 0; i < 2; i++) out[32 * (4 + i) + lane] = two[i];
    for (int i = 0; i < 4; i++) out[32 * (6 + i) + lane] = turned[i];
    out[32 * 10 + lane] = fw_transpose(four[0]);
}
extern "C" __global__ void __launch_bounds__(32)
    multiply(const fw_u32 *words, float *sums) {
    const int lane = threadIdx.x;
    fw_u32 a[4];
    float c[4];
    for (int i = 0; i < 4; i++) a[i] = words[32 * i + lane];
    for (int i = 0; i < 4; i++) c[i] = sums[32 * i + lane];
    fw_multiply(c, a, words[32 * 4 + lane], words[32 * 5 + lane]);
    for (int i = 0; i < 4; i++) sums[32 * i + lane] = c[i];
}
extern "C" __global__ void __launch_bounds__(32)
    memory(const float *in, float *loaded, float *added, fw_u32 *packed, fw_u64 *bits, double *sums) {
    const int lane = threadIdx.x;
    const float4 whole = fw_load4(in + 4 * lane);
    fw_put4(loaded + 4 * lane, whole);
    fw_add4(added + 4 * (lane / 2), whole); /* two lanes to one place */
    fw_add4_together(added + 128 + 4 * (lane / 2), whole);
    fw_add2_if(lane % 3 == 0, added + 256 + 2 * (lane / 2), whole.x, whole.y);
    packed[lane] = fw_pack(whole.x, whole.y);
    bits[lane] = fw_warp_or(1ULL << 2 * lane);
    sums[lane] = fw_warp_sum(whole.x);
    sums[32 + lane] = fw_warp_sum_double(whole.y);
}
"""


def instructions() -> Iterator[Row]:
    """Yield for each function whether it does what it should."""
    found = cuda.open_device()
    if found.capability < 80:
        yield {
            "what": "instructions",
            "skipped": f"compute capability {found.capability / 10} has no bfloat16 products",
        }
        return
    cupy = found.cupy
    module = cupy.RawModule(code=source(("fw_math.h", "cuda/fw_gpu_ops.h")) + TEXT, options=OPTIONS)
    for measure in (_matrices, _multiply, _memory):
        for name, good in measure(cupy, module.get_function).items():
            yield {"what": name, "good": bool(good)}


def _matrices(cupy: Any, kernel: Callable[[str], Any]) -> dict[str, Any]:
    rows = np.arange(32 * 8, dtype=np.uint16).reshape(4, 8, 8)  # four matrices of eight rows
    out = cupy.zeros((11, 32), np.uint32)
    kernel("matrices")((1,), (32,), (cupy.asarray(rows.reshape(-1)), out), shared_mem=512)
    got = out.get()
    # Lane T holds the elements 2 (T % 4) and 2 (T % 4) + 1 of row T / 4; transposed, of column T / 4.
    plain = [halves(m[GROUP, 2 * IN_GROUP], m[GROUP, 2 * IN_GROUP + 1]) for m in rows]
    turned = [halves(m[2 * IN_GROUP, GROUP], m[2 * IN_GROUP + 1, GROUP]) for m in rows]
    return {
        "ldmatrix.x4": np.array_equal(got[:4], plain),
        "ldmatrix.x2": np.array_equal(got[4:6], plain[:2]),
        "ldmatrix.x4.trans": np.array_equal(got[6:10], turned),
        "movmatrix.trans": np.array_equal(got[10], turned[0]),
    }


def _multiply(cupy: Any, kernel: Callable[[str], Any]) -> dict[str, Any]:
    rng = np.random.default_rng(1)
    a, b, c = (rng.integers(-9, 10, shape).astype(np.float32) for shape in ((16, 16), (16, 8), (16, 8)))
    words = [fragment_a(a, i) for i in range(4)] + [fragment_b(b, i) for i in range(2)]
    sums = cupy.asarray(np.array([c[row, column] for row, column in map(place_of_c, range(4))]))
    kernel("multiply")((1,), (32,), (cupy.asarray(np.array(words)), sums))
    got = np.empty((16, 8), np.float32)
    for i, values in enumerate(sums.get()):
        got[place_of_c(i)] = values
    return {"mma.m16n8k16": np.array_equal(got, a @ b + c)}  # whole numbers: exact


def fragment_a(a: NDArray[np.float32], register: int) -> NDArray[np.uint32]:
    """Return a register of the left factor: its elements 2 register and 2 register + 1, called a_i in the manual."""
    parts = []
    for i in (2 * register, 2 * register + 1):
        row = GROUP if i < 2 or 4 <= i < 6 else GROUP + 8
        column = 2 * IN_GROUP + (i & 1) + (0 if i < 4 else 8)
        parts.append(bfloat16(a[row, column]))
    return halves(*parts)


def fragment_b(b: NDArray[np.float32], register: int) -> NDArray[np.uint32]:
    """Return a register of the right factor."""
    parts = []
    for i in (2 * register, 2 * register + 1):
        row = 2 * IN_GROUP + (i & 1) + (0 if i < 2 else 8)
        parts.append(bfloat16(b[row, GROUP]))
    return halves(*parts)


def place_of_c(i: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return row and column of each lane's number c_i of the sum."""
    return (GROUP if i < 2 else GROUP + 8), 2 * IN_GROUP + (i & 1)


def _memory(cupy: Any, kernel: Callable[[str], Any]) -> dict[str, Any]:
    rng = np.random.default_rng(2)
    values = rng.normal(0, 1, (32, 4)).astype(np.float32)
    loaded, added = cupy.zeros(128, np.float32), cupy.zeros(320, np.float32)
    packed, bits, sums = cupy.zeros(32, np.uint32), cupy.zeros(32, np.uint64), cupy.zeros(64, np.float64)
    kernel("memory")((1,), (32,), (cupy.asarray(values.reshape(-1)), loaded, added, packed, bits, sums))
    whole, wanted = values, np.where((T % 3 == 0)[:, None], values, np.float32(0))
    got = loaded.get().reshape(32, 4)
    fours, together, twos = added.get()[:64], added.get()[128:192], added.get()[256:288]
    total = sums.get().reshape(2, 32)
    return {
        "ld.relaxed": np.array_equal(got, whole),
        "red.add 4": np.array_equal(fours.reshape(16, 4), whole[::2] + whole[1::2]),
        "red.add 4, all lanes": np.array_equal(together.reshape(16, 4), whole[::2] + whole[1::2]),
        "red.add 2, predicated": np.array_equal(twos.reshape(16, 2), (wanted[::2] + wanted[1::2])[:, :2]),
        "cvt.bf16x2": np.array_equal(packed.get(), halves(bfloat16(values[:, 0]), bfloat16(values[:, 1]))),
        "or of a warp": (bits.get() == np.uint64(0x5555_5555_5555_5555)).all(),
        "sum of a warp": np.allclose(total[0], values[:, 0].sum(), rtol=1e-5)
        and np.allclose(total[1], values[:, 1].astype(np.float64).sum(), rtol=1e-12),
    }


def bfloat16(values: NDArray[np.float32]) -> NDArray[np.uint32]:
    """Return the bits of the nearest bfloat16, of two equally near ones the even one."""
    bits = values.astype(np.float32).view(np.uint32)
    return (bits + np.uint32(0x7FFF) + ((bits >> np.uint32(16)) & np.uint32(1))) >> np.uint32(16)


def halves(low: Any, high: Any) -> NDArray[np.uint32]:
    """Return words of 32 bits made of two of 16."""
    return low.astype(np.uint32) | high.astype(np.uint32) << np.uint32(16)
