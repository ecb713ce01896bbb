"""Backend "cpu": threads, and the loops over chunks and tiles that each of them runs.

The arithmetic of a tile is in native/cpu/, compiled once for each instruction set; this module chooses one.
"""

import math
import os
from threading import Lock

import numpy as np

from cpython.exc cimport PyErr_CheckSignals
from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free

from fastw2v.errors import BackendUnavailable, warn_user
from fastw2v.planning.concurrency import FrequentWords, private_tiles, tokens_in_flight
from fastw2v.planning.plan import ChunkStats

cdef extern from "fw_settings.h" nogil:
    ctypedef struct fw_settings:
        int64_t vocabulary, vector_size, stride, tokens, epochs, chunks, longest_chunk, longest_path, first_node
        uint64_t seed
        double learning_rate, min_learning_rate, burst_bound
        int32_t window, negative, passes, tile_tokens, noise_slots, noise_life
        int32_t cbow, cbow_mean, cbow_divide, draw_windows, pairwise_noise, negative_sampling, hierarchical

cdef extern from "cpu/fw_kernel.h" nogil:
    int FW_ROW_ALIGN
    ctypedef struct fw_job:
        fw_settings run
        float *w_in
        float *w_out
        const int32_t *ids
        const int64_t *offsets
        const int64_t *chunk_begin
        const int64_t *chunk_sentence
        const uint32_t *keep_threshold
        const uint32_t *noise_threshold
        const int32_t *noise_alias
        const float *pair_weight
        const float *weight_within
        const int32_t *pass_slot
        const float *output_rate
        const int64_t *path_begin
        const int32_t *path_step
        const uint32_t *crown_path
        const uint8_t *frozen
        int64_t first_private, last_private, most_private
        const int32_t *private_tiles
    ctypedef struct fw_stats:
        int64_t tokens, chunks
        double pairs, loss
    ctypedef struct fw_kernel:
        const char *name
        size_t (*workspace_bytes)(const fw_job *job) noexcept nogil
        void (*init_workspace)(const fw_job *job, void *workspace) noexcept nogil
        int64_t (*open_chunk)(
            const fw_job *job, void *workspace, int64_t epoch, int64_t chunk, fw_stats *stats) noexcept nogil
        void (*train_tile)(const fw_job *job, void *workspace, int64_t number, fw_stats *stats) noexcept nogil
    int fw_available_kernels(const fw_kernel **kernels, int room)
    const char *fw_compiler()

cdef extern from "cpu/fw_threads.h" nogil:
    ctypedef struct fw_team:
        pass
    fw_team *fw_team_new(int64_t first, int64_t last)
    int fw_team_start(fw_team *team, int n, void (*work)(fw_team *, void *) noexcept nogil, void **items)
    int64_t fw_team_next(fw_team *team)
    void fw_team_stop(fw_team *team)
    int fw_team_wait(fw_team *team, int milliseconds)
    void fw_team_join(fw_team *team)
    void fw_team_free(fw_team *team)

cdef enum:
    MAX_KERNELS = 8
    POLL_MS = 50  # how often a waiting caller checks for signals


cdef struct Worker:  # the state of one thread
    const fw_job *job
    const fw_kernel *kernel
    void *workspace
    int64_t epoch
    fw_stats stats
    char apart[128]  # padding: threads update their statistics after each tile, each on cache lines of its own


cdef void train_chunks(fw_team *team, void *item) noexcept nogil:
    """Run one thread: take chunks from the shared cursor and train their tiles in order."""
    cdef Worker *worker = <Worker *> item
    cdef int64_t chunk, step, steps
    while True:
        chunk = fw_team_next(team)
        if chunk < 0:
            break
        steps = worker.kernel.open_chunk(worker.job, worker.workspace, worker.epoch, chunk, &worker.stats)
        for step in range(steps):
            worker.kernel.train_tile(worker.job, worker.workspace, step, &worker.stats)


cdef const fw_kernel *find_kernel(name) except NULL:
    """Return the kernel of that name, or the best one for None."""
    cdef const fw_kernel *kernels[MAX_KERNELS]
    cdef int i, n = fw_available_kernels(kernels, MAX_KERNELS)
    names = [kernels[i].name.decode() for i in range(n)]
    if name is None:
        return kernels[0]
    if name not in names:
        raise BackendUnavailable(
            f"instruction set {name!r} (requested, or set by FASTW2V_ISA) cannot be used: "
            f"this machine and this build offer {', '.join(names)}"
        )
    return kernels[names.index(name)]


def instruction_sets():
    """Return the instruction sets that this machine and this build offer, best first, and the one in use.

    Returns
    -------
    dict
        ``available``: list of str; ``selected``: str, the first of them unless the environment variable FASTW2V_ISA
        names another.

    Raises
    ------
    BackendUnavailable
        FASTW2V_ISA names one that is not available.

    Examples
    --------
    >>> from fastw2v._train import instruction_sets
    >>> "portable" in instruction_sets()["available"]
    True
    """
    cdef const fw_kernel *kernels[MAX_KERNELS]
    cdef int i, n = fw_available_kernels(kernels, MAX_KERNELS)
    selected = find_kernel(os.environ.get("FASTW2V_ISA") or None)
    return {"available": [kernels[i].name.decode() for i in range(n)], "selected": selected.name.decode()}


def compiler():
    """Return the name and version of the compiler that built the kernels: results are bit-equal only within a build."""
    return fw_compiler().decode()


def _rows(array, name, count):
    """Check that the kernels can train `array` in place; return its row stride in floats."""
    if array.dtype != np.float32 or array.ndim != 2 or array.shape[0] != count:
        raise ValueError(f"{name}: expected float32 ({count}, D), found {array.dtype} {array.shape}")
    row_bytes = 4 * FW_ROW_ALIGN
    if array.strides[1] != 4 or array.strides[0] % row_bytes or array.ctypes.data % row_bytes:
        raise ValueError(
            f"{name}: rows must begin at multiples of {row_bytes} bytes; make them with planning.rows.empty_rows"
        )
    return array.strides[0] // 4


cdef class Run:
    """One training run on CPU threads; see `fastw2v.backends.choice.Run` for the calls.

    Parameters
    ----------
    arrays : Arrays
        Rows from `fastw2v.planning.rows.empty_rows`, trained in place.
    corpus : EncodedCorpus
    tables : Tables
    plan : Plan
    n_jobs : int, default 1
        The number of threads. With 1, the same plan and instruction set give a bit-equal result.
    instruction_set : str, optional
        A name from `instruction_sets`; None is its ``selected``.
    """

    cdef fw_job job
    cdef Worker *workers
    cdef fw_team *team
    cdef int n_jobs
    cdef object training  # a lock, held during train_chunk: threads share the state below
    cdef object words  # those whose rows several threads may keep to themselves
    cdef object tiles  # and for how many tiles they do: `job` points there
    cdef object owned  # everything that `job` and `workers` point into
    cdef public object stats

    def __cinit__(self, arrays, corpus, tables, plan, *, int n_jobs=1, instruction_set=None):
        cdef const fw_kernel *kernel = find_kernel(instruction_set or os.environ.get("FASTW2V_ISA") or None)
        cdef int64_t vocabulary = tables.keep_threshold.shape[0]
        cdef float[:, :] w_in = arrays.w_in, w_out = arrays.w_out
        cdef const int32_t[::1] ids = corpus.ids, noise_alias = tables.noise_alias
        cdef const int64_t[::1] offsets = corpus.offsets
        cdef const int64_t[::1] chunk_begin = plan.chunk_begin, chunk_sentence = plan.chunk_sentence
        cdef const int32_t[::1] pass_slot = plan.pass_slot
        cdef const float[::1] pair_weight = plan.pair_weight, weight_within = plan.weight_within
        cdef const uint32_t[::1] keep_threshold = tables.keep_threshold, noise_threshold = tables.noise_threshold
        cdef const float[::1] output_rate = tables.output_rate
        cdef const uint8_t[::1] frozen = tables.frozen
        cdef const int64_t[::1] path_begin = tables.path_begin
        cdef const int32_t[::1] path_step = tables.path_step
        cdef const uint32_t[::1] crown_path = tables.crown_path
        cdef int64_t stride = _rows(arrays.w_in, "w_in", vocabulary)
        cdef size_t size
        cdef int i
        if (tables.tree is not None) != plan.hierarchical:
            raise ValueError("hierarchical softmax needs a tree, and no other loss has one")
        cdef int64_t stride_out = _rows(arrays.w_out, "w_out", len(tables.output_rate))
        if stride_out != stride or arrays.w_in.shape[1] != arrays.w_out.shape[1]:
            raise ValueError(f"w_in {arrays.w_in.shape} and w_out {arrays.w_out.shape} differ in shape or stride")
        if len(corpus.ids) and not 0 <= int(corpus.ids.min()) <= int(corpus.ids.max()) < vocabulary:
            raise ValueError(f"the corpus has ids outside 0..{vocabulary - 1}")
        self.training = Lock()
        self.n_jobs = max(1, n_jobs)
        self.stats = ChunkStats()
        if self.n_jobs > 1:
            self.words = FrequentWords.of(corpus, tables, plan)
        self.job = fw_job(
            run=fw_settings(
                vocabulary=vocabulary, vector_size=w_in.shape[1], stride=stride,
                tokens=plan.tokens, epochs=plan.epochs, chunks=plan.chunks, longest_chunk=plan.longest_chunk,
                seed=plan.seed, learning_rate=plan.learning_rate, min_learning_rate=plan.min_learning_rate,
                burst_bound=plan.burst_bound, window=plan.window, negative=plan.negative, passes=plan.passes,
                tile_tokens=plan.tile_tokens, noise_slots=plan.noise_slots, noise_life=plan.noise_life,
                cbow=plan.cbow, cbow_mean=plan.cbow_mean, cbow_divide=plan.cbow_divide,
                draw_windows=plan.draw_windows, pairwise_noise=plan.pairwise_noise,
                negative_sampling=plan.negative_sampling, hierarchical=plan.hierarchical,
                first_node=plan.first_node, longest_path=plan.longest_path,
            ),
            w_in=&w_in[0, 0], w_out=&w_out[0, 0], ids=&ids[0], offsets=&offsets[0],
            chunk_begin=&chunk_begin[0], chunk_sentence=&chunk_sentence[0],
            keep_threshold=&keep_threshold[0], noise_threshold=&noise_threshold[0], noise_alias=&noise_alias[0],
            pair_weight=&pair_weight[0], weight_within=&weight_within[0], pass_slot=&pass_slot[0],
            output_rate=&output_rate[0], path_begin=NULL, path_step=NULL, crown_path=NULL, frozen=NULL,
            first_private=0, last_private=0, private_tiles=NULL,
            most_private=0 if self.words is None else len(self.words.shares),
        )
        if frozen is not None:
            self.job.frozen = &frozen[0]
        if tables.tree is not None:
            self.job.path_begin, self.job.path_step = &path_begin[0], &path_step[0]
            self.job.crown_path = &crown_path[0]
        size = kernel.workspace_bytes(&self.job)
        workspaces = np.zeros((self.n_jobs, size // 64 + 1, 16), np.float32)  # a spare 64 bytes each, to align them
        cdef float[:, :, ::1] bytes_of = workspaces
        self.workers = <Worker *> calloc(self.n_jobs, sizeof(Worker))
        if self.workers == NULL:
            raise MemoryError(f"no memory for the state of {self.n_jobs} threads")
        for i in range(self.n_jobs):
            self.workers[i].job = &self.job
            self.workers[i].kernel = kernel
            self.workers[i].workspace = <void *> ((<size_t> &bytes_of[i, 0, 0] + 63) & ~(<size_t> 63))
            kernel.init_workspace(&self.job, self.workers[i].workspace)
        self.owned = (arrays, corpus, tables, plan, workspaces, pair_weight, weight_within)

    def __dealloc__(self):
        free(self.workers)

    def train_chunk(self, int64_t epoch, int64_t first, int64_t last):
        """Train the chunks [first, last) of an epoch (from 0) and return their sums.

        The call blocks without the GIL and checks for signals every 50 ms. If a signal handler raises, the threads
        finish their chunks and are joined before the exception propagates; `stats` then holds their sums. One thread
        at a time may call: `RuntimeError` otherwise.
        """
        self._hold()
        try:
            return self._train_chunk(epoch, first, last)
        finally:
            self.training.release()

    cdef object _hold(self):
        """Take the lock, unless a call that trains has it."""
        if not self.training.acquire(blocking=False):
            raise RuntimeError("this run is training in another thread: wait until its train_chunk returns")

    cdef object _train_chunk(self, int64_t epoch, int64_t first, int64_t last):
        cdef const fw_settings *run = &self.job.run
        if self.workers == NULL or not 0 <= first <= last <= run.chunks or not 0 <= epoch < run.epochs:
            raise ValueError(f"epoch {epoch}, chunks [{first}, {last}): not in the plan, or the run is closed")
        cdef int i, started, n = self.threads(epoch, first, last)
        cdef void **items
        error = None
        self.stats = ChunkStats()
        if n == 0:
            return self.stats
        self._keep_private(epoch, first, n)
        items = <void **> calloc(n, sizeof(void *))
        self.team = fw_team_new(first, last)
        if items == NULL or self.team == NULL:
            free(items)
            fw_team_free(self.team)
            self.team = NULL
            raise MemoryError("no memory to start threads")
        for i in range(n):
            self.workers[i].epoch = epoch
            self.workers[i].stats = fw_stats(tokens=0, pairs=0.0, loss=0.0, chunks=0)
            items[i] = &self.workers[i]
        started = fw_team_start(self.team, n, train_chunks, items)
        try:
            error = self._wait()
        finally:
            with nogil:
                fw_team_join(self.team)
            fw_team_free(self.team)
            self.team = NULL
            free(items)
        self._add_up(n)
        self.stats.threads = started
        if error is not None:
            raise error
        if started == 0:
            raise MemoryError("no thread could be started: lower n_jobs, or raise the limit on processes or memory")
        if started < n:
            warn_user(f"only {started} of {n} threads could be started; training continues with these")
        return self.stats

    def threads(self, int64_t epoch, int64_t first, int64_t last):
        """Return how many threads `train_chunk` starts: at most one per chunk, and at most what staleness allows.

        On ordinary text, at the initial learning rate, staleness allows fourteen to fifty threads; see
        planning/concurrency.py.
        """
        plan = self.owned[3]
        if first == last:
            return 0
        bearable = tokens_in_flight(plan, plan.rate_at(epoch, first)) / plan.tile_tokens
        return int(max(1, min(self.n_jobs, last - first, bearable)))

    cdef object _keep_private(self, int64_t epoch, int64_t first, int threads):
        """Set which words' rows each thread keeps to itself until the next call, and for how many tiles."""
        if self.words is None:
            return
        plan = self.owned[3]
        tiles = private_tiles(plan, plan.rate_at(epoch, first), threads, self.words)
        cdef const int32_t[::1] view = tiles
        kept = np.flatnonzero(tiles)
        self.job.first_private = kept[0] if len(kept) else 0
        self.job.last_private = len(tiles) if len(kept) else 0
        if len(kept):
            self.job.private_tiles = &view[0]
        self.tiles = tiles

    cdef object _wait(self):
        """Wait for the team; return the exception that a signal handler raised, or None."""
        cdef int through
        error = None
        while True:
            with nogil:
                through = fw_team_wait(self.team, POLL_MS)
            if through:
                return error
            try:
                PyErr_CheckSignals()
            except BaseException as raised:
                error = raised
                fw_team_stop(self.team)

    cdef object _add_up(self, int n):
        """Sum the threads' statistics, in their order."""
        cdef int i
        for i in range(n):
            self.stats.tokens += self.workers[i].stats.tokens
            self.stats.pairs += self.workers[i].stats.pairs
            self.stats.chunks += self.workers[i].stats.chunks
            self.stats.loss_sum += self.workers[i].stats.loss
        self.stats.finite = math.isfinite(self.stats.loss_sum)

    def request_stop(self):
        """Make `train_chunk` return as soon as the threads have finished their chunks."""
        if self.team != NULL:
            fw_team_stop(self.team)

    def pull(self):
        """Do nothing: the host's arrays are always current."""

    def push(self):
        """Do nothing: the threads train the host's arrays."""

    def device_rows(self):
        """Return None: the rows are the host's arrays."""
        return None

    def close(self):
        """Release the threads' memory; the arrays stay valid."""
        self._hold()
        free(self.workers)
        self.workers = NULL
        self.owned = None
        self.training.release()
