"""Pickles, archives and files of other programs: refused by their first bytes, never loaded."""

import gzip
import io
import pickle
import struct
import zlib

import numpy as np
import pytest

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


KINDS = {
    "pickle": (pickle.dumps([1]), "a Python pickle"),
    "packed pickle": (gzip.compress(pickle.dumps([1])), "a Python pickle"),
    "joblib": (zlib.compress(pickle.dumps([1] * 50)), "as joblib writes"),
    "npz": (packed(lambda buffer: np.savez(buffer, a=np.ones(2))), r"a zip archive of NumPy arrays \(.npz\); read its arrays"),
    "npy": (packed(lambda buffer: np.save(buffer, np.ones(2))), "a NumPy .npy file"),
    "hdf5": (b"\x89HDF\r\n\x1a\n" + bytes(20), "an HDF5 file"),
    "fasttext": (struct.pack("<2i", 793712314, 12) + bytes(20), r"a fastText model \(its .vec file can be read\)"),
    "xz": (b"\xfd7zXZ\x00" + bytes(20), "an xz file"),
    "zstd": (b"\x28\xb5\x2f\xfd" + bytes(20), "a zstandard file"),
    "nothing": (b"", "the file is empty"),
    "prose": (b"It was a dark and stormy night.\n" * 3, "neither a safetensors file"),
    "zeros": (bytes(100), "neither a safetensors file"),
}


@pytest.mark.parametrize(("content", "message"), KINDS.values(), ids=KINDS.keys())
def test_other_files_are_refused_by_their_first_bytes(tmp_path, content, message):
    path = tmp_path / "model.bin"
    path.write_bytes(content)
    with pytest.raises(FormatError, match=message):
        format_of_content(path)
    with pytest.raises(FormatError, match=message):
        load(path)


def test_torch_files_are_refused(tmp_path):
    torch = pytest.importorskip("torch")
    torch.save({"a": 1}, tmp_path / "model.pt")
    with pytest.raises(FormatError, match="a zip archive with a pickle, as torch writes; loading one could run code"):
        load(tmp_path / "model.pt")
