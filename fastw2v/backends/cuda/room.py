"""What of a run fits into the memory of a GPU: tiles at once, chunks in a launch, the whole corpus or its parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fastw2v.backends.cuda.feed import part_bytes
from fastw2v.backends.cuda.kernels import Kernel, stream_ints, tiles_at_once
from fastw2v.cuda_device import Device
from fastw2v.planning.plan import Plan
from fastw2v.planning.rows import count_output_rows, describe_rows, row_bytes

if TYPE_CHECKING:
    from fastw2v.corpus.encoded_corpus import EncodedCorpus

LAUNCH_CHUNKS_MAX = 4096  # chunks in a launch, at most
LAUNCH_STREAM_BYTES_MAX = 512 << 20  # memory of a launch's streams, at most
STREAM_SHARE = 8  # and of the free memory, one in so many bytes
ALLOCATION_ROOM = 10 << 10  # allocations are rounded up


class Room(NamedTuple):
    """How much of a run fits on the device.

    Attributes
    ----------
    tiles : int
        Tiles that train at once, at most.
    launch : int
        Chunks in a launch, at most.
    resident : bool
        Whether the whole corpus is on the device; if not, each launch receives its part.
    """

    tiles: int
    launch: int
    resident: bool


def find_room(
    device: Device, kernel: Kernel, corpus: EncodedCorpus, plan: Plan, size: int, forced: int | None = None
) -> Room:
    """Divide the device's free memory; ``forced`` is a number of tiles that is asked for.

    Raises
    ------
    MemoryError
        The rows, one tile, one chunk's stream and its part of the corpus do not fit.
    """
    free, words, stream = device.free_bytes(), len(corpus.vocabulary), 4 * stream_ints(plan)
    rows_out = count_output_rows(words, plan)
    rows = row_bytes(words + rows_out, size)
    paths = (12 + 4 * plan.longest_path) * words + 8 if plan.hierarchical else 0
    tables = 17 * words + 4 * rows_out + paths + 20 * (plan.chunks + 1) + ALLOCATION_ROOM
    whole = 4 * len(corpus.ids) + 8 * len(corpus.offsets)
    each = 4 * kernel.workspace_floats
    streams = min(LAUNCH_STREAM_BYTES_MAX, free // STREAM_SHARE)
    launch = max(1, min(LAUNCH_CHUNKS_MAX, plan.chunks, streams // stream))
    while True:
        part = min(whole, 2 * part_bytes(corpus, plan, launch))
        needed = rows + tables + 2 * launch * stream + part + each
        if needed <= free or launch == 1:
            break
        launch //= 2
    if needed > free:
        raise MemoryError(
            f"training on {device.name}: {describe_rows(words, rows_out, size)} and a part of the corpus need "
            f"{needed / 2**30:,.2f} GiB on the device but {free / 2**30:,.2f} GiB are free; lower vector_size or "
            "max_vocab, raise min_count, or use device='cpu'"
        )
    resident = needed - part + whole <= free
    left = free - needed - (whole - part if resident else 0)
    most = min(tiles_at_once(device, kernel), launch, forced or 1 << 30)  # a block without a chunk does nothing
    return Room(max(1, min(most, 1 + left // 2 // max(1, each))), launch, resident)
