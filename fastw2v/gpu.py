"""Backend "cuda": the tiles of `fastw2v.backends.reference`, from the same draws, trained on a GPU.

The rows, the tables and, if it fits, the corpus are on the device. A launch first makes the streams of some chunks and
then trains them. A block of threads takes whole chunks, in order, trains one tile at a time, and updates rows by atomic
additions. The kernels are in native/cuda/; planning/concurrency.py bounds how many tiles train at once.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fastw2v.backends.cuda.feed import Buffer, Part, span_of, to_device
from fastw2v.backends.cuda.kernels import (
    JOB,
    SUMS,
    Kernel,
    choose_kernel,
    most_steps,
    step_ints,
    stream_ints,
    stream_tokens,
)
from fastw2v.backends.cuda.room import find_room
from fastw2v.backends.structures import fill_settings
from fastw2v.cuda_device import COMPACT, open_device
from fastw2v.errors import BackendUnavailable, DeviceError, ParameterError
from fastw2v.planning.concurrency import DAMPED_FLIGHT, Crowd, kept_counts
from fastw2v.planning.plan import ChunkStats, Plan
from fastw2v.planning.rows import Arrays, row_stride
from fastw2v.planning.tables import Tables

if TYPE_CHECKING:
    from fastw2v.corpus.encoded_corpus import EncodedCorpus

WINDOW_MAX = 65_535  # a token keeps its contexts on either side in 16 bits
COMPACT_THREADS = 256
LAUNCH_MS = 40.0  # the longest launch: two are in flight, and Ctrl-C waits for both
# Chunks that each tile's block takes in a launch, at least: in the last round, blocks without a chunk wait for the
# others. Before the first launch has shown how long a round takes, fewer.
ROUNDS, FIRST_ROUNDS = 16, 4
ROWS_AT_ONCE = 65_536  # rows copied between host and device in one piece


class Run:
    """One training run on a GPU; see `fastw2v.backends.choice.Run` for the calls.

    With one tile at a time a run is deterministic and equals `fastw2v.backends.reference` up to rounding. With more,
    the order of the additions varies.

    Parameters
    ----------
    arrays : Arrays
        Float32, with any strides; `pull` updates them.
    corpus : EncodedCorpus
    tables : Tables
    plan : Plan
    n_jobs : int
        Ignored: the bound on the tokens in flight determines how many tiles train at once.
    precision : {"float32", "bfloat16"}, optional
        Precision of the products. None uses bfloat16 on tensor cores if the device and the shape allow it, else
        float32. Rows and sums are always float32.
    tiles : int, optional
        How many tiles train at once, for measurements. None uses the bound of planning/concurrency.py.
    tile_warps : {4, 1}, optional
        How many warps train a tile on tensor cores: 1 is the plain kernel, for tests and measurements. None uses 4 if
        the shape leaves room for it.
    damped_flight : int, optional
        How many tokens may be in flight with damping. None uses DAMPED_FLIGHT of planning/concurrency.py.
    undamped : bool, optional
        True damps nothing, for measurements.

    Attributes
    ----------
    kernel : str
        ``"four warps bfloat16"``, ``"one warp bfloat16"`` or ``"general float32"``.
    resident : bool
        Whether the whole corpus is on the device; if not, each launch receives its part.
    crowd : Crowd
        Determines how many tiles train at once.
    round_ms : float
        Milliseconds that each block took for a chunk in the last launch; 0 before the first.
    first_batch : int
        Chunks that fill the device: how many the training loop should hand over at first.

    Raises
    ------
    BackendUnavailable
        CuPy, a driver, a device or NVRTC is missing; the message names it.
    DeviceError
        The device failed. All later calls raise this error again: the rows are lost.
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
        tiles: int | None = None,
        tile_warps: int | None = None,
        damped_flight: int | None = None,
        undamped: bool | None = None,
    ) -> None:
        self.stats = ChunkStats()
        self._process = os.getpid()
        self._stopped = self._closed = False
        self._launched = 0  # chunks, in this call of `train_chunk`
        self._failure: DeviceError | None = None
        self._arrays, self._corpus, self._tables, self._plan = arrays, corpus, tables, plan
        _check_input(arrays, corpus, tables)
        if plan.window > WINDOW_MAX:
            raise ParameterError(
                f"a window of {plan.window:,} tokens on either side (window, or the longest sentence less one): a GPU "
                f"trains at most {WINDOW_MAX:,}; lower `window`, cut the sentences, or train with device='cpu'"
            )
        self._device = open_device()
        size = arrays.w_in.shape[1]
        kernel = choose_kernel(self._device, plan, size, precision, tile_warps)
        self.kernel, self._threads, self._shared = kernel.name, kernel.threads, kernel.shared_bytes
        kept = kept_counts(corpus, tables)
        kept_share = (kept / max(kept.sum(), 1e-300)).astype(np.float32)
        allowed = DAMPED_FLIGHT if damped_flight is None else damped_flight
        with self._on_device("the run was prepared"):
            most, self._launch_max, self.resident = find_room(self._device, kernel, corpus, plan, size, tiles)
            self.crowd = Crowd(plan, float(kept.sum()), most, tiles, allowed, not undamped)
            self._upload(kept_share, kernel, size)
            self._compact = self._device.compile(COMPACT, {}, "fw_compact")
            self._train = self._device.compile(kernel.files, kernel.defines, "fw_train")
            if self._shared > 0:
                self._train.max_dynamic_shared_size_bytes = self._shared
                self._train.preferred_shared_memory_carveout = 100  # rows pass by the L1 cache: it needs little memory
            self._device.cupy.cuda.Device(self._device.number).synchronize()
        self.round_ms = 0.0
        self.first_batch = FIRST_ROUNDS * self.crowd.tiles(plan.learning_rate)

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
        job["capacity"], job["steps"], job["step_ints"] = stream_tokens(plan), most_steps(plan), step_ints(plan)
        job["workspace"] = kernel.workspace_floats
        self._job = job  # of one element: CuPy passes its bytes by value
        self._workspaces = cupy.zeros(max(1, kernel.workspace_floats * self.crowd.most), np.float32)
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
        with self._on_device(f"chunks {first:,} to {last:,} of epoch {epoch + 1} were trained"):
            self._sums.set(self._no_sums)
            self._launch_all(epoch, first, last)
        return self.stats

    def request_stop(self) -> None:
        """Launch nothing more; `train_chunk` returns when the launches in flight have ended."""
        self._stopped = True

    def pull(self) -> None:
        """Copy the rows from the device into the host's arrays."""
        self._check_alive()
        size = self._arrays.w_in.shape[1]
        with self._on_device("the rows were copied to the host"):
            for rows, there in zip((self._arrays.w_in, self._arrays.w_out), self._rows, strict=True):
                for begin in range(0, len(rows), ROWS_AT_ONCE):
                    rows[begin : begin + ROWS_AT_ONCE] = there[begin : begin + ROWS_AT_ONCE].get()[:, :size]

    def push(self) -> None:
        """Copy the host's rows to the device."""
        self._check_alive()
        size = self._arrays.w_in.shape[1]
        with self._on_device("the rows were copied to the device"):
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
        self._workspaces = self._sums = self._compact = self._train = None

    def device_arrays(self) -> Arrays:
        """Return the rows on the device as CuPy arrays (V, D), without a copy: current after each `train_chunk`.

        They support ``__cuda_array_interface__`` and DLPack, and stay valid after `close`.
        """
        self._check_alive()
        size = self._arrays.w_in.shape[1]
        with self._on_device("the rows were handed out"):
            return Arrays(*(rows[:, :size] for rows in self._rows))

    def device_rows(self) -> Any:
        """Return the input rows of `device_arrays`."""
        return self.device_arrays().w_in

    # ------------------------------------------------------------------ launches

    @contextmanager
    def _on_device(self, doing: str) -> Iterator[None]:
        """Use the run's device, and remember what it fails with: nothing later can be done on it."""
        try:
            with self._device.in_use(doing):
                yield
        except DeviceError as error:
            self._failure = error
            raise

    def _launch_all(self, epoch: int, first: int, last: int) -> None:
        """Launch chunks until all are trained or a stop is asked for, and wait for them.

        Launched chunks are trained to the end and counted even if a signal handler raises.
        """
        self._launched = 0
        try:
            for number in range(last - first):
                if first + self._launched == last or self._stopped:
                    break
                buffer = self._buffers[number % 2]
                self.round_ms = buffer.wait() or self.round_ms
                self._launch(buffer, epoch, first + self._launched, last)
        except self._device.failures:
            raise  # nothing can be waited for, and a second error would hide the first
        except BaseException:
            for buffer in self._buffers:  # the last launch may have been left before its end was recorded
                buffer.record_done()
            self._finish(first)
            raise
        self._finish(first)

    def _finish(self, first: int) -> None:
        """Wait for the launches in flight, and read the sums of the chunks launched since ``first``."""
        self._making.synchronize()  # a launch may have been prepared and not started
        for buffer in self._buffers:
            self.round_ms = buffer.wait() or self.round_ms
        self._account(first, first + self._launched)

    def _launch(self, buffer: Buffer, epoch: int, first: int, last: int) -> int:
        """Make the streams of the next chunks and train them; return the number of chunks."""
        plan = self._plan
        rate = plan.rate_at(epoch, first)
        tiles = self.crowd.tiles(rate)
        count = self._launch_chunks(tiles, last - first)
        tiles = min(tiles, count)
        damping_threshold = np.float32(self.crowd.damping_threshold(rate, tiles))
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
        # Counted first: a signal handler may raise after the launch, and a resumed run must not train it again.
        self._launched, buffer.rounds = self._launched + count, -(-count // tiles)
        self._train((tiles,), (self._threads,), (*begin, *after), shared_mem=self._shared)
        buffer.record_done()
        return count

    def _launch_chunks(self, tiles: int, left: int) -> int:
        """Return how many chunks to launch: about 1% of the run, but several rounds of all tiles, and not too long.

        A launch takes as long as one block takes for its share, so fewer chunks than blocks would not shorten it.
        """
        count = max(ROUNDS * tiles, self._plan.epochs * self._plan.chunks // 100)
        rounds = int(LAUNCH_MS / self.round_ms) if self.round_ms > 0 else FIRST_ROUNDS
        count = max(1, min(count, max(1, rounds) * tiles, self._launch_max, left))
        return count - count % tiles if tiles < count < left else count

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
        if self._failure is not None:
            raise self._failure


def _check_input(arrays: Arrays, corpus: EncodedCorpus, tables: Tables) -> None:
    """Reject rows and ids that would make the kernels read or write out of bounds; counted ids are within them."""
    words = len(tables.keep_threshold)
    for name, count in (("w_in", words), ("w_out", len(tables.output_rate))):
        rows = getattr(arrays, name)
        if rows.dtype != np.float32 or rows.ndim != 2 or len(rows) != count:
            raise ValueError(f"{name}: expected float32 ({count}, D), found {rows.dtype} {rows.shape}")
    if arrays.w_in.shape[1] != arrays.w_out.shape[1]:
        raise ValueError(f"w_in {arrays.w_in.shape} and w_out {arrays.w_out.shape} differ in the vectors' size")
    if tables.counts is None and len(corpus.ids) and not 0 <= int(corpus.ids.min()) <= int(corpus.ids.max()) < words:
        raise ValueError(f"the corpus has ids outside 0..{words - 1}")
