"""The command in a process of its own, also in a terminal; a corpus to train on, and vectors to ask."""

import fcntl
import os
import re
import select
import struct
import subprocess
import sys
import termios
from types import SimpleNamespace

import numpy as np
import pytest

from fastw2v import formats
from fastw2v.cli import main
from fastw2v.vectors import WordVectors


@pytest.fixture(scope="session")
def fastw2v_command():
    """The command line up to its arguments; its process starts in `package_folder`."""
    return [sys.executable, "-c", "from fastw2v.cli import main; main()"]


@pytest.fixture(scope="session")
def run(run_python):
    """``run(*arguments)`` runs the command in a process of its own."""
    return lambda *arguments, **options: run_python("from fastw2v.cli import main; main()", *arguments, **options)


@pytest.fixture
def call(capsys):
    """``call(*arguments)`` runs the command in this process, which takes no second."""

    def run(*arguments):
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        shown = capsys.readouterr()
        return SimpleNamespace(returncode=ended.value.code, stdout=shown.out, stderr=shown.err)

    return run


@pytest.fixture(autouse=True)
def no_history(monkeypatch):
    """Tests leave nothing among what the user has typed."""
    monkeypatch.setenv("FASTW2V_HISTORY", "")


@pytest.fixture
def corpus(tmp_path):
    path = tmp_path / "corpus.txt"
    path.write_text("the cat sat on the mat\nthe dog sat on the log\n" * 300)
    return path


@pytest.fixture
def file(tmp_path):
    """Vectors of four words, in a square."""
    square = np.array([[1, 0, 0], [1, 0, 1], [0, 1, 0], [0, 1, 1]], np.float32)
    path = tmp_path / "square.fw2v"
    vectors = WordVectors(square, ["man", "king", "woman", "queen"], [4, 3, 2, 1])
    formats.save(path, vectors, metadata={"parameters": {"window": 5}})
    return path


class Terminal:
    """A command in a pseudo-terminal.

    What it has written is in ``text``; escapes that draw the screen are left out.
    """

    def __init__(self, command, folder, columns, environment):
        self._ours, theirs = os.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        kept = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "NO_COLOR")}
        environment = {**kept, "TERM": "xterm-256color", **environment}
        streams = {"stdin": theirs, "stdout": theirs, "stderr": theirs, "start_new_session": True}
        claim = lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0)  # noqa: E731  # so that Ctrl-C reaches the command
        self._process = subprocess.Popen(command, cwd=folder, env=environment, preexec_fn=claim, **streams)
        os.close(theirs)
        self.raw = ""

    @property
    def text(self):
        plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", self.raw)
        return plain.replace("\r\n", "\n").replace("\r", "")

    def wait_for(self, text, times=1):
        """Read until the command has written a text."""
        while self.text.count(text) < times:
            assert self._read(), f"the command ended without {text!r}: {self.text}"
        return self

    def type(self, keys):
        os.write(self._ours, keys.encode())
        return self

    def interrupt_until(self, text, times):
        """Press Ctrl-C until a text comes: a signal just before readline waits for a key is seen at the next key."""
        while True:
            self.type("\x03")
            if select.select([self._ours], [], [], 2)[0]:
                return self.wait_for(text, times)

    def end(self):
        """Read to the end, and return the exit code."""
        while self._read():
            pass
        os.close(self._ours)
        return self._process.wait(timeout=60)

    def _read(self):
        assert select.select([self._ours], [], [], 60)[0], f"nothing is written any more: {self.raw!r}"
        try:
            data = os.read(self._ours, 1 << 16)
        except OSError:  # Linux answers so once the other side is closed
            return False
        self.raw += data.decode("utf-8", "replace")
        return bool(data)


@pytest.fixture
def terminal(fastw2v_command, package_folder):
    """``terminal(*arguments, columns=80)`` starts the command in a terminal of this width."""
    started = []

    def start(*arguments, columns=80, **environment):
        started.append(Terminal([*fastw2v_command, *map(str, arguments)], package_folder, columns, environment))
        return started[-1]

    yield start
    for each in started:
        each._process.kill()
        each._process.wait()
