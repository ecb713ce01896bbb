"""Deterministic training on several threads: ranks that are threads of this process, each with a replica of the model.

Each rank trains its own part of the text in one thread, so its bits depend on nothing else, and ranks merge in rank
order. How many of them are at work at the same time changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from fastw2v.backends.choice import Run
from fastw2v.distributed.comm import Comm
from fastw2v.distributed.threads import Threads
from fastw2v.machine import check_memory
from fastw2v.planning.rows import Arrays, empty_rows
from fastw2v.training.merging import bases
from fastw2v.training.rounds import Rounds
from fastw2v.training.state import Report, TrainingState
from fastw2v.training.watching import Saver, Watch

if TYPE_CHECKING:
    from fastw2v.corpus.encoded_corpus import EncodedCorpus


def check_replicas(state: TrainingState, ranks: int) -> None:
    """Raise before training if the replicas do not fit: one for each rank, and two more models to merge them.

    Raises
    ------
    MemoryError
    """
    model = state.w_in.nbytes + state.w_out.nbytes
    what = f"deterministic={ranks}: {ranks - 1} more replicas of the model, and two to merge them,"
    check_memory((ranks + 1) * model, what, lower="lower `deterministic`, vector_size or max_vocab")


def train_on_virtual_ranks(
    state: TrainingState,
    corpus: EncodedCorpus,
    backend: type[Run],
    jobs: int,
    watch: Watch,
    saver: Saver,
    interrupted: Callable[[], bool],
) -> None:
    """Train a state on the ranks of its deal, at most ``jobs`` of them at the same time."""
    assert state.deal is not None
    ranks = state.deal.ranks
    check_replicas(state, ranks)
    shared = bases(state.arrays, state.plan)

    def work(comm: Comm) -> None:
        if comm.rank == 0:
            own, beside = state, (watch, saver, interrupted)
        else:
            own = _replica(state)
            beside = (Watch(own, corpus, []), Saver(own, corpus, None, saver.every), lambda: False)
        run = backend(own.arrays, corpus, own.tables, own.plan, n_jobs=1)
        comm.barrier()  # rank 0 must not train before all have copied its rows
        try:
            Rounds(own, corpus, run, comm, *beside, shared).train()
        finally:
            run.close()

    Threads(ranks, at_once=jobs).run(work)
    state.report.n_jobs = min(jobs, ranks)


def _replica(state: TrainingState) -> TrainingState:
    """Return a state at the same position with rows of its own."""
    copies = []
    for rows in (state.w_in, state.w_out):
        copies.append(empty_rows(len(rows), rows.shape[1]))
        copies[-1][:] = rows
    return replace(state, arrays=Arrays(*copies), loss_history=list(state.loss_history), report=Report())
