"""Training shown as it goes on: a callback that fills a phase's bar, and the same figures as a line for the log."""

from __future__ import annotations

import math
from collections.abc import Iterator
from types import TracebackType
from typing import Any

from fastw2v.progress.figures import format_rate, format_seconds
from fastw2v.progress.pace import WARM_UP
from fastw2v.progress.phase import Phase
from fastw2v.progress.snapshot import Fact


def describe(progress: Any) -> str:
    """Format a progress report as one line.

    Parameters
    ----------
    progress : fastw2v.training.Progress

    Returns
    -------
    str
    """
    return (
        f"epoch {progress.epoch}/{progress.epochs}  {progress.words_per_second:,.0f} words/s  "
        f"rate {progress.learning_rate:.5f}  loss {_loss(progress)}"
    )


def progress_line(progress: Any) -> str:
    """Format a progress report with its share of the run and the time left."""
    share = progress.tokens / max(1, progress.total_tokens)
    return f"{describe(progress)}  {share:.0%}  left {format_seconds(progress.eta)}"


def _loss(progress: Any) -> str:
    return f"{progress.loss:.4f}" if math.isfinite(progress.loss) else "-"


class ProgressBar:
    """A training callback that shows progress: a bar of a terminal or a notebook, or lines elsewhere.

    Notes
    -----
    It is what ``verbose=1`` adds to a `fit`. Use it as a context manager, or call `close` at the end, which leaves the
    terminal as it was. It starts no thread: it draws when it is called, at most twice a second.

    Examples
    --------
    >>> with ProgressBar() as bar:  # doctest: +SKIP
    ...     Word2Vec(corpus, callbacks=[bar]).fit()
    """

    def __init__(self) -> None:
        self._phase: Phase | None = None
        self._progress: Any = None

    def __call__(self, progress: Any) -> bool:
        """Show a report; never ask training to stop.

        Parameters
        ----------
        progress : fastw2v.training.Progress

        Returns
        -------
        bool
            False.
        """
        self._progress = progress
        if self._phase is None:
            self._phase = Phase("training", progress.total_tokens, "words", patience=0.0, elapsed=progress.elapsed)
            self._phase.tell(self._facts)
        self._phase.estimate(progress.eta)
        self._phase.reach(progress.tokens)
        return False

    def _facts(self) -> Iterator[Fact]:
        progress = self._progress
        yield Fact(f"epoch {progress.epoch}/{progress.epochs}", 2)
        if progress.elapsed >= WARM_UP or progress.tokens == progress.total_tokens:  # the first batches tell nothing
            yield Fact(format_rate(progress.words_per_second, "words"), 1)
        if progress.tokens < progress.total_tokens:
            yield Fact(f"rate {progress.learning_rate:.4f}", 4)
        yield Fact(f"loss {_loss(progress)}", 3)

    def close(self, *, failed: bool = False) -> None:
        """Show the last report and leave the terminal in order; may be called more than once."""
        phase, self._phase = self._phase, None
        if phase is not None:
            whole = not failed and self._progress.tokens == self._progress.total_tokens
            phase.end(whole)

    def __enter__(self) -> ProgressBar:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close(failed=kind is not None)
