"""The command in a process of its own, and a corpus to train on."""

import sys

import pytest


@pytest.fixture(scope="session")
def fastw2v_command():
    """The command line up to its arguments; its process starts in `package_folder`."""
    return [sys.executable, "-c", "from fastw2v.cli import main; main()"]


@pytest.fixture(scope="session")
def run(run_python):
    """``run(*arguments)`` runs the command in a process of its own."""
    return lambda *arguments, **options: run_python("from fastw2v.cli import main; main()", *arguments, **options)


@pytest.fixture
def corpus(tmp_path):
    path = tmp_path / "corpus.txt"
    path.write_text("the cat sat on the mat\nthe dog sat on the log\n" * 300)
    return path
