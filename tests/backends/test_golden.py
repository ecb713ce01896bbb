"""Vectors that must not change by accident: hashes of whole runs, one for each instruction set.

They hold for kernels built by gcc for x86-64: another compiler may fuse or order the additions differently. A change of
the training rule or of the arithmetic changes them on purpose: then new ones are printed by a failing test, and the
CHANGELOG says so.
"""

import hashlib
import platform

import numpy as np
import pytest

from fastw2v import Word2Vec, _train

BUILT_AS_RECORDED = pytest.mark.skipif(
    platform.machine() != "x86_64" or not _train.compiler().startswith("gcc"),
    reason="the hashes are those of kernels that gcc built for x86-64",
)
CASES = {
    "skip-gram": {},
    "CBOW": {"architecture": "cbow"},
    "15 negatives, 37 dimensions": {"negative": 15, "vector_size": 37, "window": 8, "sample": 1e-2},
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
    ("portable", "skip-gram"): "81b6aafa863cb983",
    ("portable", "CBOW"): "382a3f511db688d4",
    ("portable", "15 negatives, 37 dimensions"): "f95010b18bc024a8",
    ("portable", "CBOW, sum, noise by pair"): "0afa4150a6f23499",
    ("avx2", "skip-gram"): "7e1ff2c96b80e6b3",
    ("avx2", "CBOW"): "29f02d5d5b781aab",
    ("avx2", "15 negatives, 37 dimensions"): "dfc699a789a544a6",
    ("avx2", "CBOW, sum, noise by pair"): "a9c8b2ac095e241f",
    ("avx512", "skip-gram"): "7ce53e4c2fcdd038",
    ("avx512", "CBOW"): "08992f57378eddde",
    ("avx512", "15 negatives, 37 dimensions"): "4067b367ce51d19b",
    ("avx512", "CBOW, sum, noise by pair"): "12df20fae82a5380",
}


def sentences():
    """Four hundred sentences of 5 to 41 words, frequent words first; no library's generator decides them."""
    state = 12345
    for length in range(400):
        words = []
        for _ in range(5 + length % 37):
            state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
            words.append(f"w{int(300 * ((state >> 40) / 2**24) ** 2)}")
        yield words


@BUILT_AS_RECORDED
@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("instruction_set", _train.instruction_sets()["available"])
def test_vectors_are_those_that_were_recorded(monkeypatch, instruction_set, case):
    monkeypatch.setenv("FASTW2V_ISA", instruction_set)
    settings = {"vector_size": 100, "min_count": 2, "epochs": 3, "random_state": 7, "n_jobs": 1, "device": "cpu"}
    model = Word2Vec(list(sentences()), **{**settings, **CASES[case]}).fit()
    found = hashlib.sha256()
    for array in (model.vectors_.vectors, model.context_vectors_.vectors, np.array(model.loss_history_)):
        found.update(np.ascontiguousarray(array))
    assert found.hexdigest()[:16] == HASHES[instruction_set, case]
