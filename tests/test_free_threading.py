"""Python without the GIL: importing leaves it off, and no module keeps what several threads would change at once."""

import ast
import sys
import sysconfig
from importlib import import_module
from pathlib import Path

import pytest

import fastw2v

PACKAGE = Path(fastw2v.__file__).parent
COMPILED = [
    ".".join([*path.relative_to(PACKAGE).parts[:-1], path.name.partition(".")[0]])
    for path in sorted(PACKAGE.rglob("*"))
    if path.suffix in {".so", ".pyd"}
]
CHANGING = {"append", "add", "clear", "discard", "extend", "insert", "pop", "popitem", "remove", "setdefault", "update"}


def changed_globals(path):
    """The names of a module that its functions assign to, or change in place."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    own = {
        target.id
        for node in tree.body
        if isinstance(node, (ast.Assign, ast.AnnAssign))
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    }
    for function in (node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))):
        local = {arg.arg for arg in ast.walk(function) if isinstance(arg, ast.arg)}
        local |= {
            node.id for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        }
        for node in ast.walk(function):
            if isinstance(node, ast.Global):
                yield from node.names
            held = None
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CHANGING:
                held = node.func.value
            elif isinstance(node, ast.Subscript) and isinstance(node.ctx, (ast.Store, ast.Del)):
                held = node.value
            if isinstance(held, ast.Name) and held.id in own - local:
                yield held.id


@pytest.mark.fault("Python without the GIL")
def test_no_module_keeps_what_several_threads_would_change():
    found = {f"{path.relative_to(PACKAGE)}: {name}" for path in PACKAGE.rglob("*.py") for name in changed_globals(path)}
    assert found == set()


def test_what_changes_a_module_is_seen(tmp_path):
    (tmp_path / "m.py").write_text(
        "a, kept = [], {}\nd = {}\ne = set()\nn = 0\n"
        "def f(d):\n    global n\n    d['x'] = 1\n    e.add(1)\n    return kept['x']\n"
        "def g():\n    d['x'] = 1\n"
    )
    assert sorted(changed_globals(tmp_path / "m.py")) == ["d", "e", "n"]


def test_every_compiled_module_is_known():
    assert {"_train", "corpus._text_scanner", "training._wire"} <= set(COMPILED)


@pytest.mark.fault("Python without the GIL")
def test_importing_leaves_the_gil_off():
    if not sysconfig.get_config_var("Py_GIL_DISABLED"):
        pytest.skip("this Python has a GIL")
    for name in COMPILED:
        import_module(f"fastw2v.{name}")
    assert not sys._is_gil_enabled()
