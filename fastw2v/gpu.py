"""Backend "cuda": the tiles of `fastw2v.backends.reference`, from the same draws, trained by the warps of a GPU.

The rows, the tables and, if it fits, the corpus are on the device. A launch first makes the streams of some chunks and
then trains them. A warp takes whole chunks, in order, and updates rows by atomic additions. The kernels are in
native/cuda/; planning/concurrency.py bounds how many warps run.
"""

from __future__ import annotations

import math
import os
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from fastw2v.backends.cuda.device import Device, open_device
from fastw2v.backends.cuda.feed import Buffer, Part, part_bytes, span_of, to_device
from fastw2v.backends.cuda.kernels import JOB, SUMS, Kernel, choose_kernel, stream_ints, warps_at_once
from fastw2v.backends.structures import fill_settings
from fastw2v.errors import BackendUnavailable, ParameterError
from fastw2v.planning.concurrency import Crowd, kept_counts
from fastw2v.planning.plan import ChunkStats, Plan
from fastw2v.planning.rows import Arrays, count_output_rows, row_stride
from fastw2v.planning.tables import Tables

if TYPE_CHECKING:
    from fastw2v.corpus.encoded_corpus import EncodedCorpus

WINDOW_MAX = 65_535  # a token keeps its contexts on either side in 16 bits
COMPACT_THREADS = 256
LAUNCH_MS = 40.0  # the longest launch: two are in flight, and Ctrl-C waits for both
CHUNKS_PER_WARP = 4  # in a launch, at least: warps without a chunk wait for the others
LAUNCH_CHUNKS_MAX = 4096  # chunks in a launch, at most
LAUNCH_STREAM_BYTES_MAX = 128 << 20  # memory of a launch's streams, at most
ROWS_AT_ONCE = 65_536  # rows copied between host and device in one piece


class Run:
    """One training run on a GPU; see `fastw2v.backends.choice.Run` for the calls.

    With one warp a run is deterministic and equals `fastw2v.backends.reference` up to rounding. With more warps, the
    order of the additions varies.

    Parameters
    ----------
    arrays : Arrays
        Float32, with any strides; `pull` updates them.
    corpus : EncodedCorpus
    tables : Tables
    plan : Plan
    n_jobs : int
        Ignored: the device determines how many warps run at once.
    precision : {"float32", "bfloat16"}, optional
        Precision of the products. None uses bfloat16 on tensor cores if the device and the shape allow it, else
        float32. Rows and sums are always float32.
    warps : int, optional
        How many warps train at once, for measurements. None uses the bound of planning/concurrency.py.

    Attributes
    ----------
    kernel : str
        ``"general float32"`` or ``"tensor bfloat16"``.
    resident : bool
        Whether the whole corpus is on the device; if not, each launch receives its part.
    crowd : Crowd
        Determines how many warps train at once.

    Raises
    ------
    BackendUnavailable
        CuPy, a driver, a device or NVRTC is missing; the message names it.
    MemoryError
        The device has too little free memory; nothing was allocated.
    """

    def __init__(
        self,
        arrays: Arrays,
        corpus: EncodedCorpus,
        tables: Tables,
        plan: Plan,
        *,
        n_jobs: int = 1,
        precision: str | None = None,
        warps: int | None = None,
    ) -> None:
        self.stats = ChunkStats()
        self._process = os.getpid()
        self._stopped = self._closed = False
        self._arrays, self._corpus, self._tables, self._plan = arrays, corpus, tables, plan
        _check_input(arrays, corpus, tables)
        if plan.window > WINDOW_MAX:
            raise ParameterError(
                f"a window of {plan.window:,} tokens on either side (window, or the longest sentence less one): a GPU "
                f"trains at most {WINDOW_MAX:,}; lower `window`, cut the sentences, or train with device='cpu'"
            )
        self._device = open_device()
        size = arrays.w_in.shape[1]
        kernel = choose_kernel(self._device, plan, size, precision)
        self.kernel = kernel.name
        kept = kept_counts(corpus, tables)
        kept_share = (kept / max(kept.sum(), 1e-300)).astype(np.float32)
        most, self._launch_max, self.resident = _fit(self._device, kernel, corpus, plan, size, warps)
        self.crowd = Crowd(plan, float(kept.sum()), most, warps)
        self._shared = kernel.shared_bytes
        self._upload(kept_share, kernel, size)
        self._compact, self._train = self._device.compile(kernel.files, kernel.defines, "fw_compact", "fw_train")
        if self._shared > 0:
            self._train.max_dynamic_shared_size_bytes = self._shared
            self._train.preferred_shared_memory_carveout = 100  # rows bypass the L1 cache: it needs little memory
        self._device.cupy.cuda.Device(self._device.number).synchronize()
        self._round_ms = 0.0  # how long the warps of the last launch took for a chunk

    def _upload(self, kept_share: NDArray[np.float32], kernel: Kernel, size: int) -> None:
        """Copy everything that the kernels read or write to the device."""
        cupy, plan, tables = self._device.cupy, self._plan, self._tables
        words = len(kept_share)
        self._rows = []
        for rows in (self._arrays.w_in, self._arrays.w_out):
            self._rows.append(cupy.zeros((len(rows), row_stride(size)), np.float32))
        self.push()
        sentences = len(self._corpus.offsets) - 1
        held = {
            "keep_threshold": tables.keep_threshold,
            "noise_threshold": tables.noise_threshold,
            "noise_alias": tables.noise_alias,
            "output_rate": tables.output_rate,
            "path_begin": tables.path_begin,
            "path_step": tables.path_step,
            "crown_path": tables.crown_path,
            "frozen": tables.frozen,
            "pair_weight": plan.pair_weight,
            "weight_within": plan.weight_within,
            "pass_slot": plan.pass_slot,
            "kept_share": kept_share,
            "chunk_begin": plan.chunk_begin,
            "chunk_sentence": np.append(plan.chunk_sentence, max(0, sentences - 1)).astype(np.int64),
        }
        self._held = {name: cupy.asarray(value) for name, value in held.items() if value is not None}
        job = np.zeros((), JOB)
        fill_settings(job["run"], plan, words, size)
        for name, held_there in self._held.items():
            job[name] = held_there.data.ptr
        job["w_in"], job["w_out"] = (rows.data.ptr for rows in self._rows)
        job["capacity"], job["workspace"] = (stream_ints(plan) - 4) // 5, kernel.workspace_floats
        self._job = cupy.asarray(job.reshape(1).view(np.uint8))
        self._workspaces = cupy.empty(max(1, kernel.workspace_floats * self.crowd.most), np.float32)
        self._sums, self._no_sums = cupy.zeros(SUMS.itemsize, np.uint8), np.zeros(SUMS.itemsize, np.uint8)
        text = None
        if self.resident:
            ids, offsets = to_device(cupy, self._corpus.ids), to_device(cupy, self._corpus.offsets)
            text = Part(ids, offsets, 0, len(self._corpus.ids), 0)
        self._buffers = [Buffer(self._device, self._launch_max, stream_ints(plan), text) for _ in range(2)]
        self._making = cupy.cuda.Stream(non_blocking=True)

    # ------------------------------------------------------------------ the calls that training/loop.py makes

    def train_chunk(self, epoch: int, first: int, last: int) -> ChunkStats:
        """Train the chunks [first, last) of an epoch (from 0), in launches of bounded length, and return their sums."""
        self._check_alive()
        if not (0 <= first <= last <= self._plan.chunks and 0 <= epoch < self._plan.epochs):
            raise ValueError(f"epoch {epoch}, chunks [{first}, {last}): not in the plan")
        self.stats, self._stopped = ChunkStats(), False
        chunk = first
        with self._device.cupy.cuda.Device(self._device.number):
            self._sums.set(self._no_sums)
            try:
                for number in range(last - first):
                    if chunk == last or self._stopped:
                        break
                    buffer = self._buffers[number % 2]
                    self._round_ms = buffer.wait() or self._round_ms
                    count = self._launch(buffer, epoch, chunk, last)
                    chunk += count
            finally:  # launched chunks are trained to the end, even if a signal handler raises
                self._making.synchronize()  # a launch may have been prepared and not started
                for buffer in self._buffers:
                    self._round_ms = buffer.wait() or self._round_ms
                self._account(first, chunk)
        return self.stats

    def request_stop(self) -> None:
        """Launch nothing more; `train_chunk` returns when the launches in flight have ended."""
        self._stopped = True

    def pull(self) -> None:
        """Copy the rows from the device into the host's arrays."""
        self._check_alive()
        size = self._arrays.w_in.shape[1]
        for rows, there in zip((self._arrays.w_in, self._arrays.w_out), self._rows, strict=True):
            for begin in range(0, len(rows), ROWS_AT_ONCE):
                rows[begin : begin + ROWS_AT_ONCE] = there[begin : begin + ROWS_AT_ONCE].get()[:, :size]

    def push(self) -> None:
        """Copy the host's rows to the device."""
        self._check_alive()
        size = self._arrays.w_in.shape[1]
        for rows, there in zip((self._arrays.w_in, self._arrays.w_out), self._rows, strict=True):
            for begin in range(0, len(rows), ROWS_AT_ONCE):
                part = rows[begin : begin + ROWS_AT_ONCE]
                padded = np.zeros((len(part), row_stride(size)), np.float32)
                padded[:, :size] = part
                there[begin : begin + ROWS_AT_ONCE].set(padded)
                self._device.cupy.cuda.get_current_stream().synchronize()  # before `padded` is freed

    def close(self) -> None:
        """Return the device's memory to CuPy's pool; the host's arrays stay valid."""
        self._closed = True
        self._rows, self._held, self._buffers = [], {}, []
        self._job = self._workspaces = self._sums = self._compact = self._train = None

    def device_arrays(self) -> Arrays:
        """Return the rows on the device as CuPy arrays (V, D), without a copy: current after each `train_chunk`.

        They support ``__cuda_array_interface__`` and DLPack, and stay valid after `close`.
        """
        self._check_alive()
        size = self._arrays.w_in.shape[1]
        return Arrays(*(rows[:, :size] for rows in self._rows))

    # ------------------------------------------------------------------ launches

    def _launch(self, buffer: Buffer, epoch: int, first: int, last: int) -> int:
        """Make the streams of the next chunks and train them; return the number of chunks."""
        plan = self._plan
        rate = plan.rate_at(epoch, first)
        warps = self.crowd.warps(rate)
        count = self._launch_chunks(warps, last - first)
        warps = min(warps, count)
        damping_threshold = np.float32(self.crowd.damping_threshold(rate, warps))
        part = buffer.part
        cuda = self._device.cupy.cuda
        training = cuda.get_current_stream()
        with self._making:
            if part is None and buffer.staging is not None:
                span = span_of(self._corpus, plan, self._tables, epoch, first, first + count)
                part = buffer.staging.fill(self._corpus, span, self._making)
            assert part is not None
            text = (part.ids, part.offsets, *map(np.int64, (part.first_id, part.end_id, part.first_sentence)))
            begin = (self._job, np.int64(epoch), np.int64(first))
            self._compact(
                (count,),
                (COMPACT_THREADS,),
                (*begin, *text, buffer.streams, buffer.cursor),
                shared_mem=4 * COMPACT_THREADS // 32,
            )
            buffer.ready.record(self._making)
        training.wait_event(buffer.ready)
        buffer.begun.record(training)
        after = (np.int32(count), buffer.streams, buffer.cursor, self._workspaces, self._sums, damping_threshold)
        self._train((warps,), (32,), (*begin, *after), shared_mem=self._shared)
        buffer.done.record(training)
        buffer.rounds = -(-count // warps)
        return count

    def _launch_chunks(self, warps: int, left: int) -> int:
        """Return how many chunks to launch: about 1% of the run, but enough for all warps, and not too long.

        A launch takes as long as one warp takes for its share, so fewer chunks than warps would not shorten it.
        """
        count = max(CHUNKS_PER_WARP * warps, self._plan.epochs * self._plan.chunks // 100)
        rounds = int(LAUNCH_MS / self._round_ms) if self._round_ms > 0 else 1
        count = max(1, min(count, max(1, rounds) * warps, self._launch_max, left))
        return count - count % warps if warps < count < left else count

    def _account(self, first: int, end: int) -> None:
        """Read the sums of the chunks [first, end) from the device."""
        sums = self._sums.get().view(SUMS)[0]
        plan = self._plan
        self.stats.tokens = int(plan.chunk_begin[end] - plan.chunk_begin[first])
        self.stats.chunks = end - first
        self.stats.pairs = float(sums["pairs"])
        self.stats.loss_sum = float(sums["loss"])
        self.stats.finite = math.isfinite(self.stats.loss_sum)

    def _check_alive(self) -> None:
        if os.getpid() != self._process:
            raise BackendUnavailable(
                f"process {self._process} started this run on the GPU, and process {os.getpid()}, a fork of it, uses "
                "it; a CUDA device cannot be used after a fork. Start processes with multiprocessing's 'spawn', or "
                f"train in process {self._process}"
            )
        if self._closed:
            raise ValueError("the run is closed")


def _check_input(arrays: Arrays, corpus: EncodedCorpus, tables: Tables) -> None:
    """Reject rows and ids that would make the kernels read or write out of bounds."""
    words = len(tables.keep_threshold)
    for name, count in (("w_in", words), ("w_out", len(tables.output_rate))):
        rows = getattr(arrays, name)
        if rows.dtype != np.float32 or rows.ndim != 2 or len(rows) != count:
            raise ValueError(f"{name}: expected float32 ({count}, D), found {rows.dtype} {rows.shape}")
    if arrays.w_in.shape[1] != arrays.w_out.shape[1]:
        raise ValueError(f"w_in {arrays.w_in.shape} and w_out {arrays.w_out.shape} differ in the vectors' size")
    if len(corpus.ids) and not 0 <= int(corpus.ids.min()) <= int(corpus.ids.max()) < words:
        raise ValueError(f"the corpus has ids outside 0..{words - 1}")


def _fit(
    device: Device, kernel: Kernel, corpus: EncodedCorpus, plan: Plan, size: int, forced: int | None
) -> tuple[int, int, bool]:
    """Return how many warps and how many chunks in a launch fit on the device, and whether the whole corpus does.

    Raises
    ------
    MemoryError
        The rows, one warp, one chunk's stream and its part of the corpus do not fit.
    """
    free, words = device.free_bytes(), len(corpus.vocabulary)
    rows_out = count_output_rows(words, plan)
    rows = 4 * (words + rows_out) * row_stride(size)
    paths = (12 + 4 * plan.longest_path) * words + 8 if plan.hierarchical else 0
    # 10 KiB: allocations are rounded up
    tables = 17 * words + 4 * rows_out + paths + 20 * (plan.chunks + 1) + (10 << 10)
    whole = 4 * len(corpus.ids) + 8 * len(corpus.offsets)
    each = 4 * kernel.workspace_floats
    launch = max(1, min(LAUNCH_CHUNKS_MAX, plan.chunks, LAUNCH_STREAM_BYTES_MAX // (4 * stream_ints(plan))))
    while True:
        part = min(whole, 2 * part_bytes(corpus, plan, launch))
        needed = rows + tables + 2 * launch * 4 * stream_ints(plan) + part + each
        if needed <= free or launch == 1:
            break
        launch //= 2
    if needed > free:
        raise MemoryError(
            f"training on {device.name}: {words:,} input and {rows_out:,} output rows of {size} floats and a part of "
            f"the corpus need {needed / 2**30:,.2f} GiB on the device but {free / 2**30:,.2f} GiB are free; lower "
            "vector_size or max_vocab, raise min_count, or use device='cpu'"
        )
    resident = needed - part + whole <= free
    left = free - needed - (whole - part if resident else 0)
    most = min(warps_at_once(device, kernel), launch, forced or 1 << 30)  # a warp without a chunk does nothing
    return max(1, min(most, 1 + left // 2 // max(1, each))), launch, resident
