"""gensim's files of vectors, with its options: what it writes we read, and what we write it reads."""

import numpy as np
import pytest

from fastw2v import load
from fastw2v.compat.gensim import KeyedVectors, Word2Vec
from fastw2v.errors import FormatError, ParameterError, TruncatedFileError, UndecodableWordError


def test_the_vectors_of_a_saved_model_are_their_own(tmp_path):
    """gensim's `KeyedVectors.load` returns the model there, and scripts go on with its `wv`."""
    model = Word2Vec([["red", "wine"], ["red", "rose"]] * 9, vector_size=4, min_count=1, sample=0)
    model.save(tmp_path / "model")
    loaded = KeyedVectors.load(tmp_path / "model")
    assert loaded.wv is loaded
    assert loaded.wv.most_similar("red") == model.wv.most_similar("red")
    with pytest.raises(AttributeError, match=r"no attribute 'train'; .* Word2Vec.load\(path\) loads all of it"):
        loaded.train([["red"]])
    loaded.save(tmp_path / "vectors")
    for vectors in (model.wv, KeyedVectors.load(tmp_path / "vectors"), Word2Vec.load(tmp_path / "model").wv):
        with pytest.raises(AttributeError, match=r"leave out the second \.wv"):
            _ = vectors.wv


WORDS = ["köln", "b", "c", "d"]
VECTORS = np.array([[1, 0.25, 0], [0.1, 0.2, 0.3], [0, 1, 0.2], [0, 0, 2]], np.float32)
SENTENCES = [["b", "c"], ["d", "köln"], ["b", "köln", "d"]] * 30


def filled(kind):
    wv = kind(3)
    wv.add_vectors(WORDS, VECTORS)
    for word, count in zip(WORDS, (3, 9, 5, 9), strict=True):
        wv.set_vecattr(word, "count", count)
        wv.set_vecattr(word, "weight", count / 2)
    return wv


@pytest.fixture
def wv():
    return filled(KeyedVectors)


@pytest.fixture
def theirs():
    return pytest.importorskip("gensim.models.keyedvectors").KeyedVectors


def same(wv, other):
    assert wv.index_to_key == other.index_to_key
    np.testing.assert_allclose(wv.vectors, other.vectors, rtol=1e-7)  # gensim writes fewer digits of float32
    assert wv.expandos["count"].tolist() == other.expandos["count"].tolist()


# --- word2vec's formats -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("binary", [False, True])
@pytest.mark.parametrize(
    ("saving", "loading"),
    [
        ({}, {}),
        ({"fvocab": "vocab"}, {"fvocab": "vocab"}),
        ({"fvocab": "vocab", "prefix": "w_"}, {"fvocab": "vocab"}),
        ({"sort_attr": "weight"}, {"limit": 2}),
        ({"total_vec": 3}, {}),
        ({}, {"datatype": np.float16}),
        ({}, {"datatype": np.float64}),
    ],
)
@pytest.mark.filterwarnings("ignore:.*the header says 3 words")
def test_files_are_the_same_as_gensims(wv, theirs, tmp_path, binary, saving, loading):
    made = []
    for number, (writer, reader) in enumerate(((wv, theirs), (filled(theirs), KeyedVectors), (wv, KeyedVectors))):
        paths = {key: f"{tmp_path}/{number}{path}" for key, path in (("fname", "file"), ("fvocab", "vocab"))}
        options = {**saving, **({"fvocab": paths["fvocab"]} if "fvocab" in saving else {})}
        writer.save_word2vec_format(paths["fname"], binary=binary, **options)
        options = {**loading, **({"fvocab": paths["fvocab"]} if "fvocab" in loading else {})}
        made.append(reader.load_word2vec_format(paths["fname"], binary=binary, **options))
        assert made[-1].vectors.dtype == loading.get("datatype", np.float32)
    if "total_vec" in saving:  # gensim reads no more than the header says
        assert made[0].index_to_key == made[1].index_to_key[:3]
        assert len(made[1]) == (3 if binary else 4)
    else:
        same(made[1], made[0])
        same(made[2], made[0])
    if "fvocab" in saving:
        assert (tmp_path / "0vocab").read_bytes() == (tmp_path / "1vocab").read_bytes()


def test_rows_are_written_by_an_attribute(wv, tmp_path):
    wv.save_word2vec_format(tmp_path / "file")
    loaded = KeyedVectors.load_word2vec_format(tmp_path / "file")
    assert loaded.index_to_key == ["b", "d", "c", "köln"]
    assert loaded.expandos["count"].tolist() == [4, 3, 2, 1]  # gensim's placeholders
    assert loaded.counts is None
    loaded.set_vecattr("b", "count", 100)
    assert loaded.counts.tolist() == [100, 3, 2, 1]
    with pytest.warns(RuntimeWarning, match="no attribute of this name"):
        wv.save_word2vec_format(tmp_path / "file", sort_attr="height")
    assert KeyedVectors.load_word2vec_format(tmp_path / "file").index_to_key == WORDS


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_files_can_be_written_in_parts(wv, theirs, tmp_path, suffix):
    path = f"{tmp_path}/file{suffix}"
    wv.save_word2vec_format(path, total_vec=8)
    wv.save_word2vec_format(path, prefix="*dt_", append=True, write_header=False)
    for reader in (KeyedVectors, theirs):
        loaded = reader.load_word2vec_format(path)
        assert loaded.index_to_key == ["b", "d", "c", "köln", "*dt_b", "*dt_d", "*dt_c", "*dt_köln"]
        np.testing.assert_array_equal(loaded.vectors[:4], loaded.vectors[4:])
    with pytest.raises(ParameterError, match="second header"):
        wv.save_word2vec_format(path, append=True)


def test_what_save_and_load_are_asked_for_has_an_effect_or_is_refused(wv, tmp_path):
    with pytest.raises(TypeError, match=r"save\(\) has no argument 'compress', nor has gensim's"):
        wv.save(tmp_path / "file", compress=True)
    (tmp_path / "file").write_text("a text\n")
    with pytest.raises(FormatError, match=r"is no file of word vectors, .* or pass overwrite=True"):
        wv.save(tmp_path / "file", separately=[], sep_limit=1, ignore=(), pickle_protocol=2)
    wv.save(tmp_path / "file", overwrite=True)
    for mode in ("c", "r+", True):
        with pytest.raises(ParameterError, match=r"mmap=.*: it must be 'r', which leaves the vectors in the file"):
            KeyedVectors.load(tmp_path / "file", mmap=mode)


def test_a_model_is_not_replaced_by_its_vectors_alone(tmp_path):
    model = Word2Vec(SENTENCES, min_count=1, vector_size=4, workers=1)
    model.save(tmp_path / "model")
    for save in (model.wv.save, model.wv.save_word2vec_format):
        with pytest.raises(FormatError, match="is a model that can be trained further"):
            save(tmp_path / "model")
    model.save(tmp_path / "model")
    assert Word2Vec.load(tmp_path / "model").train(SENTENCES, total_examples=len(SENTENCES), epochs=1)
    model.wv.save(tmp_path / "model", overwrite=True)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # gensim leaves its file open
def test_files_without_a_header(wv, theirs, tmp_path):
    wv.save_word2vec_format(tmp_path / "file", write_header=False)
    assert (tmp_path / "file").read_text(encoding="utf-8").startswith("b 0.1")
    same(KeyedVectors.load_word2vec_format(tmp_path / "file", no_header=True),
         theirs.load_word2vec_format(str(tmp_path / "file"), no_header=True))  # fmt: skip


def test_whole_numbers_are_written_as_words(tmp_path):
    wv = KeyedVectors(2)
    wv.add_vectors([7, 3], np.eye(2))
    wv.save_word2vec_format(tmp_path / "file")
    assert KeyedVectors.load_word2vec_format(tmp_path / "file").index_to_key == ["7", "3"]
    wv.add_vector(("a", "b"), [1, 1])
    with pytest.raises(FormatError, match=r"the key \('a', 'b'\) \(tuple\) cannot be written"):
        wv.save_word2vec_format(tmp_path / "file")


@pytest.mark.parametrize("binary", [False, True])
def test_words_in_another_encoding(wv, theirs, tmp_path, binary):
    wv.save_word2vec_format(tmp_path / "utf8", binary=binary)
    path = tmp_path / "latin1"
    path.write_bytes((tmp_path / "utf8").read_bytes().replace("ö".encode(), "ö".encode("latin-1")))
    loaded = KeyedVectors.load_word2vec_format(path, binary=binary, encoding="latin-1")
    same(loaded, theirs.load_word2vec_format(str(path), binary=binary, encoding="latin-1"))
    with pytest.raises(UndecodableWordError, match=r"not valid UTF-8.*unicode_errors='replace'") as caught:
        KeyedVectors.load_word2vec_format(path, binary=binary)
    assert isinstance(caught.value, UnicodeDecodeError)
    with pytest.warns(RuntimeWarning, match="1 word is not valid UTF-8: bytes of them became U"):
        loaded = KeyedVectors.load_word2vec_format(path, binary=binary, unicode_errors="replace")
    assert loaded.index_to_key[-1] == "k�ln"
    for wrong, said in (("utf-16", "convert the file to UTF-8"), ("no such", "there is no encoding of this name")):
        with pytest.raises(ParameterError, match=said):
            KeyedVectors.load_word2vec_format(path, binary=binary, encoding=wrong)


@pytest.mark.parametrize("binary", [False, True])
def test_a_file_that_ends_too_early_is_an_eof_error(wv, tmp_path, binary):
    wv.save_word2vec_format(tmp_path / "file", binary=binary)
    content = (tmp_path / "file").read_bytes()
    last_row = content.rindex("köln".encode())
    for changed in (b"9" + content[1:], content[:last_row], content[: last_row + 8] if binary else content[:last_row]):
        (tmp_path / "file").write_bytes(changed)
        with pytest.raises(TruncatedFileError) as caught:
            KeyedVectors.load_word2vec_format(tmp_path / "file", binary=binary)
        assert isinstance(caught.value, EOFError)


@pytest.mark.parametrize(
    ("vocab", "error", "said"),
    [
        ("b 5\nköln\n", FormatError, "line 2: expected a word and its count, found b'k"),
        ("b many\n", FormatError, "line 1: expected"),
        (b"k\xf6ln 5\n", UnicodeDecodeError, "line 1: the word b'k.xf6ln' is not valid"),
    ],
)
def test_a_bad_file_of_counts_is_refused(wv, tmp_path, vocab, error, said):
    wv.save_word2vec_format(tmp_path / "file")
    (tmp_path / "vocab").write_bytes(vocab if isinstance(vocab, bytes) else vocab.encode())
    with pytest.raises(error, match=said):
        KeyedVectors.load_word2vec_format(tmp_path / "file", fvocab=tmp_path / "vocab")


def test_words_without_a_count_are_told(wv, tmp_path):
    """gensim stops with a TypeError that names neither."""
    wv.save_word2vec_format(tmp_path / "file")
    (tmp_path / "vocab").write_text("b 5\nd 4\nc 3\n")
    with pytest.warns(RuntimeWarning, match=r"1 word of the vectors is missing \(the first is 'köln'\)"):
        loaded = KeyedVectors.load_word2vec_format(tmp_path / "file", fvocab=tmp_path / "vocab")
    assert loaded.counts.tolist() == [5, 4, 3, 0]


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"fvocab": "new", "sort_attr": "height"}, ParameterError, "no attribute 'height' to write there"),
        ({"prefix": "a\tb"}, FormatError, "contains white space"),
        ({"fvocab": "notes"}, FormatError, "is no list of words and counts.*or delete this one$"),
    ],
)
def test_nothing_is_written_where_something_is_wrong(wv, tmp_path, monkeypatch, options, error, said):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "notes").write_text("what I did today\n")
    with pytest.raises(error, match=said):
        wv.save_word2vec_format("file", **options)
    assert [path.name for path in tmp_path.iterdir()] == ["notes"]
    assert (tmp_path / "notes").read_text() == "what I did today\n"


def test_keys_with_spaces_are_written_as_text_and_read_again(tmp_path):
    """As node2vec's edges have them; gensim writes a file that it cannot read."""
    keys = ["('1', '2')", "new york", "a  b", "top 10 hits", "plain"]
    wv = KeyedVectors.from_vectors(np.arange(15, dtype=np.float32).reshape(5, 3), keys)
    with pytest.warns(RuntimeWarning, match=r"4 keys contain spaces \(the first is \"\('1', '2'\)\"\)"):
        wv.save_word2vec_format(tmp_path / "file")
    loaded = KeyedVectors.load_word2vec_format(tmp_path / "file")
    assert loaded.index_to_key == keys
    np.testing.assert_array_equal(loaded.vectors, wv.vectors)


@pytest.mark.parametrize("key", ["boeing 747", "a\tb", "a b\nc", " a", "a ", " "])
def test_keys_that_no_reader_could_find_are_refused(tmp_path, key):
    wv = KeyedVectors.from_vectors([[1, 2, 3]], [key])
    with pytest.raises(FormatError, match="white space"):
        wv.save_word2vec_format(tmp_path / "file")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("option", [{"binary": True}, {"fvocab": "counts"}])
def test_keys_with_spaces_are_refused_where_a_space_ends_the_key(tmp_path, monkeypatch, option):
    monkeypatch.chdir(tmp_path)
    wv = KeyedVectors.from_vectors([[1, 2, 3]], ["new york"], [7])
    with pytest.raises(FormatError, match="white space"):
        wv.save_word2vec_format("file", **option)
    assert not list(tmp_path.iterdir())


# --- into another vocabulary ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("binary", [False, True])
@pytest.mark.parametrize("lockf", [0.0, 1.0])
@pytest.mark.filterwarnings("ignore:the learning rate is lowered")
def test_known_words_take_over_vectors_of_a_file(wv, tmp_path, binary, lockf):
    wv["unknown"] = np.ones(3)
    wv.save_word2vec_format(tmp_path / "file", binary=binary)
    model = Word2Vec(vector_size=3, min_count=1, workers=1, sample=0)
    model.build_vocab([*SENTENCES, ["new"] * 20])
    new = model.wv["new"].copy()
    model.wv.intersect_word2vec_format(tmp_path / "file", lockf=lockf, binary=binary)
    assert "unknown" not in model.wv
    for word in WORDS:
        np.testing.assert_array_equal(model.wv[word], wv[word])
    np.testing.assert_array_equal(model.wv["new"], new)
    assert model.wv.vectors_lockf[model.wv.get_index("new")] == 1
    model.train([*SENTENCES, ["new"] * 20], epochs=1)
    assert not np.array_equal(model.wv["new"], new)
    for word in WORDS:
        assert np.array_equal(model.wv[word], wv[word]) is (lockf == 0)
    assert model.wv.lifecycle_events[-1]["event"] == "intersect_word2vec_format"


def test_a_file_that_does_not_fit_changes_nothing(wv, tmp_path):
    other = KeyedVectors(2)
    other.add_vectors(["b", "c"], np.eye(2))
    other.save_word2vec_format(tmp_path / "narrow")
    with pytest.raises(ParameterError, match="its vectors have 2 numbers, and these 3"):
        wv.intersect_word2vec_format(tmp_path / "narrow")
    other = KeyedVectors(3)
    other.add_vectors(["B", "C"], np.ones((2, 3)))
    other.save_word2vec_format(tmp_path / "upper")
    with pytest.warns(RuntimeWarning, match=r"none of the 4 words asked for, such as 'köln', so that nothing"):
        wv.intersect_word2vec_format(tmp_path / "upper")
    np.testing.assert_array_equal(wv.vectors, VECTORS)
    empty = KeyedVectors(3)
    with pytest.warns(RuntimeWarning, match="so that nothing"):
        empty.intersect_word2vec_format(tmp_path / "upper")
    assert (wv.vectors_lockf.tolist(), empty.vectors_lockf.tolist()) == ([1], [1])


@pytest.mark.parametrize("header", [False, True])
def test_a_text_holds_every_digit_of_double_precision(wv, theirs, tmp_path, header):
    wv.vectors = VECTORS.astype(np.float64) / 3
    wv.vectors[1, 0], wv.vectors[2, 0] = 1e-50, 1e30 / 3
    wv.save_word2vec_format(tmp_path / "text", write_header=header)
    options = {"datatype": np.float64, "no_header": not header}
    loaded = KeyedVectors.load_word2vec_format(tmp_path / "text", **options)
    assert np.array_equal(loaded.vectors, wv.vectors[[wv.key_to_index[key] for key in loaded.index_to_key]])
    if header:  # without, gensim leaves the file open
        assert np.array_equal(loaded.vectors, theirs.load_word2vec_format(str(tmp_path / "text"), **options).vectors)
    few = KeyedVectors.load_word2vec_format(tmp_path / "text", limit=2, **options)
    assert np.array_equal(few.vectors, loaded.vectors[:2])


@pytest.mark.filterwarnings("ignore:.*(left out 2 rows|repeats a word)")
def test_rows_in_double_precision_that_are_left_out(tmp_path):
    (tmp_path / "text").write_text("a b 1e-50 2\nc 3 four\nd 5 6\na b 7 8\n\u00e9 9 0.1\n", encoding="latin-1")
    loaded = KeyedVectors.load_word2vec_format(tmp_path / "text", unicode_errors="ignore", datatype=np.float64)
    assert loaded.index_to_key == ["a b", "d"]
    assert loaded.vectors.tolist() == [[1e-50, 2], [5, 6]]


# --- this package's format --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_what_is_saved_is_loaded_whole(wv, tmp_path, dtype):
    wv.vectors = (VECTORS / 3).astype(dtype)
    wv.set_vecattr("b", "kind", "noun")
    wv.vectors_lockf = np.array([0, 1, 1, 1], np.float32)
    wv.save(tmp_path / "file")
    loaded = KeyedVectors.load(tmp_path / "file")
    same(loaded, wv)
    assert loaded.vectors.dtype == dtype
    assert np.array_equal(loaded.vectors, wv.vectors)
    assert np.array_equal(KeyedVectors.load(tmp_path / "file", mmap="r").vectors, wv.vectors)
    assert np.array_equal(load(tmp_path / "file").vectors, wv.vectors.astype(np.float32))
    assert loaded.vectors_lockf.tolist() == [0, 1, 1, 1]
    assert list(loaded.expandos) == list(wv.expandos)
    assert loaded.get_vecattr("b", "kind") == "noun"
    assert loaded.get_vecattr("c", "weight") == 2.5
    loaded.vectors[0] = 0
    assert loaded.norms[0] == 0


def test_placeholders_stay_placeholders(wv, tmp_path):
    wv.save_word2vec_format(tmp_path / "text")
    KeyedVectors.load_word2vec_format(tmp_path / "text").save(tmp_path / "file")
    loaded = KeyedVectors.load(tmp_path / "file")
    assert loaded.counts is None
    assert loaded.get_vecattr("b", "count") == 4


def test_vectors_left_in_the_file_cannot_be_changed(wv, tmp_path):
    wv.save(tmp_path / "file")
    loaded = KeyedVectors.load(tmp_path / "file", mmap="r")
    assert loaded.most_similar("b", topn=1) == wv.most_similar("b", topn=1)
    with pytest.raises(ValueError, match="read-only"):
        loaded.vectors[0] = 0
    loaded.vectors = np.array(loaded.vectors)
    loaded.vectors[0] = 0
    assert not loaded["köln"].any()


def test_attributes_that_no_file_holds_are_told(wv, tmp_path):
    wv.set_vecattr("b", "owner", object())
    with pytest.warns(RuntimeWarning, match="the attribute 'owner' is not saved"):
        wv.save(tmp_path / "file")
    assert "owner" not in KeyedVectors.load(tmp_path / "file").expandos


def test_a_model_keeps_attributes_and_locks(tmp_path):
    model = Word2Vec(vector_size=3, min_count=1, workers=1)
    model.build_vocab(SENTENCES)
    model.wv.set_vecattr("b", "kind", "noun")
    model.wv.vectors_lockf = np.array([0, 1, 1, 1], np.float32)
    model.save(tmp_path / "model")
    loaded = Word2Vec.load(tmp_path / "model").wv
    assert loaded.get_vecattr("b", "kind") == "noun"
    assert loaded.vectors_lockf.tolist() == [0, 1, 1, 1]


@pytest.mark.parametrize(
    "kept", [{"attributes": {"kind": 5}}, {"attributes": {"kind": {"dtype": "<i8", "values": [1]}}}, {"dtype": "what"}]
)
def test_damaged_attributes_are_refused(wv, tmp_path, kept):
    import fastw2v

    fastw2v.save(tmp_path / "file", wv, format="native", metadata={"keyed_vectors": kept})
    with pytest.raises(FormatError, match="the attributes of the keys cannot be read"):
        KeyedVectors.load(tmp_path / "file")
