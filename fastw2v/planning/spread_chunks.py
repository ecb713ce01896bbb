"""Chunks of a corpus that several ranks hold: each cuts its own stretches, and all know the chunks of all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fastw2v.corpus.spread import SpreadCorpus
from fastw2v.planning.chunks import Chunks, cut_corpus

if TYPE_CHECKING:
    from fastw2v.planning.training_parameters import TrainingParameters


def cut_spread(
    corpus: SpreadCorpus,
    keep: NDArray[np.float64],
    output_rate: NDArray[np.float32],
    tile_tokens: int,
    sentence_pairs: NDArray[np.float64],
    outputs: float,
    params: TrainingParameters,
) -> Chunks:
    """Do the same as `cut_corpus` for a corpus that is spread over ranks.

    ``sentence_pairs`` are those of each length of sentences that occurs. No chunk goes beyond its stretch. The sentence
    of a chunk that another rank holds is given as 0; this rank never trains it.
    """
    begins: list[NDArray[np.int64]] = [np.zeros(0, np.int64)]
    shifts: list[NDArray[np.int32]] = [np.zeros(0, np.int32)]
    for number in corpus.own_stretches():
        stretch = corpus.stretch(number)
        lengths = np.diff(stretch.offsets)
        pairs = sentence_pairs[np.searchsorted(corpus.lengths, lengths)]
        chunks = cut_corpus(stretch, keep, output_rate, tile_tokens, pairs, outputs, params)
        begins.append(chunks.begin[:-1] + corpus.stretch_begin[number])
        shifts.append(chunks.shift)
    own = np.concatenate(begins)
    of_all = np.concatenate(corpus.comm.from_owners(own))
    order = np.argsort(of_all)
    shift = np.concatenate(corpus.comm.from_owners(np.concatenate(shifts).astype(np.int32)))[order]
    begin = np.append(of_all[order], len(corpus.ids))
    sentence = np.zeros(len(shift), np.int64)
    sentence[np.searchsorted(begin[:-1], own)] = np.searchsorted(corpus.offsets, own, side="right") - 1
    return Chunks(begin, sentence, shift)


def owner_of_chunks(corpus: Any, chunk_begin: NDArray[np.int64]) -> NDArray[np.int32] | None:
    """Return the rank that holds each chunk, int32 (chunks,); None where every rank holds the whole corpus."""
    if not isinstance(corpus, SpreadCorpus):
        return None
    stretch = np.searchsorted(corpus.stretch_begin, chunk_begin[:-1], side="right") - 1
    return corpus.stretch_owner[stretch]
