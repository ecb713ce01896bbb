"""The benchmarks' own house: commands stand on helpers, and nothing leads back."""

import ast
from pathlib import Path

import pytest

BENCH = Path(__file__).resolve().parents[2] / "bench"
pytestmark = pytest.mark.skipif(not BENCH.is_dir(), reason="the benchmarks are not beside the tests")


def imported(path):
    """The modules of `bench` that a file imports, late ones and those for types included."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "bench":
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
    return {name for name in found if (BENCH.parent / name.replace(".", "/")).with_suffix(".py").exists()}


def test_commands_import_helpers_and_no_other_command():
    for path in sorted(BENCH.glob("*.py")):
        if path.name != "__main__.py":  # which lists the commands
            assert {name for name in imported(path) if not name.startswith("bench.helpers.")} == set(), path.name


def test_helpers_import_no_command_and_nothing_in_a_circle():
    edges = {f"bench.helpers.{path.stem}": imported(path) for path in (BENCH / "helpers").glob("*.py")}
    assert len(edges) > 5
    while edges:
        free = {name for name, others in edges.items() if not others & edges.keys() - {name}}
        assert free, f"a circle among {sorted(edges)}"
        assert all(other.startswith("bench.helpers.") for name in free for other in edges[name])
        edges = {name: others for name, others in edges.items() if name not in free}
