"""The progress line: what it shows on a terminal, and in a log."""

import contextlib
import io
import sys
import threading
from dataclasses import dataclass

import pytest

from fastw2v import Word2Vec
from fastw2v.training.progress import ProgressLine, describe, format_seconds

HIDE_CURSOR, SHOW_CURSOR = "\x1b[?25l", "\x1b[?25h"


@dataclass
class Progress:
    epoch: int = 2
    epochs: int = 5
    tokens: int = 300_000
    total_tokens: int = 1_000_000
    words_per_second: float = 1_234_567.8
    learning_rate: float = 0.0175
    loss: float = 2.34567
    elapsed: float = 1.0
    eta: float = 125.0
    epoch_end: bool = False


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_the_figures_are_put_into_words():
    assert describe(Progress()) == "epoch 2/5  1,234,568 words/s  rate 0.01750  loss 2.3457"
    assert describe(Progress(loss=float("nan"))).endswith("loss -")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0:00"), (59.6, "1:00"), (3599.4, "59:59"), (3600, "1:00:00"), (float("inf"), "-:--"), (-1, "-:--")],
)
def test_times(seconds, text):
    assert format_seconds(seconds) == text


@pytest.mark.parametrize("force", [False, True])
def test_a_line_with_everything_on_a_terminal(monkeypatch, force):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "200")
    stream = io.StringIO() if force else Terminal()
    with ProgressLine(stream, force=force) as line:
        assert line(Progress()) is False
        line(Progress(epoch=3, tokens=500_000, eta=60))
    shown = stream.getvalue()
    for part in (
        "epoch 2/5",
        "30%",
        "1,234,568 words/s",
        "rate 0.01750",
        "loss 2.3457",
        "left 2:05",
        "50%",
        "left 1:00",
    ):
        assert part in shown


def test_where_no_line_can_be_redrawn_new_ones_are_written():
    """In notebooks, logs and batch jobs."""
    stream = io.StringIO()
    with ProgressLine(stream) as line:
        for elapsed, epoch, epoch_end in (
            *((0.2, 1, False), (0.9, 1, True), (1.2, 2, True), (1.4, 3, True), (50, 4, False), (62, 4, False)),
            *((70, 4, False), (123, 4, False), (150, 4, True), (150.1, 5, True)),
        ):
            assert line(Progress(epoch=epoch, elapsed=elapsed, tokens=200_000 * epoch, epoch_end=epoch_end)) is False
    assert not line.redrawn
    shown = stream.getvalue().splitlines()
    assert [text.split("  ")[0] for text in shown] == [f"epoch {epoch}/5" for epoch in (2, 4, 4, 4, 5)]
    assert shown[-1] == "epoch 5/5  1,234,568 words/s  rate 0.01750  loss 2.3457  100%  left 2:05"


def test_a_fit_in_a_log_shows_progress(run_python):
    code = "from fastw2v import Word2Vec; Word2Vec([['a', 'b', 'c']] * 50, min_count=1, sample=0, verbose=1).fit()"
    done = run_python(code)
    assert "epoch 5/5" in done.stderr
    assert "100%" in done.stderr
    assert run_python(code.replace(", verbose=1", "")).stderr == ""


def test_it_starts_no_thread_and_may_be_closed_twice(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    before = threading.active_count()
    line = ProgressLine(Terminal())
    line(Progress())
    assert threading.active_count() == before
    line.close()
    line.close()


def test_without_standard_error_there_is_no_terminal(monkeypatch):
    monkeypatch.setattr("sys.stderr", None)
    assert ProgressLine()(Progress(epoch_end=True, epoch=5)) is False


@pytest.mark.parametrize("stop", [lambda progress: None, lambda progress: 1 / (2 - progress.epoch)])
def test_a_fit_gives_the_cursor_back(monkeypatch, stop):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("sys.stderr", Terminal())
    model = Word2Vec(
        [["a", "b", "c"]] * 50, min_count=1, sample=0, vector_size=4, n_jobs=1, verbose=1, callbacks=[stop]
    )
    with contextlib.suppress(ZeroDivisionError):
        model.fit()
    shown = sys.stderr.getvalue()
    assert shown.count(HIDE_CURSOR) == shown.count(SHOW_CURSOR) == 1
    assert shown.endswith(f"\n{SHOW_CURSOR}")


def test_one_line_object_serves_several_runs(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    stream = Terminal()
    line = ProgressLine(stream)
    for _ in range(2):
        line(Progress())
        line.close()
    assert stream.getvalue().count("epoch 2/5") >= 2
