"""Stability: does training diverge on texts that are hard for it, and where it does, would word2vec's own order?

A run fails if training stops with `DivergedError`, or if a row grows beyond what ordinary training ever reaches. Each
setting that fails is trained again, with the same seeds, in word2vec's own order: noise of its own for each pair, every
pair a step with a snapshot of its own, at the learning rate that was asked for. Odd seeds train on one thread, even
ones on all hardware threads.
"""

from __future__ import annotations

import dataclasses
import itertools
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from bench.helpers import hard_texts
from bench.helpers.record import show
from fastw2v.corpus.encoded_corpus import EncodedCorpus
from fastw2v.errors import DivergedError
from fastw2v.machine import usable_cpus
from fastw2v.planning.training_parameters import TrainingParameters
from fastw2v.training.loop import advance, start
from fastw2v.training.state import TrainingState

NORM_MAX = 100.0  # of a row; the longest row of an ordinary run has a norm below 20
NEGATIVES = (5, 8, 15, 20)
RATES = (None, 0.025, 0.05, 0.1)

Make = Callable[[np.random.Generator], EncodedCorpus]
TEXTS: dict[str, tuple[Make, tuple[int, ...]]] = {  # the windows to try are those that its sentences have room for
    **{f"{words} words": (lambda rng, words=words: hard_texts.handful(words, rng), (1, 5)) for words in (2, 5)},
    "walks, 34 nodes": (lambda rng: hard_texts.walks(34, rng), (1, 5, 10)),
    "walks, 1,000 nodes": (lambda rng: hard_texts.walks(1_000, rng), (5, 10)),
    "topics, 1.5": (lambda rng: hard_texts.topics(1.5, rng), (1, 5, 10)),
    "topics, 2.0": (lambda rng: hard_texts.topics(2.0, rng), (1, 5, 10)),
    "attachments": (hard_texts.attachments, (1, 5, 10)),
    "long documents": (hard_texts.long_documents, (5, 50, 1_000)),
    "a long text": (hard_texts.long_text, (5, 7, 10, 12)),
}


def measure(seeds: int, epochs: int, architectures: tuple[str, ...], quick: bool = False) -> list[dict[str, Any]]:
    """Return one row for each text and architecture: runs, failures, and the failures of word2vec's own order."""
    rows = []
    for architecture, (text, (make, windows)) in itertools.product(architectures, TEXTS.items()):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # of attachments: one token comes many times in a row
            corpora = [make(np.random.default_rng(seed)) for seed in range(1, seeds + 1)]
        settings = list(_settings(architecture, windows, epochs))[: 1 if quick else None]
        failed, longest, runs = [], 0.0, 0
        for params in settings:
            norms = [
                _longest_row(_start(corpus, params, seed), corpus, 1 if seed % 2 else usable_cpus())
                for seed, corpus in enumerate(corpora, 1)
            ]
            runs += len(norms)
            longest = max(longest, *norms)
            if max(norms) > NORM_MAX:
                failed.append(_failure(params, norms, corpora))
        row = {"architecture": architecture, "text": text, "runs": runs, "longest_row": longest, "failed": failed}
        row["failures"] = sum(each["failures"] for each in failed)
        row["only_ours"] = sum(max(0, each["failures"] - each["in_word2vecs_order"]) for each in failed)
        rows.append(row)
        counted = f"{runs:4} runs   {row['failures']} failed   longest row {longest:.1f}"
        print(f"{architecture:8} {text:20} {counted}", flush=True)
        for each in failed:
            print(f"    {each}", flush=True)
    columns = {"architecture": "", "text": "", "runs": "d", "failures": "d", "only_ours": "d", "longest_row": ".1f"}
    show(f"Stability, {epochs} epochs, {seeds} seeds", rows, columns)
    return rows


def _settings(architecture: str, windows: tuple[int, ...], epochs: int) -> Iterator[TrainingParameters]:
    for window, negative, rate in itertools.product(windows, NEGATIVES, RATES):
        if window * negative > 5_000:
            continue  # a minute a run, and no new kind: the passes of 5 negatives are those of 20
        yield TrainingParameters(
            architecture=architecture,
            window=window,
            negative=negative,
            learning_rate=rate,
            epochs=epochs,
            vector_size=50,
            sample=0,
        )


def _start(corpus: EncodedCorpus, params: TrainingParameters, seed: int) -> TrainingState:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of a handful of words: the rate is lowered
        return start(corpus, params, seed=seed)


def _longest_row(state: TrainingState, corpus: EncodedCorpus, threads: int = 1) -> float:
    """Train, and return the norm of the longest row; infinity if training diverged."""
    try:
        advance(state, corpus, n_jobs=threads)
    except DivergedError:
        return float("inf")
    return float(max(np.linalg.norm(rows, axis=1).max() for rows in (state.w_in, state.w_out)))


def _failure(params: TrainingParameters, norms: list[float], corpora: list[EncodedCorpus]) -> dict[str, Any]:
    again = []
    for seed, (norm, corpus) in enumerate(zip(norms, corpora, strict=True), 1):
        if norm > NORM_MAX:
            again.append(_longest_row(_in_word2vecs_order(_start(corpus, params, seed), params), corpus))
    return {
        "window": params.window,
        "negative": params.negative,
        "rate": params.resolved_learning_rate,
        "failures": sum(norm > NORM_MAX for norm in norms),
        "in_word2vecs_order": sum(norm > NORM_MAX for norm in again),
    }


def _in_word2vecs_order(state: TrainingState, params: TrainingParameters) -> TrainingState:
    """Return the start of the same run with a plan that updates the rows after each pair."""
    plan = state.plan
    slots = np.array([0, 2 * plan.window + 1]) if plan.cbow else np.arange(2 * plan.window + 2)
    state.plan = dataclasses.replace(
        plan,
        tile_tokens=1,
        pass_slot=slots.astype(np.int32),
        pairwise_noise=True,
        learning_rate=params.resolved_learning_rate,
        min_learning_rate=params.resolved_min_learning_rate,
    )
    state.tables = dataclasses.replace(state.tables, output_rate=np.ones_like(state.tables.output_rate))
    return state
