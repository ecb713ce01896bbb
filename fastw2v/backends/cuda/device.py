"""The CUDA device: find CuPy, a device and its compiler, or the reason why there is none; compile the kernels' text.

Only functions that need CuPy import it, and only when a GPU is requested.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from fastw2v.errors import BackendUnavailable

# The compiled files, in this order: the run-time compiler finds no headers, so the texts are concatenated.
COMMON = ("fw_math.h", "fw_settings.h", "cuda/fw_gpu_ops.h", "cuda/fw_cuda.cu", "cuda/fw_cuda_tile.h")
GENERAL = (*COMMON, "cuda/fw_cuda_general.cu", "cuda/fw_cuda_nodes.cu")
TENSOR = (*COMMON, "cuda/fw_cuda_tensor.cu")
OPTIONS = ("--std=c++17",)

INSTALL = "pip install 'fastw2v[cuda13]' (or 'fastw2v[cuda12]' for a CUDA 12 driver)"


@dataclass(frozen=True)
class Device:
    """The GPU in use.

    Attributes
    ----------
    cupy : module
    number : int
        CUDA's number of the device.
    name : str
    capability : int
        90 for compute capability 9.0.
    multiprocessors : int
    shared_bytes : int
        Shared memory that one block may request.
    shared_total : int
        Shared memory of a multiprocessor, divided among its blocks.
    """

    cupy: Any
    number: int
    name: str
    capability: int
    multiprocessors: int
    shared_bytes: int
    shared_total: int

    def free_bytes(self) -> int:
        """Return the free device memory: the driver's, and the memory that CuPy's pool keeps for reuse."""
        free, _ = self.cupy.cuda.runtime.memGetInfo()
        return int(free) + int(self.cupy.get_default_memory_pool().free_bytes())

    def compile(self, files: tuple[str, ...], defines: dict[str, int], *names: str) -> list[Any]:
        """Compile files and return the kernels of these names; CuPy caches compiled kernels on disk.

        Raises
        ------
        BackendUnavailable
            CuPy cannot compile the kernels. It needs CUDA's headers, although these kernels include none.
        """
        options = (*OPTIONS, *(f"-D{key}={value}" for key, value in sorted(defines.items())))
        module = self.cupy.RawModule(code=source(files), options=options)
        try:
            return [module.get_function(name) for name in names]
        except Exception as error:  # CuPy's own classes; their modules differ between its versions
            raise BackendUnavailable(
                f"device='cuda': CuPy cannot compile the kernels: {error}. Without a CUDA toolkit, install its headers "
                f"with {INSTALL}; or use device='cpu'"
            ) from error


@cache
def source(files: tuple[str, ...]) -> str:
    """Return the concatenated text of these files of native/."""
    folder = resources.files("fastw2v.native")
    return "\n".join(folder.joinpath(name).read_text(encoding="utf-8") for name in files)


def open_device() -> Device:
    """Return the current CUDA device.

    Raises
    ------
    BackendUnavailable
        CuPy is not installed or cannot be imported; there is no driver or no device; or NVRTC, which compiles the
        kernels, is missing. The message says which.
    """
    cupy = _import_cupy()
    runtime = cupy.cuda.runtime
    try:
        count, number = runtime.getDeviceCount(), runtime.getDevice()
        properties = runtime.getDeviceProperties(number)
    except Exception as error:  # CuPy's own class; its module may differ between its versions
        raise BackendUnavailable(
            f"device='cuda': CUDA finds no driver or no device: {error}. Check the output of nvidia-smi, update the "
            "driver, or use device='cpu'. A process forked from one that has used the GPU cannot use it: start "
            "processes with multiprocessing's 'spawn'"
        ) from error
    if count < 1:
        raise BackendUnavailable(
            "device='cuda': the CUDA driver is installed but offers no device; check CUDA_VISIBLE_DEVICES and the "
            "output of nvidia-smi, or use device='cpu'"
        )
    try:
        cupy.cuda.nvrtc.getVersion()
    except Exception as error:
        raise BackendUnavailable(
            f"device='cuda': CuPy cannot find NVRTC, the compiler of the kernels: {error}. Install it with "
            "pip install nvidia-cuda-nvrtc (for CUDA 12: nvidia-cuda-nvrtc-cu12), or use device='cpu'"
        ) from error
    name = properties["name"]
    return Device(
        cupy=cupy,
        number=number,
        name=name.decode() if isinstance(name, bytes) else str(name),
        capability=10 * properties["major"] + properties["minor"],
        multiprocessors=properties["multiProcessorCount"],
        shared_bytes=properties["sharedMemPerBlockOptin"],
        shared_total=properties["sharedMemPerMultiprocessor"],
    )


def use_device(number: int) -> None:
    """Make one of the devices that this process sees the current one of this thread, counted round."""
    runtime = open_device().cupy.cuda.runtime
    runtime.setDevice(number % runtime.getDeviceCount())


def _import_cupy() -> Any:
    try:
        import cupy
    except ImportError as error:
        if error.name == "cupy":
            raise BackendUnavailable(
                f"device='cuda': CuPy is not installed; install it with {INSTALL}, or use device='cpu'"
            ) from error
        raise BackendUnavailable(
            f"device='cuda': CuPy is installed but cannot be imported: {error}. Install the version that fits the "
            f"driver with {INSTALL}, or use device='cpu'"
        ) from error
    return cupy


def why_not() -> str | None:
    """Return why no GPU can be used, in a few words; None if one can.

    Without a CUDA driver nothing is imported: every ``device="auto"`` calls this.
    """
    if not driver_present():
        return "no CUDA driver"
    try:
        open_device()
    except BackendUnavailable as error:
        return str(error).removeprefix("device='cuda': ")
    return None


def driver_present() -> bool:
    """Return whether the driver's library can be loaded."""
    try:
        ctypes.CDLL("libcuda.so.1")
    except OSError:
        return False
    return True
