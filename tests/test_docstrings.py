"""Everything public says what it is, and every example in a docstring runs and prints what it shows."""

import ast
import doctest
import importlib
import inspect
import re
from pathlib import Path

import numpy as np
import pytest

import fastw2v

PACKAGE = Path(fastw2v.__file__).parent
MODULES = {
    ".".join(["fastw2v", *path.relative_to(PACKAGE).with_suffix("").parts]).removesuffix(".__init__"): path
    for path in sorted(PACKAGE.rglob("*.py"))
    if path.name != "__main__.py"
}
NEEDS_DEVICE = {"fastw2v.gpu"}


def public_without_docstring(tree, prefix=""):
    """Dotted names of the public classes, functions and methods of a syntax tree that say nothing about themselves."""
    missing = [] if prefix or not tree.body or ast.get_docstring(tree) else ["the module"]
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            accessor = any(
                isinstance(d, ast.Attribute) and d.attr in {"setter", "deleter"} for d in node.decorator_list
            )
            overload = any("overload" in ast.unparse(d) for d in node.decorator_list)
            if not ast.get_docstring(node) and not accessor and not overload:
                missing.append(prefix + node.name)
            if isinstance(node, ast.ClassDef):
                missing += public_without_docstring(node, f"{prefix}{node.name}.")
    return missing


@pytest.mark.parametrize("name", MODULES)
def test_everything_public_has_a_docstring(name):
    assert public_without_docstring(ast.parse(MODULES[name].read_text(encoding="utf-8"))) == []


def test_what_the_compiled_modules_offer_has_a_docstring():
    for path in PACKAGE.rglob("*.pyx"):
        module = importlib.import_module(".".join(["fastw2v", *path.relative_to(PACKAGE).with_suffix("").parts]))
        assert module.__doc__, path.name
        functions = {name: value for name, value in vars(module).items() if type(value).__name__.startswith("cython")}
        offered = {name for name in functions if not name.startswith("_")}
        assert [name for name in sorted(offered) if not functions[name].__doc__] == [], path.name


def test_the_search_for_missing_docstrings_finds_them():
    tree = ast.parse("class A:\n    def f(self): pass\n    def _g(self): pass\ndef h():\n    'said'\n")
    assert public_without_docstring(tree) == ["the module", "A", "A.f"]


def test_every_public_name_of_the_package_exists():
    for name in fastw2v.__all__:
        assert getattr(fastw2v, name) is not None
    assert set(dir(fastw2v)) >= set(fastw2v.__all__)
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = fastw2v.no_such_name


@pytest.mark.filterwarnings("error:sample=.* drops")  # what is copied from them should train
@pytest.mark.parametrize("name", MODULES)
def test_the_examples_run(name, tmp_path, harvest_folder, monkeypatch):
    if name in NEEDS_DEVICE:
        pytest.importorskip("cupy", reason="the examples of this module run on a GPU")
    monkeypatch.chdir(tmp_path)  # examples may write files
    monkeypatch.setenv("FASTW2V_CACHE", str(harvest_folder))
    module = importlib.import_module(name)
    options = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    result = doctest.testmod(module, extraglobs={"np": np}, optionflags=options)
    assert result.failed == 0


def test_the_main_classes_show_an_example():
    silent = []
    for name in fastw2v.__all__:
        value = getattr(fastw2v, name)
        if callable(value) and ">>>" not in (value.__doc__ or ""):
            silent.append(name)
    assert silent == []


def test_the_table_of_parameters_is_true():
    text = (Path(__file__).parent.parent / "docs" / "parameters.md").read_text(encoding="utf-8")
    section = text.partition("## All parameters")[2].partition("\n## ")[0]
    told = {
        name: ast.literal_eval(default.strip("` ")) for name, default in re.findall(r"\| `(\w+)` \|(.*?)\|", section)
    }
    parameters = inspect.signature(fastw2v.Word2Vec).parameters.values()
    assert told == {parameter.name: parameter.default for parameter in parameters}
