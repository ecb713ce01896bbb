"""The command bench: a text, trained by two programs in turn."""

import json

import pytest

SMALL = ("--vector-size", 4, "-j", 1, "--runs", 2, "--words", 2000)


@pytest.fixture
def pairs(tmp_path):
    path = tmp_path / "pairs.tsv"
    path.write_text("cat\tdog\t5\nmat\tlog\t4\ncat\ton\t1\nthe\tsat\t2\n")
    return path


def test_both_programs_are_named_with_their_speed_and_rate(corpus, pairs, run):
    pytest.importorskip("gensim")
    done = run("bench", corpus, *SMALL, "--pairs", pairs, "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert list(found) == ["text", "settings", "runs", "programs"]
    assert found["text"] == {"tokens": 2000, "words": 7, "n_jobs": 1}
    ours, theirs = found["programs"]
    assert (ours["program"], theirs["program"]) == ("fastw2v", "gensim")
    assert (ours["learning_rate"], theirs["learning_rate"]) == (0.05, 0.025)
    for program in (ours, theirs):
        assert len(program["seconds_of_runs"]) == 2
        assert program["seconds"] == pytest.approx(sum(program["seconds_of_runs"]) / 2)
        assert program["words_per_second"] == pytest.approx(2000 / program["seconds"])
        assert -1 <= program["scores"]["pairs.tsv"] <= 1
    assert "run 2 of 2: fastw2v" in done.stderr


@pytest.mark.parametrize("columns", [60, 80])
def test_the_table_fits_a_terminal(corpus, pairs, terminal, columns):
    pytest.importorskip("gensim")
    shown = terminal("bench", corpus, *SMALL, "--pairs", pairs, columns=columns)
    assert shown.end() == 0
    assert max(map(len, shown.text.splitlines())) <= columns
    assert "times as fast as gensim here, with one thread each" in " ".join(shown.text.split())
    assert "…" not in shown.text


def test_without_gensim_fastw2v_alone_is_measured_and_the_remedy_is_said(corpus, run_python):
    code = (
        "import sys\nsys.modules['gensim'] = None\nfrom fastw2v.cli import main\n"
        "main(['bench', sys.argv[1], '--vector-size', '4', '--runs', '1', '--tsv', '-j', '1'])\n"
    )
    done = run_python(code, corpus)
    assert done.returncode == 0, done.stderr
    assert "fastw2v alone is measured: the comparison with gensim needs the package gensim" in done.stderr
    assert "pip install gensim" in done.stderr
    assert [line.split("\t")[0] for line in done.stdout.splitlines()] == ["program", "fastw2v"]


def test_settings_reach_both(corpus, run):
    pytest.importorskip("gensim")
    done = run("bench", corpus, *SMALL, "--learning-rate", 0.03, "--architecture", "CBOW", "--epochs", 2, "--json")
    found = json.loads(done.stdout)
    assert [each["learning_rate"] for each in found["programs"]] == [0.03, 0.03]
    assert found["settings"]["architecture"] == "cbow"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nothing.txt"], "there is no file 'nothing.txt'"),
        (["{corpus}", "--vector-size", "0"], "--vector-size 0: it must be"),
        (["{corpus}", "--min-count", "5000"], "no word occurs --min-count 5000 times"),
        (["{corpus}", "--runs", "0"], "Invalid value for '--runs'"),
    ],
)
def test_faults_are_told_in_the_words_of_the_command(corpus, run, arguments, message):
    done = run("bench", *[each.format(corpus=corpus) for each in arguments])
    assert done.returncode in (1, 2)
    assert message in done.stderr
