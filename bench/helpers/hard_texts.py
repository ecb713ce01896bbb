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


def long_text(rng: np.random.Generator, tokens: int = 600_000, words: int = 20_000) -> EncodedCorpus:
    """Return a text without sentence ends, in topics, that is long enough for whole tiles; frequent words first."""
    frequent = (words + 1) ** rng.random(tokens) - 1  # Zipf's law
    topic = rng.integers(300, size=-(-tokens // 200)).repeat(200)[:tokens]  # of 200 words, a third of them its own
    of_topic = 50 + (97 * topic + rng.integers(60, size=tokens)) % (words - 50)
    ids = np.where(rng.random(tokens) < 1 / 3, of_topic, frequent).astype(np.int64)
    order = np.argsort(-np.bincount(ids, minlength=words), kind="stable")
    return EncodedCorpus.from_ids(np.argsort(order)[ids].astype(np.int32), _names(words))


def _names(words: int) -> list[str]:
    return [f"w{number}" for number in range(words)]
