"""Words in files: the reader in C against plain Python, for any bytes, blocks and threads."""

import ctypes
import io
import lzma
import re
import shutil
from collections import Counter
from importlib import import_module
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fastw2v.corpus._text_scanner import TextScanner
from fastw2v.corpus.counting import count_files, count_stream
from fastw2v.corpus.encoding import encode
from fastw2v.corpus.files import deal_out, find
from fastw2v.errors import BadTextError, CorpusError

BOM = b"\xef\xbb\xbf"


def split_plainly(data: bytes, errors: str) -> list[list[str]]:
    """What the reader in C must equal."""
    lines = data.removeprefix(BOM).split(b"\n")
    lines = lines if lines[-1] else lines[:-1]
    return [re.findall(r"[^ \t\r\v\f]+", line.decode("utf-8", errors)) for line in lines]


def sentences_in(counted) -> list[list[str]]:
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
    counted = count_stream(io.BytesIO(data), "strict", block=block)
    assert sentences_in(counted) == split_plainly(data, "strict")
    assert counted.stats.bytes_read == len(data)


@pytest.mark.fault("bytes of every kind in a text file")
@given(data=ANY_BYTES, block=st.integers(1, 8) | st.just(1 << 16), errors=st.sampled_from(["replace", "ignore"]))
@settings(max_examples=500, deadline=None)
@example(data=b"a\xff \xff b\xff\n\xff", block=3, errors="ignore")
@example(data=BOM + BOM + b"x", block=1, errors="replace")
def test_any_bytes_equal_plain_python(data, block, errors):
    counted = count_stream(io.BytesIO(data), errors, block=block)
    expected = split_plainly(data, errors)
    assert sentences_in(counted) == expected
    text = data.removeprefix(BOM)
    assert [word for line in expected for word in line] == re.findall(r"[^ \t\n\r\v\f]+", text.decode("utf-8", errors))
    invalid = len(text) - len(text.decode("utf-8", "ignore").encode())
    assert counted.stats.ignored_bytes == (invalid if errors == "ignore" else 0)
    assert counted.stats.replaced_bytes == (invalid if errors == "replace" else 0)
    assert counted.stats.nul_bytes == text.count(b"\0")


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
        counted = count_files(find(path), "strict", n_threads, block=block, bytes_per_thread=1)
        assert sentences_in(counted) == split_plainly(data, "strict")
    else:
        line = data.count(b"\n", 0, bad) + 1
        with pytest.raises(CorpusError, match=f"line {line}, byte {bad} "):
            count_files(find(path), "strict", n_threads, block=block, bytes_per_thread=1)


@given(texts=st.lists(ANY_BYTES, min_size=1, max_size=4), n_threads=st.integers(1, 7), share=st.integers(1, 40))
@settings(max_examples=300, deadline=None)
def test_any_number_of_threads_reads_the_same(tmp_path_factory, texts, n_threads, share):
    folder = tmp_path_factory.getbasetemp() / "threads"
    folder.mkdir(exist_ok=True)
    paths = [folder / f"{i}.txt" for i in range(len(texts))]
    for path, data in zip(paths, texts, strict=True):
        path.write_bytes(data)
    files = [file for path in paths for file in find(path)]
    counted = count_files(files, "replace", n_threads, block=5, bytes_per_thread=share)
    assert sentences_in(counted) == [line for data in texts for line in split_plainly(data, "replace")]
    assert counted.stats.bytes_read == sum(map(len, texts))
    assert counted.stats.files == len(texts)


def test_vocabulary_order_does_not_depend_on_threads(tmp_path):
    rng = np.random.default_rng(1)
    path = tmp_path / "text.txt"
    path.write_text("\n".join(" ".join(f"w{i}" for i in rng.zipf(1.3, 20) % 5000) for _ in range(3000)))
    one = encode(path, min_count=2, n_jobs=1)
    counted = count_files(find(path), "strict", 5, bytes_per_thread=1)
    assert len(counted._scanners) == 5
    order = sorted(Counter(path.read_text().split()).items(), key=lambda item: -item[1])
    assert one.vocabulary.words == [word for word, count in order if count >= 2]
    places = np.argsort(-counted.counts, kind="stable")[: len(one.vocabulary)]
    assert counted.words(places) == one.vocabulary.words


@pytest.mark.fault("bytes of every kind in a text file")
def test_a_word_of_a_megabyte_and_a_line_of_two_million_words(tmp_path):
    path = tmp_path / "long.txt"
    path.write_bytes(b"a" * 1_000_000 + b" b\n" + b"c d " * 1_000_000)
    for block in (4096, 1 << 20):
        counted = count_files(find(path), "strict", 3, block=block, bytes_per_thread=1000)
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


HASHED = 0x8BB84B93962EACC9, 0x4B33A62ED433D4A3, 0x9FB21C651E98DF25  # the constants of native/text/fw_table.*


def words_of_one_hash(n, fold):
    """Words of 48 bytes that are UTF-8, and all have one hash while the table's secret is what the source says."""
    first, second, spread = HASHED

    def pair(low, high):
        low, high = int.from_bytes(low, "little") ^ first, int.from_bytes(high, "little") ^ second
        return fold(low, high, low * high)

    words = []
    for i in range(10**9):
        begin = b"%032d" % i
        state = (48 * spread) % 2**64
        for at in 0, 16:
            low = (int.from_bytes(begin[at : at + 8], "little") ^ state).to_bytes(8, "little")
            state = pair(low, begin[at + 8 : at + 16])
        undone = (state ^ 0x4040404040404040).to_bytes(8, "little")  # the last block meets the same factor in all words
        if undone.isascii() and not set(undone) & set(b"\0 \t\n\v\f\r"):
            words.append(begin + undone + b"x" * 8)
        if len(words) == n:
            break
    return words


@pytest.mark.fault("bytes of every kind in a text file")
@pytest.mark.parametrize(
    "fold", [lambda a, b, ab: ab % 2**64 ^ ab >> 64, lambda a, b, ab: ab % 2**64 ^ ab >> 64 ^ a ^ b]
)
def test_words_made_to_have_one_hash_have_not(fold):
    words = words_of_one_hash(1000, fold)
    scanner = TextScanner()
    scanner.begin()
    text = io.BytesIO(b" ".join(words))
    while scanner.read(text.readinto, 4096):
        pass
    scanner.end()
    assert len(scanner) == len(words)
    assert scanner.farthest() < 100


@pytest.mark.fault("bytes of every kind in a text file")
@pytest.mark.parametrize("filler", [b"\0", b"\xff"])
def test_what_is_no_text_is_not_held_until_it_ends(filler):
    """As in a sparse file that ends in a hole."""
    scanner, blocks = TextScanner(), []

    def readinto(buffer):
        blocks.append(len(buffer))
        buffer[:] = (b"a bc".ljust(len(buffer), filler)) if len(blocks) == 1 else filler * len(buffer)
        return len(buffer)

    scanner.begin()
    scanner.read(readinto, 1024)
    with pytest.raises(BadTextError) as caught:
        scanner.read(readinto, 1024)
    assert (caught.value.offset, caught.value.word[:3]) == (2, b"bc" + filler)
    assert len(caught.value.word) < 100


@pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler")
def test_white_space_is_found_alike_with_and_without_sse2(bench_found, tmp_path):
    native = import_module("bench.helpers.native")
    source = tmp_path / "classify.c"
    source.write_text(
        '#include "text/fw_ids.c"\n#include "text/fw_table.c"\n#include "text/fw_text.c"\n'
        "void classified(const char *text, uint64_t *found) {\n"
        "    masks both = classify(text);\n    found[0] = both.space, found[1] = both.newline;\n}\n"
    )
    flags = ["-O2", "-std=gnu11"]
    libraries = [native.compiled(source, tmp_path, [*flags, *more]) for more in ([], ["-DFW_PORTABLE"])]
    rng = np.random.default_rng()
    for _ in range(2000):
        text = rng.integers(0, rng.choice([16, 40, 256]), 64, np.uint8).tobytes()
        expected = [sum(1 << i for i, byte in enumerate(text) if byte in of) for of in (b" \t\n\v\f\r", b"\n")]
        for library in libraries:
            found = (ctypes.c_uint64 * 2)()
            library.classified(text, found)
            assert list(found) == expected, text


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


@pytest.mark.parametrize(
    ("name", "n_tokens"),
    [
        ("ptb.train.txt.xz", 887_521),
        ("unicode/kowiki_6files.txt.xz", 740_416),
        ("unicode/zhwiki_4files_simplified_jieba.txt.xz", 754_596),
        ("text8-first-2M-words.xz", 2_139_749),
    ],
)
def test_real_text_equals_counter_of_split(data_folder, tmp_path, name, n_tokens):
    data = lzma.decompress((data_folder / name).read_bytes())
    expected = Counter(word.decode() for word in data.split())
    path = tmp_path / "text.txt"
    path.write_bytes(data)
    packed = encode(data_folder / name, min_count=1)
    assert packed.report.raw_tokens == n_tokens
    assert dict(zip(packed.vocabulary.words, packed.vocabulary.counts.tolist(), strict=True)) == expected
    assert packed.vocabulary.words == [word for word, _ in expected.most_common()]
    for n_threads in (1, 3):
        counted = count_files(find(path), "strict", n_threads, bytes_per_thread=1000)
        ids, offsets = counted.renumber(
            np.argsort(np.argsort(-counted.counts, kind="stable")).astype(np.int32), n_tokens
        )
        assert np.array_equal(ids, packed.ids)
        assert np.array_equal(offsets, packed.offsets)


def test_real_large_text_equals_counter_of_split(data_folder, tmp_path):
    data = lzma.decompress((data_folder / "enwiki-17M-words.txt.xz").read_bytes())
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


@given(data=ANY_BYTES, n_groups=st.integers(1, 9))
@settings(max_examples=200, deadline=None)
def test_ranges_are_the_file_byte_for_byte_and_tear_no_word(tmp_path_factory, data, n_groups):
    path = tmp_path_factory.getbasetemp() / "ranges.txt"
    path.write_bytes(data)
    pieces = [piece for group in deal_out(find(path), n_groups, 1) for piece in group if piece.end is not None]
    assert b"".join(data[piece.begin : piece.end] for piece in pieces) == data
    assert all(data[piece.begin - 1 : piece.begin].isspace() for piece in pieces[1:])


UNSEEN = {
    "unicode_space_tokens": re.compile("[\x1c-\x1f\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]"),
    "soft_hyphen_tokens": re.compile("\xad"),
    "combining_mark_tokens": re.compile("[\u0300-\u036f]"),
}
WORDS = st.text(
    st.sampled_from("aé日\xad\u0301\u036f\u0370\xa0\u2007\u200b\u3000\x1c") | st.characters(codec="utf-8"), min_size=1
)


@given(words=st.lists(WORDS.filter(lambda word: not set(word) & set(" \t\n\v\f\r\0\ufeff")), max_size=30))
@settings(max_examples=200, deadline=None)
def test_characters_that_no_reader_sees_are_counted(words):
    stats = count_stream(io.BytesIO(" ".join(words + words[:3]).encode()), "strict").stats
    for name, pattern in UNSEEN.items():
        assert getattr(stats, name) == sum(bool(pattern.search(word)) for word in words + words[:3]), name


def test_the_report_names_them(written):
    path = written("c.txt", "le\xa0chat a\xad e\u0301 a\n".encode() * 2)
    report = encode(path, min_count=1, tokenizer="whitespace").report
    assert report.remarks() == [
        "2 tokens hold a Unicode space, at which files are not split",
        "2 tokens hold a soft hyphen",
        "2 tokens hold a combining mark (text that is not composed, NFC)",
    ]
    assert all(remark in str(report) for remark in report.remarks())
