"""The input of a launch on the GPU: the ids and sentences of its chunks, and the buffers for its streams.

The whole corpus is on the device if it fits. Otherwise each launch receives its part, through page-locked memory and in
one of two buffers, while the previous launch is still running.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from fastw2v.cuda_device import Device
from fastw2v.planning import draws
from fastw2v.planning.plan import Plan
from fastw2v.planning.tables import Tables

if TYPE_CHECKING:
    from fastw2v.corpus.encoded_corpus import EncodedCorpus

AT_ONCE = 1 << 24  # numbers copied to the device in one piece
LOOK_BACK = 4096  # tokens searched at once for the contexts before and after a launch's chunks


@dataclass
class Part:
    """Part of a corpus on the device: ids of the tokens [first_id, end_id), sentences from ``first_sentence`` on."""

    ids: Any
    offsets: Any
    first_id: int
    end_id: int
    first_sentence: int


@dataclass(frozen=True)
class Span:
    """The tokens and the sentences (as indices into ``offsets``) that some chunks need."""

    first_id: int
    end_id: int
    first_sentence: int
    end_sentence: int


def span_of(corpus: EncodedCorpus, plan: Plan, tables: Tables, epoch: int, first: int, last: int) -> Span:
    """Return the tokens that the chunks [first, last) read: their own, and their contexts on both sides."""
    offsets, window = corpus.offsets, plan.window
    begin, end = int(plan.chunk_begin[first]), int(plan.chunk_begin[last])
    low = int(offsets[plan.chunk_sentence[first]])
    end_sentence = int(np.searchsorted(offsets, end))
    high = int(offsets[end_sentence])
    key = draws.key(plan.seed, epoch, draws.KEEP)

    def kept(start: int, stop: int) -> np.ndarray:
        positions = np.arange(start, stop)
        return positions[draws.kept(draws.draw(key, positions), tables.keep_threshold[corpus.ids[start:stop]])]

    found, at = 0, begin
    while at > low and found < window:
        start = max(low, at - LOOK_BACK)
        new = kept(start, at)
        enough = found + len(new) >= window
        at = int(new[found - window]) if enough else start
        found += len(new)
    found, to = 0, end
    while to < high and found < window:
        stop = min(high, to + LOOK_BACK)
        new = kept(to, stop)
        enough = found + len(new) >= window
        to = int(new[window - found - 1]) + 1 if enough else stop
        found += len(new)
    # The kernel reads sentences up to that of the next chunk's first token: empty ones at `end` come before it.
    after = max(end_sentence + 1, int(np.searchsorted(offsets, end, side="right")))
    return Span(at, to, int(plan.chunk_sentence[first]), after)


def part_bytes(corpus: EncodedCorpus, plan: Plan, launch: int) -> int:
    """Return the most bytes that `Staging` holds on the device, for launches of this many chunks."""
    ends = np.searchsorted(corpus.offsets, plan.chunk_begin[1:], side="right")
    last = np.minimum(np.arange(plan.chunks) + launch, plan.chunks) - 1
    sentences = int((ends[last] - plan.chunk_sentence).max(initial=0)) + 1
    tokens = int((plan.chunk_begin[last + 1] - plan.chunk_begin[:-1]).max(initial=0))
    return _with_room(4 * _with_room(tokens)) + _with_room(8 * sentences)  # tokens: with the contexts around them


def to_device(cupy: Any, values: np.ndarray) -> Any:
    """Copy to the device piece by piece: CuPy's own copy allocates page-locked memory of the whole size."""
    there = cupy.empty(values.shape, values.dtype)
    for begin in range(0, len(values), AT_ONCE):
        there[begin : begin + AT_ONCE].set(values[begin : begin + AT_ONCE])
    return there


def _with_room(size: int) -> int:
    """Return a quarter more than a size, so that a somewhat larger part fits, too."""
    return size + size // 4


class Staging:
    """Device memory for one part of the corpus, filled through page-locked memory of the host."""

    def __init__(self, device: Device) -> None:
        self._cupy = device.cupy
        self._pairs: dict[str, tuple[np.ndarray, Any]] = {}

    def fill(self, corpus: EncodedCorpus, span: Span, stream: Any) -> Part:
        """Copy a part; the caller ensures that no launch still reads the previous one."""
        ids = self._copy("ids", corpus.ids[span.first_id : span.end_id], stream)
        offsets = self._copy("offsets", corpus.offsets[span.first_sentence : span.end_sentence], stream)
        return Part(ids, offsets, span.first_id, span.end_id, span.first_sentence)

    def _copy(self, name: str, values: np.ndarray, stream: Any) -> Any:
        if name not in self._pairs or len(self._pairs[name][0]) < len(values):
            from cupyx import empty_pinned

            self._pairs.pop(name, None)  # freed before the larger one is allocated: no variable holds it either
            room = _with_room(len(values))
            self._pairs[name] = empty_pinned(room, values.dtype), self._cupy.empty(room, values.dtype)
        pinned, there = self._pairs[name]
        pinned[: len(values)] = values
        there[: len(values)].set(pinned[: len(values)], stream=stream)
        return there


class Buffer:
    """The streams of one launch; with two buffers, one launch is prepared while the other trains."""

    def __init__(self, device: Device, slots: int, stream_ints: int, part: Part | None) -> None:
        cupy = device.cupy
        self.streams = cupy.empty((slots, stream_ints), np.int32)
        self.cursor = cupy.zeros(1, np.int32)
        self.part = part
        self.staging = None if part is not None else Staging(device)
        self.ready, self.begun, self.done = cupy.cuda.Event(), cupy.cuda.Event(), cupy.cuda.Event()
        self.rounds = 0  # chunks that each warp takes in the current launch; 0 without a launch
        self._elapsed, self._stream = cupy.cuda.get_elapsed_time, cupy.cuda.get_current_stream

    def record_done(self) -> None:
        """Record the end of this buffer's launch, if there is one, behind all that the current stream does."""
        if self.rounds > 0:
            self.done.record(self._stream())

    def wait(self) -> float:
        """Wait for this buffer's launch; return the milliseconds that its warps took for a chunk, 0 if none ran."""
        if self.rounds == 0:
            return 0.0
        self.done.synchronize()
        each = float(self._elapsed(self.begun, self.done)) / self.rounds
        self.rounds = 0
        return each
