"""Every CUDA kernel compiles for every architecture, and keeps its numbers in registers. No GPU is needed."""

from __future__ import annotations

import re

import pytest

from fastw2v import cuda

cupy = pytest.importorskip("cupy", reason="CuPy is not installed: no CUDA kernel was compiled")
nvrtc = cupy.cuda.nvrtc

ARCHITECTURES = [75, 80, 86, 90, 100, 120]


def compiler_version():
    try:
        return nvrtc.getVersion()
    except Exception as error:  # of a class that CuPy may move
        pytest.skip(f"NVRTC is not installed: no CUDA kernel was compiled ({error})")


def compile_log(text, architecture, options=()):
    """What NVRTC and the assembler say."""
    major, minor = compiler_version()
    if architecture >= 100 and (major, minor) < (12, 8):
        pytest.skip(f"NVRTC {major}.{minor} does not know sm_{architecture}")
    program = nvrtc.createProgram(text, "kernel.cu", (), ())
    try:
        nvrtc.compileProgram(program, (*cuda.OPTIONS, f"-arch=sm_{architecture}", "--ptxas-options=-v", *options))
    except nvrtc.NVRTCError as error:
        raise AssertionError(nvrtc.getProgramLog(program)) from error
    return nvrtc.getProgramLog(program)


def spills(log):
    """Kernel -> bytes that it spills, and its registers."""
    found = re.findall(
        r"Compiling entry function '(\w+)'.*?(\d+) bytes spill stores, (\d+) bytes spill loads.*?Used (\d+) registers",
        log,
        re.DOTALL,
    )
    return {name: (int(stores) + int(loads), int(registers)) for name, stores, loads, registers in found}


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_the_general_kernel_compiles_without_spills(architecture):
    found = spills(compile_log(cuda.source(cuda.GENERAL), architecture))
    assert found.keys() == {"fw_compact", "fw_train"}
    assert {name: spilled for name, (spilled, _) in found.items() if spilled} == {}


def test_a_kernel_that_spills_would_be_noticed():
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


def test_an_error_in_a_kernel_would_be_noticed():
    with pytest.raises(AssertionError, match="undefined"):
        compile_log("__global__ void k() { undefined(); }", 80)
