"""The steps that made skip-gram fast: speed and loss of kernels/01_plain.c, 02, ... and of the package's own kernel.

Every rung trains the same kept tokens with the same windows, from the same rows and at the same rates, in one thread.
The noise words differ: that is the point of the later rungs. The loss shows that all learn the same, because each rung
estimates the same quantity: the mean, per positive pair, of -log sigma(pair) - sum over K noise words of
log sigma(-noise). The rungs are compiled for this machine (``-march=native``), the package with its own flags.
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
from fastw2v.corpus.encoded_corpus import EncodedCorpus
from fastw2v.corpus.encoding import encode
from fastw2v.training.state import TrainingState

WORDS, QUICK_WORDS, EPOCHS = 1_000_000, 20_000, 3
PASSAGE = 8192  # of kernels/ladder.h
# Noise, and with it the path of the descent, differs between rungs: noise that many pairs share is a coarser estimate
# of the gradient, which is visible in a corpus of this size. A wrong gradient deviates much more.
LOSS_TOLERANCE = 0.05

Epoch = Callable[[TrainingState, int], float]  # trains one epoch and returns the loss per positive pair


def measure(corpus: Path, settings: Settings, runs: int) -> list[dict[str, Any]]:
    """Return one row for each rung; without a C compiler print a note and return nothing."""
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
        raise SystemExit(f"bench: {', '.join(strayed)}: the loss deviates from that of {rows[0]['rung']}")
    return rows


def sources() -> list[Path]:
    """Return the C files of the rungs, in order."""
    return sorted(KERNELS.glob("[0-9][0-9]_*.c"))


def what_changed(source: Path) -> str:
    """Return the first sentence of a rung's file."""
    comment = source.read_text(encoding="utf-8").removeprefix("/*").partition("\n\n")[0]
    return " ".join(comment.split())


def compiled_rung(source: Path, folder: Path, encoded: EncodedCorpus) -> Epoch:
    """Return a C file as a function."""
    function = compiled(source, folder, HERE_FLAGS).rung_train
    function.restype = ctypes.c_int64

    def train(state: TrainingState, epoch: int) -> float:
        job, loss = Job(state.arrays, encoded, state.tables, state.plan), ctypes.c_double(0)
        if state.plan.longest_chunk > PASSAGE:
            raise SystemExit(
                f"bench: a chunk has {state.plan.longest_chunk} tokens; increase PASSAGE in ladder.h and in ladder.py"
            )
        pairs = function(job, ctypes.c_int64(epoch), ctypes.byref(loss))
        return loss.value / max(1, pairs)

    return train


def package_rung(encoded: EncodedCorpus) -> Epoch:
    """Return the package's kernel as a function of the same form."""

    def train(state: TrainingState, epoch: int) -> float:
        run = _train.Run(state.arrays, encoded, state.tables, state.plan)
        stats = run.train_chunk(epoch, 0, state.plan.chunks)
        run.close()
        return stats.loss_sum / max(1, stats.pairs)

    return train


def climbed(encoded: EncodedCorpus, words: int, train: Epoch, runs: int) -> dict[str, Any]:
    """Return the speed (median of all epochs of all runs) and the loss of each epoch."""
    seconds = []
    for _ in range(runs):
        # As the rungs train: windows drawn, all rows at word2vec's rate.
        state = started(encoded, epochs=EPOCHS, shrink_windows="draw", learning_rate=0.025, slow_frequent=False)
        losses = []
        for epoch in range(EPOCHS):
            begin = time.perf_counter()
            losses.append(train(state, epoch))
            seconds.append(time.perf_counter() - begin)
    return {"words_per_second": words / float(np.median(seconds)), "losses": losses, "last_loss": losses[-1]}
