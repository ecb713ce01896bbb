"""The tests mirror the package: a folder for each wing, a file for a module, a conftest.py only for what is shared."""

import ast
from pathlib import Path

import pytest

import fastw2v

TESTS = Path(__file__).parent
PACKAGE = Path(fastw2v.__file__).parent
# The folders that mirror no wing: the benchmarks, the installed files, and the types that users' checkers see.
BESIDE = {"bench", "packaging", "types"}
# What tests compile and run: a program in C, and a GPU made of the host.
MATERIAL = {"backends/races", "backends/cuda/shim"}


def folders():
    """The folders that hold files, as paths from here."""
    found = {path.parent.relative_to(TESTS).as_posix() for path in TESTS.rglob("*.*") if path.suffix != ".pyc"}
    return found - {"."}


def wings():
    """The folders of the package that hold Python modules, as paths from the package."""
    return {path.parent.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("__init__.py")} - {".", "native"}


def test_each_folder_of_tests_is_named_after_a_wing():
    assert folders() - MATERIAL - BESIDE == wings()


def test_a_test_file_stands_in_the_folder_of_the_module_that_it_is_named_after():
    """Or in a folder above it. Other names are free."""
    modules = {}
    for path in [*PACKAGE.rglob("*.py"), *PACKAGE.rglob("*.pyx")]:
        modules.setdefault(path.stem.removeprefix("_"), set()).add(path.parent.relative_to(PACKAGE).as_posix())
    for path in TESTS.rglob("test_*.py"):
        folder = path.parent.relative_to(TESTS).as_posix()
        homes = modules.get(path.stem.removeprefix("test_"))
        near = homes is None or any(home == folder or home.startswith(f"{folder}/") for home in homes)
        assert near or folder in BESIDE, f"{path}: the module is in {homes}"


@pytest.mark.parametrize("path", sorted(TESTS.rglob("conftest.py")), ids=lambda path: path.parent.name)
def test_a_conftest_hands_out_fixtures(path):
    """An empty one would be noise."""
    functions = [node for node in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(node, ast.FunctionDef)]
    assert any("fixture" in ast.unparse(decorator) for node in functions for decorator in node.decorator_list)


def test_the_files_that_are_run_first_exist(longest_files):
    assert [name for name in longest_files if not (TESTS / name).is_file()] == []


def top_level_functions(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {ast.unparse(node) for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_no_helper_is_written_in_two_files():
    """Two lines may stand twice; what is longer is a fixture of the nearest conftest.py."""
    found = {}
    for path in TESTS.rglob("*.py"):
        for text in top_level_functions(path):
            found.setdefault(text, []).append(path)
    assert {text: paths for text, paths in found.items() if len(paths) > 1 and text.count("\n") > 2} == {}
