"""``load(words=...)``: some words of a file, those that are not in it, and faults among the others."""

import numpy as np
import pytest

from fastw2v.corpus.vocabulary import Vocabulary
from fastw2v.errors import FormatError, ParameterError, TruncatedFileError
from fastw2v.formats import load, save
from fastw2v.vectors import WordVectors


@pytest.mark.parametrize("name", ["v.txt", "v.bin", "v.txt.gz", "v.bin.gz", "v.fw2v"])
@pytest.mark.parametrize("block", [64, 4 << 20])
def test_only_some_words_are_loaded(tmp_path, monkeypatch, name, block):
    monkeypatch.setattr("fastw2v.formats.rows._FIRST_BYTES", block)
    whole = WordVectors(np.random.default_rng(0).normal(size=(500, 4)), [f"word{i}" for i in range(500)])
    save(tmp_path / name, whole)
    wanted = ["word499", "none", *(f"word{i}" for i in range(3, 400, 7))]
    known = [word for word in whole.index_to_key if word in wanted]
    for words in (wanted, set(wanted), iter(wanted)):
        with pytest.warns(RuntimeWarning, match=": it lacks 1 of the 59 words asked for: 'none'$"):
            found = load(tmp_path / name, words=words)
        assert found.index_to_key == known
        np.testing.assert_array_equal(found.vectors, whole[known])
    # A file rarely covers a vocabulary.
    for words in (dict.fromkeys(wanted), Vocabulary(wanted), WordVectors(np.ones((len(wanted), 1)), wanted)):
        assert load(tmp_path / name, words=words).index_to_key == known
    with pytest.warns(
        RuntimeWarning, match="the rows that limit=100 reads lack 45 of the 59 words asked for: 'word499', 'none', "
    ):
        found = load(tmp_path / name, words=wanted, limit=100)
    assert found.index_to_key == [word for word in known if int(word[4:]) < 100]
    with pytest.warns(RuntimeWarning, match=r"none of the 1 word asked for, such as 'x', so that nothing was loaded"):
        assert len(load(tmp_path / name, words=["x"])) == 0
    with pytest.warns(RuntimeWarning, match="the rows that limit=7 reads have none of the 1 word .*; raise the limit"):
        assert len(load(tmp_path / name, words=["word9"], limit=7)) == 0
    with pytest.raises(ParameterError, match="words='x': it must be a collection of words"):
        load(tmp_path / name, words="x")


@pytest.mark.parametrize("errors", ["strict", "ignore"])
def test_faults_are_told_of_words_that_are_not_loaded(tmp_path, monkeypatch, errors):
    monkeypatch.setattr("fastw2v.formats.rows._FIRST_BYTES", 16)
    rows = [f"word{i} {i} 1" for i in range(60)]
    rows[30] = "word30 1"
    (tmp_path / "v.txt").write_text("60 2\n" + "\n".join(rows) + "\n")
    if errors == "strict":
        with pytest.raises(FormatError, match="line 32"):
            load(tmp_path / "v.txt", words=["word50"])
        return
    with pytest.warns(RuntimeWarning, match=r"left out 1 row .*line 32"):
        found = load(tmp_path / "v.txt", words=["word50", "word2"], errors="ignore")
    assert found.index_to_key == ["word2", "word50"]
    assert found["word50"].tolist() == [50, 1]
    (tmp_path / "v.txt").write_text("62 2\n" + "\n".join(rows[:30] + rows[31:]) + "\n")
    with pytest.raises(TruncatedFileError, match="the file ends after 59"):
        load(tmp_path / "v.txt", words=["word5"])
