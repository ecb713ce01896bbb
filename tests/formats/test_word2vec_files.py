"""word2vec text and binary: files of every program are read, ours by gensim; what would break one is refused."""

import gzip

import numpy as np
import pytest

from fastw2v import Word2Vec
from fastw2v.compat.gensim import KeyedVectors
from fastw2v.errors import FormatError, ParameterError
from fastw2v.formats import load, load_all, save
from fastw2v.vectors import WordVectors

WORD2VEC = ["v.txt", "v.vec", "v.txt.gz", "v.bin", "v.bin.gz"]


def test_text_as_it_is_written(tmp_path):
    save(tmp_path / "v.txt", WordVectors(np.array([[0.1, -2], [1e-10, 123456789]], np.float32), ["a", "b"]))
    assert (tmp_path / "v.txt").read_bytes() == b"2 2\na 0.100000001 -2\nb 1.00000001e-10 123456792\n"


def test_binary_as_it_is_written(tmp_path):
    save(tmp_path / "v.bin", WordVectors(np.array([[1, -2]], np.float32), ["ab"]))
    assert (tmp_path / "v.bin").read_bytes() == b"1 2\nab " + np.array([1, -2], "<f4").tobytes() + b"\n"


EXPECTED = WordVectors(np.array([[0.5, -1.0], [2.0, 0.25]]), ["a", "b"])
TEXTS = {
    "six decimals and a trailing space": b"2 2\na 0.500000 -1.000000 \nb 2.000000 0.250000 \n",
    "shortest form": b"2 2\na 0.5 -1.0\nb 2.0 0.25\n",
    "no header": b"a 0.5 -1\nb 2 .25\n",
    "no last newline": b"2 2\na 0.5 -1\nb 2 0.25",
    "CRLF": b"2 2\r\na 0.5 -1\r\nb 2 0.25\r\n",
    "tabs": b"2\t2\na\t0.5\t-1\nb\t2\t0.25\n",
    "five digits and a trailing space, as of fastText": b"2 2\na 0.5 -1 \nb 2 0.25 \n",
    "BOM": b"\xef\xbb\xbf2 2\na 0.5 -1\nb 2 0.25\n",
    "BOM without header": b"\xef\xbb\xbfa 0.5 -1\nb 2 0.25\n",
    "blank lines at the end": b"2 2\na 0.5 -1\nb 2 0.25\n\n \n",
    "exponents": b"2 2\na 5e-1 -1E0\nb +2 25e-2\n",
    "two spaces": b"2 2\na  0.5  -1\nb 2  0.25\n",
}


@pytest.mark.parametrize("content", TEXTS.values(), ids=TEXTS.keys())
@pytest.mark.parametrize("packed", [False, True])
def test_text_of_all_kinds_of_programs(tmp_path, content, packed, assert_same):
    path = tmp_path / "vectors"
    path.write_bytes(gzip.compress(content) if packed else content)
    assert_same(load(path), EXPECTED)
    assert_same(load(path, format="text"), EXPECTED)


def test_words_with_spaces_as_glove_has_them(tmp_path):
    path = tmp_path / "glove.txt"
    path.write_bytes(b"the 0.5 -1\n. . . 2 0.25\nat name@domain.com 1 1\n1 3 4\n")
    assert load(path).index_to_key == ["the", ". . .", "at name@domain.com", "1"]


def test_a_number_as_first_word_without_header(tmp_path):
    path = tmp_path / "glove.txt"
    path.write_bytes(b"7 0.5 -1\nb 2 0.25\n")
    assert load(path).index_to_key == ["7", "b"]


@pytest.mark.parametrize("end", [b"", b"\n"])
def test_binary_with_and_without_newlines(tmp_path, end, assert_same):
    path = tmp_path / "vectors"
    rows = [word + b" " + np.array(row, "<f4").tobytes() + end for word, row in ((b"a", [0.5, -1]), (b"b", [2, 0.25]))]
    path.write_bytes(b"2 2\n" + b"".join(rows))
    assert_same(load(path), EXPECTED)


def test_binary_vectors_may_hold_any_byte(tmp_path, assert_same):
    rows = np.frombuffer(b"\n\n\n\n    \n \n \x00\xff\n 1 2\n  " * 2, "<f4")[:6].reshape(3, 2)
    wv = WordVectors(rows, ["a", "b", "c"])
    save(tmp_path / "v.bin", wv)
    assert_same(load(tmp_path / "v.bin"), wv)


def test_more_rows_than_the_header_says_is_a_warning(tmp_path, assert_same):
    path = tmp_path / "vectors"
    path.write_bytes(b"1 2\na 0.5 -1\nb 2 0.25\n")
    with pytest.warns(RuntimeWarning, match="the header says 1 words, but the file has 2; read all of them") as caught:
        assert_same(load(path), EXPECTED)
    assert caught[0].filename == __file__
    path.write_bytes(b"1 1\na \x00\x00\x00\x00\nb \x00\x00\x00\x00")
    with pytest.warns(RuntimeWarning, match="6 more bytes follow; skipped them") as caught:
        assert load(path).index_to_key == ["a"]
    assert caught[0].filename == __file__


@pytest.mark.parametrize("form", ["text", "binary"])
def test_of_equal_words_the_first_is_kept_with_one_warning(tmp_path, form, assert_same):
    path = tmp_path / "vectors"
    if form == "text":
        path.write_bytes(b"4 1\na 1\nb 2\na 3\na 4\n")
    else:
        path.write_bytes(
            b"4 1\n"
            + b"".join(
                w + b" " + np.float32(v).tobytes() for w, v in zip([b"a", b"b", b"a", b"a"], [1, 2, 3, 4], strict=True)
            )
        )
    with pytest.warns(RuntimeWarning, match="2 rows repeat a word .the first is 'a'.") as caught:
        found = load(path)
    assert len(caught) == 1
    assert caught[0].filename == __file__
    assert_same(found, WordVectors(np.array([[1.0], [2.0]]), ["a", "b"]))


@pytest.mark.parametrize("word", ["", " ", "a b", "a\n", "\ta", "a\rb", "a\vb", "\f"])
@pytest.mark.parametrize("name", ["v.txt", "v.bin"])
def test_words_that_would_break_a_file_are_refused(tmp_path, word, name):
    with pytest.raises(FormatError, match=r"word 1, .*unreadable; use the native"):
        save(tmp_path / name, WordVectors(np.eye(2), ["fine", word]))
    assert list(tmp_path.iterdir()) == []
    save(tmp_path / "v.fw2v", WordVectors(np.eye(2), ["fine", word]))
    assert load(tmp_path / "v.fw2v").index_to_key == ["fine", word]


@pytest.mark.parametrize("name", ["v.txt", "v.bin", "v.fw2v"])
def test_words_of_64_kib_fit_and_longer_ones_do_not(tmp_path, name):
    longest = "w" * (64 << 10)
    save(tmp_path / name, WordVectors(np.eye(2), [longest, "x"]))
    assert load(tmp_path / name).index_to_key == [longest, "x"]
    with pytest.raises(FormatError, match="has 65,537 bytes; files hold words of up to 65,536"):
        save(tmp_path / name, WordVectors(np.eye(2), ["x", longest + "w"]))


@pytest.mark.parametrize("form", ["text", "binary"])
def test_words_that_are_not_utf8(tmp_path, form):
    path = tmp_path / "vectors"
    number = b"1" if form == "text" else np.float32(1).tobytes()
    path.write_bytes(b"1 1\na\xff\xfe " + number)
    with pytest.raises(FormatError, match=r"(line 2|word 1 of 1).*is not valid UTF-8.*errors='replace'"):
        load(path)
    assert load(path, errors="replace").index_to_key == ["a\ufffd\ufffd"]
    assert load(path, errors="ignore").index_to_key == ["a"]
    with pytest.raises(ParameterError, match="errors"):
        load(path, errors="surrogateescape")


@pytest.mark.parametrize("name", WORD2VEC)
def test_where_a_native_file_is_needed_one_of_word2vec_is_named(tmp_path, name):
    """Its first bytes as the length of a header would make a sentence about quintillions of bytes."""
    save(tmp_path / name, EXPECTED)
    form = "binary" if ".bin" in name else "text"
    for read in (Word2Vec.load, KeyedVectors.load, lambda path: load(path, format="native")):
        with pytest.raises(FormatError, match=rf"a word2vec {form} file, not one of the native format; fastw2v\.load"):
            read(tmp_path / name)


# -- rows that are not as they should be --


@pytest.mark.parametrize("rows", [1, 3, 150])
@pytest.mark.parametrize(("header", "numbers"), [(3, 4), (3, 7), (1, 2), (768, 769)])
def test_rows_with_more_numbers_than_the_header_says_are_refused(tmp_path, rows, header, numbers):
    row = " 1" * numbers
    (tmp_path / "v.txt").write_text(f"{rows} {header}\n" + "".join(f"w{i}{row}\n" for i in range(rows)))
    for errors in ("strict", "ignore"):
        with pytest.raises(FormatError, match=rf"line 2: a word and {numbers} numbers, but the header says {header}"):
            load(tmp_path / "v.txt", errors=errors)


def test_rows_with_more_numbers_than_the_first_line_are_refused(tmp_path):
    (tmp_path / "v.txt").write_text("a 1 2\nb 1 2 3\nc 1 2 3\n")
    with pytest.raises(FormatError, match="line 2: a word and 3 numbers, but the first line has 2"):
        load(tmp_path / "v.txt")


def test_rows_with_fewer_numbers_name_the_header(tmp_path):
    (tmp_path / "v.txt").write_text("2 4\na 1.5 2 3\nb 1.5 2 3\n")
    with pytest.raises(FormatError, match=r"line 2: expected a word and 4 numbers, found 4 fields \(the header says 4"):
        load(tmp_path / "v.txt")


def test_a_few_words_that_end_in_a_number_are_read_with_a_warning(tmp_path):
    (tmp_path / "v.txt").write_text("3 2\na 1 2\nwindows 95 3 4\nb 5 6\n")
    with pytest.warns(RuntimeWarning, match=r"1 words end in a number .*'windows 95', line 3") as caught:
        assert load(tmp_path / "v.txt").index_to_key == ["a", "windows 95", "b"]
    assert caught[0].filename == __file__


BAD_ROWS = {
    "space": ("  4 5 6", "expected a word and 3 numbers, found 3 fields: the word is blank"),
    "tab": ("\t 4 5 6", "the word is blank"),
    "nothing": (" 4 5 6", "the word is blank"),
    "blank line": ("", "the line is blank, but rows follow"),
    "few": ("c 4 5", "found 3 fields"),
    "no number": ("c 4 5 x", "found b'x' after the word b'c'"),
    "decimal comma": ("c 4 5 1,5", "found b'1,5', with a decimal comma,"),
    "joined": ("c 4 5 6 d 4 5 6", "two rows are joined in one: the word would be 'c 4 5 6 d'"),
    "long": ("c " + "1" * 70_000, "the line is longer than"),
    "long word": ("c" * 65_600 + " 4 5 6", "a word of 65,600 bytes"),
}


@pytest.mark.parametrize(("row", "message"), BAD_ROWS.values(), ids=BAD_ROWS.keys())
@pytest.mark.parametrize("header", ["4 3\n", ""])
@pytest.mark.parametrize("block", [7, 1 << 20])
def test_bad_rows_are_refused_or_left_out_and_counted(tmp_path, monkeypatch, row, message, header, block):
    monkeypatch.setattr("fastw2v.formats.reader._BLOCK_BYTES", block)
    header = header.replace("4", "3") if row == "" else header  # blank lines in succession are one gap
    (tmp_path / "v.txt").write_text(f"{header}a 1.000000 2 3.000000\n{row}\n{row}\nb 7 8.000000 9\n")
    with pytest.raises(FormatError, match=message) as refusal:
        load(tmp_path / "v.txt")
    assert f"line {3 if header else 2}: " in str(refusal.value)
    assert "errors='ignore' leaves such rows out" in str(refusal.value)
    count = 1 if row == "" else 2
    with pytest.warns(RuntimeWarning, match=rf"left out {count} rows .* line {3 if header else 2}: ") as caught:
        found = load(tmp_path / "v.txt", errors="ignore")
    assert caught[0].filename == __file__
    assert found.index_to_key == ["a", "b"]
    assert found.vectors.tolist() == [[1, 2, 3], [7, 8, 9]]


def test_a_file_without_a_readable_row_is_refused(tmp_path):
    (tmp_path / "v.txt").write_text("2 3\na 1 2\nb 3 4\n")
    with pytest.raises(FormatError, match="none can be read; the first is line 2: expected a word and 3 numbers"):
        load(tmp_path / "v.txt", errors="ignore")


def test_a_word_of_which_nothing_is_utf8_is_left_out(tmp_path):
    (tmp_path / "v.txt").write_bytes(b"2 1\n\xff 1\nb 2\n")
    with pytest.warns(RuntimeWarning, match="left out 1 rows .*no byte of the word is valid UTF-8"):
        assert load(tmp_path / "v.txt", errors="ignore").index_to_key == ["b"]


def test_carriage_returns_alone_are_named(tmp_path):
    (tmp_path / "v.txt").write_bytes(b"2 2\ra 1 2\rb 3 4\r")
    for form in (None, "text"):
        with pytest.raises(FormatError, match=r"carriage returns alone|neither a safetensors file"):
            load(tmp_path / "v.txt", format=form)


@pytest.mark.parametrize("form", ["text", "binary"])
def test_a_truncated_file_is_refused_or_read_as_far_as_it_goes(tmp_path, form):
    save(tmp_path / "v", WordVectors(np.arange(1, 10).reshape(3, 3), ["a", "b", "c"]), format=form)
    whole = (tmp_path / "v").read_bytes()
    (tmp_path / "v").write_bytes(whole[: whole.index(b"c") + 2])
    with pytest.raises(FormatError, match="errors='ignore'"):
        load(tmp_path / "v")
    with pytest.warns(RuntimeWarning) as caught:
        assert load(tmp_path / "v", errors="ignore").index_to_key == ["a", "b"]
    assert all(warning.filename == __file__ for warning in caught)
    assert load(tmp_path / "v", limit=2).index_to_key == ["a", "b"]


@pytest.mark.parametrize("name", ["v.fw2v", *WORD2VEC])
@pytest.mark.parametrize("limit", [1, 2, 3, 9])
def test_limit_reads_the_first_rows(tmp_path, name, limit, some_vectors, assert_same):
    wv = some_vectors(["caf\u00e9", "b", "c"])
    save(tmp_path / name, wv)
    found = load(tmp_path / name, limit=limit)
    assert_same(found, wv[:limit], counts=name == "v.fw2v")
    if name == "v.fw2v":
        assert_same(load(tmp_path / name, limit=limit, mmap=True), wv[:limit], counts=True)
    for bad in (0, -1, 1.5, True, "3"):
        with pytest.raises(ParameterError, match="limit must be a whole number of at least 1"):
            load(tmp_path / name, limit=bad)


@pytest.mark.parametrize("name", WORD2VEC)
def test_limit_reads_nothing_behind_these_rows(tmp_path, monkeypatch, name, some_vectors):
    from fastw2v.formats.reader import FileReader

    save(tmp_path / name, some_vectors([f"w{i}" for i in range(20_000)], size=30))
    asked, real = [], FileReader.read
    monkeypatch.setattr(FileReader, "read", lambda file, size: asked.append(size) or real(file, size))
    assert len(load(tmp_path / name, limit=3)) == 3
    assert sum(asked) < 2_000_000  # the file has 2.5 MB at least


def test_limit_reads_a_file_whose_header_promises_too_much(tmp_path):
    content = "".join(f"w{i} 1 2\n" for i in range(3))
    for header in ("4 2\n", "999999999 2\n"):
        (tmp_path / "v.txt").write_text(header + content)
        assert len(load(tmp_path / "v.txt", limit=3)) == 3
        assert len(KeyedVectors.load_word2vec_format(tmp_path / "v.txt", limit=3)) == 3
        with pytest.raises(FormatError, match="the header says"):
            load(tmp_path / "v.txt", limit=4)
        with pytest.warns(RuntimeWarning, match="the file ends after 3; read these"):
            assert len(load(tmp_path / "v.txt", errors="ignore")) == 3


@pytest.mark.parametrize("name", ["v.fw2v", "v.txt", "v.bin"])
def test_vectors_that_are_not_finite_are_named_or_left_out(tmp_path, name):
    vectors = np.ones((4, 2), np.float32)
    vectors[1, 0], vectors[3, 1] = np.nan, -np.inf
    save(tmp_path / name, WordVectors(vectors, ["a", "b", "c", "d"], [4, 3, 2, 1]), context_vectors=vectors + 1)
    with pytest.warns(RuntimeWarning, match=r"2 of 4 vectors hold NaN or infinity .*'b'.*errors='ignore' leaves"):
        assert len(load(tmp_path / name)) == 4
    with pytest.warns(RuntimeWarning, match="2 of 4 .*left them out") as caught:
        loaded = load_all(tmp_path / name, errors="ignore")
    assert caught[0].filename == __file__
    assert loaded.word_vectors.index_to_key == ["a", "c"]
    if name == "v.fw2v":
        assert loaded.word_vectors.counts.tolist() == [4, 2]
        assert loaded.context_vectors.tolist() == [[2, 2], [2, 2]]
    save(tmp_path / name, WordVectors(vectors[1:2], ["b"]))
    with pytest.raises(FormatError, match=r"1 of 1 vectors hold NaN .*there are no others"):
        load(tmp_path / name, errors="ignore")
    save(tmp_path / name, WordVectors(np.full((1, 2), 3e38, np.float32), ["large"]))
    assert len(load(tmp_path / name)) == 1


# -- binary files that are not what they seem --


def binary_file(words, vectors, dtype="<f4", end=b"\n"):
    rows = [
        word.encode() + b" " + np.array(row, dtype).tobytes() + end for word, row in zip(words, vectors, strict=True)
    ]
    return b"%d %d\n" % (len(words), len(vectors[0])) + b"".join(rows)


@pytest.mark.parametrize("end", [b"", b"\n"])
@pytest.mark.parametrize("errors", ["strict", "replace", "ignore"])
@pytest.mark.parametrize(
    ("words", "dtype"), [(["new york", "b", "c"], "<f4"), (["a", "b", "c"], "<f8"), (["a", "b", "c"], ">f4")]
)
@pytest.mark.parametrize("vectors", [np.arange(1, 10).reshape(3, 3), np.random.default_rng(0).normal(size=(3, 50))])
def test_binary_rows_that_are_read_astray_are_refused(tmp_path, end, errors, words, dtype, vectors):
    (tmp_path / "v.bin").write_bytes(binary_file(words, vectors, dtype, end))
    with pytest.raises(FormatError, match=r"is not a word of the file|big-endian|is not valid UTF-8"):
        load(tmp_path / "v.bin", errors=errors)


def test_a_wide_file_is_said_to_be_one(tmp_path):
    (tmp_path / "v.bin").write_bytes(binary_file(["a", "b"], [[1, 2], [3, 4]], "<f8"))
    with pytest.raises(FormatError, match="the size of the file fits float64"):
        load(tmp_path / "v.bin")


def test_large_and_tiny_numbers_are_not_taken_for_the_other_byte_order(tmp_path, assert_same):
    wv = WordVectors(np.array([[1e30, 1e-30, 3e-20, 4e20], [1, 2, 3, 4]], np.float32), ["a", "b"])
    save(tmp_path / "v.bin", wv)
    assert_same(load(tmp_path / "v.bin"), wv)


def test_an_empty_word_in_a_binary_file_can_be_left_out(tmp_path):
    content = binary_file(["a", "", "c"], [[1, 2], [3, 4], [5, 6]])
    (tmp_path / "v.bin").write_bytes(content)
    with pytest.raises(FormatError, match="word 2 of 3: the word is empty"):
        load(tmp_path / "v.bin")
    with pytest.warns(RuntimeWarning, match="left out 1 rows"):
        found = load(tmp_path / "v.bin", errors="ignore")
    assert found.index_to_key == ["a", "c"]
    assert found.vectors.tolist() == [[1, 2], [5, 6]]


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_the_wrong_format_is_named(tmp_path, suffix):
    wv = WordVectors(np.random.default_rng(4).normal(size=(9, 8)), list("abcdefghi"))
    for name, form, other in ((f"v.txt{suffix}", "text", "binary"), (f"v.bin{suffix}", "binary", "text")):
        save(tmp_path / name, wv)
        with pytest.raises(FormatError, match=f"this is a word2vec {form} file, but format='{other}' was given"):
            load(tmp_path / name, format=other)
        with pytest.raises(FormatError, match=f"word2vec {form} file, but binary={form == 'text'} was given"):
            KeyedVectors.load_word2vec_format(tmp_path / name, binary=form == "text")
        assert load(tmp_path / name, format=form).index_to_key == wv.index_to_key
    save(tmp_path / "v.fw2v", wv)
    with pytest.raises(FormatError, match="this is a native file, but format='text' was given"):
        load(tmp_path / "v.fw2v", format="text")
    with pytest.raises(FormatError, match=r"KeyedVectors\.load reads it"):
        KeyedVectors.load_word2vec_format(tmp_path / "v.fw2v")


# -- gensim --


@pytest.fixture
def keyed_vectors():
    return pytest.importorskip("gensim.models.keyedvectors").KeyedVectors


@pytest.mark.parametrize("name", WORD2VEC)
def test_gensim_reads_ours(tmp_path, keyed_vectors, name, odd_words, some_vectors):
    words = [word for word in odd_words if word not in ("\x1c",)]  # text there: parted at any Unicode white space
    wv = some_vectors(words)
    save(tmp_path / name, wv)
    found = keyed_vectors.load_word2vec_format(str(tmp_path / name), binary=".bin" in name)
    assert found.index_to_key == words
    np.testing.assert_array_equal(found.vectors, wv.vectors)


@pytest.mark.parametrize("binary", [True, False])
def test_vectors_go_there_and_back_byte_for_byte(tmp_path, keyed_vectors, binary, odd_words, some_vectors):
    """A file of gensim's, through our reader, writer and gensim again, is the same file; and ours the other way."""
    words = odd_words[:9]
    wv = some_vectors(words)
    theirs = wv.to_gensim()
    theirs.save_word2vec_format(str(tmp_path / "first"), binary=binary)
    form = "binary" if binary else "text"
    ours = load(tmp_path / "first")
    save(tmp_path / "ours", ours, format=form)
    again = keyed_vectors.load_word2vec_format(str(tmp_path / "ours"), binary=binary)
    again.save_word2vec_format(str(tmp_path / "again"), binary=binary)
    assert (tmp_path / "again").read_bytes() == (tmp_path / "first").read_bytes()
    ours.to_gensim().save_word2vec_format(str(tmp_path / "in memory"), binary=binary)
    assert (tmp_path / "in memory").read_bytes() == (tmp_path / "first").read_bytes()
    save(tmp_path / "back", WordVectors.from_gensim(again), format=form)
    assert (tmp_path / "back").read_bytes() == (tmp_path / "ours").read_bytes()
    if binary:  # gensim leaves out the newlines that the original program writes
        rows = [word.encode() + b" " + row.tobytes() for word, row in zip(words, wv.vectors, strict=True)]
        assert (tmp_path / "first").read_bytes() == b"9 5\n" + b"".join(rows)
        assert (tmp_path / "ours").read_bytes() == b"9 5\n" + b"".join(row + b"\n" for row in rows)


@pytest.mark.parametrize("suffix", ["", ".gz"])
@pytest.mark.parametrize(("binary", "header"), [(False, True), (False, False), (True, True)])
def test_we_read_gensims(tmp_path, keyed_vectors, binary, suffix, header, odd_words, some_vectors, assert_same):
    wv = some_vectors(odd_words[:9])
    theirs = keyed_vectors(5)
    theirs.add_vectors(wv.index_to_key, wv.vectors)
    path = tmp_path / f"theirs{suffix}"
    theirs.save_word2vec_format(str(path), binary=binary, write_header=header)
    assert_same(load(path), wv)
