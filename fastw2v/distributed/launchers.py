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
_NUMBERS = ("OMPI_COMM_WORLD_RANK", "PMI_RANK", "PMIX_RANK", "SLURM_PROCID", "PALS_RANKID")


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


def process_number() -> int:
    """Return the number of this process among those that a launcher has started, from 0; 0 without one."""
    if processes_started()[0] == 1:
        return 0
    found = (os.environ.get(variable, "") for variable in _NUMBERS)
    return next((int(number) for number in found if number.isascii() and number.isdigit()), 0)
