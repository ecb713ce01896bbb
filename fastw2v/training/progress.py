"""A progress line for terminals, or lines for logs: epoch, percentage, words/s, learning rate, loss, time left."""

from __future__ import annotations

import math
import sys
from types import TracebackType
from typing import Any, TextIO

LINE_SECONDS = 60.0  # between two lines in a log, within an epoch


def format_seconds(seconds: float) -> str:
    """Format a duration.

    Parameters
    ----------
    seconds : float

    Returns
    -------
    str
        "m:ss" or "h:mm:ss"; "-:--" if the time is unknown.

    Examples
    --------
    >>> format_seconds(75.4), format_seconds(3661), format_seconds(float("nan"))
    ('1:15', '1:01:01', '-:--')
    """
    if not math.isfinite(seconds) or seconds < 0:
        return "-:--"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def describe(progress: Any) -> str:
    """Format a progress report as one line.

    Parameters
    ----------
    progress : fastw2v.training.Progress

    Returns
    -------
    str
    """
    loss = f"{progress.loss:.4f}" if math.isfinite(progress.loss) else "-"
    return (
        f"epoch {progress.epoch}/{progress.epochs}  {progress.words_per_second:,.0f} words/s  "
        f"rate {progress.learning_rate:.5f}  loss {loss}"
    )


def progress_line(progress: Any) -> str:
    """Format a progress report with its share of the run and the time left."""
    share = progress.tokens / max(1, progress.total_tokens)
    return f"{describe(progress)}  {share:.0%}  left {format_seconds(progress.eta)}"


class ProgressLine:
    """A training callback that shows progress: one line of a terminal, kept up to date, or new lines elsewhere.

    Parameters
    ----------
    stream : text file, optional
        By default standard error.
    force : bool, default False
        Treat the stream as a terminal even if it is none.

    Notes
    -----
    Use it as a context manager, or call `close` at the end, to restore the cursor. It starts no thread: the line is
    redrawn whenever the callback is called, several times a second, in the thread that called ``fit``. In notebooks,
    logs and pipes, where a line cannot be redrawn, one is written at the end of the run, of each epoch (but not several
    in a second), and after each minute of a longer one.

    Examples
    --------
    >>> with ProgressLine() as line:  # doctest: +SKIP
    ...     Word2Vec(corpus, callbacks=[line]).fit()
    """

    def __init__(self, stream: TextIO | None = None, *, force: bool = False) -> None:
        self._stream = sys.stderr if stream is None else stream
        # A process such as a service may have no standard error.
        self.redrawn = self._stream is not None and (force or self._stream.isatty())
        self._force = force
        self._bar: Any = None
        self._task: Any = None
        self._written = 0.0  # when a line was written last, in seconds of the run

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
        if self.redrawn:
            if self._bar is None:
                self._open(progress.total_tokens)
            self._bar.update(
                self._task,
                completed=progress.tokens,
                total=progress.total_tokens,
                description=describe(progress),
                eta=format_seconds(progress.eta),
                refresh=True,
            )
        elif self._stream is not None and self._due(progress):
            self._written = progress.elapsed
            self._stream.write(f"{progress_line(progress)}\n")
            self._stream.flush()
        return False

    def _due(self, progress: Any) -> bool:
        """Return whether a new line is due."""
        since = progress.elapsed - self._written if progress.elapsed >= self._written else progress.elapsed
        if not progress.epoch_end:
            return since >= LINE_SECONDS
        return since >= 1 or progress.epoch == progress.epochs

    def _open(self, total: int) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

        console = Console(file=self._stream, force_terminal=True if self._force else None)
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=20),
            TaskProgressColumn(),
            TextColumn("left {task.fields[eta]}"),
            console=console,
            auto_refresh=False,  # rich would start a thread, whose locks a fork during training would copy
        )
        self._bar.start()
        self._task = self._bar.add_task("", total=total, eta="-:--")

    def close(self) -> None:
        """Leave the line in place and restore the terminal; may be called more than once."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def __enter__(self) -> ProgressLine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
