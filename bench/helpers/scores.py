"""The scores of vectors that several commands report."""

from __future__ import annotations

from fastw2v import datasets
from fastw2v.evaluate import evaluate_analogies, evaluate_word_pairs
from fastw2v.vectors import WordVectors

SCORES = ("WS-353", "SimLex", "analogies")


def score(vectors: WordVectors) -> dict[str, float]:
    """Return Spearman times 100 on WordSim-353 and SimLex-999; per cent of analogies in the first 30,000 words."""
    return {
        "WS-353": 100 * evaluate_word_pairs(vectors, datasets.fetch_word_pairs("ws353")).spearman,
        "SimLex": 100 * evaluate_word_pairs(vectors, datasets.fetch_word_pairs("simlex999")).spearman,
        "analogies": 100 * evaluate_analogies(vectors, datasets.fetch_analogies(), protocol="c").total.accuracy,
    }
