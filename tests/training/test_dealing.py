"""Who trains what, and when ranks merge: the same whatever the time, the threads and the machines."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastw2v.planning.training_parameters import TrainingParameters
from fastw2v.training import dealing
from fastw2v.training.dealing import cut_epoch, deal_chunks, make_deal
from fastw2v.training.loop import advance, start


@pytest.fixture(scope="module")
def plan(zipf_corpus):
    return start(zipf_corpus(600_000, 50), TrainingParameters(vector_size=1, epochs=3), seed=1).plan


@given(ranks=st.integers(2, 40), epoch=st.integers(0, 2), words=st.integers(5_000, 10**6))
def test_each_chunk_is_trained_once_and_merged_in_order(plan, ranks, epoch, words):
    deal = make_deal(plan, ranks, sync_words=words, doubt=False)
    bounds, rests = cut_epoch(plan, deal, epoch)
    assert bounds[0] == 0
    assert bounds[-1] == plan.chunks
    assert (np.diff(bounds) > 0).all()
    assert rests[-1]
    found = [chunk for rank in range(ranks) for each in deal.chunks_by_interval(plan, bounds, rank) for chunk in each]
    assert sorted(found) == list(range(plan.chunks))


def test_intervals_grow_with_the_words_trained_up_to_the_most(plan):
    deal = make_deal(plan, 2, sync_words=6_000)
    first, _ = cut_epoch(plan, deal, 0)
    later, rests = cut_epoch(plan, deal, 2)
    sizes, sizes_later = np.diff(plan.chunk_begin[first]), np.diff(plan.chunk_begin[later])
    assert sizes[0] < 2 * dealing.CHUNK_LIMIT + 4_100
    assert sizes.max() <= 1.5 * 12_000 + 4_100
    assert np.median(sizes_later) >= 12_000
    assert rests.sum() == 3  # three epochs, ten rests


def test_pieces_are_dealt_in_turn_and_smaller_for_a_short_text(plan):
    owner = deal_chunks(plan, 4)
    assert np.bincount(owner, minlength=4).min() > plan.chunks / 4 - 8
    assert deal_chunks(plan, 2 * plan.chunks).tolist() == list(range(plan.chunks))


def test_a_rank_that_has_more_trains_more_in_each_interval(plan):
    owner = (np.arange(plan.chunks) % 4 == 0).astype(np.int32)
    deal = make_deal(plan, 2, owner, doubt=False)
    bounds, _ = cut_epoch(plan, deal, 1)
    much, little = ([len(each) for each in deal.chunks_by_interval(plan, bounds, rank)] for rank in range(2))
    assert all(0.5 < few / (many / 3) < 2 for many, few in zip(much, little, strict=True) if many > 12)


def test_a_run_too_short_for_its_ranks_is_warned_of(plan):
    with pytest.warns(
        RuntimeWarning, match=r"4 ranks merge .* every 5,000 words each, which together is 1% of this run"
    ):
        make_deal(plan, 4, sync_words=5_000)
    assert make_deal(plan, 4, sync_words=4_000, doubt=False).interval == dealing.CHUNK_LIMIT


def test_more_ranks_than_chunks_train_all_the_same(zipf_corpus):
    """A rank with nothing takes part in each merge."""
    corpus = zipf_corpus(9_000, 50)
    state = start(corpus, TrainingParameters(vector_size=4, epochs=2), seed=1)
    state.deal = make_deal(state.plan, state.plan.chunks + 3, doubt=False)
    advance(state, corpus, n_jobs=2)
    assert state.complete
    assert state.report.tokens == 18_000
    assert np.isfinite(state.w_in).all()
