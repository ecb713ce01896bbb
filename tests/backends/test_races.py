"""ThreadSanitizer watches threads train: the rows are shared on purpose, and nothing else may be without protection.

Python would have to be built for it as well, so the C code runs in a program of its own, races/harness.c. What
the kernels do is exempt, being all rows; the cursor, the statistics and the beginning and end of threads are not.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from pathlib import Path

import pytest

import fastw2v

NATIVE = Path(fastw2v.__file__).parent / "native"
HARNESS = Path(__file__).parent / "races" / "harness.c"
SANITIZER = "-fsanitize=thread"
SETS = {
    "fw_kernel": ["-DFW_X86_KERNELS"],
    "fw_kernel_avx2": ["-march=x86-64-v3"],
    "fw_kernel_avx512": ["-march=x86-64-v4"],
    "fw_kernel_amx": ["-march=x86-64-v4"],
}
COMPILER = os.environ.get("CC", "cc").split()[0]
PLAIN = {**os.environ, "LD_PRELOAD": "", "TSAN_OPTIONS": ""}  # the tests may run under other sanitizers
RACE_FOUND = 66  # the exit code of ThreadSanitizer


def compile_c(*arguments):
    command = [COMPILER, "-g", "-O1", "-std=gnu11", SANITIZER, f"-I{NATIVE}", *map(str, arguments)]
    subprocess.run(command, check=True, env=PLAIN)


def run(program):
    # Without randomised addresses, since with many random bits they may lie where the sanitizer has its own memory.
    fixed = [] if shutil.which("setarch") is None else ["setarch", "-R"]
    return subprocess.run([*fixed, program], capture_output=True, text=True, timeout=120, check=False, env=PLAIN)


@pytest.fixture(scope="module")
def objects(tmp_path_factory):
    """The package's C code for training, compiled with the sanitizer."""
    folder = tmp_path_factory.mktemp("races")
    if shutil.which(COMPILER) is None:
        pytest.skip(f"no C compiler {COMPILER}")
    empty = folder / "empty.c"
    empty.write_text("int main(void) { return 0; }\n")
    try:
        compile_c(empty, "-o", folder / "empty")
    except subprocess.CalledProcessError:
        pytest.skip(f"{COMPILER} has no ThreadSanitizer here")
    if run(folder / "empty").returncode:
        pytest.skip("ThreadSanitizer does not run on this system")
    x86 = platform.machine() in {"x86_64", "AMD64"}
    sets = SETS if x86 else {}
    sources = {"fw_kernel", "fw_threads", "fw_kernel_portable", *sets}
    for name in sources:
        compile_c(*sets.get(name, []), "-c", NATIVE / "cpu" / f"{name}.c", "-o", folder / f"{name}.o")
    return [folder / f"{name}.o" for name in sources]


@pytest.mark.fault("races between threads")
def test_nothing_but_the_rows_is_shared_without_protection(objects, tmp_path):
    compile_c(HARNESS, *objects, "-pthread", "-lm", "-o", tmp_path / "harness")
    done = run(tmp_path / "harness")
    assert (done.returncode, done.stderr) == (0, "")
    assert {"portable skipgram: 40 chunks", "portable cbow: 40 chunks"} <= set(done.stdout.splitlines())


@pytest.mark.fault("races between threads")
def test_a_planted_race_is_found(objects, tmp_path):
    compile_c("-DPLANTED", HARNESS, *objects, "-pthread", "-lm", "-o", tmp_path / "harness")
    done = run(tmp_path / "harness")
    assert done.returncode == RACE_FOUND
    assert "data race" in done.stderr
    assert "train_chunks" in done.stderr
