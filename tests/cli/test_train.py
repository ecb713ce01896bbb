"""The command train: options, files, seeds, checkpoints and Ctrl-C."""

import dataclasses
import gzip
import json
import re
import signal
import subprocess
import time

import numpy as np
import pytest
from click.testing import CliRunner

import fastw2v
from fastw2v import encode, formats
from fastw2v.cli.commands import cli
from fastw2v.cli.training_options import _CHOICES
from fastw2v.parameters import RULES
from fastw2v.planning.training_parameters import TrainingParameters
from fastw2v.training.loop import train
from fastw2v.vectors import WordVectors


def test_every_training_parameter_is_an_option_with_its_rule():
    result = CliRunner().invoke(cli, ["train", "--help"], terminal_width=400)
    assert result.exit_code == 0
    for each in dataclasses.fields(TrainingParameters):
        assert f"--{each.name.replace('_', '-')}" in result.output
        if each.name == "shrink_windows":  # a choice of words for what is True, False or a name in Python
            assert "[yes|no|draw|inverse]" in result.output
        elif each.name in _CHOICES:
            assert f"--{each.name.replace('_', '-')} [{'|'.join(_CHOICES[each.name])}]" in result.output
        elif each.type != "bool":
            said = RULES[each.name].allowed.replace("None (", "left out (").replace(f" to {2**62:,}", "")
            said = said.replace("loss='hs'", "--loss hs").replace("slow_frequent", "--slow-frequent")
            assert said in " ".join(result.output.split())


@pytest.mark.parametrize("written", ["cbow", "CBOW", "Cbow"])
def test_choices_are_taken_in_any_case(corpus, tmp_path, run, written):
    command = ("train", corpus, "-o", tmp_path / "v.fw2v", "--vector-size", 4, "--epochs", 1, "-q")
    assert run(*command, "--architecture", written, "--loss", "Both", "--device", "CPU").returncode == 0
    kept = formats.load_all(tmp_path / "v.fw2v").metadata["parameters"]
    assert (kept["architecture"], kept["loss"], kept["device"]) == ("cbow", "both", "cpu")
    assert run(*command, "--architecture", "Skip-Gram").returncode == 0
    assert formats.load_all(tmp_path / "v.fw2v").metadata["parameters"]["architecture"] == "skipgram"


def test_the_report_of_a_run_as_json_and_tsv(corpus, tmp_path, run):
    command = ("train", corpus, "-o", tmp_path / "v.fw2v", "--vector-size", 4, "--epochs", 2, "--seed", 3, "-j", 1)
    done = run(*command, "--json")
    found = json.loads(done.stdout)
    for name, value in {"words": 7, "vector_size": 4, "tokens": 3600, "epochs": 2, "seed": 3, "n_jobs": 1}.items():
        assert found[name] == value
    assert found["output"] == str(tmp_path / "v.fw2v")
    assert found["interrupted"] is False
    assert len(found["loss_history"]) == 2
    assert found["parameters"]["window"] == 5
    rows = dict(line.split("\t") for line in run(*command, "--tsv", "-q").stdout.splitlines())
    assert set(rows) - {"name"} == {*found, *(f"parameters.{name}" for name in found["parameters"])} - {"parameters"}
    assert rows["seed"] == "3"


def test_the_vocabulary_is_saved_and_read_again(corpus, tmp_path, run):
    saved = tmp_path / "vocab.txt"
    command = ("train", corpus, "--vector-size", 4, "--epochs", 1, "--sample", 0, "-q")
    assert run(*command, "-o", tmp_path / "v.fw2v", "--save-vocab", saved).returncode == 0
    assert saved.read_text().split("\n")[:2] == ["</s> 600", "the 1200"]
    done = run(*command, "-o", tmp_path / "w.fw2v", "--vocab", saved)
    assert (done.returncode, done.stderr) == (0, "")
    one, two = (formats.load(tmp_path / name) for name in ("v.fw2v", "w.fw2v"))
    assert one.index_to_key == two.index_to_key
    for other, message in ((corpus, "is a file of the corpus"), (tmp_path / "v.fw2v", "is the file of --output, too")):
        before = other.read_bytes()
        done = run(*command, "-o", tmp_path / "v.fw2v", "--save-vocab", other)
        assert done.returncode == 1
        assert message in done.stderr
        assert other.read_bytes() == before


def test_the_seed_is_said_and_makes_a_run_repeatable(corpus, tmp_path, run):
    command = ("train", corpus, "--vector-size", 4, "--epochs", 1, "--n-jobs", 1)
    drawn = re.search(r", seed (\d+); written to", run(*command, "-o", tmp_path / "one.bin").stderr)[1]
    run(*command, "-o", tmp_path / "two.bin", "--seed", drawn)
    assert (tmp_path / "one.bin").read_bytes() == (tmp_path / "two.bin").read_bytes()


def test_a_stopped_run_continues_from_its_checkpoint(corpus, tmp_path, run):
    """Stopped by a callback in this process, since no test may depend on when a signal arrives."""
    command = ("train", corpus, "--vector-size", 4, "--n-jobs", 1, "-o", tmp_path / "v.bin")
    options = {"vector_size": 4, "epochs": 3, "sample": 0.0}
    encoded = encode(corpus)
    state = train(
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
    whole = train(encoded, TrainingParameters(**options), seed=7, n_jobs=1)
    assert np.array_equal(formats.load(tmp_path / "v.bin").vectors, whole.w_in)
    assert "leave out --seed" in run(*command, *resume, "--seed", 8).stderr
    assert "name its file with --checkpoint" in run(*command, "--resume").stderr
    assert "--epochs 3, not 4" in run(*command, *resume, "--epochs", 4).stderr


def test_files_of_words_and_vectors(corpus, tmp_path, run):
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
    assert "--initial-vectors have 4 dimensions" in run(*command, *files, "--vector-size", 5).stderr


@pytest.mark.parametrize(
    "words", ["cat \ndog\t\t\r\n\n  the\n", "</s> 600\ncat 300\ndog\t300\nthe 1200\n", "cat\ndog\nthe\n"]
)
def test_blanks_and_counts_are_no_part_of_words(corpus, tmp_path, run, words):
    (tmp_path / "words").write_text(words)
    files = ("--vocabulary", tmp_path / "words", "--vector-size", 2, "--epochs", 1, "-o", tmp_path / "v.fw2v")
    done = run("train", corpus, *files)
    assert done.returncode == 0, done.stderr
    assert formats.load(tmp_path / "v.fw2v").index_to_key == ["cat", "dog", "the"]


def test_words_that_no_file_holds_are_found_before_the_training(tmp_path, run):
    (tmp_path / "long.txt").write_text(f"a b {'x' * 70_000}\n" * 9)
    done = run("train", tmp_path / "long.txt", "-o", tmp_path / "v.bin", "--epochs", 1_000_000)
    assert "has 70,000 bytes; files hold words of up to 65,536" in done.stderr


def test_every_option_reaches_the_training(corpus, tmp_path, run):
    other = {
        "vector_size": 7,
        "architecture": "cbow",
        "window": 3,
        "shrink_windows": False,
        "loss": "both",
        "negative": 2,
        "ns_exponent": 0.5,
        "negative_sharing": "pair",
        "slow_frequent": False,
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
    assert "warning: --no-slow-frequent has no effect with --architecture cbow\n" in done.stderr
    loaded = formats.load_all(tmp_path / "v.fw2v")
    kept = loaded.metadata["parameters"]
    assert {name: kept[name] for name in other} == other
    assert (kept["max_vocab"], kept["random_state"]) == (6, 5)
    assert loaded.metadata["seed"] == 5
    assert len(loaded.metadata["loss_history"]) == 2
    assert loaded.word_vectors.vectors.shape == loaded.context_vectors.shape == (6, 7)
    assert loaded.word_vectors.index_to_key[0] == "the"
    assert loaded.word_vectors.counts[0] == 1200


@pytest.mark.parametrize("name", ["v.fw2v", "v.txt", "v.vec", "v.bin", "v.txt.gz"])
def test_the_name_of_the_output_tells_its_format(corpus, tmp_path, name, run):
    done = run("train", corpus, "-o", tmp_path / name, "--vector-size", 4, "--epochs", 1)
    assert done.returncode == 0, done.stderr
    assert "words/s" in done.stderr
    assert str(tmp_path / name) in done.stderr
    assert done.stdout == ""
    assert formats.load(tmp_path / name).index_to_key[0] == "the"
    assert formats.format_of_content(tmp_path / name) == formats.format_of_name(tmp_path / name)


def test_standard_input_is_a_corpus(corpus, tmp_path, run):
    done = run("train", "-", "-o", tmp_path / "v.bin", "--vector-size", 4, "--epochs", 1, input=corpus.read_text())
    assert done.returncode == 0, done.stderr
    assert formats.load(tmp_path / "v.bin").index_to_key[:1] == ["the"]


def test_what_the_command_line_writes_the_estimator_loads(corpus, tmp_path, run):
    done = run("train", corpus, "-o", tmp_path / "v.fw2v", "--vector-size", 4, "--epochs", 1, "--with-context")
    assert done.returncode == 0, done.stderr
    model = fastw2v.Word2Vec.load(tmp_path / "v.fw2v")
    assert model.get_params()["vector_size"] == 4
    np.testing.assert_array_equal(model["the"], formats.load(tmp_path / "v.fw2v")["the"])


@pytest.mark.fault("Ctrl-C")
@pytest.mark.parametrize("keep", [False, True])
def test_ctrl_c_stops_in_order(corpus, tmp_path, keep, package_folder, fastw2v_command):
    *python, code = fastw2v_command
    code = f"from fastw2v.progress import lines; lines.LINE_SECONDS = 0; {code}"  # a line at each look
    corpus.write_text(corpus.read_text() * 30)
    output = tmp_path / "v.fw2v"
    formats.save(output, WordVectors(np.eye(2), ["what was", "there before"]))
    before = output.read_bytes()
    options = ["--epochs", "1000000", "--vector-size", "4", *(["--save-on-interrupt"] if keep else [])]
    process = subprocess.Popen(
        [*python, code, "train", str(corpus), "-o", str(output), *options],
        stderr=subprocess.PIPE,
        text=True,
        cwd=package_folder,
    )
    try:
        assert "7 words kept of 7" in process.stderr.readline()
        assert any(re.search(r"epoch (?!1/)", line) for line in process.stderr)  # an epoch has ended
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
        assert output.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["corpus.txt", "v.fw2v"]


def test_ctrl_c_while_the_corpus_is_read_ends_at_once(tmp_path, package_folder, fastw2v_command):
    """A pipe that gives nothing: the command waits for text, and must not hold the signal back."""
    process = subprocess.Popen(
        [*fastw2v_command, "train", "-", "-o", str(tmp_path / "v.fw2v")],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=package_folder,
    )
    try:
        for _ in range(40):  # until it waits for text, whenever that is
            time.sleep(0.25)
            process.send_signal(signal.SIGINT)
            if process.poll() is not None:
                break
        assert process.wait(timeout=1) in (130, -signal.SIGINT)
    finally:
        process.kill()
        process.communicate()


def test_a_complete_run_is_resumed_with_its_own_seed_and_says_that_nothing_is_left(corpus, tmp_path, run):
    command = ("train", corpus, "--vector-size", 4, "--epochs", 1, "--seed", 7, "-o", tmp_path / "v.bin")
    command = (*command, "--checkpoint", tmp_path / "c.fw2v")
    assert run(*command).returncode == 0
    again = run(*command, "--resume")
    assert again.returncode == 0, again.stderr
    assert (
        f"\nfastw2v: warning: the run in {tmp_path / 'c.fw2v'} is complete: nothing is left to train\n" in again.stderr
    )
    assert "no pair was trained" not in again.stderr


@pytest.mark.parametrize("given", ["the corpus", "its folder"])
def test_the_corpus_is_never_replaced_by_vectors(tmp_path, run, given):
    text = "red wine white wine\nmotor car road gear\n" * 40
    path = tmp_path / "c.txt"
    path.write_text(text)
    done = run("train", path if given == "the corpus" else tmp_path, "-o", path, "--vector-size", 2, "--min-count", 1)
    assert done.returncode == 1
    assert "is a file of the corpus" in done.stderr
    assert path.read_text() == text


def test_a_checkpoint_replaces_only_checkpoints(corpus, tmp_path, run):
    text = corpus.read_text()
    done = run("train", corpus, "-o", tmp_path / "v.bin", "--checkpoint", corpus)
    assert done.returncode == 1
    assert "exists and is not a checkpoint" in done.stderr
    assert corpus.read_text() == text
    for _ in range(2):
        again = run("train", corpus, "-o", tmp_path / "v.bin", "--epochs", 1, "--checkpoint", tmp_path / "c.fw2v")
        assert again.returncode == 0, again.stderr


def test_vectors_and_checkpoints_do_not_replace_each_other(corpus, tmp_path, run):
    command = ("train", corpus, "--vector-size", 4, "--epochs", 1)
    model, kept = tmp_path / "m.fw2v", tmp_path / "c.fw2v"
    assert run(*command, "-o", model, "--checkpoint", kept).returncode == 0
    (tmp_path / "link").symlink_to(kept)
    before = model.read_bytes(), kept.read_bytes()
    for output, checkpoint, message in (
        (tmp_path / "v.bin", model, "exists and is not a checkpoint"),
        (kept, tmp_path / "d.fw2v", "exists and is a checkpoint, and would be lost"),
        (kept, kept, "is the file of --checkpoint"),
        (tmp_path / "link", kept, "is the file of --checkpoint"),
        (tmp_path / "new.fw2v", tmp_path / "new.fw2v", "is the file of --checkpoint"),
    ):
        done = run(*command, "-o", output, "--checkpoint", checkpoint, "--format", "native")
        assert done.returncode == 1
        assert message in done.stderr
        assert (model.read_bytes(), kept.read_bytes()) == before
    assert run(*command, "-o", kept, "--overwrite").returncode == 0


def test_several_corpora_are_read_one_after_the_other(corpus, tmp_path, run):
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "b.txt").write_text("wine rose\n" * 20)
    command = ("train", corpus, tmp_path / "more", tmp_path / "m*", "-", "-o", tmp_path / "v.fw2v", "--epochs", 1)
    done = run(*command, "--vector-size", 4, input="sun moon\n" * 20)
    assert done.returncode == 0, done.stderr
    counts = formats.load(tmp_path / "v.fw2v").vocabulary
    assert [counts.counts[counts[word]] for word in ("the", "rose", "moon")] == [1200, 40, 20]


@pytest.mark.parametrize(
    ("corpora", "message"),
    [
        (("{corpus}", "missing.txt"), "there is no file 'missing.txt' (searched from"),
        (("{corpus}", ""), "a CORPUS is named by an empty string"),
        (("-", "{corpus}", "-"), "standard input (-) is named twice"),
    ],
)
def test_corpora_that_cannot_be_read_are_named(corpus, tmp_path, run, corpora, message):
    done = run("train", *[name.format(corpus=corpus) for name in corpora], "-o", tmp_path / "v.bin")
    assert done.returncode == 1
    assert message in done.stderr
    assert "a list of documents" not in done.stderr


def test_the_corpus_is_kept_when_it_is_one_of_several(corpus, tmp_path, run):
    text = corpus.read_text()
    (tmp_path / "other.txt").write_text("a b\n" * 9)
    done = run("train", tmp_path / "other.txt", corpus, "-o", corpus, "--overwrite")
    assert done.returncode == 1
    assert "is a file of the corpus" in done.stderr
    assert corpus.read_text() == text


def test_a_file_of_another_kind_is_replaced_only_when_told(corpus, tmp_path, run):
    (tmp_path / "notes.txt").write_text("what nobody has a copy of\n")
    command = ("train", corpus, "-o", tmp_path / "notes.txt", "--vector-size", 4, "--epochs", 1)
    done = run(*command)
    assert done.returncode == 1
    assert "exists and is no file of word vectors" in done.stderr
    assert "--overwrite" in done.stderr
    assert "words kept" not in done.stderr, "said before anything is read"
    assert (tmp_path / "notes.txt").read_text() == "what nobody has a copy of\n"
    for more in (["--overwrite"], []):
        assert run(*command, *more).returncode == 0
    assert run("convert", tmp_path / "notes.txt", corpus).returncode == 1
    assert run("convert", tmp_path / "notes.txt", corpus, "--overwrite").returncode == 0


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (
            b"id,label,text\n" + b"".join(b"%d,pos,the cat %d sat\n" % (i, i) for i in range(20)),
            "standard input is a table",
        ),
        (
            gzip.compress(b"the cat sat\n" * 99),
            "standard input: it looks like gzip data; unpack it first, as gunzip does",
        ),
    ],
    ids=["table", "gzip"],
)
@pytest.mark.parametrize("command", ["train", "vocab"])
def test_standard_input_is_looked_at_like_a_file(fastw2v_command, tmp_path, command, data, message):
    options = ["-o", tmp_path / "v.fw2v", "--errors", "replace", "--min-count", "1"] if command == "train" else []
    call = [*fastw2v_command, command, "-", *options]
    done = subprocess.run(call, input=data, capture_output=True, check=False, cwd=tmp_path)
    assert done.returncode == 1
    assert message in done.stderr.decode()
    assert not (tmp_path / "v.fw2v").exists()
