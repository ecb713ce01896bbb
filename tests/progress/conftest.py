"""A clock that goes on when it is told to, and a screen that keeps what it is shown."""

import io

import pytest

from fastw2v.progress import board as boards
from fastw2v.progress import phase as phases


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now

    def wait(self, seconds):
        self.now += seconds


class Kept:
    """A screen: what it was shown, drawing by drawing, and what ended."""

    every = 0.5

    def __init__(self):
        self.shown, self.ended, self.closed = [], [], 0

    def show(self, rows):
        self.shown.append([snapshot.line for snapshot in rows.values()])

    def end(self, key, rows):
        self.ended.append(rows[key].line)

    def close(self):
        self.closed += 1


class TerminalStream(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def clock(monkeypatch):
    made = Clock()
    monkeypatch.setattr(phases, "clock", made)
    return made


@pytest.fixture
def screen(monkeypatch):
    """The only screen that the board finds."""
    kept = Kept()
    monkeypatch.setattr(boards, "choose_screen", lambda: kept)
    return kept


@pytest.fixture
def terminal(monkeypatch):
    """A function that makes standard error a terminal, of 80 columns, and returns it.

    (pytest puts its own stream there between fixtures and test.)
    """
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "80")

    def make():
        stream = TerminalStream()
        monkeypatch.setattr("sys.stderr", stream)
        return stream

    return make
