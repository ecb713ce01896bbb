"""The plan of the house, held: who imports whom, what is imported only when used, how long a file may be."""

import ast
import re
from pathlib import Path

import pytest

import fastw2v

PACKAGE = Path(fastw2v.__file__).parent
MODULES = {
    ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__"): path
    for pattern in ("*.py", "*.pxd", "*.pyx")
    for path in sorted(PACKAGE.rglob(pattern))
}

# Slow to import, optional, or both: only inside the functions that use them.
ON_DEMAND = {
    *("adjustText", "bokeh", "click", "cupy", "cupyx", "datasets", "gensim", "matplotlib", "mpi4py", "pandas"),
    *("plotly", "polars", "pooch", "pyarrow", "rich", "scipy", "sklearn", "umap", "zstandard"),
}
# Except where they are what the file is made of: an estimator has scikit-learn's classes as its bases, a command is
# written as click's decorators. Nothing imports these files before they are asked for.
MADE_OF = {
    "documents": {"sklearn", "scipy"},
    "estimators.scikit_learn": {"sklearn"},
    "estimators.bags": {"scipy"},
    **{name: {"click"} for name in MODULES if name.startswith("cli.")},
}

# THE rule: a wing imports only wings that stand below it, and no two wings of one line import each other.
ORDER = [
    "__main__",
    "cli compat",
    "documents",
    "api",
    "diagnostics",
    "estimators",
    "training",
    "backends",
    "layers planning",
    "datasets evaluate",
    "formats",
    "tokenizers vectors",
    "corpus pictures",
    "gensims_names parameters",
    "cuda_device distributed first_bytes machine progress writing",
    "cards errors paths",
    "native",
]
LEVEL = {wing: level for level, line in enumerate(ORDER) for wing in line.split()}
# The files whose places are fixed, and the wings that they belong to.
WING_OF = {"ann": "vectors", "gpu": "backends", "_train": "backends", "_sampler": "planning"}


def wing(module):
    """``formats.binary`` belongs to ``formats``."""
    top = module.partition(".")[0]
    return WING_OF.get(top, top)


def top_level(module):
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
    """Of imported names, the modules of this package (``fastw2v`` alone: its version, no module)."""
    found = set()
    for name in names:
        inside = name.removeprefix("fastw2v.")
        if inside == name:
            continue
        while inside and inside not in MODULES:  # an object of a module: the module
            inside = inside.rpartition(".")[0]
        if inside:
            found.add(inside)
    return found


def graph(*, whole):
    """Module -> the other modules of the package that it imports."""
    edges = {module: own(imports(path, whole=whole)) - {module} for module, path in MODULES.items()}
    return {module: others for module, others in edges.items() if module != "__init__"}


def arrows(edges):
    """Pairs of wings: a module of the first imports one of the second."""
    pairs = {(wing(module), wing(other)) for module, others in edges.items() for other in others}
    return {(one, other) for one, other in pairs if one != other}


def circle_in(edges):
    """One way that leads from a node back to it, or None."""
    done = set()

    def search(path):
        for other in sorted(edges.get(path[-1], ())):
            if other in path:
                return [*path[path.index(other) :], other]
            if other not in done and (found := search([*path, other])):
                return found
        done.add(path[-1])
        return None

    return next((found for start in sorted(edges) if start not in done and (found := search([start]))), None)


def test_every_wing_has_its_place():
    assert {wing(module) for module in MODULES} - {"__init__"} == set(LEVEL)


def test_a_wing_imports_only_wings_below_it():
    """Inside functions, too: what is imported late is imported all the same."""
    assert sorted(f"{one} -> {other}" for one, other in arrows(graph(whole=True)) if LEVEL[other] <= LEVEL[one]) == []


def test_there_are_no_circles_within_a_wing():
    edges = graph(whole=True)
    faces = {module for module, path in MODULES.items() if path.name == "__init__.py"}
    for module, others in edges.items():
        assert not {other for other in others & faces if wing(other) == wing(module)}, f"{module} imports its own face"
    assert circle_in({module: others - faces for module, others in edges.items() if module not in faces}) is None


def test_circles_and_arrows_are_seen():
    """So that the tests above can fail."""
    assert circle_in({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c", "b"]
    assert circle_in({"a": {"b", "c"}, "b": {"c"}, "c": set()}) is None
    assert arrows({"gpu": {"planning.plan"}, "api": {"gpu"}}) == {("backends", "planning"), ("api", "backends")}


# Faces that import a name when it is first used: they need a ``__getattr__`` (PEP 562), and a stub that says the types.
LATE_FACES = {"corpus", "compat"}


def beyond_handing_on(face, *, late):
    """Lines of a face that do more than import and list; a late one may say how its names are found."""
    lines = []
    for node in face.body:
        listed = isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
        said = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        found = late and isinstance(node, ast.FunctionDef) and node.name in {"__getattr__", "__dir__"}
        if not (listed or said or found or isinstance(node, ast.ImportFrom)):
            lines.append(node.lineno)
    return lines


def test_a_face_only_hands_names_on():
    """An ``__init__`` imports and lists; a late one does so when a name is first used, as the package's own does."""
    for module, path in MODULES.items():
        if path.name == "__init__.py" and module != "__init__":
            assert beyond_handing_on(syntax_tree(path), late=module in LATE_FACES) == [], path
    assert all(MODULES[module].with_suffix(".pyi").exists() for module in LATE_FACES)


def test_what_a_face_should_not_do_is_seen():
    """So that the test above can fail."""
    text = "'said'\nfrom a import b\n__all__ = ['b']\ndef __getattr__(name):\n    return 1\nx = 1\ndef f():\n    pass\n"
    assert beyond_handing_on(ast.parse(text), late=True) == [6, 7]
    assert beyond_handing_on(ast.parse(text), late=False) == [4, 6, 7]


def test_backends_are_imported_only_when_one_is_chosen():
    edges = graph(whole=False)
    assert not [module for module, others in edges.items() if others & {"gpu", "_train", "backends.reference"}]


def test_backends_do_not_know_each_other():
    edges = graph(whole=True)
    ones = {"gpu", "_train", "backends.reference"}
    assert {one: others for one in ones if (others := edges[one] & ((ones | {"backends.choice"}) - {one}))} == {}


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


@pytest.fixture
def words_printed_by(run_python):
    def run(code):
        done = run_python(code)
        assert done.returncode == 0, done.stderr
        return done.stdout.split()

    return run


def test_importing_the_package_imports_almost_nothing(words_printed_by):
    loaded = set(words_printed_by("import sys, fastw2v; print(*sys.modules)"))
    assert not {top_level(name) for name in loaded} & (ON_DEMAND | {"numpy", "safetensors"})
    assert {name for name in loaded if name.startswith("fastw2v.")} == set()


def test_the_command_line_and_training_never_import_scikit_learn(words_printed_by, tmp_path):
    (tmp_path / "corpus.txt").write_text("the cat sat on the mat\nthe dog sat on the log\n" * 50)
    code = (
        "import sys\nfrom fastw2v.cli import main\n"
        f"sys.argv = ['fastw2v', 'train', {str(tmp_path / 'corpus.txt')!r}, '--vector-size', '4', '--epochs', '1']\n"
        f"sys.argv += ['--quiet', '--device', 'cpu', '--output', {str(tmp_path / 'vectors.txt')!r}]\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        "print(*sys.modules)\n"
    )
    loaded = {top_level(name) for name in words_printed_by(code)}
    assert (tmp_path / "vectors.txt").exists()
    assert "numpy" in loaded
    assert not loaded & {"sklearn", "cupy", "gensim", "pandas", "matplotlib", "bokeh"}


def test_no_compiled_module_touches_the_floating_point_state(words_printed_by):
    code = (
        "import importlib.machinery, pathlib, importlib, numpy as np, fastw2v\n"
        "suffixes = tuple(importlib.machinery.EXTENSION_SUFFIXES)\n"
        "home = pathlib.Path(fastw2v.__file__).parent\n"
        "files = [file.relative_to(home) for file in home.rglob('*') if file.name.endswith(suffixes)]\n"
        "names = ['.'.join([*file.parts[:-1], file.name.partition('.')[0]]) for file in files]\n"
        "[importlib.import_module('fastw2v.' + name) for name in names]\n"
        "assert np.float32(1e-40) * np.float32(1) != 0, 'denormals became zero'\n"
        "assert np.float64(1e-310) * 1 != 0, 'denormals became zero'\n"
        "assert not np.isfinite(np.float32(np.inf)) and np.isnan(np.float32(np.nan))\n"
        "print(*names)"
    )
    expected = {module for module, path in MODULES.items() if path.suffix == ".pyx"}
    assert expected
    assert set(words_printed_by(code)) >= expected, "an extension was not built"


# --- the files themselves --------------------------------------------------------------------------------------------


def source_files():
    suffixes = {".py", ".pyx", ".pxd", ".pyi", ".c", ".h", ".cu"}
    roots = [PACKAGE, Path(__file__).parent]
    roots += [root for name in ("bench", "examples") if (root := Path(__file__).parent.parent / name).is_dir()]
    return [path for root in roots for path in sorted(root.rglob("*")) if path.suffix in suffixes]


def length(path):
    """The lines of a file; of a Python file without its docstrings, which may be as long as readers need them."""
    text = path.read_text(encoding="utf-8")
    lines = len(text.splitlines())
    if path.suffix != ".py":
        return lines
    for node in ast.walk(ast.parse(text)):
        documented = isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        if documented and ast.get_docstring(node):
            lines -= node.body[0].end_lineno - node.body[0].lineno + 1
    return lines


def test_docstrings_do_not_count_towards_the_length_of_a_file(tmp_path):
    path = tmp_path / "file.py"
    path.write_text('"""Two\nlines."""\n\nX = """of\ndata"""\n\n\ndef f():\n    """One."""\n    return 1\n')
    assert length(path) == 7


def test_no_file_is_longer_than_four_hundred_lines():
    lengths = {str(path): length(path) for path in source_files()}
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
    assert [path.stem for path in sorted(PACKAGE.rglob("*.pyx")) if not path.with_suffix(".pyi").exists()] == []
    assert (PACKAGE / "py.typed").exists()


def test_cuda_sources_include_nothing():
    """The run-time compiler finds no header, not even <stdint.h>; only our own text is put before the kernel."""
    sources = sorted((PACKAGE / "native").rglob("*.cu"))
    assert sources
    own_headers = {f'"{path.relative_to(PACKAGE / "native")}"' for path in (PACKAGE / "native").rglob("*.h")}
    for path in sources:
        included = [line.split()[1] for line in path.read_text().splitlines() if line.startswith("#include")]
        assert set(included) <= own_headers, path
