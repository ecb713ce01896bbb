"""Validation loss on Penn Treebank: one scorer computes the objective for every system's vectors.

The objective is negative sampling with fresh noise: for each center and each of its contexts in a drawn window,
-log sigma(positive) - sum over K noise words of log sigma(-noise); CBOW: for each center with the mean of its contexts.
Windows and noise are drawn once, from a fixed seed, and are the same for every system.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from bench.helpers.record import Settings, show
from bench.helpers.systems import run, saved
from bench.helpers.tasks import Task
from fastw2v import datasets

WINDOW, NEGATIVE, EPOCHS = 5, 5, 10


def validation_loss(vectors: Any, context: Any, words: list[str], train: Any, valid: Any, cbow: bool) -> float:
    """Return the mean loss per positive (skip-gram: pair; CBOW: center with a context)."""
    index = {word: row for row, word in enumerate(words)}
    counts = np.zeros(len(words))
    for sentence in train:
        for word in sentence:
            if word in index:
                counts[index[word]] += 1
    rng = np.random.default_rng(0)
    # Draws refer to words in alphabetical order, so that every system gets the same noise words.
    order = np.argsort(np.array(words))
    share = np.cumsum((counts**0.75)[order])
    total, positives = 0.0, 0
    for sentence in valid:
        ids = np.array([index[word] for word in sentence if word in index])
        reach = rng.integers(1, WINDOW + 1, len(ids))
        for i in range(len(ids)):
            low, high = max(0, i - reach[i]), min(len(ids), i + reach[i] + 1)
            around = np.concatenate([ids[low:i], ids[i + 1 : high]])
            if len(around) == 0:
                continue
            targets = ids[i : i + 1] if cbow else around
            hidden = vectors[around].mean(axis=0) if cbow else vectors[ids[i]]
            noise = order[np.searchsorted(share, rng.random((len(targets), NEGATIVE)) * share[-1])]
            scores = np.concatenate([context[targets] @ hidden, -(context[noise[noise != targets[:, None]]] @ hidden)])
            total += np.logaddexp(0, -scores.astype(np.float64)).sum()
            positives += len(targets)
    return total / positives


def measure(settings: Settings, seeds: int) -> list[dict[str, Any]]:
    """Return one row for each architecture: the losses of fastw2v and gensim, and how much higher ours is."""
    train, valid, epochs = datasets.fetch_ptb("train"), datasets.fetch_ptb("valid"), EPOCHS
    if settings.quick:
        train, valid, epochs, seeds = train[:500], valid[:20], 1, 1
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        text = Path(folder) / "ptb.txt"
        text.write_text("\n".join(" ".join(sentence) for sentence in train))
        raw_words = sum(map(len, train))
        for cbow in (False, True):
            row: dict[str, Any] = {"architecture": "CBOW" if cbow else "skip-gram"}
            for system in ("fastw2v", "gensim"):
                losses = []
                for seed in range(1, seeds + 1):
                    file = Path(folder) / f"{system}.npz"
                    task = Task(
                        str(text), raw_words, cbow=cbow, epochs=epochs, seed=seed, token_lists=True, save=str(file)
                    )
                    run(system, task)
                    losses.append(validation_loss(*saved(file), train, valid, cbow))
                row[system] = float(np.mean(losses))
            row["excess_per_cent"] = 100 * (row["fastw2v"] / row["gensim"] - 1)
            rows.append(row)
            print(
                f"{row['architecture']:9} fastw2v {row['fastw2v']:.4f}   gensim {row['gensim']:.4f}   "
                f"ours is {row['excess_per_cent']:+.2f} %",
                flush=True,
            )
    form = {"architecture": "", "fastw2v": ".4f", "gensim": ".4f", "excess_per_cent": "+.2f"}
    show("Validation loss on Penn Treebank", rows, form)
    return rows
