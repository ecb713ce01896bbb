"""Corpora in files: the reader in C against plain Python, threads, compression, damage."""

import bz2
import gzip
import io
import lzma
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fastw2v import compressed, counting
from fastw2v._corpus import TextScanner
from fastw2v.corpus import encode
from fastw2v.counting import count_files, count_stream
from fastw2v.errors import CorpusChangedError, CorpusError, CorpusTypeError, ParameterError
from fastw2v.files import deal_out, find

BOM = b"\xef\xbb\xbf"


def split_plainly(data: bytes, errors: str) -> list[list[str]]:
    """What the reader in C must equal."""
    lines = data.removeprefix(BOM).split(b"\n")
    lines = lines if lines[-1] else lines[:-1]
    return [re.findall(r"[^ \t\r\v\f]+", line.decode("utf-8", errors)) for line in lines]


def sentences_of(counted) -> list[list[str]]:
    """All sentences again, from the provisional ids."""
    words = counted.words(np.arange(len(counted.counts)))
    ids, offsets = counted.renumber(np.arange(len(words), dtype=np.int32), counted.tokens)
    assert counted.counts.tolist() == np.bincount(ids, minlength=len(words)).tolist()
    assert list(dict.fromkeys(ids.tolist())) == list(range(len(words))), "ids are in the order of first sight"
    assert len(set(words)) == len(words)
    return [[words[i] for i in ids[a:b]] for a, b in pairwise(offsets)]


# Pieces of text that are likely to go wrong where they meet, and any bytes at all.
PIECES = st.sampled_from(
    [
        *(b" ", b"\n", b"\n\n", b"\t", b"\v", b"\f", b"\r", b"\r\n", b"\x1c"),
        *(b"a", b"b", b"a" * 15, b"a" * 16, b"a" * 17, b"b" * 33, b"x" * 63, b"x" * 64, b"y" * 65),
        *(text.encode() for text in ("é", "日本", "😀", "\xa0\x85\u2028")),
        *(BOM, BOM[:2], b"\xff", b"\xc3", b"\xe6\x97", b"\xf0\x9f\x98", b"\xed\xa0\x80", b"\xc0\x80", b"\xf5", b"\0"),
    ]
)
ANY_BYTES = st.lists(PIECES | st.binary(max_size=8), max_size=40).map(b"".join)
VALID_TEXT = st.text(st.sampled_from(" \n\t\rabcé日😀") | st.characters(blacklist_categories=["Cs"]), max_size=200)


@given(data=VALID_TEXT.filter(lambda text: "\0" not in text).map(str.encode), block=st.integers(1, 8))
@settings(max_examples=300, deadline=None)
def test_valid_text_equals_plain_python(data, block):
    counted, n_bytes = count_stream(io.BytesIO(data).readinto, "text", "strict", block=block)
    assert sentences_of(counted) == split_plainly(data, "strict")
    assert n_bytes == len(data)


@given(data=ANY_BYTES, block=st.integers(1, 8) | st.just(1 << 16), errors=st.sampled_from(["replace", "ignore"]))
@settings(max_examples=500, deadline=None)
@example(data=b"a\xff \xff b\xff\n\xff", block=3, errors="ignore")
@example(data=BOM + BOM + b"x", block=1, errors="replace")
def test_any_bytes_equal_plain_python(data, block, errors):
    counted, _ = count_stream(io.BytesIO(data).readinto, "text", errors, block=block)
    expected = split_plainly(data, errors)
    assert sentences_of(counted) == expected
    text = data.removeprefix(BOM)
    assert [word for line in expected for word in line] == re.findall(r"[^ \t\n\r\v\f]+", text.decode("utf-8", errors))
    assert counted.bad_bytes == len(text) - len(text.decode("utf-8", "ignore").encode())
    assert counted.nul_bytes == text.count(b"\0")


@given(data=ANY_BYTES, block=st.integers(1, 8), n_threads=st.integers(1, 4))
@settings(max_examples=300, deadline=None)
def test_strict_names_line_and_byte_of_the_first_bad_one(tmp_path_factory, data, block, n_threads):
    path = tmp_path_factory.getbasetemp() / "strict.txt"
    path.write_bytes(data)
    bad = data.find(b"\0")
    try:
        data.decode()
    except UnicodeDecodeError as error:
        bad = error.start if bad < 0 else min(bad, error.start)
    if bad < 0:
        counted, _ = count_files(find(path), "strict", n_threads, block=block, smallest_share=1)
        assert sentences_of(counted) == split_plainly(data, "strict")
    else:
        line = data.count(b"\n", 0, bad) + 1
        with pytest.raises(CorpusError, match=f"line {line}, byte {bad} "):
            count_files(find(path), "strict", n_threads, block=block, smallest_share=1)


@given(texts=st.lists(ANY_BYTES, min_size=1, max_size=4), n_threads=st.integers(1, 7), share=st.integers(1, 40))
@settings(max_examples=300, deadline=None)
def test_any_number_of_threads_reads_the_same(tmp_path_factory, texts, n_threads, share):
    folder = tmp_path_factory.getbasetemp() / "threads"
    folder.mkdir(exist_ok=True)
    paths = [folder / f"{i}.txt" for i in range(len(texts))]
    for path, data in zip(paths, texts, strict=True):
        path.write_bytes(data)
    files = [file for path in paths for file in find(path)]
    counted, n_bytes = count_files(files, "replace", n_threads, block=5, smallest_share=share)
    assert sentences_of(counted) == [line for data in texts for line in split_plainly(data, "replace")]
    assert n_bytes == sum(map(len, texts))


@given(data=ANY_BYTES, n_groups=st.integers(1, 9))
@settings(max_examples=200, deadline=None)
def test_ranges_are_the_file_byte_for_byte_and_tear_no_word(tmp_path_factory, data, n_groups):
    path = tmp_path_factory.getbasetemp() / "ranges.txt"
    path.write_bytes(data)
    pieces = [piece for group in deal_out(find(path), n_groups, 1) for piece in group if piece.end is not None]
    assert b"".join(data[piece.begin : piece.end] for piece in pieces) == data
    assert all(data[piece.begin - 1 : piece.begin].isspace() for piece in pieces[1:])


def test_vocabulary_order_does_not_depend_on_threads(tmp_path):
    rng = np.random.default_rng(1)
    path = tmp_path / "text.txt"
    path.write_text("\n".join(" ".join(f"w{i}" for i in rng.zipf(1.3, 20) % 5000) for _ in range(3000)))
    one = encode(path, min_count=2, n_jobs=1)
    counted, _ = count_files(find(path), "strict", 5, smallest_share=1)
    assert len(counted._scanners) == 5
    order = sorted(Counter(path.read_text().split()).items(), key=lambda item: -item[1])
    assert one.vocabulary.words == [word for word, count in order if count >= 2]
    places = np.argsort(-counted.counts, kind="stable")[: len(one.vocabulary)]
    assert counted.words(places) == one.vocabulary.words


def test_a_word_of_a_megabyte_and_a_line_of_two_million_words(tmp_path):
    path = tmp_path / "long.txt"
    path.write_bytes(b"a" * 1_000_000 + b" b\n" + b"c d " * 1_000_000)
    for block in (4096, 1 << 20):
        counted, _ = count_files(find(path), "strict", 3, block=block, smallest_share=1000)
        assert counted.counts.tolist() == [1, 1, 1_000_000, 1_000_000]
        ids, offsets = counted.renumber(np.arange(4, dtype=np.int32), counted.tokens)
        assert offsets.tolist() == [0, 2, 2_000_002]
        assert ids[:4].tolist() == [0, 1, 2, 3]


def test_many_distinct_words_of_all_lengths(tmp_path):
    path = tmp_path / "many.txt"
    words = [f"{'x' * (i % 40)}{i}" for i in range(100_000)]
    path.write_text(" ".join(words + words[::-1]))
    corpus = encode(path, min_count=2, n_jobs=1)
    assert corpus.vocabulary.words == words
    assert corpus.ids.tolist() == [*range(100_000), *range(99_999, -1, -1)]


def test_blank_lines_are_empty_sentences_and_the_last_line_needs_no_end(tmp_path):
    path = tmp_path / "blank.txt"
    path.write_bytes(b"a b\n\n \t \nb a")
    assert encode(path, min_count=1).offsets.tolist() == [0, 2, 2, 2, 4]
    path.write_bytes(b"a b\n\n \t \nb a\n")
    assert encode(path, min_count=1).offsets.tolist() == [0, 2, 2, 2, 4]


def test_rare_words_are_left_out_and_counted(tmp_path):
    path = tmp_path / "rare.txt"
    path.write_text("a a b c\nc a b x\ny\n")
    corpus = encode(path, min_count=2)
    assert corpus.vocabulary.words == ["a", "b", "c"]
    assert corpus.vocabulary.counts.tolist() == [3, 2, 2]
    assert [corpus[i].tolist() for i in range(3)] == [[0, 0, 1, 2], [2, 0, 1], []]
    report = corpus.report
    assert (report.raw_tokens, report.raw_sentences, report.distinct_words) == (9, 3, 5)
    assert (report.dropped_words, report.dropped_tokens, report.bytes_read, report.files) == (2, 2, 18, 1)
    assert "dropped 2 words and 2 tokens" in str(report)


def test_max_vocab_keeps_the_most_frequent(tmp_path):
    path = tmp_path / "max.txt"
    path.write_text("a b c c b c")
    assert encode(path, min_count=1, max_vocab=2).vocabulary.words == ["c", "b"]


@pytest.mark.parametrize("n_threads", [1, 3])
def test_ready_made_vocabulary_is_used_as_it_is(tmp_path, n_threads):
    path = tmp_path / "ready.txt"
    path.write_text("a b c c é\na d")
    corpus = encode(path, vocabulary={"zzz": 9, "c": 1, "é": 7, "a": 2}, min_count=5, n_jobs=n_threads)
    assert corpus.vocabulary.words == ["zzz", "c", "é", "a"]
    assert corpus.vocabulary.counts.tolist() == [0, 2, 1, 2]
    assert [corpus[i].tolist() for i in range(2)] == [[3, 1, 1, 2], [3]]
    assert corpus.report.dropped_words == 2


# ---- where files are found -------------------------------------------------------------------------------------------


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
    with pytest.raises(CorpusError, match="holds no files"):
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


# ---- compression -----------------------------------------------------------------------------------------------------

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
        with pytest.raises(CorpusError, match=re.escape(str(path)) + ": the compressed data is damaged or cut short"):
            encode(path, tokenizer=tokenizer, min_count=1)


def test_zstandard_missing_names_the_pip_line(tmp_path, monkeypatch):
    path = tmp_path / "text.zst"
    path.write_bytes(b"whatever")
    monkeypatch.setitem(sys.modules, "zstandard", None)
    with pytest.raises(CorpusError, match="pip install zstandard"):
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
    monkeypatch.setattr(compressed._Ahead, "start", _refuse)
    assert encode(path).report.raw_tokens == 120_000


# ---- text that is none -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "hint"),
    [
        (gzip.compress(b"text"), "gzip"),
        ("text and more".encode("utf-16"), "UTF-16"),
        (b"PK\x03\x04\x00\x00", "zip archive"),
    ],
)
def test_other_formats_are_recognised(tmp_path, data, hint):
    path = tmp_path / "text.txt"
    path.write_bytes(data)
    for tokenizer in (None, "words"):
        with pytest.raises(CorpusError, match=f"it looks like .*{hint}"):
            encode(path, tokenizer=tokenizer)


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
        assert "6 bytes were no UTF-8 and were left out" in str(ignored.report)


def test_a_nul_byte_is_told_apart_from_invalid_utf8(tmp_path):
    path = tmp_path / "nul.txt"
    path.write_bytes(b"a\nb\0c d\xff")
    for tokenizer in (None, "words"):
        with pytest.raises(CorpusError, match=r"line 2, byte 3 .*found a NUL byte.*keep NUL bytes"):
            encode(path, tokenizer=tokenizer)


def test_bad_line_is_counted_over_ranges_and_named_with_its_file(tmp_path):
    good, bad = tmp_path / "good.txt", tmp_path / "bad.txt"
    good.write_bytes(b"good line\n" * 5000)
    bad.write_bytes(b"fine line\n" * 5000 + b"\nx caf\xe9 y\n" + b"fine line\n" * 2000 + b"\xff" * 9)
    files = [*find(good), *find(bad), *find(bad)]
    for n_threads in (1, 2, 8):
        with pytest.raises(CorpusError, match=rf"{bad}, line 5,002, byte 50,006 .*0xe9.*errors='replace'"):
            count_files(files, "strict", n_threads, smallest_share=1)
    with pytest.raises(CorpusError, match=rf"{bad}, line 5,002, byte 50,006 .*0xe9.*errors='replace'"):
        encode([good, bad], tokenizer="words")


def test_a_byte_order_mark_is_dropped_at_the_start_of_each_file_only(tmp_path):
    paths = [tmp_path / "1.txt", tmp_path / "2.txt"]
    for path in paths:
        path.write_bytes(BOM + b"a\nb " + BOM + b"c\n")
    for tokenizer in (None, str.split):
        assert words_of(paths, tokenizer=tokenizer) == ["a", "b", "\ufeffc"]


@pytest.mark.parametrize("tokenizer", [None, "words"])
@pytest.mark.parametrize("data", [b"", b"\n\n \n", BOM])
def test_empty_files(tmp_path, data, tokenizer):
    path = tmp_path / "empty.txt"
    path.write_bytes(data)
    with pytest.raises(CorpusError, match=f"the corpus is empty: {data.count(10)} sentences, 0 words"):
        encode(path, tokenizer=tokenizer)


def test_too_few_words_names_the_commonest(tmp_path):
    path = tmp_path / "few.txt"
    path.write_text("a a b")
    with pytest.raises(CorpusError, match=r"min_count=5 times: the commonest, 'a', occurs 2 times"):
        encode(path)
    with pytest.raises(CorpusError, match=r"at least 2 words, only one occurs min_count=2 times.*'a'"):
        encode(path, min_count=2)
    path.write_text("a a a")
    with pytest.raises(CorpusError, match=r"at least 2 words, the corpus has one: .*'a', occurs 3 times"):
        encode(path, min_count=1)
    with pytest.raises(CorpusError, match="no word of the given vocabulary"):
        encode(path, vocabulary=["b", "c"])


# ---- files that change, threads that fail ----------------------------------------------------------------------------


def tampering(action):
    """A scanner before whose second block something happens to the file."""

    class Scanner(TextScanner):
        blocks = 0

        def read(self, readinto, size):
            type(self).blocks += 1
            if type(self).blocks == 2:
                action()
            return super().read(readinto, size)

    return Scanner


def _append(path):
    with open(path, "ab") as file:
        file.write(b"more")


def _replace(path):
    other = path.with_name("other")
    other.write_bytes(path.read_bytes())
    os.replace(other, path)


def _rewrite(path):
    stat = path.stat()
    path.write_bytes(b"x" * stat.st_size)
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns + 1))


@pytest.mark.parametrize("name", ["text.txt", "text.gz"])
@pytest.mark.parametrize(
    ("action", "message"),
    [
        (lambda path: os.truncate(path, 100), "cut short|had .* bytes, now 100"),
        (_append, "had .* bytes, now"),
        (_replace, "changed while it was read"),
        (_rewrite, "was written to"),
        (os.remove, "was removed"),
    ],
)
def test_a_file_that_changes_while_it_is_read(tmp_path, monkeypatch, name, action, message):
    path = tmp_path / name
    data = np.random.default_rng(0).choice(list(b"abcdefgh "), 3_000_000).astype(np.uint8).tobytes()
    path.write_bytes(gzip.compress(data, 1) if name.endswith("gz") else data)
    monkeypatch.setattr(counting, "TextScanner", tampering(lambda: action(path)))
    with pytest.raises(CorpusChangedError, match=message) as caught:
        encode(path, n_jobs=1)
    assert str(path) in str(caught.value)


def _refuse(*_):
    raise RuntimeError("can't start new thread")


def test_threads_that_do_not_start_leave_the_work_to_the_others(tmp_path, monkeypatch):
    path = tmp_path / "text.txt"
    path.write_bytes(TEXT)
    monkeypatch.setattr(threading.Thread, "start", _refuse)
    with pytest.warns(RuntimeWarning, match="only 1 of 4 threads started"):
        counted, _ = count_files(find(path), "strict", 4, smallest_share=1)
    assert counted.tokens == 120_000


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError, OSError(5, "Input/output error")])
def test_an_exception_in_one_reader_stops_all_and_comes_out(tmp_path, monkeypatch, error):
    path = tmp_path / "text.txt"
    path.write_bytes(TEXT)

    def fail():
        raise error

    monkeypatch.setattr(counting, "TextScanner", tampering(fail))
    before = threading.active_count()
    with pytest.raises(error if isinstance(error, type) else OSError):
        count_files(find(path), "strict", 4, block=1000, smallest_share=1)
    assert threading.active_count() == before


@pytest.mark.parametrize("corpus", ["'-'", "itertools.repeat(['a', 'b'])", "[['a'] * 10**7] * 10**5"])
def test_ctrl_c_ends_reading(corpus):
    code = f"import itertools, fastw2v.corpus as c; print('go', flush=True); c.encode({corpus}, min_count=1)"
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout.readline() == b"go\n"
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    _, messages = process.communicate(timeout=20)
    assert b"KeyboardInterrupt" in messages
    assert process.returncode == -signal.SIGINT


@pytest.mark.skipif(sys.platform != "linux", reason="needs RLIMIT_AS")
@pytest.mark.skipif("asan" in os.environ.get("LD_PRELOAD", ""), reason="the sanitizer needs terabytes of addresses")
def test_not_enough_memory_is_an_exception(tmp_path):
    path = tmp_path / "sparse.txt"
    path.touch()
    os.truncate(path, 1 << 32)  # one word of 4 GB, which must be held whole until it ends
    code = (
        "import fastw2v.corpus as c, resource; resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))\n"
        f"c.encode({str(path)!r}, errors='replace', n_jobs=1)"
    )
    process = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60)
    assert b"MemoryError: no memory for a block of" in process.stderr
    assert process.returncode == 1


# ---- parameters ------------------------------------------------------------------------------------------------------


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


@pytest.mark.parametrize("vocabulary", [["a"], ["a", "b", "a"], []])
def test_vocabularies_that_cannot_be(folder, vocabulary):
    with pytest.raises(CorpusError, match="vocabulary"):
        encode(folder, vocabulary=vocabulary)
    with pytest.raises(CorpusTypeError, match="vocabulary cannot be one"):
        encode(folder, vocabulary=[["a"], "b"])


# ---- real text -------------------------------------------------------------------------------------------------------

needs_data = pytest.mark.skipif("FASTW2V_DATA" not in os.environ, reason="FASTW2V_DATA names no folder of real data")


def real(name: str) -> Path:
    return Path(os.environ["FASTW2V_DATA"], name)


@needs_data
@pytest.mark.parametrize(
    ("name", "n_tokens"),
    [
        ("ptb.train.txt.xz", 887_521),
        ("unicode/kowiki_6files.txt.xz", 740_416),
        ("unicode/zhwiki_4files_simplified_jieba.txt.xz", 754_596),
        ("text8-first-2M-words.xz", 2_139_749),
    ],
)
def test_real_text_equals_counter_of_split(tmp_path, name, n_tokens):
    data = lzma.decompress(real(name).read_bytes())
    expected = Counter(word.decode() for word in data.split())
    path = tmp_path / "text.txt"
    path.write_bytes(data)
    packed = encode(real(name), min_count=1)
    assert packed.report.raw_tokens == n_tokens
    assert dict(zip(packed.vocabulary.words, packed.vocabulary.counts.tolist(), strict=True)) == expected
    assert packed.vocabulary.words == [word for word, _ in expected.most_common()]
    for n_threads in (1, 3):
        counted, _ = count_files(find(path), "strict", n_threads, smallest_share=1000)
        ids, offsets = counted.renumber(
            np.argsort(np.argsort(-counted.counts, kind="stable")).astype(np.int32), n_tokens
        )
        assert np.array_equal(ids, packed.ids)
        assert np.array_equal(offsets, packed.offsets)


@needs_data
def test_real_large_text_equals_counter_of_split(tmp_path):
    data = lzma.decompress(real("enwiki-17M-words.txt.xz").read_bytes())
    path = tmp_path / "enwiki.txt"
    path.write_bytes(data)
    expected = Counter(data.decode().split())
    corpus = encode(path, min_count=5)
    kept = [(word, count) for word, count in expected.most_common() if count >= 5]
    assert corpus.vocabulary.words == [word for word, _ in kept]
    assert corpus.vocabulary.counts.tolist() == [count for _, count in kept]
    assert corpus.report.raw_tokens == 16_910_553
    assert len(corpus.ids) == sum(count for _, count in kept)
    line = data.split(b"\n", 2)[1].decode().split()
    assert [corpus.vocabulary.words[i] for i in corpus[1]] == [word for word in line if expected[word] >= 5]
