"""Ranks that are processes, on one machine or many, which talk over MPI. The only module that imports mpi4py."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from fastw2v.distributed.comm import Comm
from fastw2v.errors import MissingDependencyError, ParameterError, require

# An MPI of before 2021 counts the elements of a message in 31 bits.
BLOCK_BYTES = 1 << 28


class Mpi(Comm):
    """The ranks of an MPI communicator.

    Parameters
    ----------
    communicator : mpi4py.MPI.Intracomm, optional
        By default all processes that the launcher started. It is duplicated, so that no message of others is taken for
        one of this package.

    Raises
    ------
    MissingDependencyError
        mpi4py is not installed, or finds no MPI.
    """

    def __init__(self, communicator: Any = None) -> None:
        self._mpi = _import_mpi()
        self._comm = (self._mpi.COMM_WORLD if communicator is None else communicator).Dup()
        super().__init__(self._comm.Get_rank(), self._comm.Get_size())

    def _exchange(self, parts: Sequence[NDArray[Any]], sizes: Sequence[int] | None) -> list[NDArray[Any]]:
        """Send and receive in blocks; sizes that are not known go first."""
        dtype = parts[self.rank].dtype
        if sizes is None:
            ours, theirs = np.array([part.size for part in parts], np.int64), np.empty(self.size, np.int64)
            self._wait([self._comm.Ialltoall(ours, theirs)])
            sizes = theirs.tolist()
        received = [parts[rank] if rank == self.rank else np.empty(size, dtype) for rank, size in enumerate(sizes)]
        requests = []
        # Each rank begins with its neighbour, so that not all send to rank 0 first.
        for other in ((self.rank + step) % self.size for step in range(1, self.size)):
            requests += [self._comm.Irecv(block, source=other) for block in _blocks(received[other])]
        for other in ((self.rank + step) % self.size for step in range(1, self.size)):
            requests += [self._comm.Isend(block, dest=other) for block in _blocks(parts[other])]
        self._wait(requests)
        return received

    def _wait(self, requests: list[Any]) -> None:
        """Poll and give way: signals are heard, and ranks that share a processor do not keep each other from it."""
        while not self._mpi.Request.Testall(requests):
            os.sched_yield()

    def abort(self, text: str) -> NoReturn:
        """Say the sentence and let MPI end all processes, with exit code 1."""
        print(f"fastw2v: error: rank {self.rank} of {self.size}: {text}", file=sys.stderr, flush=True)
        self._comm.Abort(1)
        raise SystemExit(1)  # for MPIs whose Abort returns

    def close(self) -> None:
        """Free the duplicate."""
        self._comm.Free()


def _import_mpi() -> Any:
    try:
        return require("mpi4py.MPI", "training over MPI", "mpi")
    except RuntimeError as error:  # mpi4py is there, and the library of MPI is not
        raise MissingDependencyError(
            f"training over MPI: mpi4py finds no MPI ({error}): pip install 'fastw2v[mpi]', which brings one, or load "
            "the MPI of this cluster (often: module load mpi)"
        ) from error


def _blocks(array: NDArray[Any]) -> list[NDArray[np.uint8]]:
    data = array.reshape(-1).view(np.uint8)
    return [data[begin : begin + BLOCK_BYTES] for begin in range(0, len(data), BLOCK_BYTES)]


def is_communicator(value: Any) -> bool:
    """Return whether a value is a communicator of mpi4py; mpi4py is not imported for it."""
    module = sys.modules.get("mpi4py.MPI")
    return module is not None and isinstance(value, module.Intracomm)


def check_communicator(value: Any) -> None:
    """Raise ParameterError unless the value is None, ``"mpi"`` or a communicator."""
    known = value is None or isinstance(value, Comm) or is_communicator(value)
    if not known and not (isinstance(value, str) and value == "mpi"):
        raise ParameterError(
            f"comm={value!r:.60}: it must be None (train alone), 'mpi' (all processes of mpiexec) or a communicator of "
            "mpi4py, such as mpi4py.MPI.COMM_WORLD"
        )
