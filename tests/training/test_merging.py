"""The merge rule: its promises row by row, a plain merge of whole arrays with the same bits, what averaging costs."""

from dataclasses import replace

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
    """Most merges of so short a text are not at a rest, then."""
    monkeypatch.setattr(dealing, "RESTS", 1)


@pytest.fixture(scope="module")
def text():
    """120,000 tokens of 9,000 words, most frequent first: some are due at every merge, some at none."""
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


def by_ranks(corpus, ranks, params=PARAMS):
    """The vectors of each of several ranks in threads."""

    def work(comm):
        state = started(corpus, ranks, params)
        advance(state, corpus, device="cpu", n_jobs=1, comm=comm)
        return bits(state)

    return Threads(ranks).run(work)


def bfloat16(rows):
    bits = rows.copy().view(np.uint32)
    bits += 0x7FFF + ((bits >> 16) & 1)
    return (bits & 0xFFFF0000).view(np.float32)


def plain_merge(corpus, ranks, params=PARAMS):
    """The rule on whole arrays, written down from docs/distributed.md: the oracle of this file."""
    state = started(corpus, ranks, params)
    plan, deal, cbow = state.plan, state.deal, params.architecture == "cbow"
    words, base = len(state.w_in), [np.array(state.w_in), np.array(state.w_out)]
    live = [[empty_rows(*rows.shape) for rows in base] for _ in range(ranks)]
    for rows in live:
        rows[0][:], rows[1][:] = base
    runs = [Run(Arrays(*rows), corpus, state.tables, plan, n_jobs=1) for rows in live]
    counts = corpus.vocabulary.counts
    keep = (state.tables.keep_threshold + 1.0) / 2**32
    noise = noise_weights(counts, params.ns_exponent)
    noise = params.negative * noise / noise.sum()
    rates, pairs = state.tables.output_rate.astype(float), plan.pairs * plan.passes
    seen, total = np.zeros((ranks, words), np.float32), np.zeros((ranks, words))
    carry, dues = [np.zeros_like(rows) for rows in base], []
    for epoch in range(params.epochs):
        bounds, rests = cut_epoch(plan, deal, epoch)
        for number in range(len(rests)):
            kept = np.zeros(ranks)
            for rank in range(ranks):
                got = np.zeros(words, np.int64)
                for chunk in deal.chunks_by_interval(plan, bounds, rank)[number].tolist():
                    runs[rank].train_chunk(epoch, chunk, chunk + 1)
                    got += np.bincount(
                        corpus.ids[plan.chunk_begin[chunk] : plan.chunk_begin[chunk + 1]], minlength=words
                    )
                seen[rank] += (got * keep).astype(np.float32)
                kept[rank] = (got * keep).sum()
            total += kept[:, None]
            begin, end = plan.chunk_begin[bounds[number : number + 2]]
            done, length = epoch * plan.tokens + end, end - begin
            share = (done - length // 2) / (params.epochs * plan.tokens)
            rate = float(np.float32(plan.learning_rate - (plan.learning_rate - plan.min_learning_rate) * share))

            def pressures(s, t):
                return s * pairs * plan.outputs, (s + t * noise) * (1 if cbow else pairs) * rates

            s, t = bfloat16(seen).astype(float), total
            pulls = np.maximum(*pressures(s.sum(0), t.sum(0)))
            due = pulls >= max(150, 2e-5 * kept.sum() * pairs * plan.outputs)
            due |= rests[number]
            for m, pressure in enumerate(pressures(s, t)):
                a = np.maximum(0.1 * rate * pressure[:, due], 1e-9)
                f = (np.expm1(-a.sum(0)) / np.expm1(-a).sum(0)).astype(np.float32)[:, None]
                learned = bfloat16(live[0][m][due] - base[m][due])
                for rank in range(1, ranks):
                    learned = learned + bfloat16(live[rank][m][due] - base[m][due])
                carry[m][due] = carry[m][due] * (np.float32(0.9) * (1 - f)) + f * learned
                base[m][due] += bfloat16(carry[m][due])
                for rank in range(ranks):
                    live[rank][m][due] = base[m][due]
            seen[:, due], total[:, due] = 0, 0
            dues.append(due.mean())
            if rests[number]:
                carry, total = [np.zeros_like(rows) for rows in base], np.zeros((ranks, words))
    assert sum(due < 0.5 for due in dues) >= params.epochs, "merges of a part of the rows are tested, too"
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
def test_rows_in_another_order_than_that_of_counts_are_merged_as_rarely(text):
    def sent(corpus):
        def work(comm):
            state = started(corpus, 2)
            advance(state, corpus, device="cpu", n_jobs=1, comm=comm)
            return bits(state), state.report.bytes_sent

        (one, bytes_sent), (other, _) = Threads(2).run(work)
        assert np.array_equal(one, other)
        return bytes_sent

    order = np.random.default_rng(2).permutation(9_000).astype(np.int32)
    shuffled = EncodedCorpus.from_ids(order[text.ids].reshape(-1, 30), [f"w{i}" for i in range(9_000)])
    assert sent(shuffled) == pytest.approx(sent(text), rel=0.02)


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


def merged_once(corpus, counts_of_ranks, *, rounds=1, whole=False, params=PARAMS):
    """Which input rows have been merged, after ranks have seen these words so often and moved all rows."""

    def work(comm):
        state = started(corpus, len(counts_of_ranks), params)
        state.w_in[:] = 0
        merger = merging.Merger(state.arrays, state.plan, state.tables, comm)
        state.w_in[:] += 1 + comm.rank
        counts = np.zeros(len(state.w_in), np.int64)
        for word, count in counts_of_ranks[comm.rank].items():
            counts[word] = count
        for _ in range(rounds):
            kept = comm.sum(np.eye(comm.size)[comm.rank] * merger.see(counts))
            merger.merge(0.05, kept, whole=whole)
        return state.w_in[:, 0].copy()

    one, other = Threads(len(counts_of_ranks)).run(work)
    assert ((one == other) | ((one == 1) & (other == 2))).all()
    return set(np.flatnonzero(one == other).tolist())


def test_a_row_is_due_once_pairs_enough_have_pulled_it_on_all_ranks_together(text):
    """A kept token has six pairs, each of which pulls it six times with five negatives: 150 pulls are 4.2 tokens."""
    assert merged_once(text, [{8_000: 5, 8_001: 2, 8_002: 2}, {8_001: 3, 8_002: 2}]) == {8_000, 8_001}
    assert merged_once(text, [{8_002: 2}, {8_002: 1}], rounds=2) == {8_002}
    assert len(merged_once(text, [{8_002: 2}, {}], whole=True)) == 9_000


def test_in_a_long_interval_a_row_is_due_if_its_word_has_a_share_of_the_tokens(text):
    tokens = 200_000_000  # of which subsampling keeps a part
    kept = tokens * keep_probability(text.vocabulary.counts, PARAMS.sample)[0]
    enough = int(2e-5 * kept)
    assert enough > 50
    seen = [{0: tokens}, {8_000: int(1.1 * enough), 8_001: int(0.9 * enough)}]
    assert merged_once(text, seen, params=replace(PARAMS, loss="hs")) == {0, 8_000}  # noise pulls no row there


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
