"""The CUDA kernels as gpu.py sees them: their structures and sizes, and which kernel fits a plan."""

from __future__ import annotations

from dataclasses import dataclass, field

from fastw2v.backends.structures import read_structure
from fastw2v.cuda_device import BLOCK, GENERAL, WARP, Device
from fastw2v.errors import ParameterError
from fastw2v.native.cuda_text import COMMON, source
from fastw2v.planning.plan import Plan
from fastw2v.planning.rows import row_stride

JOB, STEP = (read_structure(source(COMMON), name) for name in ("fw_job", "fw_step"))
SUMS = read_structure(source(GENERAL), "fw_sums")

# As __launch_bounds__ in native/cuda/fw_cuda_*.cu: there are registers for this many.
WARPS_PER_MULTIPROCESSOR = 8
RESERVED_BYTES = 1 << 10  # of shared memory, in each block, by CUDA

# Blocks of 16 output rows whose coefficients fit into a warp's registers: with more, the compiler spills.
REGISTER_BLOCKS = 6
BLOCK_WEIGHTS = 64  # FW_WEIGHTS in native/cuda/fw_cuda_block_open.h
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
    threads : int
        Those that train one tile: a block.
    per_multiprocessor : int
        The blocks for which a multiprocessor has registers.
    shared_bytes : int
        Shared memory of one block.
    workspace_floats : int
        Global memory of one block.
    """

    name: str
    files: tuple[str, ...]
    defines: dict[str, int] = field(default_factory=dict)
    threads: int = 32
    per_multiprocessor: int = WARPS_PER_MULTIPROCESSOR
    shared_bytes: int = 0
    workspace_floats: int = 0


def tiles_at_once(device: Device, kernel: Kernel) -> int:
    """Return how many tiles a kernel trains at once on the device; more would only wait."""
    by_shared = device.shared_total // (kernel.shared_bytes + RESERVED_BYTES)
    return device.multiprocessors * max(1, min(kernel.per_multiprocessor, by_shared))


# ------------------------------------------------------------------ streams


def stream_tokens(plan: Plan) -> int:
    """Return how many tokens fit into the stream of a chunk: its own, and a window on either side."""
    return plan.longest_chunk + 2 * plan.window


def most_steps(plan: Plan) -> int:
    """Return how many steps a chunk has at most: the passes over all its tiles, if every token is kept."""
    return -(-plan.longest_chunk // plan.tile_tokens) * plan.passes


def step_ints(plan: Plan) -> int:
    """Return how many int32 numbers a step has: fw_step, then a noise word for each slot."""
    shared = plan.negative_sampling and not plan.pairwise_noise
    return STEP.itemsize // 4 + (plan.noise_slots if shared else 0)


def stream_ints(plan: Plan) -> int:
    """Return how many int32 numbers one chunk's stream has (fw_stream): a line of four, five arrays, the steps."""
    return 4 + 5 * stream_tokens(plan) + most_steps(plan) * step_ints(plan)


# ------------------------------------------------------------------ kernels


def general_kernel(plan: Plan, size: int) -> Kernel:
    """Return the float32 kernel, which trains any shape on any device."""
    positives = 1 if plan.cbow else 2 * plan.window
    rows = positives + (positives * plan.negative if plan.pairwise_noise else plan.noise_slots)
    rows *= plan.negative_sampling
    floats = 2 * plan.tile_tokens * (row_stride(size) + rows)
    if plan.hierarchical:
        floats += plan.tile_tokens * (row_stride(size) + PATH_NODES)
    return Kernel("general float32", GENERAL, workspace_floats=-(-floats // 4) * 4)


def tensor_shape(plan: Plan, size: int) -> dict[str, int]:
    """Return the shape for which the tensor-core kernels are compiled, in blocks of 16."""
    return {
        "FW_K": row_stride(size),
        "FW_TB": -(-plan.tile_tokens // 16),
        "FW_HB": -(-(min(plan.tile_tokens, 16) + 2 * plan.window) // 16),
        "FW_SB": -(-plan.noise_slots // 16),
        "FW_CBOW": int(plan.cbow),
    }


def halo_blocks(shape: dict[str, int]) -> int:
    """Return the blocks of halo rows of the whole tile."""
    return shape["FW_TB"] - 1 + shape["FW_HB"]


def warp_bytes(shape: dict[str, int]) -> int:
    """Return the bytes of shared memory that one warp needs; fw_open_shared lays them out."""
    rows = 16 * (shape["FW_TB"] * (1 + shape["FW_CBOW"]) + halo_blocks(shape) + shape["FW_SB"])
    words = 16 * (shape["FW_TB"] + halo_blocks(shape) + shape["FW_SB"])
    return 2 * rows * (shape["FW_K"] + 8) + 4 * words + 8 * 16 * shape["FW_SB"]


def block_bytes(shape: dict[str, int]) -> int:
    """Return the bytes of shared memory that a block of four warps needs: fw_shared in fw_cuda_block_open.h."""
    tokens, halo, noise = 16 * shape["FW_TB"], 16 * halo_blocks(shape), 16 * shape["FW_SB"]
    gathered = tokens + halo + noise
    rows = gathered + tokens * shape["FW_CBOW"]
    factors = 16 * met_blocks(shape) + 8
    numbers = STEP.itemsize // 4 + 2 * (tokens + noise + halo + gathered + BLOCK_WEIGHTS) + 4  # of 4 bytes
    wide = 2 * gathered + tokens + noise + 1  # of 8
    return 2 * (rows * (shape["FW_K"] + 8) + tokens * factors) + 4 * numbers + 8 * wide


def met_blocks(shape: dict[str, int]) -> int:
    """Return the blocks of output rows that one block of tokens is scored with."""
    return (1 if shape["FW_CBOW"] else shape["FW_HB"]) + shape["FW_SB"]


def block_kernel(shape: dict[str, int]) -> Kernel:
    """Return the kernel that trains a tile by four warps."""
    needed = block_bytes(shape)
    factors = shape["FW_TB"] * (met_blocks(shape) + shape["FW_HB"] * shape["FW_CBOW"])  # that a warp keeps in registers
    at_once = 3 if factors <= 10 else 2
    defines = {**shape, "FW_RESIDENT": at_once, "FW_SHARED_BYTES": needed}
    return Kernel("four warps bfloat16", BLOCK, defines, 128, at_once, needed, workspace_floats=2 * shape["FW_K"])


def why_general(device: Device, plan: Plan, size: int) -> str | None:
    """Return why no tensor-core kernel can be used; None if one can."""
    shape = tensor_shape(plan, size)
    if device.capability < 80:
        return f"compute capability {device.capability / 10:.1f} is below 8.0"
    if plan.pairwise_noise:
        return "noise is drawn for each pair"
    if plan.hierarchical:
        return "it has no hierarchical softmax"
    # windows are 64 bits
    if plan.tile_tokens > 32 or halo_blocks(shape) > 4 or shape["FW_SB"] > 4 or met_blocks(shape) > REGISTER_BLOCKS:
        tile = f"{plan.tile_tokens} tokens with window {plan.window} and {plan.noise_slots} noise words"
        return f"a tile of {tile} is too large"
    if warp_bytes(shape) > device.shared_bytes:
        return f"it needs {warp_bytes(shape):,} bytes of shared memory; the device has {device.shared_bytes:,}"
    return None


def choose_kernel(
    device: Device, plan: Plan, size: int, precision: str | None, tile_warps: int | None = None
) -> Kernel:
    """Return the kernel for a plan and vectors of ``size`` numbers on this device."""
    if precision not in (None, "float32", "bfloat16"):
        raise ParameterError(
            f"precision={precision!r}: it must be 'float32', 'bfloat16' or None (the fastest that the device offers)"
        )
    if tile_warps not in (None, 1, 4):
        raise ParameterError(f"tile_warps={tile_warps!r}: it must be 4, 1 or None (4 where there is room)")
    reason = why_general(device, plan, size)
    if precision == "bfloat16" and reason is not None:
        raise ParameterError(f"precision='bfloat16' cannot be used here: {reason}; leave precision at None")
    if precision == "float32" or reason is not None:
        return general_kernel(plan, size)
    shape = tensor_shape(plan, size)
    block = block_kernel(shape)
    if tile_warps != 1 and block.shared_bytes <= device.shared_bytes:
        return block
    if tile_warps == 4:
        raise ParameterError(
            f"tile_warps=4: a block needs {block.shared_bytes:,} bytes of shared memory; the device has "
            f"{device.shared_bytes:,}; leave tile_warps at None"
        )
    return Kernel("one warp bfloat16", WARP, shape, shared_bytes=warp_bytes(shape))
