"""Bars on a terminal: one line at every width, and a terminal that is left in order."""

import io
import sys

import pytest

import fastw2v
from fastw2v.progress.snapshot import Fact, Snapshot
from fastw2v.progress.terminal import Terminal, _Bars, can_redraw

HIDE_CURSOR, SHOW_CURSOR = "\x1b[?25l", "\x1b[?25h"
FACTS = (Fact("epoch 2/5", 2), Fact("5.20M words/s", 1), Fact("rate 0.0242", 4), Fact("loss 2.5123", 3))
HALF = Snapshot("training", 0.5, FACTS, 60.0, 61.0)
WHOLE = Snapshot("training", 1.0, FACTS, 121.0, 0.0, ended=True)


@pytest.fixture
def drawn():
    """What rich makes of a snapshot on a terminal of so many columns, without colours."""
    from rich.console import Console

    def draw(snapshot, width):
        console = Console(file=io.StringIO(), width=width, color_system=None)
        console.print(_Bars([snapshot]))
        return console.file.getvalue()

    return draw


@pytest.mark.parametrize("width", [20, 30, 40, 50, 80, 120, 200])
@pytest.mark.parametrize("snapshot", [HALF, WHOLE], ids=["half", "whole"])
def test_a_bar_is_one_line_however_narrow_the_terminal(drawn, snapshot, width):
    text = drawn(snapshot, width)
    assert text.count("\n") == 1
    assert len(text.rstrip("\n")) <= width


def test_there_is_room_for_the_echo_of_control_c(drawn):
    """Otherwise the line would become two, of which only the second is redrawn."""
    for width in range(20, 130):
        assert len(drawn(HALF, width).strip("\n").rstrip()) <= width - 2


def test_everything_fits_into_eighty_columns(drawn):
    text = drawn(HALF, 80)
    for part in ("training", "━", " 50%", "epoch 2/5", "5.20M words/s", "rate 0.0242", "loss 2.5123", "1:01 left"):
        assert part in text


def test_where_there_is_less_room_the_less_important_goes_first(drawn):
    kept = [[fact.text for fact in FACTS if fact.text in drawn(HALF, width)] for width in range(79, 20, -1)]
    orders = [text for text, _ in sorted(((fact.text, fact.rank) for fact in FACTS), key=lambda pair: pair[1])]
    for facts in kept:
        assert sorted(facts, key=orders.index) == orders[: len(facts)]
    assert "1:01 left" in drawn(HALF, 40)


def test_the_bar_keeps_its_length_when_the_time_is_known(drawn):
    unknown = Snapshot("training", 0.5, FACTS, 1.0, float("nan"))
    for width in (40, 60, 80, 120):
        assert drawn(unknown, width).count("━") == drawn(HALF, width).count("━")


def test_the_cursor_is_never_hidden_for_long(terminal):
    """A process that is killed could not bring it back."""
    terminal = terminal()
    screen = Terminal(terminal)
    assert terminal.getvalue() == HIDE_CURSOR + SHOW_CURSOR
    screen.show({"key": HALF})
    screen.end("key", {"key": WHOLE})
    screen.close()
    shown = terminal.getvalue()
    assert shown.count(HIDE_CURSOR) == 1
    assert "100%" in shown
    assert shown.endswith(f"\n{SHOW_CURSOR}")
    assert sys.stderr is terminal


def test_the_streams_come_back_where_closing_is_interrupted(terminal, monkeypatch):
    terminal = terminal()
    screen = Terminal(terminal)
    screen.show({"key": HALF})

    def interrupted():
        raise KeyboardInterrupt

    monkeypatch.setattr(screen._live, "refresh", interrupted)
    with pytest.raises(KeyboardInterrupt):
        screen.close()
    assert terminal.getvalue().rfind(SHOW_CURSOR) > terminal.getvalue().rfind(HIDE_CURSOR)
    assert sys.stderr is terminal


def test_what_is_written_meanwhile_stands_above_the_bar(terminal):
    terminal = terminal()
    screen = Terminal(terminal)
    screen.show({"key": HALF})
    print("a warning", file=sys.stderr)
    screen.show({"key": HALF})
    screen.close()
    before, _, after = terminal.getvalue().partition("a warning")
    assert "50%" in before
    assert "50%" in after


def test_standard_output_that_is_no_terminal_is_left_alone(terminal, monkeypatch):
    terminal = terminal()
    output = io.StringIO()
    monkeypatch.setattr("sys.stdout", output)
    screen = Terminal(terminal)
    screen.show({"key": HALF})
    assert sys.stdout is output
    print("a result")
    screen.close()
    assert output.getvalue() == "a result\n"
    assert "a result" not in terminal.getvalue()


def test_a_broken_pipe_is_an_error_and_costs_no_standard_output(monkeypatch):
    """rich's own answer is to end the process and to lead its standard output into nothing."""
    monkeypatch.setenv("TERM", "xterm")

    class Broken(io.StringIO):
        def write(self, text):
            raise BrokenPipeError

        def isatty(self):
            return True

    redirected = []
    monkeypatch.setattr("os.dup2", lambda *descriptors: redirected.append(descriptors))
    with pytest.raises(BrokenPipeError):
        Terminal(Broken())
    assert redirected == []


def test_a_finished_bar_stays_above_those_at_work(terminal):
    terminal = terminal()
    screen = Terminal(terminal)
    screen.show({"one": HALF, "two": HALF})
    screen.end("one", {"one": WHOLE, "two": HALF})
    screen.end("two", {"two": WHOLE})
    screen.close()
    assert terminal.getvalue().count("100%") >= 2


def test_a_stream_without_isatty_is_no_terminal(monkeypatch):
    """As of classes that write to two places, which scripts put in place of stderr."""

    class Tee:
        def __init__(self):
            self.said = []

        def write(self, text):
            self.said.append(text)

        def flush(self):
            pass

    assert not can_redraw(Tee())
    monkeypatch.setattr("sys.stderr", tee := Tee())
    fastw2v.Word2Vec([["a", "b"]] * 50, vector_size=4, min_count=1, sample=0, verbose=1, device="cpu").fit()
    assert "".join(tee.said)
