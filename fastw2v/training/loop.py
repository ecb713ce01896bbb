"""The training loop: chunks, progress, loss, Ctrl-C, divergence, callbacks, checkpoints.

`train` takes an encoded corpus and parameters and does everything; `start` and `advance` are its two halves, for runs
that continue later.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fastw2v.backends import choice as backends
from fastw2v.distributed.comm import Comm, is_first, mark_agreed
from fastw2v.errors import DeviceError, ParameterError, warn_user
from fastw2v.machine import check_memory, resolve_jobs
from fastw2v.parameters import check, shown
from fastw2v.planning import plan
from fastw2v.planning.rows import (
    Arrays,
    OutputRows,
    all_finite,
    count_output_rows,
    describe_rows,
    initial_arrays,
    row_bytes,
    split_output_rows,
)
from fastw2v.planning.tables import make_tables
from fastw2v.planning.training_parameters import TrainingParameters
from fastw2v.planning.tree import make_tree
from fastw2v.training.checkpoint import check_checkpoint
from fastw2v.training.divergence import check_finite, diverged, exploded
from fastw2v.training.interrupts import interrupts_held
from fastw2v.training.no_pairs import describe_no_pairs, doubt_sample
from fastw2v.training.rounds import Rounds
from fastw2v.training.state import Callback, TrainingState
from fastw2v.training.virtual_ranks import train_on_virtual_ranks
from fastw2v.training.watching import Saver, Watch

if TYPE_CHECKING:
    from fastw2v.corpus.encoded_corpus import EncodedCorpus

HAND_OVER_SECONDS = 0.15  # work handed to a backend at once, and so the time between two calls of a callback
CHECKPOINT_SECONDS = 600.0


def start(
    corpus: EncodedCorpus,
    params: TrainingParameters,
    *,
    seed: int,
    initial_vectors: NDArray[np.float32] | None = None,
    output_rows: OutputRows | None = None,
    frozen: NDArray[np.uint8] | None = None,
    counts: NDArray[np.int64] | None = None,
) -> TrainingState:
    """Prepare a run: plan, tables and initial rows.

    Parameters
    ----------
    corpus : EncodedCorpus
    params : TrainingParameters
    seed : int
        From 0 to 2**64 - 1; the same corpus, parameters and seed give the same draws on every device.
    initial_vectors : float32 (V, D), optional
        Input rows to start from; rows with a NaN start at random.
    output_rows : OutputRows, optional
        Output rows to start from; a kind that is missing starts at zero.
    frozen : uint8 (V,), optional
        1 for words whose input rows do not change.
    counts : int64 (V,), optional
        Word counts for subsampling and noise words when this corpus is part of a larger one; by default its own.

    Raises
    ------
    ParameterError
        A parameter is out of range.
    MemoryError
        The rows need more memory than is free.
    """
    params = params.checked()
    corpus.check_offsets()
    words = len(corpus.vocabulary)
    rows_out = count_output_rows(words, params)
    needed = row_bytes(words + rows_out, params.vector_size)
    check_memory(needed, describe_rows(words, rows_out, params.vector_size))
    own_counts = corpus.count_words()
    arrays = _first_rows(initial_vectors, (words, params.vector_size), seed, rows_out)
    _set_output_rows(output_rows, split_output_rows(arrays.w_out, words, params))
    deciding = own_counts if counts is None else counts
    tree = make_tree(deciding) if params.hierarchical else None
    made = plan.make_plan(corpus, params, seed, own_counts, counts, tree)
    if made.learning_rate < params.resolved_learning_rate:
        noise = f" and negative={params.negative}" if params.negative_sampling else ""
        warn_user(
            f"the learning rate is lowered from {params.resolved_learning_rate:.4g} to {made.learning_rate:.4g}: with "
            f"so few words, window={params.window}{noise}, training could diverge",
        )
    tables = replace(make_tables(deciding, params, frozen, tree), counts=own_counts)
    doubt_sample(corpus, made, tables, params)
    return TrainingState(arrays, made, tables, params)


def _first_rows(given: NDArray[np.float32] | None, shape: tuple[int, int], seed: int, rows_out: int) -> Arrays:
    """Return the rows at the start: the given input rows, and random ones where they hold a NaN."""
    if given is None:
        return initial_arrays(*shape, seed, rows_out)
    if given.shape != shape:
        raise ParameterError(f"initial_vectors: expected shape {shape}, found {given.shape}")
    if all_finite(given):
        arrays = initial_arrays(*shape, seed, rows_out, drawn=0)
        arrays.w_in[:] = given
        return arrays
    there = np.isfinite(given).all(axis=1, keepdims=True)
    arrays = initial_arrays(*shape, seed, rows_out, drawn=int(np.flatnonzero(~there)[-1]) + 1)
    np.copyto(arrays.w_in, given, where=there)
    return arrays


def _set_output_rows(given: OutputRows | None, rows: OutputRows) -> None:
    if given is None:
        return
    for name in OutputRows._fields:
        to, source = getattr(rows, name), getattr(given, name)
        if to is None or source is None:
            continue
        if to.shape != source.shape:
            raise ParameterError(f"output rows of {name}: expected shape {to.shape}, found {source.shape}")
        to[:] = source


def train(corpus: EncodedCorpus, params: TrainingParameters, *, seed: int = 0, **options: Any) -> TrainingState:
    """Train word vectors on an encoded corpus: `start`, then `advance` with ``options``.

    Returns
    -------
    TrainingState
        With ``w_in`` (the word vectors), ``w_out``, ``loss_history`` and ``report``.

    Examples
    --------
    >>> from fastw2v import encode
    >>> from fastw2v.training.loop import train
    >>> from fastw2v.planning.training_parameters import TrainingParameters
    >>> corpus = encode([["a", "rose", "is", "a", "rose"]] * 20, min_count=1)
    >>> state = train(corpus, TrainingParameters(vector_size=8, sample=0, epochs=2), n_jobs=1)
    >>> state.w_in.shape, len(state.loss_history)
    ((3, 8), 2)
    """
    state = start(corpus, params, seed=seed)
    advance(state, corpus, **options)
    return state


def check_options(
    *,
    device: str = "auto",
    n_jobs: int | None = None,
    callbacks: Collection[Callback] = (),
    checkpoint: str | os.PathLike[str] | None = None,
    every: float | None = None,
) -> None:
    """Reject invalid options of `advance`, before a corpus is read.

    Raises
    ------
    ParameterError
        An option is out of range.
    BackendUnavailable
        The device cannot be used.
    FormatError
        The checkpoint would replace a file of another kind.
    OSError
        The checkpoint cannot be written.
    """
    check("device", device)
    check("n_jobs", n_jobs)
    check("every", every)
    if every is not None and checkpoint is None:
        raise ParameterError(
            f"every={shown(every)} has no effect without `checkpoint`: name the file of the checkpoint, too"
        )
    if not isinstance(callbacks, Collection) or not all(map(_is_function, callbacks)):
        raise ParameterError(
            f"callbacks={shown(callbacks)}: it must be a list of functions of a Progress, or of objects that can be "
            "called as such; of a class make one, [MyCallback()]"
        )
    backends.check_device(device)
    if checkpoint is not None:
        check("checkpoint", checkpoint)
        check_checkpoint(checkpoint)


def _is_function(callback: object) -> bool:
    return callable(callback) and not isinstance(callback, type)


def advance(
    state: TrainingState,
    corpus: EncodedCorpus,
    *,
    device: str = "auto",
    n_jobs: int | None = None,
    callbacks: Collection[Callback] = (),
    checkpoint: str | os.PathLike[str] | None = None,
    every: float | None = None,
    comm: Comm | None = None,
) -> None:
    """Train from the position of ``state`` to the end of its last epoch, or until something stops it.

    Parameters
    ----------
    state : TrainingState
        Changed in place, and usable whatever happens: after Ctrl-C or an exception from a callback its position is the
        next chunk.
    corpus : EncodedCorpus
        The one it was started with.
    device : {"auto", "cpu", "cuda", "numpy"}, default "auto"
    n_jobs : int, optional
        Number of threads; None or -1 uses every usable CPU, but None in a worker process only the worker's share. With
        1, results are bit-equal for the same state and instruction set.
    callbacks : sequence of callable, optional
        Each is called with a `Progress` in this thread, about every 0.15 seconds and at the end of each epoch; training
        stops when one returns True.
    checkpoint : path, optional
        File for the state, written all-or-nothing every ``every`` seconds, when stopped, and at the end.
    every : float, optional
        Seconds between checkpoints; None means 600. Several ranks write them only at rests, of which a run has ten, or
        one an epoch.
    comm : Comm, optional
        The ranks that train this run together, each with a state of its own that was started alike. Without it, a state
        with a ``deal`` is trained on virtual ranks, threads of this process, with the same bits for any ``n_jobs``.

    Raises
    ------
    DivergedError
        A score was not finite, or the loss far exceeded that of an untrained model; the arrays are then useless.
    DeviceError
        The GPU failed, and with it the rows that it held are lost; the arrays are then useless.
    OSError
        The checkpoint with which the run ends cannot be written; one that was due before is only warned of.
    KeyboardInterrupt
        After Ctrl-C, once all threads have finished their chunks.

    Warns
    -----
    RuntimeWarning
        No pair was trained because no sentence kept two words.
    """
    check_options(device=device, n_jobs=n_jobs, callbacks=callbacks, checkpoint=checkpoint, every=every)
    to_do = state.epoch < state.plan.epochs  # nothing, if the checkpoint of a whole run was restored
    if to_do:
        try:
            _run(state, corpus, device, resolve_jobs(n_jobs), list(callbacks), checkpoint, every, comm)
        finally:  # also where only the last checkpoint failed
            if state.complete and not state.diverged:
                state.pack()
    else:
        state.pack()
    if state.complete and to_do and state.report.pairs == 0:
        warn_user(f"no pair was trained, and the vectors are unchanged: {describe_no_pairs(corpus)}")


def _run(
    state: TrainingState,
    corpus: EncodedCorpus,
    device: str,
    jobs: int,
    callbacks: list[Callback],
    checkpoint: str | os.PathLike[str] | None,
    every: float | None,
    comm: Comm | None,
) -> None:
    """Start a backend, train, and clean up, however the training ends."""
    corpus.check_offsets()  # once more, and the backend checks the ids: the kernels trust both
    backend = backends.choose(device)
    _describe(state, backend)
    first = is_first(comm)  # it calls back and writes
    watch = Watch(state, corpus, callbacks if first else [])
    seconds = CHECKPOINT_SECONDS if every is None else float(every)
    saver = Saver(state, corpus, checkpoint if first else None, seconds)
    if state.deal is not None:
        _run_ranks(state, corpus, backend, jobs, comm, watch, saver)
        return
    state.device_rows = None  # those of a run before this one take memory
    run = backend(state.arrays, corpus, state.tables, state.plan, n_jobs=jobs)
    watch.pull = run.pull
    try:
        with interrupts_held(run.request_stop) as interrupted:
            _loop(state, run, watch, saver, interrupted)
    except BaseException as error:
        _note_end(state, error)
        raise
    finally:
        try:
            run.pull()
            state.device_rows = run.device_rows()
        except DeviceError:
            state.diverged = True  # the state counts chunks whose updates were lost with the device
            raise
        finally:
            run.close()
            watch.close()
            if not state.diverged:
                saver.save()


def _run_ranks(
    state: TrainingState,
    corpus: EncodedCorpus,
    backend: type[backends.Run],
    jobs: int,
    comm: Comm | None,
    watch: Watch,
    saver: Saver,
) -> None:
    """Do the same as `_run` for one of several ranks, or for virtual ones.

    After an exception nothing is saved: the rows are those of a merge that left some of them out, and the last
    checkpoint is one that a run can go on from.
    """
    run = None if comm is None else backend(state.arrays, corpus, state.tables, state.plan, n_jobs=jobs)
    try:
        with _stopping_together(state), interrupts_held(_go_on) as interrupted:
            if comm is None or run is None:
                train_on_virtual_ranks(state, corpus, backend, jobs, watch, saver, interrupted)
            else:
                Rounds(state, corpus, run, comm, watch, saver, interrupted).train()
            saver.save()
    except BaseException as error:
        _note_end(state, error)
        raise
    finally:
        if run is not None:
            run.close()
        watch.close()


def _note_end(state: TrainingState, error: BaseException) -> None:
    """Let the report say what ended a run, unless it knows."""
    if not state.report.stopped_by:
        state.report.stopped_by = "interrupt" if isinstance(error, KeyboardInterrupt) else "exception"


@contextmanager
def _stopping_together(state: TrainingState) -> Iterator[None]:
    """Note that the exception with which Ctrl-C ends leaves no rank waiting: all stopped at the same merge."""
    try:
        yield
    except BaseException as error:
        if state.report.stopped_by == "interrupt":
            mark_agreed(error, echo=False)
        raise


def _go_on() -> None:
    """Let ranks that are interrupted finish their interval: they stop at the merge that follows."""


def _loop(state: TrainingState, run: backends.Run, watch: Watch, saver: Saver, interrupted: Callable[[], bool]) -> None:
    """Hand chunks to the backend in batches that take about HAND_OVER_SECONDS."""
    batch = getattr(run, "first_batch", 1)
    while not state.complete:
        last = min(state.chunk + batch, state.plan.chunks)
        began = time.perf_counter()
        try:
            run.train_chunk(state.epoch, state.chunk, last)
        finally:  # even if the user's signal handler raised: trained chunks count
            epoch_end = state.add(run.stats)
        if not run.stats.finite or exploded(run.stats, state.plan):
            state.diverged = True
            raise diverged(run.stats, state.epoch + (not epoch_end), watch.rate(), state.plan)
        seconds = time.perf_counter() - began
        wanted = int(batch * HAND_OVER_SECONDS / max(seconds, 1e-6))
        batch = max(1, min(wanted, 4 * batch, state.plan.chunks))
        if interrupted():
            state.report.stopped_by = "interrupt"
            return
        if watch.tell(epoch_end):
            state.report.stopped_by = "callback"
            return
        if saver.due():
            run.pull()
            saver.save_due()
    run.pull()
    check_finite(state)


def _describe(state: TrainingState, backend: type[backends.Run]) -> None:
    report = state.report
    report.device = next(name for name, module in backends.MODULES.items() if backend.__module__ == module)
    report.tile_tokens, report.noise_slots = state.plan.tile_tokens, state.plan.noise_slots
    report.noise_life = state.plan.noise_life
    report.stopped_by = ""
    if report.device == "cpu":
        from fastw2v._train import instruction_sets

        report.instruction_set = instruction_sets()["selected"]
