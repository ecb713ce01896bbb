"""Vectors to save, and the comparison of what is loaded."""

import numpy as np
import pytest

from fastw2v.vectors import WordVectors


@pytest.fixture(scope="session")
def odd_words():
    """Legal words, although str.splitlines or str.split would break some of them."""
    return [
        *("caf\u00e9", "\u6771\u4eac", "a\u0085b", "a\u2028b", "no\u00a0break", "\U0001f600"),
        *("</s>", "5", "0.5", "\x00", "\x1c", "\ufeffx"),
    ]


@pytest.fixture(scope="session")
def some_vectors():
    """``some_vectors(words)``: random vectors, with counts that fall from word to word."""

    def make(words, size=5, seed=0):
        return WordVectors(
            np.random.default_rng(seed).normal(size=(len(words), size)).astype(np.float32),
            words,
            np.arange(len(words), 0, -1),
        )

    return make


@pytest.fixture(scope="session")
def assert_same():
    """``assert_same(found, expected)`` compares words and bits; with ``counts=True`` the counts, too."""

    def compare(found, expected, *, counts=False):
        assert found.index_to_key == expected.index_to_key
        np.testing.assert_array_equal(found.vectors.view(np.uint32), expected.vectors.view(np.uint32))
        assert found.vectors.dtype == np.float32
        if counts:
            np.testing.assert_array_equal(found.counts, expected.counts)

    return compare
