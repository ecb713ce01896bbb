"""Corpora in and out: files with given bytes, and the sentences that come back."""

import pytest

from fastw2v.corpus import encode


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
