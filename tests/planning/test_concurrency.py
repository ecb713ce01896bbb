"""How many tiles and threads train at once: as many as the staleness bound allows."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from fastw2v import EncodedCorpus, encode
from fastw2v.planning import concurrency, plan
from fastw2v.planning.tables import make_tables
from fastw2v.planning.training_parameters import TrainingParameters


def crowd(share=0.013, kept=1e9, tile_tokens=16, **options):
    corpus = EncodedCorpus.from_ids(np.arange(60).reshape(2, 30) % 7, [str(i) for i in range(7)])
    made = dataclasses.replace(
        plan.make_plan(corpus, TrainingParameters().checked(), 1), tile_tokens=tile_tokens, kept_share=share, pairs=6.0
    )
    return concurrency.Crowd(made, kept, **{"most": 10_000, **options})


def test_the_tiles_follow_from_the_staleness_bound():
    """About 1,300 tokens in flight at the usual settings, more as the rate falls, few on small corpora."""
    usual = crowd()
    assert usual.tiles(0.025) == int(15 / (0.013 * 36 * 0.025) / 16) == 80
    assert usual.tiles(0.0125) == pytest.approx(160, abs=1)
    assert usual.tiles(2.5e-6) == 10_000
    assert crowd(share=0.0013).tiles(0.025) == pytest.approx(801, abs=1)
    assert crowd(kept=80_000).tiles(0.025) == 10
    assert crowd(kept=100).tiles(0.025) == 1
    assert crowd(share=0.5, tile_tokens=32).tiles(10.0) == 1


def test_rows_are_damped_only_beyond_the_bound_and_never_with_one_tile():
    usual = crowd()
    assert usual.damping_threshold(0.025, 80) == 0
    assert usual.damping_threshold(0.025, 1) == 0
    assert crowd(share=0.5).damping_threshold(0.025, 1) == 0
    beyond = crowd(forced=256)
    assert beyond.tiles(0.025) == 256
    limit = beyond.damping_threshold(0.025, 256)
    staleness = 256 * 16 * 0.013 * 36 * 0.025
    assert limit / 0.013 == pytest.approx(7.5 / staleness)  # the commonest word moves as at a staleness of 7.5


def test_damping_may_carry_more_tokens_than_the_bound_but_not_on_a_small_corpus():
    more = crowd(damped_flight=4_096)
    assert more.tiles(0.025) == 4_096 // 16
    assert more.damping_threshold(0.025, 256) > 0
    assert more.tiles(0.0025) == crowd().tiles(0.0025) > 256  # where the bound allows as many, it decides
    assert crowd(damped_flight=4_096, kept=80_000).tiles(0.025) == 10
    assert crowd(forced=256, damped=False).damping_threshold(0.025, 256) == 0


@pytest.mark.parametrize("words", [2, 7, 2_000])
@pytest.mark.parametrize("negative", [2, 5, 15])
def test_more_negatives_leave_as_many_tokens_of_cbow_in_flight_until_words_fill_their_windows(words, negative):
    corpus = EncodedCorpus.from_ids(np.arange(4_000).reshape(200, 20) % words, [str(i) for i in range(words)])
    params = TrainingParameters(architecture="cbow", negative=negative, sample=0, learning_rate=0.075)
    made = plan.make_plan(corpus, params.checked(), 1)
    n, p, outputs = made.pairs, made.kept_share, negative + 1
    own = max(1.0, n * n * p)  # how often a target's own row moves in its windows
    counted = max(min(outputs, 6), outputs * min(1, own / max(own, min(n, made.tile_tokens), n * p)) ** 0.5)
    allowed = concurrency.tokens_in_flight(made, 0.075)
    assert allowed == pytest.approx(15 / (p * n * counted * 0.075 * made.output_rate**0.5))
    everything = 15 / (p * n * outputs * 0.075 * made.output_rate**0.5)
    assert allowed >= everything * (1 - 1e-12)
    assert (allowed > 2 * everything) == (negative == 15 and words == 2_000)
    whole = dataclasses.replace(made, cbow=False)
    assert concurrency.tokens_in_flight(whole, 0.075) == pytest.approx(everything)


def test_new_words_of_a_later_pass_count_though_others_were_frequent_before():
    """The bounds follow the word that moves furthest, not the commonest one."""
    lines = [["old", "new", *(f"w{number}" for number in range(60))]] * 4_000
    corpus = encode(lines, min_count=1)
    before = np.array([50_000_000 if word == "old" else 4_000 for word in corpus.vocabulary.words])
    made = plan.make_plan(corpus, TrainingParameters(sample=0, epochs=1).checked(), 1, kept_by=before)
    assert made.output_rate == pytest.approx((200 / 4_000) ** 0.25)


def test_threads_keep_rows_private_within_the_bound_on_tokens_in_flight():
    made = dataclasses.replace(crowd(tile_tokens=32).plan, output_rate=0.25)
    shares, rates = made.kept_share * np.array([1.0, 0.5, 0.2, 0.05]), np.array([0.25, 0.3, 0.5, 1.0])
    words = concurrency.FrequentWords(shares, rates, 1e9)
    bound = concurrency.tokens_in_flight(made, 0.05)
    for threads in (2, 3, 8, 1000):
        tiles = concurrency.private_tiles(made, 0.05, threads, words)
        relative = shares / made.kept_share * (rates / made.output_rate) ** 0.5
        assert (tiles * threads * made.tile_tokens * relative <= bound).all()
        assert ((tiles == 0) | (tiles >= 4) & (tiles <= 64)).all()
        assert (np.diff(tiles) >= 0).all()
    assert concurrency.private_tiles(made, 0.05, 2, words).all()
    assert (concurrency.private_tiles(made, 0.025, 8, words) > concurrency.private_tiles(made, 0.05, 8, words)).any()
    assert not concurrency.private_tiles(made, 0.05, 1, words).any()
    assert not concurrency.private_tiles(made, 0.05, 10**6, words).any()
    small = dataclasses.replace(words, kept=50_000)  # at most one in 500 of its tokens is in flight
    assert (concurrency.private_tiles(made, 0.05, 2, small)[:2] == 0).all()


def test_frequent_words_are_those_with_the_first_ids():
    """A word that is less frequent than a later one, as in a later pass over other text, counts as that one does."""
    corpus = EncodedCorpus.from_ids([0, 0, 0, 1, 1, 2, 3, 3], ["a", "b", "c", "d"])
    for loss in ("ns", "hs"):
        params = TrainingParameters(sample=0, loss=loss, architecture="cbow")
        made, tables = plan.make_plan(corpus, params.checked(), 1), make_tables(corpus.count_words(), params)
        words = concurrency.FrequentWords.of(corpus, tables, made, 64)
        np.testing.assert_allclose(words.shares, [3 / 8, 2 / 8, 2 / 8, 2 / 8])
        np.testing.assert_allclose(words.output_rate, 1.0)
        assert words.kept == pytest.approx(8)
        assert len(concurrency.FrequentWords.of(corpus, tables, made, 2).shares) == 2


def test_rates_of_words_are_not_those_of_nodes():
    """With both losses the table of rates has the words' rows first and then the tree's: fewer words than places."""
    corpus = EncodedCorpus.from_ids(np.arange(4_000).reshape(200, 20) % 20, [str(i) for i in range(20)])
    params = TrainingParameters(loss="both").checked()
    tables = make_tables(corpus.count_words(), params)
    words = concurrency.FrequentWords.of(corpus, tables, plan.make_plan(corpus, params, 1))
    assert len(words.output_rate) == len(words.shares) == 20
    np.testing.assert_array_equal(words.output_rate, tables.output_rate[:20])
