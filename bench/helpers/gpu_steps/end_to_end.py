"""Step "end to end": the time from a text file to vectors, on the GPU and on all CPUs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.helpers.gpu_steps.flight import scores
from bench.helpers.gpu_steps.running import Row
from bench.helpers.gpu_steps.trials import KINDS, Sizes
from fastw2v import encode
from fastw2v.planning.training_parameters import TrainingParameters
from fastw2v.training.loop import train
from fastw2v.vectors import WordVectors

EPOCHS = 3


def end_to_end(sizes: Sizes, find: Callable[[], Path]) -> Iterator[Row]:
    """Yield the time to read, encode, compile and train, and the scores of the vectors."""
    path, shape = find(), {"vector_size": sizes.vectors[0], "epochs": min(EPOCHS, sizes.epochs)}
    for kind in KINDS:
        for where in ("cuda", "cuda", "cpu"):  # the second finds the kernels compiled
            begin = time.perf_counter()
            corpus = encode(str(path))
            coded = time.perf_counter()
            done = train(corpus, TrainingParameters(architecture=kind, **shape), seed=1, device=where)
            row = {"architecture": kind, "device": where, "seconds": time.perf_counter() - begin}
            row |= {"encoding": coded - begin, "words_per_second": done.report.words_per_second}
            yield {**row, "loss": done.loss_history[-1], **scores(WordVectors(done.w_in, corpus.vocabulary))}
