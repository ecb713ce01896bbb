"""Saving and loading: what goes in comes out, in every format, for us and for gensim."""

import io
import os
import tracemalloc
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fastw2v
from fastw2v import Word2Vec, formats
from fastw2v.errors import FormatError, ParameterError
from fastw2v.formats import export, load, load_all, save
from fastw2v.vectors import WordVectors

WORD2VEC = ["v.txt", "v.vec", "v.txt.gz", "v.bin", "v.bin.gz"]
NATIVE = ["v.safetensors", "v.fw2v"]


# -- round trips --


@pytest.mark.parametrize("name", NATIVE + WORD2VEC)
def test_a_round_trip_keeps_every_bit(tmp_path, name, odd_words, some_vectors, assert_same):
    wv = some_vectors(odd_words)
    save(tmp_path / name, wv)
    assert_same(load(tmp_path / name), wv, counts=name in NATIVE)
    assert_same(load(str(tmp_path / name), format=formats.format_of_name(tmp_path / name)), wv)


@pytest.mark.parametrize("name", WORD2VEC)
def test_what_the_format_does_not_hold_is_told(tmp_path, name, some_vectors, fitted, recwarn):
    wv = some_vectors(["a", "b"])
    save(tmp_path / name, wv, metadata={})
    fitted().save(tmp_path / name)  # whose page says so
    assert [str(each.message) for each in recwarn if "save: " in str(each.message)] == []
    with pytest.warns(RuntimeWarning, match=r"format, which holds .* not context_vectors and metadata: a native file"):
        save(tmp_path / name, wv, context_vectors=wv.vectors, metadata={"note": 1})


@pytest.mark.parametrize("form", ["native", "text", "binary"])
def test_the_format_can_be_said_and_is_found_again(tmp_path, form, some_vectors, assert_same):
    wv = some_vectors(["a", "b"])
    save(tmp_path / "vectors.xyz", wv, format=form)
    assert formats.format_of_content(tmp_path / "vectors.xyz") == form
    assert_same(load(tmp_path / "vectors.xyz"), wv)


def test_a_binary_file_whose_numbers_look_like_text_is_binary(tmp_path, assert_same):
    wv = WordVectors(np.frombuffer(b"0\nF[", np.float32).reshape(1, 1), ["0"])
    for name in ("v.bin", "v.xyz"):
        save(tmp_path / name, wv, format="binary")
        assert (tmp_path / name).read_bytes() == b"1 1\n0 0\nF[\n"
        assert_same(load(tmp_path / name), wv)
    (tmp_path / "v.txt").write_text("2 1\n0 0\n1 7\n")
    assert load(tmp_path / "v.txt")["1"] == 7


WORD = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
FLOATS = st.floats(width=32, allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize("name", ["v.fw2v", "v.txt", "v.bin"])
@given(data=st.data())
@settings(max_examples=60)
def test_any_words_and_numbers_survive(tmp_path_factory, name, data, assert_same):
    words = data.draw(st.lists(WORD, min_size=1, max_size=6, unique=True))
    size = data.draw(st.integers(1, 4))
    rows = st.lists(FLOATS, min_size=size, max_size=size)
    vectors = np.array([data.draw(rows) for _ in words], np.float32)
    path = tmp_path_factory.mktemp("any") / name
    wv = WordVectors(vectors, words)
    if name != "v.fw2v" and any(set(word) & set(" \t\n\r\v\f") for word in words):
        with pytest.raises(FormatError, match="white space"):
            save(path, wv)
        assert not path.exists()
    else:
        save(path, wv)
        assert_same(load(path), wv)


@pytest.mark.parametrize("name", ["v.fw2v", "v.txt", "v.bin"])
def test_numbers_at_the_edge_survive(tmp_path, name):
    edge = np.array([[np.inf, -np.inf, np.nan, -0.0, 1e-45, 3.4028235e38, 1 / 3]], np.float32)
    save(tmp_path / name, WordVectors(edge, ["a"]))
    with pytest.warns(RuntimeWarning, match=r"1 of 1 vectors hold NaN or infinity .the first is that of 'a'") as caught:
        found = load(tmp_path / name).vectors
    assert caught[0].filename == __file__
    np.testing.assert_array_equal(found, edge)
    assert np.signbit(found[0, 3])


@pytest.mark.parametrize("name", NATIVE + WORD2VEC)
def test_more_rows_than_a_block_holds(tmp_path, name, some_vectors, assert_same):
    wv = some_vectors([f"w{i}" for i in range(3000)], size=3)
    save(tmp_path / name, wv)
    assert_same(load(tmp_path / name), wv)


@pytest.mark.parametrize("name", ["v.txt", "v.bin"])
@pytest.mark.parametrize("block", [1, 2, 3, 5, 64])
def test_the_block_size_of_reading_changes_nothing(
    tmp_path, monkeypatch, name, block, odd_words, some_vectors, assert_same
):
    wv = some_vectors([*odd_words, "w" * 70], size=3)
    save(tmp_path / name, wv)
    monkeypatch.setattr("fastw2v.formats.reader._BLOCK_BYTES", block)
    monkeypatch.setattr("fastw2v.formats.rows._FIRST_BYTES", 1)
    assert_same(load(tmp_path / name), wv)


def test_equal_vectors_make_equal_files(tmp_path, some_vectors):
    for name in [*NATIVE, *WORD2VEC]:
        save(tmp_path / name, some_vectors(["a", "b"]))
        first = (tmp_path / name).read_bytes()
        save(tmp_path / name, some_vectors(["a", "b"]))
        assert (tmp_path / name).read_bytes() == first


def test_a_view_with_gaps_is_written_as_it_looks(tmp_path):
    wide = np.arange(24, dtype=np.float32).reshape(4, 6)
    wv = WordVectors(wide[:, :3], list("abcd"))
    for name in ("v.fw2v", "v.txt", "v.bin"):
        save(tmp_path / name, wv, **({"context_vectors": wide[:, 3:]} if name == "v.fw2v" else {}))
        np.testing.assert_array_equal(load(tmp_path / name).vectors, wide[:, :3])
    np.testing.assert_array_equal(load_all(tmp_path / "v.fw2v").context_vectors, wide[:, 3:])


def test_gensims_vectors_are_written_and_other_objects_are_refused(tmp_path, some_vectors, assert_same):
    pytest.importorskip("gensim")
    wv = some_vectors(["a", "b"])
    for name in ("v.fw2v", "v.bin"):
        save(tmp_path / name, wv.to_gensim())
        assert_same(load(tmp_path / name), wv, counts=name == "v.fw2v")
    formats.export(tmp_path / "theirs.npz", wv.to_gensim(), "npz")
    formats.export(tmp_path / "ours.npz", wv, "npz")
    assert (tmp_path / "theirs.npz").read_bytes() == (tmp_path / "ours.npz").read_bytes()
    for other in (wv.vectors, fastw2v.Word2Vec(), None):
        for write in (lambda it: save(tmp_path / "x.bin", it), lambda it: formats.export(tmp_path / "x", it, "npz")):
            with pytest.raises(ParameterError, match="expected word vectors or a fitted model; got "):
                write(other)
    assert not {"x.bin", "x"} & {path.name for path in tmp_path.iterdir()}
    with pytest.raises(ParameterError, match=r"such as model\.wv; got Word2Vec"):
        WordVectors.from_gensim(fastw2v.Word2Vec())


@pytest.mark.parametrize("name", ["v.fw2v", "v.bin"])
def test_a_model_from_a_file_without_context_vectors_can_be_saved(tmp_path, name, some_vectors, assert_same):
    wv = some_vectors(["a", "b"])
    save(tmp_path / "bare.fw2v", wv)
    fastw2v.Word2Vec.load(tmp_path / "bare.fw2v").save(tmp_path / name)
    loaded = load_all(tmp_path / name)
    assert_same(loaded.word_vectors, wv, counts=name == "v.fw2v")
    assert loaded.context_vectors is None


def test_mmap_is_for_native_files(tmp_path, some_vectors):
    save(tmp_path / "v.txt", some_vectors(["a", "b"]))
    with pytest.raises(ParameterError, match="only native files can be memory-mapped, this is a word2vec text file"):
        load(tmp_path / "v.txt", mmap=True)


@pytest.mark.parametrize("words", [["a", 1], [("a", 1)], [True], [1.5], [b"a"]])
def test_other_words_are_refused_with_a_remedy(tmp_path, words):
    with pytest.raises(FormatError, match="all str, or all int; make new words"):
        save(tmp_path / "v.fw2v", WordVectors(np.ones((len(words), 2)), words))
    assert list(tmp_path.iterdir()) == []


def test_names_and_formats_that_say_nothing(tmp_path, some_vectors):
    with pytest.raises(FormatError, match=r"the name implies no format: use \.safetensors"):
        save(tmp_path / "vectors", some_vectors(["a"]))
    with pytest.raises(ParameterError, match="format must be one of 'native', 'text', 'binary'; got 'pickle'"):
        save(tmp_path / "vectors", some_vectors(["a"]), format="pickle")
    with pytest.raises(ParameterError, match="format must be one of"):
        load(tmp_path / "vectors", format="glove")
    with pytest.raises(FormatError, match=r"omit \.gz"):
        save(tmp_path / "v.fw2v.gz", some_vectors(["a"]))
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "missing.bin")
    with pytest.raises(IsADirectoryError):
        load(tmp_path)


def test_what_is_no_path_is_refused(tmp_path, some_vectors):
    wv = some_vectors(["a"])
    for write in (lambda: save(wv, tmp_path / "v.bin"), lambda: formats.export(wv, tmp_path / "v.npz", "npz")):
        with pytest.raises(ParameterError, match="takes the path of a file first, then the vectors; got WordVectors"):
            write()
    for other in (wv, None, 5, b"v.bin"):
        with pytest.raises(ParameterError, match=f"load takes the path of a file; got {type(other).__name__}"):
            load(other)


def test_a_pipe_is_refused_without_waiting(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(FormatError, match="not a regular file"):
        load(tmp_path / "pipe")
    with pytest.raises(FormatError, match="not a regular file"):
        load(tmp_path / "pipe", format="text")


@pytest.mark.parametrize("name", ["v.fw2v", "v.txt", "v.bin"])
def test_writing_needs_little_more_memory_than_a_block(tmp_path, name, run_python):
    """In a process of its own: in one with many interned strings, as of paths, their table may grow meanwhile."""
    done = run_python(
        """
        import sys, tracemalloc
        import numpy as np
        from fastw2v import WordVectors, save
        wv = WordVectors(np.ones((8_000, 64), np.float32), [f"w{i}" for i in range(8_000)])  # 2 MB of vectors
        tracemalloc.start()
        save(sys.argv[1], wv)
        print(tracemalloc.get_traced_memory()[1])
        """,
        tmp_path / name,
        check=True,
    )
    assert 0.2e6 < int(done.stdout) < 1.8e6  # the words as bytes take the most of it


def test_loading_imports_no_gensim_and_no_safetensors(tmp_path, some_vectors, run_python):
    save(tmp_path / "v.fw2v", some_vectors(["a"]))
    code = f"import sys; from fastw2v.formats import load; load({str(tmp_path / 'v.fw2v')!r}); print(*sys.modules)"
    loaded = run_python(code, check=True).stdout.split()
    assert not {"gensim", "safetensors", "pickle5", "scipy", "sklearn"} & set(loaded)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "a text\n",
            "born in 1999\n",
            "chapter 1\n",
            "12 34\n56 78\n",
            "1 2\n3 4 5\nsix\n",
            '{"a": 1}\n',
            "no line end",
        ),
        *("2024-01-01 12.5 3.1\n", "1 2 3\n", "alice 23 1.5\nbob 31 2.5\n", "10 3\n", "10 3", "9 1\nalice 23\n"),
        "".join(f"2024-01-{day:02d}" + " 1.5" * 12 + "\n" for day in range(1, 9)),
        "".join(f"2024-01-01T0{hour}:30" + " 1.5" * 12 + "\n" for hour in range(9)),
        "1.5 " * 12 + "\n" + "2.5 " * 12 + "\n",
        "\n".join(["alice" + " 1" * 12, "bob" + " 1" * 12, "carol is away"]) + "\n",
    ],
)
@pytest.mark.parametrize("name", ["v.txt", "v.bin", "v.fw2v"])
def test_a_file_that_holds_no_vectors_is_replaced_only_when_told(tmp_path, text, name):
    vectors = WordVectors(np.eye(2, 3), ["left", "right"])
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(FormatError, match=f"{name} exists and is no file of word vectors, .*overwrite=True"):
        save(path, vectors)
    assert path.read_text() == text
    save(path, vectors, overwrite=True)
    assert load(path)["left"].tolist() == [1, 0, 0]


@pytest.mark.parametrize("metadata", [None, {"format": "pt"}])
def test_a_safetensors_file_of_another_program_is_replaced_only_when_told(tmp_path, metadata):
    numpy_files = pytest.importorskip("safetensors.numpy")
    path = tmp_path / "model.safetensors"
    numpy_files.save_file({"weights": np.eye(3, dtype=np.float32)}, path, metadata=metadata)
    before = path.read_bytes()
    with pytest.raises(FormatError, match="exists and is no file of word vectors"):
        save(path, WordVectors(np.eye(2), ["left", "right"]))
    assert path.read_bytes() == before


@pytest.mark.parametrize("size", [(1, 1), (1, 2), (3, 1), (2, 50), (300, 3)])
def test_vectors_are_replaced_by_vectors_of_any_format(tmp_path, size):
    numbers = np.random.default_rng(1).random(size, np.float32)
    vectors = WordVectors(numbers, [f"w{i}" for i in range(size[0])])
    path = tmp_path / "v"
    for before, after in product(("native", "text", "binary"), repeat=2):
        save(path, vectors, format=before)
        save(path, vectors, format=after)
    for packed in ("v.txt.gz", "v.bin.gz"):
        for _ in range(2):
            save(tmp_path / packed, vectors)
    path.write_text("the 0.25 -0.5 1e-3" + " 1" * 7 + "\n1999" + " 2" * 10 + "\n")
    save(path, vectors, format="text")
    path.write_text("")
    save(path, vectors, format="text")


@pytest.mark.parametrize(
    ("path", "said"),
    [("https://example.org/v.bin", "is an address: download"), ("~nobody-here/v.txt", "'~nobody-here'")],
)
def test_what_is_no_path_of_this_machine_is_said(path, said):
    with pytest.raises((ParameterError, OSError), match=said):
        load(path)


def test_padded_rows_are_written_without_a_copy_of_them(tmp_path):
    """Those of a training run, which a checkpoint writes while they take most of the memory."""
    rows = np.zeros((20_000, 512), np.float32)[:, :500]
    vectors = WordVectors(rows, range(20_000))
    tracemalloc.start()
    save(tmp_path / "rows.safetensors", vectors, context_vectors=rows, node_vectors=rows[1:])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < rows.nbytes / 2


# -- what is never lost --


@pytest.mark.parametrize("format", ["native", "text", "binary"])
def test_a_model_is_not_replaced_by_its_vectors_alone(tmp_path, format, fitted):
    path, model = tmp_path / "model.fw2v", fitted()
    model.save(path)
    before = path.read_bytes()
    with pytest.raises(FormatError, match=r"is a model that can be trained further, .* or pass overwrite=True"):
        save(path, model.wv, format=format)
    assert path.read_bytes() == before
    model.save(path)  # of a model, a later one may take the place
    save(path, model.wv, format=format, overwrite=True)
    save(path, model.wv, format=format)
    assert load(path).index_to_key == model.wv.index_to_key


def test_a_name_that_promises_another_compression_is_refused(tmp_path, some_vectors):
    for name in ("v.vec.bz2", "v.zip", "v.bin.xz"):
        with pytest.raises(FormatError, match=r"only \.gz files are written compressed: name it 'v"):
            save(tmp_path / name, some_vectors(["a"]), format="text")
    assert list(tmp_path.iterdir()) == []


def test_a_file_without_words_is_not_written(tmp_path):
    empty = WordVectors(np.empty((0, 3)), [])
    for write in (lambda: save(tmp_path / "v.vec", empty), lambda: export(tmp_path / "v.npz", empty, "npz")):
        with pytest.raises(FormatError, match="there are no words to write"):
            write()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("path", "message"),
    [
        (b"v.vec", r"got bytes b'v\.vec': give a str"),
        (io.StringIO("2 3"), "got StringIO, an open file: write what it holds to a file first"),
        ("", "the path is empty"),
        ("v\0.vec", "holds a NUL"),
        ("2 3\nsun 1 2 3\n", "a string is the path of a file; got text"),
        ("file:///tmp/a%20b.vec", r"is an address: give the path, '/tmp/a b\.vec'"),
        ("s3://bucket/v.vec", "is an address: download the file first and give its path"),
    ],
)
def test_what_is_no_path_is_told_what_to_pass(path, message):
    with pytest.raises(ParameterError, match=message):
        load(path)


def test_an_address_is_nowhere_to_write_to(some_vectors):
    with pytest.raises(ParameterError, match="is an address: give the path of a file here, and upload that"):
        save("s3://bucket/v.vec", some_vectors(["a"]))


def test_an_open_file_is_named(tmp_path):
    with open(tmp_path / "v.vec", "w+") as file, pytest.raises(ParameterError, match="an open file: give its name, '"):
        load(file)


def test_what_has_no_vectors_is_told_how_to_get_some(tmp_path):
    for other, message in (
        (Word2Vec(), "that has no vectors yet: train it first"),
        ("v.vec", "read a file with fastw2v.load"),
        ({"a": [1.0]}, "WordVectors.numpy.array.list.mapping.values"),
    ):
        with pytest.raises(ParameterError, match=message):
            save(tmp_path / "v.vec", other)


@pytest.mark.parametrize("name", ["binary", "datatype", "unicode_errors", "no_header", "fvocab", "binary_chunk_size"])
def test_gensims_arguments_of_load_are_answered(name):
    with pytest.raises(TypeError, match=rf"{name}= is gensim's name: (leave it out|pass errors instead)"):
        load("v.bin", **{name: True})
