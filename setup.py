"""Builds the Cython extensions; everything else about the package is in pyproject.toml.

Each instruction set has a C file of its own, compiled with that set's flags; which one runs is chosen at run time
(native/cpu/fw_kernel.c), so one wheel serves every machine of its architecture. Never -march=native, never -ffast-math.
"""

import os
import platform
import sys
from pathlib import Path

from Cython.Build import cythonize
from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

NATIVE = Path("fastw2v/native")

SOURCES = {
    "_sampler": [],
    "_train": [
        "cpu/fw_kernel.c",
        "cpu/fw_kernel_portable.c",
        "cpu/fw_kernel_avx2.c",
        "cpu/fw_kernel_avx512.c",
        "cpu/fw_threads.c",
    ],
    "corpus._text_scanner": ["text/fw_ids.c", "text/fw_table.c", "text/fw_text.c"],
    "corpus._token_scanner": ["text/fw_ids.c"],
    "formats._rows": ["rows/fw_parse.c"],
}

COMMON_FLAGS = ["-O3", "-std=gnu11", "-Wall", "-Wextra", "-fno-math-errno", "-fno-trapping-math", "-pthread"]
X86_FLAGS = {
    "fw_kernel_avx2.c": ["-mavx2", "-mfma", "-mbmi2"],
    "fw_kernel_avx512.c": [
        *("-mavx512f", "-mavx512bw", "-mavx512dq", "-mavx512vl", "-mavx2", "-mfma", "-mbmi2"),
        "-mprefer-vector-width=512",
    ],
}
# What Cython generates is not ours to tidy; warnings stay on for every C file of ours.
GENERATED_FLAGS = ["-Wno-unused-function", "-Wno-sign-compare", "-Wno-unused-parameter", "-Wno-unused-variable"]


class BuildWithInstructionSets(build_ext):
    """``build_ext`` that adds each C file's own flags to the common ones."""

    def build_extensions(self) -> None:
        compile_one = self.compiler._compile
        x86 = platform.machine().lower() in {"x86_64", "amd64"} and "arm64" not in os.environ.get("ARCHFLAGS", "")

        def compile_with_own_flags(obj, src, ext, cc_args, extra_postargs, pp_opts):
            path = Path(src)
            own = X86_FLAGS.get(path.name, []) if x86 else []
            if NATIVE not in path.parents:
                own = GENERATED_FLAGS
            compile_one(obj, src, ext, cc_args, [*extra_postargs, *own], pp_opts)

        self.compiler._compile = compile_with_own_flags
        super().build_extensions()


def pyx(name: str) -> str:
    return f"fastw2v/{name.replace('.', '/')}.pyx"


def extensions() -> list[Extension]:
    headers = sorted(str(path) for path in NATIVE.rglob("*.h"))
    sanitize = os.environ.get("FASTW2V_SANITIZE")
    extra = [f"-fsanitize={sanitize}", "-g", "-fno-omit-frame-pointer"] if sanitize else []
    return [
        Extension(
            f"fastw2v.{name}",
            [pyx(name), *(str(NATIVE / source) for source in sources)],
            include_dirs=[str(NATIVE)],
            depends=headers,
            extra_compile_args=[*COMMON_FLAGS, *extra],
            extra_link_args=["-pthread", *(["-lm"] if sys.platform != "darwin" else []), *extra],
        )
        for name, sources in SOURCES.items()
    ]


setup(
    ext_modules=cythonize(
        extensions(),
        build_dir="build/cython",
        compiler_directives={
            "language_level": 3,
            "boundscheck": False,
            "wraparound": False,
            "cdivision": True,
            "initializedcheck": False,
            "freethreading_compatible": True,
        },
    ),
    cmdclass={"build_ext": BuildWithInstructionSets},
)
