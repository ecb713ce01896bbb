"""word2vec text and binary: files of every program are read, ours by gensim; what would break one is refused."""

import gzip
import pickle

import numpy as np
import pytest

from fastw2v import Word2Vec
from fastw2v.compat.gensim import KeyedVectors
from fastw2v.errors import FormatError, ParameterError, TruncatedFileError
from fastw2v.formats import load, save
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
    with pytest.warns(RuntimeWarning, match="the header says 1 word, but the file has 2; read all of them") as caught:
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
    told = r"contains white space, .*; use the native .*, or replace the white space" if word else "is empty, .* leave "
    with pytest.raises(FormatError, match=f"word 1, .*{told}"):
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
    with pytest.raises(FormatError, match=r"(line 2|word 1 of 1).*is not valid UTF-8.*errors='replace'") as caught:
        load(path)
    error = pickle.loads(pickle.dumps(caught.value))
    assert str(error) == str(caught.value)
    assert isinstance(error, UnicodeDecodeError)
    assert (error.object, error.start) == (b"a\xff\xfe", 1)
    with pytest.warns(RuntimeWarning, match="1 word is not valid UTF-8: bytes of them became U") as caught:
        assert load(path, errors="replace").index_to_key == ["a\ufffd\ufffd"]
    assert caught[0].filename == __file__
    with pytest.warns(RuntimeWarning, match=r"1 word .* were left out \(the first is 'a', (line 2|word 1 of 1)\)$"):
        assert load(path, errors="ignore").index_to_key == ["a"]
    with pytest.raises(ParameterError, match="errors"):
        load(path, errors="surrogateescape")


@pytest.mark.parametrize("form", ["text", "binary"])
def test_words_in_another_encoding(tmp_path, form):
    path = tmp_path / "vectors"
    number = b"1" if form == "text" else np.float32(1).tobytes()
    path.write_bytes(b"2 1\n" + b"".join(word.encode("koi8-r") + b" " + number + b"\n" for word in ("жук", "мёд")))
    assert load(path, encoding="koi8-r").index_to_key == ["жук", "мёд"]
    with pytest.raises(FormatError, match=r"is not valid ascii"):
        load(path, encoding="ascii")
    for wrong, said in (
        ("utf-16", "convert the file to UTF-8 first"),
        ("x y", "no encoding of this name"),
        (5, "no enc"),
    ):
        with pytest.raises(ParameterError, match=said):
            load(path, encoding=wrong)


@pytest.mark.parametrize("form", ["text", "binary"])
def test_a_truncated_file_is_an_eof_error(tmp_path, form):
    save(tmp_path / "vectors", WordVectors(np.eye(3), ["a", "b", "c"]), format=form)
    content = (tmp_path / "vectors").read_bytes()
    (tmp_path / "vectors").write_bytes(content[: content.rindex(b"c")])
    with pytest.raises(TruncatedFileError, match="truncated") as caught:
        load(tmp_path / "vectors")
    assert isinstance(caught.value, EOFError)


@pytest.mark.parametrize("form", ["text", "binary"])
@pytest.mark.parametrize(("errors", "kept"), [("replace", "ca\ufffdf"), ("ignore", "caf")])
def test_words_that_are_changed_are_counted_in_any_encoding_and_of_those_that_are_wanted(tmp_path, form, errors, kept):
    number = b"1" if form == "text" else np.float32(1).tobytes()
    words = [b"d\xff", b"ca\xfff", b"b"]
    (tmp_path / "v").write_bytes(b"3 1\n" + b"".join(word + b" " + number + b"\n" for word in words))
    for encoding, name in (("ascii", "ascii"), ("euc-jp", "euc_jp"), ("utf-8", "UTF-8")):
        with pytest.warns(
            RuntimeWarning, match=f"v: 2 words are not valid {name}: bytes of them .*first is 'd"
        ) as said:
            load(tmp_path / "v", encoding=encoding, errors=errors)
        assert len(said) == 1
        place = "line 3" if form == "text" else "word 2 of 3"
        with pytest.warns(RuntimeWarning, match=f"v: 1 word is not valid {name}: .*first is '{kept}', {place}\\)$"):
            found = load(tmp_path / "v", encoding=encoding, errors=errors, words=[kept, "b"])
        assert found.index_to_key == [kept, "b"]


@pytest.mark.parametrize("form", ["text", "binary"])
@pytest.mark.parametrize("errors", ["replace", "ignore"])
@pytest.mark.parametrize("block", [7, 1 << 20])
def test_words_that_are_changed_are_counted_and_never_take_the_place_of_another(
    tmp_path, monkeypatch, form, errors, block
):
    monkeypatch.setattr("fastw2v.formats.reader._BLOCK_BYTES", block)
    whole = "caf\ufffd" if errors == "replace" else "caf"
    words = [b"caf\xe9", whole.encode(), b"b", b"caf\xe8", b"d\xff"]
    numbers = [b"%d" % n if form == "text" else np.float32(n).tobytes() for n in range(5)]
    rows = b"".join(word + b" " + number + b"\n" for word, number in zip(words, numbers, strict=True))
    (tmp_path / "v").write_bytes(b"5 1\n" + rows)
    with pytest.warns(RuntimeWarning) as caught:
        found = load(tmp_path / "v", errors=errors)
    messages = [str(warning.message) for warning in caught]
    place = "line 2" if form == "text" else "word 1 of 5"
    assert "3 words are not valid UTF-8: bytes of them " in messages[0]
    assert f"(the first is {whole!r}, {place}); 2 of them became equal to another word, whose row" in messages[0]
    assert "2 rows repeat a word" in messages[1]
    assert found.index_to_key == [whole, "b", "d\ufffd" if errors == "replace" else "d"]
    assert found.vectors.ravel().tolist() == [1, 2, 4]


@pytest.mark.parametrize("name", WORD2VEC)
def test_where_a_native_file_is_needed_one_of_word2vec_is_named(tmp_path, name):
    """Its first bytes as the length of a header would make a sentence about quintillions of bytes."""
    save(tmp_path / name, EXPECTED)
    form = "binary" if ".bin" in name else "text"
    for read in (Word2Vec.load, KeyedVectors.load, lambda path: load(path, format="native")):
        with pytest.raises(FormatError, match=rf"a word2vec {form} file, not one of the native format; fastw2v\.load"):
            read(tmp_path / name)


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
