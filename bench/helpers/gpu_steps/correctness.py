"""Step "check": one tile at a time, by every kernel, against the NumPy tile."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from bench.helpers.corpora import zipf_corpus
from bench.helpers.gpu_steps.running import Row
from bench.helpers.gpu_steps.trials import KINDS, Sizes, prepared
from fastw2v import EncodedCorpus, gpu
from fastw2v.backends import reference
from fastw2v.errors import ParameterError
from fastw2v.planning.rows import Arrays
from fastw2v.planning.training_parameters import TrainingParameters

KERNELS = (("float32", None), ("bfloat16", 1), ("bfloat16", 4))  # precision, warps for each tile


def check(sizes: Sizes) -> Iterator[Row]:
    """Yield the relative error of the changes that each kernel makes, compared with the NumPy tile."""
    corpus = zipf_corpus(300, sizes.check_tokens)
    for size in sizes.vectors:
        for kind in KINDS:
            for precision, tile_warps in KERNELS:
                row = _check(corpus, kind, size, precision, tile_warps)
                yield {"what": f"{kind} D {size} {precision}", **row}


def _check(corpus: EncodedCorpus, kind: str, size: int, precision: str, tile_warps: int | None) -> Row:
    made, tables = prepared(corpus, TrainingParameters(vector_size=size, sample=0.01, architecture=kind).checked())
    rng = np.random.default_rng(1)
    begin = [rng.normal(0, 1 / np.sqrt(size), (300, size)).astype(np.float32) for _ in range(2)]
    expected, found = (Arrays(*(rows.astype(t) for rows in begin)) for t in (np.float64, np.float32))
    try:
        run = gpu.Run(found, corpus, tables, made, precision=precision, tiles=1, tile_warps=tile_warps)
    except ParameterError as error:  # an older GPU
        return {"skipped": str(error)}
    stats = run.train_chunk(0, 0, made.chunks)
    run.pull()
    wanted = reference.Run(expected, corpus, tables, made).train_chunk(0, 0, made.chunks)
    pairs = zip((found.w_in, found.w_out), (expected.w_in, expected.w_out), begin, strict=True)
    worst = float(max(np.linalg.norm(f - e) / np.linalg.norm(e - b) for f, e, b in pairs))
    good = worst < (3e-3 if precision == "bfloat16" else 1e-5) and math.isclose(stats.pairs, wanted.pairs, rel_tol=1e-6)
    return {"kernel": run.kernel, "relative_error": worst, "pairs": stats.pairs, "good": good}
