"""train --dry-run: what a run would take, and nothing written."""

import json

import pytest

from fastw2v.cli import dry_run
from fastw2v.planning.rows import row_stride

SMALL = ("--vector-size", 20, "-j", 1)


def test_the_report_holds_counts_memory_and_time(corpus, tmp_path, run):
    done = run("train", corpus, "--dry-run", *SMALL, "--epochs", 2, "--json", "-o", tmp_path / "v.bin")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["tokens"], found["sentences"], found["distinct_words"], found["words"]) == (3600, 600, 7, 7)
    assert found["memory"]["vectors"] == 4 * 2 * 7 * row_stride(20)
    assert found["memory"]["fits"] is True
    time = found["time"]
    assert time["trial_was_whole_run"] is True
    assert time["words_per_second"] == pytest.approx(3600 * 2 / time["training_seconds"])
    assert [row["min_count"] for row in found["coverage"]] == [1, 2, 5, 10, 20, 50, 100]
    assert [path.name for path in tmp_path.iterdir()] == ["corpus.txt"]


def test_a_long_run_is_estimated_from_a_trial_on_its_own_text(corpus, tmp_path, run_python):
    code = (
        "import sys\nfrom fastw2v.cli import main\nfrom fastw2v.cli import dry_run\ndry_run.TRIAL_SECONDS = 0.8\n"
        "main(['train', sys.argv[1], '--dry-run', '--epochs', '1000000', '--json', '-j', '1', '--checkpoint', "
        "sys.argv[2]])\n"
    )
    done = run_python(code, corpus, tmp_path / "c.fw2v")
    assert done.returncode == 0, done.stderr
    time = json.loads(done.stdout)["time"]
    assert time["trial_was_whole_run"] is False
    assert 0.8 <= time["trial_seconds"] < 60
    assert time["training_seconds"] > 10 * time["trial_seconds"]
    assert not (tmp_path / "c.fw2v").exists()


def test_the_estimate_leaves_out_the_start(monkeypatch):
    """Threads start in it: half a second for nothing must not count for the whole run."""
    from types import SimpleNamespace

    trial = dry_run._Trial()
    for elapsed, tokens in ((0.5, 100), (1.0, 600), (3.1, 2700)):
        trial(SimpleNamespace(elapsed=elapsed, tokens=tokens, total_tokens=100_000))
    assert (trial._first.elapsed, trial._last.elapsed) == (0.5, 3.1)


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_the_tables_fit_a_terminal(corpus, terminal, columns):
    shown = terminal("train", corpus, "--dry-run", *SMALL, "--min-count", 7, columns=columns)
    assert shown.end() == 0
    assert max(map(len, shown.text.splitlines())) <= columns
    for part in ("min-count", "chosen", "words/s", "memory", "3,600"):
        assert part in shown.text


def test_what_does_not_fit_is_said_and_the_trial_is_left_out(corpus, run_python):
    code = (
        "import sys\nfrom fastw2v import machine\nmachine.available_memory = lambda: 1000\n"
        "from fastw2v.cli import main\nmain(['train', sys.argv[1], '--dry-run', '--json'])\n"
    )
    done = run_python(code, corpus)
    assert done.returncode == 1
    assert "this run does not fit into memory: lower --vector-size or --max-vocab, or raise --min-count" in done.stderr
    found = json.loads(done.stdout)
    assert (found["time"], found["memory"]["fits"]) == (None, False)


def test_what_a_dry_run_cannot_do_is_said(corpus, tmp_path, run):
    done = run("train", corpus, "--dry-run", "--resume", "--checkpoint", tmp_path / "c.fw2v")
    assert done.returncode == 2
    assert "--dry-run tries a run from its start: leave out --resume" in done.stderr
    assert "no word occurs --min-count 9999 times" in run("train", corpus, "--dry-run", "--min-count", 9999).stderr


def test_the_words_of_a_file_are_the_vocabulary(corpus, tmp_path, run):
    (tmp_path / "words").write_text("cat\ndog\n")
    found = json.loads(run("train", corpus, "--dry-run", "--vocab", tmp_path / "words", "--json", *SMALL).stdout)
    assert found["words"] == 2
    assert found["kept_tokens"] == 600
