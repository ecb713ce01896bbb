"""What the benchmarks are made of."""

from importlib import import_module

import numpy as np
import pytest

pytestmark = pytest.mark.usefixtures("bench_found")


def test_kernels_are_compiled_as_setup_compiles_them():
    flags = import_module("bench.helpers.native").package_flags("fw_kernel_portable.c")
    assert "-O3" in flags
    assert not {"-march=native", "-ffast-math"} & set(flags)


def test_synthetic_text_follows_zipf():
    corpus = import_module("bench.helpers.corpora").zipf_corpus(1000, 200_000)
    counts = np.bincount(corpus.ids, minlength=1000)
    assert len(corpus.ids) == 200_000
    assert counts[9] / counts[99] == pytest.approx((100 + 2.7) / (10 + 2.7), rel=0.15)


def test_the_slope_of_a_power():
    rows = [{"x": x, "seconds_per_million": 0.1 * x**1.5} for x in (1, 2, 8)]
    assert import_module("bench.sweep").log_slope(rows) == pytest.approx(1.5)
    assert import_module("bench.sweep").log_slope(rows[:1]) is None
