"""Every CUDA kernel compiles for every architecture, and keeps its numbers in registers. No GPU is needed."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import re
from importlib import metadata
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from fastw2v import EncodedCorpus
from fastw2v import cuda_device as cuda
from fastw2v.backends.cuda import kernels
from fastw2v.planning import plan
from fastw2v.planning.training_parameters import TrainingParameters
from fastw2v.vectors import gpu_index

cupy = pytest.importorskip("cupy", reason="CuPy is not installed: no CUDA kernel was compiled")
nvrtc = cupy.cuda.nvrtc

CUPYS = ("-ftz=true", "--device-as-default-execution-space")  # what CuPy adds
LOUD = ("--ptxas-options=-v",)
ARCHITECTURES = [75, 80, 86, 90, 100, 120]


def compiler_version():
    try:
        return nvrtc.getVersion()
    except Exception as error:  # of a class that CuPy may move
        pytest.skip(f"NVRTC is not installed: no CUDA kernel was compiled ({error})")


def nvrtc_packages():
    """The exact versions of what may compile here: its own version number has two parts only."""
    found = [one for one in metadata.distributions() if (one.name or "").startswith("nvidia-cuda-nvrtc")]
    return sorted(f"{one.name} {one.version}" for one in found)


@pytest.fixture
def compile_log(cuda_shim_folder):
    """``compile_log(text, architecture, options)``: what NVRTC and the assembler say.

    It is kept from run to run, under a name made from all that it depends on.
    """

    def compiled(text, architecture, options=()):
        version = compiler_version()
        if architecture >= 100 and version < (12, 8):
            pytest.skip(f"NVRTC {version[0]}.{version[1]} does not know sm_{architecture}")
        options = (*CUPYS, f"-arch=sm_{architecture}", *LOUD, *options)
        key = "\n".join([text, *options, str(version), *nvrtc_packages()])
        kept = Path(cuda_shim_folder) / f"{hashlib.sha256(key.encode()).hexdigest()[:20]}.log"
        if not kept.exists():
            program = nvrtc.createProgram(text, "kernel.cu", (), ())
            try:
                nvrtc.compileProgram(program, options)
            except nvrtc.NVRTCError as error:
                raise AssertionError(nvrtc.getProgramLog(program)) from error
            partial = kept.with_suffix(f".{os.getpid()}")
            partial.write_text(nvrtc.getProgramLog(program))
            partial.replace(kept)
        return kept.read_text()

    return compiled


@pytest.fixture
def ptx_of():
    """``ptx_of(text, architecture, options)``: the intermediate code that NVRTC makes of a text."""

    def compiled(text, architecture, options):
        compiler_version()
        program = nvrtc.createProgram(text, "kernel.cu", (), ())
        nvrtc.compileProgram(program, (*options, *CUPYS, f"-arch=compute_{architecture}"))
        return nvrtc.getPTX(program).decode()

    return compiled


def spills(log):
    """Kernel -> bytes that it spills, and its registers."""
    found = re.findall(
        r"Compiling entry function '(\w+)'.*?(\d+) bytes spill stores, (\d+) bytes spill loads.*?Used (\d+) registers",
        log,
        re.DOTALL,
    )
    return {name: (int(stores) + int(loads), int(registers)) for name, stores, loads, registers in found}


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_kernels_of_any_shape_compile_without_spills(compile_log, architecture):
    for files, names in (
        (cuda.GENERAL, {"fw_train"}),
        (cuda.COMPACT, {"fw_compact"}),
        (gpu_index.FILES, {"fw_score_rows", "fw_select_rows"}),
    ):
        found = spills(compile_log(cuda.source(files), architecture, cuda.compiler_options(files, {})))
        assert found.keys() == names
        assert {name: spilled for name, (spilled, _) in found.items() if spilled} == {}


# (vector size, window, negative, tile, architecture): the usual ones on every device ...
USUAL = [(300, 5, 5, 32, "skipgram"), (100, 5, 5, 16, "cbow")]
# ... and those that fill registers and shared memory on one of each kind.
LARGE = {
    (64, 5, 30, 32, "skipgram"): 100,
    (100, 16, 20, 32, "skipgram"): 90,
    (100, 10, 15, 32, "skipgram"): 80,
    (300, 16, 30, 32, "cbow"): 86,
    (1024, 24, 9, 16, "skipgram"): 90,
}
TENSOR_CASES = [(shape, number) for shape in USUAL for number in ARCHITECTURES if number >= 80] + list(LARGE.items())


@pytest.mark.parametrize("tile_warps", [1, None], ids=["one warp", "four where there is room"])
@pytest.mark.parametrize(("shape", "architecture"), TENSOR_CASES)
def test_the_tensor_kernels_compile_without_spills(compile_log, architecture, shape, tile_warps):
    size, window, negative, tile, kind = shape
    made = small_plan(window, negative, tile, kind)
    device = cuda.Device(None, 0, "any", architecture, 100, 227 << 10, 228 << 10)
    kernel = kernels.choose_kernel(device, made, size, "bfloat16", tile_warps)
    options = cuda.compiler_options(kernel.files, kernel.defines)
    found = spills(compile_log(cuda.source(kernel.files), architecture, options))
    assert found["fw_train"][0] == 0


def test_the_learning_rate_is_rounded_as_in_python(ptx_of):
    """A fused multiply-add would round it otherwise. Without ``.rn`` the assembler may make one of two operations."""

    def may_be_fused(options):
        return re.findall(r"fma\.rn\.f64|(?:mul|add|sub)\.f64", ptx_of(cuda.source(cuda.COMPACT), 90, options))

    assert may_be_fused(cuda.compiler_options(cuda.COMPACT, {})) == []
    assert may_be_fused(cuda.OPTIONS) != []


def test_lanes_wait_before_they_overwrite_what_others_have_loaded(ptx_of):
    """The updates of CBOW put gradients in place of hidden rows. Products wait for all lanes, but order no memory."""
    shape = kernels.tensor_shape(small_plan(5, 5, 32, "cbow"), 100)
    kernel = kernels.block_kernel(shape)
    alone = 'extern "C" __global__ void alone(const fw_job *job) { FW_SHARED(fw_shared, s); fw_updates(job, s); }'
    text = cuda.source(kernel.files[:-1]) + alone
    done = re.findall(
        r"ldmatrix|st\.shared|bar\.warp\.sync", ptx_of(text, 90, cuda.compiler_options((), kernel.defines))
    )
    assert "st.shared" in done
    changes = [pair for pair in pairwise(done) if "st.shared" in pair and pair != ("st.shared", "st.shared")]
    assert {word for pair in changes for word in pair} == {"st.shared", "bar.warp.sync"}


def small_plan(window, negative, tile, kind):
    corpus = EncodedCorpus.from_ids(np.arange(60).reshape(2, 30) % 7, [str(i) for i in range(7)])
    params = TrainingParameters(window=window, negative=negative, architecture=kind, sample=0).checked()
    return dataclasses.replace(plan.make_plan(corpus, params, 1), tile_tokens=tile)


def test_a_kernel_that_spills_would_be_noticed(compile_log):
    """So that the tests above can fail."""
    text = """extern "C" __global__ void __launch_bounds__(1024, 2) spilling(float *p) {
        float x[200];
        #pragma unroll
        for (int i = 0; i < 200; i++) x[i] = p[i];
        __syncthreads();
        #pragma unroll
        for (int i = 0; i < 200; i++) p[(int)x[i]] = x[199 - i];
    }"""
    assert spills(compile_log(text, 80))["spilling"][0] > 0


def test_an_error_in_a_kernel_would_be_noticed(compile_log):
    with pytest.raises(AssertionError, match="undefined"):
        compile_log("__global__ void k() { undefined(); }", 80)
