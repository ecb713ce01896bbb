"""A line that shows how far training is: epoch, share done, words/s, learning rate, loss and the time left."""

from __future__ import annotations

import math
import sys
from types import TracebackType
from typing import Any, TextIO


def format_seconds(seconds: float) -> str:
    """Write a time as people read it.

    Parameters
    ----------
    seconds : float

    Returns
    -------
    str
        "m:ss" or "h:mm:ss"; "-:--" when the time is not known.

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
    """Put the figures of a training report into words.

    Parameters
    ----------
    progress : fastw2v.training.loop.Progress

    Returns
    -------
    str
    """
    loss = f"{progress.loss:.4f}" if math.isfinite(progress.loss) else "-"
    return (
        f"epoch {progress.epoch}/{progress.epochs}  {progress.words_per_second:,.0f} words/s  "
        f"rate {progress.learning_rate:.5f}  loss {loss}"
    )


class ProgressLine:
    """A callback for training that keeps one line of the terminal up to date.

    Parameters
    ----------
    stream : text file, optional
        Where to write; by default standard error.
    force : bool, default False
        Write also where the stream is no terminal. Otherwise piped and logged runs stay quiet.

    Notes
    -----
    Use it as a context manager, or call `close` at the end: the cursor is hidden in between. It starts no thread; the
    line changes when the callback is called, which is several times a second, in the thread that called ``fit``.

    Examples
    --------
    >>> with ProgressLine() as line:  # doctest: +SKIP
    ...     Word2Vec(corpus, callbacks=[line]).fit()
    """

    def __init__(self, stream: TextIO | None = None, *, force: bool = False) -> None:
        self._stream = sys.stderr if stream is None else stream
        # A process without a terminal, such as a service, may have no standard error at all.
        self.active = self._stream is not None and (force or self._stream.isatty())
        self._force = force
        self._bar: Any = None
        self._task: Any = None

    def __call__(self, progress: Any) -> bool:
        """Show a report; never asks training to stop.

        Parameters
        ----------
        progress : fastw2v.training.loop.Progress

        Returns
        -------
        bool
            False.
        """
        if self.active:
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
        return False

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
            auto_refresh=False,  # no thread of rich's: a fork during training would copy its locks
        )
        self._bar.start()
        self._task = self._bar.add_task("", total=total, eta="-:--")

    def close(self) -> None:
        """Leave the line as it is and give the terminal back; may be called more than once."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def __enter__(self) -> ProgressLine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
