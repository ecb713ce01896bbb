"""The ranks of a session: opening them, what they agree on before they train, and how they end."""

from __future__ import annotations

import os
import socket
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from fastw2v.cuda_device import use_device, why_not
from fastw2v.distributed.comm import Comm, agreed, is_agreed, is_first
from fastw2v.distributed.mpi import Mpi, check_communicator
from fastw2v.errors import ParameterError, warn_user
from fastw2v.machine import resolve_jobs
from fastw2v.planning.spread_chunks import owner_of_chunks
from fastw2v.training.checkpoint import fingerprint
from fastw2v.training.dealing import make_deal
from fastw2v.training.state import TrainingState

if TYPE_CHECKING:
    from fastw2v.corpus.encoded_corpus import EncodedCorpus


@contextmanager
def opened(comm: Any) -> Iterator[Comm | None]:
    """Open the ranks that a caller names; None for a single one.

    Parameters
    ----------
    comm : None, "mpi", communicator of mpi4py, or Comm

    Warns
    -----
    RuntimeWarning
        There is only one rank.

    Notes
    -----
    An exception that not all ranks raise would leave the others waiting, so it ends all of them, with one sentence.
    """
    check_communicator(comm)
    if comm is None or isinstance(comm, Comm):
        yield comm
        return
    ranks = Mpi(None if comm == "mpi" else comm)
    try:
        if ranks.size == 1:
            warn_user(
                "there is one rank, so training is that of one process: start several with mpiexec -n 8, or leave out "
                "`comm`"
            )
        yield ranks if ranks.size > 1 else None
    except BaseException as error:
        if ranks.size > 1 and not is_agreed(error):
            ranks.abort(f"{type(error).__name__}: {error}")
        raise
    finally:
        ranks.close()


def check_ranks(deterministic: int | None, comm: Any, sync_words: int | None, device: str) -> None:
    """Raise for combinations that have no meaning.

    Raises
    ------
    ParameterError
    """
    if deterministic is not None and comm is not None:
        raise ParameterError(
            f"deterministic={deterministic} and `comm` were both given: `deterministic` is for the threads of one "
            "process; over MPI, n_jobs=1 gives the same vectors each time"
        )
    if sync_words is not None and deterministic is None and comm is None:
        raise ParameterError(
            f"sync_words={sync_words} has no effect on one rank: pass `comm` or `deterministic`, too, or leave it out"
        )
    if deterministic is not None and device == "cuda":
        raise ParameterError(
            f"deterministic={deterministic} and device='cuda': a GPU adds in any order; use device='cpu'"
        )


def common_seed(seed: int, comm: Comm | None) -> int:
    """Return the seed of rank 0."""
    return seed if comm is None else int(comm.bcast(str(seed)))


def jobs_of_rank(n_jobs: int | None, comm: Comm | None) -> int | None:
    """Return the threads of one rank: those that are asked for, or its share of the CPUs that it has with others."""
    if comm is None or n_jobs not in (None, -1):
        return n_jobs
    cpus = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    same = comm.texts(f"{socket.gethostname()} {cpus}")
    return max(1, resolve_jobs(n_jobs) // same.count(same[comm.rank]))


def choose_device(device: str, comm: Comm | None) -> None:
    """Give each rank of a machine a GPU of its own, as far as there are enough."""
    if comm is None or device not in ("auto", "cuda"):
        return
    hosts = comm.texts(socket.gethostname())
    number = hosts[: comm.rank].count(hosts[comm.rank])
    if device == "cuda" or why_not() is None:
        use_device(number)


def deal(
    state: TrainingState, corpus: EncodedCorpus, comm: Comm | None, deterministic: int | None, sync_words: int | None
) -> None:
    """Give a state that was just started its deal, if it is one of several ranks, and see that all started alike.

    Raises
    ------
    ParameterError
        Ranks have started with different rows, parameters or seeds.
    """
    ranks = comm.size if comm is not None else deterministic or 1
    if ranks == 1:
        return
    owner = owner_of_chunks(corpus, state.plan.chunk_begin)
    state.deal = make_deal(state.plan, ranks, owner, sync_words, doubt=is_first(comm))
    if comm is None:
        return
    plan = state.plan
    checksum = 0
    for rows in (state.w_in, state.w_out):
        for begin in range(0, len(rows), 4_096):
            checksum = zlib.crc32(rows[begin : begin + 4_096].tobytes(), checksum)
    numbers = (state.params, plan.tile_tokens, plan.learning_rate, plan.tokens, plan.pairs, fingerprint(corpus))
    settings = zlib.crc32(repr(numbers).encode())
    marks = comm.texts(f"seed {plan.seed}, interval {state.deal.interval}, {settings:08x}, rows {checksum:08x}")
    with agreed(comm):
        other = next((rank for rank, mark in enumerate(marks) if mark != marks[0]), None)
        if other is not None:
            raise ParameterError(
                f"rank {other} does not start as rank 0 does (seed, interval, checksums of settings and rows: "
                f"{marks[other]}, not {marks[0]}): pass the same parameters, initial vectors and, unless it is a list "
                "that ranks share, corpus to all ranks, and run the same version of fastw2v on all machines"
            )
