"""The text of the CUDA kernels: the run-time compiler finds no headers, so files are put one after the other."""

from __future__ import annotations

from functools import cache
from importlib import resources

COMMON = ("fw_math.h", "fw_settings.h", "cuda/fw_gpu_ops.h", "cuda/fw_cuda_job.h")  # before all others, in this order
OPTIONS = ("--std=c++17",)


@cache
def source(files: tuple[str, ...]) -> str:
    """Return the concatenated text of these files of native/."""
    folder = resources.files("fastw2v") / "native"
    return "\n".join(folder.joinpath(name).read_text(encoding="utf-8") for name in files)
