"""The merge rule: its promises row by row, a plain merge of whole arrays with the same bits, what averaging costs."""

from dataclasses import replace
from itertools import count

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastw2v import EncodedCorpus
from fastw2v._train import Run
from fastw2v.distributed.threads import Threads
from fastw2v.planning.noise import noise_weights
from fastw2v.planning.rows import Arrays, empty_rows
from fastw2v.planning.subsampling import keep_probability
from fastw2v.planning.training_parameters import TrainingParameters
from fastw2v.training import dealing, merging
from fastw2v.training.dealing import cut_epoch, make_deal
from fastw2v.training.loop import advance, start

PARAMS = TrainingParameters(vector_size=12, epochs=2, sample=1e-3)


@pytest.fixture
def few_rests(monkeypatch):
    """Most merges of so short a text are not of all rows, then."""
    monkeypatch.setattr(dealing, "RESTS", 1)


@pytest.fixture(scope="module")
def text():
    """A vocabulary of two tiers and a few rows more: 120,000 tokens of 9,000 words, most frequent first."""
    rng = np.random.default_rng(1)
    ids = np.minimum(rng.zipf(1.25, 120_000) - 1, 8_999)
    ids = np.concatenate([ids, np.arange(9_000)]).astype(np.int32)
    _, ids, counts = np.unique(ids, return_inverse=True, return_counts=True)
    rank = np.argsort(np.argsort(-counts, kind="stable"), kind="stable")
    return EncodedCorpus.from_ids(rank[ids].astype(np.int32).reshape(-1, 30), [f"w{i}" for i in range(9_000)])


def started(corpus, ranks, params=PARAMS, seed=4):
    state = start(corpus, params.checked(), seed=seed)
    state.deal = make_deal(state.plan, ranks, doubt=False) if ranks > 1 else None
    return state


def bits(state):
    return np.concatenate([state.w_in.ravel(), state.w_out.ravel()])


def by_ranks(corpus, ranks, params=PARAMS, *, stop_after=None):
    """The vectors of each of several ranks in threads, stopped by a callback after so many merges."""

    def work(comm):
        state = started(corpus, ranks, params)
        merges = count()
        stop = [lambda _: next(merges) + 1 == stop_after]
        advance(state, corpus, device="cpu", n_jobs=1, comm=comm, callbacks=stop)
        return bits(state)

    return Threads(ranks).run(work)


def bfloat16(rows):
    bits = rows.copy().view(np.uint32)
    bits += 0x7FFF + ((bits >> 16) & 1)
    return (bits & 0xFFFF0000).view(np.float32)


def plain_merge(corpus, ranks, params=PARAMS, *, stop_after=None):
    """The rule on whole arrays, written down from docs/distributed.md: the oracle of this file."""
    state = started(corpus, ranks, params)
    plan, deal, cbow = state.plan, state.deal, params.architecture == "cbow"
    words, base = len(state.w_in), [np.array(state.w_in), np.array(state.w_out)]
    live = [[empty_rows(*rows.shape) for rows in base] for _ in range(ranks)]
    for rows in live:
        rows[0][:], rows[1][:] = base
    runs = [Run(Arrays(*rows), corpus, state.tables, plan, n_jobs=1) for rows in live]
    counts = corpus.vocabulary.counts
    keep = keep_probability(counts, params.sample).astype(np.float32)
    noise = noise_weights(counts, params.ns_exponent)
    noise = params.negative * noise / noise.sum()
    rates, pairs = state.tables.output_rate.astype(float), plan.pairs * plan.passes
    tier_rows = [size for size in (4096, 8192) if size < words] + [words]
    seen, total = np.zeros((ranks, words), np.float32), np.zeros((ranks, len(tier_rows)), np.float32)
    carry, waited, tiers = [np.zeros_like(rows) for rows in base], np.zeros(len(tier_rows)), []
    for epoch in range(params.epochs):
        bounds, rests = cut_epoch(plan, deal, epoch)
        for number in range(len(rests)):
            for rank in range(ranks):
                got = np.zeros(words, np.int64)
                for chunk in deal.chunks_by_interval(plan, bounds, rank)[number].tolist():
                    runs[rank].train_chunk(epoch, chunk, chunk + 1)
                    got += np.bincount(
                        corpus.ids[plan.chunk_begin[chunk] : plan.chunk_begin[chunk + 1]], minlength=words
                    )
                seen[rank] += got * keep
                total[rank] += np.float32((got * keep).sum(dtype=float))
            begin, end = plan.chunk_begin[bounds[number : number + 2]]
            done, length = epoch * plan.tokens + end, end - begin
            waited += length
            tier = min((number + 1 & -(number + 1)).bit_length() - 1, len(waited) - 1)
            tier = max([tier, *np.flatnonzero(waited > 0.5 * done)]) if not rests[number] else len(waited) - 1
            share = (done - length // 2) / (params.epochs * plan.tokens)
            rate = float(np.float32(plan.learning_rate - (plan.learning_rate - plan.min_learning_rate) * share))
            tiers.append(tier)
            stop = len(tiers) == stop_after and tier < len(waited) - 1
            for merged in [tier, len(waited) - 1] if stop else [tier]:  # a run that stops merges all rows
                n = tier_rows[merged]
                s = seen[:, :n].astype(float)
                t = total[:, np.searchsorted(tier_rows, np.arange(n), side="right")]
                targets = (s + t * noise[:n]) * (1 if cbow else pairs) * rates[:n]
                for m, pressure in enumerate((s * pairs * plan.outputs, targets)):
                    a = np.maximum(0.1 * rate * pressure, 1e-9)
                    f = (np.expm1(-a.sum(0)) / np.expm1(-a).sum(0)).astype(np.float32)[:, None]
                    learned = bfloat16(live[0][m][:n] - base[m][:n])
                    for rank in range(1, ranks):
                        learned = learned + bfloat16(live[rank][m][:n] - base[m][:n])
                    carry[m][:n] = carry[m][:n] * (np.float32(0.9) * (1 - f)) + f * learned
                    base[m][:n] += bfloat16(carry[m][:n])
                    for rank in range(ranks):
                        live[rank][m][:n] = base[m][:n]
                seen[:, :n], total[:, : merged + 1], waited[: merged + 1] = 0, 0, 0
            if stop:
                return np.concatenate([rows.ravel() for rows in base])
            if rests[number]:
                carry = [np.zeros_like(rows) for rows in base]
    assert len(set(tiers)) == len(waited), "each tier had its turn"
    return np.concatenate([rows.ravel() for rows in base])


@pytest.mark.usefixtures("few_rests")
@pytest.mark.parametrize("ranks", [2, 4])
@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
def test_ranks_have_the_bits_of_a_plain_merge(text, ranks, architecture):
    params = replace(PARAMS, architecture=architecture)
    expected = plain_merge(text, ranks, params)
    for found in by_ranks(text, ranks, params):
        assert np.array_equal(found, expected)


@pytest.mark.usefixtures("few_rests")
def test_ranks_that_stop_between_two_rests_have_the_bits_of_a_plain_merge(text):
    """All rows are merged then, with the noise that each has met since its own last merge."""
    expected = plain_merge(text, 2, stop_after=9)
    for found in by_ranks(text, 2, stop_after=9):
        assert np.array_equal(found, expected)


@pytest.mark.usefixtures("few_rests")
def test_virtual_ranks_have_the_same_bits_for_any_number_of_threads(text):
    expected = by_ranks(text, 3)[0]

    def work(comm):
        state = started(text, 3)
        advance(state, text, device="cpu", n_jobs=1, comm=comm)
        return state.report.bytes_sent

    sent = Threads(3).run(work)[0]
    for jobs in (1, 2, 3, 7):
        state = started(text, 3)
        advance(state, text, n_jobs=jobs)
        assert np.array_equal(bits(state), expected)
        assert state.report.n_jobs == min(jobs, 3)
        assert (state.report.ranks, state.report.device) == (3, "cpu")
        assert state.report.merges > 5
        assert state.report.bytes_sent == pytest.approx(sent, rel=1e-3)


@pytest.mark.usefixtures("few_rests")
@pytest.mark.parametrize("loss", ["hs", "both"])
def test_the_nodes_of_a_tree_are_merged_too(text, loss):
    params = replace(PARAMS, loss=loss, epochs=1)
    one, other = by_ranks(text, 2, params)
    assert np.array_equal(one, other)
    alone = started(text, 1, params)
    advance(alone, text, device="cpu", n_jobs=1)
    split = len(alone.w_in) * 12
    for found, expected in ((one[:split], alone.w_in), (one[split:], alone.w_out)):
        assert np.corrcoef(found, expected.ravel())[0, 1] > 0.85


@pytest.mark.usefixtures("few_rests")
def test_rows_in_another_order_than_that_of_counts_are_all_merged_each_time(text):
    order = np.random.default_rng(2).permutation(9_000).astype(np.int32)
    other = EncodedCorpus.from_ids(order[text.ids].reshape(-1, 30), [f"w{i}" for i in range(9_000)])
    found = by_ranks(other, 2)
    assert np.array_equal(*found)


def test_frozen_rows_stay(text):
    frozen = np.zeros(9_000, np.uint8)
    frozen[[0, 5, 8_000]] = 1
    state = start(text, PARAMS.checked(), seed=1, frozen=frozen)
    state.deal = make_deal(state.plan, 2, doubt=False)
    before = state.w_in[frozen == 1].copy()
    advance(state, text, n_jobs=2)
    assert np.array_equal(state.w_in[frozen == 1], before)


# --- the parts of the rule ----------------------------------------

pulls = st.lists(st.floats(1e-9, 500), min_size=2, max_size=16)


@given(pulls)
def test_a_factor_lies_between_the_mean_and_the_sum(given_pulls):
    (factor,) = merging.factors(np.array(given_pulls)[:, None])
    assert (1 - 1e-12) / len(given_pulls) <= factor <= 1 + 1e-12


@given(st.floats(1e-6, 500), st.integers(1, 15))
def test_a_row_that_one_rank_alone_has_seen_moves_as_that_rank_moved_it(pull, others):
    (factor,) = merging.factors(np.array([[pull], *[[merging.PULL_MIN]] * others]))
    assert factor == pytest.approx(1, abs=1e-1 if pull < 1e-6 * others else 1e-2)


def test_the_noise_shares_are_those_of_the_counts(text):
    state = started(text, 1)
    weights = noise_weights(text.vocabulary.counts, PARAMS.ns_exponent)
    assert np.allclose(merging.noise_shares(state.tables), weights / weights.sum(), rtol=1e-5, atol=1e-9)


def test_tiers_double_and_the_last_has_all_rows():
    assert merging.rows_of_tiers(20_000, frequent_first=True).tolist() == [4_096, 8_192, 16_384, 20_000]
    assert merging.rows_of_tiers(4_096, frequent_first=True).tolist() == [4_096]
    assert merging.rows_of_tiers(20_000, frequent_first=False).tolist() == [20_000]


@pytest.mark.usefixtures("few_rests")
def test_a_merge_in_blocks_has_the_same_bits(text, monkeypatch):
    expected = by_ranks(text, 3)[0]
    monkeypatch.setattr(merging, "BLOCK_FLOATS", 1_000)
    assert np.array_equal(by_ranks(text, 3)[0], expected)


# --- what the rule is for ----------------------------------------


def loss_of(corpus, state):
    """The mean loss of these vectors on the corpus, at a learning rate that changes nothing."""
    params = replace(PARAMS, epochs=1, learning_rate=1e-12, min_learning_rate=0.0)
    judge = start(corpus, params.checked(), seed=9)
    judge.w_in[:], judge.w_out[:] = state.w_in, state.w_out
    advance(judge, corpus, device="cpu", n_jobs=1)
    return judge.loss_history[0]


def topics(rng, sentences):
    """Sentences about one of eight topics of 100 words each, with fifty words that all topics share."""
    topic = rng.integers(8, size=sentences)
    own = 50 + 100 * topic[:, None] + np.minimum(rng.zipf(1.3, (sentences, 20)) - 1, 99)
    common = np.minimum(rng.zipf(1.3, (sentences, 20)) - 1, 49)
    return topic, np.where(rng.random((sentences, 20)) < 0.3, common, own).astype(np.int32)


@pytest.mark.parametrize("kind", ["sorted by topic", "a burst on one rank"])
def test_ranks_that_see_different_words_train_as_well_as_one(kind):
    rng = np.random.default_rng(3)
    topic, ids = topics(rng, 8_000)
    if kind == "sorted by topic":
        ids = ids[np.argsort(topic, kind="stable")]
    else:
        ids[1_000:1_200] = np.where(rng.random((200, 20)) < 0.5, 7, ids[1_000:1_200])
    corpus = EncodedCorpus.from_ids(ids, [f"w{i}" for i in range(850)])

    def trained(ranks):
        state = started(corpus, ranks, replace(PARAMS, sample=0.01))
        advance(state, corpus, device="cpu", n_jobs=1)
        return loss_of(corpus, state)

    untrained, alone, merged = loss_of(corpus, started(corpus, 1)), trained(1), trained(4)
    assert merged - alone < 0.1 * (untrained - alone)


def test_the_rule_keeps_what_averaging_throws_away(text, monkeypatch):
    """At four ranks it is close to one; the usual average in its place is not, and fails this test."""

    def trained(ranks):
        state = started(text, ranks)
        advance(state, text, device="cpu", n_jobs=1)
        return loss_of(text, state)

    alone, merged = trained(1), trained(4)
    monkeypatch.setattr(merging, "factors", lambda given: np.full(given.shape[1], 1 / len(given)))
    monkeypatch.setattr(merging, "CARRIED", 0.0)
    averaged = trained(4)
    untrained = loss_of(text, started(text, 1))
    assert untrained > averaged > merged
    assert merged - alone < 0.5 * (averaged - alone)
