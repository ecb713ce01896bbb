"""The plan of the house, held: who imports whom, what is imported only when used, how long a file may be."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import fastw2v

PACKAGE = Path(fastw2v.__file__).parent
MODULES = {
    ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted([*PACKAGE.rglob("*.py"), *PACKAGE.rglob("*.pyx")])
}

# Slow to import, optional, or both: only inside the functions that use them.
ON_DEMAND = {
    *("click", "cupy", "cupyx", "datasets", "gensim", "matplotlib", "mpi4py", "pandas", "plotly", "polars", "pooch"),
    *("pyarrow", "rich", "scipy", "sklearn", "zstandard"),
}
# Except where they are what the file is made of: an estimator has scikit-learn's classes as its bases, a command is
# written as click's decorators. Nothing imports these files before they are asked for.
MADE_OF = {
    **{name: {"sklearn", "scipy"} for name in ("api", "documents")},
    "bags": {"scipy"},
    **{name: {"click"} for name in ("cli", "demo", "training_run")},
}

# Who may know whom: nothing leads from a file back to one that stands further left, by whatever way.
CHAINS = [
    ["cli", "api", "fit", "backends", "_train", "plan"],
    ["cli", "api", "fit", "backends", "reference", "plan"],
    ["cli", "api", "fit", "backends", "gpu", "plan"],
    ["cli", "api", "corpus", "vocab"],
    ["cli", "fit", "corpus"],
    ["cli", "api", "formats", "vectors"],
    # DocVectorizer trains a Word2Vec where it is given no vectors; what both count with stands below both.
    ["documents", "api", "bags", "vectors"],
    ["cli", "api", "bags"],
    ["cli", "api", "layers", "errors"],
    ["cli", "api", "fit", "machine", "errors"],
]
BACKENDS = {"_train", "reference", "gpu"}
# Asked, inside a function, which instruction sets it was compiled for: `machine.show_config`.
UPWARD = {("machine", "_train")}


def top_level(module):
    """``formats.binary`` belongs to ``formats``."""
    return module.partition(".")[0]


def is_for_types_only(node):
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def syntax_tree(path):
    """The tree of a Python file; of a Cython file, that of its imports alone, each at its depth."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return ast.parse(text)
    lines = [line for line in text.splitlines() if re.match(r"\s*(from\s+\S+\s+)?c?import\s", line)]
    assert not [line for line in lines if line.rstrip().endswith("(")], f"{path}: one import a line, to be read here"
    lines = [line.replace("cimport", "import") for line in lines if not re.match(r"\s*from (libc|cpython)\b", line)]
    return ast.parse("\n".join(f"def f():\n{line}" if line[0].isspace() else line for line in lines))


def imports(path, *, whole):
    """The dotted names a file imports: all of them, or only those that run when the file is imported."""
    names = set()

    def visit(node):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parts = ["fastw2v", *path.relative_to(PACKAGE).parts]
            base = ".".join(parts[: -node.level]) if node.level else ""
            source = ".".join(filter(None, [base, node.module]))
            # `from fastw2v import errors` imports a module, `from fastw2v.corpus import encode` an object of one.
            names.update(f"{source}.{alias.name}" if source == "fastw2v" else source for alias in node.names)
        elif whole and isinstance(node, ast.Constant) and re.fullmatch(r"fastw2v(\.\w+)+", str(node.value)):
            names.add(node.value)  # for import_module
        for child in ast.iter_child_nodes(node):
            if is_for_types_only(child) or (not whole and isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)):
                continue
            visit(child)

    visit(syntax_tree(path))
    return names


def own(names):
    """Of imported names, the top-level files of this package (``fastw2v`` alone: its version, no file)."""
    found = {top_level(name.removeprefix("fastw2v.")) for name in names if name.startswith("fastw2v.")}
    return {name for name in found if (PACKAGE / name).is_dir() or any(PACKAGE.glob(f"{name}.*"))}


def graph(*, whole):
    """Top-level file -> the other top-level files that it imports."""
    edges = {}
    for module, path in MODULES.items():
        home = top_level(module)
        if home != "__init__":
            edges.setdefault(home, set()).update(own(imports(path, whole=whole)) - {home})
    if whole:
        edges = {home: {other for other in others if (home, other) not in UPWARD} for home, others in edges.items()}
    return edges


def reachable(edges, start):
    """All that a file imports, and what those import."""
    found, waiting = set(), [start]
    while waiting:
        new = edges.get(waiting.pop(), set()) - found
        found |= new
        waiting += new
    return found


@pytest.mark.parametrize("chain", CHAINS, ids=" -> ".join)
def test_nothing_knows_what_is_built_on_it(chain):
    edges = graph(whole=True)
    for place, name in enumerate(chain):
        assert not reachable(edges, name) & set(chain[:place]), f"{name} must not lead to {chain[:place]}"


def test_the_chains_name_files_that_exist():
    there = {top_level(module) for module in MODULES}
    assert {name for chain in CHAINS for name in chain} - there <= {"gpu"}, "renamed? then its rule holds nothing"


def test_there_are_no_circles_even_through_imports_inside_functions():
    edges = graph(whole=True)

    def circle(path):
        for other in sorted(edges.get(path[-1], ())):
            if other in path:
                return [*path[path.index(other) :], other]
            if found := circle([*path, other]):
                return found
        return None

    assert [found for home in edges if (found := circle([home]))] == []


def test_backends_know_neither_the_estimator_nor_the_loop_nor_each_other():
    edges = graph(whole=True)
    for backend in sorted(BACKENDS & edges.keys()):
        assert not edges[backend] & ({"api", "fit", "backends"} | BACKENDS), backend


def test_backends_are_imported_only_when_one_is_chosen():
    edges = graph(whole=False)
    assert not {home for home, others in edges.items() if others & BACKENDS}


@pytest.mark.parametrize("module", MODULES)
def test_heavy_packages_are_imported_only_where_they_are_used(module):
    foreign = {top_level(name) for name in imports(MODULES[module], whole=False)}
    assert not (foreign & ON_DEMAND) - MADE_OF.get(module, set())


def test_the_reading_of_imports_sees_what_it_should(tmp_path, monkeypatch):
    """So that the tests above can fail."""
    monkeypatch.setitem(globals(), "PACKAGE", tmp_path)
    (tmp_path / "part").mkdir()
    path = tmp_path / "part" / "file.py"
    path.write_text(
        "import a.b\nfrom c.d import e\nfrom fastw2v import errors\nfrom . import near\nfrom ..up import thing\n"
        "try:\n    import tried\nexcept ImportError:\n    pass\n"
        "class C:\n    import inside\n    def f(self):\n        import late\n"
        "if TYPE_CHECKING:\n    import types_only\nLATER = {'cpu': 'fastw2v._train'}\n"
    )
    at_once = {"a.b", "c.d", "fastw2v.errors", "fastw2v.part", "fastw2v.up", "tried", "inside"}
    assert imports(path, whole=False) == at_once
    assert imports(path, whole=True) == at_once | {"late", "fastw2v._train"}


def test_the_reading_of_cython_imports_sees_what_it_should(tmp_path, monkeypatch):
    monkeypatch.setitem(globals(), "PACKAGE", tmp_path)
    path = tmp_path / "_file.pyx"
    path.write_text(
        "from libc.stdint cimport int64_t\nimport numpy as np\nfrom fastw2v._other cimport (a, b)\n"
        "cdef int f(int64_t x) nogil:\n    return x\ndef g():\n    from fastw2v.errors import CorpusError\n"
    )
    assert imports(path, whole=False) == {"numpy", "fastw2v._other"}
    assert imports(path, whole=True) == {"numpy", "fastw2v._other", "fastw2v.errors"}


# --- what importing does ---------------------------------------------------------------------------------------------


def run(code, cwd):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=cwd)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@pytest.fixture
def folder():
    """Where a subprocess finds the same package as the tests do: its ``sys.path`` starts with this folder."""
    return PACKAGE.parent


def test_importing_the_package_imports_almost_nothing(folder):
    loaded = set(run("import sys, fastw2v; print(*sys.modules)", folder))
    assert not {top_level(name) for name in loaded} & (ON_DEMAND | {"numpy", "safetensors"})
    assert {name for name in loaded if name.startswith("fastw2v.")} == set()


COMMAND_LINE = pytest.mark.skipif("cli" not in MODULES, reason="the package has no command line")


@COMMAND_LINE
def test_the_command_line_and_training_never_import_scikit_learn(folder, tmp_path):
    (tmp_path / "corpus.txt").write_text("the cat sat on the mat\nthe dog sat on the log\n" * 50)
    code = (
        "import sys\nfrom fastw2v.cli import main\n"
        f"sys.argv = ['fastw2v', 'train', {str(tmp_path / 'corpus.txt')!r}, '--vector-size', '4', '--epochs', '1']\n"
        f"sys.argv += ['--quiet', '--device', 'cpu', '--output', {str(tmp_path / 'vectors.txt')!r}]\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        "print(*sys.modules)\n"
    )
    loaded = {top_level(name) for name in run(code, folder)}
    assert (tmp_path / "vectors.txt").exists()
    assert "numpy" in loaded
    assert not loaded & {"sklearn", "cupy", "gensim", "pandas", "matplotlib"}


def test_no_compiled_module_touches_the_floating_point_state(folder):
    code = (
        "import importlib.machinery, pathlib, importlib, numpy as np, fastw2v\n"
        "suffixes = tuple(importlib.machinery.EXTENSION_SUFFIXES)\n"
        "files = pathlib.Path(fastw2v.__file__).parent.iterdir()\n"
        "names = [file.name.partition('.')[0] for file in files if file.name.endswith(suffixes)]\n"
        "[importlib.import_module('fastw2v.' + name) for name in names]\n"
        "assert np.float32(1e-40) * np.float32(1) != 0, 'denormals became zero'\n"
        "assert np.float64(1e-310) * 1 != 0, 'denormals became zero'\n"
        "assert not np.isfinite(np.float32(np.inf)) and np.isnan(np.float32(np.nan))\n"
        "print(*names)"
    )
    expected = {path.stem for path in PACKAGE.glob("*.pyx")}
    assert set(run(code, folder)) >= expected, "an extension was not built"


# --- the files themselves --------------------------------------------------------------------------------------------


def source_files():
    suffixes = {".py", ".pyx", ".pxd", ".pyi", ".c", ".h", ".cu"}
    roots = [PACKAGE, Path(__file__).parent]
    roots += [root for name in ("bench", "examples") if (root := Path(__file__).parent.parent / name).is_dir()]
    return [path for root in roots for path in sorted(root.rglob("*")) if path.suffix in suffixes]


def test_no_file_is_longer_than_four_hundred_lines():
    lengths = {str(path): len(path.read_text(encoding="utf-8").splitlines()) for path in source_files()}
    assert len(lengths) > 10
    assert {path: lines for path, lines in lengths.items() if lines > 400} == {}


def test_no_line_is_longer_than_120_characters():
    found = [
        f"{path}:{number}"
        for path in source_files()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if len(line) > 120
    ]
    assert found == []


def test_each_compiled_module_has_its_types():
    """One .pyi for each .pyx, and both are installed."""
    assert [path.stem for path in sorted(PACKAGE.glob("*.pyx")) if not path.with_suffix(".pyi").exists()] == []
    assert (PACKAGE / "py.typed").exists()


def test_cuda_sources_include_nothing():
    """The run-time compiler finds no header, not even <stdint.h>; only our own text is put before the kernel."""
    for path in (PACKAGE / "native").glob("*.cu"):
        own_headers = {f'"{header.name}"' for header in (PACKAGE / "native").glob("*.h")}
        included = [line.split()[1] for line in path.read_text().splitlines() if line.startswith("#include")]
        assert set(included) <= own_headers, path
