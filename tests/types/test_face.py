"""The public names: found late, listed, with the types that the stubs give them; and ``python -m fastw2v``."""

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import fastw2v

PACKAGE = Path(fastw2v.__file__).parent
MODULE_NAMES = {"ann", "compat", "datasets", "errors", "evaluate", "formats", "layers", "tokenizers"}


def run(*arguments):
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, cwd=PACKAGE.parent)


def homes_in(stub):
    """Public name -> the module that a stub takes it from, and the name that it has there."""
    homes = {}
    for node in ast.parse(stub.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom):
            homes.update({alias.asname: (node.module, alias.name) for alias in node.names})
    return homes


def test_the_stub_takes_each_name_from_where_it_really_comes():
    late = {name: (f"fastw2v.{home}", name) for name, home in fastw2v._HOME.items()}
    late |= {name: ("fastw2v", name) for name in fastw2v._MODULES}
    assert homes_in(PACKAGE / "__init__.pyi") == late


@pytest.mark.parametrize("face", ["__init__.pyi", "compat/__init__.pyi", "corpus/__init__.pyi"])
def test_a_stub_lists_the_names_that_the_face_lists(face):
    module = importlib.import_module(f"fastw2v/{face}".removesuffix("/__init__.pyi").replace("/", "."))
    lists = [
        ast.literal_eval(node.value)
        for node in ast.parse((PACKAGE / face).read_text(encoding="utf-8")).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
    ]
    assert [sorted(names) for names in lists] == [sorted(module.__all__)]


@pytest.mark.parametrize("name", fastw2v.__all__)
def test_each_name_is_there_after_a_plain_import(name):
    """In a process of its own: here, another test may have imported the module that the name stands for."""
    done = run("-c", f"import fastw2v; assert fastw2v.{name} is not None")
    assert (done.returncode, done.stderr) == (0, "")


def test_public_modules_are_modules_under_their_public_names():
    assert set(fastw2v._MODULES) == MODULE_NAMES
    for name in fastw2v._MODULES:
        assert getattr(fastw2v, name) is sys.modules[f"fastw2v.{name}"]
    assert fastw2v.ann.ApproximateIndex.__module__ == "fastw2v.vectors.approximate"


def test_a_star_brings_every_public_name():
    names = {}
    exec("from fastw2v import *", names)
    assert names.keys() >= set(fastw2v.__all__)


def test_completion_shows_every_public_name_before_any_is_used():
    done = run("-c", "import fastw2v; print(*dir(fastw2v)); print(*dir(fastw2v.compat))")
    first, second = done.stdout.splitlines()
    assert first.split() == sorted(fastw2v.__all__)
    assert second.split() == ["gensim"]


def test_the_face_of_gensim_is_reached_as_an_attribute_and_imported_no_earlier():
    code = (
        "import sys, fastw2v\n"
        "import fastw2v.compat\n"
        "assert not {'numpy', 'gensim', 'fastw2v.compat.gensim'} & set(sys.modules)\n"
        "assert fastw2v.compat.gensim.Word2Vec.__module__ == 'fastw2v.compat.gensim'\n"
        "assert 'gensim' not in sys.modules\n"
    )
    done = run("-c", code)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("module", ["fastw2v", "fastw2v.compat"])
def test_an_unknown_name_is_an_attribute_error_that_names_the_module(module):
    with pytest.raises(AttributeError, match=f"module '{module}' has no attribute 'no_such_name'"):
        _ = importlib.import_module(module).no_such_name


# --- __all__: in faces and public modules, nowhere else; an underscore says that a name is private --------------------

PUBLIC_MODULES = {"errors.py", "tokenizers.py", "compat/gensim.py"}
HANDS_ON = {"estimators/scikit_learn.py", "ann.py"}  # the names of another module


def listed(tree):
    """What ``__all__`` holds; None where there is none."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return [element.value for element in node.value.elts if isinstance(element, ast.Constant)]
    return None


def imported(tree):
    return [alias.name for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names]


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_faces_and_public_modules_list_their_names_and_no_others_do(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names, module = listed(tree), path.relative_to(PACKAGE).as_posix()
    if module in {"__init__.py", "compat/__init__.py", "corpus/__init__.py"}:  # these import late
        assert names
    elif path.name == "__init__.py" or module in HANDS_ON:
        assert sorted(names or []) == sorted(imported(tree))
    elif module in PUBLIC_MODULES:
        classes = [node for node in tree.body if isinstance(node, ast.ClassDef) and not node.name.startswith("_")]
        internal = {node.name for node in classes if "ScannerSignal" in {node.name, *map(ast.unparse, node.bases)}}
        assert set(names) >= {node.name for node in classes} - internal
        assert not set(names) & internal
    else:
        assert names is None


def test_the_package_runs_as_a_module():
    done = run("-m", "fastw2v", "--version")
    assert (done.returncode, done.stderr) == (0, "")
    assert fastw2v.__version__ in done.stdout


def test_the_package_run_as_a_module_says_how_a_wrong_command_ended():
    done = run("-m", "fastw2v", "no-such-command")
    assert done.returncode == 2
    assert "no-such-command" in done.stderr
