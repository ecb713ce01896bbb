"""Progress as lines, for a file, a pipe or the log of a job: one every ten seconds, and one at the end."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TextIO

from fastw2v.progress.snapshot import Snapshot

LINE_SECONDS = 10.0


class Lines:
    """A screen that only grows.

    Parameters
    ----------
    stream : text file
    """

    every = 1.0

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._written: dict[Hashable, float] = {}  # when the last line of a phase was written, in its seconds

    def show(self, rows: dict[Hashable, Snapshot]) -> None:
        """Write the lines that are due."""
        for key, snapshot in rows.items():
            if snapshot.elapsed - self._written.get(key, 0.0) >= LINE_SECONDS:
                self._written[key] = snapshot.elapsed
                self._write(snapshot)

    def end(self, key: Hashable, rows: dict[Hashable, Snapshot]) -> None:
        """Write the last line of a phase."""
        self._written.pop(key, None)
        self._write(rows[key])

    def close(self) -> None:
        """Do nothing: every line is complete."""

    def _write(self, snapshot: Snapshot) -> None:
        self._stream.write(f"{snapshot.line}\n")
        self._stream.flush()
