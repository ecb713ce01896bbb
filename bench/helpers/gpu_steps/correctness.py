"""Step "check": one tile at a time, by every kernel, against the NumPy tile."""

from __future__ import annotations

import dataclasses
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
    """Yield the relative error of the changes that each kernel makes, compared with the NumPy tile.

    Tiles have as many tokens as those of long texts: with the plan of this short one, other kernels would be checked.
    """
    corpus = zipf_corpus(300, sizes.check_tokens)
    for size in sizes.vectors:
        for kind in KINDS:
            for tile_tokens in sizes.tile_tokens:
                for row in _check_kernels(corpus, kind, size, tile_tokens):
                    yield {"what": f"{kind} D {size} T {tile_tokens}", "tile_tokens": tile_tokens, **row}


def _check_kernels(corpus: EncodedCorpus, kind: str, size: int, tile_tokens: int) -> Iterator[Row]:
    """Check every kernel on one shape; the NumPy tile, which takes longest, trains it once."""
    made, tables = prepared(corpus, TrainingParameters(vector_size=size, sample=0.01, architecture=kind).checked())
    made = dataclasses.replace(made, tile_tokens=tile_tokens)
    rng = np.random.default_rng(1)
    begin = [rng.normal(0, 1 / np.sqrt(size), (300, size)).astype(np.float32) for _ in range(2)]
    expected = Arrays(*(rows.astype(np.float64) for rows in begin))
    pairs = reference.Run(expected, corpus, tables, made).train_chunk(0, 0, made.chunks).pairs
    for precision, tile_warps in KERNELS:
        found = Arrays(*(rows.copy() for rows in begin))
        try:
            run = gpu.Run(found, corpus, tables, made, precision=precision, tiles=1, tile_warps=tile_warps)
        except ParameterError as error:  # an older GPU
            yield {"precision": precision, "skipped": str(error)}
            continue
        stats = run.train_chunk(0, 0, made.chunks)
        run.pull()
        changes = zip((found.w_in, found.w_out), (expected.w_in, expected.w_out), begin, strict=True)
        worst = float(max(np.linalg.norm(f - e) / np.linalg.norm(e - b) for f, e, b in changes))
        bound = 3e-3 if precision == "bfloat16" else 1e-5
        good = worst < bound and math.isclose(stats.pairs, pairs, rel_tol=1e-6)
        yield {"kernel": run.kernel, "relative_error": worst, "pairs": stats.pairs, "good": good}
