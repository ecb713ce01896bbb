"""What the benchmarks are made of."""

import shutil
from importlib import import_module

import numpy as np
import pytest

from fastw2v import encode

COMPILER = pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler")

pytestmark = pytest.mark.usefixtures("bench_found")


def test_kernels_are_compiled_as_setup_compiles_them():
    flags = import_module("bench.helpers.native").package_flags("fw_kernel_portable.c")
    assert "-O3" in flags
    assert not {"-march=native", "-ffast-math"} & set(flags)
    native = import_module("bench.helpers.native")
    offered, compiled = (native.package_flags(name) for name in ("fw_kernel.c", "fw_kernel_avx2.c"))
    assert ("-DFW_X86_KERNELS" in offered) == ("-mavx2" in compiled)


def test_synthetic_text_follows_zipf():
    corpus = import_module("bench.helpers.corpora").zipf_corpus(1000, 200_000)
    counts = np.bincount(corpus.ids, minlength=1000)
    assert len(corpus.ids) == 200_000
    assert counts[9] / counts[99] == pytest.approx((100 + 2.7) / (10 + 2.7), rel=0.15)


def test_the_slope_of_a_power():
    rows = [{"x": x, "seconds_per_million": 0.1 * x**1.5} for x in (1, 2, 8)]
    assert import_module("bench.sweep").log_slope(rows) == pytest.approx(1.5)
    assert import_module("bench.sweep").log_slope(rows[:1]) is None


@pytest.fixture(scope="module")
def clocked(bench_found, tmp_path_factory):
    return import_module("bench.stages").clocked_kernel(tmp_path_factory.mktemp("clocked"))


@COMPILER
@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
def test_the_kernel_with_a_clock_trains_what_the_package_trains(
    text, clocked, stages_without_work, monkeypatch, architecture
):
    stages, training = import_module("bench.stages"), import_module("bench.helpers.training")
    corpus = encode(text, n_jobs=1)
    states = []
    monkeypatch.setattr(stages, "started", lambda *a, **k: states.append(training.started(*a, **k)) or states[-1])
    ns, kept_tokens = stages.clocked_epoch(clocked, corpus, {"architecture": architecture})
    state = training.started(corpus, architecture=architecture)
    run = import_module("fastw2v._train").Run(state.arrays, corpus, state.tables, state.plan)
    run.train_chunk(0, 0, state.plan.chunks)
    np.testing.assert_allclose(states[0].w_in, state.w_in, atol=1e-6)
    np.testing.assert_allclose(states[0].w_out, state.w_out, atol=1e-6)
    assert kept_tokens == pytest.approx(training.kept_tokens(corpus, state), rel=0.05)
    taken = dict(zip(stages.STAGES, ns > 0, strict=True))
    assert [stage for stage in taken if not taken[stage]] == stages_without_work(architecture, state.plan)
