"""A corpus of which each rank holds a part, with every token at its position in the whole.

Draws and the learning rate are functions of a token's position, so ranks number positions as one: each cuts its text
into stretches, and the stretches of all ranks are interleaved. The ids of a rank stand at their positions in an array
that is as long as the whole corpus, of which only the rank's own parts take memory.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastw2v.corpus.encoded_corpus import EncodedCorpus
from fastw2v.corpus.id_store import at_their_places
from fastw2v.corpus.ids import sealed
from fastw2v.distributed.comm import Comm

# A stretch is trained in one go, so it should have many chunks for each thread; but positions, and so the learning
# rate, should be those of the rank's progress.
STRETCH_TOKENS = 160_000  # at least, unless the text is short
MOST_STRETCHES, FEWEST_STRETCHES = 64, 8  # of a rank


@dataclass(frozen=True, eq=False, repr=False)
class SpreadCorpus(EncodedCorpus):
    """The part of a corpus that one rank holds.

    ``vocabulary`` and ``report`` are those of the whole corpus, ``ids`` is as long as the whole. ``offsets`` are those
    of this rank's sentences, and one sentence for each gap between its stretches.

    Attributes
    ----------
    comm : Comm
    stretch_begin : int64 (stretches + 1,)
        The first token of each stretch of the whole corpus, and the number of tokens at the end.
    stretch_owner : int32 (stretches,)
        The rank that holds it.
    lengths, times : int64
        The lengths of the sentences of the whole corpus, and how often each occurs.
    """

    comm: Comm = field(kw_only=True)
    stretch_begin: NDArray[np.int64] = field(kw_only=True)
    stretch_owner: NDArray[np.int32] = field(kw_only=True)
    lengths: NDArray[np.int64] = field(kw_only=True)
    times: NDArray[np.int64] = field(kw_only=True)

    def count_words(self) -> NDArray[np.int64]:
        """Return how often each word occurs in the whole corpus."""
        counts = self.vocabulary.counts
        assert counts is not None
        return counts

    def sentence_lengths(self) -> tuple[NDArray[np.int64], NDArray[np.int64] | int]:
        """Return the lengths of the sentences of the whole corpus, and how often each occurs."""
        return self.lengths, self.times

    def own_stretches(self) -> list[int]:
        """Return the numbers of the stretches that this rank holds."""
        return [int(number) for number in np.flatnonzero(self.stretch_owner == self.comm.rank)]

    def stretch(self, number: int) -> EncodedCorpus:
        """Return one of this rank's stretches as a corpus of its own, with positions from 0 on."""
        begin, end = (int(at) for at in self.stretch_begin[number : number + 2])
        first, last = np.searchsorted(self.offsets, [begin, end], side="left")
        offsets = sealed(self.offsets[first : last + 1] - begin, own=True)
        return EncodedCorpus(self.vocabulary, self.ids[begin:end], offsets)


def spread(local: EncodedCorpus, vocabulary: Any, report: Any, spool: Any, comm: Comm) -> SpreadCorpus:
    """Put the ids of each rank at their places in the whole corpus.

    Parameters
    ----------
    local : EncodedCorpus
        The ids and sentences of this rank, with rows of the common vocabulary.
    vocabulary : Vocabulary
        With the counts of the whole corpus.
    report : EncodeReport
        Of the whole corpus.
    spool : path, bool or None
        Where the ids are kept, as for `fastw2v.encode`.
    comm : Comm
    """
    total = int(comm.sum(np.array([len(local.ids)], np.float64))[0])
    longest = max(STRETCH_TOKENS, total // (MOST_STRETCHES * comm.size))
    longest = max(1, min(longest, total // (FEWEST_STRETCHES * comm.size)))
    cuts = _cut(local.offsets, longest)
    begin, owner = _interleave([part.astype(np.int64) for part in comm.from_owners(np.diff(local.offsets[cuts]))])
    own = begin[:-1][owner == comm.rank]
    sentences, ids, last = [np.zeros(1, np.int64)], [], 0
    for at, (first, end) in zip(own.tolist(), zip(cuts[:-1].tolist(), cuts[1:].tolist(), strict=True), strict=True):
        if at > last:
            sentences.append(np.array([at], np.int64))
        moved = local.offsets[first + 1 : end + 1] - local.offsets[first] + at
        sentences.append(moved)
        ids.append((at, local.ids[local.offsets[first] : local.offsets[end]]))
        last = int(moved[-1])
    if last < total:
        sentences.append(np.array([total], np.int64))
    lengths, times = np.unique(np.diff(local.offsets), return_counts=True)
    all_lengths = np.concatenate(comm.from_owners(lengths.astype(np.int64)))
    all_times = np.concatenate(comm.from_owners(times.astype(np.int64)))
    lengths, place = np.unique(all_lengths, return_inverse=True)
    return SpreadCorpus(
        vocabulary,
        at_their_places(ids, total, spool),
        sealed(np.concatenate(sentences), own=True),
        report,
        local.tokenizer,
        comm=comm,
        stretch_begin=begin,
        stretch_owner=owner,
        lengths=lengths,
        times=np.bincount(place.reshape(-1), weights=all_times, minlength=len(lengths)).astype(np.int64),
    )


def _cut(offsets: NDArray[np.int64], longest: int) -> NDArray[np.int64]:
    """Return the first sentence of each stretch, and the number of sentences: stretches end with sentences."""
    tokens = int(offsets[-1])
    if tokens == 0:
        return np.zeros(1, np.int64)
    ends = np.searchsorted(offsets, np.arange(longest, tokens, longest))
    cuts = np.unique(np.concatenate([[0], ends, [len(offsets) - 1]])).astype(np.int64)
    return cuts[np.concatenate([[True], np.diff(offsets[cuts]) > 0])]


def _interleave(sizes: list[NDArray[np.int64]]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Order the stretches of all ranks so that each rank gets through its own at the pace of the whole.

    Examples
    --------
    >>> begin, owner = _interleave([np.array([10, 10, 10]), np.array([5])])
    >>> begin.tolist(), owner.tolist()
    ([0, 10, 20, 25, 35], [0, 0, 1, 0])
    """
    owner = np.concatenate([np.full(len(each), rank, np.int32) for rank, each in enumerate(sizes)])
    share = np.concatenate([(np.arange(len(each)) + 0.5) / max(1, len(each)) for each in sizes])
    order = np.lexsort((owner, share))
    return np.concatenate([[0], np.cumsum(np.concatenate(sizes)[order])]).astype(np.int64), owner[order]
