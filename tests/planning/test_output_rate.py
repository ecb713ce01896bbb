"""Output rows of frequent words move less at each occurrence."""

import numpy as np
import pytest

from fastw2v.corpus.encoding import encode
from fastw2v.planning.output_rate import output_rates
from fastw2v.planning.plan import make_plan
from fastw2v.planning.subsampling import keep_probability
from fastw2v.planning.tables import make_tables
from fastw2v.planning.training_parameters import TrainingParameters


def test_the_fourth_root_of_the_occurrences_in_the_whole_run():
    counts = np.array([100_000_000, 400_000, 640, 40, 39, 0])
    found = output_rates(counts, TrainingParameters(sample=0))  # five epochs
    assert found.dtype == np.float32
    assert found.tolist() == pytest.approx([0.05, 0.1, 0.5, 1, 1, 1])


def test_only_occurrences_that_subsampling_keeps_count():
    counts, params = np.array([1_000_000, 5_000, 10]), TrainingParameters(sample=1e-4, epochs=2)
    kept = np.round(counts * keep_probability(counts, 1e-4)).astype(np.int64)
    without = TrainingParameters(sample=0, epochs=2)
    found, expected = make_tables(counts, params).output_rate, make_tables(kept, without).output_rate
    assert found == pytest.approx(expected, rel=0.02)


def test_cbow_and_whoever_asks_for_it_move_all_rows_alike():
    counts = np.array([10_000_000, 10])
    for options in ({"architecture": "cbow"}, {"slow_frequent": False}):
        assert output_rates(counts, TrainingParameters(**options)).tolist() == [1, 1]


@pytest.mark.parametrize(
    ("options", "rate"),
    [
        ({}, 0.05),
        ({"slow_frequent": False}, 0.0375),
        ({"architecture": "cbow"}, 0.05),
        ({"architecture": "cbow", "epochs": 3}, 0.075),
        ({"architecture": "cbow", "epochs": 4}, 0.05),
        ({"loss": "hs"}, 0.075),
        ({"loss": "hs", "slow_frequent": False}, 0.05),
        ({"loss": "hs", "architecture": "cbow", "epochs": 3}, 0.05),
        ({"loss": "both"}, 0.05),
        ({"learning_rate": 0.01}, 0.01),
    ],
)
def test_the_rate_of_a_run_that_names_none(options, rate):
    assert TrainingParameters(**options).resolved_learning_rate == rate


def test_a_slower_row_allows_longer_tiles():
    corpus = encode([["a", "b", "c", "d"] * 5] * 20_000, min_count=1)
    fast = make_plan(corpus, TrainingParameters(sample=0, learning_rate=0.05, slow_frequent=False), 1)
    slow = make_plan(corpus, TrainingParameters(sample=0, learning_rate=0.05), 1)
    assert fast.output_rate == 1
    assert slow.output_rate < 0.3
    assert slow.tile_tokens > fast.tile_tokens
