"""Files of a command line: nothing that is read is lost, and no two outputs are one file."""

import errno
import os
import shutil
import tempfile
from types import SimpleNamespace

import numpy as np
import pytest

from fastw2v import encode, formats
from fastw2v.cli.files import check_kept_apart, check_stdin_once
from fastw2v.errors import ParameterError
from fastw2v.planning.training_parameters import TrainingParameters
from fastw2v.training.loop import train
from fastw2v.writing.atomic import Writer

TRAIN = ("--vector-size", 2, "--epochs", 1, "-j", 1, "-q")


def test_no_two_outputs_are_one_file_and_none_is_an_input(tmp_path):
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_text("a")
    link = tmp_path / "link"
    link.symlink_to(one)
    for written, read in (
        ({"save_vocab": one, "checkpoint": link}, {}),
        ({"save_vocab": other, "checkpoint": tmp_path / "x" / ".." / "other"}, {}),
        ({"save_vocab": one}, {"vocabulary": link}),
        ({"output": one}, {"FILE": one}),
    ):
        with pytest.raises(ParameterError, match="name another file"):
            check_kept_apart(written, read)
    check_kept_apart({"output": one, "checkpoint": other}, {"initial_vectors": link, "frozen": None})


def test_vectors_may_be_trained_on_but_a_list_of_words_stays(corpus, tmp_path, call):
    vectors, words = tmp_path / "v.fw2v", tmp_path / "words"
    assert call("train", corpus, "-o", vectors, *TRAIN, "--save-vocab", words).returncode == 0
    assert call("train", corpus, "-o", vectors, *TRAIN, "--initial-vectors", vectors).returncode == 0
    before = words.read_text()
    done = call("train", corpus, "-o", vectors, *TRAIN, "--vocab", words, "--save-vocab", words)
    assert done.returncode == 1
    assert "--save-vocab" in done.stderr
    done = call("word2vec", "-train", corpus, "-output", tmp_path / "w", "-read-vocab", words, "-save-vocab", words)
    assert done.returncode == 1
    assert "-save-vocab" in done.stderr
    assert words.read_text() == before


def test_document_vectors_never_replace_the_word_vectors_that_they_are_of(file, corpus, call):
    before = file.read_bytes()
    done = call("document-vectors", file, corpus, "-o", file, "--npy", "--overwrite")
    assert done.returncode == 1
    assert "is the file of FILE" in done.stderr
    assert file.read_bytes() == before


def test_standard_input_is_read_once(tmp_path, file, call):
    check_stdin_once(("a", "-"))
    for names in (("-", "-"), ("-", "/dev/stdin"), ("/dev/fd/0", "-")):
        with pytest.raises(ParameterError, match="is named twice"):
            check_stdin_once(names)
    assert "is named twice" in call("document-vectors", file, "-", "--fit-on", "/dev/stdin").stderr


def test_a_folder_is_no_output(corpus, tmp_path, call):
    done = call("train", corpus, "-o", tmp_path)
    assert done.returncode == 1
    assert "this is a folder; give the name of a file" in done.stderr
    done = call("export", tmp_path / "none", tmp_path / "missing" / "folder", "--to", "projector")
    assert done.returncode == 1


def test_a_missing_folder_is_named_and_not_a_file_of_ours(file, tmp_path, call):
    done = call("export", file, tmp_path / "missing" / "folder", "--to", "projector")
    assert done.returncode == 1
    assert f"no folder '{tmp_path}/missing': make it first, or name another" in done.stderr
    assert ".fastw2v-" not in done.stderr


def test_texts_of_another_kind_are_refused_by_every_command_that_reads_texts(file, tmp_path, call):
    for name, content in (("x.html", "<p>red wine</p>\n"), ("x.csv", "a,b\nc,d\n"), ("x.pdf", "%PDF-1.4\n")):
        (tmp_path / name).write_text(content * 9)
        for command in (("document-vectors", file), ("bench",), ("vocab",)):
            done = call(*command, tmp_path / name)
            assert (done.returncode, done.stdout) == (1, ""), done.stderr
            assert name in done.stderr
    (tmp_path / "x.csv").write_text("man,king\n")
    done = call("document-vectors", file, tmp_path / "x.csv", "--tokenizer", "whitespace", "-q")
    assert done.returncode == 0


def test_documents_that_are_not_utf8(file, tmp_path, call):
    (tmp_path / "x.txt").write_bytes(b"man \xfc\nking\n")
    done = call("document-vectors", file, tmp_path / "x.txt")
    assert "or pass --errors replace" in done.stderr
    done = call("document-vectors", file, tmp_path / "x.txt", "--errors", "ignore", "-o", tmp_path / "x.npy")
    assert done.returncode == 0
    assert "invalid UTF-8 in " in done.stderr
    assert "x.txt: left out 1 byte\n" in done.stderr
    assert np.load(tmp_path / "x.npy").tolist() == [[1, 0, 0], [1, 0, 1]]


def test_a_vocabulary_of_vectors_is_refused_with_the_remedy(corpus, file, tmp_path, call):
    formats.save(tmp_path / "v.vec", formats.load(file))
    for words in (file, tmp_path / "v.vec"):
        done = call("train", corpus, "-o", tmp_path / "new.fw2v", "--vocab", words)
        assert done.returncode == 1
        assert "expected one word on each line, found a file of word vectors" in done.stderr


def test_what_another_command_writes_is_said(file, tmp_path, call):
    done = call("convert", file, tmp_path / "v.npz")
    assert done.returncode == 2
    assert f"'fastw2v export {file} {tmp_path}/v.npz --to npz' writes such a file" in done.stderr


def test_a_vocabulary_without_words_is_not_written(corpus, tmp_path, call):
    for command in (("vocab", corpus, "-o"), ("word2vec", "-train", corpus, "-save-vocab")):
        option = "--min-count" if command[0] == "vocab" else "-min-count"
        done = call(*command, tmp_path / "words", option, 100_000)
        assert done.returncode == 1
        assert f"no word occurs {option} 100000 times: the most frequent word, 'the', occurs 1,200 times" in done.stderr
        assert not (tmp_path / "words").exists()


def test_results_do_not_mix_on_standard_output(corpus, tmp_path, call):
    for flag, *options in (("--output", "/dev/fd/1"), ("--save-vocab", "/dev/stdout", "-o", tmp_path / "v.vec")):
        done = call("train", corpus, flag, *options, "--json")
        assert done.returncode == 2
        assert f"--json and {flag} both write" in done.stderr
    done = call("train", corpus, "-o", "-", "--save-vocab", "/dev/stdout")
    assert (done.returncode, done.stdout) == (1, "")


def test_a_checkpoint_is_a_file(corpus, tmp_path, call):
    os.mkfifo(tmp_path / "pipe")
    for path in ("/dev/stdout", "/dev/null", tmp_path / "pipe"):
        done = call("train", corpus, "-o", tmp_path / "v.vec", "--checkpoint", path)
        assert (done.returncode, done.stdout) == (1, "")
        assert "is a device or a pipe, from which no run can continue" in done.stderr


@pytest.mark.parametrize(("name", "kept"), [("cut.bin", 60), ("cut.vec", 30)])
def test_a_file_that_is_cut_off_is_no_interrupt(call, file, tmp_path, name, kept):
    """Click takes an EOFError for the end of its own input."""
    cut = tmp_path / name
    assert call("convert", file, cut).returncode == 0
    cut.write_bytes(cut.read_bytes()[:kept])
    done = call("convert", cut, tmp_path / "new.fw2v")
    assert done.returncode == 1
    assert done.stderr.startswith(f"fastw2v: error: {cut}")
    assert not (tmp_path / "new.fw2v").exists()


_FULL = "writing failed, an existing file is unchanged: No space left on device"


def _full_disk(monkeypatch, *names):
    """Files whose names begin so cannot be written, as on a disk that has become full."""
    write = Writer.write

    def write_unless_full(self, data):
        if self.path.name.startswith(names):
            raise OSError(errno.ENOSPC, _FULL, str(self.path))
        return write(self, data)

    monkeypatch.setattr(Writer, "write", write_unless_full)


@pytest.mark.parametrize("older", [False, True])
def test_a_last_checkpoint_that_cannot_be_written_costs_no_output(corpus, tmp_path, call, monkeypatch, older):
    path, output = tmp_path / "run.fw2v", tmp_path / "v.bin"
    command = ("train", corpus, "--sample", 0, "--vector-size", 4, "--epochs", 2, "-q", "-o", output)
    command += ("--checkpoint", path)
    options = {"vector_size": 4, "epochs": 2, "sample": 0.0}
    if older:
        train(encode(corpus), TrainingParameters(**options), callbacks=[lambda progress: True], checkpoint=path)
    _full_disk(monkeypatch, "run")
    done = call(*command, *(["--resume"] if older else []))
    assert done.returncode == 1
    assert len(formats.load(output)) == 7
    what = "--resume continues from the one before it" if older else "there is none to --resume from"
    said = f"the last checkpoint could not be written ({path}: {_FULL}): {what}; {output} holds the vectors"
    assert done.stderr == f"fastw2v: error: {said}\n"


@pytest.mark.parametrize("full", [("v.",), ("v.", "v-")])
@pytest.mark.parametrize("beside", [False, True])
def test_vectors_that_cannot_be_written_are_kept_elsewhere(corpus, tmp_path, call, monkeypatch, beside, full):
    (tmp_path / "kept").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "kept"))
    _full_disk(monkeypatch, *full)
    checkpoint = ["--checkpoint", tmp_path / "run.fw2v"] if beside else []
    done = call(
        "train", corpus, "--sample", 0, "--vector-size", 4, "--epochs", 1, "-q", "-o", tmp_path / "v.bin", *checkpoint
    )
    assert done.returncode == 1
    kept = (tmp_path if beside else tmp_path / "kept") / f"v-{os.getpid()}.fw2v"
    said = f"fastw2v: error: {tmp_path / 'v.bin'}: {_FULL}"
    if "v-" in full:
        assert done.stderr == f"{said}\n"
        return
    assert done.stderr == f"{said}; the vectors are kept in {kept}, and 'fastw2v convert' writes them anew\n"
    assert len(formats.load(kept)) == 7


def test_a_disk_without_room_for_the_vectors_is_told_of_before_the_training(corpus, tmp_path, call, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=100))
    for name, needed in (("v.bin", 132), ("v.vec", 76), ("v.fw2v", 132)):
        done = call("train", corpus, "--sample", 0, "--vector-size", 4, "--epochs", 1, "-q", "-o", tmp_path / name)
        assert done.returncode == 0
        said = f"{tmp_path / name}: the vectors take {needed} bytes at least, and its disk has 100 free: make room"
        assert (said in done.stderr) == (needed > 100)
