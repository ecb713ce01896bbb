"""Pickles, archives and files of other programs: refused by their first bytes, never loaded."""

import bz2
import gzip
import io
import lzma
import pickle
import re
import struct
import tarfile
import zipfile
import zlib

import numpy as np
import pytest

from fastw2v import Word2Vec
from fastw2v.compat.gensim import KeyedVectors
from fastw2v.compat.gensim import Word2Vec as GensimWord2Vec
from fastw2v.errors import FormatError
from fastw2v.formats import FORMATS, format_of_content, load


class Canary:
    """Unpickling it writes a file."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), "w")


def packed(write):
    buffer = io.BytesIO()
    write(buffer)
    return buffer.getvalue()


@pytest.mark.fault("a pickle in place of vectors")
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("wrap", [bytes, gzip.compress, zlib.compress])
def test_a_pickle_is_never_loaded(tmp_path, protocol, wrap):
    canary, path = tmp_path / "canary", tmp_path / "model.fw2v"
    path.write_bytes(wrap(pickle.dumps(Canary(canary), protocol)))
    for form in (None, *FORMATS):
        with pytest.raises(FormatError):
            load(path, format=form)
    assert not canary.exists()
    assert "canary" in str(path.read_bytes()) or wrap is not bytes


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize(
    ("kind", "home", "wv"), [("Word2Vec", "word2vec", ".wv"), ("KeyedVectors", "keyedvectors", "")]
)
def test_a_pickle_of_gensims_is_named_with_the_way_out(tmp_path, protocol, kind, home, wv):
    gensim = pytest.importorskip("gensim.models")
    made = gensim.Word2Vec([["red", "wine"]] * 9, min_count=1, vector_size=2, workers=1)
    (tmp_path / "m{x}").write_bytes(pickle.dumps(made if kind == "Word2Vec" else made.wv, protocol))
    with pytest.raises(FormatError, match=f"this is a pickle of gensim's {kind}; ") as caught:
        load(tmp_path / "m{x}")
    (code,) = re.findall(r"gensim\.models\..*?binary=True\)", str(caught.value))
    assert code == f"gensim.models.{home}.{kind}.load('m{{x}}'){wv}.save_word2vec_format('vectors.bin', binary=True)"


@pytest.mark.parametrize("wrap", [GensimWord2Vec.load, KeyedVectors.load, Word2Vec.load])
def test_a_model_that_gensim_saved_is_named_by_every_load(tmp_path, wrap):
    gensim = pytest.importorskip("gensim.models")
    gensim.Word2Vec([["red", "wine"]] * 9, min_count=1, vector_size=2, workers=1).save(str(tmp_path / "model"))
    with pytest.raises(FormatError, match=r"model: this is a pickle of gensim's Word2Vec; .*\.load\('model'\)\.wv\."):
        wrap(tmp_path / "model")


def zip_of(*names):
    def write(buffer):
        with zipfile.ZipFile(buffer, "w") as archive:
            for name in names:
                archive.writestr(name, b"a 1 2\n")

    return packed(write)


def tar_of(mode):
    def write(buffer):
        with tarfile.open(fileobj=buffer, mode=mode) as archive:
            archive.addfile(tarfile.TarInfo("v.txt"))

    return packed(write)


ROWS = b"2 3\na 1 2 3\nb 4 5 6\n"
KINDS = {
    "pickle": (pickle.dumps([1]), "a Python pickle"),
    "packed pickle": (gzip.compress(pickle.dumps([1])), "a Python pickle"),
    "joblib": (zlib.compress(pickle.dumps([1] * 50)), "as joblib writes"),
    "npz": (
        packed(lambda buffer: np.savez(buffer, a=np.ones(2))),
        r"NumPy arrays \(.npz\) that holds 'a'; read its arrays",
    ),
    "npy": (packed(lambda buffer: np.save(buffer, np.ones(2))), "a NumPy .npy file"),
    "hdf5": (b"\x89HDF\r\n\x1a\n" + bytes(20), "an HDF5 file"),
    "fasttext": (struct.pack("<2i", 793712314, 12) + bytes(20), r"a fastText model \(its .vec file can be read\)"),
    "xz": (lzma.compress(ROWS), r"an xz file; unpack it first: xz -dk model\.bin"),
    "bzip2": (bz2.compress(ROWS), r"a bzip2 file; unpack it first: bunzip2 -k model\.bin"),
    "zstd": (b"\x28\xb5\x2f\xfd" + bytes(20), r"a zstandard file; unpack it first: zstd -d"),
    "zip": (
        zip_of("glove.txt", "x{y}"),
        r"a zip archive that holds 'glove.txt', 'x\{y\}'; unpack it first: unzip model",
    ),
    "zip of torch": (
        zip_of("a/data.pkl", "a/data/0"),
        "a zip archive with a pickle, as torch writes; loading one could",
    ),
    "zip of the future": (
        zip_of("glove.txt").replace(b"PK\x01\x02\x14\x03\x14", b"PK\x01\x02\x14\x03\xad"),  # needs version 17.3
        "a zip archive; unpack it first",
    ),
    "half a zip": (zip_of("glove.txt")[:30], "a zip archive; unpack it first"),
    "packed zip": (gzip.compress(zip_of("glove.txt")), "a zip archive; unpack it first"),
    "tar": (tar_of("w"), r"a tar archive; unpack it first: tar -xf model\.bin"),
    "tar.gz": (tar_of("w:gz"), "a tar archive; unpack it first"),
    "7z": (b"7z\xbc\xaf\x27\x1c" + bytes(20), "a 7-Zip archive; unpack it first"),
    "sqlite": (b"SQLite format 3\0" + bytes(20), "an SQLite database"),
    "web page": (b"<!DOCTYPE html>\n<html>not found</html>", "a web page: the download went wrong"),
    "git lfs": (b"version https://git-lfs.github.com/spec/v1\noid sha256:1\n", "a pointer of Git LFS"),
    "utf-16": ("2 3\na 1 2 3\n".encode("utf-16"), "UTF-16 text: convert it first"),
    "json": (b'{"a": [1, 2]}', "JSON: build WordVectors"),
    "csv": (b"a,1.5,2\nb,3,4\n", "separated by commas: replace them by spaces"),
    "semicolons": (b"a;1,5;2\nb;3;4\n", "separated by semicolons"),
    "decimal commas": (b"a 1,5 2,5\nb 3,5 4,5\n", "decimal commas: write points"),
    "nothing": (b"", "the file is empty"),
    "utf-16 unmarked": ("2 3\na 1 2 3\n".encode("utf-16-le"), "UTF-16 text: convert it first, iconv -f UTF-16LE"),
    "utf-32": ("2 3\na 1 2 3\n".encode("utf-32"), "UTF-32 text: convert it first"),
    "an old pickle": (pickle.dumps({"a": 1}, 0), "a Python pickle"),
    "gzip in gzip": (gzip.compress(gzip.compress(ROWS)), r"a gzip file; unpack it first: gunzip -k model\.bin"),
    "lzma": (lzma.compress(ROWS, lzma.FORMAT_ALONE), "an lzma file; unpack it first: xz --format=lzma -dk"),
    "compress": (b"\x1f\x9d\x90" + bytes(20), "a file of compress; unpack it first"),
    "feather": (b"FEA1" + bytes(20), "an old Feather file; read its arrays"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(20), "a PNG picture"),
    "other data": (b"IxFI" + bytes(20), "binary data, of a kind that is not known here"),
    "xml": (b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>", "a web page: the download went wrong"),
    "an answer": (b"404: Not Found", "a server's message in place of a file: the download went wrong"),
    "no header": (
        b"sun " + np.ones(3, np.float32).tobytes(),
        "word2vec binary without its header: begin the file with",
    ),
    "blank lines": (b" \n\n", "empty but for blank lines"),
    "behind blank lines": (b"\n2 3\na 1 2 3\n", "word vectors behind blank lines: delete these"),
    "named columns": (b"word,x,y\na,1,2\n", "a table with the names of its columns: build WordVectors"),
    "other named columns": (b"word x y z\na 1 2\n", "a table with the names of its columns: delete the first line"),
    "brackets": (b"a [1.0, 2.0]\n", "a word and numbers in brackets: take these away"),
    "words last": (b"1 2 3 a\n4 5 6 b\n", "numbers before their word: write the word first"),
    "half a header": (b"2\na 1 2 3\nb 4 5 6\n", "a header without the number of dimensions: add it"),
    "header with commas": (b"1,000 3\na 1 2 3\n", "expected a header of two whole numbers, found b'1,000 3'"),
    "header of floats": (b"2.0 3.0\na 1 2 3\n", "expected a header of two whole numbers, found b'2.0 3.0'"),
    "thousands": (b"a 1,000.5 2\n", "has numbers with commas: write them with a point"),
    "comment": (b"# version 1\na 1 2 3\n", "a comment, b'# version 1': delete the line"),
    "prose": (b"It was a dark and stormy night.\n" * 3, "neither a safetensors file"),
    "zeros": (bytes(100), "neither a safetensors file"),
}


@pytest.mark.parametrize(("content", "message"), KINDS.values(), ids=KINDS.keys())
def test_other_files_are_refused_by_their_first_bytes(tmp_path, content, message):
    path = tmp_path / "model.bin"
    path.write_bytes(content)
    with pytest.raises(FormatError, match=message):
        load(path)
    if "line 1: " not in message and not message.startswith(("expected a header", "has numbers", "a comment,")):
        with pytest.raises(FormatError, match=message):
            format_of_content(path)


def test_a_matrix_that_gensim_wrote_beside_a_model_is_named_as_such(tmp_path):
    np.save(tmp_path / "m.model.wv.vectors.npy", np.ones((2, 3)))
    with pytest.raises(FormatError, match="that gensim wrote beside a model; load that model with gensim"):
        load(tmp_path / "m.model.wv.vectors.npy")


def test_arrays_of_other_programs_are_named(tmp_path):
    from safetensors.numpy import save_file

    save_file({"embeddings": np.ones((2, 3), np.float32)}, tmp_path / "other.safetensors")
    with pytest.raises(FormatError, match=r"It holds 'embeddings': with the list of its words, WordVectors\("):
        load(tmp_path / "other.safetensors")


@pytest.mark.parametrize("read", [Word2Vec.load, KeyedVectors.load, GensimWord2Vec.load])
def test_a_pickle_is_named_by_everything_that_reads_models(tmp_path, read):
    (tmp_path / "old.model").write_bytes(pickle.dumps({"a": list(range(1000))}))
    with pytest.raises(FormatError, match=r"a Python pickle .*save_word2vec_format"):
        read(tmp_path / "old.model")


def test_a_folder_is_refused_with_what_it_holds(tmp_path):
    with pytest.raises(IsADirectoryError, match=r"this is a folder \(empty\): name a file of word vectors"):
        load(tmp_path)
    for name in ("notes", "v.bin", "w.vec.gz"):
        (tmp_path / name).write_text("")
    with pytest.raises(IsADirectoryError, match=r"\(it holds 'v\.bin', 'w\.vec\.gz'\)"):
        load(tmp_path)


def test_torch_files_are_refused(tmp_path):
    torch = pytest.importorskip("torch")
    torch.save({"a": 1}, tmp_path / "model.pt")
    with pytest.raises(FormatError, match="a zip archive with a pickle, as torch writes; loading one could run code"):
        load(tmp_path / "model.pt")
