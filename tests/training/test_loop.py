"""The training loop: progress, stopping, resuming, divergence, whatever the backend."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest

from fastw2v import EncodedCorpus, Vocabulary, Word2Vec, encode
from fastw2v.errors import BackendUnavailable, DivergedError, ParameterError
from fastw2v.planning.training_parameters import TrainingParameters
from fastw2v.training.loop import advance, start, train

BACKENDS = ["cpu", "numpy"]


def same(one, other):
    return np.array_equal(one.w_in, other.w_in) and np.array_equal(one.w_out, other.w_out)


def test_backends_agree(zipf_corpus):
    """The same small run on each backend: the same pairs, the same loss, the same vectors but for rounding."""
    corpus = zipf_corpus(4_500, 60)
    runs = [
        train(corpus, TrainingParameters(vector_size=12, epochs=2, sample=0.01), seed=5, device=d, n_jobs=1)
        for d in BACKENDS
    ]
    assert runs[0].report.pairs == pytest.approx(runs[1].report.pairs)
    assert runs[0].loss_history == pytest.approx(runs[1].loss_history, rel=1e-4)
    in_bf16 = any(run.report.instruction_set == "amx" for run in runs)
    assert np.allclose(runs[0].w_in, runs[1].w_in, atol=1e-2 if in_bf16 else 1e-4)


def test_the_same_seed_gives_the_same_bits_and_another_seed_others(corpus):
    params = TrainingParameters(vector_size=16, epochs=2)
    one, again, other = (train(corpus, params, seed=seed, n_jobs=1) for seed in (1, 1, 2))
    assert same(one, again)
    assert not np.array_equal(one.w_in, other.w_in)


@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
def test_the_loss_falls(corpus, architecture):
    history = train(
        corpus, TrainingParameters(vector_size=16, epochs=5, architecture=architecture), seed=1
    ).loss_history
    assert len(history) == 5
    assert history[-1] < history[0] < 6 * math.log(2) * 1.01


def test_callbacks_hear_of_progress_up_to_the_end(corpus):
    heard = []
    state = train(corpus, TrainingParameters(vector_size=16, epochs=3), callbacks=[heard.append], n_jobs=1)
    assert [progress.epoch for progress in heard if progress.epoch_end] == [1, 2, 3]
    assert [progress.loss for progress in heard if progress.epoch_end] == state.loss_history
    assert [progress.tokens for progress in heard] == sorted(progress.tokens for progress in heard)
    last = heard[-1]
    assert last.tokens == last.total_tokens == 3 * len(corpus.ids)
    assert last.eta == 0
    assert last.words_per_second > 0
    rates = [progress.learning_rate for progress in heard]
    assert rates == sorted(rates, reverse=True)
    assert state.report.tokens == 3 * len(corpus.ids)
    assert state.report.words_per_second > 0


@pytest.mark.fault("a run resumed at any chunk")
@pytest.mark.parametrize("device", BACKENDS)
def test_a_callback_can_stop_and_a_later_call_continues_bit_equal(device, zipf_corpus):
    corpus = zipf_corpus(21_000, 60)
    params = TrainingParameters(vector_size=8, epochs=2)
    whole = train(corpus, params, seed=3, device=device, n_jobs=1)
    state = train(corpus, params, seed=3, device=device, n_jobs=1, callbacks=[lambda progress: True])
    assert state.report.stopped_by == "callback"
    stops = 0
    while not state.complete:
        advance(state, corpus, device=device, n_jobs=1, callbacks=[lambda progress: True])
        stops += 1
    assert stops >= 2
    assert same(state, whole)
    assert state.loss_history == pytest.approx(whole.loss_history)


def test_many_epochs_of_a_tiny_corpus(zipf_corpus):
    state = train(zipf_corpus(60, 5), TrainingParameters(vector_size=2, epochs=3000), n_jobs=1)
    assert len(state.loss_history) == 3000


@pytest.mark.fault("a callback that raises or stops")
def test_an_exception_in_a_callback_leaves_a_state_that_can_continue(corpus):
    params = TrainingParameters(vector_size=8, epochs=2)
    state = start(corpus, params, seed=3)

    def fail(progress):
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        advance(state, corpus, n_jobs=1, callbacks=[fail])
    assert 0 < state.tokens_done < 2 * len(corpus.ids)
    advance(state, corpus, n_jobs=1)
    assert same(state, train(corpus, params, seed=3, n_jobs=1))


@pytest.mark.fault("divergence")
@pytest.mark.filterwarnings("ignore:the learning rate is lowered")
@pytest.mark.parametrize("rate", [10.0, 30.0, 100.0])
@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
def test_divergence_is_an_error_that_names_epoch_and_rate(rate, architecture, zipf_corpus):
    corpus = zipf_corpus(60_000, 50)
    params = TrainingParameters(
        vector_size=50, epochs=30, learning_rate=rate, sample=0, negative=15, architecture=architecture
    )
    with pytest.raises(
        DivergedError, match=r"diverged.*epoch \d+.*learning.rate|finite numbers.*epoch \d+.*learning.rate"
    ):
        train(corpus, params, n_jobs=1)


@pytest.mark.filterwarnings("ignore:the learning rate is lowered")
@pytest.mark.parametrize("words", [2, 5, 34])
@pytest.mark.parametrize("rate", [0.025, 0.05])
@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
def test_tiny_vocabularies_train_without_diverging(words, rate, architecture):
    ids = np.random.default_rng(0).integers(0, words, (300, 40))
    corpus = EncodedCorpus.from_ids(ids, [str(i) for i in range(words)])
    params = TrainingParameters(
        vector_size=32, window=10, negative=15, sample=0, epochs=20, learning_rate=rate, architecture=architecture
    )
    state = train(corpus, params, n_jobs=2)
    assert abs(state.w_in).max() < 50
    assert np.isfinite(state.loss_history).all()


def test_lowering_the_learning_rate_is_said():
    corpus = EncodedCorpus.from_ids(np.arange(40).reshape(2, 20) % 2, ["a", "b"])
    with pytest.warns(RuntimeWarning, match=r"lowered from 0.05 to 0.03.*window=4") as said:
        state = start(corpus, TrainingParameters(window=4, negative=15, sample=0, learning_rate=0.05), seed=1)
    assert state.plan.tile_tokens == 1
    assert said[0].filename == __file__


@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
def test_bursts_of_one_word_do_not_overshoot(architecture, zipf_corpus):
    """An encoded attachment: the same token thousands of times, though rare in the corpus as a whole."""
    text = zipf_corpus(90_000, 400)
    ids = [*text.ids.reshape(-1, 30), *np.full((2, 4000), 399)]
    corpus = EncodedCorpus.from_ids(ids, [str(i) for i in range(400)])
    params = TrainingParameters(vector_size=32, epochs=3, sample=0.01, learning_rate=0.05, architecture=architecture)
    state = train(corpus, params, n_jobs=1)
    assert abs(state.w_in).max() < 5
    assert state.loss_history[-1] < state.loss_history[0] < 5


@pytest.mark.filterwarnings("ignore:the learning rate is lowered")
@pytest.mark.parametrize("steepness", [1.5, 2.0])
@pytest.mark.parametrize("settings", [{"window": 3, "negative": 7, "vector_size": 4, "sample": 0.01}, {"sample": 0}])
def test_text_made_of_bursts_trains_at_a_high_learning_rate(steepness, settings):
    """Every sentence has a topic and repeats its words, in every chunk of the corpus."""
    rng = np.random.default_rng(1)
    topics = rng.integers(20, size=1500)
    corpus = encode(
        [[f"w{topic}x{rng.zipf(steepness) % 40}" for _ in range(rng.integers(2, 25))] for topic in topics], min_count=2
    )
    params = TrainingParameters(**{"vector_size": 50, "epochs": 6, "learning_rate": 0.1, **settings})
    for seed in (7, 8, 16):
        state = train(corpus, params, seed=seed, n_jobs=2, device="cpu")
        assert state.loss_history[-1] < state.loss_history[0] < (params.negative + 1) * math.log(2)


def test_no_more_threads_than_learn_well_side_by_side(zipf_corpus):
    from fastw2v._train import Run

    corpus = zipf_corpus(600_000, 300)
    state = start(corpus, TrainingParameters(vector_size=4, epochs=10, sample=0), seed=1)
    run = Run(state.arrays, corpus, state.tables, state.plan, n_jobs=1000)
    first, last = run.threads(0, 0, state.plan.chunks), run.threads(9, 0, state.plan.chunks)
    assert 4 < first < 40 < last < 1000
    assert run.threads(0, 0, 3) == 3
    assert run.threads(0, 5, 5) == 0


def test_a_loss_that_explodes_is_divergence_though_finite(zipf_corpus):
    corpus = zipf_corpus(30_000, 100)
    state = start(corpus, TrainingParameters(vector_size=8, sample=0), seed=1)
    state.w_in[:] = 1e4
    state.w_out[:] = 1e4
    with pytest.raises(DivergedError, match="mean loss"):
        advance(state, corpus, n_jobs=1)


def test_random_walks_on_a_graph_find_its_communities():
    """34 nodes in two clubs that know each other through a few members: a node's neighbours are of its own club."""
    rng = np.random.default_rng(1)
    club = np.arange(34) % 2
    linked = rng.random((34, 34)) < np.where(club[:, None] == club[None, :], 0.4, 0.03)
    linked |= linked.T
    np.fill_diagonal(linked, False)
    walks = []
    for begin in list(range(34)) * 40:
        walk = [begin]
        while len(walk) < 20:
            walk.append(int(rng.choice(np.flatnonzero(linked[walk[-1]]))))
        walks.append(walk)
    corpus = EncodedCorpus.from_ids(walks, [str(i) for i in range(34)])
    state = train(
        corpus, TrainingParameters(vector_size=16, window=10, negative=15, sample=0, epochs=3), seed=1, n_jobs=1
    )
    unit = state.w_in / np.linalg.norm(state.w_in, axis=1, keepdims=True)
    scores = unit @ unit.T - 2 * np.eye(34)
    nearest = np.argsort(-scores, axis=1)[:, :5]
    assert (club[nearest] == club[:, None]).mean() > 0.9


@pytest.mark.fault("nothing left to train")
def test_one_word_sentences_train_nothing_and_say_so():
    with pytest.warns(RuntimeWarning, match="the 100 sentences of the corpus hold 100 tokens"):
        corpus = encode([["a"], ["b"]] * 50, min_count=1)
    with pytest.warns(RuntimeWarning, match="no pair was trained") as said:
        state = train(corpus, TrainingParameters(vector_size=4, epochs=2), seed=1)
    assert said[0].filename == __file__
    with pytest.warns(RuntimeWarning, match="no pair was trained") as said:
        Word2Vec(corpus, vector_size=4).fit()
    assert said[0].filename == __file__
    assert same(state, start(corpus, TrainingParameters(vector_size=4, epochs=2), seed=1))
    assert np.isnan(state.loss_history).all()


@pytest.mark.parametrize(
    ("corpus", "sample", "cause"),
    [
        ([["a"], ["b"]], 0, "none of 2 sentences holds two words of the vocabulary; pass longer sentences"),
        (
            ["a", "b"],
            0,
            r"none of 2 .*, since they hold 2 in all; a list of words is one text: pass \[words\]",
        ),
        (
            [["a", "x", "y"], ["b", "z", "u"]],
            0,
            r"none of 2 .*, in which 33.3% of the 6 tokens are; lower min_count",
        ),
        (
            [["a", "b"], ["b"]],
            1e-9,
            "1 of 2 sentences holds two words, and subsampling left none of them two; raise",
        ),
    ],
)
def test_why_no_pair_was_trained(corpus, sample, cause):
    encoded = encode(corpus, vocabulary=Vocabulary(["a", "b"]))
    with pytest.warns(RuntimeWarning, match=f"no pair was trained, and the vectors are unchanged: {cause}"):
        train(encoded, TrainingParameters(vector_size=4, epochs=1, sample=sample), seed=1)


@pytest.mark.fault("a sentence of two million tokens")
def test_a_sentence_of_two_million_tokens_is_trained_whole():
    ids = np.random.default_rng(0).integers(0, 1000, 2_000_000)
    corpus = EncodedCorpus.from_ids([ids], [str(i) for i in range(1000)])
    state = train(corpus, TrainingParameters(vector_size=4, epochs=1, window=1, sample=0, shrink_windows=False))
    assert state.report.tokens == 2_000_000
    assert state.report.pairs == 2 * (2_000_000 - 1)


@pytest.mark.fault("not enough memory")
def test_memory_is_estimated_before_anything_is_allocated(corpus, monkeypatch):
    monkeypatch.setattr("fastw2v.machine.available_memory", lambda: 10**6)
    with pytest.raises(MemoryError, match=r"500 input and 500 output rows of 9000 floats.*"):
        start(corpus, TrainingParameters(vector_size=9000), seed=1)


def test_bad_options_are_refused(corpus, monkeypatch):
    state = start(corpus, TrainingParameters(vector_size=4), seed=1)
    wrong = [("n_jobs", 0), ("n_jobs", -2), ("n_jobs", 1.5), ("device", "tpu"), ("every", 0), ("every", "x")]
    wrong += [("checkpoint", True), ("checkpoint", 7), ("callbacks", [list]), ("callbacks", print), ("callbacks", [1])]
    for options in ({name: value} for name, value in wrong):
        with pytest.raises(ParameterError, match=next(iter(options))):
            advance(state, corpus, **options)

    def no_device():
        raise BackendUnavailable("no device")

    monkeypatch.setattr("fastw2v.gpu.open_device", no_device)
    with pytest.raises(BackendUnavailable, match="no device"):
        advance(state, corpus, device="cuda")
    assert state.tokens_done == 0


def baskets():
    """Thirty kinds of goods; a basket holds three to fourteen things of one kind, in no order."""
    rng = np.random.default_rng(5)
    ids = [40 * rng.integers(30) + rng.choice(40, rng.integers(3, 15), replace=False) for _ in range(400)]
    return EncodedCorpus.from_ids(ids, [str(i) for i in range(1200)])


@pytest.mark.parametrize("shrink", [True, False, "draw", "inverse"])
@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
def test_a_window_beyond_every_sentence_is_the_longest_sentence(architecture, shrink):
    states = [
        train(
            baskets(),
            TrainingParameters(vector_size=16, window=window, architecture=architecture, shrink_windows=shrink),
            seed=3,
        )
        for window in (13, 14, 5000, 10**15)
    ]
    for other in states[1:]:
        assert other.plan.learning_rate == states[0].plan.learning_rate
        assert np.array_equal(other.w_in, states[0].w_in)
        assert np.array_equal(other.w_out, states[0].w_out)


@pytest.mark.parametrize("n_jobs", [1, 2])
@pytest.mark.parametrize(
    "changes",
    [{"window": 12}, {"window": 7, "negative": 8}, {"negative": 15}, {"negative": 20}],
    ids=str,
)
def test_whole_tiles_are_stable_where_noise_moves_rows_far(long_text, changes, n_jobs):
    """With 16 noise words and the window taken whole, rows grow to 7 at least, and a window of 12 diverges."""
    longest = []
    for _ in range(3):  # a thread that the machine suspends for long trains on what is long out of date
        state = train(long_text, TrainingParameters(vector_size=50, epochs=1, **changes), seed=1, n_jobs=n_jobs)
        longest.append(max(np.linalg.norm(rows, axis=1).max() for rows in (state.w_in, state.w_out)))
    assert state.plan.tile_tokens == 32
    assert np.median(longest) < 6.5


@pytest.mark.parametrize("sharing", ["tile", "pair"])
@pytest.mark.parametrize(
    ("window", "negative", "rate", "shrink"),
    [
        (20, 20, 0.1, True),
        (30, 5, 0.0375, False),
        (100, 5, 0.0375, True),
        (100, 5, 0.0375, "draw"),
        (300, 15, 0.1, "inverse"),
        (1000, 20, 0.1, True),
    ],
)
def test_wide_windows_over_long_sentences_train(zipf_corpus, sharing, window, negative, rate, shrink):
    """Taken in one step, each of these overshoots and diverges."""
    ids = zipf_corpus(6_000, 600).ids.reshape(-1, 1000)
    corpus = EncodedCorpus.from_ids(ids, [str(i) for i in range(600)])
    params = TrainingParameters(
        vector_size=16,
        window=window,
        negative=negative,
        learning_rate=rate,
        shrink_windows=shrink,
        negative_sharing=sharing,
        epochs=2,
    )
    state = train(corpus, params, n_jobs=2)
    assert state.plan.passes > 1
    assert np.isfinite(state.loss_history).all()
    assert abs(state.w_in).max() < 50


@pytest.mark.parametrize("more", [{}, {"window": 1}, {"architecture": "cbow"}])
@pytest.mark.parametrize("times", [20, 2_000])
def test_subsampling_that_leaves_hardly_any_pair_is_warned_of(times, more):
    items = [["a", "b", "c", "d"], ["d", "e", "a"]] * times
    message = (
        f"sample=0.001 drops 9\\d.\\d% of the pairs of the {7 * times:,} tokens, since 5 words make up .* sample=0"
    )
    with pytest.warns(RuntimeWarning, match=message):
        Word2Vec(items, min_count=1, vector_size=4, random_state=1, **more).fit()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Word2Vec(items, min_count=1, vector_size=4, sample=0, **more).fit()


@pytest.mark.filterwarnings("ignore:2 ranks merge what they have learned")
@pytest.mark.parametrize("deterministic", [None, 2])
def test_the_report_says_how_many_tokens_subsampling_keeps(corpus, deterministic):
    """About as many as were trained: without shrinking, every one of them has two pairs but at the ends."""
    more = {"window": 1, "shrink_windows": False, "vector_size": 4, "min_count": 0, "deterministic": deterministic}
    report = Word2Vec(corpus, **more, random_state=1).fit().report_
    ends = 2 * len(corpus) * 5
    assert report.tokens == 5 * len(corpus.ids)
    assert report.kept_tokens == pytest.approx((report.pairs + ends) / 2, rel=0.02)
    whole = Word2Vec(corpus, **more, sample=0).fit().report_
    assert whole.kept_tokens == whole.tokens == report.tokens


@pytest.mark.parametrize("min_count", [1, 5])
def test_a_few_pages_of_prose_are_not_taken_for_items(min_count):
    frequencies = 1 / (np.arange(5_000) + 2.7)
    ids = np.random.default_rng(1).choice(5_000, (500, 6), p=frequencies / frequencies.sum())
    sentences = [list(map(str, row)) for row in ids.tolist()]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Word2Vec(sentences, min_count=min_count, vector_size=4, epochs=1).fit()
