"""What passes between gpu.py and the CUDA kernels: their structures, their sizes, and which kernel fits a plan."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from fastw2v.cuda import GENERAL, Device
from fastw2v.errors import ParameterError
from fastw2v.plan import Plan, row_stride

POINTERS = (
    *("w_in", "w_out", "keep_cut", "noise_cut", "noise_alias", "frozen", "share"),
    *("chunk_begin", "chunk_sentence"),
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


def choose_kernel(device: Device, plan: Plan, size: int, precision: str | None) -> Kernel:
    """The kernel for a plan and vectors of ``size`` numbers on this device."""
    if precision not in (None, "float32", "bfloat16"):
        raise ParameterError(
            f"precision={precision!r}: it must be 'float32', 'bfloat16' or None (what the device offers)"
        )
    return general_kernel(plan, size)
