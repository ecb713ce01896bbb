"""Every kernel, on every instruction set, against the NumPy tile made of the textbook's layers: fresh random inputs.

Each session draws inputs of its own; within it, all instruction sets get the same, so that the slow reference trains
them once.
"""

from __future__ import annotations

import dataclasses
import hashlib
import pickle
import secrets
import threading

import numpy as np
import pytest

from fastw2v import EncodedCorpus, _train, gpu
from fastw2v.backends import reference
from fastw2v.corpus.vocabulary import Vocabulary
from fastw2v.planning import plan
from fastw2v.planning.rows import Arrays, count_output_rows, empty_rows
from fastw2v.planning.tables import make_tables
from fastw2v.planning.training_parameters import TrainingParameters
from fastw2v.planning.windows import cut_window, expected_weights

SESSION = secrets.randbits(64)
MOST_BYTES = 1 << 20  # of rows that are kept there: trials of longer rows are single tiles, and quick
REFERENCES = {}  # what the reference made of a trial, by the trial's digest
BF16_TOLERANCE = 0.02  # of factors in bfloat16; tests/backends/test_matrix.py looks closer
CUDA = "cuda on the host"
ISAS = [*_train.instruction_sets()["available"], CUDA]
VARIANTS = {
    "skipgram": {"architecture": "skipgram"},
    "cbow mean, whole gradient": {"architecture": "cbow"},
    "cbow mean, divided gradient": {"architecture": "cbow", "cbow_gradient": "mean"},
    "cbow sum, whole gradient": {"architecture": "cbow", "cbow_mean": False},
    "cbow sum, divided gradient": {"architecture": "cbow", "cbow_mean": False, "cbow_gradient": "mean"},
    "skipgram, noise by pair": {"architecture": "skipgram", "negative_sharing": "pair"},
    "cbow, noise by pair": {"architecture": "cbow", "negative_sharing": "pair"},
    "skipgram, tree": {"architecture": "skipgram", "loss": "hs"},
    "cbow, tree": {"architecture": "cbow", "loss": "hs"},
    "cbow sum, divided gradient, tree": {
        **{"architecture": "cbow", "cbow_mean": False, "cbow_gradient": "mean", "loss": "hs"}
    },
    "skipgram, tree and noise": {"architecture": "skipgram", "loss": "both"},
    "cbow, tree and noise": {"architecture": "cbow", "loss": "both"},
    "skipgram, tree and noise by pair": {"loss": "both", "negative_sharing": "pair"},
}


def random_corpus(rng, words, tokens, sentences):
    """Frequent words first, sentences of any length, empty and one-word ones among them."""
    ends = np.sort(rng.integers(0, tokens + 1, sentences - 1))
    return EncodedCorpus.from_ids(
        (words * rng.random(tokens) ** 2).astype(np.int32),
        Vocabulary([str(i) for i in range(words)]),
        np.concatenate([[0], ends, [tokens]]).astype(np.int64),
    )


def on_matrix_registers(plan):
    """Whether the kernel for AMX trains this plan's tiles on them: fits_matrix in native/cpu/fw_matrix.h."""
    usual = not (plan.hierarchical or plan.pairwise_noise) and plan.negative_sampling
    narrow = np.diff(plan.pass_slot).max() <= (15 if plan.cbow else 31)
    return usual and narrow and 20 <= plan.tile_tokens <= 32 and plan.noise_slots <= (32 if plan.cbow else 64)


class Trial:
    """One corpus, one plan, one start; trained by any backend."""

    def __init__(self, rng, corpus, params, frozen=None, spread=1.0, **shape):
        words, size = len(corpus.vocabulary), params.vector_size
        counts = np.bincount(corpus.ids, minlength=words).astype(np.int64)
        self.corpus = corpus
        self.plan = dataclasses.replace(plan.make_plan(corpus, params.checked(), int(rng.integers(2**63))), **shape)
        rows_out = count_output_rows(words, params)
        output_rate = rng.uniform(0.05, 1, rows_out).astype(np.float32)
        self.tables = dataclasses.replace(make_tables(counts, params, frozen), output_rate=output_rate)
        self.begin = [rng.normal(0, spread / np.sqrt(size), (n, size)).astype(np.float32) for n in (words, rows_out)]

    def by_reference(self, epoch=0):
        whole = (self.corpus.ids, self.corpus.offsets, self.tables, self.plan, self.begin, epoch)
        digest = hashlib.sha256(pickle.dumps(whole)).digest()
        if digest in REFERENCES:
            return REFERENCES[digest]
        arrays = Arrays(*(rows.astype(np.float64) for rows in self.begin))
        stats = reference.Run(arrays, self.corpus, self.tables, self.plan).train_chunk(epoch, 0, self.plan.chunks)
        if arrays.w_in.nbytes + arrays.w_out.nbytes < MOST_BYTES:
            REFERENCES[digest] = arrays, stats
        return arrays, stats

    def by_kernel(self, isa, epoch=0, n_jobs=1):
        arrays = Arrays(*(empty_rows(*rows.shape) for rows in self.begin))
        arrays.w_in[:], arrays.w_out[:] = self.begin
        run = self.run(arrays, isa, n_jobs)
        stats = run.train_chunk(epoch, 0, self.plan.chunks)
        run.pull()
        return arrays, stats

    def run(self, arrays, isa, n_jobs=1):
        given = (arrays, self.corpus, self.tables, self.plan)
        if isa == CUDA:
            return gpu.Run(*given, n_jobs=n_jobs, precision="float32", tiles=n_jobs)
        return _train.Run(*given, n_jobs=n_jobs, instruction_set=isa)

    def compare(self, isa, tolerance, epoch=0):
        """Every number is right within `tolerance` of its matrix's largest update, and a few roundings of its rows."""
        if isa == "amx" and on_matrix_registers(self.plan):
            tolerance = BF16_TOLERANCE
        (expected, stats), (found, found_stats) = self.by_reference(epoch), self.by_kernel(isa, epoch)
        for name, begin in zip(("w_in", "w_out"), self.begin, strict=True):
            theirs, ours = getattr(expected, name), getattr(found, name)
            moved = abs(theirs - begin).max()
            assert abs(ours - theirs).max() <= tolerance * (moved + abs(begin).max() / 5), name
        assert (found_stats.tokens, found_stats.pairs) == (stats.tokens, pytest.approx(stats.pairs))
        assert found_stats.loss_sum == pytest.approx(stats.loss_sum, rel=tolerance)
        assert found_stats.finite
        return stats


@pytest.fixture(params=ISAS)
def isa(request):
    if request.param == CUDA:
        request.getfixturevalue("cuda_shim")()
    return request.param


@pytest.fixture
def rng(request, isa):
    """Fresh numbers in each session, the same for all instruction sets."""
    case = request.node.name.replace(isa, "")
    return np.random.default_rng([SESSION, *case.encode()])


@pytest.mark.parametrize("variant", VARIANTS.values(), ids=VARIANTS)
@pytest.mark.parametrize("size", [1, 3, 100, 300, 1025])
def test_one_tile_equals_the_reference(isa, rng, variant, size):
    """At a rate that is not steep: a single number moved by several times its size would magnify each rounding."""
    for words, tokens in [(2, 9), (50, 32), (500, 32)]:
        corpus = random_corpus(rng, words, tokens, 4)
        params = TrainingParameters(vector_size=size, sample=0, learning_rate=0.05, **variant)
        trial = Trial(rng, corpus, params, tile_tokens=32)
        assert trial.compare(isa, 1e-5).tokens == tokens


@pytest.mark.parametrize("variant", VARIANTS.values(), ids=VARIANTS)
@pytest.mark.parametrize("shrink", [True, "draw", "inverse", False], ids=["expected", "drawn", "inverse", "whole"])
def test_chunks_equal_the_reference_for_any_tile_and_noise(isa, rng, variant, shrink):
    """Four of the shapes, others in each session: the reference needs most of the time."""
    for numbers in rng.permutation(
        [(32, 16, 3), (1, 16, 3), (5, 7, 1), (17, 33, 4), (64, 1, 2), (16, 3, 8), (24, 57, 2)]
    )[:4].tolist():
        shape = dict(zip(("tile_tokens", "noise_slots", "noise_life"), numbers, strict=True))
        corpus = random_corpus(rng, int(rng.integers(30, 300)), 400, int(rng.integers(1, 40)))
        params = TrainingParameters(
            vector_size=int(rng.integers(1, 70)),
            window=int(rng.integers(1, 12)),
            negative=int(rng.integers(1, 9)),
            sample=float(rng.choice([0, 0.05])),
            learning_rate=0.002,
            shrink_windows=shrink,
            **variant,
        )
        Trial(rng, corpus, params, **shape).compare(isa, 1e-4)


@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
def test_sentences_that_cross_chunk_ends_keep_their_contexts(isa, rng, architecture):
    """The margins: a sentence of several chunks, then short ones; contexts reach over the cut, both ways."""
    tokens = 11_000
    cuts = np.array([0, 10_500, 10_500, *range(10_501, 10_520), tokens], np.int64)
    corpus = EncodedCorpus.from_ids(random_corpus(rng, 400, tokens, 1).ids, [str(i) for i in range(400)], cuts)
    params = TrainingParameters(vector_size=8, window=6, sample=0.01, architecture=architecture, learning_rate=0.001)
    trial = Trial(rng, corpus, params)
    assert trial.plan.chunk_begin.tolist() == [0, 5000, 10_000, 11_000]
    trial.compare(isa, 1e-4)
    whole = Trial(rng, corpus, params, chunk_begin=np.array([0, tokens]), chunk_sentence=np.array([0]))
    whole.plan = dataclasses.replace(whole.plan, seed=trial.plan.seed)
    assert whole.by_kernel(isa)[1].pairs == pytest.approx(trial.by_kernel(isa)[1].pairs)  # no pair is lost at a cut


@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
@pytest.mark.parametrize("settings", [{}, {"negative_sharing": "pair"}, {"loss": "hs"}, {"loss": "both"}])
def test_bursts_equal_the_reference(isa, rng, architecture, settings):
    """A word fills some tiles, and is at both ends of a chunk."""
    corpus = random_corpus(rng, 300, 2400, 20)
    ids = rng.integers(0, 300, 2400, np.int32)
    ids[300:360] = ids[:9] = ids[1190:1220] = 299
    corpus = dataclasses.replace(corpus, ids=ids)
    begin = np.array([0, 1200, 2400])
    sentence = np.searchsorted(corpus.offsets, begin[:-1], "right") - 1
    params = {"vector_size": 12, "negative": 15, "sample": 0, "learning_rate": 0.01, "epochs": 200, **settings}
    trial = Trial(
        rng, corpus, TrainingParameters(architecture=architecture, **params), chunk_begin=begin, chunk_sentence=sentence
    )
    trial.plan = dataclasses.replace(trial.plan, burst_bound=trial.plan.burst_bound / 4)
    begin = Arrays(*(rows.astype(np.float64) for rows in trial.begin))
    stream = reference.Run(begin, corpus, trial.tables, trial.plan).stream(0, 0)
    assert stream.share.min() < 0.5
    assert 0.5 < (stream.share == 1).mean() < 1
    trial.compare(isa, 1e-4)


def test_later_epochs_draw_afresh_at_a_lower_rate(isa, rng):
    trial = Trial(
        rng,
        random_corpus(rng, 40, 300, 9),
        TrainingParameters(vector_size=20, epochs=4, sample=0.1, shrink_windows="draw"),
    )
    pairs = {epoch: trial.compare(isa, 1e-4, epoch).pairs for epoch in range(4)}
    assert len(set(pairs.values())) > 1


def test_frozen_rows_stay_and_others_learn(isa, rng):
    frozen = (rng.random(40) < 0.5).astype(np.uint8)
    for variant in VARIANTS.values():
        trial = Trial(rng, random_corpus(rng, 40, 300, 9), TrainingParameters(vector_size=20, **variant), frozen)
        trial.compare(isa, 1e-4)
        arrays, _ = trial.by_kernel(isa)
        still = (arrays.w_in == trial.begin[0]).all(axis=1)
        assert still[frozen == 1].all()
        assert not still[np.unique(trial.corpus.ids)][frozen[np.unique(trial.corpus.ids)] == 0].all()


def test_large_scores_keep_their_loss_and_gradient(isa, rng):
    trial = Trial(
        rng, random_corpus(rng, 30, 32, 2), TrainingParameters(vector_size=16, sample=0), spread=12.0, tile_tokens=32
    )
    assert trial.compare(isa, 1e-4).loss_sum > 1000


@pytest.mark.fault("NaN at a table or an index")
@pytest.mark.parametrize("poison", [np.nan, np.inf])
@pytest.mark.parametrize("side", [0, 1], ids=["input rows", "output rows"])
@pytest.mark.parametrize("variant", VARIANTS.values(), ids=VARIANTS)
def test_a_score_that_is_not_a_number_is_reported(isa, rng, variant, side, poison):
    trial = Trial(rng, random_corpus(rng, 30, 200, 5), TrainingParameters(vector_size=16, sample=0, **variant))
    trial.begin[side][min(trial.corpus.ids[0], len(trial.begin[side]) - 1) :: 3] = poison
    assert not trial.by_kernel(isa)[1].finite


@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
def test_no_row_leaves_the_numbers_unreported(isa, rng, architecture):
    """Finite rows whose product is not, in the last tile alone, with a noise word that may have stayed."""
    reported = 0
    for _ in range(40):
        ids = rng.integers(1, 29, 64 + 30).astype(np.int32)
        ids[:30] = np.arange(30)  # each a sentence of its own: noise, but no pair
        ids[-1] = 0
        corpus = EncodedCorpus.from_ids(ids, [str(i) for i in range(30)], np.array([*range(31), 94], np.int64))
        params = TrainingParameters(vector_size=16, sample=0, architecture=architecture, ns_exponent=0)
        trial = Trial(rng, corpus, params, tile_tokens=47, noise_slots=16, noise_life=2)
        trial.begin[0][:], trial.begin[1][:] = 0, 0
        trial.begin[0][0] = trial.begin[1][29] = 1e25
        arrays, stats = trial.by_kernel(isa)
        whole = np.isfinite(arrays.w_in).all() and np.isfinite(arrays.w_out).all()
        assert whole or not stats.finite
        reported += not stats.finite
    assert reported > 0


@pytest.mark.parametrize("window", [12, 150, 10_000])
@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
def test_windows_wider_than_all_that_is_kept_in_line(isa, rng, architecture, window):
    corpus = random_corpus(rng, 40, 400, 2)
    params = TrainingParameters(
        vector_size=5, window=window, sample=0, shrink_windows=False, learning_rate=1e-5, architecture=architecture
    )
    Trial(rng, corpus, params, tile_tokens=20).compare(isa, 1e-4)


@pytest.mark.parametrize("sharing", ["tile", "pair"])
@pytest.mark.parametrize("shrink", [True, False, "draw", "inverse"])
def test_a_wide_window_is_taken_in_passes(isa, rng, shrink, sharing):
    """Passes that hold the token itself, lie beside it or beyond the sentence; sentences of one token; more tiles."""
    window, size = int(rng.integers(8, 40)), int(rng.integers(1, 40))
    corpus = random_corpus(rng, 60, 300, 8)
    params = TrainingParameters(
        vector_size=size, window=window, sample=0.05, shrink_windows=shrink, negative_sharing=sharing, epochs=2
    )
    for passes in (2, 3, 7):
        trial = Trial(rng, corpus, params, tile_tokens=int(rng.integers(1, 33)))
        weights = expected_weights(shrink, "skipgram", trial.plan.window)
        trial.plan = dataclasses.replace(trial.plan, pass_slot=cut_window(weights, passes))
        assert trial.plan.passes > 1
        trial.compare(isa, 1e-4, epoch=1)


def test_padding_between_rows_stays_zero(isa, rng):
    trial = Trial(rng, random_corpus(rng, 30, 400, 5), TrainingParameters(vector_size=5))
    arrays, _ = trial.by_kernel(isa)
    assert not np.lib.stride_tricks.as_strided(arrays.w_in, (30, 16))[:, 5:].any()


def test_chunks_handed_over_together_or_one_by_one_are_bit_equal(isa, rng):
    corpus = random_corpus(rng, 300, 9_000 if isa == CUDA else 30_000, 300)
    trial = Trial(rng, corpus, TrainingParameters(vector_size=32, epochs=2))
    together, _ = trial.by_kernel(isa)
    arrays = Arrays(*(empty_rows(*rows.shape) for rows in trial.begin))
    arrays.w_in[:], arrays.w_out[:] = trial.begin
    run = trial.run(arrays, isa)
    for chunk in range(trial.plan.chunks):
        run.train_chunk(0, chunk, chunk + 1)
    run.pull()
    assert np.array_equal(together.w_in, arrays.w_in)
    assert np.array_equal(together.w_out, arrays.w_out)


def test_threads_train_the_same_pairs(isa, rng):
    corpus = random_corpus(rng, 300, 17_000 if isa == CUDA else 60_000, 900)
    trial = Trial(rng, corpus, TrainingParameters(vector_size=32), spread=0.1)
    _, stats = trial.by_kernel(isa)
    _, many_stats = trial.by_kernel(isa, n_jobs=4)
    assert (many_stats.tokens, many_stats.chunks) == (stats.tokens, stats.chunks)
    assert many_stats.pairs == pytest.approx(stats.pairs)
    # On the GPU all four chunks train at once, so that none sees what another has learned.
    assert many_stats.loss_sum == pytest.approx(stats.loss_sum, rel=0.06 if isa == CUDA else 0.02)


def test_arrays_that_kernels_cannot_use_are_refused():
    rng = np.random.default_rng()
    trial = Trial(rng, random_corpus(rng, 30, 400, 5), TrainingParameters(vector_size=5))
    for arrays in (
        Arrays(np.zeros((30, 5), np.float32), np.zeros((30, 5), np.float32)),  # rows not on cache lines
        Arrays(empty_rows(29, 5), empty_rows(29, 5)),  # another vocabulary
        Arrays(empty_rows(30, 5), empty_rows(30, 6)),  # two sizes
    ):
        with pytest.raises(ValueError, match=r"w_in|w_out"):
            _train.Run(arrays, trial.corpus, trial.tables, trial.plan)
    trial.corpus = dataclasses.replace(trial.corpus, ids=np.where(np.arange(400) == 7, np.int32(30), trial.corpus.ids))
    with pytest.raises(ValueError, match="ids outside"):
        trial.by_kernel(None)


def test_a_run_that_is_training_is_not_taken_by_another_thread(monkeypatch):
    rng = np.random.default_rng(1)
    trial = Trial(rng, random_corpus(rng, 30, 400, 5), TrainingParameters(vector_size=5))
    run = trial.run(Arrays(empty_rows(30, 5), empty_rows(30, 5)), None)
    refused, usual = [], _train.tokens_in_flight

    def take(call, *given):
        try:
            call(*given)
        except RuntimeError as error:
            refused.append(str(error))

    def meanwhile(*given):  # called within train_chunk
        monkeypatch.setattr(_train, "tokens_in_flight", usual)
        for call in ((run.train_chunk, 0, 0, 1), (run.close,)):
            other = threading.Thread(target=take, args=call)
            other.start()
            other.join()
        return usual(*given)

    monkeypatch.setattr(_train, "tokens_in_flight", meanwhile)
    assert run.train_chunk(0, 0, 1).chunks == 1
    assert ["training in another thread" in reason for reason in refused] == [True, True]
    run.train_chunk(0, 0, 1)
    run.close()


def test_the_environment_forces_an_instruction_set(monkeypatch):
    monkeypatch.setenv("FASTW2V_ISA", "portable")
    assert _train.instruction_sets()["selected"] == "portable"
    monkeypatch.setenv("FASTW2V_ISA", "mmx")
    with pytest.raises(ImportError, match=r"'mmx'.*portable"):
        _train.instruction_sets()


@pytest.mark.fault("more than 2^31 numbers")
@pytest.mark.parametrize("isa", [name for name in ISAS if name != CUDA])  # there, memory is copied, and so not sparse
def test_rows_beyond_two_to_the_31_floats(isa, rng):
    """Row offsets are 64-bit: 40,000 rows of 65,536 floats, a few at the end touched (sparse memory)."""
    words, size = 40_000, 65_536
    try:
        arrays = Arrays(empty_rows(words, size), empty_rows(words, size))
    except MemoryError:
        pytest.skip("the system does not hand out 20 GB of address space")
    used = np.arange(words - 20, words)
    arrays.w_in[used] = arrays.w_out[used] = 0.001
    corpus = EncodedCorpus.from_ids(
        rng.choice(used, (1, 60)).astype(np.int32), Vocabulary([str(i) for i in range(words)])
    )
    params = TrainingParameters(vector_size=size, sample=0)
    made = plan.make_plan(corpus, params, 1)
    run = _train.Run(arrays, corpus, make_tables(corpus.count_words(), params), made, instruction_set=isa)
    assert run.train_chunk(0, 0, 1).finite
    occurring = np.unique(corpus.ids)
    assert (arrays.w_in[occurring] != np.float32(0.001)).any(axis=1).all()
    wrapped = used * arrays.w_in.strides[0] // 4 % 2**31 // size  # where 32-bit offsets would have led
    assert not arrays.w_in[wrapped].any()
    assert not arrays.w_out[wrapped].any()
