"""The command demo."""

import os
import re

from click.testing import CliRunner

from fastw2v import formats
from fastw2v.cli.commands import cli


def test_the_demo_runs_on_any_corpus(tmp_path, monkeypatch):
    """On a corpus of a few words, so that it takes no time; what it learns from the real one is no test's business."""
    sentences = [["min", "max", "minimum", "maximum", "row", "column", "rows", "columns", "matrix", "file"]] * 60
    monkeypatch.setattr("fastw2v.datasets.fetch.load_docstrings", lambda verbose: sentences)
    result = CliRunner().invoke(cli, ["demo", "--epochs", "1", "--seed", "1", "-o", str(tmp_path / "v.fw2v")])
    assert result.exit_code == 0, result.output
    for part in ("Corpus: 600 words", "words/s", "matrix: ", "min : max :: minimum : ", "row : column :: rows : "):
        assert part in result.output
    assert len(formats.load(tmp_path / "v.fw2v")) == 10


def test_the_demo_on_the_installed_library_answers_its_analogies(harvest_folder, run):
    done = run("demo", env={**os.environ, "FASTW2V_CACHE": str(harvest_folder)})
    assert done.returncode == 0, done.stderr
    assert 500_000 < int(re.search(r"Corpus: ([\d,]+) words", done.stdout)[1].replace(",", "")) < 3_000_000
    assert "min : max :: minimum : maximum" in done.stdout
    assert "row : column :: rows : columns" in done.stdout
    assert done.stdout.count("as expected") == 2
