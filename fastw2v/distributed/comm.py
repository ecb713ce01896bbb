"""What ranks need of each other: two collectives, and what is made of them.

A *rank* is one of several trainers that hold replicas of a model. Everything that ranks tell each other passes through
a `Comm`, so that the same code runs in threads of one process (`threads.Threads`) and over MPI (`mpi.Mpi`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from fastw2v.errors import RankError


class Comm(ABC):
    """One rank's view of all ranks. Each collective is called by every rank, in the same order.

    Arrays that are handed over are contiguous, have the same type on every rank, and are not changed afterwards.

    Attributes
    ----------
    rank, size : int
        This rank, from 0, and the number of ranks.
    bytes_sent : int
        Bytes that this rank has handed to others.
    """

    rank: int
    size: int

    def __init__(self, rank: int, size: int) -> None:
        self.rank, self.size = rank, size
        self.bytes_sent = 0

    @abstractmethod
    def _exchange(self, parts: Sequence[NDArray[Any]], sizes: Sequence[int] | None) -> list[NDArray[Any]]:
        """Give part r to rank r; return what each rank gave to this one, in rank order."""

    @abstractmethod
    def abort(self, text: str) -> NoReturn:
        """Say one sentence and end all ranks, whatever they are doing."""

    def close(self) -> None:  # noqa: B027  # most have nothing to release
        """Release what was allocated for this view."""

    def turn(self) -> AbstractContextManager[Any]:
        """Return the context of work that keeps a processor busy, where ranks share processors."""
        return nullcontext()

    def to_owners(self, parts: Sequence[NDArray[Any]], sizes: Sequence[int] | None = None) -> list[NDArray[Any]]:
        """Give part r to rank r; return what each rank gave to this one, in rank order (all to all).

        ``sizes`` are those of the arrays that come, where they are known: then they need not be sent first.
        """
        self.bytes_sent += sum(part.nbytes for rank, part in enumerate(parts) if rank != self.rank)
        return self._exchange(parts, sizes)

    def from_owners(self, part: NDArray[Any], sizes: Sequence[int] | None = None) -> list[NDArray[Any]]:
        """Give a part to all ranks; return the parts of all, in rank order (all gather)."""
        return self.to_owners([part] * self.size, sizes)

    def sum(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the sum over ranks, added in rank order: the same bits on each of them."""
        total = np.zeros(values.shape)
        sizes = [values.size] * self.size
        for part in self.from_owners(np.ascontiguousarray(values, np.float64).reshape(-1), sizes):
            total += part.reshape(values.shape)
        return total

    def texts(self, text: str) -> list[str]:
        """Return the texts of all ranks, in rank order."""
        parts = self.from_owners(np.frombuffer(text.encode("utf-8", "surrogatepass"), np.uint8))
        return [part.tobytes().decode("utf-8", "surrogatepass") for part in parts]

    def bcast(self, text: str) -> str:
        """Return the text of rank 0."""
        return self.texts(text if self.rank == 0 else "")[0]

    def barrier(self) -> None:
        """Return once every rank has come here."""
        self.sum(np.zeros(1))


@contextmanager
def agreed(comm: Comm) -> Iterator[None]:
    """Do work in which ranks do not talk to each other, and leave it alike: if one rank raises, all raise.

    A rank that failed raises its own exception, and the others a `RankError` that quotes the first. Of exceptions that
    several ranks raise, as all do for a file that is missing, `is_echo` tells which are not the first.
    """
    if comm.size == 1:
        yield
        return
    raised: BaseException | None = None
    try:
        yield
    except BaseException as error:  # raised again below, once the other ranks know
        raised = error
    texts = comm.texts("" if raised is None else f"{type(raised).__name__}: {raised}")
    first = next((rank for rank, text in enumerate(texts) if text), None)
    if raised is not None:
        mark_agreed(raised, echo=first != comm.rank)
        raise raised
    if first is not None:
        raise RankError(f"rank {first} of {comm.size} failed, and with it the others: {texts[first]}")


def agreed_with(comm: Comm | None) -> AbstractContextManager[None]:
    """Do the same as `agreed` where there may be one rank alone, which has no `Comm`."""
    return nullcontext() if comm is None else agreed(comm)


def is_first(comm: Comm | None) -> bool:
    """Return whether this is rank 0, which speaks and writes for all, or a rank alone, which has no `Comm`."""
    return comm is None or comm.rank == 0


def mark_agreed(error: BaseException, *, echo: bool) -> None:
    """Note that no rank waits for the one that raises this; ``echo``: another one tells of it."""
    vars(error)["_is_echo"] = echo


def is_agreed(error: BaseException) -> bool:
    """Return whether no rank waits for the one that raises this."""
    return isinstance(error, RankError) or hasattr(error, "_is_echo")


def is_echo(error: BaseException) -> bool:
    """Return whether another rank raises the same, and tells of it."""
    return isinstance(error, RankError) or bool(getattr(error, "_is_echo", False))
