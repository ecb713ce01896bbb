"""Facts about the project that several files state: each of them once, or everywhere alike."""

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import fastw2v

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))

pytestmark = pytest.mark.skipif(not WORKFLOWS, reason="the files of the project are not beside the tests")


def text(name):
    return (ROOT / name).read_text(encoding="utf-8")


def pyproject():
    tomllib = pytest.importorskip("tomllib", reason="tomllib comes with Python 3.11")
    return tomllib.loads(text("pyproject.toml"))


def jobs(workflow):
    """``{name: text}`` of the jobs of a workflow, read without a YAML parser: their names are indented by two."""
    parts = re.split(r"^  ([\w-]+):$", workflow.partition("\njobs:\n")[2], flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


# --- version, Python versions ----------------------------------------------------------------------------------------


def test_the_version_is_stated_in_the_package_alone():
    settings = pyproject()
    assert "version" not in settings["project"]
    assert "version" in settings["project"]["dynamic"]
    assert settings["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "fastw2v.__version__"}


def test_the_version_can_be_read_without_importing_the_package():
    """Setuptools looks for a literal, and would import the package, which cannot be built yet, for anything else."""
    source = Path(fastw2v.__file__).read_text(encoding="utf-8")
    literals = [
        ast.literal_eval(node.value)
        for node in ast.parse(source).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__version__"
    ]
    assert literals == [fastw2v.__version__]


def test_the_citation_has_the_version():
    assert re.findall(r"^version: (.+)$", text("CITATION.cff"), re.MULTILINE) == [fastw2v.__version__]


def test_python_versions_are_the_same_everywhere():
    project, tools = pyproject()["project"], pyproject()["tool"]
    prefix = "Programming Language :: Python :: "
    classified = [line.removeprefix(prefix) for line in project["classifiers"] if re.match(rf"{prefix}3\.\d+$", line)]
    assert project["requires-python"] == f">={classified[0]}"
    wheels = [re.sub(r"cp3(\d+)-\*", r"3.\1", name) for name in tools["cibuildwheel"]["build"] if "t-" not in name]
    assert wheels == classified
    for name in ("test.yml", "wheels.yml"):
        lists = re.findall(r"python: (\[.+\])$", text(f".github/workflows/{name}"), re.MULTILINE)
        assert [ast.literal_eval(found) for found in lists] == [classified], name


# --- linters ---------------------------------------------------------------------------------------------------------


def test_linters_have_one_list_of_versions():
    pinned = dict(line.split("==") for line in pyproject()["project"]["optional-dependencies"]["lint"])
    hooks = text(".pre-commit-config.yaml")
    assert set(re.findall(r"language: (\w+)", hooks)) == {"system"}
    assert not re.search(r"additional_dependencies|rev:", hooks)
    lint = text("Makefile").partition("\nlint:")[2].partition("\n\n")[0]
    for tool in pinned.keys() - {"pre-commit"}:
        assert re.search(rf"entry: .*\b{tool}\b", hooks), tool
        assert re.search(rf"[/ ]{tool}\b", lint), tool


def test_pre_commit_and_make_lint_format_the_same_c_files():
    folders = re.search(r"^C_FOLDERS := (.+)$", text("Makefile"), re.MULTILINE)[1].split()
    pattern = re.search(r"files: (\^\(fastw2v/native.+)$", text(".pre-commit-config.yaml"), re.MULTILINE)[1]
    tracked = [path for top in ("fastw2v", "bench", "tests") for path in (ROOT / top).rglob("*")]
    names = [path.relative_to(ROOT).as_posix() for path in tracked if path.suffix in {".c", ".h", ".cu"}]
    assert names
    for name in names:
        assert any(name.startswith(f"{folder}/") for folder in folders), name
        assert re.search(pattern, name), name


# --- make ------------------------------------------------------------------------------------------------------------


def test_the_bench_of_the_gpu_installs_one_cupy_and_no_more_than_it_needs():
    """The tests' own is for CUDA 13: it cannot use a driver of CUDA 12."""
    extras = pyproject()["project"]["optional-dependencies"]
    rule = text("Makefile").partition("\n$(STAMPS)/bench-gpu-cuda$(CUDA):")[2].partition("\n\n")[0]
    assert re.findall(r"\$\(INSTALL\) (.+)", rule) == ["'.[bench-gpu,cuda$(CUDA)]'"]
    assert "STAMPS)/test" not in rule
    assert {"cuda12", "cuda13"} <= extras.keys()
    assert [one for one in extras["bench-gpu"] if "cupy" in one] == []


@pytest.mark.skipif(shutil.which("make") is None or sys.platform != "linux", reason="needs GNU make with --eval")
@pytest.mark.parametrize("by", ["environment", "command line"])
def test_recipes_that_change_the_folder_find_the_data_all_the_same(by, tmp_path):
    (tmp_path / "the data").mkdir()
    given = "../the data"
    (tmp_path / "inside").mkdir()
    named, more = ({"FASTW2V_DATA": given}, []) if by == "environment" else ({}, [f"FASTW2V_DATA={given}"])
    done = subprocess.run(
        ["make", "-s", "-f", ROOT / "Makefile", "--eval", "shown: ; @echo $$FASTW2V_DATA", "shown", *more],
        cwd=tmp_path / "inside",
        env={**os.environ, **named},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == str((tmp_path / "the data").resolve())


# --- workflows -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_every_job_has_a_time_limit_and_no_more_rights_than_it_needs(workflow):
    source = workflow.read_text(encoding="utf-8")
    assert "\npermissions:\n  contents: read\n" in source
    assert "\nconcurrency:\n" in source
    found = jobs(source)
    assert found
    assert [name for name, job in found.items() if "timeout-minutes:" not in job] == []
    assert [name for name, job in found.items() if "permissions:" in job] == (["publish"] if "publish" in found else [])


def test_only_tested_files_are_published():
    found = jobs(text(".github/workflows/wheels.yml"))
    needs = re.search(r"needs: \[(.+)\]", found["publish"])[1].split(", ")
    assert set(needs) == found.keys() - {"publish"}


def test_a_change_of_any_compiled_file_builds_the_wheels():
    filters = text(".github/workflows/wheels.yml").partition("paths:")[2].partition("workflow_dispatch")[0]
    patterns = [line.strip("- \"'") for line in filters.splitlines() if line.strip().startswith("- ")]
    package = Path(fastw2v.__file__).parent
    compiled = [path for path in package.rglob("*") if path.suffix in {".pyx", ".pxd", ".c", ".h", ".cu"}]
    assert compiled
    for path in [*compiled, package / "__init__.py"]:
        name = (Path("fastw2v") / path.relative_to(package)).as_posix()
        assert any(matches(pattern, name) for pattern in patterns), name


def matches(pattern, name):
    """Whether a filter of GitHub's, in which ``**/`` means any number of folders, names a file."""
    parts = re.split(r"(\*\*/|\*\*|\*)", pattern)
    rules = {"**/": "(.*/)?", "**": ".*", "*": "[^/]*"}
    return re.fullmatch("".join(rules.get(part, re.escape(part)) for part in parts), name) is not None


def test_filters_are_read_as_github_reads_them():
    assert matches("fastw2v/**/*.pyx", "fastw2v/_train.pyx")
    assert matches("fastw2v/**/*.pyx", "fastw2v/corpus/_scanner.pyx")
    assert matches("fastw2v/native/**", "fastw2v/native/cpu/fw_kernel.c")
    assert not matches("fastw2v/*.pyx", "fastw2v/corpus/_scanner.pyx")


def test_kernels_for_x86_are_built_where_that_is_the_target():
    tree = ast.parse(text("setup.py"))
    tree.body = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "is_for_x86_64"]
    found = {"re": re}
    exec(compile(tree, "setup.py", "exec"), found)
    for machine, archflags, expected in (
        ("x86_64", "", True),
        ("AMD64", "", True),
        ("aarch64", "", False),
        ("arm64", "-arch x86_64", True),
        ("x86_64", "-arch arm64", False),
        ("x86_64", "-arch arm64 -arch x86_64", False),
    ):
        assert found["is_for_x86_64"](machine, archflags) is expected, (machine, archflags)


def test_the_installing_jobs_remove_nothing_that_tests_read():
    """The benchmarks read the compiler's flags from setup.py."""
    removed = re.findall(r"run: rm -rf (.+)$", text(".github/workflows/wheels.yml"), re.MULTILINE)
    assert removed
    assert set(removed) == {"fastw2v"}


# --- README ----------------------------------------------------------------------------------------------------------


def test_pictures_of_the_readme_stand_alone():
    """A package index cannot show them: setup.py leaves out such lines, and the text does without them."""
    readme = text("README.md")
    assert "<img" not in readme
    lines = [line for line in readme.splitlines() if "![" in line]
    assert [line for line in lines if not re.fullmatch(r"!\[[^\]]+\]\([^)]+\)", line)] == []
    before = [readme.splitlines()[readme.splitlines().index(line) - 2] for line in lines]
    assert [line for line in before if line.endswith(":")] == []
