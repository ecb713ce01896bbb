"""The streams that fw_compact makes: every number of every step, against the plan and the NumPy draws, to the bit."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from fastw2v import EncodedCorpus, gpu
from fastw2v.backends import reference
from fastw2v.backends.cuda import kernels
from fastw2v.planning import draws, plan
from fastw2v.planning.learning_rate import rate_after
from fastw2v.planning.rows import initial_arrays
from fastw2v.planning.tables import make_tables
from fastw2v.planning.training_parameters import TrainingParameters

EPOCH = 1


def streams_of(made, corpus, tables):
    """The lines, words, shares and steps of all chunks of an epoch, as the device holds them."""
    run = gpu.Run(initial_arrays(len(corpus.vocabulary), 4, 1), corpus, tables, made, tiles=1)
    for chunk in range(made.chunks):
        run.train_chunk(EPOCH, chunk, chunk + 1)
        ints = run._buffers[0].streams.get()[0]
        tokens = kernels.stream_tokens(made)
        words, _, _, share, _ = ints[4 : 4 + 5 * tokens].reshape(5, tokens)
        yield ints[:2], words, share.view(np.float32), ints[4 + 5 * tokens :].reshape(-1, kernels.step_ints(made))


@pytest.mark.parametrize("passes", [[0, 11], [0, 3, 8, 11]])
@pytest.mark.parametrize(("noise_slots", "noise_life", "tile_tokens"), [(16, 2, 32), (7, 3, 5), (2, 5, 16)])
def test_steps_hold_rates_passes_and_noise_words(cuda_shim, passes, noise_slots, noise_life, tile_tokens):
    """With fewer slots than lives, no word is new in some steps: then all count in the loss."""
    cuda_shim()
    rng = np.random.default_rng(1)
    corpus = EncodedCorpus.from_ids((50 * rng.random((300, 30)) ** 2).astype(np.int32), [str(i) for i in range(50)])
    params = TrainingParameters(vector_size=4, sample=0.05, epochs=3).checked()
    shape = {"noise_slots": noise_slots, "noise_life": noise_life, "tile_tokens": tile_tokens}
    made = dataclasses.replace(plan.make_plan(corpus, params, 5), pass_slot=np.array(passes, np.int32), **shape)
    tables = make_tables(np.bincount(corpus.ids, minlength=50).astype(np.int64), params)
    kept = reference.Run(initial_arrays(50, 4, 1), corpus, tables, made)
    key = draws.key(made.seed, EPOCH, draws.NOISE)
    for chunk, (line, words, share, steps) in enumerate(streams_of(made, corpus, tables)):
        stream = kept.stream(EPOCH, chunk)
        centers = stream.positions[stream.begin : stream.end]
        assert line[0] == made.window + len(centers)
        assert np.array_equal(words[made.window : line[0]], stream.words[stream.begin : stream.end])
        there = made.window - stream.begin
        assert share[there : there + len(stream.share)] == pytest.approx(stream.share, rel=1e-6)
        tiles = range(0, len(centers), made.tile_tokens)
        assert line[1] == len(tiles) * made.passes
        for number in range(line[1]):
            step, noise = steps[number, :5], steps[number, 5:]
            position = centers[tiles[number // made.passes]]
            done = EPOCH * made.tokens + position
            rate = rate_after(made.learning_rate, made.min_learning_rate, done, made.epochs * made.tokens)
            assert step[0] == rate.view(np.int32)
            low, high = passes[number % made.passes], passes[number % made.passes + 1] - 1
            assert list(step[2:4]) == [low - made.window, high - made.window]
            drawn = np.array([draws.renewed(number, slot, noise_slots, noise_life) for slot in range(noise_slots)])
            index = drawn % made.passes * noise_slots + np.arange(noise_slots)
            bits = draws.draw(key, centers[[tiles[each] for each in drawn // made.passes]], index)
            expected = draws.noise_words(bits, tables.noise_threshold, tables.noise_alias)
            fresh = drawn == number
            counts = fresh if fresh.any() else np.ones(noise_slots, bool)
            assert np.array_equal(noise, np.where(counts, ~expected, expected))
            assert step[4] == fresh.sum()
            assert step[1:2].view(np.float32) == np.float32(made.negative) / np.float32(counts.sum())
