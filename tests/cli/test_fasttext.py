"""fastText's command line."""

import pytest
from click.testing import CliRunner

from fastw2v import formats
from fastw2v.cli import dialects
from fastw2v.cli.commands import cli

SMALL = ("-dim", 4, "-epoch", 1, "-thread", 1)


@pytest.mark.parametrize("command", ["skipgram", "cbow"])
def test_vectors_are_written_as_fasttext_writes_them(corpus, tmp_path, run, command):
    done = run(command, "-input", corpus, "-output", tmp_path / "model", *SMALL, "-ws", 2, "-neg", 3, "-minCount", 2)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "model.vec").read_text().startswith("7 4\n")
    assert not (tmp_path / "model.bin").exists()


def test_the_defaults_are_those_of_fasttext(corpus, monkeypatch):
    given = {}
    monkeypatch.setattr(dialects, "train_as", lambda *a, options, **k: given.update(options))
    assert CliRunner().invoke(cli, ["cbow", "-input", str(corpus), "-output", "y"]).exit_code == 0
    expected = {"architecture": "cbow", "vector_size": 100, "window": 5, "epochs": 5, "learning_rate": 0.05}
    expected |= {"min_count": 5, "negative": 5, "loss": "ns", "sample": 1e-4, "n_jobs": None, "seed": None}
    assert given == {**expected, "initial_vectors": None}


def test_training_starts_from_pretrained_vectors(corpus, tmp_path, run):
    first = ("skipgram", "-input", corpus, "-output", tmp_path / "one", *SMALL)
    assert run(*first).returncode == 0
    start = ("-pretrainedVectors", tmp_path / "one.vec", "-lr", 1e-30)
    assert run(*first[:-6], *SMALL, *start, "-output", tmp_path / "two").returncode == 0
    one, two = (formats.load(tmp_path / name).vectors for name in ("one.vec", "two.vec"))
    assert abs(one - two).max() < 1e-6


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("-minn", 3, "-minn 3: words have no vectors of their parts here"),
        ("-maxn", 6, "leave it out or pass 0, or train with fastText"),
        ("-wordNgrams", 2, "single words alone are trained here"),
        ("-loss", "softmax", "it must be ns or hs"),
    ],
)
def test_subwords_and_classification_are_refused(corpus, tmp_path, run, option, value, message):
    done = run("skipgram", "-input", corpus, "-output", tmp_path / "y", option, value)
    assert done.returncode == 2
    assert message in done.stderr


def test_options_without_effect_are_told_only_where_they_are_given(corpus, tmp_path, run):
    command = ("skipgram", "-input", corpus, "-output", tmp_path / "y", *SMALL, "-verbose", 0, "-minn", 0, "-maxn", 0)
    command = (*command, "-t", 0)
    done = run(*command)
    assert (done.returncode, done.stderr) == (0, "")
    done = run(*command, "-bucket", 5, "-lrUpdateRate", 100, "-saveOutput", 1)
    assert done.returncode == 0
    for option in ("-bucket 5", "-lrUpdateRate 100", "-saveOutput 1"):
        assert f"warning: {option} has no effect: " in done.stderr
