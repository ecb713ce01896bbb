"""What is published: a source distribution, and a wheel built from it, both complete, and the wheel at work.

Both are built once, from a copy of the source tree, in the environment of the tests: about a minute.
"""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from importlib.metadata import distributions
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "fastw2v"
FOLDERS = ("fastw2v", "tests", "bench", "examples", "docs", ".ci", ".github")
# The suffixes of files that belong in both: code, types, C and CUDA sources, and the parts of a page.
SOURCES = {".py", ".pyx", ".pxd", ".pyi", ".c", ".h", ".cu", ".html", ".css", ".js"}


def reason_not_to_build():
    """Why nothing can be built here, or an empty string."""
    if not PACKAGE.is_dir():
        return "the package's source is not beside the tests"
    installed = {distribution.name.lower() for distribution in distributions()}
    if missing := sorted({"build", "cython", "pip", "setuptools"} - installed):
        return f"needs the packages {', '.join(missing)}"
    if shutil.which(os.environ.get("CC", "cc").split()[0]) is None:
        return "no C compiler"
    if os.environ.get("FASTW2V_SANITIZE"):
        return "what is published is not built with sanitizers"
    return ""


# Other systems' compilers are called with warnings that we do not know.
STRICT = sys.platform == "linux"

pytestmark = pytest.mark.skipif(bool(reason_not_to_build()), reason=reason_not_to_build())


def run(*command, cwd, **environment):
    """The output of a command; the tests' own PYTHONPATH would bring in the source tree."""
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**inherited, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """A copy of the source tree as it looks after some work: what was built, a compiled module and bytecode lie about.

    What Cython generated is as old as its sources, so that it is not generated again for the source distribution.
    """

    copy = tmp_path_factory.mktemp("source") / "fastw2v"
    copy.mkdir()
    for path in filter(Path.is_file, ROOT.iterdir()):
        shutil.copy(path, copy)
    for folder in FOLDERS:
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("*.so", "__pycache__"))
    if (ROOT / "build" / "cython").exists():
        shutil.copytree(ROOT / "build" / "cython", copy / "build" / "cython")
    (copy / "fastw2v" / "formats" / "_old.cpython-310-x86_64-linux-gnu.so").write_bytes(b"old")
    (copy / "fastw2v" / "__pycache__").mkdir()
    (copy / "fastw2v" / "__pycache__" / "api.cpython-310.pyc").write_bytes(b"old")
    return copy


@pytest.fixture(scope="module")
def compiler(tmp_path_factory):
    """The C compiler as a script, which leaves C files that Cython generated as slow as they are written.

    To optimise them takes most of the time of a build, and here nobody looks at their warnings or at their speed.
    """
    script = tmp_path_factory.mktemp("compiler") / "cc"
    command = os.environ.get("CC") or sysconfig.get_config_var("CC")
    script.write_text(f'#!/bin/sh\ncase "$*" in *" -c build/cython/"*) set -- "$@" -O0 ;; esac\nexec {command} "$@"\n')
    script.chmod(0o755)
    return script


@pytest.fixture(scope="module")
def built(source, compiler, tmp_path_factory):
    """``(source distribution, wheel, what the build printed)``; the wheel is built from the unpacked distribution."""
    folder = tmp_path_factory.mktemp("dist")
    # From elsewhere: the source tree has a folder named build.
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, source]
    output = run(*command, cwd=folder, CC=str(compiler), FASTW2V_WERROR=str(int(STRICT)))
    (sdist,) = folder.glob("*.tar.gz")
    (wheel,) = folder.glob("*.whl")
    return sdist, wheel, output


@pytest.fixture(scope="module")
def sdist_files(built):
    """Paths in the source distribution, below its one top folder."""
    with tarfile.open(built[0]) as file:
        paths = [PurePosixPath(member.name) for member in file.getmembers() if member.isfile()]
    assert len({path.parts[0] for path in paths}) == 1
    return {str(PurePosixPath(*path.parts[1:])) for path in paths}


@pytest.fixture(scope="module")
def wheel_files(built):
    with zipfile.ZipFile(built[1]) as file:
        return set(file.namelist())


@pytest.fixture(scope="module")
def python(built, tmp_path_factory):
    """The interpreter of a fresh environment with the wheel; the dependencies are those of the tests."""
    home = tmp_path_factory.mktemp("installed") / "venv"
    venv.create(home, symlinks=True)
    python = home / "bin" / "python"
    run(sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--no-index", built[1], cwd=home)
    (packages,) = home.glob("lib/python*/site-packages")
    # Searched after the environment's own folder, so that the wheel comes first.
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return python


def package_sources():
    """Paths of the package's files, relative to the root of the repository."""
    return {path.relative_to(ROOT).as_posix() for path in PACKAGE.rglob("*") if path.suffix in {*SOURCES, ".typed"}}


def test_the_source_tree_is_seen():
    """So that the tests below can fail."""
    assert {PurePosixPath(path).suffix for path in package_sources()} == {*SOURCES, ".typed"}


def test_the_source_distribution_holds_what_building_and_testing_need(sdist_files):
    assert package_sources() - sdist_files == set()
    tests = {path.relative_to(ROOT).as_posix() for path in (ROOT / "tests").rglob("*") if path.suffix in SOURCES}
    assert tests - sdist_files == set()
    wanted = {"LICENSE", "README.md", "CHANGELOG.md", "SECURITY.md", "CITATION.cff", "Makefile", "setup.py"}
    assert wanted | {"pyproject.toml", "bench/kernels/ladder.h", "examples/sentiment.py"} <= sdist_files


def test_the_description_for_a_package_index_is_the_readme_without_links_to_files(built):
    with zipfile.ZipFile(built[1]) as file:
        (name,) = (name for name in file.namelist() if name.endswith(".dist-info/METADATA"))
        description = file.read(name).decode().partition("\n\n")[2]
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "](docs/" in readme, "so that this test can fail"
    assert [target for target in re.findall(r"\]\(([^)]+)\)", description) if not target.startswith("https://")] == []
    assert re.search(r"^!\[", readme, re.M), "so that this test can fail"
    without_pictures = re.sub(r"^!\[.*\n", "", readme, flags=re.M)
    assert re.sub(r"\W", "", re.sub(r"\]\([^)]+\)", "]", without_pictures)) == re.sub(r"\W", "", description)


def test_the_source_distribution_holds_nothing_that_was_generated(sdist_files):
    generated = {
        path for path in sdist_files if path.endswith((".so", ".pyd", ".o", ".pyc")) or path.startswith("build/")
    }
    assert generated == set()
    assert not {path for path in sdist_files if (ROOT / path).with_suffix(".pyx").exists() and path.endswith(".c")}


def test_the_wheel_holds_the_whole_package(wheel_files):
    assert package_sources() - wheel_files == set()
    suffix = sysconfig.get_config_var("EXT_SUFFIX")
    modules = {path.removesuffix(".pyx") + suffix for path in package_sources() if path.endswith(".pyx")}
    assert {path for path in wheel_files if path.endswith((".so", ".pyd"))} == modules
    assert [path for path in wheel_files if path.endswith(".dist-info/licenses/LICENSE")]


def test_the_wheel_holds_nothing_else(wheel_files):
    assert {PurePosixPath(path).parts[0].partition("-")[0] for path in wheel_files} == {"fastw2v"}
    others = {path for path in wheel_files if path.startswith("fastw2v/")} - package_sources()
    assert {path for path in others if not path.endswith((".so", ".pyd"))} == set()


@pytest.mark.skipif(not STRICT, reason="warnings are errors under Linux only")
def test_warnings_are_errors_in_our_own_c_files_and_not_in_generated_ones(built):
    compiled = [line.split() for line in built[2].splitlines() if " -c " in line and ".c " in line]
    strict = {Path(words[words.index("-c") + 1]).name: "-Werror" in words for words in compiled}
    assert {
        "fw_kernel.c": True,
        "fw_kernel_avx2.c": True,
        "fw_text.c": True,
        "_train.c": False,
    }.items() <= strict.items()


def test_the_version_is_the_one_that_the_package_states(built, python, tmp_path):
    stated = run(python, "-c", "import fastw2v; print(fastw2v.__version__)", cwd=tmp_path).strip()
    installed = "import importlib.metadata as m; print(m.version('fastw2v'))"
    assert run(python, "-c", installed, cwd=tmp_path).strip() == stated
    assert built[0].name == f"fastw2v-{stated}.tar.gz"
    assert built[1].name.startswith(f"fastw2v-{stated}-")


def test_the_installed_wheel_trains(python, tmp_path):
    """From the command line and as a library, in a folder without the source."""
    (tmp_path / "corpus.txt").write_text("the cat sat on the mat\nthe dog sat on the log\n" * 50)
    found = run(python, "-c", "import fastw2v; print(fastw2v.__file__)", cwd=tmp_path).strip()
    assert Path(found).is_relative_to(python.parent.parent)

    settings = ["--vector-size", "8", "--epochs", "1", "--device", "cpu", "--seed", "1", "--sample", "0"]
    files = ["corpus.txt", "--output", "vectors.safetensors"]
    run(python, "-m", "fastw2v", "train", *files, *settings, cwd=tmp_path)
    code = (
        "from fastw2v import Word2Vec, load\n"
        "vectors = load('vectors.safetensors')\n"
        "model = Word2Vec('corpus.txt', vector_size=8, epochs=1, random_state=1, device='cpu', sample=0).fit()\n"
        "print(*sorted(model.vectors_))\n"
        "print(*sorted(vectors), vectors['cat'].shape[0])\n"
    )
    words = ["cat", "dog", "log", "mat", "on", "sat", "the"]
    trained, loaded = run(python, "-c", code, cwd=tmp_path).splitlines()
    assert trained.split() == words
    assert loaded.split() == [*words, "8"]
