"""Steps "flight" and "speed": quality by tokens in flight, and the words per second of training alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from bench.helpers.gpu_steps.running import Row
from bench.helpers.gpu_steps.trials import KINDS, Sizes, prepared, train
from bench.helpers.scores import SCORES
from fastw2v import EncodedCorpus, encode
from fastw2v.planning.concurrency import tokens_in_flight
from fastw2v.planning.training_parameters import TrainingParameters
from fastw2v.vectors import WordVectors

CANDIDATE = 4_096  # tokens in flight, with damping, that may become the default
LOST_POINTS = 0.5  # that the mean of the scores may lose by it: about what two seeds differ by
LONGER = 1.5  # times that the longest row may grow


def scores(vectors: WordVectors) -> Row:
    """Return similarity and analogy scores, or the error if their files can be neither found nor downloaded."""
    from bench.helpers.scores import score

    try:
        return {**score(vectors)}
    except Exception as error:
        return {"scores": f"{type(error).__name__}: {error}"}


def crowds(corpus: EncodedCorpus, params: TrainingParameters) -> dict[str, dict[str, Any]]:
    """Return the options of the runs to compare: tokens in flight, within the bound and beyond it."""
    made, _ = prepared(corpus, params)
    bound = max(1, int(tokens_in_flight(made, made.learning_rate) / made.tile_tokens))
    return {
        "bound": {},
        f"{CANDIDATE:,} damped": {"damped_flight": CANDIDATE},
        "bound, another order": {},
        "twice": {"tiles": 2 * bound},
        "8,192 damped": {"damped_flight": 8_192},
        "three times, undamped": {"tiles": 3 * bound, "undamped": True},
    }


def flight(sizes: Sizes, find: Callable[[], Path]) -> Iterator[Row]:
    """Yield loss, longest row and scores of runs that differ in their tokens in flight, and what follows from them."""
    corpus = encode(str(find()))
    for kind in KINDS:
        params = TrainingParameters(vector_size=sizes.vectors[0], architecture=kind, epochs=sizes.epochs).checked()
        found: dict[str, Row] = {}
        for name, options in crowds(corpus, params).items():
            row, arrays = train(corpus, params, **options)
            vectors = WordVectors(np.ascontiguousarray(arrays.w_in), corpus.vocabulary)
            found[name] = {"architecture": kind, "crowd": name, **row, **scores(vectors)}
            yield found[name]
            if name == "bound, another order":  # enough to judge by, should the step be cut
                yield {"architecture": kind, "what": "verdict", **verdict(found)}


def verdict(found: dict[str, Row]) -> Row:
    """Return whether the candidate trains as well as the bound: only then may DAMPED_FLIGHT become it."""
    bound, damped = [found["bound"], found["bound, another order"]], found[f"{CANDIDATE:,} damped"]
    if any(name not in row for row in (*bound, damped) for name in SCORES):
        return {"damped_flight": "undecided: no scores"}
    lost = float(np.mean([[row[name] - damped[name] for name in SCORES] for row in bound]))
    longer = damped["longest"] / max(row["longest"] for row in bound)
    good = lost <= LOST_POINTS and longer <= LONGER and bool(np.isfinite(damped["loss"]))
    told = f"{CANDIDATE:,} may become DAMPED_FLIGHT" if good else "stays as it is"
    return {"damped_flight": told, "points_lost": lost, "longest_row_grows": longer}


def speed(sizes: Sizes, find: Callable[[], Path]) -> Iterator[Row]:
    """Yield words per second of training alone, by size and architecture, within the bound."""
    corpus = encode(str(find()))
    for size in sizes.vectors:
        for kind in KINDS:
            params = TrainingParameters(vector_size=size, architecture=kind, epochs=min(3, sizes.epochs)).checked()
            row, _ = train(corpus, params)
            yield {"architecture": kind, "size": size, **row}
