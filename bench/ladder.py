"""How skip-gram became fast: kernels/01_plain.c, 02, ... and the package's own kernel, each with its speed and loss.

Every rung trains the same kept tokens with the same windows, from the same rows and at the same rates, one thread. The
noise words differ, which is the point of the later rungs; that they learn the same shows in the loss, which for each of
them estimates the same thing: the mean, per positive pair, of -log sigma(pair) - sum over K noise words of
log sigma(-noise). The rungs are compiled for this machine (``-march=native``), the package as it is.
"""

from __future__ import annotations

import ctypes
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from bench.helpers.corpora import first_words
from bench.helpers.native import HERE_FLAGS, KERNELS, Job, NoCompilerError, compiled
from bench.helpers.record import Settings, show
from bench.helpers.training import started
from fastw2v import _train
from fastw2v.corpus import encode
from fastw2v.corpus.encoded_corpus import EncodedCorpus
from fastw2v.training.state import TrainingState

WORDS, QUICK_WORDS, EPOCHS = 1_000_000, 20_000, 3
PASSAGE = 8192  # of kernels/ladder.h
# Noise differs from rung to rung, and with it the path of the descent: what many pairs share is a coarser estimate of
# the gradient, which a corpus of this size still shows. A wrong gradient strays much further.
LOSS_TOLERANCE = 0.05

Epoch = Callable[[TrainingState, int], float]  # trains one epoch; the loss per positive pair


def measure(corpus: Path, settings: Settings, runs: int) -> list[dict[str, Any]]:
    """One row for each rung; nothing but a sentence where there is no C compiler."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        piece, words = first_words(corpus, QUICK_WORDS if settings.quick else WORDS, folder)
        encoded = encode(piece, n_jobs=1)
        try:
            rungs = {source.stem: compiled_rung(source, folder, encoded) for source in sources()}
        except NoCompilerError as reason:
            print(f"ladder: {reason}")
            return []
        rungs["package"] = package_rung(encoded)
        changes = {source.stem: what_changed(source) for source in sources()}
        changes["package"] = "The package's kernel: fastw2v/native."
        rows = [{"rung": rung, "what": changes[rung], **climbed(encoded, words, rungs[rung], runs)} for rung in rungs]
    for before, row in zip([rows[0], *rows], rows, strict=False):
        row["times_the_one_before"] = row["words_per_second"] / before["words_per_second"]
        row["times_the_first"] = row["words_per_second"] / rows[0]["words_per_second"]
        row["excess_loss"] = row["losses"][-1] / rows[0]["losses"][-1] - 1
    columns = {"rung": "", "what": "", "words_per_second": ",.0f", "times_the_one_before": ".2f"}
    show("The ladder", rows, columns | {"times_the_first": ".1f", "last_loss": ".4f", "excess_loss": "+.2%"})
    strayed = [row["rung"] for row in rows if not abs(row["excess_loss"]) <= LOSS_TOLERANCE]
    if strayed and not settings.quick:
        raise SystemExit(f"bench: {', '.join(strayed)}: the loss does not fall as that of {rows[0]['rung']} does")
    return rows


def sources() -> list[Path]:
    """The C files of the rungs, in their order."""
    return sorted(KERNELS.glob("[0-9][0-9]_*.c"))


def what_changed(source: Path) -> str:
    """The first sentence of a rung's file."""
    comment = source.read_text(encoding="utf-8").removeprefix("/*").partition("\n\n")[0]
    return " ".join(comment.split())


def compiled_rung(source: Path, folder: Path, encoded: EncodedCorpus) -> Epoch:
    """One of the C files as a function."""
    function = compiled(source, folder, HERE_FLAGS).rung_train
    function.restype = ctypes.c_int64

    def train(state: TrainingState, epoch: int) -> float:
        job, loss = Job(state.arrays, encoded, state.tables, state.plan), ctypes.c_double(0)
        if state.plan.longest_chunk > PASSAGE:
            raise SystemExit(
                f"bench: a chunk has {state.plan.longest_chunk} tokens; make PASSAGE of ladder.h and here larger"
            )
        pairs = function(job, ctypes.c_int64(epoch), ctypes.byref(loss))
        return loss.value / max(1, pairs)

    return train


def package_rung(encoded: EncodedCorpus) -> Epoch:
    """The package's kernel as a function of the same shape."""

    def train(state: TrainingState, epoch: int) -> float:
        run = _train.Run(state.arrays, encoded, state.tables, state.plan)
        stats = run.train_chunk(epoch, 0, state.plan.chunks)
        run.close()
        return stats.loss_sum / max(1, stats.pairs)

    return train


def climbed(encoded: EncodedCorpus, words: int, train: Epoch, runs: int) -> dict[str, Any]:
    """Speed (the median of all epochs of all runs) and the loss of each epoch."""
    seconds = []
    for _ in range(runs):
        state = started(encoded, epochs=EPOCHS)
        losses = []
        for epoch in range(EPOCHS):
            begin = time.perf_counter()
            losses.append(train(state, epoch))
            seconds.append(time.perf_counter() - begin)
    return {"words_per_second": words / float(np.median(seconds)), "losses": losses, "last_loss": losses[-1]}
