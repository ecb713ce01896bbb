"""``python -m bench.walk``: compile the block's kernel and walk through one tile, clock by clock. No GPU is needed.

It needs CuPy, NVRTC (pip install nvidia-cuda-nvrtc) and NVIDIA's disassembler (pip install nvidia-cuda-nvdisasm).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import click

from bench.helpers.gpu_steps.build import kernel_of
from bench.helpers.gpu_steps.programs import find_program
from bench.helpers.gpu_steps.trials import KINDS
from bench.helpers.record import Settings, show
from bench.helpers.sass import disassemble, walk_step
from fastw2v import cuda_device as cuda
from fastw2v.backends.cuda.kernels import Kernel
from fastw2v.native.cuda_text import source

CUPYS = ("-ftz=true",)  # what CuPy adds
STAGES = {
    "skipgram": ("open", "gather", "scores", "updates"),
    "cbow": ("open", "gather", "hidden", "scores", "updates"),
}
TILE_TOKENS = 32
CLOCK_GHZ = 1.9  # of an H200


def compiled(kernel: Kernel, architecture: int) -> tuple[bytes, str]:
    """Return a kernel's machine code, and what the assembler said."""
    from cupy.cuda import nvrtc

    program = nvrtc.createProgram(source(kernel.files), "kernel.cu", (), ())
    options = (*cuda.compiler_options(kernel.files, kernel.defines), *CUPYS, f"-arch=sm_{architecture}")
    nvrtc.compileProgram(program, (*options, "--ptxas-options=-v"))
    return nvrtc.getCUBIN(program) + b"\0", nvrtc.getProgramLog(program)  # CuPy's binding drops the last byte


def measure(program: str, size: int, kind: str, architecture: int) -> dict[str, Any]:
    """Return registers, memory, bytes of code and clocks by stage of a tile of the default shape."""
    device = cuda.Device(None, 0, "any", architecture, 132, 227 << 10, 228 << 10)
    kernel = kernel_of(device, size, kind, TILE_TOKENS, tile_warps=4)
    cubin, log = compiled(kernel, architecture)
    floats = kernel.defines["FW_K"]
    slices = -(-(floats // 16) // 4)  # of 16 columns, for the warp that has most
    trips = {"LDG": -(-floats // 128), "REDG": slices, "STS": slices, "HMMA": floats // 32}
    walk = walk_step(disassemble(program, cubin), trips)
    told = re.search(r"(\d+) bytes spill stores.*?Used (\d+) registers", log, re.DOTALL)
    assert told is not None, log
    row = {"kernel": kernel.name, "architecture": kind, "size": size, "tile_tokens": TILE_TOKENS}
    row |= {"registers": int(told[2]), "spilled": int(told[1]), "shared_bytes": kernel.shared_bytes}
    row |= {"code_bytes": walk.code_bytes, "instructions": walk.instructions, "clocks": sum(walk.stages)}
    stages = dict(zip(STAGES[kind], walk.stages, strict=False))  # what follows the last barrier is a few clocks
    return {**row, **stages, "microseconds": sum(walk.stages) / CLOCK_GHZ / 1e3}


@click.command()
@click.option("--results", type=click.Path(path_type=Path), default=Settings.results, help="Folder for the JSON file.")
@click.option("--architecture", default=90, show_default=True, help="Compute capability times ten.")
def main(results: Path, architecture: int) -> None:
    """Walk through one tile of skip-gram and of CBOW, for vectors of 100 and of 300 numbers."""
    program = find_program("nvdisasm")
    if program is None:
        raise SystemExit("bench.walk: nvdisasm is not on PATH; pip install nvidia-cuda-nvdisasm")
    rows = [measure(program, size, kind, architecture) for size in (100, 300) for kind in KINDS]
    numbers = dict.fromkeys(("registers", "spilled", "shared_bytes", "code_bytes", "instructions"), ",")
    stages = dict.fromkeys(("open", "gather", "hidden", "scores", "updates", "clocks"), ",")
    show("One tile of 32 tokens", rows, {"architecture": "", "size": ""} | numbers | stages | {"microseconds": ".1f"})
    about = f"sm_{architecture}; nothing was run"
    Settings(results=results).write("walk", rows, command="python -m bench.walk", about=about)


if __name__ == "__main__":
    main()
