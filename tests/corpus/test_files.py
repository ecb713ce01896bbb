"""Where the text of a corpus lies: paths, folders, patterns, pipes and open files."""

import io
import os
import sys
import threading

import numpy as np
import pytest

from fastw2v.corpus.encoding import encode
from fastw2v.errors import CorpusError, CorpusTypeError


def words_of(corpus, **parameters):
    return encode(corpus, min_count=1, **parameters).vocabulary.words


def test_folder_is_read_whole_and_sorted(text_folder):
    assert words_of(text_folder) == words_of(str(text_folder)) == ["a", "b", "c", "d", "e", "f"]


def test_glob_and_list_of_paths(text_folder):
    assert words_of(str(text_folder / "*.txt")) == ["a", "b", "c", "d"]
    assert words_of(str(text_folder / "**" / "c.txt")) == ["e", "f"]
    assert words_of([text_folder / "b.txt", text_folder / "a.txt"]) == ["c", "d", "a", "b"]
    assert words_of((text_folder / "sub", text_folder / "a.txt")) == ["e", "f", "a", "b"]


def test_a_name_with_wildcards_in_it_is_a_file_first(tmp_path):
    (tmp_path / "a[1].txt").write_text("literal name")
    assert words_of(str(tmp_path / "a[1].txt")) == ["literal", "name"]


def test_nothing_found(tmp_path):
    with pytest.raises(CorpusError, match=r"no file 'to be or not to be' .*pass a list of documents"):
        encode("to be or not to be")
    with pytest.raises(CorpusError, match="no file matches the pattern"):
        encode(str(tmp_path / "*.nothing"))
    with pytest.raises(CorpusError, match="contains no files"):
        encode(tmp_path)
    for no_name in ("x" * 100_000, "a\0b", "is this a file?", ""):
        with pytest.raises(CorpusError, match="there is no file"):
            encode(no_name)


def test_only_paths_in_a_list_are_files(text_folder):
    with pytest.raises(CorpusTypeError, match=r"corpus\[1\] is .*make every item a pathlib.Path"):
        encode([text_folder / "a.txt", str(text_folder / "b.txt")])
    with pytest.raises(CorpusTypeError, match=r"corpus\[1\] is the path"):
        encode([["a", "b"], text_folder / "a.txt"])
    with pytest.warns(
        RuntimeWarning, match=r"corpus\[0\] is .*a.txt', the path of an existing file, and is taken as a doc"
    ):
        words = words_of([str(text_folder / "a.txt"), "a txt"])
    assert "txt" in words, "a string in a list is a document"


@pytest.mark.parametrize("kind", [list, tuple, iter, np.array])
def test_strings_that_are_all_files_are_not_documents(text_folder, kind):
    names = [str(path) for path in text_folder.glob("*.txt")]
    with pytest.raises(
        CorpusTypeError, match=r"corpus\[0\] is the string .*the name of a file, .*Path\(name\) for name in"
    ):
        encode(kind(names), min_count=1)
    with pytest.raises(CorpusTypeError, match=r"'data/a.txt', the name of a file, although none is there"):
        encode(kind(["data/a.txt", "data/b.txt.gz"]), min_count=1)


def test_documents_of_one_word_may_be_called_like_files(text_folder, monkeypatch, encode_all):
    monkeypatch.chdir(text_folder)
    assert encode_all(["sub", "other words"]) == [["sub"], ["other", "words"]]
    assert encode_all(["sub sub sub dub"]) == [["sub", "sub", "sub", "dub"]]


def test_links_to_folders_are_followed_once(text_folder, tmp_path_factory):
    other = tmp_path_factory.mktemp("other")
    (other / "y.txt").write_text("gamma delta\n")
    (text_folder / "link").symlink_to(other)
    (text_folder / "again").symlink_to(other)
    (other / "back").symlink_to(text_folder)
    encoded = encode(text_folder, min_count=1)
    assert encoded.report.files == 4
    assert {"gamma", "delta", "e"} < set(encoded.vocabulary.words)


def test_a_pattern_that_matches_folders_reads_them(text_folder):
    assert words_of(str(text_folder / "*")) == ["a", "b", "c", "d", "e", "f"]
    assert words_of(str(text_folder / "s*")) == ["e", "f"]
    assert words_of(str(text_folder / "**")) == ["a", "b", "c", "d", "e", "f"], "each file once"


def test_links_to_nothing_are_warned_of(text_folder):
    (text_folder / "lost.txt").symlink_to(text_folder / "nowhere")
    for corpus in (text_folder, str(text_folder / "*.txt")):
        with pytest.warns(RuntimeWarning, match=r"lost.txt is a link to a file that does not exist; left out"):
            assert words_of(corpus)[:2] == ["a", "b"]


def test_a_path_is_never_meant_as_text(tmp_path):
    with pytest.raises(CorpusError, match=r"there is no file .*missing' \(searched from [^)]*\)$"):
        encode(tmp_path / "missing")


def test_standard_input(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"a b\nb")))
    assert words_of("-") == ["b", "a"]
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"a b\nB!")))
    assert words_of("-", tokenizer="words") == ["b", "a"]
    with pytest.raises(CorpusError, match="standard input can be read only once: pipe the text in again"):
        encode("-")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"a \xff")))
    with pytest.raises(CorpusError, match="standard input, line 1, byte 2"):
        encode("-")


def test_named_pipe(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(b"a b a\n",))
    writer.start()
    assert words_of(pipe) == ["a", "b"]
    writer.join()


def test_open_files(text_folder):
    with open(text_folder / "a.txt") as text, open(text_folder / "b.txt", "rb") as data:
        assert words_of(text) == ["a", "b"]
        assert words_of(data) == ["c", "d"]
        with pytest.raises(CorpusError, match=r"open file .*seek\(0\)"):
            encode(text)
    assert words_of(io.StringIO("\ufeffé\nb b")) == ["b", "é"]
    assert words_of(io.BytesIO(b"A b\nB"), tokenizer="words") == ["b", "a"]
    assert words_of(io.StringIO("A b\nB"), tokenizer=str.split) == ["A", "b", "B"]
    latin = io.TextIOWrapper(io.BytesIO("été là\n".encode("latin-1")), "latin-1")
    assert words_of(latin) == ["été", "là"]
    escaped = io.TextIOWrapper(io.BytesIO(b"ok\nbad \xff"), "utf-8", errors="surrogateescape")
    with pytest.raises(CorpusError, match=r"line 2, byte 7"):
        encode(escaped)


def test_a_file_given_twice_is_warned_of(written, encode_all):
    path = written("a.txt", b"a b\n")
    (path.parent / "b.txt").symlink_to(path)
    for again in (path, path.parent / "b.txt", path.parent):
        with pytest.warns(RuntimeWarning, match="is given more than once"):
            encode_all([path, again])


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("https://example.org/corpus.txt", "is an address: download the file first and give its path"),
        ("file:///my%20text.txt", "is an address: give the path, '/my text.txt'"),
        ("$FOLDER/a.txt", r"'\$' is not expanded: give 'somewhere/a.txt'"),
    ],
)
def test_a_name_that_is_no_path_is_told(monkeypatch, name, message):
    monkeypatch.setenv("FOLDER", "somewhere")
    with pytest.raises(CorpusError, match=message):
        encode(name)


def test_a_text_with_a_dollar_is_a_text():
    with pytest.raises(CorpusError, match="A str is taken as the path of a file; to train on the text itself"):
        encode("I paid $HOME for it")
