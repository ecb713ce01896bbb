"""The stability benchmark: what counts as a failure, and what word2vec's own order is."""

from importlib import import_module

import numpy as np
import pytest

pytestmark = pytest.mark.usefixtures("bench_found")


def test_stability_finds_what_diverges_and_what_word2vecs_order_bears():
    stability, hard_texts = import_module("bench.stability"), import_module("bench.helpers.hard_texts")
    corpus = hard_texts.handful(5, np.random.default_rng(1))
    params = stability.TrainingParameters(vector_size=8, epochs=3, sample=0, learning_rate=100.0)
    norm = stability._longest_row(stability._start(corpus, params, 1), corpus)
    assert norm > stability.NORM_MAX
    failure = stability._failure(params, [norm], [corpus])
    assert failure["failures"] == failure["in_word2vecs_order"] == 1
    mild = stability.TrainingParameters(vector_size=8, epochs=3, sample=0)
    assert stability._failure(mild, [norm], [corpus])["in_word2vecs_order"] == 0
