"""Files of word pairs and analogies that gensim's methods evaluate."""

import numpy as np
import pytest

from fastw2v.compat.gensim import KeyedVectors
from fastw2v.errors import FormatError


def test_the_form_of_a_file_of_pairs_can_be_said(tmp_path):
    wv = KeyedVectors.from_vectors(
        np.random.default_rng(0).normal(size=(5, 4)), ["king", "queen", "man", "woman", "köln"]
    )
    rows = [("king", "queen", 8.5), ("man", "woman", 8), ("köln", "man", 1)]
    for path, mark in (("tab.tsv", "\t"), ("semicolon.csv", ";")):
        (tmp_path / path).write_text(
            "# a comment\n" * (mark == "\t") + "".join(f"{a}{mark}{b}{mark}{s}\n" for a, b, s in rows)
        )
    (tmp_path / "latin.tsv").write_text(
        "word\tother\tscore\nking\tqueen\t8.5\nman\twoman\t8\nköln\tman\t1\n", "latin-1"
    )
    expected = wv.evaluate_word_pairs(tmp_path / "tab.tsv")
    assert expected[2] == 0
    assert wv.evaluate_word_pairs(tmp_path / "semicolon.csv", delimiter=";") == expected
    assert wv.evaluate_word_pairs(tmp_path / "latin.tsv", encoding="latin-1") == expected
    with pytest.raises(FormatError, match=r"line 1: expected two words and a number with '\|' between them"):
        wv.evaluate_word_pairs(tmp_path / "semicolon.csv", delimiter="|")


def test_an_evaluation_without_a_question_says_so(tmp_path):
    (tmp_path / "q").write_text(": x\nw x y z\n")
    wv = KeyedVectors.from_vectors(np.eye(3), ["a", "b", "c"])
    for dummy in (False, True):
        with pytest.warns(RuntimeWarning, match="no accuracy: none of 1 question could be asked"):
            assert wv.evaluate_word_analogies(tmp_path / "q", dummy4unknown=dummy)[0] == 0
