"""``fastw2v plot``."""

import numpy as np
import pytest
from click.testing import CliRunner

from fastw2v import WordVectors, save
from fastw2v.cli.commands import cli

pytest.importorskip("matplotlib", reason="matplotlib is not installed")
pytest.importorskip("adjustText", reason="adjustText is not installed")
pytest.importorskip("bokeh", reason="Bokeh is not installed")


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "vectors.fw2v"
    vectors = np.random.default_rng(0).normal(size=(40, 8))
    save(path, WordVectors(vectors, [f"word{row}" for row in range(40)], np.arange(40, 0, -1)))
    return path


def invoke(*arguments):
    return CliRunner().invoke(cli, ["plot", *map(str, arguments)])


@pytest.mark.parametrize(
    ("name", "begins"),
    [("words.png", b"\x89PNG"), ("words.svg", b"<?xml"), ("words.PDF", b"%PDF"), ("m.html", b"<!DOC")],
)
def test_the_name_chooses_the_kind(file, tmp_path, name, begins):
    done = invoke(file, "-o", tmp_path / name)
    assert (done.exit_code, done.exception) == (0, None), done.output
    assert (tmp_path / name).read_bytes().startswith(begins)
    assert f"written to {tmp_path / name} (" in done.output


def test_words_are_named_or_the_most_frequent(file, tmp_path):
    page = tmp_path / "map.html"
    assert "drawing 40 words" in invoke(file, "-o", page).output
    assert "drawing 12 words" in invoke(file, "-o", page, "--topn", 12, "--method", "pca").output
    assert "drawing 4 words" in invoke(file, "word3", "word4", "word5", "word6", "-o", page).output
    done = invoke(file, "word1", "word2", "--quiet", "-o", tmp_path / "words.svg")
    assert (done.exit_code, done.output) == (0, "")


def test_the_name_of_the_file_is_the_title(file, tmp_path):
    invoke(file, "-o", tmp_path / "map.html")
    assert "<title>vectors.fw2v</title>" in (tmp_path / "map.html").read_text()
    invoke(file, "-o", tmp_path / "map.html", "--title", "My <words>")
    assert "<title>My &lt;words&gt;</title>" in (tmp_path / "map.html").read_text()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["-o", "map.gif"], "the name must end in .html for a page, or .png, .svg, .pdf for a picture"),
        (["-o", "map.html", "--labels", "3"], "--labels has no effect on a page"),
        (["-o", "map.png", "--clusters", "3"], "--clusters has no effect on a picture"),
        (["-o", "map.png", "word1", "word2", "-t", "3"], "--topn chooses the most frequent words, and WORDS are named"),
        (["-o", "-"], "standard output cannot be written here"),
        ([], "Missing option '-o' / '--output'"),
    ],
)
def test_options_that_do_not_fit_are_refused(file, options, message):
    done = invoke(file, *options)
    assert done.exit_code == 2
    assert message in " ".join(done.output.split())


def test_faults_are_told_in_the_words_of_the_command(file, tmp_path, run):
    (tmp_path / "map.html").write_text("someone's")
    done = run("plot", file, "-o", tmp_path / "map.html")
    assert done.returncode == 1
    assert done.stderr == (
        f"fastw2v: error: {tmp_path / 'map.html'} exists and is no picture of fastw2v, and would be lost: name another "
        "file, delete this one, or pass --overwrite\n"
    )
    done = run("plot", file, "word1", "wrod2", "-o", tmp_path / "map.png")
    assert done.returncode == 1
    assert "fastw2v: warning: 'fastw2v plot' leaves out 'wrod2': not in the vocabulary" in done.stderr
    assert "needs at least two words" in done.stderr
    assert "Traceback" not in done.stderr


def test_words_that_are_numbers_are_found(tmp_path):
    save(tmp_path / "numbers.fw2v", WordVectors(np.eye(5), [10, 20, 30, 40, 50]))
    done = invoke(tmp_path / "numbers.fw2v", "10", "30", "50", "-o", tmp_path / "words.png")
    assert done.exit_code == 0, done.output


def test_other_commands_import_no_library_that_draws(run_python, file):
    code = "import sys; from fastw2v.cli import main\ntry:\n    main()\nexcept SystemExit:\n    print(*sys.modules)"
    loaded = set(run_python(code, "most-similar", file, "word1").stdout.split())
    assert "fastw2v.cli.neighbours" in loaded
    assert not loaded & {"matplotlib", "bokeh", "adjustText", "umap", "fastw2v.pictures"}


def test_characters_that_the_font_lacks_are_told_once(tmp_path, run):
    save(tmp_path / "vectors.fw2v", WordVectors(np.eye(4), ["東京", "大阪", "north", "south"]))
    done = run("plot", tmp_path / "vectors.fw2v", "--title", "東北", "-q", "-o", tmp_path / "words.png")
    assert done.returncode == 0
    (line,) = done.stderr.splitlines()
    assert line.startswith("fastw2v: warning: 5 characters such as '東', '京', '大' are not in the font DejaVu Sans")
