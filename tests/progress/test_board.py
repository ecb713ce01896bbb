"""Where progress is shown, and that a screen that fails takes nothing with it."""

import os
import subprocess
import sys

import pytest

from fastw2v.progress import board as boards
from fastw2v.progress.board import Board, Nowhere, choose_screen
from fastw2v.progress.lines import Lines
from fastw2v.progress.snapshot import Snapshot
from fastw2v.progress.terminal import Terminal

HALF = Snapshot("loading", 0.5, (), 12.0, 12.0)


def test_a_terminal_has_a_bar_and_a_file_has_lines(terminal, monkeypatch, tmp_path):
    terminal()
    screen = choose_screen()
    assert isinstance(screen, Terminal)
    screen.close()
    monkeypatch.setenv("TERM", "dumb")
    assert isinstance(choose_screen(), Lines)
    with open(tmp_path / "log", "w") as file:
        monkeypatch.setattr("sys.stderr", file)
        assert isinstance(choose_screen(), Lines)
    monkeypatch.setattr("sys.stderr", None)
    assert isinstance(choose_screen(), Nowhere)


def test_workers_write_lines_though_their_parent_has_a_terminal(terminal, monkeypatch):
    terminal()
    import multiprocessing.process

    monkeypatch.setattr(multiprocessing.process, "parent_process", lambda: object())
    assert isinstance(choose_screen(), Lines)


@pytest.mark.parametrize("failure", [BrokenPipeError, ValueError("I/O operation on closed file")])
def test_a_screen_that_fails_is_given_up(monkeypatch, failure):
    class Failing(Nowhere):
        def show(self, rows):
            raise failure

        def close(self):
            raise failure

    board = Board()
    monkeypatch.setattr(boards, "choose_screen", Failing)
    assert board.show("key", HALF) == Nowhere.every
    board.close("key", HALF)
    board.show("key", HALF)
    monkeypatch.setattr(boards, "choose_screen", lambda: pytest.fail("the screen was asked for again"))
    board.close("key", HALF)


def test_a_screen_that_cannot_be_opened_is_given_up(monkeypatch):
    def fail():
        raise BrokenPipeError

    monkeypatch.setattr(boards, "choose_screen", fail)
    board = Board()
    assert board.show("key", HALF) == Nowhere.every
    board.close("key", HALF)


def test_other_errors_of_a_screen_are_seen(monkeypatch):
    class Wrong(Nowhere):
        def show(self, rows):
            raise ZeroDivisionError

    monkeypatch.setattr(boards, "choose_screen", Wrong)
    board = Board()
    with pytest.raises(ZeroDivisionError):
        board.show("key", HALF)
    assert board._lock.acquire(blocking=False)


def test_a_thread_does_not_wait_for_another_one_to_draw(screen):
    board = Board()
    with board._lock:
        assert board.show("key", HALF) < 1
    assert screen.shown == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks are those of POSIX")
def test_a_forked_child_begins_anew(run_python):
    """Its parent may have been drawing in another thread: the lock would never come free, the streams lead nowhere."""
    code = """
        import os, sys
        class Stream:
            def __init__(self, stream): self.rich_proxied_file = stream
            def write(self, text): raise AssertionError("the parent's screen")
            def flush(self): pass
        from fastw2v.progress.board import board
        from fastw2v.progress.phase import Phase
        board._lock.acquire()
        sys.stderr = Stream(sys.stderr)
        child = os.fork()
        if child == 0:
            phase = Phase("loading", 2, patience=0.0)
            phase.advance()
            phase.end()
            os._exit(0)
        sys.stderr = sys.stderr.rich_proxied_file
        print(os.waitpid(child, 0)[1])
    """
    done = run_python(code)
    assert (done.returncode, done.stdout.strip()) == (0, "0"), done.stderr
    assert done.stderr.startswith("loading: 50%")


def test_progress_into_a_closed_pipe_does_not_end_the_work(package_folder):
    """The reader of standard error is gone."""
    code = (
        "import os\nread, write = os.pipe()\nos.close(read)\nos.dup2(write, 2)\n"
        "from fastw2v import Word2Vec\n"
        "model = Word2Vec([['a', 'b', 'c']] * 50, min_count=1, sample=0, verbose=1, device='cpu').fit()\n"
        "print(len(model.wv))\nos.dup2(1, 2)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=package_folder, stdout=subprocess.PIPE, check=False)
    assert (done.returncode, done.stdout) == (0, b"3\n")
