"""Open files and pipes: looked at like paths before they are read, and read to the last line."""

import bz2
import gzip
import io
import json
import lzma
import os
import tarfile
import threading
import warnings

import numpy as np
import pytest

from fastw2v import DocVectorizer, Word2Vec, WordVectors
from fastw2v.corpus.encoding import encode
from fastw2v.errors import CorpusError

ROW = json.dumps({"text": "the cat sat", "label": 1})


OPENERS = {
    "text": lambda path: path.open(encoding="utf-8"),
    "bytes": lambda path: path.open("rb"),
    "raw": lambda path: path.open("rb", buffering=0),
    "in memory": lambda path: io.BytesIO(path.read_bytes()),
    "a string": lambda path: io.StringIO(path.read_text()),
}


@pytest.mark.parametrize("opener", OPENERS)
@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"{ROW}\n", "is JSON"),
        ("id,label,text\n" + "".join(f"{i},pos,the cat {i} sat\n" for i in range(9)), r"read_csv\(path\)\['text'\]"),
        ("".join(f"w{i} {' '.join(f'{i * j / 7:.5f}' for j in range(1, 20))}\n" for i in range(1, 9)), "word vectors"),
        ("['the', 'cat']\n" * 9, "is a list in each line"),
    ],
)
def test_an_open_file_is_looked_at_like_a_path(written, opener, text, message):
    path = written("c.txt", text.encode())
    with OPENERS[opener](path) as stream:
        with pytest.raises(CorpusError, match=message) as raised:
            encode(stream, min_count=1)
        told = encode(stream, min_count=1, tokenizer="whitespace")  # the same file, which is where it was
    assert "open it anew" not in str(raised.value)
    assert told.vocabulary.words == encode(path, min_count=1, tokenizer="whitespace").vocabulary.words


@pytest.mark.parametrize("options", [{}, {"errors": "replace"}, {"errors": "ignore", "tokenizer": "words"}])
@pytest.mark.parametrize(
    ("data", "message"),
    [
        (gzip.compress(b"a b " * 99), r"gzip data; unpack it first, as gzip.open\(path\) or gunzip does"),
        (bz2.compress(b"a b " * 99), r"bzip2 data; unpack it first, as bz2.open\(path\)"),
        (lzma.compress(b"a b " * 99), r"xz data; unpack it first, as lzma.open\(path\)"),
        ("the cat sat".encode("utf-16"), "UTF-16 text; convert it first: iconv -f UTF-16"),
        ("the cat sat".encode("utf-32"), "UTF-32 text; convert it first: iconv -f UTF-32"),
        (b"%PDF-1.7 a b", "a PDF file"),
    ],
    ids=["gzip", "bzip2", "xz", "utf-16", "utf-32", "pdf"],
)
def test_an_open_file_of_another_format_is_no_text_whatever_it_is_read_with(written, data, message, options):
    path = written("c.txt", data)
    for opener in ("bytes", "raw", "in memory"):
        with OPENERS[opener](path) as stream, pytest.raises(CorpusError, match=f"it looks like {message}"):
            encode(stream, min_count=1, **options)


@pytest.mark.parametrize("tokenizer", ["whitespace", "words", str.split])
@pytest.mark.parametrize("opener", OPENERS)
def test_an_open_file_is_read_whole_and_from_where_it_is(written, opener, tokenizer):
    """A line on either side of the part that is looked at first, and a last line without an end."""
    words = [f"w{i % 900}" for i in range(40_000)]
    lines = [" ".join(words[at : at + 7]) for at in range(0, len(words), 7)]
    path = written("c.txt", "\n".join(lines).encode())
    whole = encode(path, min_count=1, tokenizer=tokenizer)
    with OPENERS[opener](path) as stream:
        assert stream.read(3)
        rest = encode(stream, min_count=1, tokenizer=tokenizer)
    with OPENERS[opener](path) as stream:
        read = encode(stream, min_count=1, tokenizer=tokenizer)
        assert not stream.read()
    assert np.array_equal(read.ids, whole.ids)
    assert np.array_equal(read.offsets, whole.offsets)
    assert read.vocabulary.words == whole.vocabulary.words
    assert len(rest.ids) == len(whole.ids) - 1


class Stream:
    """Of another library: it cannot be wound back, and its `readline` takes no size."""

    def __init__(self, data):
        self._file = io.BytesIO(data)
        self.read = self._file.read

    def readline(self):
        return self._file.readline()

    def __iter__(self):
        return iter(self.readline, b"")


def test_an_open_file_that_cannot_be_wound_back_is_to_be_opened_anew():
    data = b"['the', 'cat']\n" * 9
    with pytest.raises(CorpusError, match=r"; its beginning has been read, so open it anew for that$"):
        encode(Stream(data), min_count=1)
    for tokenizer in ("whitespace", "words"):
        assert len(encode(Stream(data), min_count=1, tokenizer=tokenizer).ids) == 18
    text = b"the cat sat\n" * 30_000
    assert len(encode(Stream(text), min_count=1).ids) == len(encode(io.BytesIO(text), min_count=1).ids) == 90_000


@pytest.mark.parametrize("newline", [None, "", "\n", "\r"])
@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_lines_end_where_the_file_says(written, newline, end):
    path = written("c.txt", end.join(f"a{i} b c" for i in range(20_000)).encode())
    with open(path, encoding="utf-8", newline=newline) as stream:
        lines = [line for line in stream if line.strip()]
    for how in ({"tokenizer": "words"}, {"tokenizer": str.split}):
        with open(path, encoding="utf-8", newline=newline) as stream, warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            read = encode(stream, min_count=1, **how)
        assert abs(np.count_nonzero(np.diff(read.offsets)) - len(lines)) <= 1  # an end of two may be cut in two


def test_a_member_of_an_archive_is_read(tmp_path):
    (tmp_path / "text.txt").write_text("the cat sat\n" * 20)
    with tarfile.open(tmp_path / "all.tar", "w") as archive:
        archive.add(tmp_path / "text.txt", "text.txt")
    with tarfile.open(tmp_path / "all.tar") as archive:
        assert len(encode(archive.extractfile("text.txt"), min_count=1).ids) == 60
    with open(tmp_path / "all.tar", "rb") as stream, pytest.raises(CorpusError, match="a tar archive; unpack it first"):
        encode(stream, min_count=1)


def test_text_that_begins_like_packed_data_is_text():
    assert encode(io.StringIO("BZhou went on\n" * 9), min_count=1).vocabulary.words == ["BZhou", "went", "on"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names")
def test_a_pipe_with_a_name_is_looked_at(tmp_path):
    for data, tokenizer in ((gzip.compress(b"a b"), "whitespace"), (gzip.compress(b"a b"), "words"), (b"a b", None)):
        path = tmp_path / f"pipe{len(os.listdir(tmp_path))}"
        os.mkfifo(path)
        writer = threading.Thread(target=path.write_bytes, args=(data,))
        writer.start()
        if tokenizer is None:
            assert encode(path, min_count=1).vocabulary.words == ["a", "b"]
        else:
            with pytest.raises(CorpusError, match=r"pipe\d: it looks like gzip data; unpack it first"):
                encode(path, min_count=1, errors="replace", tokenizer=tokenizer)
        writer.join()


@pytest.mark.parametrize("tokenizer", ["whitespace", "words"])
@pytest.mark.parametrize("lines", [3, 30_000])
def test_text_that_is_opened_with_another_encoding_is_told_with_its_line(written, tokenizer, lines):
    """Met among the first lines, which are looked at, or further below."""
    path = written("c.txt", ("the cat\n" * lines + "caf\xe9\n").encode("latin-1"))
    message = rf"c.txt, line {lines + 1:,}: found the byte 0xe9, .*invalid utf-8 .*open\(path, encoding='latin-1'\)"
    with path.open(encoding="utf-8") as stream, pytest.raises(CorpusError, match=message):
        encode(stream, min_count=1, tokenizer=tokenizer)
    with path.open(encoding="latin-1") as stream:
        assert encode(stream, min_count=1, tokenizer=tokenizer).vocabulary.words == ["the", "cat", "café"]


def test_documents_that_are_lines_of_such_a_file_are_told_alike(written):
    path, vectors = written("c.txt", "the cat\ncaf\xe9\n".encode("latin-1")), WordVectors(np.eye(2), ["the", "cat"])
    for read in (DocVectorizer(vectors).fit_transform, DocVectorizer(vectors).fit(["the"]).transform):
        with path.open(encoding="utf-8") as stream, pytest.raises(CorpusError, match=r"c.txt, line 2: found the byte"):
            read(stream)


def test_documents_of_an_open_file_in_another_encoding_are_told_of_alike(written):
    path = written("c.txt", "the cat\ncaf\xe9\n".encode("latin-1"))
    for model in (Word2Vec(min_count=1), DocVectorizer(Word2Vec(min_count=1))):
        with path.open(encoding="utf-8") as stream, pytest.raises(CorpusError, match="line 2: found the byte 0xe9"):
            model.fit_transform(stream)
