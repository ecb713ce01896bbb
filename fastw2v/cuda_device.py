"""The CUDA device: find CuPy, a device and its compiler, or the reason why there is none; compile the kernels' text.

Only functions that need CuPy import it, and only when a GPU is requested.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from fastw2v.errors import BackendUnavailable, DeviceError
from fastw2v.native.cuda_text import COMMON, OPTIONS, source

# The files that are compiled together, in this order.
COMPACT = (*COMMON, "cuda/fw_cuda_flags.h", "cuda/fw_cuda_compact.cu")
GENERAL = (*COMMON, "cuda/fw_cuda_tile.h", "cuda/fw_cuda_general.cu", "cuda/fw_cuda_nodes.cu")
WARP = (*COMMON, "cuda/fw_cuda_tile.h", "cuda/fw_cuda_shape.h", "cuda/fw_cuda_warp.cu")
BLOCK_STAGES = tuple(f"cuda/fw_cuda_block_{stage}.h" for stage in ("open", "cbow", "scores", "updates"))
BLOCK = (*COMMON, "cuda/fw_cuda_tile.h", "cuda/fw_cuda_shape.h", *BLOCK_STAGES, "cuda/fw_cuda_block.cu")
EXACT = ("--fmad=false",)  # no fused multiply-adds: the learning rate is rounded as in Python, on every device

INSTALL = "pip install 'fastw2v[cuda13]' (or 'fastw2v[cuda12]' for a CUDA 12 driver)"


@dataclass(frozen=True)
class Purpose:
    """What a GPU is wanted for, in the words of messages.

    Attributes
    ----------
    subject : str
        How a message begins.
    instead : str
        What can be done without a GPU.
    lost : str
        What is lost when the device fails, and how to go on.
    """

    subject: str
    instead: str
    lost: str


TRAINING = Purpose(
    "device='cuda': ",
    "use device='cpu'",
    "What was trained there since the last checkpoint is lost, and this process may be unable to use the GPU again: "
    "start a new one, and continue with fit(checkpoint=..., resume=True) if the run wrote checkpoints, or use "
    "device='cpu'",
)


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
    purpose : Purpose
    """

    cupy: Any
    number: int
    name: str
    capability: int
    multiprocessors: int
    shared_bytes: int
    shared_total: int
    purpose: Purpose = TRAINING

    def free_bytes(self) -> int:
        """Return the free device memory: the driver's, and the memory that CuPy's pool keeps for reuse."""
        free, _ = self.cupy.cuda.runtime.memGetInfo()
        return int(free) + int(self.cupy.get_default_memory_pool().free_bytes())

    @property
    def failures(self) -> tuple[type[Exception], ...]:
        """What CuPy raises when CUDA reports an error."""
        return self.cupy.cuda.runtime.CUDARuntimeError, self.cupy.cuda.driver.CUDADriverError

    @contextmanager
    def in_use(self, doing: str) -> Iterator[None]:
        """Make this the current device; what CUDA reports meanwhile becomes a `DeviceError` that says what was done.

        The thread's current device may be another one between two calls of a run, whose memory is on this.
        """
        try:
            with self.cupy.cuda.Device(self.number):
                yield
        except self.failures as error:
            raise DeviceError(
                f"{self.purpose.subject}{self.name} failed while {doing}: {error}. {self.purpose.lost}"
            ) from error

    def compile(self, files: tuple[str, ...], defines: dict[str, int], name: str) -> Any:
        """Compile files and return the kernel of this name; CuPy caches compiled kernels on disk.

        Raises
        ------
        BackendUnavailable
            CuPy cannot compile the kernels. It needs CUDA's headers, although these kernels include none.
        """
        module = self.cupy.RawModule(code=source(files), options=compiler_options(files, defines))
        try:
            return module.get_function(name)
        except Exception as error:  # CuPy's own classes; their modules differ between its versions
            raise BackendUnavailable(
                f"{self.purpose.subject}CuPy cannot compile the kernels: {error}. Without a CUDA toolkit, install its "
                f"headers with {INSTALL}; or {self.purpose.instead}"
            ) from error


def compiler_options(files: tuple[str, ...], defines: dict[str, int]) -> tuple[str, ...]:
    """Return the options with which these files are compiled for a shape."""
    exact = EXACT if files == COMPACT else ()
    return (*OPTIONS, *exact, *(f"-D{key}={value}" for key, value in sorted(defines.items())))


def open_device(purpose: Purpose = TRAINING) -> Device:
    """Return the current CUDA device.

    Parameters
    ----------
    purpose : Purpose, optional
        What messages name.

    Raises
    ------
    BackendUnavailable
        CuPy is not installed or cannot be imported; there is no driver or no device; or NVRTC, which compiles the
        kernels, is missing. The message says which.
    """
    cupy, subject, instead = _import_cupy(purpose), purpose.subject, purpose.instead
    runtime = cupy.cuda.runtime
    try:
        count, number = runtime.getDeviceCount(), runtime.getDevice()
        properties = runtime.getDeviceProperties(number)
    except Exception as error:  # CuPy's own class; its module may differ between its versions
        raise BackendUnavailable(
            f"{subject}CUDA finds no driver or no device: {error}. Check the output of nvidia-smi, update the driver, "
            f"or {instead}. A process forked from one that has used the GPU cannot use it: start processes with "
            "multiprocessing's 'spawn'"
        ) from error
    if count < 1:
        raise BackendUnavailable(
            f"{subject}the CUDA driver is installed but offers no device; check CUDA_VISIBLE_DEVICES and the output "
            f"of nvidia-smi, or {instead}"
        )
    try:
        cupy.cuda.nvrtc.getVersion()
    except Exception as error:
        raise BackendUnavailable(
            f"{subject}CuPy cannot find NVRTC, the compiler of the kernels: {error}. Install it with "
            f"pip install nvidia-cuda-nvrtc (for CUDA 12: nvidia-cuda-nvrtc-cu12), or {instead}"
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
        purpose=purpose,
    )


def use_device(number: int) -> None:
    """Make one of the devices that this process sees the current one of this thread, counted round."""
    runtime = open_device().cupy.cuda.runtime
    runtime.setDevice(number % runtime.getDeviceCount())


def _import_cupy(purpose: Purpose) -> Any:
    try:
        import cupy
    except ImportError as error:
        if error.name == "cupy":
            raise BackendUnavailable(
                f"{purpose.subject}CuPy is not installed; install it with {INSTALL}, or {purpose.instead}"
            ) from error
        raise BackendUnavailable(
            f"{purpose.subject}CuPy is installed but cannot be imported: {error}. Install the version that fits the "
            f"driver with {INSTALL}, or {purpose.instead}"
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
        return str(error).removeprefix(TRAINING.subject)
    return None


def driver_present() -> bool:
    """Return whether the driver's library can be loaded."""
    try:
        ctypes.CDLL("libcuda.so.1")
    except OSError:
        return False
    return True
