"""Where the commands write: closed, full, narrow and broken streams, pipes and devices."""

import os
import subprocess
import sys

import numpy as np
import pytest

from fastw2v import formats
from fastw2v.cli import streams
from fastw2v.vectors import WordVectors


@pytest.fixture
def shell(package_folder, fastw2v_command, tmp_path):
    """``shell(line)`` runs a line of a shell, in which ``$W`` is the command and ``$D`` a folder with vectors."""
    formats.save(tmp_path / "v.vec", WordVectors(np.eye(3) + 1, ["wine", "中文", "rose"]))
    script = f'{sys.executable} -c "{fastw2v_command[-1]}"'

    def run(line, **environment):
        line = (
            f'set -o pipefail; cd {package_folder}; D={tmp_path}; W() {{ {script} "$@"; }}; {line.replace("$W", "W")}'
        )
        return subprocess.run(["bash", "-c", line], capture_output=True, env={**os.environ, **environment}, timeout=100)

    return run


TRAIN = "$W train $D/corpus.txt --vector-size 2 --epochs 1"


def test_a_closed_standard_output_hinders_no_training(shell, corpus, tmp_path):
    done = shell(f"{TRAIN} --sample 0 -q -o $D/new.vec >&-")
    assert (done.returncode, done.stderr) == (0, b"")
    assert len(formats.load(tmp_path / "new.vec")) == 7


@pytest.mark.parametrize(
    ("stream", "message"), [(">&-", b"standard output is closed"), (">/dev/full", b"No space left on device")]
)
@pytest.mark.parametrize("command", ["most-similar $D/v.vec wine", "info $D/v.vec"])
def test_an_answer_that_cannot_be_written_is_an_error(shell, command, stream, message):
    done = shell(f"$W {command} {stream}")
    assert done.returncode == 1
    assert message in done.stderr
    assert done.stderr.count(b"\n") == 1


@pytest.mark.parametrize("stream", ["2>&-", "2>/dev/full", "2> >(true)"])
def test_messages_that_nobody_can_read_hinder_no_training(shell, corpus, tmp_path, stream):
    done = shell(f"{TRAIN} -o $D/new.vec {stream}")
    assert done.returncode == 0, done.stderr
    assert len(formats.load(tmp_path / "new.vec")) == 7


@pytest.mark.parametrize("encoding", ["latin-1", "ascii", "cp1252"])
def test_characters_that_a_terminal_cannot_show_become_escapes(shell, encoding):
    done = shell("$W most-similar $D/v.vec wine", PYTHONIOENCODING=encoding)
    assert (done.returncode, done.stderr) == (0, b"")
    assert rb"\u4e2d\u6587" in done.stdout
    done = shell("$W most-similar $D/v.vec 中国", PYTHONIOENCODING=encoding)
    assert done.returncode == 1
    assert rb"the word '\u4e2d\u56fd' is not in the vocabulary" in done.stderr


@pytest.mark.parametrize("output", ["-", "/dev/stdout", "/dev/fd/1"])
@pytest.mark.parametrize("stream", ["| cat > $D/got", "> $D/got", ">> $D/got"])
def test_vectors_go_to_standard_output(shell, corpus, tmp_path, output, stream):
    for line in (f"{TRAIN} -o {output} {stream}", f"$W convert $D/v.vec {output} {stream}"):
        (tmp_path / "got").write_bytes(b"")
        done = shell(line)
        assert done.returncode == 0, done.stderr
        assert done.stdout == b""
        assert len(formats.load(tmp_path / "got")) in (3, 7)


def test_other_formats_and_what_stands_before_are_kept(shell, tmp_path):
    (tmp_path / "got").write_bytes(b"before\n")
    assert shell("$W convert $D/v.vec - --format native >> $D/got").returncode == 0
    before, _, file = (tmp_path / "got").read_bytes().partition(b"\n")
    assert before == b"before"
    (tmp_path / "native").write_bytes(file)
    assert formats.format_of_content(tmp_path / "native") == "native"


def test_standard_output_that_is_closed_or_the_corpus_is_refused(shell, corpus):
    done = shell(f"{TRAIN} -q -o - >&-")
    assert done.returncode == 1
    assert b"standard output: it is closed: Bad file descriptor" in done.stderr
    text = corpus.read_bytes()
    done = shell(f"{TRAIN} -o - >> $D/corpus.txt")
    assert done.returncode == 1
    assert b"is a file of the corpus" in done.stderr
    assert corpus.read_bytes() == text


def test_columns_of_zero_say_nothing(monkeypatch):
    for value, kept in (("0", None), ("40", "40")):
        monkeypatch.setenv("COLUMNS", value)
        streams.prepare_streams()
        assert os.environ.get("COLUMNS") == kept


@pytest.mark.parametrize("command", ["train - -o $D/v.bin", "vocab -", "neighbours $D/v.vec"])
def test_a_standard_input_that_cannot_be_read_is_named(shell, command):
    done = shell(f"$W {command} 0>$D/written")
    assert done.returncode == 1
    assert done.stderr.startswith(b"fastw2v: error: standard input: it is open for writing only, so nothing can be")
