"""The benchmarks, made importable."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def bench_found():
    """Put the benchmarks at the end of the path, so that fastw2v stays the one that is installed."""
    if not (ROOT / "bench").is_dir():
        pytest.skip("the benchmarks are not beside the tests")
    if sys.platform == "win32":
        pytest.skip("the benchmarks are for POSIX systems")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "path", [*sys.path, str(ROOT)])
        yield
