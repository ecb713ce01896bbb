"""How a process knows that it is one of several that a launcher has started."""

from __future__ import annotations

import os

# Environment variable -> who sets it, for each process that it starts. SLURM_NTASKS is not among them: batch scripts
# have it, too, in which a command runs once.
_LAUNCHERS = {
    "OMPI_COMM_WORLD_SIZE": "Open MPI",
    "PMI_SIZE": "mpiexec",
    "MPI_LOCALNRANKS": "mpiexec",
    "SLURM_STEP_NUM_TASKS": "srun",
    "PALS_SIZE": "PALS",
}


def processes_started() -> tuple[int, str]:
    """Return how many processes a launcher has started, this one among them, and its name; (1, "") without one.

    Examples
    --------
    >>> from fastw2v.distributed.launchers import processes_started
    >>> processes_started()
    (1, '')
    """
    for variable, launcher in _LAUNCHERS.items():
        number = os.environ.get(variable, "")
        if number.isascii() and number.isdigit() and int(number) > 1:
            return int(number), launcher
    return 1, ""


def ranks_on_this_machine() -> int:
    """Return how many of the launcher's processes share this machine, as far as it says; at least 1."""
    for variable in ("OMPI_COMM_WORLD_LOCAL_SIZE", "MPI_LOCALNRANKS", "SLURM_STEP_TASKS_PER_NODE"):
        number = os.environ.get(variable, "").partition("(")[0].partition(",")[0]
        if number.isascii() and number.isdigit() and int(number) > 0:
            return int(number)
    return 1
