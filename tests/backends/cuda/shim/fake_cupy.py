"""A stand-in for CuPy: device memory is the host's, and kernels run through shim.h, lane by lane.

`make` gives the modules to put into ``sys.modules``. It holds what fastw2v.gpu uses and nothing else, it takes kernel
arguments as the driver does (one pointer each, sizes compared with the kernel's own), and it counts allocations.
"""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import re
import subprocess
import tempfile
import threading
import types
from functools import cache
from importlib import machinery, resources
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
FLAGS = ("-std=c++17", "-O1", "-shared", "-fPIC", "-Wno-unknown-pragmas")
ONE_AFTER_ANOTHER = threading.Lock()  # as in the stream of a device, and there is one set of fibres
FAULTS = {1: "a collective was not reached by all lanes", 2: "an address was not aligned"}


class CUDARuntimeError(RuntimeError):
    """As CuPy's class of this name."""


class CUDADriverError(RuntimeError):
    """As CuPy's class of this name."""


class Memory:
    """Device memory: how much there is, and how much of it is taken."""

    def __init__(self, total):
        self.total, self.taken, self.allocations = total, 0, 0
        self.current = 0  # the device of the calling thread; the memory is that of device 0

    def check(self):
        assert self.current == 0, "another device is current"

    def take(self, array):
        self.check()
        self.taken += array.nbytes
        self.allocations += 1
        assert self.taken <= self.total, "more was allocated than was free"
        return DeviceArray(array, self)


class DeviceArray:
    """An array that only its own methods may read and write."""

    def __init__(self, array, memory):
        self._array, self._memory = array, memory
        self.data = types.SimpleNamespace(ptr=array.ctypes.data)
        self.shape, self.dtype, self.nbytes = array.shape, array.dtype, array.nbytes

    def get(self):
        self._memory.check()
        return self._array.copy()

    def set(self, values, stream=None):
        self._memory.check()
        assert values.shape == self.shape, (values.shape, self.shape)
        assert values.dtype == self.dtype, (values.dtype, self.dtype)
        assert values.flags.c_contiguous
        self._array[...] = values

    def __getitem__(self, key):
        return DeviceArray(self._array[key], self._memory)

    def __len__(self):
        return len(self._array)


class Kernel:
    """A compiled kernel."""

    def __init__(self, library, name, memory):
        self._memory = memory
        self._launch, sizes = getattr(library, f"shim_launch_{name}"), getattr(library, f"shim_sizes_{name}")
        found = (ctypes.c_int * 64)()
        self.name, self.sizes = name, [found[i] for i in range(sizes(found))]
        self.max_dynamic_shared_size_bytes, self.preferred_shared_memory_carveout = 48 << 10, -1
        self.launches = []

    def __call__(self, grid, block, args, *, shared_mem=0):
        self._memory.check()
        assert block[0] % 32 == 0
        assert shared_mem <= self.max_dynamic_shared_size_bytes
        values = [
            np.uint64(value.data.ptr)
            if isinstance(value, DeviceArray)
            else np.int64(value)
            if type(value) is int
            else value
            for value in args
        ]
        assert [value.itemsize for value in values] == self.sizes, f"{self.name}: arguments of other sizes than its own"
        for value in values:  # CuPy takes an array of the host for one structure, passed by value
            assert not isinstance(value, np.ndarray) or value.size == 1, f"{self.name}: an array of the host"
        held = [np.array(value) for value in values]
        pointers = (ctypes.c_void_p * len(held))(*(value.ctypes.data for value in held))
        self.launches.append((grid[0], block[0]))
        with ONE_AFTER_ANOTHER:
            fault = self._launch(grid[0], block[0], ctypes.c_size_t(shared_mem), pointers)
        if fault:
            raise RuntimeError(f"{self.name}: {FAULTS[fault]}")


def unwritten(shape, dtype):
    """An array that holds NaNs, or -1: nobody may count on zeros."""
    array = np.empty(shape, dtype)
    array.reshape(-1).view(np.uint8)[...] = 0xFF
    return array


def layout_exports(text):
    """Functions that give offset and size of each field of the structures that Python fills or reads."""
    made = ["#include <cstddef>"]
    for name, fields in re.findall(r"struct (fw_settings|fw_job|fw_step|fw_sums) \{(.*?)\}", text, re.DOTALL):
        fields = re.sub(r"/\*.*?\*/", "", fields, flags=re.DOTALL)
        names = re.findall(r"\*?(\w+)\s*[,;]", fields)
        offsets = "".join(
            f"*to++ = offsetof({name}, {field}); *to++ = sizeof((({name} *)nullptr)->{field});" for field in names
        )
        made.append(f'extern "C" size_t shim_{name}(size_t *to) {{ {offsets} return sizeof({name}); }}')
        made.append(f'extern "C" const char *shim_{name}_names() {{ return "{" ".join(names)}"; }}')
    return "\n".join(made)


def read_layout(library, name):
    """Field -> (offset, size), and the size of the whole."""
    names = getattr(library, f"shim_{name}_names")
    names.restype = ctypes.c_char_p
    fields = names().decode().split()
    numbers = (ctypes.c_size_t * (2 * len(fields)))()
    size = getattr(library, f"shim_{name}")(numbers)
    return dict(zip(fields, zip(numbers[::2], numbers[1::2], strict=True), strict=True)), size


@cache
def compiler():
    """Which g++ this is, on which machine."""
    return subprocess.run(["g++", "-v"], capture_output=True, text=True, check=True).stderr


def compile_for_host(text, defines, folder):
    """Compile a kernel's text with the shim around it; kept in ``folder`` under a name made from the text."""
    kernels = re.findall(r'extern "C" __global__[^(]*\([^)]*\)\s*(\w+)\(', text)
    ops = resources.files("fastw2v.native").joinpath("cuda", "fw_gpu_ops.h").read_text()
    assert ops in text
    body = text.replace(ops, (HERE / "ops.h").read_text())
    exported = "".join(
        f'extern "C" int shim_launch_{name}(unsigned grid, unsigned block, size_t shared, void **arguments) '
        f"{{ return shim::launch({name}, grid, block, shared, arguments); }}\n"
        f'extern "C" int shim_sizes_{name}(int *bytes) {{ return shim::sizes({name}, bytes); }}\n'
        for name in kernels
    )
    layout = layout_exports(text)
    whole = "\n".join([(HERE / "shim.h").read_text().replace("#pragma once", ""), body, exported, layout])
    name = hashlib.sha256("\n".join([whole, compiler(), *FLAGS, *defines]).encode()).hexdigest()[:20]
    library = Path(folder) / f"{name}.so"
    if not library.exists():
        with tempfile.TemporaryDirectory(dir=folder) as partial:
            file, made = Path(partial) / "kernel.cpp", Path(partial) / "kernel.so"
            file.write_text(whole)
            done = subprocess.run(
                ["g++", *FLAGS, *defines, "-o", made, file], capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stderr[:4000]
            made.replace(library)
    return ctypes.CDLL(str(library))


def make(folder, *, capability=(9, 0), free=1 << 30, devices=1):
    """The modules of a CuPy that sees such a device: name -> module, for ``sys.modules``."""
    memory = Memory(free)
    modules = {}

    def compiled(code, options=()):
        defines = tuple(option for option in options if option.startswith("-D"))
        library = compile_for_host(code, defines, folder)
        cupy.compiled.append((code, options))
        for name in re.findall(r"struct (fw_settings|fw_job|fw_step|fw_sums) \{", code):
            cupy.layouts[name], cupy.sizes[name] = read_layout(library, name)
        kernels = {}
        return types.SimpleNamespace(get_function=lambda name: kernels.setdefault(name, Kernel(library, name, memory)))

    class Stream(contextlib.AbstractContextManager):
        def __init__(self, non_blocking=False):
            self.non_blocking = non_blocking

        def __exit__(self, *error):
            return None

        def wait_event(self, event):
            assert event.recorded

        def synchronize(self):
            pass

    class Event:
        recorded = False

        def record(self, stream=None):
            self.recorded = True

        def synchronize(self):
            assert self.recorded

    class Device(contextlib.AbstractContextManager):
        def __init__(self, number=0):
            self.id = number

        def __enter__(self):
            self.before, memory.current = memory.current, self.id
            return self

        def __exit__(self, *error):
            memory.current = self.before

        def synchronize(self):
            pass

    properties = {
        "name": b"Stand-in",
        "major": capability[0],
        "minor": capability[1],
        "multiProcessorCount": 4,
        "sharedMemPerBlockOptin": 227 << 10,
        "sharedMemPerMultiprocessor": 228 << 10,
    }
    runtime = types.SimpleNamespace(
        CUDARuntimeError=CUDARuntimeError,
        getDeviceCount=lambda: devices,
        getDevice=lambda: 0,
        setDevice=lambda number: None,
        getDeviceProperties=lambda number: dict(properties),
        memGetInfo=lambda: (memory.total - memory.taken, memory.total),
    )
    cuda = types.SimpleNamespace(
        Device=Device,
        Event=Event,
        Stream=Stream,
        get_current_stream=Stream,
        get_elapsed_time=lambda begun, done: 1.0,
        set_allocator=lambda allocator: None,
        driver=types.SimpleNamespace(CUDADriverError=CUDADriverError),
        nvrtc=types.SimpleNamespace(getVersion=lambda: (13, 0)),
        runtime=runtime,
    )
    cupy = types.ModuleType("cupy")
    cupy.__version__ = "0"
    cupy.__spec__ = machinery.ModuleSpec("cupy", None)
    cupy.cuda, cupy.memory, cupy.compiled, cupy.RawModule = cuda, memory, [], compiled
    cupy.ndarray = DeviceArray
    cupy.layouts, cupy.sizes = {}, {}
    cupy.offset_of = lambda struct, field: cupy.layouts[struct][field]
    cupy.asarray = lambda array: memory.take(np.array(array, order="C"))
    cupy.zeros = lambda shape, dtype: memory.take(np.zeros(shape, dtype))
    cupy.empty = lambda shape, dtype: memory.take(unwritten(shape, dtype))
    cupy.get_default_memory_pool = lambda: types.SimpleNamespace(free_bytes=lambda: 0)
    cupyx = types.ModuleType("cupyx")
    cupyx.empty_pinned = lambda shape, dtype: np.empty(shape, dtype)
    modules["cupy"], modules["cupyx"] = cupy, cupyx
    return modules
