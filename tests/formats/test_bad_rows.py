"""Rows of word2vec files that are not as they should be: read right, refused with the remedy, or left out, counted."""

import gzip
import warnings

import numpy as np
import pytest

from fastw2v.compat.gensim import KeyedVectors
from fastw2v.errors import FormatError, ParameterError
from fastw2v.formats import load, load_all, save
from fastw2v.vectors import WordVectors

WORD2VEC = ["v.txt", "v.vec", "v.txt.gz", "v.bin", "v.bin.gz"]


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
    with pytest.warns(RuntimeWarning, match=r"1 word ends in a number .*'windows 95', line 3") as caught:
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
    with pytest.warns(RuntimeWarning, match=rf"left out {count} rows? .* line {3 if header else 2}: ") as caught:
        found = load(tmp_path / "v.txt", errors="ignore")
    assert caught[0].filename == __file__
    assert found.index_to_key == ["a", "b"]
    assert found.vectors.tolist() == [[1, 2, 3], [7, 8, 9]]


def test_a_file_without_a_readable_row_is_refused(tmp_path):
    (tmp_path / "v.txt").write_text("2 3\na 1 2\nb 3 4\n")
    with pytest.raises(
        FormatError, match="holds none that can be read; the first is line 2: expected a word and 3 numbers"
    ):
        load(tmp_path / "v.txt", errors="ignore")
    for content in (b"5 1\nabcdef \x00", b"5 1\nabcdefgh"):
        (tmp_path / "v.bin").write_bytes(content)
        with pytest.warns(RuntimeWarning), pytest.raises(FormatError, match="the file holds none that can be read"):
            load(tmp_path / "v.bin", errors="ignore", format="binary")


def test_a_word_of_which_nothing_is_utf8_is_left_out(tmp_path):
    (tmp_path / "v.txt").write_bytes(b"2 1\n\xff 1\nb 2\n")
    with pytest.warns(RuntimeWarning, match="left out 1 row .*no byte of the word is valid UTF-8"):
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


@pytest.mark.parametrize("form", ["text", "binary"])
def test_a_damaged_gzip_file_is_refused_or_read_as_far_as_it_goes(tmp_path, form):
    wv = WordVectors(np.random.default_rng(0).normal(size=(200, 20)), [f"w{i}" for i in range(200)])
    save(tmp_path / "v", wv, format=form)
    packed = gzip.compress((tmp_path / "v").read_bytes())
    for cut in (packed[: len(packed) // 2], packed[:-9], packed[:-1], packed[:-6] + bytes(6)):
        (tmp_path / "v.gz").write_bytes(cut)
        assert load(tmp_path / "v.gz", limit=3).index_to_key == ["w0", "w1", "w2"]
        for errors in ("strict", "replace"):
            with pytest.raises(
                FormatError, match=r"the gzip data is truncated or damaged .*errors='ignore', .*limit=N"
            ):
                load(tmp_path / "v.gz", errors=errors)
        with pytest.warns(RuntimeWarning) as caught:
            found = load(tmp_path / "v.gz", errors="ignore")
        told = [str(warning.message) for warning in caught]
        assert sum("gzip data is truncated or damaged" in message for message in told) == 1
        assert (len(told) > 1) == (len(found) < 200)
        assert found.index_to_key == wv.index_to_key[: len(found)]
        np.testing.assert_array_equal(found.vectors, load(tmp_path / "v").vectors[: len(found)])
        assert len(found) > 80


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
    beside = {"context_vectors": vectors + 1} if name == "v.fw2v" else {}
    save(tmp_path / name, WordVectors(vectors, ["a", "b", "c", "d"], [4, 3, 2, 1]), **beside)
    with pytest.warns(RuntimeWarning, match=r"2 of 4 vectors hold NaN or infinity .*'b'.*errors='ignore' leaves"):
        assert len(load(tmp_path / name)) == 4
    with pytest.warns(RuntimeWarning, match="2 of 4 .*left them out") as caught:
        loaded = load_all(tmp_path / name, errors="ignore")
    assert caught[0].filename == __file__
    assert loaded.word_vectors.index_to_key == ["a", "c"]
    if name == "v.fw2v":
        assert loaded.word_vectors.counts.tolist() == [4, 2]
        assert loaded.context_vectors.tolist() == [[2, 2], [2, 2]]
    save(tmp_path / name, WordVectors(vectors[1:2], ["b"]), overwrite=True)
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


@pytest.mark.parametrize("words", [["new york"], ["a", "b", "new york"]])
@pytest.mark.parametrize("end", [b"", b"\n"])
def test_a_space_in_the_last_word_is_seen(tmp_path, words, end):
    (tmp_path / "v.bin").write_bytes(binary_file(words, np.arange(3 * len(words)).reshape(-1, 3), end=end))
    with pytest.raises(FormatError, match=r"'new' \(its vector holds 3e\+26\) is not a word of the file"):
        load(tmp_path / "v.bin")


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
    with pytest.warns(RuntimeWarning, match="left out 1 row"):
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


def test_a_repeated_word_whose_first_row_holds_nan_keeps_its_good_row(tmp_path):
    path = tmp_path / "v.vec"
    path.write_text("3 2\ncat nan 1\ndog 1 2\ncat 3 4\n")
    with pytest.warns(RuntimeWarning, match="1 of 3 vectors hold NaN .* 'cat'.; left them out"):
        vectors = load(path, errors="ignore")
    assert vectors.index_to_key == ["dog", "cat"]
    assert vectors["cat"].tolist() == [3, 4]


@pytest.mark.parametrize(
    ("text", "what"), [("cat dog 7\nsun moon 8\n", "pairs of words"), ("the 100\nof 90\n", "words with their counts")]
)
def test_a_file_of_one_number_in_a_row_and_no_header_is_refused(tmp_path, text, what):
    (tmp_path / "v.txt").write_text(text)
    with pytest.raises(FormatError, match=f"line 1: one number and no header: .* a list of {what}"):
        load(tmp_path / "v.txt")
    (tmp_path / "v.txt").write_text("1 1\nthe 100\n")
    assert load(tmp_path / "v.txt")["the"].tolist() == [100]


@pytest.mark.parametrize(
    "names",
    [
        *("word 0 1 2", " 0 1 2", "word 1 2 3", '"" "0" "1" "2"', "\t0\t1\t2", "sun 0 1 2"),  # as pandas writes them
        *('"V1" "V2" "V3"', '"" "V1" "V2" "V3"', "V1 V2 V3"),  # R's write.table
        *("word d0 d1 d2", "Word v1 v2 v3", "word\tdim 0\tdim 1\tdim 2", "\ufeffword dim_0 dim_1 dim_2\r"),
    ],
)
def test_a_line_of_the_names_of_columns_is_no_vector(tmp_path, names):
    path = tmp_path / "v.txt"
    path.write_text(f"{names}\nsun 0.5 1 2\nmoon 0.25 1 2\n", encoding="utf-8", newline="")
    message = "line 1: (probably )?a line of column names, .*: delete it; errors='ignore' skips it"
    for form in (None, "text"):
        with pytest.raises(FormatError, match=message):
            load(path, format=form)
    with pytest.warns(RuntimeWarning, match="left out 1 row that cannot be read; the first is line 1: .*a line of col"):
        assert load(path, errors="ignore").index_to_key == ["sun", "moon"]


@pytest.mark.parametrize("size", [2, 3, 50])
@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("label", ["word", "Tokens", '""'])
def test_a_label_and_numbers_in_order_are_names_of_columns_whatever_the_numbers_below(tmp_path, label, first, size):
    names, numbers = (" ".join(map(str, range(begin, begin + size))) for begin in (first, 5))
    (tmp_path / "v.txt").write_text(f"{label} {names}\nsun {numbers}\nmoon {numbers}\n")
    with pytest.raises(FormatError, match="line 1: a line of column names"):
        load(tmp_path / "v.txt")


@pytest.mark.parametrize(
    "rows",
    [
        "sun 0 1 2\nmoon 3 4 5\n",  # all numbers are whole
        "sun 0 1\nmoon 0.5 4\n",
        "word 0.5 1 2\nmoon 3 4 5\n",
        "word 0 2 1\nmoon 3 4 5\n",
        "0 1 2 3\n1 0.5 2 3\n",  # the ids of nodes
        "the nan nan\nmoon 3 4\n",
    ],
)
def test_a_first_row_is_no_line_of_column_names(tmp_path, rows):
    (tmp_path / "v.txt").write_text(rows)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "(.*)NaN")
        assert load(tmp_path / "v.txt").index_to_key == [row.split()[0] for row in rows.splitlines()]


def test_a_space_before_a_word_is_no_part_of_it(tmp_path):
    (tmp_path / "v.txt").write_text(" 2 2\n sun 1 2\n\tmoon 3 4\n")
    with pytest.warns(RuntimeWarning, match="2 lines with a space before the word .the first is line 2") as caught:
        assert load(tmp_path / "v.txt").index_to_key == ["sun", "moon"]
    assert len(caught) == 1
    with pytest.warns(RuntimeWarning, match="a space before the word"):
        assert load(tmp_path / "v.txt", words={"moon"}).index_to_key == ["moon"]


def test_words_in_quotation_marks_are_told(tmp_path):
    (tmp_path / "v.txt").write_text('"sun" 1 2 3\n"moon" 3 4 5\n')
    with pytest.warns(RuntimeWarning, match="the words stand in quotation marks, as '\"sun\"' does, which were kept"):
        assert load(tmp_path / "v.txt").index_to_key == ['"sun"', '"moon"']


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            "3 5\n" + "".join(f"w{i} 1 2 3\n" for i in range(5)),
            "says 3 words of 5 dimensions, and seems to mean the rev",
        ),
        ("1 2\nsun 1,000.5 2\n", "found b'1,000.5', with thousands separators, after the word"),
    ],
)
def test_what_is_odd_about_numbers_is_said(tmp_path, content, message):
    (tmp_path / "v.txt").write_text(content)
    with pytest.raises(FormatError, match=message):
        load(tmp_path / "v.txt")


def random_file(words, newline=b"\n", kind="<f4", size=6):
    rows = np.random.default_rng(0).normal(size=(len(words), size)).astype(kind)
    named = zip(words, rows, strict=True)
    return b"%d %d\n" % rows.shape + b"".join(word.encode() + b" " + row.tobytes() + newline for word, row in named)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (random_file(["sun", "moon", "star"]).replace(b"\n", b"\r\n"), "have become .* copied as text. Get it again"),
        (random_file(["sun", "moon"]).decode(errors="replace").encode(), "have become U.FFFD, .* Get the original"),
        (random_file(["sun", "moon", "star"], kind="<f2"), "unless its numbers are float16, which its size fits"),
        (random_file(["sun", "the sea"], newline=b""), "'the' .4 bytes are left behind it. is not a word of the file"),
        (random_file(["sun", "moon star", "sea"], newline=b""), "or a word before it holds a space"),
    ],
)
def test_a_binary_file_says_what_became_of_it(tmp_path, content, message):
    (tmp_path / "v.bin").write_bytes(content)
    with pytest.raises(FormatError, match=message):
        load(tmp_path / "v.bin")


def test_the_words_to_read_are_checked(tmp_path):
    (tmp_path / "v.txt").write_text("1 2\nsun 1 2\n")
    with pytest.raises(ParameterError, match=r"`words` holds \['sun'\] \(list\), which cannot be a word"):
        load(tmp_path / "v.txt", words=[["sun"]])
    with pytest.warns(RuntimeWarning, match="`words` is empty, so that nothing was loaded"):
        assert len(load(tmp_path / "v.txt", words=[])) == 0
