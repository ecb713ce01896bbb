"""The command line, run as people run it."""

import dataclasses
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import fastw2v
from fastw2v import encode, errors, formats
from fastw2v.cli import commands
from fastw2v.cli.commands import cli
from fastw2v.errors import ParameterError
from fastw2v.parameters import RULES
from fastw2v.planning.training_parameters import TrainingParameters
from fastw2v.training import loop as fit
from fastw2v.vectors import WordVectors

HOME = Path(fastw2v.__file__).parent.parent
COMMAND = [sys.executable, "-c", "from fastw2v.cli import main; main()"]
SQUARE = WordVectors(
    np.array([[1, 0, 0], [1, 0, 1], [0, 1, 0], [0, 1, 1]], np.float32), ["man", "king", "woman", "queen"], [4, 3, 2, 1]
)


def run(*arguments, **options):
    """Run the command in a process of its own."""
    return subprocess.run(
        [*COMMAND, *map(str, arguments)], capture_output=True, text=True, cwd=HOME, timeout=120, **options
    )


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "square.fw2v"
    formats.save(path, SQUARE, metadata={"parameters": {"window": 5}})
    return path


@pytest.fixture
def corpus(tmp_path):
    path = tmp_path / "corpus.txt"
    path.write_text("the cat sat on the mat\nthe dog sat on the log\n" * 300)
    return path


# -- questions to a file --


def test_neighbours_and_analogies(file):
    done = run("most-similar", file, "king", "woman", "--negative", "man", "--topn", 1)
    assert done.stdout == "queen\t1.0000\n" or done.stdout.startswith("queen\t0.9")
    assert (done.returncode, done.stderr) == (0, "")
    done = run("analogy", file, "man", "king", "woman")
    assert done.stdout.startswith("queen\t")
    assert len(run("most-similar", file, "king", "--restrict-vocab", 2).stdout.splitlines()) == 1


def test_keys_that_are_numbers_can_be_asked_for(tmp_path):
    formats.save(tmp_path / "walks.fw2v", WordVectors(np.eye(3) + 1, [10, -7, 3]))
    result = CliRunner().invoke(cli, ["most-similar", str(tmp_path / "walks.fw2v"), "10"])
    assert [line.split("\t")[0] for line in result.output.splitlines()] == ["-7", "3"]


def test_info_says_what_a_file_holds(file):
    result = CliRunner().invoke(cli, ["info", str(file)])
    for part in (
        "native format, 4 words, 3 dimensions",
        "man king woman queen",
        ": 10",
        "'window': 5",
        "context vectors: no",
    ):
        assert part in result.output


def test_info_without_a_file_describes_the_machine():
    done = run("info")
    assert done.returncode == 0
    assert "Python" in done.stdout


def test_evaluate_with_files_of_ones_own(file, tmp_path):
    (tmp_path / "pairs").write_text("man\tking\t5\nman\twoman\t1\nking\tqueen\t4\nman\tunknown\t3\n")
    (tmp_path / "questions").write_text(": family\nman king woman queen\n")
    done = run(
        "evaluate", file, "--pairs", tmp_path / "pairs", "--analogies", tmp_path / "questions", "--protocol", "gensim"
    )
    assert done.returncode == 0, done.stderr
    assert "pairs: Spearman" in done.stdout
    assert "3 pairs used, 1 with unknown words" in done.stdout
    assert "total                          100.00%       1 of      1,      0 left out" in done.stdout


def test_evaluate_restricts_pairs_and_analogies_alike(file, tmp_path):
    (tmp_path / "pairs").write_text("man\tking\t5\nman\twoman\t1\nking\tqueen\t4\nking\twoman\t2\n")
    (tmp_path / "questions").write_text(": family\nman king woman queen\nman king king man\n")
    files = ["--pairs", str(tmp_path / "pairs"), "--analogies", str(tmp_path / "questions")]
    output = CliRunner().invoke(cli, ["evaluate", str(file), *files, "--restrict-vocab", "3"]).output
    assert "3 pairs used, 1 with unknown words left out (Unicode upper case, first 3 words)" in output
    assert "of      1,      1 left out" in output
    output = CliRunner().invoke(cli, ["evaluate", str(file), *files]).output
    assert "4 pairs used, 0 with unknown words" in output
    assert isinstance(
        CliRunner().invoke(cli, ["evaluate", str(file), *files, "--restrict-vocab", "0"]).exception, ParameterError
    )


# -- faults --


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["most-similar", "{file}", "kingg"],
            "the word 'kingg' is not in the vocabulary of 4 words; close matches: 'king'",
        ),
        (["most-similar", "missing.bin", "a"], "missing.bin"),
        (["analogy", "{corpus}", "a", "b", "c"], "neither a safetensors file, nor a word2vec header"),
        (["train", "{corpus}", "-o", "{folder}/v.bin", "--window", "0"], "window=0: it must be a whole number from 1"),
        (["train", "{corpus}", "-o", "{folder}/v.bin", "--architecture", "glove"], "architecture='glove': it must be"),
        (["train", "{corpus}", "-o", "{folder}/v"], "the name implies no format"),
        (["train", "{corpus}", "-o", "{folder}/v.bin", "--with-context"], "cannot hold context vectors"),
        (["train", "{corpus}", "-o", "{folder}/missing/v.bin"], "cannot create a file in"),
        (["train", "nothing.txt", "-o", "{folder}/v.fw2v.gz"], "native files are not compressed"),
        (["train", "nothing.txt", "-o", "{folder}/v.bin", "--device", "gpu"], "device='gpu': it must be one of"),
        (["train", "{folder}/nothing.txt", "-o", "{folder}/v.bin"], "nothing.txt"),
        (
            ["train", "{corpus}", "-o", "{folder}/v.bin", "--seed", "-1"],
            "seed=-1: it must be None, a whole number from 0",
        ),
    ],
)
def test_a_fault_is_one_line_and_exit_code_1(file, corpus, tmp_path, arguments, message):
    done = run(*[argument.format(file=file, corpus=corpus, folder=tmp_path) for argument in arguments])
    assert done.returncode == 1
    assert message in done.stderr
    assert done.stderr.startswith("fastw2v: error: ") or "Traceback" not in done.stderr
    assert len([line for line in done.stderr.splitlines() if line.startswith("fastw2v: error")]) == 1
    assert done.stdout == ""
    assert sorted(path.name for path in tmp_path.iterdir()) == ["corpus.txt", "square.fw2v"]


@pytest.mark.parametrize("arguments", [["train"], ["most-similar"], ["nonsense"], ["train", "x", "--windw", "3"]])
def test_wrong_usage_is_exit_code_2(arguments):
    done = run(*arguments)
    assert done.returncode == 2
    assert "Usage: fastw2v" in done.stderr


def test_a_reader_that_goes_away_is_no_traceback(tmp_path):
    words = [f"word{number}" for number in range(30_000)]
    formats.save(tmp_path / "v.bin", WordVectors(np.random.default_rng(0).normal(size=(30_000, 4)), words))
    command = [*COMMAND, "most-similar", str(tmp_path / "v.bin"), "word1", "--topn", "30000"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=HOME)
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait() == 1
    process.stderr.close()


# -- train --


def test_every_training_parameter_is_an_option_with_its_rule():
    result = CliRunner().invoke(cli, ["train", "--help"], terminal_width=400)
    assert result.exit_code == 0
    for each in dataclasses.fields(TrainingParameters):
        assert f"--{each.name.replace('_', '-')}" in result.output
        if each.type != "bool":
            assert RULES[each.name].allowed in " ".join(result.output.split())


def test_the_seed_is_said_and_makes_a_run_repeatable(corpus, tmp_path):
    command = ("train", corpus, "--vector-size", 4, "--epochs", 1, "--n-jobs", 1)
    drawn = re.search(r", seed (\d+); written to", run(*command, "-o", tmp_path / "one.bin").stderr)[1]
    run(*command, "-o", tmp_path / "two.bin", "--seed", drawn)
    assert (tmp_path / "one.bin").read_bytes() == (tmp_path / "two.bin").read_bytes()


def test_a_stopped_run_goes_on_from_its_checkpoint(corpus, tmp_path):
    """Stopped by a callback in this process, since no test may depend on when a signal arrives."""
    command = ("train", corpus, "--vector-size", 4, "--n-jobs", 1, "-o", tmp_path / "v.bin")
    options = {"vector_size": 4, "epochs": 3, "sample": 0.0}
    encoded = encode(corpus)
    state = fit.train(
        encoded,
        TrainingParameters(**options),
        seed=7,
        n_jobs=1,
        callbacks=[lambda progress: True],
        checkpoint=tmp_path / "c.fw2v",
    )
    assert not state.complete
    resume = ("--epochs", 3, "--sample", 0, "--checkpoint", tmp_path / "c.fw2v", "--resume")
    done = run(*command, *resume)
    assert done.returncode == 0, done.stderr
    assert "seed 7" in done.stderr
    whole = fit.train(encoded, TrainingParameters(**options), seed=7, n_jobs=1)
    assert np.array_equal(formats.load(tmp_path / "v.bin").vectors, whole.w_in)
    assert "leave out --seed" in run(*command, *resume, "--seed", 7).stderr
    assert "name its file with --checkpoint" in run(*command, "--resume").stderr
    assert "epochs=3, not 4" in run(*command, *resume, "--epochs", 4).stderr


def test_files_of_words_and_vectors(corpus, tmp_path):
    (tmp_path / "words").write_text("dog\r\ncat\n\nthe\n")
    (tmp_path / "stay").write_text("cat\n")
    formats.save(tmp_path / "start.vec", WordVectors(np.eye(2, 4) + 1, ["cat", "dog"]))
    command = ("train", corpus, "--vector-size", 4, "--epochs", 1, "--sample", 0, "-o", tmp_path / "v.bin")
    files = ("--vocabulary", tmp_path / "words", "--initial-vectors", tmp_path / "start.vec")
    done = run(*command, *files, "--frozen", tmp_path / "stay")
    assert done.returncode == 0, done.stderr
    vectors = formats.load(tmp_path / "v.bin")
    assert vectors.index_to_key == ["dog", "cat", "the"]
    assert vectors["cat"].tolist() == [2, 1, 1, 1]
    assert vectors["dog"].tolist() != [1, 2, 1, 1]
    (tmp_path / "stay").write_text("horse\n")
    assert "'horse' is not in the vocabulary of 3 words" in run(*command, *files, "--frozen", tmp_path / "stay").stderr
    assert "initial_vectors have 4 dimensions" in run(*command, *files, "--vector-size", 5).stderr


def test_words_that_no_file_holds_are_found_before_the_training(tmp_path):
    (tmp_path / "long.txt").write_text(f"a b {'x' * 70_000}\n" * 9)
    done = run("train", tmp_path / "long.txt", "-o", tmp_path / "v.bin", "--epochs", 1_000_000)
    assert "has 70,000 bytes; files hold words of up to 65,536" in done.stderr


def test_every_option_reaches_the_training(corpus, tmp_path):
    other = {
        "vector_size": 7,
        "architecture": "cbow",
        "window": 3,
        "shrink_windows": False,
        "negative": 2,
        "ns_exponent": 0.5,
        "negative_sharing": "pair",
        "sample": 0.01,
        "epochs": 2,
        "learning_rate": 0.03,
        "min_learning_rate": 0.001,
        "cbow_mean": False,
        "cbow_gradient": "mean",
    }
    assert set(other) == {each.name for each in dataclasses.fields(TrainingParameters)}
    assert all(getattr(TrainingParameters(), name) != value for name, value in other.items())
    options = []
    for name, value in other.items():
        flag = name.replace("_", "-")
        options += [f"--{flag}", str(value)] if not isinstance(value, bool) else [f"--no-{flag}"]
    options[options.index("--no-shrink-windows")] = "--shrink-windows=no"
    done = run("train", corpus, "-o", tmp_path / "v.fw2v", "--seed", 5, "--with-context", "--max-vocab", 6, *options)
    assert done.returncode == 0, done.stderr
    loaded = formats.load_all(tmp_path / "v.fw2v")
    assert loaded.metadata["parameters"] == other
    assert loaded.metadata["seed"] == 5
    assert len(loaded.metadata["loss_history"]) == 2
    assert loaded.word_vectors.vectors.shape == loaded.context_vectors.shape == (6, 7)
    assert loaded.word_vectors.index_to_key[0] == "the"
    assert loaded.word_vectors.counts[0] == 1200


@pytest.mark.parametrize("name", ["v.fw2v", "v.txt", "v.vec", "v.bin", "v.txt.gz"])
def test_the_name_of_the_output_tells_its_format(corpus, tmp_path, name):
    done = run("train", corpus, "-o", tmp_path / name, "--vector-size", 4, "--epochs", 1)
    assert done.returncode == 0, done.stderr
    assert "words/s" in done.stderr
    assert str(tmp_path / name) in done.stderr
    assert done.stdout == ""
    assert formats.load(tmp_path / name).index_to_key[0] == "the"
    assert formats.format_of_content(tmp_path / name) == formats.format_of_name(tmp_path / name)


def test_the_same_seed_gives_the_same_file(corpus, tmp_path):
    for name in ("a.fw2v", "b.fw2v"):
        done = run(
            "train", corpus, "-o", tmp_path / name, "--vector-size", 4, "--epochs", 2, "--seed", 3, "-j", 1, "-q"
        )
        assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "a.fw2v").read_bytes() == (tmp_path / "b.fw2v").read_bytes()


def test_standard_input_is_a_corpus(corpus, tmp_path):
    done = run("train", "-", "-o", tmp_path / "v.bin", "--vector-size", 4, "--epochs", 1, input=corpus.read_text())
    assert done.returncode == 0, done.stderr
    assert formats.load(tmp_path / "v.bin").index_to_key[:1] == ["the"]


def test_what_the_command_line_writes_the_estimator_loads(corpus, tmp_path):
    done = run("train", corpus, "-o", tmp_path / "v.fw2v", "--vector-size", 4, "--epochs", 1, "--with-context")
    assert done.returncode == 0, done.stderr
    model = fastw2v.Word2Vec.load(tmp_path / "v.fw2v")
    assert model.get_params()["vector_size"] == 4
    np.testing.assert_array_equal(model["the"], formats.load(tmp_path / "v.fw2v")["the"])


@pytest.mark.parametrize("keep", [False, True])
def test_ctrl_c_stops_in_order(corpus, tmp_path, keep):
    corpus.write_text(corpus.read_text() * 30)
    output = tmp_path / "v.fw2v"
    output.write_bytes(b"what was there before")
    options = ["--epochs", "1000000", "--vector-size", "4", *(["--save-on-interrupt"] if keep else [])]
    process = subprocess.Popen(
        [*COMMAND, "train", str(corpus), "-o", str(output), *options], stderr=subprocess.PIPE, text=True, cwd=HOME
    )
    try:
        assert "7 words kept of 7" in process.stderr.readline()
        time.sleep(0.7)
        process.send_signal(signal.SIGINT)
        _, rest = process.communicate(timeout=20)
    finally:
        process.kill()
    assert process.returncode == 130
    assert "interrupted in epoch" in rest
    assert "Traceback" not in rest
    if keep:
        loaded = formats.load_all(output)
        assert 0 < len(loaded.metadata["loss_history"]) < 1_000_000
        assert np.isfinite(loaded.word_vectors.vectors).all()
    else:
        assert "nothing was written" in rest
        assert output.read_bytes() == b"what was there before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["corpus.txt", "v.fw2v"]


def test_the_demo_runs_on_any_corpus(tmp_path, monkeypatch):
    """On a corpus of a few words, so that it takes no time; what it learns from the real one is no test's business."""
    sentences = [["min", "max", "minimum", "maximum", "row", "column", "rows", "columns", "matrix", "file"]] * 60
    monkeypatch.setattr("fastw2v.datasets.fetch.load_docstrings", lambda: sentences)
    result = CliRunner().invoke(cli, ["demo", "--epochs", "1", "--seed", "1", "-o", str(tmp_path / "v.fw2v")])
    assert result.exit_code == 0, result.output
    for part in ("Corpus: 600 words", "words/s", "matrix: ", "min : max :: minimum : ", "row : column :: rows : "):
        assert part in result.output
    assert len(formats.load(tmp_path / "v.fw2v")) == 10


def test_the_demo_on_the_installed_library_answers_its_analogies(tmp_path):
    done = run("demo", env={**os.environ, "FASTW2V_CACHE": str(tmp_path)})
    assert done.returncode == 0, done.stderr
    assert 500_000 < int(re.search(r"Corpus: ([\d,]+) words", done.stdout)[1].replace(",", "")) < 3_000_000
    assert "min : max :: minimum : maximum" in done.stdout
    assert "row : column :: rows : columns" in done.stdout
    assert done.stdout.count("as expected") == 2


def test_internal_signals_are_not_reported_as_faults_a_user_can_mend():
    faults = commands._expected_faults()
    assert issubclass(errors.CorpusError, faults)
    for internal in (errors.BadTextError, errors.BadTokenError, errors.TooManyWordsError):
        assert not issubclass(internal, faults)
