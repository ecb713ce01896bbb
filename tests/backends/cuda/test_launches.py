"""How large launches to a GPU are, what memory they take, and what is counted of one that is interrupted."""

from __future__ import annotations

import weakref

import numpy as np
import pytest

from fastw2v import EncodedCorpus, cuda_device, gpu
from fastw2v.backends.cuda import feed
from fastw2v.corpus.vocabulary import Vocabulary
from fastw2v.planning import plan
from fastw2v.planning.rows import initial_arrays
from fastw2v.planning.tables import make_tables
from fastw2v.planning.training_parameters import TrainingParameters


def prepared(lengths, words=40):
    """Corpus, plan, tables and rows of a text whose sentences have these lengths."""
    tokens = sum(lengths)
    ids = (words * np.random.default_rng(0).random(tokens) ** 2).astype(np.int32)
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    corpus = EncodedCorpus.from_ids(ids, Vocabulary([str(i) for i in range(words)]), offsets)
    params = TrainingParameters(vector_size=2, sample=0).checked()
    made = plan.make_plan(corpus, params, 1)
    tables = make_tables(np.bincount(ids, minlength=words).astype(np.int64), params)
    return initial_arrays(words, 2, 1), corpus, tables, made


def test_a_launch_that_takes_long_keeps_a_chunk_for_every_warp(cuda_shim):
    """To cut a launch below one chunk for each warp makes it no shorter, only poorer."""
    cuda_shim()
    run = gpu.Run(*prepared([100] * 4000, words=4000), tiles=10)
    assert run.crowd.most == 10
    chosen = {}
    for run.round_ms in (0.0, 1.0, 10.0, 15.0, 39.0, 70.0, 3_000.0):
        chosen[run.round_ms] = run._launch_chunks(10, 1_000)
    assert chosen == {0.0: 40, 1.0: 100, 10.0: 40, 15.0: 20, 39.0: 10, 70.0: 10, 3_000.0: 10}
    assert run._launch_chunks(10, 7) == 7


def test_launches_shrink_to_what_the_memory_allows(cuda_shim):
    given = prepared([100] * 2000)
    slots = []
    for free in (1 << 30, 5_000_000, 2_000_000, 1_000_000):
        cuda_shim(free=free)
        slots.append(gpu.Run(*given, precision="float32")._launch_max)
    assert slots[0] == given[-1].chunks
    assert slots == sorted(slots, reverse=True)
    assert slots[-1] < slots[0] / 4


def test_what_a_streamed_part_takes_is_not_more_than_was_counted_on():
    for lengths in ([3_000, 30, 0, 1] * 3, [1] * 12_000, [0] * 20_000 + [12_000], [50, *[0] * 90] * 200):
        _, corpus, tables, made = prepared(lengths)
        for launch in (1, 2, 100):
            counted = feed.part_bytes(corpus, made, launch)
            for first in range(made.chunks):
                end = min(first + launch, made.chunks)
                span = feed.span_of(corpus, made, tables, 0, first, end)
                ids, offsets = span.end_id - span.first_id, span.end_sentence - span.first_sentence
                assert 5 * ids + 10 * offsets <= counted + 10


def test_a_streamed_part_is_freed_before_a_larger_one_is_allocated(cuda_shim, monkeypatch):
    cupy = cuda_shim()
    import cupyx

    allocated = []

    def watch(module, name):
        allocate = getattr(module, name)

        def watched(*arguments):
            assert [old() for old in allocated] == [None] * len(allocated)
            made.append(allocate(*arguments))
            return made[-1]

        monkeypatch.setattr(module, name, watched)

    made = []
    watch(cupy, "empty")
    watch(cupyx, "empty_pinned")
    staging = feed.Staging(cuda_device.open_device())
    for tokens in (10, 20, 1_000):
        staging._copy("ids", np.arange(tokens, dtype=np.int32), None)
        allocated[:] = map(weakref.ref, made)
        made.clear()
    assert len(allocated) == 2


def test_a_launch_whose_end_was_not_recorded_is_counted(cuda_shim, monkeypatch):
    """A signal handler may raise behind the launch: not counted, it would be trained again after a resume."""
    cuda_shim()
    monkeypatch.setattr(gpu, "FIRST_ROUNDS", 1)
    whole, *given = prepared([30] * 500)
    last = given[-1].chunks
    reference = gpu.Run(whole, *given, tiles=1)
    reference.train_chunk(0, 0, last)
    reference.pull()
    arrays, *_ = prepared([30])
    run = gpu.Run(arrays, *given, tiles=1)

    done = run._buffers[1].done

    def interrupted(stream):
        del done.record
        raise KeyboardInterrupt

    done.record = interrupted
    with pytest.raises(KeyboardInterrupt):
        run.train_chunk(0, 0, last)
    assert run.stats.chunks == 2 < last
    assert run.stats.pairs > 0
    run.train_chunk(0, run.stats.chunks, last)
    run.pull()
    assert np.array_equal(arrays.w_in, whole.w_in)
