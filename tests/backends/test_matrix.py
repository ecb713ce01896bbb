"""Products on matrix registers (AMX): what bfloat16 costs, and a model of the registers, which the hardware equals."""

import ctypes
import dataclasses
import os
import shutil
from importlib import import_module

import numpy as np
import pytest

from fastw2v import EncodedCorpus, _train
from fastw2v.backends import reference
from fastw2v.corpus.vocabulary import Vocabulary
from fastw2v.planning import plan
from fastw2v.planning.rows import Arrays, empty_rows
from fastw2v.planning.tables import make_tables
from fastw2v.planning.training_parameters import TrainingParameters
from fastw2v.planning.windows import cut_window

ISAS = _train.instruction_sets()["available"]
EMULATED = bool(os.environ.get("FASTW2V_EMULATE"))
AMX = pytest.mark.skipif("amx" not in ISAS, reason="this processor or this build has no matrix registers (AMX)")


@pytest.fixture(scope="module")
def model(bench_found, tmp_path_factory):
    """The kernel with the model of the registers in plain C, as `stages_train` of bench/kernels/stages.c."""
    if "avx512" not in ISAS:
        pytest.skip("what surrounds the registers needs AVX-512")
    if EMULATED:
        return None  # the kernel of this build is the model
    if shutil.which("cc") is None:
        pytest.skip("needs a C compiler")
    native = import_module("bench.helpers.native")
    source = "cpu/fw_kernel_amx.c"
    flags = [*native.package_flags(source), f'-DFW_KERNEL_FILE="{source}"', "-DFW_MATRIX_MODEL"]
    library = native.compiled(native.KERNELS / "stages.c", tmp_path_factory.mktemp("model"), flags)
    library.stages_workspace_bytes.restype = library.stages_train.restype = ctypes.c_int64
    return library


class Trial:
    """A random corpus, plan and start, of a shape that the registers take."""

    def __init__(self, rng, *, tokens, rate):
        words = int(rng.integers(2, 300))
        ids = (words * rng.random(tokens) ** 2).astype(np.int32)
        ends = np.sort(rng.integers(0, tokens + 1, int(rng.integers(1, 6))))
        offsets = np.concatenate([[0], ends, [tokens]]).astype(np.int64)
        self.corpus = EncodedCorpus.from_ids(ids, Vocabulary([str(word) for word in range(words)]), offsets)
        if rng.random() < 0.5:
            architecture = {"shrink_windows": [True, False, "draw", "inverse"][rng.integers(4)]}
            widest, most, passes = 40, 64, int(rng.integers(1, 5))
        else:
            means = {"cbow_mean": bool(rng.integers(2)), "cbow_gradient": ["sum", "mean"][rng.integers(2)]}
            architecture = {"architecture": "cbow", "shrink_windows": [True, False][rng.integers(2)], **means}
            widest, most, passes = 7, 32, 1
        params = TrainingParameters(
            vector_size=int(rng.choice([1, 3, 16, 17, 32, 33, 100, 300])),
            window=int(rng.integers(1, widest + 1)),
            negative=int(rng.integers(1, 12)),
            sample=0,
            learning_rate=rate,
            **architecture,
        )
        counts = np.bincount(ids, minlength=words).astype(np.int64)
        shape = {
            "tile_tokens": int(rng.choice([20, 31, 32, 32])),
            "noise_slots": int(rng.choice([slots for slots in (1, 7, 16, 16, 20, 32, 41, 48, 64) if slots <= most])),
            "noise_life": int(rng.integers(1, 4)),
        }
        made = plan.make_plan(self.corpus, params.checked(), int(rng.integers(2**63)))
        passes = max(passes, -(-2 * made.window // 30))  # of 31 slots at most
        pass_slot = cut_window(np.concatenate([[0], np.ones(made.window)]), passes)
        self.plan = dataclasses.replace(made, **shape, pass_slot=pass_slot)
        self.tables = make_tables(counts, params)
        self.begin = [rng.normal(0, 1 / np.sqrt(params.vector_size), (words, params.vector_size)) for _ in range(2)]
        self.begin = [rows.astype(np.float32) for rows in self.begin]

    def arrays(self):
        arrays = Arrays(*(empty_rows(*rows.shape) for rows in self.begin))
        arrays.w_in[:], arrays.w_out[:] = self.begin
        return arrays

    def by(self, isa):
        arrays = self.arrays()
        run = _train.Run(arrays, self.corpus, self.tables, self.plan, instruction_set=isa)
        return arrays, run.train_chunk(0, 0, self.plan.chunks)

    def by_model(self, library):
        if library is None:
            return self.by("amx")[0]
        arrays = self.arrays()
        stages = import_module("bench.stages")
        job = stages.Job(arrays, self.corpus, self.tables, self.plan)
        workspace = np.zeros(library.stages_workspace_bytes(job) // 4 + 16, np.float32)
        clock = [np.zeros(len(stages.STAGES), np.uint64) for _ in range(2)]
        pointers = [ctypes.c_void_p(each.ctypes.data) for each in clock]
        aligned = ctypes.c_void_p((workspace.ctypes.data + 63) & ~63)
        library.stages_train(job, aligned, ctypes.c_int64(0), *pointers)
        return arrays


@AMX
@pytest.mark.skipif(EMULATED, reason="the kernel of this build is the model")
def test_the_model_has_the_bits_of_the_registers(model):
    rng = np.random.default_rng()
    for _ in range(20):
        trial = Trial(rng, tokens=int(rng.integers(1, 300)), rate=0.05)
        found, expected = trial.by("amx")[0], trial.by_model(model)
        assert np.array_equal(found.w_in, expected.w_in)
        assert np.array_equal(found.w_out, expected.w_out)


def rounded(numbers):
    """Float32 numbers that bfloat16 holds: to the nearest, halves away from zero."""
    bits = np.ascontiguousarray(numbers, np.float32).view(np.uint32)
    return ((bits + 0x8000) & 0xFFFF0000).view(np.float32).astype(np.float64)


class OnRoundedFactors(reference.Run):
    """The reference, with the factors of all products rounded where the kernel rounds them."""

    def _rate(self, epoch, position):
        self.rate = super()._rate(epoch, position)
        return self.rate

    def _hidden(self, seen):
        self.counts = np.maximum(seen.counts, 1)[:, None]
        total = (rounded(self._input.forward(seen.words)) * seen.mask[:, :, None]).sum(axis=1)
        return total * rounded(1 / self.counts) if self.plan.cbow_mean else total

    def _context_gradient(self, gradient, seen):
        errors = rounded(self.rate * gradient) / self.rate
        return errors[:, None, :] * (seen.mask * seen.share)[:, :, None]

    def _score_words(self, hidden, targets, weight, share, noise_words, noise_weight, loss_weight):
        if self.plan.cbow:
            return self._score_with_noise(hidden, targets, weight, share, noise_words, noise_weight, loss_weight)
        words = np.concatenate([targets, noise_words], axis=1)
        labels = np.concatenate([np.ones(targets.shape), np.zeros(noise_words.shape)], axis=1)
        own, met = rounded(hidden), rounded(self._output.params[0])[words]
        scores = np.einsum("td,tkd->tk", own, met)
        self.stats.loss_sum += float(
            self._loss.forward(scores, labels, weights=np.concatenate([weight, loss_weight], axis=1))
        )
        self._loss.forward(scores, labels, weights=np.concatenate([weight, noise_weight], axis=1))
        gradient = rounded(self.rate * self._loss.backward()) / self.rate
        moved = np.zeros_like(self._output.params[0])
        shares = gradient * np.concatenate([share, np.ones(noise_words.shape)], axis=1)
        np.add.at(moved, words, shares[:, :, None] * own[:, None, :])
        self._output.grads[0][:] = moved
        return np.einsum("tk,tkd->td", gradient, met)

    def _score_with_noise(self, hidden, target, weight, share, noise_words, noise_weight, loss_weight):
        """CBOW: scores and coefficients of targets are not rounded; the errors returned are those of each context."""
        divisor = self.counts if self.plan.cbow_divide else np.ones_like(self.counts)
        words = np.concatenate([target, noise_words], axis=1)
        labels = np.concatenate([np.ones(target.shape), np.zeros(noise_words.shape)], axis=1)
        own, seen = self._output.params[0][target[:, 0]], rounded(self._output.params[0])[noise_words]
        of_target = np.einsum("td,td->t", hidden, own)[:, None]
        scores = np.concatenate([of_target, np.einsum("td,tkd->tk", rounded(hidden), seen)], axis=1)
        self.stats.loss_sum += float(
            self._loss.forward(scores, labels, weights=np.concatenate([weight, loss_weight], axis=1))
        )
        self._loss.forward(scores, labels, weights=np.concatenate([weight, noise_weight], axis=1))
        gradient = self._loss.backward()
        moved = np.zeros_like(self._output.params[0])
        noise = rounded(self.rate * gradient[:, 1:]) / self.rate
        np.add.at(moved, words[:, 0], gradient[:, :1] * share * hidden)
        np.add.at(moved, noise_words, noise[:, :, None] * rounded(hidden)[:, None, :])
        self._output.grads[0][:] = moved
        noise = rounded(self.rate * gradient[:, 1:] / divisor) / self.rate
        return np.einsum("tk,tkd->td", noise, seen) + gradient[:, :1] / divisor * own


def test_a_tile_is_that_of_rounded_factors(model):
    """All is equal but a coefficient here and there that lay between two roundings, and took the other one."""
    rng = np.random.default_rng()
    for _ in range(100):
        trial = Trial(rng, tokens=int(rng.integers(1, 33)), rate=0.05)
        trial.plan = dataclasses.replace(trial.plan, tile_tokens=32)
        expected = Arrays(*(rows.astype(np.float64) for rows in trial.begin))
        stats = OnRoundedFactors(expected, trial.corpus, trial.tables, trial.plan).train_chunk(0, 0, trial.plan.chunks)
        if "amx" in ISAS:
            found, found_stats = trial.by("amx")
            assert found_stats.pairs == pytest.approx(stats.pairs)
            assert found_stats.loss_sum == pytest.approx(stats.loss_sum, rel=1e-5, abs=1e-6)
        else:
            found = trial.by_model(model)
        for name, begin in zip(("w_in", "w_out"), trial.begin, strict=True):
            theirs, ours = getattr(expected, name), getattr(found, name)
            error = abs(ours - theirs) / (abs(theirs - begin).max() + abs(begin).max() / 5)
            assert np.quantile(error, 0.8) <= 1e-5, name
            assert error.max() <= 2**-8, name


@AMX
@pytest.mark.parametrize(
    "changes",
    [
        {"loss": "hs"},
        {"negative_sharing": "pair"},
        {"window": 16, "learning_rate": 0.01},  # one pass of 33 slots
        {"negative": 33},
        {"architecture": "cbow", "window": 8},
        {"tile_tokens": 19},
        {"architecture": "cbow", "tile_tokens": 19},
    ],
    ids=str,
)
def test_other_tiles_are_trained_as_by_avx512(changes):
    changes = dict(changes)
    rng = np.random.default_rng()
    corpus = EncodedCorpus.from_ids(rng.integers(0, 50, 3000).astype(np.int32), [str(word) for word in range(50)])
    tile_tokens = changes.pop("tile_tokens", 32)
    params = TrainingParameters(vector_size=20, **changes)
    counts = np.bincount(corpus.ids, minlength=50)
    made, tables = plan.make_plan(corpus, params.checked(), 1), make_tables(counts, params)
    made = dataclasses.replace(made, tile_tokens=tile_tokens)
    rows = 50 - 1 if params.loss == "hs" else 50
    found = []
    for isa in ("amx", "avx512"):
        arrays = Arrays(empty_rows(50, 20), empty_rows(rows, 20))
        arrays.w_in[:] = np.linspace(-0.1, 0.1, 1000).reshape(50, 20)
        _train.Run(arrays, corpus, tables, made, instruction_set=isa).train_chunk(0, 0, made.chunks)
        found.append(arrays)
    assert np.array_equal(found[0].w_in, found[1].w_in)
    assert np.array_equal(found[0].w_out, found[1].w_out)
    assert found[0].w_out.any()
