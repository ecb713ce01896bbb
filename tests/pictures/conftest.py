"""Vectors to draw, and matplotlib without a screen."""

import numpy as np
import pytest

from fastw2v import WordVectors


@pytest.fixture(scope="session", autouse=True)
def one_thread():
    """On small data more threads of scikit-learn wait for each other."""
    threadpoolctl = pytest.importorskip("threadpoolctl")
    with threadpoolctl.threadpool_limits(1):
        yield


@pytest.fixture(scope="session")
def themed():
    """``themed(words, size=..., themes=...)``: vectors that point in a few directions, with falling counts."""

    def make(words, size=16, themes=6, seed=0):
        words = [f"word{number}" for number in range(words)] if isinstance(words, int) else words
        rng = np.random.default_rng(seed)
        centres = rng.normal(size=(themes, size))
        vectors = centres[np.arange(len(words)) % themes] + 0.5 * rng.normal(size=(len(words), size))
        return WordVectors(vectors.astype(np.float32), words, np.arange(len(words), 0, -1) * 10)

    return make


@pytest.fixture
def pyplot():
    """matplotlib's pyplot on a backend that needs no screen; figures are closed after the test."""
    matplotlib = pytest.importorskip("matplotlib")
    before = matplotlib.get_backend()
    matplotlib.use("agg")
    from matplotlib import pyplot

    yield pyplot
    pyplot.close("all")
    matplotlib.use(before)


@pytest.fixture
def without(monkeypatch):
    """``without(package)`` makes importing a package fail, as where it is not installed."""
    import sys

    def block(package):
        for name in [name for name in sys.modules if name == package or name.startswith(f"{package}.")]:
            monkeypatch.delitem(sys.modules, name)
        monkeypatch.setitem(sys.modules, package, None)

    return block
