"""word2vec's formats with gensim's options: what is appended to, lists of counts, spare rows, words of messages."""

import bz2
import gzip

import numpy as np
import pytest

from fastw2v import load
from fastw2v.compat.gensim import KeyedVectors
from fastw2v.errors import FormatError, ParameterError

WORDS = ["köln", "b", "c", "d"]
VECTORS = np.array([[1, 0.25, 0], [0.1, 0.2, 0.3], [0, 1, 0.2], [0, 0, 2]], np.float32)


@pytest.fixture
def wv():
    made = KeyedVectors.from_vectors(VECTORS, WORDS)
    for word, count in zip(WORDS, (3, 9, 5, 9), strict=True):
        made.set_vecattr(word, "count", count)
    return made


@pytest.mark.parametrize("binary", [False, True])
def test_rows_without_a_header_are_appended_to(wv, tmp_path, binary):
    for _ in range(2):
        wv.save_word2vec_format(tmp_path / "file", binary=binary, append=True, write_header=False)
    (tmp_path / "whole").write_bytes(b"8 3\n" + (tmp_path / "file").read_bytes())
    with pytest.warns(RuntimeWarning, match="4 rows repeat a word"):
        loaded = KeyedVectors.load_word2vec_format(tmp_path / "whole", binary=binary)
    np.testing.assert_array_equal(loaded.vectors, wv.vectors[[1, 3, 2, 0]])


@pytest.mark.parametrize(
    ("content", "binary", "message"),
    [
        (b"the cat sat\n", False, "append=True writes behind word vectors, and this is another file"),
        (b"the cat sat\n", True, "this is another file"),
        (b"1 2\na 1 2\n", False, "it holds word2vec text, 2 numbers a row, and these are word2vec text, 3 numbers"),
        (b"1 3\na 1 2 3\n", True, "it holds word2vec text, 3 numbers a row, and these are word2vec binary"),
        (b"\x80\x04\x95" + bytes(30), True, "a Python pickle"),
    ],
)
def test_rows_are_appended_to_rows_alone(wv, tmp_path, content, binary, message):
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(FormatError, match=message):
        wv.save_word2vec_format(tmp_path / "file", binary=binary, append=True, write_header=False)
    assert (tmp_path / "file").read_bytes() == content


def test_counts_are_appended_to_counts_alone(wv, tmp_path):
    (tmp_path / "file").write_text("the cat sat\n")
    with pytest.raises(FormatError, match="is no list of words and counts: name another file to append to"):
        wv.save_word2vec_format(tmp_path / "new", fvocab=tmp_path / "file", append=True, write_header=False)
    with pytest.raises(ParameterError, match="fvocab and fname are the same file"):
        wv.save_word2vec_format(tmp_path / "other", fvocab=tmp_path / "other")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("file", "the cat sat\n")]


def test_a_list_of_words_and_counts_may_be_packed_and_repeat_words(wv, tmp_path):
    wv.save_word2vec_format(tmp_path / "file")
    (tmp_path / "vocab").write_bytes(gzip.compress("\ufeffköln 5\nb 4\n\nb 3\nc 2\nd 1\n".encode()))
    with pytest.warns(RuntimeWarning, match="1 repeated word; kept the last count of each"):
        loaded = KeyedVectors.load_word2vec_format(tmp_path / "file", fvocab=tmp_path / "vocab")
    assert loaded.index_to_key == ["b", "d", "c", "köln"]
    assert loaded.expandos["count"].tolist() == [3, 1, 2, 5]
    (tmp_path / "vocab").write_bytes(bz2.compress(b"b 4\n"))
    with pytest.raises(FormatError, match="expected a word and its count, found a bzip2 file: unpack it first"):
        KeyedVectors.load_word2vec_format(tmp_path / "file", fvocab=tmp_path / "vocab")


def test_messages_speak_of_gensims_arguments(wv, tmp_path):
    (tmp_path / "file").write_text("2 3\nb nan 0 0\nc 1 1 1\n")
    with pytest.warns(RuntimeWarning, match=r"[^_]are near no word. unicode_errors='ignore' leaves them out"):
        wv.intersect_word2vec_format(tmp_path / "file")
    with pytest.raises(ParameterError, match=r"^unicode_errors='drop': it must be one of"):
        KeyedVectors.load_word2vec_format(tmp_path / "file", unicode_errors="drop")


def test_a_text_that_begins_like_a_list_of_counts_is_not_replaced(wv, tmp_path):
    (tmp_path / "corpus.txt").write_text("chapter 1\nthe cat sat on the mat\n")
    with pytest.raises(FormatError, match="is no list of words and counts, and would be lost"):
        wv.save_word2vec_format(tmp_path / "v.txt", fvocab=tmp_path / "corpus.txt")
    assert [path.name for path in tmp_path.iterdir()] == ["corpus.txt"]
    wv.save_word2vec_format(tmp_path / "v.txt", fvocab=tmp_path / "counts")
    wv.save_word2vec_format(tmp_path / "v.txt", fvocab=tmp_path / "counts")


def test_room_for_keys_to_come_is_saved(tmp_path):
    wv = KeyedVectors(2, count=3)
    wv.add_vector("a", [1, 2])
    wv.set_vecattr("a", "count", 5)
    wv.vectors_lockf = np.array([0, 1, 1], np.float32)
    wv.save(tmp_path / "file")
    loaded = KeyedVectors.load(tmp_path / "file")
    assert (loaded.index_to_key, loaded.vectors.tolist()) == (["a", None, None], [[1, 2], [0, 0], [0, 0]])
    assert (loaded.expandos["count"].tolist(), loaded.vectors_lockf.tolist()) == ([5, 0, 0], [0, 1, 1])
    assert (loaded.add_vector("b", [3, 4]), loaded.index_to_key) == (1, ["a", "b", None])
    assert KeyedVectors.load(tmp_path / "file", mmap="r").index_to_key == load(tmp_path / "file").index_to_key == ["a"]
    wv.vectors[2] = 1
    with pytest.raises(ParameterError, match="2 of 3 rows have no key yet: add their vectors"):
        wv.save(tmp_path / "file")
