"""The benchmarks, made importable."""

import sys
from pathlib import Path

import pytest

from fastw2v import datasets

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


@pytest.fixture
def scored_words(data_folder):
    """Words of the sets that vectors are scored on."""
    words = datasets.fetch_analogies().read_text().lower().split()[:3000]
    for name in ("ws353", "simlex999"):
        lines = datasets.fetch_word_pairs(name).read_text().splitlines()
        words += [word.lower() for line in lines if not line.startswith("#") for word in line.split("\t")[:2]]
    return words
