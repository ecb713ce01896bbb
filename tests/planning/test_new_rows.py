"""Initial rows of new words: by seed and word, whatever else joins and when."""

import subprocess
import sys

import numpy as np
import pytest

from fastw2v.planning import new_rows as module
from fastw2v.planning.new_rows import new_rows, word_hash
from fastw2v.planning.rows import initial_arrays

WORDS = ["wine", "Straße", "東京", "", "a\0b", "e\u0301"]


def test_a_row_depends_on_seed_and_word_alone():
    rows = new_rows(WORDS, 7, 3)
    np.testing.assert_array_equal(new_rows(WORDS[::-1], 7, 3)[::-1], rows)
    for row, word in zip(rows, WORDS, strict=True):
        np.testing.assert_array_equal(new_rows([word], 7, 3)[0], row)
    assert not np.isin(new_rows(WORDS, 7, 4), rows).any()
    assert len(np.unique(rows[:, 0])) == len(WORDS)


def test_long_lists_are_drawn_in_blocks(monkeypatch):
    words = list(range(100))
    whole = new_rows(words, 5, 1)
    monkeypatch.setattr(module, "BLOCK", 7)
    np.testing.assert_array_equal(new_rows(words, 5, 1), whole)


def test_they_are_drawn_as_other_rows_are(monkeypatch):
    """With the row's number for a hash they are those of the first words, bit for bit."""
    monkeypatch.setattr(module, "word_hash", int)
    np.testing.assert_array_equal(new_rows(range(9), 11, 2**63 - 1), initial_arrays(9, 11, 2**63 - 1).w_in)


def test_they_are_uniform():
    rows = new_rows([f"word{i}" for i in range(2000)], 50, 1) * 50
    assert -1 <= rows.min() < -0.999 < 0.999 < rows.max() < 1
    assert abs(rows.mean()) < 0.01
    assert abs(rows.std() - 3**-0.5) < 0.01
    assert np.abs(np.corrcoef(rows[:200])[np.triu_indices(200, 1)]).max() < 0.7


def test_the_hash_is_the_same_everywhere():
    assert word_hash("wine") == 0x35B21FFC573F9751
    told = []
    for salt in "12":
        script = f"from fastw2v.planning.new_rows import word_hash; print([word_hash(word) for word in {WORDS!r}])"
        run = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": salt,
            "PYTHONPATH": ":".join(sys.path)},
        )  # fmt: skip
        told.append(run.stdout)
    assert told[0] == told[1] == f"{[word_hash(word) for word in WORDS]}\n"


@pytest.mark.parametrize("word", [12, np.int32(12), np.int64(12), "12", np.str_("12")])
def test_numbers_are_hashed_by_their_decimals(word):
    assert word_hash(word) == word_hash("12")


def test_other_words_are_hashed_by_their_repr():
    assert word_hash(("a", 1)) == word_hash("('a', 1)") != word_hash(("a", 2))
    assert word_hash("\ud800") != word_hash("\ud801")  # no UTF-8 of its own
