"""Chunks of a corpus that several ranks hold: each cuts its own stretches, and all know the chunks of all."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastw2v.corpus.spread import SpreadCorpus
from fastw2v.planning.chunks import Chunks, Work, cut_chunks


def cut_spread(corpus: SpreadCorpus, work: Work | None = None) -> Chunks:
    """Do the same as `cut_corpus` for a corpus that is spread over ranks.

    No chunk goes beyond its stretch. The sentence of a chunk that another rank holds is given as 0; this rank never
    trains it.
    """
    begins: list[NDArray[np.int64]] = [np.zeros(0, np.int64)]
    for number in corpus.own_stretches():
        begins.append(cut_chunks(corpus.stretch(number).offsets, work)[:-1] + corpus.stretch_begin[number])
    own = np.concatenate(begins)
    begin = np.append(np.sort(np.concatenate(corpus.comm.from_owners(own))), len(corpus.ids))
    sentence = np.zeros(len(begin) - 1, np.int64)
    sentence[np.searchsorted(begin[:-1], own)] = np.searchsorted(corpus.offsets, own, side="right") - 1
    return Chunks(begin, sentence)


def owner_of_chunks(corpus: Any, chunk_begin: NDArray[np.int64]) -> NDArray[np.int32] | None:
    """Return the rank that holds each chunk, int32 (chunks,); None where every rank holds the whole corpus."""
    if not isinstance(corpus, SpreadCorpus):
        return None
    stretch = np.searchsorted(corpus.stretch_begin, chunk_begin[:-1], side="right") - 1
    return corpus.stretch_owner[stretch]
