"""Every snippet of the pages runs: Python, interpreter sessions with what they print, notebooks, shell commands.

The blocks of a page run one after the other in one namespace, in a folder with a small text and what else pages name.
A block that cannot run here is preceded by ``<!-- not run: why -->``; it must still be valid Python.
"""

import ast
import doctest
import gzip
import json
import logging
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("**/*.md")), *sorted((ROOT / "docs").glob("*.ipynb"))]
PAGES = [page for page in PAGES if "_build" not in page.parts]
# The block of tile.md computes a tile from symbols, and test_docs.py runs it beside the reference; the commands of the
# other page have a test of their own, tests/cli/test_manual.py.
ELSEWHERE = {"docs/tile.md", "docs/command_line.md"}
# Long runs, which the site runs as well.
SLOW = {"docs/tutorial.md", "docs/textbook.ipynb"}
# Pages that train with a `sample` for the text that a reader has: that of these tests is tiny. The others bring a text
# of their own, with the `sample` that it needs, or train with the default on files that have words enough.
READERS_TEXT = {"README.md", "docs/other_trainers.md"}

BLOCK = re.compile(r"(?P<note><!--[^>]*-->\s*)?^```(?P<kind>[^\n]*)\n(?P<code>.*?)^```", re.DOTALL | re.MULTILINE)
PYTHON = {"python", "{code-cell}"}
SHELL = {"sh", "bash", "console"}
NOT_RUN = {"", "text", "{eval-rst}", "{toctree}", "{include}", "{note}", "{warning}", "{tip}", "{figure}"}
NOT_RUN |= {"{public-names}", "{public-table}", "{py:data}", "{py:function}", "{py:class}"}
NOT_RUN |= {"c", "fish", "html", "json", "yaml", "zsh"}
TEXT = "the king and the queen of the land\na man and a woman of the town\nthe cat sat and the dog ran\n" * 50
# Without these, subsampling would leave hardly a pair.
RARE = [" ".join(f"rare{(10 * line + word) % 151}" for word in range(10)) for line in range(200)]
TEXT += "\n".join(RARE) + "\n"
DATA = {
    "questions-words.txt": ": family\nman king woman queen\nking man queen woman\n",
    **dict.fromkeys(["EN-WS-353-ALL.txt", "EN-SIMLEX-999.txt"], "king\tqueen\t8\ncat\tdog\t6\nman\tland\t1\n"),
}


def blocks(page):
    """Kind, code and the note above of each block of a page, and the line on which the code begins."""
    text = page.read_text(encoding="utf-8")
    if page.suffix == ".ipynb":
        cells = [cell for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
        return [
            ("{code-cell}", "".join(cell["source"]), " ".join(cell["metadata"].get("tags", [])), number)
            for number, cell in enumerate(cells, 1)
        ]
    return [
        (found["kind"].partition(" ")[0], found["code"], found["note"] or "", line_of(text, found))
        for found in BLOCK.finditer(text)
    ]


@pytest.fixture(autouse=True)
def logging_as_it_was():
    """Snippets choose what is logged; so does every test."""
    root = logging.getLogger()
    named = [logger for logger in root.manager.loggerDict.values() if isinstance(logger, logging.Logger)]
    levels, handlers = {logger: logger.level for logger in (root, *named)}, list(root.handlers)
    yield
    for logger in (*levels, *(each for each in root.manager.loggerDict.values() if isinstance(each, logging.Logger))):
        logger.setLevel(levels.get(logger, logging.NOTSET))
    root.handlers[:] = handlers


def line_of(text, found):
    return text.count("\n", 0, found.start("code")) + 1


def without_options(code):
    """The code of a cell, without the tags above it; return them as well."""
    options, _, rest = code.partition("---\n")[2].partition("---\n") if code.startswith("---\n") else ("", "", code)
    lines = [line for line in rest.splitlines() if not line.startswith((":", "%", "!"))]
    return "\n".join(lines) + "\n", options


def run_python(code, note, names, place):
    code, options = without_options(code)
    tree = compile(code, place, "exec", ast.PyCF_ONLY_AST)  # also of what is not run
    if "not run:" in note:
        return
    if "raises-exception" in options + note:
        with pytest.raises(Exception):  # noqa: B017, PT011  # any: the page shows it
            exec(compile(tree, place, "exec"), names)
        return
    exec(compile(tree, place, "exec"), names)


def run_session(code, names, place):
    """Run an interpreter session; what it prints must be what the page shows."""
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
    test = doctest.DocTestParser().get_doctest(code, names, place, place, 0)
    test.globs = names  # get_doctest copies
    said = []
    runner.run(test, out=said.append, clear_globs=False)
    assert runner.failures == 0, "".join(said)


def run_shell(code, folder, programs, place):
    environment = {**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", "FASTW2V_DATA": str(folder)}
    lines = [line.removeprefix("$ ") for line in code.splitlines()]
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", "\n".join(lines)],
        cwd=folder,
        env={**environment, "COLUMNS": "100"},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=300,
    )
    assert done.returncode == 0, f"{place}:\n{code}\n{done.stdout}\n{done.stderr}"


@pytest.fixture(scope="module")
def programs(tmp_path_factory, package_folder):
    """A folder of programs for shell commands: ours runs, pip and make only check that what is named exists."""
    folder = tmp_path_factory.mktemp("programs")
    makefile, project = (ROOT / name for name in ("Makefile", "pyproject.toml"))
    scripts = {
        "fastw2v": f'PYTHONPATH="{package_folder}" exec "{sys.executable}" -m fastw2v "$@"',
        "python": f'[ "$2" = bench ] || exec "{sys.executable}" "$@"',
        "make": f'for each in "$@"; do case $each in *=*) ;; *) grep -q "^$each:" "{makefile}";; esac; done',
        "pip": f"""for each in "$@"; do
            case $each in *\\[*) for extra in $(echo "$each" | sed 's/.*\\[\\(.*\\)\\].*/\\1/; s/,/ /g'); do
                grep -q "^$extra = " "{project}"; done;; esac; done""",
        # Other people's programs, shown beside ours.
        **dict.fromkeys(["word2vec", "fasttext", "apt", "xcode-select", "iconv", "nvidia-smi"], "true"),
    }
    for name, line in scripts.items():
        (folder / name).write_text(f"#!/usr/bin/env bash\nset -e\n{line}\n")
        (folder / name).chmod(0o755)
    return folder


@pytest.fixture
def material(tmp_path, monkeypatch):
    """The folder in which a page runs, with the files that pages name."""
    (tmp_path / "corpus.txt").write_text(TEXT)
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "one.txt").write_text(TEXT)
    reviews = ["a good film", "a bad film"] * 30 + RARE
    (tmp_path / "reviews.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in reviews))
    with gzip.open(tmp_path / "more.gz", "wt") as file:
        file.write(TEXT)
    for name, text in DATA.items():
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "agg")
    return tmp_path


def names_of_readers():
    """What a page may take as given."""
    return {
        "__name__": "__page__",
        "documents": ["the cat sat", "the dog sat", "a cat ran", "a dog ran"] * 100,
        "labels": [0, 1, 0, 1] * 100,
    }


def in_order(page):
    name = page.relative_to(ROOT).as_posix()
    marks = [pytest.mark.slow] if name in SLOW else []
    if name not in READERS_TEXT:
        marks.append(pytest.mark.filterwarnings("error:sample=.* drops"))
    return pytest.param(page, id=name, marks=marks)


def runs(page):
    return page.relative_to(ROOT).as_posix() not in ELSEWHERE and any(kind not in NOT_RUN for kind, *_ in blocks(page))


@pytest.mark.filterwarnings("ignore:.*documents .* become zeros")  # those of a reader are of other words
@pytest.mark.filterwarnings("ignore:the learning rate is lowered")  # of a text of a few words
@pytest.mark.filterwarnings("ignore:the run in .* is complete")  # which a reader's, resumed, would not be
@pytest.mark.parametrize("page", [in_order(page) for page in PAGES if runs(page)])
def test_the_snippets_of_a_page_run(page, material, programs):
    names = names_of_readers()
    for kind, code, note, line in blocks(page):
        place = f"{page.name}, line {line}"
        if kind in PYTHON:
            run_python(code, note, names, place)
        elif kind == "pycon":
            run_session(code, names, place)
        elif kind in SHELL and "not run:" not in note:
            if shutil.which("bash") is None:
                pytest.skip("the shell commands of pages need bash")
            run_shell(code, material, programs, place)


def test_no_kind_of_block_is_overlooked():
    known = PYTHON | SHELL | NOT_RUN | {"pycon"}
    found = {(page.name, kind) for page in PAGES for kind, *_ in blocks(page)}
    assert {(name, kind) for name, kind in found if kind not in known} == set()


def test_a_broken_snippet_is_found(tmp_path, programs):
    """So that the tests above can fail."""
    with pytest.raises(NameError):
        run_python("unknown_name\n", "", {}, "page")
    with pytest.raises(SyntaxError):
        run_python("x = = 1\n", "<!-- not run: no reason -->", {}, "page")
    with pytest.raises(AssertionError, match="Expected"):
        run_session(">>> 1 + 1\n3\n", {}, "page")
    for command in ("fastw2v no-such-command", "make no-such-target", "pip install 'fastw2v[no-such-extra]'"):
        with pytest.raises(AssertionError):
            run_shell(f"{command}\n", tmp_path, programs, "page")


def test_blocks_are_read(tmp_path):
    page = tmp_path / "page.md"
    plain, cell = "```python\nx = 1\n```\n", "```{code-cell} ipython3\n---\ntags: [a]\n---\ny\n```\n"
    page.write_text(f"A\n\n<!-- not run: GPU -->\n{plain}\n{cell}")
    (first, second) = blocks(page)
    assert first == ("python", "x = 1\n", "<!-- not run: GPU -->\n", 5)
    assert second[0] == "{code-cell}"
    assert without_options(second[1]) == ("y\n", "tags: [a]\n")
