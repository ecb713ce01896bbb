"""Step "latency": how long one tile takes, by shape, kernel and tiles at once: the number that decides the speed."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from bench.helpers.corpora import zipf_corpus
from bench.helpers.gpu_steps.running import Row
from bench.helpers.gpu_steps.trials import KINDS, Sizes, prepared
from fastw2v import EncodedCorpus, gpu
from fastw2v.planning import plan
from fastw2v.planning.rows import initial_arrays
from fastw2v.planning.training_parameters import TrainingParameters


def latency(sizes: Sizes) -> Iterator[Row]:
    """Yield microseconds for each tile of one launch; every token of the synthetic text is kept."""
    corpus = zipf_corpus(sizes.vocabulary, sizes.tokens)
    for size in sizes.vectors:
        for kind in KINDS:
            for tile_tokens in sizes.tile_tokens:
                yield from _of_shape(corpus, sizes, size, kind, tile_tokens)


def _of_shape(corpus: EncodedCorpus, sizes: Sizes, size: int, kind: str, tile_tokens: int) -> Iterator[Row]:
    params = TrainingParameters(vector_size=size, architecture=kind, sample=0).checked()
    made, tables = prepared(corpus, params)
    made = dataclasses.replace(made, tile_tokens=tile_tokens)
    for tile_warps in (4, 1):
        for tiles in sizes.tiles:
            if tile_warps == 1 and (tiles not in (1, None) or tile_tokens != sizes.tile_tokens[0]):
                continue  # the plain kernel for comparison alone
            arrays = initial_arrays(len(corpus.vocabulary), size, 1)
            run = gpu.Run(arrays, corpus, tables, made, tiles=tiles, tile_warps=tile_warps)
            at_once = min(run.crowd.tiles(made.learning_rate), made.chunks)
            microseconds = _tile_microseconds(run, made, at_once, sizes.milliseconds)
            row = {"size": size, "architecture": kind, "tile_tokens": tile_tokens, "kernel": run.kernel}
            row |= {"tiles": at_once, "bound": tiles is None, "microseconds": microseconds}
            yield {**row, "kept_words_per_second": 1e6 * at_once * tile_tokens / microseconds}
            run.close()


def _tile_microseconds(run: gpu.Run, made: plan.Plan, tiles: int, milliseconds: float) -> float:
    """Return the time of a tile in a launch of about so many milliseconds, after one that shows how many rounds fit."""
    run.train_chunk(0, 0, tiles)
    rounds = max(1, min(made.chunks // tiles, int(milliseconds / max(run.round_ms, 1e-3))))
    run.train_chunk(0, 0, rounds * tiles)
    kept = made.tokens / made.chunks  # of a chunk
    return 1e3 * run.round_ms / max(1.0, kept / made.tile_tokens)
