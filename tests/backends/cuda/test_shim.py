"""The CUDA backend as a whole, its kernels run lane by lane on the host, against the NumPy tile.

The general float32 kernel also passes the whole of test_kernels.py.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from fastw2v import EncodedCorpus, gpu
from fastw2v.backends import reference
from fastw2v.backends.cuda import feed, kernels, room
from fastw2v.corpus.vocabulary import Vocabulary
from fastw2v.planning import chunks, concurrency, draws, plan
from fastw2v.planning.rows import Arrays
from fastw2v.planning.tables import make_tables
from fastw2v.planning.training_parameters import TrainingParameters

BF16 = 2.0**-9  # the rounding of one number


class Trial:
    """A corpus, a plan and a start; trained by the NumPy tile in float64 and by the CUDA kernels."""

    def __init__(self, params, *, seed=0, words=50, tokens=32, lengths=None, frozen=None, **shape):
        rng = np.random.default_rng(seed)
        ids = (words * rng.random(tokens) ** 2).astype(np.int32)
        cuts = np.cumsum(lengths) if lengths is not None else np.sort(rng.integers(0, tokens + 1, 3))
        offsets = np.concatenate([[0], cuts[cuts < tokens], [tokens]]).astype(np.int64)
        self.corpus = EncodedCorpus.from_ids(ids, Vocabulary([str(i) for i in range(words)]), offsets)
        self.plan = dataclasses.replace(plan.make_plan(self.corpus, params.checked(), seed), **shape)
        counts = np.bincount(ids, minlength=words).astype(np.int64)
        output_rate = rng.uniform(0.05, 1, words).astype(np.float32)
        self.tables = dataclasses.replace(make_tables(counts, params, frozen), output_rate=output_rate)
        size = params.vector_size
        self.begin = [rng.normal(0, 1 / np.sqrt(size), (words, size)).astype(np.float32) for _ in range(2)]

    def by_reference(self, epoch):
        arrays = Arrays(*(rows.astype(np.float64) for rows in self.begin))
        return arrays, reference.Run(arrays, self.corpus, self.tables, self.plan).train_chunk(
            epoch, 0, self.plan.chunks
        )

    def by_cuda(self, epoch=0, **options):
        arrays = Arrays(*(rows.copy() for rows in self.begin))
        run = gpu.Run(arrays, self.corpus, self.tables, self.plan, **{"tiles": 1, **options})
        stats = run.train_chunk(epoch, 0, self.plan.chunks)
        run.pull()
        return arrays, stats, run

    def compare(self, precision, epoch=0):
        """Errors relative to what moved; float32: of the worst number. bfloat16: of all, and bounded for the worst.

        A coefficient and a row are rounded to bfloat16 before they are multiplied: two roundings for the worst number,
        and the scores' own error; most numbers are sums, whose roundings cancel.
        """
        (expected, stats), (found, found_stats, run) = (
            self.by_reference(epoch),
            self.by_cuda(epoch, precision=precision),
        )
        assert run.kernel.endswith(precision)
        for name, begin in zip(("w_in", "w_out"), self.begin, strict=True):
            theirs, ours = getattr(expected, name), getattr(found, name)
            moved, error = abs(theirs - begin).max(), ours - theirs
            if precision == "float32":
                assert abs(error).max() <= 1e-5 * moved + 5e-7 * abs(begin).max(), name
            else:
                assert np.linalg.norm(error) <= 3e-3 * np.linalg.norm(theirs - begin), name
                assert abs(error).max() <= 4 * BF16 * moved, name
        assert (found_stats.tokens, found_stats.pairs) == (stats.tokens, pytest.approx(stats.pairs))
        assert found_stats.loss_sum == pytest.approx(stats.loss_sum, rel=1e-5 if precision == "float32" else 2e-3)
        assert found_stats.finite


CBOW = {"architecture": "cbow"}


@pytest.mark.parametrize("size", [1, 3, 64, 100, 300])
@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
def test_float32_equals_the_reference(cuda_shim, architecture, size):
    """Ragged ends (32 tokens in 4 sentences, 700 in many), repeated words, noise that hits targets: 7 to 50 words."""
    cuda_shim()
    for seed, words in enumerate([7, 50]):
        params = TrainingParameters(vector_size=size, sample=0, learning_rate=0.3, architecture=architecture)
        Trial(params, seed=seed, words=words, tile_tokens=32).compare("float32")
    params = TrainingParameters(vector_size=size, sample=0.05, learning_rate=0.02, epochs=3, architecture=architecture)
    Trial(params, words=100, tokens=300, lengths=[7, 1, 0, 40, 3] * 4).compare("float32", epoch=2)


@pytest.mark.parametrize("size", [100, 300])
@pytest.mark.parametrize(
    "options",
    [{}, CBOW, {**CBOW, "cbow_gradient": "mean"}, {**CBOW, "cbow_mean": False}],
    ids=["skipgram", "cbow mean", "cbow mean, divided gradient", "cbow sum"],
)
def test_bfloat16_equals_the_reference(cuda_shim, options, size):
    """The same library serves any tile up to 32 tokens: two blocks of 16, masked."""
    cuda_shim()
    whole = np.array([0, 11], np.int32)  # at this rate in passes; a single tile shows the roundings of one
    for seed, (words, tile) in enumerate([(7, 32), (50, 32), (50, 23), (50, 17)]):
        params = TrainingParameters(vector_size=size, sample=0, learning_rate=0.3, **options)
        Trial(params, seed=seed, words=words, tile_tokens=tile, pass_slot=whole).compare("bfloat16")


@pytest.mark.parametrize("shrink", [True, "draw"])
def test_bfloat16_takes_a_window_in_passes(cuda_shim, shrink):
    cuda_shim()
    for seed, slots in enumerate([[0, 5, 6, 11], [0, 3, 8, 11], [0, 6, 11]]):
        params = TrainingParameters(vector_size=100, sample=0, learning_rate=0.05, shrink_windows=shrink)
        passes = np.array(slots, np.int32)
        Trial(params, seed=seed, words=50, tile_tokens=32, pass_slot=passes).compare("bfloat16")


@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
def test_bfloat16_over_chunks_epochs_and_frozen_rows(cuda_shim, architecture):
    cuda_shim()
    frozen = (np.arange(300) % 3 == 0).astype(np.uint8)
    params = TrainingParameters(vector_size=64, sample=0.01, learning_rate=0.01, epochs=3, architecture=architecture)
    lengths = [9_000, 0, 2, 1, *[17] * 40]
    trial = Trial(params, words=300, tokens=10_500, lengths=lengths, frozen=frozen, tile_tokens=32)
    assert trial.plan.chunks == 3
    trial.compare("bfloat16", epoch=1)
    arrays, _, _ = trial.by_cuda(precision="bfloat16")
    still = (arrays.w_in == trial.begin[0]).all(axis=1)
    assert still[frozen == 1].all()
    assert not still[frozen == 0].all()


@pytest.mark.parametrize(
    ("size", "window", "negative", "tile", "architecture"),
    [(8, 12, 20, 16, "skipgram"), (3, 2, 3, 5, "skipgram"), (1, 16, 15, 32, "cbow")],
)
def test_bfloat16_in_other_shapes(cuda_shim, size, window, negative, tile, architecture):
    cuda_shim()
    params = TrainingParameters(
        vector_size=size, window=window, negative=negative, sample=0, learning_rate=0.02, architecture=architecture
    )
    Trial(params, words=400, tokens=150, tile_tokens=tile).compare("bfloat16")


# Each with passes, several chunks, frozen rows, tiles that end early and noise that hits contexts.
SHAPES = [
    {"size": 100, "options": {}, "shape": {"tile_tokens": 32}},
    {"size": 100, "options": CBOW, "shape": {"tile_tokens": 32}},
    {"size": 20, "options": {"window": 10, "negative": 15}, "shape": {"tile_tokens": 23}},
    {"size": 20, "options": {**CBOW, "cbow_gradient": "mean", "window": 3}, "shape": {"tile_tokens": 8}},
]


def trial_of(size, options, shape):
    params = TrainingParameters(vector_size=size, sample=0.05, learning_rate=0.05, epochs=2, **options)
    frozen = (np.arange(60) % 7 == 3).astype(np.uint8)
    passes = {} if params.architecture == "cbow" else {"pass_slot": np.array([0, 4, 2 * params.window + 1], np.int32)}
    return Trial(params, words=60, tokens=700, lengths=[200, 0, 1, 37, 80] * 2, frozen=frozen, **shape, **passes)


@pytest.mark.parametrize("given", SHAPES, ids=lambda given: f"{given['size']} {given['options']}")
def test_four_warps_train_a_tile_as_one_does(cuda_shim, given, monkeypatch):
    """Only the order of the sums in a score differs: a coefficient may be rounded to the next bfloat16, seldom."""
    cuda_shim()
    trial = trial_of(**given)
    one, stats, run = trial.by_cuda(1, tile_warps=1)
    four, four_stats, four_run = trial.by_cuda(1, tile_warps=4)
    assert (run.kernel, four_run.kernel) == ("one warp bfloat16", "four warps bfloat16")
    for ours, theirs, begin in zip((four.w_in, four.w_out), (one.w_in, one.w_out), trial.begin, strict=True):
        assert np.linalg.norm(ours - theirs) <= 3e-4 * np.linalg.norm(theirs - begin)
    assert (four_stats.tokens, four_stats.pairs) == (stats.tokens, pytest.approx(stats.pairs))
    assert four_stats.loss_sum == pytest.approx(stats.loss_sum, rel=1e-5)


@pytest.mark.parametrize("given", SHAPES[:2], ids=["skipgram", "cbow"])
def test_no_warp_counts_on_another_to_be_first(cuda_shim, given, monkeypatch):
    """Where a barrier is missing, the result depends on which warp runs first."""
    cuda_shim()
    trial = trial_of(**given)
    forward, stats, _ = trial.by_cuda(1, tile_warps=4)
    monkeypatch.setenv("FW_SHIM_REVERSED", "1")
    backward, backward_stats, _ = trial.by_cuda(1, tile_warps=4)
    assert np.array_equal(forward.w_in, backward.w_in)
    assert np.array_equal(forward.w_out, backward.w_out)
    assert backward_stats.loss_sum == pytest.approx(stats.loss_sum)


def test_large_scores_keep_their_loss_and_a_score_that_is_not_a_number_is_reported(cuda_shim):
    cuda_shim()
    trial = Trial(TrainingParameters(vector_size=64, sample=0), tile_tokens=32)
    trial.begin = [12 * rows for rows in trial.begin]
    expected = trial.by_reference(0)[1].loss_sum
    assert trial.by_cuda()[1].loss_sum == pytest.approx(expected, rel=5e-3)
    for poison in (np.nan, np.inf):
        trial.begin[0][trial.corpus.ids[3]] = poison
        for precision in ("float32", "bfloat16"):
            assert not trial.by_cuda(precision=precision)[1].finite


def test_rows_that_others_have_changed_are_pushed_to_the_device(cuda_shim):
    cuda_shim()
    trial = Trial(TrainingParameters(vector_size=20, sample=0.01), words=100, tokens=900, lengths=[20] * 45)
    expected, _, _ = trial.by_cuda()
    arrays = Arrays(*(np.zeros_like(rows) for rows in trial.begin))
    run = gpu.Run(arrays, trial.corpus, trial.tables, trial.plan, tiles=1)
    arrays.w_in[:], arrays.w_out[:] = trial.begin
    run.push()
    run.train_chunk(0, 0, trial.plan.chunks)
    run.pull()
    assert np.array_equal(arrays.w_in, expected.w_in)
    assert np.array_equal(arrays.w_out, expected.w_out)


@pytest.mark.parametrize("tile_warps", [1, 4])
def test_one_tile_at_a_time_gives_the_same_bits_however_chunks_are_handed_over(cuda_shim, tile_warps):
    cuda_shim()
    trial = Trial(
        TrainingParameters(vector_size=64, sample=0.01), words=300, tokens=11_000, lengths=[20] * 600, tile_tokens=32
    )
    whole, _, _ = trial.by_cuda(tile_warps=tile_warps)
    arrays = Arrays(*(rows.copy() for rows in trial.begin))
    run = gpu.Run(arrays, trial.corpus, trial.tables, trial.plan, tiles=1, tile_warps=tile_warps)
    for chunk in range(trial.plan.chunks):
        run.train_chunk(0, chunk, chunk + 1)
    run.pull()
    assert np.array_equal(arrays.w_in, whole.w_in)
    assert np.array_equal(arrays.w_out, whole.w_out)


# ------------------------------------------------------------------ structures


def test_structures_have_the_same_layout_on_both_sides(cuda_shim):
    cupy = cuda_shim()
    trial = Trial(TrainingParameters(vector_size=3, sample=0), tile_tokens=4)
    trial.by_cuda(precision="float32")
    mirrors = {
        **{"fw_job": kernels.JOB, "fw_settings": kernels.JOB["run"]},
        **{"fw_step": kernels.STEP, "fw_sums": kernels.SUMS},
    }
    for structure, mirror in mirrors.items():
        for name, (dtype, offset) in mirror.fields.items():
            assert cupy.offset_of(structure, name) == (offset, dtype.itemsize), name
        assert cupy.sizes[structure] == mirror.itemsize


# ------------------------------------------------------------------ launches, streaming, memory


def test_a_corpus_too_large_for_the_device_is_streamed_and_trains_the_same(cuda_shim, monkeypatch):
    monkeypatch.setattr(chunks, "CHUNK_TOKENS", 400)
    monkeypatch.setattr(chunks, "CHUNK_LIMIT", 500)
    monkeypatch.setattr(room, "LAUNCH_CHUNKS_MAX", 1)
    trial = Trial(
        TrainingParameters(vector_size=2, sample=0.01),
        words=40,
        tokens=12_000,
        lengths=[3_000, 30, 0, 1] * 3,
        tile_tokens=8,
    )
    cuda_shim()
    whole, stats, run = trial.by_cuda(precision="float32")
    assert run.resident
    cuda_shim(free=60_000)  # the rows, one chunk's part of the corpus and its stream; not the 48,000 bytes of ids
    streamed, streamed_stats, run = trial.by_cuda(precision="float32")
    assert not run.resident
    assert streamed_stats == stats
    assert np.array_equal(streamed.w_in, whole.w_in)


def test_the_part_of_a_corpus_that_chunks_need_reaches_to_their_contexts():
    trial = Trial(
        TrainingParameters(vector_size=2, sample=0.001, window=3), words=40, tokens=30_000, lengths=[20_000, 9_000]
    )
    span = feed.span_of(trial.corpus, trial.plan, trial.tables, 1, 2, 3)
    begin, end = trial.plan.chunk_begin[2:4]
    key = draws.key(trial.plan.seed, 1, draws.KEEP)

    def kept(low, high):
        positions = np.arange(low, high)
        return draws.kept(draws.draw(key, positions), trial.tables.keep_threshold[trial.corpus.ids[low:high]]).sum()

    assert 0 < span.first_id < begin
    assert end < span.end_id < 20_000
    assert kept(span.first_id, begin) == kept(end, span.end_id) == 3
    assert (span.first_sentence, span.end_sentence) == (0, 2)
    last = feed.span_of(trial.corpus, trial.plan, trial.tables, 1, 0, trial.plan.chunks)
    assert (last.first_id, last.end_id, last.end_sentence) == (0, 30_000, 4)


def test_a_streamed_part_reaches_to_the_sentence_of_the_next_chunk(cuda_shim, monkeypatch):
    """Empty sentences at a chunk's end: the kernel searches beyond them, and what lies there must be this part's."""
    monkeypatch.setattr(chunks, "CHUNK_TOKENS", 400)
    monkeypatch.setattr(chunks, "CHUNK_LIMIT", 500)
    monkeypatch.setattr(room, "LAUNCH_CHUNKS_MAX", 1)
    monkeypatch.setattr(feed, "_with_room", lambda size: size)
    trial = Trial(
        TrainingParameters(vector_size=2, sample=0),
        words=40,
        tokens=9_000,
        lengths=[25, 375, *[0] * 40] * 30,
        tile_tokens=8,
    )
    last = trial.plan.chunks - 1
    for chunk in range(last):
        span = feed.span_of(trial.corpus, trial.plan, trial.tables, 0, chunk, chunk + 1)
        assert span.end_sentence > trial.plan.chunk_sentence[chunk + 1]
    cuda_shim()
    whole, stats, _ = trial.by_cuda(precision="float32")
    cuda_shim(free=55_000)
    streamed, streamed_stats, run = trial.by_cuda(precision="float32")
    assert not run.resident
    assert streamed_stats == stats
    assert np.array_equal(streamed.w_in, whole.w_in)


@pytest.mark.fault("too little device memory")
def test_too_little_memory_is_said_before_anything_is_allocated(cuda_shim):
    cupy = cuda_shim(free=100_000)
    with pytest.raises(MemoryError, match=r"50 input and 50 output rows of 300 floats.*need 0\.\d+ GiB.*vector_size"):
        Trial(TrainingParameters(vector_size=300)).by_cuda()
    assert cupy.memory.allocations == 0


def test_no_more_is_allocated_than_was_estimated(cuda_shim, monkeypatch):
    """The stand-in fails when more is taken than it has; here is as much as the estimate asks for, and no byte more."""
    monkeypatch.setattr(room, "LAUNCH_CHUNKS_MAX", 1)
    trial = Trial(TrainingParameters(vector_size=20), words=2_000, tokens=60_000, lengths=[10] * 8000)
    arrays = Arrays(*trial.begin)
    low, high = 1 << 10, 1 << 28
    while high - low > 1:
        middle = (low + high) // 2
        cuda_shim(free=middle)
        try:
            run = gpu.Run(arrays, trial.corpus, trial.tables, trial.plan, precision="float32")
            high = middle
        except MemoryError:
            low = middle
    assert not run.resident
    run.train_chunk(0, 0, 2)


def test_a_stop_that_is_asked_for_ends_between_launches(cuda_shim, monkeypatch):
    cuda_shim()
    trial = Trial(
        TrainingParameters(vector_size=2, sample=0), words=40, tokens=60_000, lengths=[30] * 2000, tile_tokens=8
    )
    run = gpu.Run(Arrays(*trial.begin), trial.corpus, trial.tables, trial.plan, tiles=1)
    launch = run._launch

    def launch_and_stop(*arguments):
        count = launch(*arguments)
        run.request_stop()
        return count

    monkeypatch.setattr(run, "_launch", launch_and_stop)
    stats = run.train_chunk(0, 0, trial.plan.chunks)
    assert 0 < stats.chunks < trial.plan.chunks
    assert stats.tokens == trial.plan.chunk_begin[stats.chunks]
    assert run.train_chunk(0, stats.chunks, stats.chunks + 1).chunks == 1  # and it goes on when asked again


def test_an_exception_between_launches_leaves_the_sums_of_what_was_trained(cuda_shim, monkeypatch):
    cuda_shim()
    trial = Trial(
        TrainingParameters(vector_size=2, sample=0), words=40, tokens=60_000, lengths=[30] * 2000, tile_tokens=8
    )
    run = gpu.Run(Arrays(*trial.begin), trial.corpus, trial.tables, trial.plan, tiles=1)
    launch, calls = run._launch, []

    def launch_once(*arguments):
        if calls:
            raise KeyError("mine")
        calls.append(launch(*arguments))
        return calls[0]

    monkeypatch.setattr(run, "_launch", launch_once)
    with pytest.raises(KeyError, match="mine"):
        run.train_chunk(0, 0, trial.plan.chunks)
    assert run.stats.chunks == calls[0]
    assert run.stats.pairs > 0


def test_device_arrays_are_the_rows_without_padding(cuda_shim):
    cuda_shim()
    trial = Trial(TrainingParameters(vector_size=5, sample=0), tile_tokens=8)
    arrays, _, run = trial.by_cuda()
    there = run.device_arrays()
    assert np.array_equal(there.w_in.get(), arrays.w_in)
    assert np.array_equal(there.w_out.get(), arrays.w_out)
    run.close()
    assert there.w_in.get().shape == (50, 5)
    with pytest.raises(ValueError, match="closed"):
        run.train_chunk(0, 0, 1)


# ------------------------------------------------------------------ damping


def test_damping_holds_back_frequent_words_alone(cuda_shim):
    cuda_shim()
    trial = Trial(TrainingParameters(vector_size=64, sample=0), words=50, tokens=32, tile_tokens=32)
    undamped, _, _ = trial.by_cuda(precision="float32")
    share = concurrency.kept_counts(trial.corpus, trial.tables)
    share /= share.sum()
    limit = np.quantile(share[share > 0], 0.8)
    for precision in ("float32", "bfloat16"):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(concurrency.Crowd, "damping_threshold", lambda *arguments: limit)
            damped, _, _ = trial.by_cuda(precision=precision)
        moved, held = (rows.w_in - trial.begin[0] for rows in (undamped, damped))
        factor = np.minimum(1, limit / np.maximum(share, 1e-9))[:, None]
        assert (factor < 1).any()
        assert np.linalg.norm(held - factor * moved) <= (1e-4 if precision == "float32" else 4e-3) * np.linalg.norm(
            moved
        )
