"""Synthetic texts on which shared snapshots and shared noise could make training diverge."""

from __future__ import annotations

import numpy as np

from fastw2v.corpus.encoded_corpus import EncodedCorpus


def handful(words: int, rng: np.random.Generator, tokens: int = 40_000) -> EncodedCorpus:
    """Return sentences of twenty words from a tiny vocabulary, frequent ones first."""
    ids = (words * rng.random(tokens) ** 2).astype(np.int32)
    return EncodedCorpus.from_ids(ids.reshape(-1, 20), _names(words))


def walks(words: int, rng: np.random.Generator, count: int = 2_000, length: int = 40) -> EncodedCorpus:
    """Return random walks on a ring of communities: a node's neighbours are few and come again and again."""
    at = rng.integers(words, size=count)
    steps = [at]
    for _ in range(length - 1):
        at = (at + rng.integers(-3, 4, size=count)) % words
        steps.append(at)
    return EncodedCorpus.from_ids(np.stack(steps, axis=1).astype(np.int32), _names(words))


def topics(steepness: float, rng: np.random.Generator, sentences: int = 3_000) -> EncodedCorpus:
    """Return sentences of one topic each, which repeat its forty words: every piece of the text is a burst."""
    rows = []
    for _ in range(sentences):
        topic = rng.integers(20)
        rows.append(40 * topic + np.minimum(rng.zipf(steepness, rng.integers(5, 25)), 40) - 1)
    return EncodedCorpus.from_ids(rows, _names(800))


def attachments(rng: np.random.Generator, tokens: int = 90_000) -> EncodedCorpus:
    """Return ordinary text, with an encoded attachment now and then: one word thousands of times in a row."""
    ids = (2_000 * rng.random(tokens) ** 3).astype(np.int32).reshape(-1, 30)
    rows = [row for at, row in enumerate(ids) for row in ((row, np.full(3_000, 1_999)) if at % 600 == 599 else (row,))]
    return EncodedCorpus.from_ids(rows, _names(2_000))


def long_documents(rng: np.random.Generator, tokens: int = 100_000) -> EncodedCorpus:
    """Return documents of a thousand words, for wide windows."""
    ids = (3_000 * rng.random(tokens) ** 3).astype(np.int32).reshape(-1, 1_000)
    return EncodedCorpus.from_ids(ids, _names(3_000))


def _names(words: int) -> list[str]:
    return [f"w{number}" for number in range(words)]
