"""Ranks that are processes: started by mpiexec, where there is one."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def mpiexec(package_folder, tmp_path_factory):
    """``mpiexec(ranks, *arguments)`` starts Python processes that talk over MPI, and returns a Popen."""
    launcher = shutil.which("mpiexec", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
    if importlib.util.find_spec("mpi4py") is None or launcher is None:
        pytest.skip("mpi4py is not installed, or there is no mpiexec: pip install 'fastw2v[mpi]'")
    environment = {**os.environ, "OMPI_MCA_rmaps_base_oversubscribe": "1", "OMPI_ALLOW_RUN_AS_ROOT": "1"}
    environment |= {"OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1", "PYTHONPATH": str(package_folder)}

    started = []

    def start(ranks, *arguments, **options):
        command = [launcher, "-n", str(ranks), sys.executable, *map(str, arguments)]
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        where = {"env": environment, "cwd": tmp_path_factory.getbasetemp()}
        started.append(subprocess.Popen(command, **{**streams, **where, **options}))
        return started[-1]

    tried = start(2, "-c", "from mpi4py import MPI; print(MPI.COMM_WORLD.size)")
    said, faults = tried.communicate(timeout=60)
    if "".join(said.split()) != "22":
        pytest.skip(f"MPI cannot start two processes here: {faults.strip()[-200:] or said}")
    yield start
    for process in started:  # of tests that failed
        if process.poll() is None:
            process.kill()
            process.communicate()
