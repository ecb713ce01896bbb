"""Where the text of a corpus lies: paths, folders, patterns, pipes, open files, compressed files; and parameters."""

import bz2
import gzip
import io
import lzma
import os
import re
import sys
import threading

import numpy as np
import pytest

from fastw2v.corpus import compressed, encode
from fastw2v.errors import CorpusError, CorpusTypeError, MissingDependencyError, ParameterError


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "b.txt").write_text("c d\n")
    (tmp_path / "a.txt").write_text("a b\n")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "c.txt").write_text("e f\n")
    (tmp_path / ".hidden").write_text("hidden\n")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "x").write_text("hidden\n")
    return tmp_path


def words_of(corpus, **parameters):
    return encode(corpus, min_count=1, **parameters).vocabulary.words


def test_folder_is_read_whole_and_sorted(folder):
    assert words_of(folder) == words_of(str(folder)) == ["a", "b", "c", "d", "e", "f"]


def test_glob_and_list_of_paths(folder):
    assert words_of(str(folder / "*.txt")) == ["a", "b", "c", "d"]
    assert words_of(str(folder / "**" / "c.txt")) == ["e", "f"]
    assert words_of([folder / "b.txt", folder / "a.txt"]) == ["c", "d", "a", "b"]
    assert words_of((folder / "sub", folder / "a.txt")) == ["e", "f", "a", "b"]


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


def test_only_paths_in_a_list_are_files(folder):
    with pytest.raises(CorpusTypeError, match=r"corpus\[1\] is .*make every item a pathlib.Path"):
        encode([folder / "a.txt", str(folder / "b.txt")])
    with pytest.raises(CorpusTypeError, match=r"corpus\[1\] is the path"):
        encode([["a", "b"], folder / "a.txt"])
    assert "txt" in words_of([str(folder / "a.txt"), "txt"]), "a string in a list is a document"


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


def test_open_files(folder):
    with open(folder / "a.txt") as text, open(folder / "b.txt", "rb") as data:
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


TEXT = b"the cat sat\non the mat\n" * 20_000


def compress(kind: str, data: bytes) -> bytes:
    if kind == "zst":
        zstandard = pytest.importorskip("zstandard")
        return zstandard.ZstdCompressor().compress(data)
    return {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}[kind](data)


@pytest.mark.parametrize("kind", ["gz", "bz2", "xz", "zst"])
def test_compressed_files(tmp_path, kind):
    plain, packed = tmp_path / "text.txt", tmp_path / f"text.txt.{kind}"
    plain.write_bytes(TEXT)
    packed.write_bytes(compress(kind, TEXT[:1001]) + compress(kind, TEXT[1001:]))  # two members or frames
    expected, corpus = encode(plain), encode(packed)
    assert corpus.vocabulary == expected.vocabulary
    assert np.array_equal(corpus.ids, expected.ids)
    assert np.array_equal(corpus.offsets, expected.offsets)
    assert corpus.report.bytes_read == len(TEXT)
    lines = encode(packed, tokenizer=str.split)
    assert np.array_equal(lines.ids, expected.ids)


@pytest.mark.parametrize("tokenizer", [None, "words"])
@pytest.mark.parametrize("kind", ["gz", "bz2", "xz", "zst"])
def test_damaged_compressed_files(tmp_path, kind, tokenizer):
    path = tmp_path / f"text.{kind}"
    data = compress(kind, np.random.default_rng(0).integers(97, 123, 200_000, np.uint8).tobytes())
    for damaged in (data[:-20], data[: len(data) // 2], b"no such format", data[:40] + b"\xaa" * 40 + data[80:]):
        path.write_bytes(damaged)
        with pytest.raises(CorpusError, match=re.escape(str(path)) + ": the compressed data is damaged or truncated"):
            encode(path, tokenizer=tokenizer, min_count=1)


def test_zstandard_missing_names_the_pip_line(tmp_path, monkeypatch):
    path = tmp_path / "text.zst"
    path.write_bytes(b"whatever")
    monkeypatch.setitem(sys.modules, "zstandard", None)
    with pytest.raises(MissingDependencyError, match=r"Zstandard.*pip install 'fastw2v\[zstd\]'"):
        encode(path)


def test_error_in_compressed_text_ends_the_decompressing_thread(tmp_path):
    path = tmp_path / "text.gz"
    path.write_bytes(gzip.compress(b"bad \xff\n" + b"good text " * 1_000_000))
    before = threading.active_count()
    with pytest.raises(CorpusError, match="line 1, byte 4 "):
        encode(path)
    assert threading.active_count() == before


def test_no_thread_to_decompress_in(tmp_path, monkeypatch):
    path = tmp_path / "text.gz"
    path.write_bytes(gzip.compress(TEXT))

    def refuse(_):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(compressed._Ahead, "start", refuse)
    assert encode(path).report.raw_tokens == 120_000


@pytest.mark.parametrize(
    "parameters",
    [
        {"min_count": -1},
        {"min_count": 2.0},
        {"min_count": True},
        {"min_count": "5"},
        {"max_vocab": 1},
        {"max_vocab": float("nan")},
        {"n_jobs": 0},
        {"n_jobs": -2},
        {"errors": "surrogateescape"},
        {"errors": None},
        {"tokenizer": "word"},
        {"tokenizer": 3},
        {"tokenizer": "tokens"},
        {"vocabulary": "abc"},
        {"vocabulary": 5},
    ],
)
def test_parameters_are_checked(folder, parameters):
    with pytest.raises(ParameterError, match=next(iter(parameters))):
        encode(folder, **{"min_count": 1, **parameters})


@pytest.mark.parametrize(
    ("vocabulary", "error", "message"),
    [
        (["a"], CorpusError, "vocabulary"),
        ([], CorpusError, "vocabulary"),
        (["a", "b", "a"], ParameterError, "the word 'a' appears twice, in rows 0 and 2"),
    ],
)
def test_vocabularies_that_cannot_be(folder, vocabulary, error, message):
    with pytest.raises(error, match=message):
        encode(folder, vocabulary=vocabulary)


def test_a_vocabulary_of_objects_that_cannot_be_words_is_refused(folder):
    with pytest.raises(CorpusTypeError, match="vocabulary contains an object that cannot be a word"):
        encode(folder, vocabulary=[["a"], "b"])
