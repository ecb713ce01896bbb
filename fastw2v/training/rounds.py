"""The training loop of one of several ranks: train an interval, merge with the others, agree on what comes next.

Ranks talk to each other only between intervals, each time in the same order, so whatever ends a run (Ctrl-C, a
callback, divergence, an exception on one rank) ends it at the same merge on all of them.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from fastw2v.backends.choice import Run
from fastw2v.corpus.ids import count_ids
from fastw2v.distributed.comm import Comm, agreed
from fastw2v.machine import check_memory
from fastw2v.planning.learning_rate import rate_after
from fastw2v.planning.plan import ChunkStats
from fastw2v.training.dealing import cut_epoch
from fastw2v.training.divergence import check_finite, diverged, exploded
from fastw2v.training.merging import Floats, Merger
from fastw2v.training.state import TrainingState
from fastw2v.training.watching import Saver, Watch

if TYPE_CHECKING:
    from fastw2v.corpus.encoded_corpus import EncodedCorpus


class Rounds:
    """The rounds of one rank.

    Parameters
    ----------
    state : TrainingState
        Its ``arrays`` are this rank's replica; its ``deal`` says which chunks are this rank's.
    corpus : EncodedCorpus
        With the text of this rank, at least.
    run : Run
        The backend that trains the replica.
    comm : Comm
    watch : Watch
        Of rank 0, with the callbacks.
    saver : Saver
        Of rank 0, with the checkpoint's path.
    interrupted : callable
        Whether Ctrl-C was pressed here.
    shared : list of arrays, optional
        As for `Merger`.
    """

    def __init__(
        self,
        state: TrainingState,
        corpus: EncodedCorpus,
        run: Run,
        comm: Comm,
        watch: Watch,
        saver: Saver,
        interrupted: Callable[[], bool],
        shared: list[Floats] | None = None,
    ) -> None:
        assert state.deal is not None
        self.state, self.corpus, self.run, self.comm = state, corpus, run, comm
        self.watch, self.saver, self.interrupted, self.deal = watch, saver, interrupted, state.deal
        self.waited, self.merging = 0.0, 0.0  # seconds
        if shared is None:
            needed = (state.w_in.nbytes + state.w_out.nbytes) * (comm.size + 1) // comm.size
            check_memory(needed, f"rank {comm.rank}: the rows of the last merge, and what is carried over,")
        counts = corpus.vocabulary.counts
        counts = corpus.count_words() if counts is None else counts
        in_order = bool((np.diff(counts) <= 0).all())
        self.merger = Merger(state.arrays, state.plan, state.tables, comm, frequent_first=in_order, shared=shared)

    def train(self) -> None:
        """Train to the end of the run, or until something stops it; all ranks then hold the same rows.

        Raises
        ------
        DivergedError
            On every rank, if a score of one was not finite.
        RankError
            Another rank raised an exception; the rows are those of the last merge.
        """
        try:
            self._train_all()
        except BaseException:
            self.merger.undo()
            self.run.push()
            raise
        waits = self.comm.from_owners(np.array([self.waited]))
        report = self.state.report
        report.ranks, report.merges = self.comm.size, report.merges + self.merger.merges
        report.bytes_sent += self.comm.bytes_sent
        report.seconds_merging += self.merging
        report.seconds_waiting += self.waited
        report.longest_wait += float(max(wait[0] for wait in waits))

    def _train_all(self) -> None:
        state = self.state
        while not state.complete:
            bounds, rests = cut_epoch(state.plan, self.deal, state.epoch)
            work = self.deal.chunks_by_interval(state.plan, bounds, self.comm.rank)
            first = int(np.searchsorted(bounds, state.chunk))
            assert bounds[first] == state.chunk, "a run is resumed where its ranks merged"
            for number in range(first, len(rests)):
                if self._round(work[number], number + 1, int(bounds[number + 1]), rests[number]):
                    return
        with agreed(self.comm):
            check_finite(state)

    def _round(self, chunks: NDArray[np.int64], number: int, end: int, rest: bool) -> bool:
        """Train the chunks of one interval and merge; return whether the run is to stop."""
        state, plan, comm = self.state, self.state.plan, self.comm
        tokens = int(plan.chunk_begin[end] - plan.chunk_begin[state.chunk])
        done = state.tokens_done + tokens
        with agreed(comm):
            own = self._train(chunks, tokens)
        total, totals = self._add_up(own)
        with agreed(comm):
            if not total.finite:
                state.diverged = True
                raise diverged(total, state.epoch + 1, self.watch.rate(), plan)
        middle = rate_after(plan.learning_rate, plan.min_learning_rate, done - tokens // 2, plan.epochs * plan.tokens)
        tier = self.merger.tier(number, done, whole=rest)
        self._merge(tier, float(middle), totals)
        total.chunks = end - state.chunk
        epoch_end = state.add(total)
        with agreed(comm):
            stop = self.watch.tell(epoch_end)
        by_interrupt, by_callback = comm.sum(np.array([float(self.interrupted()), float(stop)]))
        if by_interrupt or by_callback:
            state.report.stopped_by = "interrupt" if by_interrupt else "callback"
            if tier < len(self.merger.tiers) - 1:
                totals[:, : tier + 1] = 0  # of rows that have just been merged
                self._merge(len(self.merger.tiers) - 1, float(middle), totals)
            return True
        if rest:
            self.merger.rest()
            with agreed(comm):
                if self.saver.due() and not state.complete:
                    self.saver.save_due()
        return False

    def _train(self, chunks: NDArray[np.int64], tokens: int) -> ChunkStats:
        """Train these chunks and note their tokens; a rank without any takes part in the merge all the same."""
        total = ChunkStats(threads=0)
        plan, ids = self.state.plan, self.corpus.ids
        runs_of = np.split(chunks, np.flatnonzero(np.diff(chunks) != 1) + 1) if len(chunks) else []
        with self.comm.turn():
            for each in runs_of:
                first, last = int(each[0]), int(each[-1]) + 1
                stats = self.run.train_chunk(self.state.epoch, first, last)
                total.tokens, total.pairs = total.tokens + stats.tokens, total.pairs + stats.pairs
                total.loss_sum, total.threads = total.loss_sum + stats.loss_sum, max(total.threads, stats.threads)
                total.finite = total.finite and stats.finite and not exploded(stats, plan)
            spans = [ids[plan.chunk_begin[each[0]] : plan.chunk_begin[each[-1] + 1]] for each in runs_of]
            seen = np.concatenate(spans) if spans else ids[:0]
            self.merger.see(count_ids(seen, len(self.state.w_in)), tokens)
            self.run.pull()
        return total

    def _add_up(self, own: ChunkStats) -> tuple[ChunkStats, NDArray[np.float64]]:
        """Return the sums of all ranks, in rank order, and what each has seen; wait for the slowest rank."""
        mine = [own.tokens, own.pairs, own.loss_sum, own.threads, own.finite, *self.merger.total]
        began = time.perf_counter()
        heads = np.array(self.comm.from_owners(np.array(mine, np.float64), [len(mine)] * self.comm.size))
        self.waited += time.perf_counter() - began
        tokens, pairs, loss_sum, threads = (sum(heads[:, column].tolist()) for column in range(4))
        finite = bool(heads[:, 4].all())
        return ChunkStats(int(tokens), pairs, loss_sum, finite, threads=int(threads)), heads[:, 5:]

    def _merge(self, tier: int, rate: float, totals: NDArray[np.float64]) -> None:
        began = time.perf_counter()
        self.merger.merge(tier, rate, totals)
        self.run.push()
        self.merging += time.perf_counter() - began
