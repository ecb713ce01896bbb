"""What is decided once per fit: chunks, tile shape, learning rate; nothing of it depends on device or threads."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastw2v import EncodedCorpus, _sampler, plan
from fastw2v.params import Params


@given(st.lists(st.one_of(st.integers(0, 60), st.integers(0, 12_000)), min_size=1, max_size=300))
def test_chunks_cover_the_corpus_and_end_where_they_should(lengths):
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    begin, sentence = plan.cut_chunks(offsets)
    assert begin[0] == 0
    assert begin[-1] == offsets[-1]
    sizes = np.diff(begin)
    assert (sizes > 0).all()
    assert (sizes <= 5000).all()
    for first, last, where in zip(begin[:-1], begin[1:], sentence, strict=True):
        assert offsets[where] <= first < offsets[where + 1]
        if last - first < 5000 and last < offsets[-1]:  # cut at a sentence end, the first one after 4,000 tokens
            assert last in offsets
            assert not ((offsets >= first + 4000) & (offsets < last)).any()


def test_an_empty_corpus_has_no_chunks():
    begin, sentence = plan.cut_chunks(np.array([0, 0, 0]))
    assert begin.tolist() == [0]
    assert len(sentence) == 0


@pytest.mark.parametrize(("negative", "slots"), [(1, 16), (5, 16), (8, 16), (9, 32), (15, 32), (20, 48)])
def test_noise_slots_are_at_least_two_for_each_negative(negative, slots):
    assert plan.noise_slots(negative) == slots


def test_tiles_shrink_where_one_word_is_in_most_of_them():
    assert plan.tile_tokens(16, 5, 5, 0.025, kept_share=0.01) == 32
    assert plan.tile_tokens(32, 10, 15, 0.025, kept_share=0.01) == 16
    assert plan.tile_tokens(32, 10, 15, 0.05, kept_share=1 / 34) == 1
    assert plan.tile_tokens(1, 1, 1, 1e-9, kept_share=1e-9) == 2  # never more than two tokens for each noise word


def test_chunks_with_bursts_get_smaller_tiles():
    shares = np.array([0.0, 0.1, 0.2, 0.5, 1.0])
    assert plan.chunk_shifts(shares, 32, 5, 5, 0.025, 4.0).tolist() == [0, 0, 1, 2, 3]
    assert plan.chunk_shifts(shares, 32, 5, 5, 1.0, 4.0).tolist() == [0, 5, 5, 5, 5]  # one token at least
    assert plan.chunk_shifts(shares, 1, 5, 5, 1.0, 4.0).tolist() == [0] * 5


def test_with_more_negatives_a_burst_may_overshoot_further():
    assert plan.burst_bound("skipgram", 1) == plan.burst_bound("skipgram", 5) == 4
    assert 6 < plan.burst_bound("skipgram", 15) < plan.burst_bound("skipgram", 20) < 8
    assert plan.burst_bound("cbow", 5) == 10


@pytest.mark.parametrize("kept_share", [1e-4, 1e-2, 0.2, 0.5, 1.0])
@pytest.mark.parametrize("rate", [0.001, 0.025, 0.05])
def test_no_tile_moves_a_row_too_far(kept_share, rate):
    for window, negative in [(1, 1), (5, 5), (10, 15)]:
        tile = plan.tile_tokens(32, window, negative, rate, kept_share)
        share = plan.damping(tile, window, negative, rate, kept_share)
        reach = plan.staleness(tile, window, negative, rate * share, kept_share)
        assert reach <= 2.0001 or share == plan.DAMPING_MIN
        assert share == 1 or tile == 1


def test_the_learning_rate_falls_in_a_straight_line_over_all_epochs():
    ids = np.zeros(20_000, np.int32)
    corpus = EncodedCorpus.from_ids([ids[:10_000], ids[10_000:]], ["a", "b"])
    made = plan.make_plan(corpus, Params(epochs=4, learning_rate=0.004, min_learning_rate=0.002), 0)
    assert made.rate_at(0, 0) == pytest.approx(0.004)
    assert made.rate_at(2, 0) == pytest.approx(0.003)
    rates = [made.rate_at(epoch, chunk) for epoch in range(4) for chunk in range(made.chunks)]
    assert np.allclose(np.diff(rates), np.diff(rates)[0], rtol=1e-3)


def test_rows_begin_on_cache_lines():
    for size in (1, 15, 16, 17, 100):
        rows = plan.empty_rows(5, size)
        assert rows.shape == (5, size)
        assert rows.ctypes.data % 64 == 0
        assert rows.strides[0] % 64 == 0


def test_local_shares_count_words_within_pieces_of_kept_tokens():
    ids = np.concatenate([np.arange(4000) % 900, np.full(200, 900), np.arange(3800) % 900]).astype(np.int32)
    begins = np.array([0, 4000, 8000])
    shares = _sampler.local_shares(ids, begins, np.ones(901))
    assert shares[0] == pytest.approx(1 / 24)  # the last piece is short, and counts as half a piece
    assert shares[1] == 1
    rarely = np.ones(901)
    rarely[900] = 0.1  # 200 tokens of which 20 are kept: they still stand in a row
    assert 0.4 < _sampler.local_shares(ids, begins, rarely)[1] < 0.5
    assert _sampler.local_shares(ids[:0], np.array([0]), rarely).tolist() == []
