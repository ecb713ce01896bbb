"""Files for other tools, each read back by the tool itself; all or nothing."""

import contextlib
import json
import os
import sys

import numpy as np
import pytest
from click.testing import CliRunner

from fastw2v import formats
from fastw2v.cli.commands import cli
from fastw2v.errors import FormatError, MissingDependencyError, ParameterError
from fastw2v.formats import EXPORTS, FORMATS, export, load, save
from fastw2v.vectors import WordVectors

WORDS = ["the", "caf\u00e9", "\u6771\u4eac", "U.S.", "[UNK]", "</s>"]
VECTORS = np.random.default_rng(2).normal(size=(6, 4)).astype(np.float32)
WV = WordVectors(VECTORS, WORDS, [9, 8, 7, 3, 2, 1])
FOLDERS = ("projector", "model2vec")


# -- files --


def test_npz_is_read_by_numpy_without_pickle(tmp_path):
    export(tmp_path / "v.npz", WV, "npz")
    with np.load(tmp_path / "v.npz", allow_pickle=False) as file:
        np.testing.assert_array_equal(file["vectors"], VECTORS)
        assert file["words"].tolist() == WORDS
        assert file["counts"].tolist() == [9, 8, 7, 3, 2, 1]
    export(tmp_path / "w.npz", WordVectors(np.eye(2), [7, -3]), "npz")
    with np.load(tmp_path / "w.npz", allow_pickle=False) as file:
        assert file["words"].tolist() == [7, -3]
        assert set(file.files) == {"vectors", "words"}


def test_equal_vectors_make_equal_files(tmp_path):
    for name in ("a", "b"):
        export(tmp_path / name, WV, "npz")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_parquet_is_read_by_pyarrow_and_pandas(tmp_path, monkeypatch):
    parquet = pytest.importorskip("pyarrow.parquet")
    monkeypatch.setattr("fastw2v.formats.exports._PARQUET_ROWS", 4)
    export(tmp_path / "v.parquet", WV, "parquet")
    table = parquet.read_table(tmp_path / "v.parquet")
    assert table.column_names == ["word", "count", "vector"]
    assert table["word"].to_pylist() == WORDS
    assert table["count"].to_pylist() == [9, 8, 7, 3, 2, 1]
    np.testing.assert_array_equal(np.array(table["vector"].to_pylist(), np.float32), VECTORS)
    pandas = pytest.importorskip("pandas")
    np.testing.assert_array_equal(np.stack(pandas.read_parquet(tmp_path / "v.parquet")["vector"]), VECTORS)
    export(tmp_path / "v.parquet", WordVectors(np.eye(2), [5, 6]), "parquet")
    assert parquet.read_table(tmp_path / "v.parquet").to_pydict() == {"word": [5, 6], "vector": [[1, 0], [0, 1]]}


def test_without_pyarrow_the_error_says_how_to_get_it(tmp_path, monkeypatch, names_in):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingDependencyError, match=r"pip install 'fastw2v\[parquet\]'"):
        export(tmp_path / "v.parquet", WV, "parquet")
    assert names_in(tmp_path) == []


# -- folders --


def test_the_projector_gets_three_files_that_fit_together(tmp_path, names_in):
    export(tmp_path / "log", WV, "projector")
    assert names_in(tmp_path / "log") == ["metadata.tsv", "projector_config.pbtxt", "vectors.tsv"]
    np.testing.assert_array_equal(np.loadtxt(tmp_path / "log" / "vectors.tsv", np.float32, delimiter="\t"), VECTORS)
    assert (tmp_path / "log" / "metadata.tsv").read_text("utf-8").split("\n") == [*WORDS, ""]
    config = (tmp_path / "log" / "projector_config.pbtxt").read_text()
    assert 'tensor_path: "vectors.tsv"' in config
    assert 'metadata_path: "metadata.tsv"' in config


@pytest.mark.parametrize("lowercase", [False, True])
def test_model2vec_loads_its_folder(tmp_path, lowercase, names_in):
    model2vec = pytest.importorskip("model2vec")
    told = pytest.warns(RuntimeWarning, match="2 of 6 words hold") if lowercase else contextlib.nullcontext()
    with told:
        export(tmp_path / "static", WV, "model2vec", lowercase=lowercase)
    assert names_in(tmp_path / "static") == ["config.json", "model.safetensors", "modules.json", "tokenizer.json"]
    model = model2vec.StaticModel.from_pretrained(tmp_path / "static")
    assert model.dim == 4
    texts = ["the caf\u00e9 U.S.", "THE tulip \u6771\u4eac", "tulip", "the " * 2_000 + "caf\u00e9"]
    found = model.encode(texts)
    lower = {True: ["the caf\u00e9", "the \u6771\u4eac"], False: [texts[0], "\u6771\u4eac"]}[lowercase]
    for row, known in enumerate([*lower, "", texts[3]]):
        expected = WV[known.split()].mean(axis=0) if known else np.zeros(4)
        np.testing.assert_allclose(found[row], expected, atol=1e-5)


def test_sentence_transformers_loads_the_folder(tmp_path):
    sentence_transformers = pytest.importorskip("sentence_transformers")
    export(tmp_path / "static", WV, "model2vec")
    model = sentence_transformers.SentenceTransformer(str(tmp_path / "static"), device="cpu")
    np.testing.assert_allclose(model.encode(["the caf\u00e9"])[0], WV[["the", "caf\u00e9"]].mean(axis=0), atol=1e-5)


def test_the_tokenizer_of_the_folder_knows_every_word(tmp_path):
    tokenizers = pytest.importorskip("tokenizers")
    export(tmp_path / "static", WV, "model2vec")
    tokenizer = tokenizers.Tokenizer.from_file(str(tmp_path / "static" / "tokenizer.json"))
    assert tokenizer.encode(" ".join(WORDS)).ids == list(range(6))
    assert tokenizer.encode("tulip").ids == [6]  # the row of zeros, under a name that is not a word
    assert tokenizer.get_vocab_size() == 7
    safetensors = pytest.importorskip("safetensors.numpy")
    rows = safetensors.load_file(tmp_path / "static" / "model.safetensors")["embeddings"]
    np.testing.assert_array_equal(rows, np.vstack([VECTORS, np.zeros(4)]))
    modules = json.loads((tmp_path / "static" / "modules.json").read_text())
    assert [module["type"] for module in modules] == ["sentence_transformers.models.StaticEmbedding"]


# -- what cannot be written, and what was there before --


@pytest.mark.parametrize(
    ("to", "words", "message"),
    [
        ("npz", ["a", "b" * 60_000] + [f"w{i}" for i in range(5_000)], "the room of the longest"),
        ("npz", ["a", "b\0"], "ends in a NUL"),
        ("npz", ["a", 5], "all str, or all int"),
        ("parquet", ["a", ("b",)], "all str, or all int"),
        ("projector", ["a", "b\tc"], "word 1, .*contains a tab"),
        ("projector", ["", "b"], "word 0, .*is empty"),
        ("model2vec", ["a", 5], "word 1 is 5: a tokenizer's words are strings"),
        ("model2vec", ["a", "\ud800"], "cannot be written as UTF-8"),
        ("projector", ["a", "\ud800"], "word 1, .*cannot be written as UTF-8"),
    ],
)
def test_words_that_a_form_cannot_hold(tmp_path, to, words, message, names_in):
    with pytest.raises(FormatError, match=message):
        export(tmp_path / "out", WordVectors(np.zeros((len(words), 1)), words), to)
    assert names_in(tmp_path) == []


def test_bad_options_are_refused(tmp_path):
    with pytest.raises(ParameterError, match="to must be one of 'npz', 'parquet', 'projector', 'model2vec'; got 'csv'"):
        export(tmp_path / "out", WV, "csv")
    with pytest.raises(ParameterError, match="lowercase"):
        export(tmp_path / "out", WV, "npz", lowercase=True)


@pytest.mark.parametrize("to", FOLDERS)
def test_a_folder_with_something_in_it_stays(tmp_path, to, names_in):
    (tmp_path / "out").mkdir()
    export(tmp_path / "out", WV, to)  # it was empty
    before = names_in(tmp_path / "out")
    (tmp_path / "out" / "mine.txt").write_text("mine")
    with pytest.raises(FileExistsError, match="not empty"):
        export(tmp_path / "out", WV, to)
    assert names_in(tmp_path / "out") == sorted([*before, "mine.txt"])
    (tmp_path / "out" / "runs").mkdir()
    with pytest.raises(FileExistsError, match=r"also holds 'mine\.txt', 'runs', which would be deleted"):
        export(tmp_path / "out", WV, to, overwrite=True)
    assert names_in(tmp_path / "out") == sorted([*before, "mine.txt", "runs"])
    assert names_in(tmp_path) == ["out"]
    (tmp_path / "out" / "mine.txt").unlink()
    (tmp_path / "out" / "runs").rmdir()
    export(tmp_path / "out", WV, to, overwrite=True)
    assert names_in(tmp_path / "out") == before
    (tmp_path / "file").write_text("a file")
    with pytest.raises(NotADirectoryError, match="this is a file; give the name of a folder"):
        export(tmp_path / "file", WV, to, overwrite=True)
    assert names_in(tmp_path) == ["file", "out"]


@pytest.mark.parametrize("to", ["npz", "parquet"])
def test_a_file_of_another_kind_is_replaced_only_if_told(tmp_path, to):
    if to == "parquet":
        pytest.importorskip("pyarrow")
    path = tmp_path / "corpus"
    path.write_text("years of work")
    with pytest.raises(FormatError, match=f"exists and is no {to} file of an export, and would be lost"):
        export(path, WV, to)
    assert path.read_text() == "years of work"
    export(path, WV, to, overwrite=True)
    export(path, WV, to)
    assert path.read_bytes()[:2] in (b"PK", b"PA")


@pytest.mark.parametrize(
    ("name", "to"), [("r.npz", "parquet"), ("t.csv", "npz"), ("T.PARQUET", "npz"), ("v.npz", "projector")]
)
def test_a_name_that_contradicts_the_form_is_refused(tmp_path, name, to, names_in):
    with pytest.raises(ParameterError, match=f"{name}: a file named .* is no {to} export"):
        export(tmp_path / name, WV, to, overwrite=True)
    assert names_in(tmp_path) == []


def test_an_npz_file_of_other_content_is_replaced_only_if_told(tmp_path):
    path = tmp_path / "results.npz"
    np.savez(path, vectors=np.eye(2), scores=np.eye(3))
    before = path.read_bytes()
    with pytest.raises(FormatError, match="exists and is no npz file of an export"):
        export(path, WV, "npz")
    assert path.read_bytes() == before
    export(path, WV, "npz", overwrite=True)
    export(path, WordVectors(VECTORS, WORDS), "npz")  # without counts
    export(path, WV, "npz")


def test_a_parquet_file_of_other_content_is_replaced_only_if_told(tmp_path):
    pa = pytest.importorskip("pyarrow")
    path = tmp_path / "results.parquet"
    pytest.importorskip("pyarrow.parquet").write_table(pa.table({"word": ["a"], "score": [1.5]}), path)
    before = path.read_bytes()
    with pytest.raises(FormatError, match="exists and is no parquet file of an export"):
        export(path, WV, "parquet")
    assert path.read_bytes() == before
    export(path, WV, "parquet", overwrite=True)
    export(path, WordVectors(VECTORS, WORDS), "parquet")
    export(path, WV, "parquet")


@pytest.mark.skipif(os.getuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_to_is_an_error(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(PermissionError):
        export(tmp_path / "out", WV, "projector")
    tmp_path.chmod(0o700)


# -- the command line --


def run(*arguments):
    return CliRunner().invoke(cli, [*map(str, arguments)])


def test_convert_goes_between_all_formats(tmp_path):
    names = {"native": "v.fw2v", "text": "v.vec", "binary": "v.bin"}
    assert set(names) == set(FORMATS)
    save(tmp_path / "v.fw2v", WV, context_vectors=VECTORS + 1, metadata={"window": 7})
    for source, target in (("v.fw2v", "v.vec"), ("v.vec", "v.bin"), ("v.bin", "w.txt.gz"), ("w.txt.gz", "w.fw2v")):
        assert run("convert", tmp_path / source, tmp_path / target).exit_code == 0
        assert load(tmp_path / target).index_to_key == WORDS
        np.testing.assert_array_equal(load(tmp_path / target).vectors, VECTORS)
    assert run("convert", tmp_path / "v.bin", tmp_path / "short.vec", "--limit", 2).exit_code == 0
    assert load(tmp_path / "short.vec").index_to_key == WORDS[:2]
    result = run("convert", tmp_path / "v.fw2v", tmp_path / "copy", "--format", "native", "--commonest", 2)
    assert result.exit_code == 0, result.output
    loaded = formats.load_all(tmp_path / "copy")
    assert loaded.word_vectors.index_to_key == WORDS[:2]
    assert loaded.word_vectors.counts.tolist() == [9, 8]
    np.testing.assert_array_equal(loaded.context_vectors, VECTORS[:2] + 1)
    assert loaded.metadata["window"] == 7


@pytest.mark.parametrize("option", [("--limit", 2), ("--commonest", 2), ("--errors", "ignore")])
def test_convert_does_not_replace_a_file_by_a_part_of_it(tmp_path, option):
    save(tmp_path / "v.vec", WV)
    before = (tmp_path / "v.vec").read_bytes()
    (tmp_path / "link.vec").symlink_to(tmp_path / "v.vec")
    os.link(tmp_path / "v.vec", tmp_path / "hard.vec")
    for output in ("v.vec", "link.vec", "hard.vec"):
        result = run("convert", tmp_path / "v.vec", tmp_path / output, *option)
        assert isinstance(result.exception, ParameterError)
        assert f"{output} is FILE itself, and {option[0]}" in str(result.exception)
        assert (tmp_path / "v.vec").read_bytes() == before
    assert run("convert", tmp_path / "v.vec", tmp_path / "w.vec", *option).exit_code == 0


def test_convert_does_not_replace_a_file_that_holds_more(tmp_path):
    save(tmp_path / "v.vec", WV)
    save(tmp_path / "model.fw2v", WV, context_vectors=VECTORS, metadata={"window": 7})
    before = (tmp_path / "model.fw2v").read_bytes()
    for source, more in (("v.vec", ()), ("model.fw2v", ("--format", "text"))):
        result = run("convert", tmp_path / source, tmp_path / "model.fw2v", *more)
        assert isinstance(result.exception, FormatError)
        assert "holds what the new file would not (context vectors, window)" in str(result.exception)
        assert (tmp_path / "model.fw2v").read_bytes() == before
    assert run("convert", tmp_path / "model.fw2v", tmp_path / "model.fw2v").exit_code == 0
    assert run("convert", tmp_path / "v.vec", tmp_path / "model.fw2v", "--overwrite").exit_code == 0
    assert run("convert", tmp_path / "v.vec", tmp_path / "model.fw2v").exit_code == 0


@pytest.mark.parametrize("to", EXPORTS)
def test_the_command_line_exports_all_forms(tmp_path, to, names_in):
    if to == "parquet":
        pytest.importorskip("pyarrow")
    save(tmp_path / "v.fw2v", WV)
    result = run("export", tmp_path / "v.fw2v", tmp_path / "out", "--to", to, "--commonest", 3)
    assert result.exit_code == 0, result.output
    assert (tmp_path / "out").is_dir() == (to in FOLDERS)
    assert "3 words, 4 dimensions" in result.output
    export(tmp_path / "same", WV[:3], to)
    if to in FOLDERS:
        for name in names_in(tmp_path / "same"):
            assert (tmp_path / "same" / name).read_bytes() == (tmp_path / "out" / name).read_bytes()
    else:
        assert (tmp_path / "same").read_bytes() == (tmp_path / "out").read_bytes()


@pytest.mark.parametrize("to", ["npz", "parquet"])
def test_an_export_replaces_a_file_of_another_kind_only_when_told(tmp_path, to, some_vectors):
    if to == "parquet":
        pytest.importorskip("pyarrow")
    path = tmp_path / "notes"
    path.write_text("what nobody has a copy of")
    vectors = some_vectors(["a", "b"])
    with pytest.raises(FormatError, match=f"notes exists and is no {to} file of an export, .*overwrite=True"):
        export(path, vectors, to)
    assert path.read_text() == "what nobody has a copy of"
    export(path, vectors, to, overwrite=True)
    export(path, vectors, to)


@pytest.mark.parametrize(
    ("words", "lowercase", "message"),
    [
        (["Cat", "dog"], True, "1 of 2 words hold white space, or capitals with lowercase=True .the first is 'Cat'"),
        (["new york", "dog"], False, "1 of 2 words are empty or hold white space .the first is 'new york'"),
    ],
)
def test_words_that_no_text_finds_are_told(tmp_path, words, lowercase, message):
    with pytest.warns(RuntimeWarning, match=message):
        export(tmp_path / "folder", WordVectors(np.eye(2), words), "model2vec", lowercase=lowercase)
    assert (tmp_path / "folder" / "tokenizer.json").exists()


def test_vectors_that_are_not_finite_are_told(tmp_path):
    with pytest.warns(RuntimeWarning, match="1 of 2 vectors hold NaN or infinity .the first is that of 'b'"):
        export(tmp_path / "v.npz", WordVectors(np.array([[1, 2], [np.nan, 1]]), ["a", "b"]), "npz")


def test_a_folder_is_not_made_where_none_is(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"there is no folder .*: make it first, or name another"):
        export(tmp_path / "no" / "where", WordVectors(np.eye(2), ["a", "b"]), "projector")
