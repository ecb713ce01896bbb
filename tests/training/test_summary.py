"""The table at the end of a fit."""

import re
from dataclasses import replace

import pytest

from fastw2v import Word2Vec
from fastw2v.corpus.encoded_corpus import EncodeReport
from fastw2v.training.state import Report
from fastw2v.training.summary import time_rows

LETTERS = "abcdefghij"
OPTIONS = {"vector_size": 8, "epochs": 2, "random_state": 1, "n_jobs": 1, "device": "cpu", "sample": 0, "verbose": 1}


@pytest.fixture
def table_of(capsys):
    """Fit; return the rows of the table as a dict."""

    def fit(method="fit", **options):
        words = [f"word{a}{b}" for a in LETTERS for b in LETTERS]
        corpus = [[*words[i : i + 9], "rare"][:: 1 if i == 5 else -1] for i in range(90)] * 6 + [["once"]]
        getattr(Word2Vec(**{**OPTIONS, **options}), method)(corpus)
        lines = capsys.readouterr().err.splitlines()
        return dict(re.split(r"\s{2,}", line, maxsplit=1) for line in lines if "  " in line)

    return fit


def test_it_tells_times_vocabulary_losses_and_neighbours(table_of):
    table = table_of()
    for phase in ("counting", "encoding"):
        assert re.fullmatch(r"\d\.\d\d s", table[phase])
    assert re.fullmatch(r"\S+ s, \S+ words/s on cpu, 1 thread", table["training"])
    assert table["vocabulary"] == "99 of 100 distinct words"
    assert table["coverage"] == "100.0% of 5,401 tokens"
    assert re.fullmatch(r"\d\.\d{4}, \d\.\d{4} \(2 epochs\)", table["loss"])
    near = {name: text.split(", ") for name, text in table.items() if name.startswith("word")}
    assert len(near) == 4
    assert all(len(set(others) - {name}) == 5 for name, others in near.items())


def test_passes_of_partial_fit_have_no_table(table_of):
    assert table_of("partial_fit") == {}


def test_of_many_losses_some_are_shown(table_of):
    assert re.fullmatch(r"(\d\.\d{4}, ){2}\.\.\., \d\.\d{4}, \d\.\d{4} \(9 epochs\)", table_of(epochs=9)["loss"])


def test_a_run_that_a_callback_stopped_has_one(table_of):
    assert "training" in table_of(callbacks=[lambda progress: True])


def test_a_report_prints_as_one_sentence():
    report = Report("cpu", "avx2", 2, tokens=1_234, kept_tokens=1_234, seconds=0.5, words_per_second=2_500.4)
    assert str(report) == "trained 1,234 tokens in 0.50 s on 2 threads, 2,500 words/s"
    stopped = replace(report, device="numpy", stopped_by="callback")
    assert str(stopped).endswith("on numpy, 2,500 words/s; stopped by the callback")
    thinned = "trained 1,234 tokens, of which subsampling kept about 56, in 0.50 s on 2 threads, 2,500 words/s"
    assert str(replace(report, kept_tokens=56)) == thinned
    assert "subsampling" not in report._repr_html_()
    assert "about 56" in replace(report, kept_tokens=56)._repr_html_()
    assert str(Report()) == "trained nothing in this call"


def test_a_call_that_trained_nothing_names_no_speed():
    rows = dict(time_rows(EncodeReport(), Report()))
    assert rows["training"] == "0.00 s"
