"""The page of the command line, docs/command_line.md: its lines run, its tables are what the commands do."""

import gzip
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from fastw2v.cli.commands import cli

PAGE = Path(__file__).parent.parent.parent / "docs" / "command_line.md"
WORDS = ["red", "wine", "white", "rose", "old", "beer", "new", "grape", "is", "was", "the", "a"]


@pytest.fixture(scope="module")
def text():
    if not PAGE.exists():
        pytest.skip("the installed package has no docs/")
    return PAGE.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory, fastw2v_command):
    """A folder with the files that the page names, and the command."""
    folder = tmp_path_factory.mktemp("page")
    lines = [" ".join(WORDS[(start + step * 5) % len(WORDS)] for step in range(6)) for start in range(500)]
    (folder / "corpus.txt").write_text("\n".join(lines) + "\n")
    (folder / "more.txt").write_text("red wine\nwhite rose\n" * 10)
    (folder / "news").mkdir()
    with gzip.open(folder / "news" / "a.txt.gz", "wt") as packed:
        packed.write("\n".join(lines[:100]) + "\n")
    (folder / "pairs.tsv").write_text("red\twine\t5\nwhite\trose\t4\nold\tbeer\t1\n")
    (folder / "questions.txt").write_text(": drinks\nred wine old beer\nwhite rose new grape\n")
    program = folder / "fastw2v"
    program.write_text(f"#!/bin/sh\nexec {sys.executable} -c '{fastw2v_command[-1]}' \"$@\"\n")
    program.chmod(0o755)
    return folder


def test_the_lines_of_the_page_run(text, folder, package_folder, monkeypatch):
    """All shell blocks in order, in one folder, each of their lines with success."""
    monkeypatch.setenv("PYTHONPATH", str(package_folder))
    monkeypatch.setenv("PATH", str(folder), prepend=":")
    monkeypatch.setenv("FASTW2V_CACHE", str(folder / "cache"))
    blocks = re.findall(r"^```sh\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    assert len(blocks) > 15
    for block in blocks:
        if "demo" in block:  # test_demo.py runs it
            continue
        done = subprocess.run(["bash", "-ec", block], cwd=folder, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, f"{block}\n{done.stderr}"
        assert "Traceback" not in done.stderr


def test_every_command_is_on_the_page(text):
    assert [name for name in cli.list_commands() if f"`{name}`" not in text] == []


def test_options_on_the_page_exist(text):
    known = {name for command in cli.all_commands().values() for param in command.params for name in param.opts}
    known |= {
        name for command in cli.all_commands().values() for param in command.params for name in param.secondary_opts
    }
    prose = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", prose)) - {"--help", "--size"}
    assert named <= known


def test_the_keys_of_reports_are_those_of_the_page(text, folder, call):
    rows = dict(re.findall(r"^\| `([a-z -]+)` \| (.*) \|$", text.partition("## Reports for scripts")[2], re.MULTILINE))
    corpus, vectors = folder / "corpus.txt", folder / "keys.fw2v"
    commands = {
        "train": ("train", corpus, "-o", vectors, "--vector-size", 4, "--epochs", 1),
        "train --dry-run": ("train", corpus, "--dry-run", "--vector-size", 4, "--epochs", 1),
        "vocab": ("vocab", corpus),
        "neighbours": ("neighbours", vectors, "wine"),
        "analogy": ("analogy", vectors, "red", "wine", "white"),
        "evaluate": ("evaluate", vectors, "--pairs", folder / "pairs.tsv"),
        "info": ("info", vectors),
        "bench": ("bench", corpus, "--words", 500, "--runs", 1, "--vector-size", 4),
    }
    assert set(rows) == {*commands, "document-vectors"}
    for name, command in commands.items():
        as_json, as_tsv = rows[name].split(" | ")
        said = re.findall(r"`(\w+)`", as_json.partition(";")[0])
        assert list(json.loads(call(*command, "--json").stdout)) == said
        assert call(*command, "--tsv").stdout.splitlines()[0].split("\t") == re.findall(r"`(\w+)`", as_tsv)


def test_the_differences_from_word2vec_are_those_of_its_help(text):
    on_page, in_help = (
        " ".join(re.search(r"things differ: (.*?\.)(?:\s\s|$)", each, re.DOTALL)[1].replace("`", "").split())
        for each in (text, cli.get_command(None, "word2vec").help + "\n")
    )
    plain = in_help.replace("the vectors have no row", "there is no row").replace("; and a", "; a")
    assert plain == on_page
    assert on_page.count(";") == 5  # six things
