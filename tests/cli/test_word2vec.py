"""word2vec.c's command line."""

import re

import pytest

from fastw2v import formats

SMALL = ("-size", 4, "-iter", 1, "-threads", 1)


def test_the_line_of_a_script_runs_as_it_is(corpus, tmp_path, run):
    line = "-size 20 -window 8 -negative 25 -cbow 0 -binary 1 -hs 0 -sample 1e-4 -threads 20 -iter 2 -min-count 5"
    done = run("word2vec", "-train", corpus, "-output", tmp_path / "y", *line.split(), "-alpha", 0.02, "-debug", 2)
    assert done.returncode == 0, done.stderr
    assert formats.format_of_content(tmp_path / "y") == "binary"
    assert formats.load(tmp_path / "y").vectors.shape == (7, 20)


def test_the_defaults_are_those_of_word2vec(corpus, tmp_path, monkeypatch):
    from click.testing import CliRunner

    from fastw2v.cli import dialects
    from fastw2v.cli.commands import cli

    given = {}
    monkeypatch.setattr(dialects, "train_as", lambda *a, options, **k: given.update(options))
    assert CliRunner().invoke(cli, ["word2vec", "-train", str(corpus), "-output", "y"]).exit_code == 0
    expected = {"vector_size": 100, "window": 5, "sample": 1e-3, "loss": "ns", "negative": 5, "epochs": 5}
    expected |= {"min_count": 5, "learning_rate": 0.05, "architecture": "cbow", "n_jobs": None, "seed": None}
    assert given == expected
    given.clear()
    line = ["word2vec", "-train", str(corpus), "-output", "y", "-cbow", "0", "-hs", "1", "-negative", "0"]
    assert CliRunner().invoke(cli, line).exit_code == 0
    assert (given["learning_rate"], given["architecture"], given["loss"]) == (0.025, "skipgram", "hs")
    assert given["slow_frequent"] is False
    assert "negative" not in given


@pytest.mark.parametrize("more", [["-hs", 1, "-negative", 0], ["-hs", 1, "-negative", 3], ["-cbow", 0]])
def test_all_losses_train(corpus, tmp_path, run, more):
    done = run("word2vec", "-train", corpus, "-output", tmp_path / "y", *SMALL, "-sample", 0, "-debug", 0, *more)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "y").read_text().startswith("7 4\n")


def test_a_vocabulary_is_saved_as_word2vec_reads_it_and_read_again(corpus, tmp_path, run):
    saved = tmp_path / "vocab.txt"
    done = run("word2vec", "-train", corpus, "-output", tmp_path / "y", "-save-vocab", saved, *SMALL)
    assert done.returncode == 0, done.stderr
    assert saved.read_text().split("\n")[:3] == ["</s> 600", "the 1200", "sat 600"]
    alone = tmp_path / "alone.txt"
    done = run("word2vec", "-train", corpus, "-save-vocab", alone)
    assert done.returncode == 0, done.stderr
    assert alone.read_text() == saved.read_text()
    done = run("word2vec", "-train", corpus, "-output", tmp_path / "z", "-read-vocab", saved, "-min-count", 600, *SMALL)
    assert done.returncode == 0, done.stderr
    assert formats.load(tmp_path / "z").index_to_key == ["the", "sat", "on"]
    done = run("word2vec", "-train", corpus, "-output", tmp_path / "z", "-read-vocab", saved, "-min-count", 900, *SMALL)
    assert done.returncode == 1
    assert "1 of its 7 words have counts of at least -min-count 900" in done.stderr


def test_classes_of_words(corpus, tmp_path, run):
    done = run("word2vec", "-train", corpus, "-output", tmp_path / "classes.txt", "-classes", 3, *SMALL)
    assert done.returncode == 0, done.stderr
    rows = [line.split(" ") for line in (tmp_path / "classes.txt").read_text().splitlines()]
    assert [word for word, _ in rows][:2] == ["the", "sat"]
    assert {int(number) for _, number in rows} == {0, 1, 2}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-train", "{corpus}"], "there is nothing to write: name a file with -output or -save-vocab"),
        (["-train", "{corpus}", "-output", "y", "-negative", "0"], "leave nothing to learn from"),
        (["-train", "{corpus}", "-output", "y", "-cbow", "2"], "Invalid value for '-cbow'"),
        (["-output", "y"], "Missing option '-train'"),
    ],
)
def test_what_cannot_be_done_is_said(corpus, run, arguments, message):
    done = run("word2vec", *[each.format(corpus=corpus) for each in arguments])
    assert done.returncode == 2
    assert message in done.stderr


def test_a_file_of_another_kind_is_kept(corpus, tmp_path, run):
    (tmp_path / "notes").write_text("what nobody has a copy of\n")
    for option in ("-output", "-save-vocab"):
        other = () if option == "-output" else ("-output", tmp_path / "y")
        done = run("word2vec", "-train", corpus, option, tmp_path / "notes", *other, *SMALL)
        assert done.returncode == 1
        assert re.search(r"exists and is no (file of word vectors|vocabulary)", done.stderr)
        assert "--overwrite" in done.stderr
    assert (tmp_path / "notes").read_text() == "what nobody has a copy of\n"
