"""The documentation site: its reference has every public name, its tables are those of the code, it builds."""

import ast
import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import fastw2v

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
REFERENCE = sorted((DOCS / "api").glob("*.md"))

pytestmark = pytest.mark.skipif(not DOCS.is_dir(), reason="the documentation is not beside the tests")


def script(path):
    """A file of docs/ as a module."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def public_modules():
    """Name -> module, of the package and of all that it offers as modules; compat stands for the one in it."""
    named = {f"fastw2v.{name}": getattr(fastw2v, name) for name in fastw2v._MODULES}
    compat = named.pop("fastw2v.compat")
    return {
        "fastw2v": fastw2v,
        **named,
        **{f"fastw2v.compat.{name}": getattr(compat, name) for name in compat.__all__},
    }


def public_names():
    """Full name -> object, of everything in ``__all__`` of the public modules that is not a module."""
    return {
        f"{name}.{each}": getattr(module, each)
        for name, module in public_modules().items()
        for each in module.__all__
        if not (module is fastw2v and each in fastw2v._MODULES)
    }


def is_code(value):
    return isinstance(value, type) or callable(value)


def documented_in(text):
    """The names that a page of the reference documents: those of its directives, and those written by hand."""
    found = re.findall(r"^```\{py:\w+\} ([\w.]+)", text, re.MULTILINE)
    found += re.findall(r"^\.\. auto\w+:: ([\w.]+)", text, re.MULTILINE)
    for module, options in re.findall(r"^```\{public-names\} ([\w.]+)\n((?::.*\n)*)```", text, re.MULTILINE):
        chosen = dict(re.findall(r"^:(\w+): (.*)$", options, re.MULTILINE))
        only, without = chosen.get("only", "").split(), chosen.get("without", "").split()
        every = [name for name in public_modules()[module].__all__ if is_code(public_names().get(f"{module}.{name}"))]
        found += [f"{module}.{name}" for name in only or every if name not in without]
    return found


def test_every_public_name_is_in_the_reference_once():
    found = [name for page in REFERENCE for name in documented_in(page.read_text(encoding="utf-8"))]
    assert sorted(public_names().keys() - set(found)) == []
    assert len(found) == len(set(found))


def test_a_name_that_is_missing_is_seen():
    """So that the test above can fail."""
    page = "```{public-names} fastw2v.formats\n:without: load\n```\n```{py:data} fastw2v.formats.FORMATS\n```\n"
    found = documented_in(page)
    assert "fastw2v.formats.save" in found
    assert "fastw2v.formats.FORMATS" in found
    assert "fastw2v.formats.load" not in found
    assert documented_in("```{public-names} fastw2v\n:only: encode\n```\n") == ["fastw2v.encode"]


def test_the_tables_of_names_are_those_of_the_code():
    tables = script(DOCS / "names_tables.py")
    page = tables.PAGE.read_text(encoding="utf-8")
    assert page.count("<!-- names: ") == len(tables.TABLES)
    assert tables.with_tables(page) == page, "python docs/names_tables.py writes them"


def test_the_options_of_other_programs_stand_beside_parameters_that_exist():
    tables = script(DOCS / "names_tables.py")
    parameters = tables.inspect.signature(fastw2v.Word2Vec).parameters
    assert {*tables.WORD2VEC_C, *tables.FASTTEXT} <= parameters.keys()
    assert tables.gensims_parameters().keys() <= parameters.keys()


@pytest.mark.parametrize(
    ("page", "heading"), [("docs/installation.md", "## Optional packages"), ("README.md", "## Install")]
)
def test_the_extras_of_the_page_are_those_of_the_package(page, heading):
    tomllib = pytest.importorskip("tomllib", reason="tomllib comes with Python 3.11")
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    section = (ROOT / page).read_text(encoding="utf-8").partition(heading)[2]
    told = re.findall(r"`(\w+)`", " ".join(re.findall(r"^\| ([^|]*) \|", section.partition("\n## ")[0], re.MULTILINE)))
    assert sorted(told) == sorted(extras.keys() - {"test", "lint", "docs", "bench-gpu"})


def literals_of_the_package():
    """The text of every string in the package's Python files, its placeholders as a NUL."""
    found = []
    for path in sorted(Path(fastw2v.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.append(node.value)
            elif isinstance(node, ast.JoinedStr):
                parts = [part.value if isinstance(part, ast.Constant) else "\0" for part in node.values]
                found.append("".join(parts))
    return found


def quoted_messages():
    """The headings of the page of troubles that are messages."""
    page = (DOCS / "troubleshooting.md").read_text(encoding="utf-8")
    return re.findall(r"^### `(.+)`$", page, re.MULTILINE)


@pytest.fixture(scope="module")
def literals():
    return literals_of_the_package()


@pytest.mark.parametrize("message", quoted_messages() if DOCS.is_dir() else [])
def test_the_messages_of_the_page_of_troubles_are_those_of_the_code(message, literals):
    parts = [part for part in message.split("...") if len(part.strip(" :;,()")) > 3]
    assert parts
    assert [part for part in parts if not any(part.strip() in text for text in literals)] == []


def test_inventories_are_taken_where_they_can_be_had(tmp_path, capsys, monkeypatch):
    monkeypatch.delenv("FASTW2V_DOCS_OFFLINE", raising=False)
    reachable = script(DOCS / "_extensions" / "inventories.py").reachable_inventories
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "objects.inv").write_bytes(b"inventory")
    there, lost = (f"{(tmp_path / name).as_uri()}/" for name in ("there", "lost"))
    assert reachable(tmp_path / "kept", {"one": there, "two": lost}) == {
        "one": (there, str(tmp_path / "kept" / "one.inv"))
    }
    assert "links to the documentation of two are left out" in capsys.readouterr().out
    (tmp_path / "there" / "objects.inv").unlink()
    assert reachable(tmp_path / "kept", {"one": there}).keys() == {"one"}  # of the last week
    monkeypatch.setenv("FASTW2V_DOCS_OFFLINE", "1")
    assert reachable(tmp_path / "none", {"one": there}) == {}


# --- the build -------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_site_builds_without_a_warning_and_holds_every_name(tmp_path):
    """The notebooks aside, which test_snippets.py runs."""
    for needed in ("sphinx", "furo", "myst_nb", "numpydoc", "sphinx_copybutton"):
        pytest.importorskip(needed, reason="the packages of the extra docs are not installed")
    strict = ["-W", "--keep-going", "-n", "-q", "-D", "nb_execution_mode=off", "-d", tmp_path / "trees"]
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", *strict, DOCS, tmp_path / "html"],
        cwd=Path(fastw2v.__file__).parent.parent,
        env={**os.environ, "FASTW2V_DOCS_OFFLINE": "1"},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    errors, word2vec = (
        (tmp_path / "html" / "api" / f"{name}.html").read_text(encoding="utf-8") for name in ("errors", "word2vec")
    )
    assert "Bases:" in errors
    assert re.search(r'virtual ranks(?s:.*?)see <a [^>]*href="../distributed\.html"', word2vec)  # a page in a docstring
    from sphinx.util.inventory import InventoryFile

    inventory = InventoryFile.loads((tmp_path / "html" / "objects.inv").read_bytes(), uri="")
    names = {name for kind, found in inventory.data.items() if kind.startswith("py:") for name in found}
    assert sorted(public_names().keys() - names) == []
