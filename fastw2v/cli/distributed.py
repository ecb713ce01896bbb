"""A command that a launcher has started several times: one process speaks for all, and none writes over another."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from fastw2v.cli.streams import say
from fastw2v.distributed.launchers import process_number, processes_started

if TYPE_CHECKING:
    from fastw2v.distributed.comm import Comm


def refuse_copies(command: str) -> None:
    """Raise if a launcher has started this command several times, each of which would write the same file."""
    number, launcher = processes_started()
    if number > 1:
        raise click.UsageError(
            f"{launcher} has started {number} processes, and each would train alone and write the same file: add "
            f"--distributed, so that they train one model, or start {command!r} once"
        )


def is_told_elsewhere(fault: BaseException) -> bool:
    """Return whether another process tells of a fault: of ranks that fail together one, of wrong usage the first."""
    if isinstance(fault, click.ClickException) and process_number():
        return True
    if processes_started()[0] == 1:
        return False
    from fastw2v.distributed.comm import is_echo

    return is_echo(fault)


@contextmanager
def ranks_of_launcher() -> Iterator[Comm | None]:
    """Open the ranks of a command; rank 0 also shows the warnings of the others that it has not shown itself."""
    from fastw2v.training.ranks import opened

    with opened("mpi") as comm:
        if comm is None:
            yield None
            return
        show, noted = warnings.showwarning, []

        def note(message: Warning | str, *where: object, **more: object) -> None:
            noted.append(str(message))
            if comm.rank == 0:
                show(message, *where, **more)  # type: ignore[arg-type]

        warnings.showwarning = note  # type: ignore[assignment]
        try:
            yield comm
            told = comm.texts(json.dumps(noted))
        finally:
            warnings.showwarning = show
        if comm.rank == 0:
            others = {text: rank for rank in range(comm.size - 1, 0, -1) for text in json.loads(told[rank])}
            for text, rank in others.items():
                if text not in noted:
                    say(f"fastw2v: warning of rank {rank}: {text}")
