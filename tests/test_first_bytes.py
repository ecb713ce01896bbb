"""What a file is by its first bytes; tests/formats/test_foreign_files.py has the files of many programs."""

import bz2
import gzip
import pickle
import zlib

import numpy as np
import pytest

from fastw2v import WordVectors, save
from fastw2v.first_bytes import describe, describe_answer, is_pickle, kind_of


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("what", [[1], {"a": 1}, ("a", [1]), OSError])
def test_pickles_of_every_protocol(protocol, what):
    data = pickle.dumps(what, protocol)
    assert is_pickle(data) or protocol < 2, data


@pytest.mark.parametrize(
    "text",
    [
        b"cat\ndog\n",
        b"cat dog 1",
        b"copy\nbuiltins\n",
        b"(dog) cat 1\n",
        "caf\u00e9 1".encode(),
        b"",
        b"a\tb",
        b"PAR1 7 0.5\n",
        b"RDX 1\n",
        b"MZ and others\n",
        b"x^2 1\n",
        b"dp1\n",
        b"FEA1 1\n",
        b"a" * 257 + b"ustard\n",
        "x^2 caf\u00e9 1\n".encode("latin-1"),
        b"MATLAB 5.0 MAT-file is old\n",
        b"cnumpy\nthe cat\n",
        b"BZh1 1\n",
        b"%PDF 1\n",
    ],
)
def test_texts_are_nothing_else(text):
    assert not is_pickle(text)
    assert describe(text, "file") is None


def test_files_that_begin_with_letters_are_known_by_what_follows():
    header = b"MATLAB 5.0 MAT-file".ljust(116) + bytes(8) + b"\x00\x01IM"
    assert describe(header, "file").startswith("a MATLAB file")
    for level in range(1, 10):
        assert describe(zlib.compress(pickle.dumps(list(range(99))), level), "file").startswith("zlib data")
        assert all(describe(bz2.compress(text, level), "file").startswith("a bzip2 file") for text in (b"", b"a"))
    for protocol in (0, 1):
        assert is_pickle(pickle.dumps(np.arange(3), protocol))


def test_what_unpacks_it_names_the_file():
    assert describe(gzip.compress(b"a"), "pairs.gz") == "a gzip file: unpack it first, gunzip -k pairs.gz"


def test_a_servers_answer_is_short():
    assert "a server's message" in describe_answer(b"403 Forbidden")
    assert describe_answer(b"forbidden fruit\n" * 100) is None
    assert describe(b"forbidden\tfruit\t3\n", "pairs") is None


@pytest.mark.parametrize("name", ["v.fw2v", "v.safetensors", "v.bin"])
def test_vectors_are_known_in_every_format_of_ours(tmp_path, name):
    save(tmp_path / name, WordVectors(np.eye(3, dtype=np.float32), ["a", "b", "c"]))
    assert describe((tmp_path / name).read_bytes(), name) == "a file of vectors, which fastw2v.load reads"
    assert describe(b"3 3\na b\n", name) is None


def test_a_text_is_compared_with_all_known_beginnings_at_once():
    class Start(bytes):
        asked = 0

        def startswith(self, *arguments):
            Start.asked += 1
            return super().startswith(*arguments)

    assert kind_of(Start(b"the red wine")) is None
    assert Start.asked == 1
