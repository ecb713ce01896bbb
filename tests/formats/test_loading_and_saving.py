"""Saving and loading: what goes in comes out, in every format, for us and for gensim."""

import json
import os
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fastw2v
from fastw2v import formats
from fastw2v.errors import FormatError, ParameterError
from fastw2v.formats import load, load_all, save
from fastw2v.vectors import WordVectors

WORD2VEC = ["v.txt", "v.vec", "v.txt.gz", "v.bin", "v.bin.gz"]
HOME = Path(fastw2v.__file__).parent.parent
NATIVE = ["v.safetensors", "v.fw2v"]
# Legal in tokens, although str.splitlines or str.split part at some of them.
ODD_WORDS = [
    "caf\u00e9",
    "\u6771\u4eac",
    "a\u0085b",
    "a\u2028b",
    "no\u00a0break",
    "\U0001f600",
    "</s>",
    "5",
    "0.5",
    "\x00",
    "\x1c",
    "\ufeffx",
]


def some_vectors(words, size=5, seed=0):
    return WordVectors(
        np.random.default_rng(seed).normal(size=(len(words), size)).astype(np.float32),
        words,
        np.arange(len(words), 0, -1),
    )


def assert_same(found, expected, *, counts=False):
    assert found.index_to_key == expected.index_to_key
    np.testing.assert_array_equal(found.vectors.view(np.uint32), expected.vectors.view(np.uint32))
    assert found.vectors.dtype == np.float32
    if counts:
        np.testing.assert_array_equal(found.counts, expected.counts)


# -- round trips --


@pytest.mark.parametrize("name", NATIVE + WORD2VEC)
def test_a_round_trip_keeps_every_bit(tmp_path, name):
    wv = some_vectors(ODD_WORDS)
    save(tmp_path / name, wv)
    assert_same(load(tmp_path / name), wv, counts=name in NATIVE)
    assert_same(load(str(tmp_path / name), format=formats.format_of_name(tmp_path / name)), wv)


@pytest.mark.parametrize("form", ["native", "text", "binary"])
def test_the_format_can_be_said_and_is_found_again(tmp_path, form):
    wv = some_vectors(["a", "b"])
    save(tmp_path / "vectors.xyz", wv, format=form)
    assert formats.format_of_content(tmp_path / "vectors.xyz") == form
    assert_same(load(tmp_path / "vectors.xyz"), wv)


WORD = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
FLOATS = st.floats(width=32, allow_nan=False)


@pytest.mark.parametrize("name", ["v.fw2v", "v.txt", "v.bin"])
@given(data=st.data())
@settings(max_examples=60)
def test_any_words_and_numbers_survive(tmp_path_factory, name, data):
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
    found = load(tmp_path / name).vectors
    np.testing.assert_array_equal(found, edge)
    assert np.signbit(found[0, 3])


@pytest.mark.parametrize("name", NATIVE + WORD2VEC)
def test_more_rows_than_a_block_holds(tmp_path, name):
    wv = some_vectors([f"w{i}" for i in range(3000)], size=3)
    save(tmp_path / name, wv)
    assert_same(load(tmp_path / name), wv)


@pytest.mark.parametrize("name", ["v.txt", "v.bin"])
@pytest.mark.parametrize("block", [1, 2, 3, 5, 64])
def test_the_block_size_of_reading_changes_nothing(tmp_path, monkeypatch, name, block):
    wv = some_vectors([*ODD_WORDS, "w" * 70], size=3)
    save(tmp_path / name, wv)
    monkeypatch.setattr("fastw2v.formats.reader._BLOCK_BYTES", block)
    monkeypatch.setattr("fastw2v.formats.reader._FIRST_BYTES", 1)
    assert_same(load(tmp_path / name), wv)


def test_equal_vectors_make_equal_files(tmp_path):
    for name in [*NATIVE, *WORD2VEC]:
        save(tmp_path / name, some_vectors(["a", "b"]))
        first = (tmp_path / name).read_bytes()
        save(tmp_path / name, some_vectors(["a", "b"]))
        assert (tmp_path / name).read_bytes() == first


def test_a_view_with_gaps_is_written_as_it_looks(tmp_path):
    wide = np.arange(24, dtype=np.float32).reshape(4, 6)
    wv = WordVectors(wide[:, :3], list("abcd"))
    for name in ("v.fw2v", "v.txt", "v.bin"):
        save(tmp_path / name, wv, context_vectors=wide[:, 3:])
        np.testing.assert_array_equal(load(tmp_path / name).vectors, wide[:, :3])
    np.testing.assert_array_equal(load_all(tmp_path / "v.fw2v").context_vectors, wide[:, 3:])


def test_gensims_vectors_are_written_and_what_are_none_is_refused(tmp_path):
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
def test_a_model_from_a_file_without_context_vectors_can_be_saved(tmp_path, name):
    wv = some_vectors(["a", "b"])
    save(tmp_path / "bare.fw2v", wv)
    fastw2v.Word2Vec.load(tmp_path / "bare.fw2v").save(tmp_path / name)
    loaded = load_all(tmp_path / name)
    assert_same(loaded.word_vectors, wv, counts=name == "v.fw2v")
    assert loaded.context_vectors is None


# -- the native format --


def test_native_keeps_context_counts_and_metadata(tmp_path):
    wv = some_vectors(["a", "b", ""])
    context = np.random.default_rng(1).normal(size=(3, 5)).astype(np.float32)
    metadata = {
        "parameters": {"window": np.int64(5), "rate": np.float32(0.5)},
        "loss_history": [2.5, float("nan")],
        "where": tmp_path,
    }
    save(tmp_path / "v.fw2v", wv, context_vectors=context, metadata=metadata)
    for mmap in (False, True):
        loaded = load_all(tmp_path / "v.fw2v", mmap=mmap)
        assert_same(loaded.word_vectors, wv, counts=True)
        np.testing.assert_array_equal(loaded.context_vectors, context)
        assert loaded.metadata["parameters"] == {"window": 5, "rate": 0.5}
        assert loaded.metadata["loss_history"][0] == 2.5
        assert np.isnan(loaded.metadata["loss_history"][1])
        assert loaded.metadata["where"] == str(tmp_path)
        assert loaded.metadata["format_version"] == 1


def test_native_without_counts_and_context(tmp_path):
    save(tmp_path / "v.fw2v", WordVectors(np.eye(2), ["a", "b"]))
    loaded = load_all(tmp_path / "v.fw2v")
    assert loaded.word_vectors.counts is None
    assert loaded.context_vectors is None


def test_metadata_that_is_none_of_json_is_refused(tmp_path):
    with pytest.raises(ParameterError, match="set"):
        save(tmp_path / "v.fw2v", some_vectors(["a"]), metadata={"x": {1, 2}})
    with pytest.raises(ParameterError, match="shape"):
        save(tmp_path / "v.fw2v", some_vectors(["a"]), context_vectors=np.zeros((2, 5)))
    assert list(tmp_path.iterdir()) == []


def test_the_safetensors_library_reads_ours(tmp_path):
    safetensors = pytest.importorskip("safetensors")
    safetensors_numpy = pytest.importorskip("safetensors.numpy")
    wv = some_vectors(ODD_WORDS)
    save(tmp_path / "v.safetensors", wv, context_vectors=wv.vectors * 2, metadata={"note": "\u00e9"})
    found = safetensors_numpy.load_file(tmp_path / "v.safetensors")
    assert {name: array.dtype.str for name, array in found.items()} == {
        "vectors": "<f4", "context_vectors": "<f4", "counts": "<i8", "vocab_utf8": "|u1", "vocab_offsets": "<i8"
    }  # fmt: skip
    np.testing.assert_array_equal(found["vectors"], wv.vectors)
    np.testing.assert_array_equal(found["counts"], wv.counts)
    edges = found["vocab_offsets"]
    raw = found["vocab_utf8"].tobytes()
    assert [raw[edges[row] : edges[row + 1]].decode() for row in range(len(wv))] == ODD_WORDS
    with safetensors.safe_open(tmp_path / "v.safetensors", "numpy") as file:
        assert json.loads(file.metadata()["fastw2v"]) == {"note": "\u00e9", "format_version": 1, "word_type": "str"}


def test_what_the_safetensors_library_writes_is_read(tmp_path):
    safetensors_numpy = pytest.importorskip("safetensors.numpy")
    wv = some_vectors(["a", "bc"])
    arrays = {
        "vectors": wv.vectors,
        "vocab_utf8": np.frombuffer(b"abc", np.uint8),
        "vocab_offsets": np.array([0, 1, 3]),
        "something_else": np.ones(3, np.float16),
    }
    metadata = {"fastw2v": '{"format_version": 1, "word_type": "str"}'}
    safetensors_numpy.save_file(arrays, tmp_path / "v.safetensors", metadata)
    for mmap in (False, True):
        assert_same(load(tmp_path / "v.safetensors", mmap=mmap), wv)


def test_arrays_lie_aligned_in_the_file(tmp_path):
    for note in range(9):
        save(tmp_path / "v.fw2v", some_vectors(["a", "b"]), metadata={"note": "x" * note})
        assert load(tmp_path / "v.fw2v", mmap=True).vectors.flags.aligned


def test_mmap_reads_no_vector(tmp_path):
    save(tmp_path / "v.fw2v", some_vectors(["a", "b"]))
    wv = load(tmp_path / "v.fw2v", mmap=True)
    base = wv.vectors
    while isinstance(base.base, np.ndarray):
        base = base.base
    assert isinstance(base, np.memmap)
    assert not isinstance(load(tmp_path / "v.fw2v").vectors.base, np.memmap)


def test_mmap_is_for_native_files(tmp_path):
    save(tmp_path / "v.txt", some_vectors(["a", "b"]))
    with pytest.raises(ParameterError, match="only native files can be memory-mapped, this is a word2vec text file"):
        load(tmp_path / "v.txt", mmap=True)


def test_a_mapped_object_pickles_as_arrays(tmp_path):
    import pickle

    save(tmp_path / "v.fw2v", some_vectors(["a", "b"]))
    raw = pickle.dumps(load(tmp_path / "v.fw2v", mmap=True))
    (tmp_path / "v.fw2v").unlink()
    assert b"memmap" not in raw
    assert_same(pickle.loads(raw), some_vectors(["a", "b"]))


def test_whole_numbers_as_words_come_back_as_numbers(tmp_path):
    wv = WordVectors(np.eye(4), [7, -1, 10**30, np.int64(3)], [4, 3, 2, 1])
    save(tmp_path / "v.fw2v", wv)
    found = load(tmp_path / "v.fw2v")
    assert found.index_to_key == [7, -1, 10**30, 3]
    assert all(type(word) is int for word in found)
    np.testing.assert_array_equal(found[7], [1, 0, 0, 0])
    with pytest.raises(FormatError, match=r"word 0 is 7 \(int\): the word2vec formats hold strings only"):
        save(tmp_path / "v.txt", wv)


@pytest.mark.parametrize("words", [["a", 1], [("a", 1)], [True], [1.5], [b"a"]])
def test_other_words_are_refused_with_a_remedy(tmp_path, words):
    with pytest.raises(FormatError, match="all str, or all int; make new words"):
        save(tmp_path / "v.fw2v", WordVectors(np.ones((len(words), 2)), words))
    assert list(tmp_path.iterdir()) == []


def test_names_and_formats_that_say_nothing(tmp_path):
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


def test_a_pipe_is_refused_without_waiting(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(FormatError, match="not a regular file"):
        load(tmp_path / "pipe")
    with pytest.raises(FormatError, match="not a regular file"):
        load(tmp_path / "pipe", format="text")


@pytest.mark.parametrize("name", ["v.fw2v", "v.txt", "v.bin"])
def test_writing_needs_little_more_memory_than_a_block(tmp_path, name):
    import tracemalloc

    wv = some_vectors([f"w{i}" for i in range(8_000)], size=64)  # 2 MB of vectors
    tracemalloc.start()
    save(tmp_path / name, wv)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1.8e6  # the words as bytes take the most of it


def test_loading_imports_no_gensim_and_no_safetensors(tmp_path):
    import subprocess

    save(tmp_path / "v.fw2v", some_vectors(["a"]))
    code = f"import sys; from fastw2v.formats import load; load({str(tmp_path / 'v.fw2v')!r}); print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=HOME
    ).stdout.split()
    assert not {"gensim", "safetensors", "pickle5", "scipy", "sklearn"} & set(loaded)
