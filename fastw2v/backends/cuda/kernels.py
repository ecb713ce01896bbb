"""The CUDA kernels as gpu.py sees them: their structures and sizes, and which kernel fits a plan."""

from __future__ import annotations

from dataclasses import dataclass, field

from fastw2v.backends.cuda.device import COMMON, GENERAL, TENSOR, Device, source
from fastw2v.backends.structures import read_structure
from fastw2v.errors import ParameterError
from fastw2v.planning.plan import Plan
from fastw2v.planning.rows import row_stride

JOB, SUMS = (read_structure(source(COMMON), name) for name in ("fw_job", "fw_sums"))

# As __launch_bounds__ in native/cuda/fw_cuda_*.cu: there are registers for this many.
WARPS_PER_MULTIPROCESSOR = 8
RESERVED_BYTES = 1 << 10  # of shared memory, in each block, by CUDA

# Blocks of 16 output rows whose coefficients fit into a warp's registers: with more, the compiler spills.
REGISTER_BLOCKS = 6
PATH_NODES = 32  # FW_PATH in native/cuda/fw_cuda_general.cu


@dataclass(frozen=True)
class Kernel:
    """The kernel of a run.

    Attributes
    ----------
    files : tuple of str
        The files of its text.
    defines : dict
        The shape for which it is compiled.
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
    """Return how many warps of a kernel the device runs at once; more would only wait."""
    by_shared = device.shared_total // (kernel.shared_bytes + RESERVED_BYTES)
    return device.multiprocessors * max(1, min(WARPS_PER_MULTIPROCESSOR, by_shared))


def stream_ints(plan: Plan) -> int:
    """Return how many int32 numbers one chunk's stream has (fw_stream): a line of four, then five arrays."""
    return 4 + 5 * (-(-(plan.longest_chunk + 2 * plan.window) // 4) * 4)


def general_kernel(plan: Plan, size: int) -> Kernel:
    """Return the float32 kernel, which trains any shape on any device."""
    positives = 1 if plan.cbow else 2 * plan.window
    rows = positives + (positives * plan.negative if plan.pairwise_noise else plan.noise_slots)
    rows *= plan.negative_sampling
    floats = 2 * plan.tile_tokens * (row_stride(size) + rows) + plan.noise_slots
    if plan.hierarchical:
        floats += plan.tile_tokens * (row_stride(size) + PATH_NODES)
    return Kernel("general float32", GENERAL, workspace_floats=-(-floats // 4) * 4)


def tensor_shape(plan: Plan, size: int) -> dict[str, int]:
    """Return the shape for which fw_cuda_tensor.cu is compiled, in blocks of 16."""
    return {
        "FW_K": row_stride(size),
        "FW_TB": -(-plan.tile_tokens // 16),
        "FW_HB": -(-(min(plan.tile_tokens, 16) + 2 * plan.window) // 16),
        "FW_SB": -(-plan.noise_slots // 16),
        "FW_CBOW": int(plan.cbow),
    }


def tensor_bytes(shape: dict[str, int]) -> int:
    """Return the bytes of shared memory that one warp needs; fw_open_shared lays them out."""
    halo = shape["FW_TB"] - 1 + shape["FW_HB"]
    rows = 16 * (shape["FW_TB"] * (1 + shape["FW_CBOW"]) + halo + shape["FW_SB"])
    words = 16 * (shape["FW_TB"] + halo + shape["FW_SB"])
    return 2 * rows * (shape["FW_K"] + 8) + 4 * words + 8 * 16 * shape["FW_SB"]


def why_general(device: Device, plan: Plan, size: int) -> str | None:
    """Return why the tensor-core kernel cannot be used; None if it can."""
    shape = tensor_shape(plan, size)
    if device.capability < 80:
        return f"compute capability {device.capability / 10:.1f} is below 8.0"
    if plan.pairwise_noise:
        return "noise is drawn for each pair"
    if plan.hierarchical:
        return "it has no hierarchical softmax"
    halo = shape["FW_TB"] - 1 + shape["FW_HB"]  # windows are 64 bits
    met = (1 if plan.cbow else shape["FW_HB"]) + shape["FW_SB"]
    if plan.tile_tokens > 32 or halo > 4 or shape["FW_SB"] > 4 or met > REGISTER_BLOCKS:
        tile = f"{plan.tile_tokens} tokens with window {plan.window} and {plan.noise_slots} noise words"
        return f"a tile of {tile} is too large"
    if tensor_bytes(shape) > device.shared_bytes:
        return f"it needs {tensor_bytes(shape):,} bytes of shared memory; the device has {device.shared_bytes:,}"
    return None


def choose_kernel(device: Device, plan: Plan, size: int, precision: str | None) -> Kernel:
    """Return the kernel for a plan and vectors of ``size`` numbers on this device."""
    if precision not in (None, "float32", "bfloat16"):
        raise ParameterError(
            f"precision={precision!r}: it must be 'float32', 'bfloat16' or None (the fastest that the device offers)"
        )
    reason = why_general(device, plan, size)
    if precision == "bfloat16" and reason is not None:
        raise ParameterError(f"precision='bfloat16' cannot be used here: {reason}; leave precision at None")
    if precision == "float32" or reason is not None:
        return general_kernel(plan, size)
    shape = tensor_shape(plan, size)
    return Kernel("tensor bfloat16", TENSOR, shape, shared_bytes=tensor_bytes(shape))
