"""Copies of a text: each set of names reads as the original does."""

from importlib import import_module

import numpy as np
import pytest

from fastw2v import EncodedCorpus, WordVectors


@pytest.fixture
def repeated(bench_found, monkeypatch):
    module = import_module("bench.helpers.repeated")
    for name, value in {"SHARED": 3, "SETS": 2, "BLOCK": 2}.items():
        monkeypatch.setattr(module, name, value)
    return module


@pytest.fixture
def text():
    rng = np.random.default_rng(1)
    sentences = [np.minimum(rng.zipf(1.4, length) - 1, 9).tolist() for length in (4, 1, 7, 3, 9, 2, 5)]
    sentences.append(list(range(10)))
    ids = np.concatenate(sentences)
    rank = np.argsort(np.argsort(-np.bincount(ids), kind="stable"), kind="stable")
    return EncodedCorpus.from_ids([rank[each].tolist() for each in sentences], [f"w{i}" for i in range(10)])


def sentences(corpus):
    words = list(corpus.vocabulary.words)
    return [[words[i] for i in each] for each in np.split(corpus.ids, corpus.offsets[1:-1])]


def test_each_copy_holds_each_sentence_once_in_the_names_of_its_set(repeated, text):
    found = sentences(repeated.repeat(text, 3).corpus)
    shared = {"w0", "w1", "w2"}
    expected = [
        [word if word in shared else f"{word}_{copy % 2}" for word in sentence]
        for copy in range(3)
        for sentence in sentences(text)
    ]
    assert sorted(found) == sorted(expected)
    assert found != expected, "shuffled"


def test_sentences_of_a_block_stay_together(repeated, text):
    found, original = sentences(repeated.repeat(text, 2).corpus), sentences(text)
    plain = [[word.split("_")[0] for word in sentence] for sentence in found]
    blocks = [plain[i : i + 2] for i in range(0, len(plain), 2)]
    assert sorted(blocks) == sorted([original[i : i + 2] for i in range(0, len(original), 2)] * 2)


def test_words_are_counted_and_most_frequent_first(repeated, text):
    made = repeated.repeat(text, 3)
    counts = made.corpus.vocabulary.counts
    assert np.array_equal(counts, np.bincount(made.corpus.ids, minlength=len(counts)))
    assert (np.diff(counts) <= 0).all()
    words = list(made.corpus.vocabulary.words)
    for number, rows in enumerate(made.of_set):
        names = [words[row] for row in rows]
        assert names == [word if i < 3 else f"{word}_{number}" for i, word in enumerate(text.vocabulary.words)]


def test_the_score_is_the_mean_over_the_sets(repeated, text, monkeypatch):
    made = repeated.repeat(text, 2)
    rows = np.random.default_rng(2).normal(size=(len(made.corpus.vocabulary), 4)).astype(np.float32)
    monkeypatch.setattr(repeated, "score", lambda vectors: dict.fromkeys(repeated.SCORES, float(vectors["w9"][0])))
    of_both = [rows[made.of_set[number][9], 0] for number in range(2)]
    found = made.score(WordVectors(rows, made.corpus.vocabulary))
    assert found == dict.fromkeys(repeated.SCORES, pytest.approx(np.mean(of_both)))
