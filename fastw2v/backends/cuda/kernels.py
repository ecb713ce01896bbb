"""What passes between gpu.py and the CUDA kernels: their structures, their sizes, and which kernel fits a plan."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from fastw2v.backends.cuda.device import GENERAL, TENSOR, Device
from fastw2v.errors import ParameterError
from fastw2v.planning.plan import Plan
from fastw2v.planning.rows import row_stride

POINTERS = (
    *("w_in", "w_out", "keep_cut", "noise_cut", "noise_alias", "frozen", "share"),
    *("chunk_begin", "chunk_sentence", "chunk_shift"),
)
# The mirrors of fw_job and fw_sums in native/.
JOB = np.dtype(
    [
        *((name, np.uint64) for name in POINTERS),
        *((name, np.int64) for name in ("vocabulary", "stride", "tokens", "epochs", "capacity", "workspace")),
        ("seed", np.uint64),
        *((name, np.float64) for name in ("first_rate", "last_rate")),
        *((name, np.int32) for name in ("window", "negative", "tile", "noise", "life")),
        *((name, np.int32) for name in ("cbow", "cbow_mean", "cbow_divide", "shrink_windows", "pairwise_noise")),
    ],
    align=True,
)
SUMS = np.dtype([("loss", np.float64), ("pairs", np.uint64)])

# As __launch_bounds__ in native/fw_cuda_*.cu: registers are there for so many.
WARPS_PER_MULTIPROCESSOR = 8
RESERVED_BYTES = 1 << 10  # of shared memory, in each block, by CUDA

# Blocks of 16 output rows whose coefficients stay in a warp's registers: beyond, the compiler spills.
REGISTER_BLOCKS = 6


@dataclass(frozen=True)
class Kernel:
    """The kernel of a run.

    Attributes
    ----------
    files : tuple of str
        Its text.
    defines : dict
        The shape that it is compiled for.
    shared_bytes : int
        Shared memory of one warp.
    workspace_floats : int
        Global memory of one warp.
    """

    name: str
    files: tuple[str, ...]
    defines: dict[str, int] = field(default_factory=dict)
    shared_bytes: int = 0
    workspace_floats: int = 0


def warps_at_once(device: Device, kernel: Kernel) -> int:
    """How many warps of a kernel the device runs at once; more would only wait for their turn."""
    by_shared = device.shared_total // (kernel.shared_bytes + RESERVED_BYTES)
    return device.multiprocessors * max(1, min(WARPS_PER_MULTIPROCESSOR, by_shared))


def stream_ints(plan: Plan) -> int:
    """The int32 numbers of one chunk's stream (fw_stream): a line of four, then four arrays."""
    longest = int(np.diff(plan.chunk_begin).max(initial=0))
    return 4 + 4 * (-(-(longest + 2 * plan.window) // 4) * 4)


def general_kernel(plan: Plan, size: int) -> Kernel:
    """The float32 tile: any shape, any device."""
    positives = 1 if plan.cbow else 2 * plan.window
    rows = positives + (positives * plan.negative if plan.pairwise_noise else plan.noise)
    floats = 2 * plan.tile * (row_stride(size) + rows) + plan.noise
    return Kernel("general float32", GENERAL, workspace_floats=-(-floats // 4) * 4)


def tensor_shape(plan: Plan, size: int) -> dict[str, int]:
    """What fw_cuda_tensor.cu is compiled for, in blocks of 16."""
    return {
        "FW_K": row_stride(size),
        "FW_TB": -(-plan.tile // 16),
        "FW_HB": -(-(min(plan.tile, 16) + 2 * plan.window) // 16),
        "FW_SB": -(-plan.noise // 16),
        "FW_CBOW": int(plan.cbow),
    }


def tensor_bytes(shape: dict[str, int]) -> int:
    """Shared memory of one warp: as fw_open_shared lays it out."""
    halo = shape["FW_TB"] - 1 + shape["FW_HB"]
    rows = 16 * (shape["FW_TB"] * (1 + shape["FW_CBOW"]) + halo + shape["FW_SB"])
    words = 16 * (shape["FW_TB"] + halo + shape["FW_SB"])
    return 2 * rows * (shape["FW_K"] + 8) + 4 * words + 8 * 16 * shape["FW_SB"]


def why_general(device: Device, plan: Plan, size: int) -> str | None:
    """Why the tensor-core tile cannot be used; None where it can."""
    shape = tensor_shape(plan, size)
    if device.capability < 80:
        return f"compute capability {device.capability / 10:.1f} is below 8.0"
    if plan.pairwise_noise:
        return "noise is drawn for each pair"
    halo = shape["FW_TB"] - 1 + shape["FW_HB"]  # windows are 64 bits
    met = (1 if plan.cbow else shape["FW_HB"]) + shape["FW_SB"]
    if plan.tile > 32 or halo > 4 or shape["FW_SB"] > 4 or met > REGISTER_BLOCKS:
        return f"a tile of {plan.tile} tokens with window {plan.window} and {plan.noise} noise words is too large"
    if tensor_bytes(shape) > device.shared_bytes:
        return f"{tensor_bytes(shape):,} bytes of shared memory are needed and {device.shared_bytes:,} are there"
    return None


def choose_kernel(device: Device, plan: Plan, size: int, precision: str | None) -> Kernel:
    """The kernel for a plan and vectors of ``size`` numbers on this device."""
    if precision not in (None, "float32", "bfloat16"):
        raise ParameterError(
            f"precision={precision!r}: it must be 'float32', 'bfloat16' or None (what the device offers)"
        )
    reason = why_general(device, plan, size)
    if precision == "bfloat16" and reason is not None:
        raise ParameterError(f"precision='bfloat16' cannot be had here: {reason}; leave precision to None")
    if precision == "float32" or reason is not None:
        return general_kernel(plan, size)
    shape = tensor_shape(plan, size)
    return Kernel("tensor bfloat16", TENSOR, shape, shared_bytes=tensor_bytes(shape))
