"""Lines read for a tokenizer: byte order marks, bad bytes and empty files mean what they mean to the scanner in C."""

import pytest

from fastw2v.corpus.encoding import encode
from fastw2v.errors import CorpusError

BOM = b"\xef\xbb\xbf"


def test_what_was_done_to_bad_bytes_is_reported(tmp_path):
    path = tmp_path / "bad.txt"
    path.write_bytes(b"a\xff b\xe6\x97 \xff c\0\na\xff a\xff\n")
    for tokenizer in (None, str.split):
        replaced = encode(path, errors="replace", min_count=1, tokenizer=tokenizer)
        assert replaced.vocabulary.words == ["a\ufffd", "b\ufffd", "\ufffd", "c\0"]
        assert (replaced.report.replaced_bytes, replaced.report.ignored_bytes, replaced.report.nul_bytes) == (6, 0, 1)
        ignored = encode(path, errors="ignore", min_count=1, tokenizer=tokenizer)
        assert ignored.vocabulary.words == ["a", "b", "c\0"]
        assert ignored.offsets.tolist() == [0, 3, 5]
        assert (ignored.report.replaced_bytes, ignored.report.ignored_bytes, ignored.report.nul_bytes) == (0, 6, 1)
        assert "6 bytes were invalid UTF-8 and left out" in str(ignored.report)


def test_a_nul_byte_is_told_apart_from_invalid_utf8(tmp_path):
    path = tmp_path / "nul.txt"
    path.write_bytes(b"a\nb\0c d\xff")
    for tokenizer in (None, "words"):
        with pytest.raises(CorpusError, match=r"line 2, byte 3 .*found a NUL byte.*keep NUL bytes"):
            encode(path, tokenizer=tokenizer)


def test_the_encoding_of_the_file_comes_before_what_spoils_its_words(tmp_path):
    path = tmp_path / "latin1.txt"
    path.write_bytes("caf\xe9".encode("latin-1"))
    for tokenizer in (None, "words"):
        with pytest.raises(CorpusError, match=r"iconv -f LATIN1 -t UTF-8, .*encoding='latin-1'.*errors='replace'"):
            encode(path, tokenizer=tokenizer)


def test_a_byte_order_mark_is_dropped_at_the_start_of_each_file_only(tmp_path):
    paths = [tmp_path / "1.txt", tmp_path / "2.txt"]
    for path in paths:
        path.write_bytes(BOM + b"a\nb " + BOM + b"c\n")
    for tokenizer in (None, str.split):
        assert encode(paths, min_count=1, tokenizer=tokenizer).vocabulary.words == ["a", "b", "\ufeffc"]


@pytest.mark.parametrize("tokenizer", [None, "words"])
@pytest.mark.parametrize("data", [b"", b"\n\n \n", BOM])
def test_empty_files(tmp_path, data, tokenizer):
    path = tmp_path / "empty.txt"
    path.write_bytes(data)
    with pytest.raises(CorpusError, match=f"the corpus is empty: {data.count(10)} sentences?, 0 words"):
        encode(path, tokenizer=tokenizer)
