"""Ranks that are threads of one process: for deterministic training on several threads, and for tests."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any, NoReturn, TypeVar

from numpy.typing import NDArray

from fastw2v.distributed.comm import Comm, is_agreed
from fastw2v.errors import RankError

Result = TypeVar("Result")


class Threads:
    """A number of ranks in one process.

    Parameters
    ----------
    size : int
        How many ranks.
    at_once : int, optional
        How many of them may be at work in `Comm.turn` at the same time; by default all.

    Examples
    --------
    >>> import numpy as np
    >>> from fastw2v.distributed.threads import Threads
    >>> Threads(3).run(lambda comm: int(comm.sum(np.array([comm.rank + 1.0]))[0]))
    [6, 6, 6]
    """

    def __init__(self, size: int, at_once: int | None = None) -> None:
        self.size = size
        self.turns = threading.Semaphore(size if at_once is None else max(1, at_once))
        self.barrier = threading.Barrier(size)
        # Two boards take turns: a rank may put up its next parts while another still reads the last ones.
        self.boards: list[list[Sequence[NDArray[Any]]]] = [[()] * size, [()] * size]
        self.aborted = ""

    def run(self, work: Callable[[Comm], Result]) -> list[Result]:
        """Call ``work(comm)`` for each rank, that of rank 0 in this thread; return the results in rank order.

        Raises
        ------
        BaseException
            What the first rank raised that failed on its own; the others are ended first.
        """
        results: list[Any] = [None] * self.size
        raised: list[BaseException | None] = [None] * self.size

        def body(rank: int) -> None:
            try:
                results[rank] = work(_ThreadComm(rank, self))
            except BaseException as error:  # raised again below
                raised[rank] = error
                if not is_agreed(error):  # else the others know, and may still be on their way out of the barrier
                    self.barrier.abort()

        names = [(rank, f"fastw2v-rank-{rank}") for rank in range(1, self.size)]
        threads = [threading.Thread(target=body, args=(rank,), name=name, daemon=True) for rank, name in names]
        started: list[threading.Thread] = []
        try:
            for thread in threads:
                thread.start()
                started.append(thread)
            body(0)
        except RuntimeError as error:  # no thread could be started
            self.barrier.abort()
            raise RankError(f"only {len(started) + 1} of {self.size} ranks could be started: {error}") from error
        finally:
            for thread in started:
                thread.join()
        failures = [error for error in raised if error is not None]
        if failures:
            raise next((error for error in failures if not isinstance(error, RankError)), failures[0])
        return results


class _ThreadComm(Comm):
    """One thread's view of the ranks."""

    def __init__(self, rank: int, ranks: Threads) -> None:
        super().__init__(rank, ranks.size)
        self._ranks = ranks
        self._board = 0

    def turn(self) -> AbstractContextManager[Any]:
        return self._ranks.turns

    def _exchange(self, parts: Sequence[NDArray[Any]], sizes: Sequence[int] | None) -> list[NDArray[Any]]:
        board, self._board = self._ranks.boards[self._board], 1 - self._board
        board[self.rank] = parts
        try:
            self._ranks.barrier.wait()
        except threading.BrokenBarrierError:
            raise RankError(self._ranks.aborted or "another rank failed, and with it this one") from None
        return [given[self.rank] for given in board]

    def abort(self, text: str) -> NoReturn:
        """End the other ranks at their next collective, and raise."""
        self._ranks.aborted = text
        self._ranks.barrier.abort()
        raise RankError(text)
