"""What a run shows of itself while it trains, and that showing it changes nothing."""

import contextlib
import io
import sys
import threading
from dataclasses import dataclass

import numpy as np
import pytest

from fastw2v import Word2Vec
from fastw2v.training.progress import ProgressBar, describe, progress_line

HIDE_CURSOR, SHOW_CURSOR = "\x1b[?25l", "\x1b[?25h"
OPTIONS = {"min_count": 1, "sample": 0, "vector_size": 4, "n_jobs": 1, "device": "cpu", "random_state": 1}


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
    assert progress_line(Progress()).endswith("  30%  left 2:05")
    assert progress_line(Progress(eta=float("nan"))).endswith("  30%  left -:--")


def test_a_bar_with_everything_on_a_terminal(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setattr("sys.stderr", Terminal())
    with ProgressBar() as bar:
        assert bar(Progress()) is False
    shown = sys.stderr.getvalue()
    for part in ("training", "30%", "epoch 2/5", "1.23M words/s", "rate 0.0175", "loss 2.3457"):
        assert part in shown


def test_a_whole_run_ends_with_its_time_and_a_stopped_one_says_so(monkeypatch):
    for progress, ending in ((Progress(tokens=1_000_000), " s\n"), (Progress(), ", stopped\n")):
        monkeypatch.setattr("sys.stderr", io.StringIO())
        with ProgressBar() as bar:
            bar(progress)
        assert sys.stderr.getvalue().startswith("training: ")
        assert sys.stderr.getvalue().endswith(ending)


def test_a_fit_in_a_log_shows_progress_and_a_table(run_python):
    code = "from fastw2v import Word2Vec; Word2Vec([['a', 'b', 'c']] * 50, min_count=1, sample=0, verbose=1).fit()"
    done = run_python(code)
    first, *table = done.stderr.splitlines()
    assert first.startswith("training: 100%, epoch 5/5")
    assert [line.split()[0] for line in table] == [
        *("counting", "encoding", "training", "vocabulary", "coverage", "loss")
    ]
    assert done.stdout == ""
    assert run_python(code.replace(", verbose=1", "")).stderr == ""


def test_it_starts_no_thread_and_may_be_closed_twice(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("sys.stderr", Terminal())
    before = threading.active_count()
    bar = ProgressBar()
    bar(Progress())
    assert threading.active_count() == before
    bar.close()
    bar.close()
    assert sys.stderr.getvalue().count(HIDE_CURSOR) == 1


def test_without_standard_error_nothing_is_shown(monkeypatch):
    monkeypatch.setattr("sys.stderr", None)
    with ProgressBar() as bar:
        assert bar(Progress(epoch_end=True, epoch=5)) is False


@pytest.mark.parametrize(
    "stop", [lambda progress: None, lambda progress: True, lambda progress: 1 / (2 - progress.epoch)]
)
def test_a_fit_gives_the_cursor_back(monkeypatch, stop):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("sys.stderr", Terminal())
    model = Word2Vec([["a", "b", "c"]] * 50, **OPTIONS, verbose=1, callbacks=[stop])
    with contextlib.suppress(ZeroDivisionError):
        model.fit()
    shown = sys.stderr.getvalue()
    assert shown.count(HIDE_CURSOR) == 1
    assert shown.rfind(SHOW_CURSOR) > shown.rfind(HIDE_CURSOR)
    assert isinstance(sys.stderr, Terminal)


def test_one_bar_serves_several_runs(monkeypatch):
    monkeypatch.setattr("sys.stderr", io.StringIO())
    bar = ProgressBar()
    for _ in range(2):
        bar(Progress())
        bar.close()
    assert sys.stderr.getvalue().count("epoch 2/5") == 2


def test_models_in_several_threads_show_their_bars_together(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("sys.stderr", Terminal())
    errors = []

    def fit():
        try:
            Word2Vec([["a", "b", "c"]] * 50, **OPTIONS, verbose=1).fit()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=fit) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    shown = sys.stderr.getvalue()
    assert shown.count("100%") >= 6
    assert shown.rfind(SHOW_CURSOR) > shown.rfind(HIDE_CURSOR)


@pytest.mark.slow
def test_workers_of_joblib_write_lines(run_python):
    code = """
        from joblib import Parallel, delayed
        from fastw2v import Word2Vec
        def fit(seed):
            model = Word2Vec([['a', 'b', 'c']] * 50, min_count=1, sample=0, verbose=1, random_state=seed, n_jobs=1)
            return len(model.fit().wv)
        print(Parallel(n_jobs=2)(delayed(fit)(seed) for seed in range(2)))
    """
    done = run_python(code)
    assert done.stdout.strip() == "[3, 3]", done.stderr
    assert done.stderr.count("training: 100%") == 2
    assert "\x1b" not in done.stderr


def test_looking_on_does_not_change_the_result(monkeypatch, capsys):
    corpus = [["red", "wine", "and", "white", "wine"], ["red", "rose", "and", "once"]] * 40
    unseen = Word2Vec(corpus, **OPTIONS).fit().wv.vectors
    assert capsys.readouterr().err == ""
    seen = Word2Vec(corpus, **OPTIONS, verbose=1).fit().wv.vectors
    assert "training: 100%" in capsys.readouterr().err
    np.testing.assert_array_equal(seen, unseen)
