"""Compressed files: decompressed ahead in a thread; damage is an error that names the file."""

import bz2
import gzip
import lzma
import re
import sys
import threading

import numpy as np
import pytest

from fastw2v.corpus import compressed
from fastw2v.corpus.encoding import encode
from fastw2v.errors import CorpusError, MissingDependencyError

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
    path.write_bytes(b"plain text\n" * 9)
    with pytest.raises(CorpusError, match="or rename it if it is not compressed"):
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
