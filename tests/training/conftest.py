"""Corpora to train on."""

from importlib import import_module

import numpy as np
import pytest

from fastw2v import EncodedCorpus


@pytest.fixture(scope="session")
def zipf_corpus():
    """``zipf_corpus(tokens, words)``: sentences of 30 words whose frequencies fall as in text."""

    def make(tokens=60_000, words=500, seed=0):
        rng = np.random.default_rng(seed)
        ids = np.minimum(rng.zipf(1.4, tokens) - 1, words - 1).astype(np.int32)
        return EncodedCorpus.from_ids(ids.reshape(-1, 30), [f"w{i}" for i in range(words)])

    return make


@pytest.fixture(scope="module")
def long_text(bench_found):
    """A text in topics, without sentence ends, that is long enough for whole tiles."""
    return import_module("bench.helpers.hard_texts").long_text(np.random.default_rng(0))


@pytest.fixture(scope="session")
def corpus(zipf_corpus):
    return zipf_corpus()
