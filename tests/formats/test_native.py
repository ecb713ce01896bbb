"""The native format: what it keeps, how safetensors reads it, and memory maps."""

import json

import numpy as np
import pytest

from fastw2v.errors import FormatError, ParameterError
from fastw2v.formats import load, load_all, save
from fastw2v.vectors import WordVectors


def test_native_keeps_context_counts_and_metadata(tmp_path, some_vectors, assert_same):
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


@pytest.mark.parametrize("name", ["v.fw2v", "v.vec", "v.bin"])  # whether the format holds them or not
def test_metadata_that_is_none_of_json_is_refused(tmp_path, some_vectors, name):
    with pytest.raises(ParameterError, match="set"):
        save(tmp_path / name, some_vectors(["a"]), metadata={"x": {1, 2}})
    with pytest.raises(ParameterError, match="metadata must be a dict; got list"):
        save(tmp_path / name, some_vectors(["a"]), metadata=[1])
    with pytest.raises(ParameterError, match="shape"):
        save(tmp_path / name, some_vectors(["a"]), context_vectors=np.zeros((2, 5)))
    assert list(tmp_path.iterdir()) == []


def test_the_safetensors_library_reads_ours(tmp_path, odd_words, some_vectors):
    safetensors = pytest.importorskip("safetensors")
    safetensors_numpy = pytest.importorskip("safetensors.numpy")
    wv = some_vectors(odd_words)
    save(tmp_path / "v.safetensors", wv, context_vectors=wv.vectors * 2, metadata={"note": "\u00e9"})
    found = safetensors_numpy.load_file(tmp_path / "v.safetensors")
    assert {name: array.dtype.str for name, array in found.items()} == {
        "vectors": "<f4", "context_vectors": "<f4", "counts": "<i8", "vocab_utf8": "|u1", "vocab_offsets": "<i8"
    }  # fmt: skip
    np.testing.assert_array_equal(found["vectors"], wv.vectors)
    np.testing.assert_array_equal(found["counts"], wv.counts)
    edges = found["vocab_offsets"]
    raw = found["vocab_utf8"].tobytes()
    assert [raw[edges[row] : edges[row + 1]].decode() for row in range(len(wv))] == odd_words
    with safetensors.safe_open(tmp_path / "v.safetensors", "numpy") as file:
        assert json.loads(file.metadata()["fastw2v"]) == {"note": "\u00e9", "format_version": 1, "word_type": "str"}


def test_what_the_safetensors_library_writes_is_read(tmp_path, some_vectors, assert_same):
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


def test_arrays_lie_aligned_in_the_file(tmp_path, some_vectors):
    for note in range(9):
        save(tmp_path / "v.fw2v", some_vectors(["a", "b"]), metadata={"note": "x" * note})
        assert load(tmp_path / "v.fw2v", mmap=True).vectors.flags.aligned


def test_mmap_reads_no_vector(tmp_path, some_vectors):
    save(tmp_path / "v.fw2v", some_vectors(["a", "b"]))
    wv = load(tmp_path / "v.fw2v", mmap=True)
    base = wv.vectors
    while isinstance(base.base, np.ndarray):
        base = base.base
    assert isinstance(base, np.memmap)
    assert not isinstance(load(tmp_path / "v.fw2v").vectors.base, np.memmap)


def test_a_mapped_object_pickles_as_arrays(tmp_path, some_vectors, assert_same):
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


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"encoding": "latin-1"}, "encoding='latin-1' has no effect on a native file, whose words are UTF-8"),
        ({"errors": "replace"}, "errors='replace' has no effect on a native file, whose words are UTF-8"),
        ({"errors": "ignore", "mmap": True}, "errors='ignore' has no effect .*, whose vectors stay in the file"),
    ],
)
def test_what_has_no_effect_on_a_native_file_is_told(tmp_path, some_vectors, options, told):
    save(tmp_path / "v.fw2v", some_vectors(["a", "b"]))
    with pytest.warns(RuntimeWarning, match=told):
        load(tmp_path / "v.fw2v", **options)
    load(tmp_path / "v.fw2v", errors="ignore", encoding="UTF8")  # leaves out rows with NaN, of which there are none
