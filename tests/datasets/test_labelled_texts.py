"""Labelled texts: what is in FASTW2V_DATA, and what happens without it."""

import json
import lzma
from collections import Counter
from types import SimpleNamespace

import pytest

from fastw2v import datasets
from fastw2v.errors import FormatError


@pytest.mark.usefixtures("data_folder")
@pytest.mark.parametrize(("split", "posts"), [("train", 11_314), ("test", 7_532)])
def test_20_newsgroups_have_the_sizes_that_are_published(split, posts):
    texts, labels = datasets.fetch_20newsgroups(split)
    assert len(texts) == len(labels) == posts
    assert len(set(labels)) == 20
    assert labels.count("alt.atheism") == {"train": 480, "test": 319}[split]
    assert all(isinstance(text, str) for text in texts)


@pytest.mark.usefixtures("data_folder")
@pytest.mark.parametrize(("split", "sentences"), [("train", 6_920), ("dev", 872), ("test", 1_821)])
def test_sst2_has_the_sizes_that_are_published(split, sentences):
    texts, labels = datasets.fetch_sst2(split)
    assert len(texts) == len(labels) == sentences
    assert set(labels) == {"negative", "positive"}
    assert Counter(labels)["positive"] == {"train": 3_610, "dev": 444, "test": 909}[split]
    assert not any("\t" in text for text in texts)


def test_files_of_the_data_folder_are_read(tmp_path, monkeypatch):
    monkeypatch.setenv("FASTW2V_DATA", str(tmp_path))
    posts = [{"group": "sci.space", "id": "1", "text": "Line\u2028one\nline two"}, {"group": "misc", "text": "é"}]
    (tmp_path / "20news-bydate-test.jsonl.xz").write_bytes(lzma.compress("\n".join(map(json.dumps, posts)).encode()))
    assert datasets.fetch_20newsgroups("test") == (["Line\u2028one\nline two", "é"], ["sci.space", "misc"])
    (tmp_path / "classification").mkdir()
    (tmp_path / "classification" / "sst2_dev.tsv").write_text("bad \u2028 film\t0\ngood one\t1", "utf-8")
    assert datasets.fetch_sst2("dev") == (["bad \u2028 film", "good one"], ["negative", "positive"])
    (tmp_path / "classification" / "sst2_train.tsv").write_text("sentence\tlabel\nbad film\t0\n", "utf-8")
    with pytest.raises(FormatError, match=r"sst2_train\.tsv, line 1: expected a sentence, a tab, and 0 or 1"):
        datasets.fetch_sst2("train")


def test_a_folder_that_is_not_there_is_said(tmp_path, monkeypatch):
    monkeypatch.setenv("FASTW2V_DATA", str(tmp_path / "missing"))
    with (
        pytest.warns(RuntimeWarning, match="FASTW2V_DATA names .*missing', which is not a folder") as caught,
        pytest.raises(OSError, match=r"sst2_train\.tsv was not found"),
    ):
        datasets.fetch_sst2()
    assert caught[0].filename == __file__


def test_without_the_folder_scikit_learn_fetches_the_newsgroups(tmp_path, monkeypatch):
    monkeypatch.delenv("FASTW2V_DATA", raising=False)
    monkeypatch.setenv("FASTW2V_CACHE", str(tmp_path))
    asked = []

    def fetch(**given):
        asked.append(given)
        return SimpleNamespace(data=["one", "two"], target=[1, 0], target_names=["a", "b"])

    monkeypatch.setattr("sklearn.datasets.fetch_20newsgroups", fetch)
    assert datasets.fetch_20newsgroups() == (["one", "two"], ["b", "a"])
    assert asked == [{"subset": "train", "shuffle": False, "data_home": tmp_path}]

    def fail(**given):
        raise OSError("no network in tests")

    monkeypatch.setattr("sklearn.datasets.fetch_20newsgroups", fail)
    with pytest.raises(OSError, match=r"no network in tests.*FASTW2V_DATA.*20news-bydate-test\.jsonl\.xz"):
        datasets.fetch_20newsgroups("test")


def test_without_the_folder_sst2_says_what_to_do(monkeypatch):
    monkeypatch.delenv("FASTW2V_DATA", raising=False)
    with pytest.raises(OSError, match=r"sst2_train\.tsv was not found: set FASTW2V_DATA"):
        datasets.fetch_sst2()


def test_unknown_splits_are_refused():
    with pytest.raises(ValueError, match="'train', 'test'; got 'dev'"):
        datasets.fetch_20newsgroups("dev")
    with pytest.raises(ValueError, match="'train', 'dev', 'test'; got 'valid'"):
        datasets.fetch_sst2("valid")
