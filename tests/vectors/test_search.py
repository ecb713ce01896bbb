"""The search for the best rows: a full sort's choice, in blocks of any size, without NaN."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastw2v.vectors import WordVectors, search
from fastw2v.vectors.search import best_of_many, best_rows, unit_rows


@given(
    data=st.data(),
    queries=st.integers(1, 5),
    rows=st.integers(1, 20),
    topn=st.integers(0, 22),
    sizes=st.tuples(st.integers(1, 3), st.integers(1, 12), st.integers(1, 12), st.integers(1, 4)),
)
def test_blocks_of_any_size_choose_as_a_full_sort_does(data, queries, rows, topn, sizes):
    scores = np.array(
        data.draw(st.lists(st.lists(st.sampled_from([-1.0, 0.0, 0.5, 1.0]), min_size=rows, max_size=rows),
                           min_size=queries, max_size=queries)), np.float32,
    )  # fmt: skip
    left_out = [data.draw(st.lists(st.integers(0, rows - 1), max_size=3, unique=True)) for _ in range(queries)]
    barred = data.draw(st.lists(st.integers(0, rows - 1), max_size=2, unique=True))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search, "_BLOCK_QUERIES", sizes[0])
        patch.setattr(search, "_BLOCK_SEARCHED", sizes[1])
        patch.setattr(search, "_PIECE", 20)
        patch.setattr(search, "_FIRST_SEARCHED", sizes[2])
        patch.setattr(search, "_PIECES_FOR_EACH", sizes[3])
        # One-hot queries, so that the products are the scores themselves.
        found = list(best_of_many(np.eye(queries, dtype=np.float32), scores.T.copy(), topn, left_out, barred))
    for number, (best, values) in enumerate(found):
        expected = best_rows(scores[number], topn, {*left_out[number], *barred})
        assert best.tolist() == expected.tolist()
        assert values.tolist() == scores[number][expected].tolist()


def test_few_scores_are_sorted_even_where_each_block_has_better_ones(monkeypatch, words_of):
    """As in trained vectors, where the neighbours of rare words are rare: sorting them all took most of the time."""
    cosines = np.linspace(0, 0.99, 20_000)
    wv = WordVectors(np.stack([cosines, np.sqrt(1 - cosines**2)], axis=1), list(range(20_000)))
    sorted_at_once = []
    lexsort = np.lexsort
    monkeypatch.setattr(np, "lexsort", lambda keys: sorted_at_once.append(len(keys[0])) or lexsort(keys))
    found = wv.most_similar_batch(np.array([[1.0, 0.0]] * 50), topn=10)
    assert [words_of(answer) for answer in found] == [list(range(19_999, 19_989, -1))] * 50
    assert 0 < max(sorted_at_once) <= 50 * 3_000  # of 8,192 in each block, all of which beat those before


EXTREME = np.array([[0, 0], [np.nan, 1], [np.inf, 1], [3e38, -3e38], [1e-42, 0], [1, 1], [-np.inf, np.inf]], np.float32)


def test_unit_rows_are_of_length_one_or_zero():
    with np.errstate(all="raise"):
        lengths = np.linalg.norm(unit_rows(EXTREME), axis=1)
    np.testing.assert_allclose(lengths, [0, 0, 0, 1, 1, 1, 0], atol=1e-6)


def test_unit_rows_in_blocks_equal_unit_rows_at_once(monkeypatch):
    vectors = np.random.default_rng(5).normal(size=(23, 4)).astype(np.float32)
    at_once = unit_rows(vectors)
    monkeypatch.setattr("fastw2v.vectors.search._BLOCK_NUMBERS", 20)
    np.testing.assert_array_equal(unit_rows(vectors), at_once)


@given(
    scores=st.lists(st.sampled_from([-1.0, 0.0, 0.25, 0.5, 1.0]), max_size=30),
    topn=st.integers(0, 35),
    exclude=st.sets(st.integers(0, 29), max_size=5),
)
def test_best_rows_equal_a_full_sort(scores, topn, exclude):
    exclude = {row for row in exclude if row < len(scores)}
    kept = [row for row in range(len(scores)) if row not in exclude]
    expected = sorted(kept, key=lambda row: (-scores[row], row))[:topn]
    for long in (256, 0, 2):  # with and without the search for those that can be among the best
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("fastw2v.vectors.search._LONG", long)
            assert best_rows(np.array(scores, np.float32), topn, exclude).tolist() == expected
