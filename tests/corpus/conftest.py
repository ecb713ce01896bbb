"""Corpora in and out: files with given bytes, and the sentences that come back."""

import pytest

from fastw2v.corpus.encoding import encode


@pytest.fixture
def written(tmp_path):
    """``written(name, data)`` writes a file of bytes and returns its path."""

    def write(name, data):
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return write


@pytest.fixture(scope="session")
def sentences_of():
    """``sentences_of(encoded)``: the sentences of an encoded corpus, in words."""

    def decode(encoded):
        return [[encoded.vocabulary.words[i] for i in encoded[s]] for s in range(len(encoded))]

    return decode


@pytest.fixture(scope="session")
def encode_all(sentences_of):
    """``encode_all(corpus, ...)``: its sentences after encoding, with every word kept."""
    return lambda corpus, **parameters: sentences_of(encode(corpus, min_count=1, **parameters))


@pytest.fixture
def text_folder(tmp_path):
    """A folder of three texts, one of them in a folder of its own, beside hidden files."""
    (tmp_path / "b.txt").write_text("c d\n")
    (tmp_path / "a.txt").write_text("a b\n")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "c.txt").write_text("e f\n")
    (tmp_path / ".hidden").write_text("hidden\n")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "x").write_text("hidden\n")
    return tmp_path
