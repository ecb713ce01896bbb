"""What a type checker makes of the package: a user's script under ``mypy --strict``, and stubs that tell the truth."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

import fastw2v
from fastw2v import parameters
from fastw2v.evaluate.analogies import PROTOCOLS, ProtocolName

pytest.importorskip("mypy", reason="mypy (of the extra `test`) checks the types")

PACKAGE = Path(fastw2v.__file__).parent
HERE = Path(__file__).parent
SCRIPT = HERE / "uses.py"


def mypy(*arguments, cwd, module="mypy"):
    """Run mypy where it finds the package that the tests import, installed or not."""
    path = os.pathsep.join(filter(None, [str(PACKAGE.parent), os.environ.get("PYTHONPATH")]))
    environment = {**os.environ, "PYTHONPATH": path, "MYPY_FORCE_COLOR": "0", "COLUMNS": "1000"}
    command = [sys.executable, "-m", module, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=environment)


def in_short(revealed):
    """NumPy's own names for its types differ from release to release."""
    name = re.sub(r"numpy\.floating\[[\w.]*_(\d+)Bit\]", r"float\1", revealed)
    name = re.sub(r"numpy\.signedinteger\[[\w.]*_(\d+)Bit\]", r"int\1", name)
    name = re.sub(
        r"numpy\.ndarray\[(?:Any|tuple\[[^\]]*\]), numpy\.dtype\[(?:numpy\.)?([^\]]*)\]\]", r"NDArray[\1]", name
    )
    return re.sub(r"\b(?:typing|builtins)\.", "", name)


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """Line -> what mypy says of it, with no settings but ``--strict``: ``is: TYPE`` or ``error: CODE``."""
    folder = tmp_path_factory.mktemp("mypy")
    (folder / SCRIPT.name).write_text(SCRIPT.read_text(encoding="utf-8"), encoding="utf-8")
    options = ("--strict", "--config-file=", "--show-error-codes", "--no-pretty", "--cache-dir=cache")
    done = mypy(*options, SCRIPT.name, cwd=folder)
    said = {}
    for line in done.stdout.splitlines():
        if revealed := re.fullmatch(r'uses\.py:(\d+): note: Revealed type is "(.*)"', line):
            said[int(revealed[1])] = f"is: {in_short(revealed[2])}"
        elif error := re.fullmatch(r"(.*):(\d+): error: .*\[([\w-]+)\]", line):
            assert error[1] == SCRIPT.name, line
            said[int(error[2])] = f"error: {error[3]}"
    assert said, done.stdout + done.stderr
    return said


@pytest.mark.slow
def test_a_strict_check_finds_the_true_types_and_the_mistakes_and_nothing_else(found):
    lines = SCRIPT.read_text(encoding="utf-8").splitlines()
    expected = {
        number: comment[1]
        for number, line in enumerate(lines, 1)
        if (comment := re.search(r"  # ((?:is|error): .+)$", line))
    }
    assert len(expected) > 50
    assert found == expected


def test_the_script_uses_every_public_name():
    text = SCRIPT.read_text(encoding="utf-8")
    assert [name for name in fastw2v.__all__ if not re.search(rf"\b{name}\b", text.partition("\nsentences =")[2])] == []


def test_numpy_types_are_shortened_whatever_its_release_calls_them():
    newer = "numpy.ndarray[tuple[Any, ...], numpy.dtype[numpy.floating[numpy._typing._nbit_base._32Bit]]] | None"
    older = "numpy.ndarray[Any, numpy.dtype[numpy.signedinteger[numpy._typing._64Bit]]]"
    named = "list[numpy.ndarray[tuple[Any, ...], numpy.dtype[numpy.float64]]]"
    assert in_short(newer) == "NDArray[float32] | None"
    assert in_short(older) == "NDArray[int64]"
    assert in_short(named) == "list[NDArray[float64]]"


@pytest.mark.parametrize(
    ("name", "choices"),
    [
        ("architecture", parameters.Architecture),
        ("cbow_gradient", parameters.CbowGradient),
        ("negative_sharing", parameters.NegativeSharing),
        ("device", parameters.Device),
        ("errors", parameters.Errors),
        ("weighting", parameters.Weighting),
    ],
)
def test_the_names_that_a_checker_offers_are_those_that_the_rules_allow(name, choices):
    for choice in get_args(choices):
        parameters.check(name, choice)
    assert parameters.RULES[name].allowed == "one of " + ", ".join(map(repr, get_args(choices)))


def test_the_protocols_that_a_checker_offers_are_all_of_them():
    assert get_args(ProtocolName) == tuple(PROTOCOLS)


# --- the stubs -------------------------------------------------------------------------------------------------------


def stubbed():
    """The modules that have a stub."""
    names = [".".join(["fastw2v", *path.relative_to(PACKAGE).with_suffix("").parts]) for path in PACKAGE.rglob("*.pyi")]
    return {name.removesuffix(".__init__") for name in names}


def stubtest(cwd, *options):
    settings = HERE.parent.parent / "pyproject.toml"  # for the packages that have no types
    return mypy("fastw2v", "--mypy-config-file", settings, *options, cwd=cwd, module="mypy.stubtest")


@pytest.mark.slow
def test_the_stubs_agree_with_what_runs(tmp_path):
    done = stubtest(tmp_path, "--allowlist", HERE / "stubtest_allowlist.txt", "--ignore-unused-allowlist")
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_stub_is_excused():
    lines = (HERE / "stubtest_allowlist.txt").read_text(encoding="utf-8").splitlines()
    excused = [re.compile(line) for line in lines if line and not line.startswith("#")]
    assert len(stubbed()) >= 8
    for module in stubbed():
        assert not [pattern.pattern for pattern in excused if pattern.fullmatch(f"{module}.some_name")], module
