"""Vectors that must not change by accident: hashes of whole runs, one for each instruction set.

They hold for kernels built by gcc for x86-64: another compiler may fuse or order the additions differently. A change of
the training rule or of the arithmetic changes them on purpose: then new ones are printed by a failing test, and the
CHANGELOG says so.
"""

import hashlib
import os
import platform

import numpy as np
import pytest

from fastw2v import Word2Vec, _train

BUILT_AS_RECORDED = pytest.mark.skipif(
    platform.machine() != "x86_64" or not _train.compiler().startswith("gcc"),
    reason="the hashes are those of kernels that gcc built for x86-64",
)
# A short run has tiles of 8 tokens; tiles of 32 are those that matrix registers train.
WHOLE_TILES = {"vocabulary": 3000, "sample": 0, "epochs": 60}
CASES = {
    "skip-gram": {},
    "CBOW": {"architecture": "cbow"},
    "15 negatives, 37 dimensions": {"negative": 15, "vector_size": 37, "window": 8, "sample": 1e-2},
    "whole tiles": WHOLE_TILES,
    "CBOW, whole tiles": {**WHOLE_TILES, "architecture": "cbow", "cbow_gradient": "mean", "vector_size": 37},
    "whole tiles, in passes": {**WHOLE_TILES, "negative": 20, "vector_size": 37, "window": 9},
    "wide window, in passes": {"window": 60, "vector_size": 20, "sample": 1e-2},
    "CBOW, sum, noise by pair": {
        "architecture": "cbow",
        "cbow_mean": False,
        "cbow_gradient": "mean",
        "negative_sharing": "pair",
        "shrink_windows": False,
        "sample": 0,
    },
}
HASHES = {
    ("portable", "skip-gram"): "8276c56d2fa848e0",
    ("portable", "CBOW"): "542a0b56479acd40",
    ("portable", "15 negatives, 37 dimensions"): "2f61deed40a0577d",
    ("portable", "whole tiles"): "4d9d13053fa052af",
    ("portable", "CBOW, whole tiles"): "bcf211042606bc3e",
    ("portable", "whole tiles, in passes"): "69d2ce46c2236205",
    ("portable", "wide window, in passes"): "c5ebe8ba1d1eefcf",
    ("portable", "CBOW, sum, noise by pair"): "1dbbb240dca8ac2b",
    ("avx2", "skip-gram"): "12aa00bd4ffb386f",
    ("avx2", "CBOW"): "53610755808a182d",
    ("avx2", "15 negatives, 37 dimensions"): "db860b88dc1ee5a5",
    ("avx2", "whole tiles"): "c34e839da0f54bef",
    ("avx2", "CBOW, whole tiles"): "ab0d98922df2b5eb",
    ("avx2", "whole tiles, in passes"): "dc4d3cbeca1569e7",
    ("avx2", "wide window, in passes"): "77f274568105c4b6",
    ("avx2", "CBOW, sum, noise by pair"): "7490c85c1c3b69da",
    ("avx512", "skip-gram"): "1ad3a1ebb955f4e3",
    ("avx512", "CBOW"): "ff0f5e9330582b52",
    ("avx512", "15 negatives, 37 dimensions"): "cc7826700056c32f",
    ("avx512", "whole tiles"): "ffd9736207db84f1",
    ("avx512", "CBOW, whole tiles"): "4004005119b04ae0",
    ("avx512", "whole tiles, in passes"): "1836bc383da455ba",
    ("avx512", "wide window, in passes"): "01cd348f370013b4",
    ("avx512", "CBOW, sum, noise by pair"): "b67be30cf5b2123a",
    # Only whole tiles are trained on matrix registers.
    ("amx", "skip-gram"): "1ad3a1ebb955f4e3",
    ("amx", "CBOW"): "ff0f5e9330582b52",
    ("amx", "15 negatives, 37 dimensions"): "cc7826700056c32f",
    ("amx", "whole tiles"): "f9dc688af1197fef",
    ("amx", "CBOW, whole tiles"): "a27e8a659f8a7119",
    ("amx", "whole tiles, in passes"): "c6e84a4234db8d7e",
    ("amx", "wide window, in passes"): "01cd348f370013b4",
    ("amx", "CBOW, sum, noise by pair"): "b67be30cf5b2123a",
}


def sentences(vocabulary):
    """Four hundred sentences of 5 to 41 words, frequent words first; no library's generator decides them."""
    state = 12345
    for length in range(400):
        words = []
        for _ in range(5 + length % 37):
            state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
            words.append(f"w{int(vocabulary * ((state >> 40) / 2**24) ** 2)}")
        yield words


@BUILT_AS_RECORDED
@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("instruction_set", _train.instruction_sets()["available"])
def test_vectors_are_those_that_were_recorded(monkeypatch, instruction_set, case):
    if (instruction_set, case) == ("amx", "CBOW, whole tiles") and os.environ.get("FASTW2V_EMULATE"):
        pytest.skip("split into halves, its sums are fused otherwise")
    monkeypatch.setenv("FASTW2V_ISA", instruction_set)
    settings = {"vector_size": 100, "min_count": 2, "epochs": 3, "random_state": 7, "n_jobs": 1, "device": "cpu"}
    settings.update(CASES[case])
    model = Word2Vec(list(sentences(settings.pop("vocabulary", 300))), **settings).fit()
    found = hashlib.sha256()
    for array in (model.vectors_.vectors, model.context_vectors_.vectors, np.array(model.loss_history_)):
        found.update(np.ascontiguousarray(array))
    assert found.hexdigest()[:16] == HASHES[instruction_set, case]
