"""CPUs and memory that this process may use.

Containers and batch systems grant less than the hardware has; a program that looks only at the hardware starts too many
threads, or is killed for its memory. Every limit that the system states is read, and the smallest counts.
"""

from __future__ import annotations

import ctypes
import os
import sys
import threading
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

PROC = Path("/proc")
CGROUP = Path("/sys/fs/cgroup")
UNASKED = 8 << 20  # bytes for which the system is not asked: reading all its limits takes longer than a small training


def usable_cpus() -> int:
    """Return how many threads of this process can run at the same time.

    Returns
    -------
    int
        The least of the CPU affinity, the cgroup quotas (version 1 and 2, of this group and those above it, rounded up)
        and, from Python 3.13, ``os.process_cpu_count`` (which heeds ``PYTHON_CPU_COUNT``); at least 1.

    Examples
    --------
    >>> 1 <= usable_cpus() <= os.cpu_count()
    True
    """
    counts = [os.cpu_count() or 1]
    if hasattr(os, "sched_getaffinity"):  # not on macOS
        counts.append(len(os.sched_getaffinity(0)))
    if hasattr(os, "process_cpu_count"):
        counts.append(os.process_cpu_count() or 1)
    counts += _quotas()
    return max(1, min(counts))


def resolve_jobs(n_jobs: int | None) -> int:
    """Return the number of threads for a checked ``n_jobs``.

    -1 means every usable CPU. None means the same, but in a worker of joblib or multiprocessing its share of them:
    see `worker_limits` for processes; the threads of a pool (joblib's backend "threading") divide what their process
    has.
    """
    if n_jobs is None:
        return max(1, min([usable_cpus(), *worker_limits()]) // _threads_of_pools())
    return usable_cpus() if n_jobs == -1 else int(n_jobs)


def worker_limits() -> Iterator[int]:
    """Yield how many threads this process may start if `multiprocessing` or joblib started it.

    joblib's backend "loky" tells its workers their share of the CPUs in ``OMP_NUM_THREADS``, and Dask does so as well;
    ``LOKY_MAX_CPU_COUNT`` is joblib's own limit. Where nothing is told, as by joblib's backend "multiprocessing", the
    workers of one parent divide the CPUs. Otherwise each of them would start a thread for every CPU.
    """
    process = sys.modules.get("multiprocessing.process")  # without it, this process is not a worker
    if process is None or process.parent_process() is None:
        return
    told = [_number_in(name) for name in ("OMP_NUM_THREADS", "LOKY_MAX_CPU_COUNT")]
    if told[0] is None:
        workers = _children_of_parent()
        if workers is not None:
            yield max(1, usable_cpus() // workers)
        elif _is_of_pool(process.current_process()):  # of unknown size
            yield 1
    yield from (number for number in told if number is not None)


def _is_of_pool(process: Any) -> bool:
    """Return whether a process is of `multiprocessing.Pool`, or of `concurrent.futures.ProcessPoolExecutor`."""
    target = getattr(process, "_target", None)
    return bool(process.daemon) or getattr(target, "__module__", None) == "concurrent.futures.process"


def _number_in(name: str) -> int | None:
    """Return the number above 0 that an environment variable states, or None."""
    first = os.environ.get(name, "").partition(",")[0].strip()  # OpenMP's lists have a number for each level
    return int(first) if first.isascii() and first.isdigit() and int(first) > 0 else None


def _children_of_parent() -> int | None:
    """Return how many processes the parent of this one has started, without the helpers of `multiprocessing`."""
    try:
        processes = [entry for entry in PROC.iterdir() if entry.name.isdigit()]
    except OSError:
        return None
    parent, found = str(os.getppid()), 0
    for entry in processes:
        state = (_read(entry / "stat") or "").rpartition(")")[2].split()  # the name before may hold anything
        if state[1:2] == [parent] and "resource_tracker" not in (_read(entry / "cmdline") or ""):
            found += 1
    return found or None


def _threads_of_pools() -> int:
    """Return how many threads of `multiprocessing.pool.ThreadPool` there are if this is one of them, else 1."""
    pool = sys.modules.get("multiprocessing.dummy")
    if pool is None or not isinstance(threading.current_thread(), pool.DummyProcess):
        return 1
    return sum(isinstance(thread, pool.DummyProcess) for thread in threading.enumerate())


def refuse_sub_interpreters(package: str) -> None:
    """Raise ImportError in any but the main interpreter of this process, where importing `package` never ends.

    Notes
    -----
    Python offers sub-interpreters as ``concurrent.futures.InterpreterPoolExecutor``, and some web servers use them.
    """
    for name in ("_interpreters", "_xxsubinterpreters"):  # from Python 3.13 on, and before
        try:
            interpreters = import_module(name)
        except ImportError:
            continue
        if interpreters.get_current() != interpreters.get_main():
            raise ImportError(
                f"this is a sub-interpreter, in which {package} cannot be imported: use processes "
                "(concurrent.futures.ProcessPoolExecutor) or threads, or the main interpreter (in mod_wsgi: "
                "WSGIApplicationGroup %{GLOBAL})"
            )
        return


def available_memory() -> int:
    """Return how many bytes this process can still allocate before the system swaps, refuses or kills.

    Returns
    -------
    int
        The least of what the kernel calls available, what the cgroups (version 1 and 2) leave, and the address space
        under ``RLIMIT_AS``; never negative. Cached files count as free, since the kernel gives them up.

    Examples
    --------
    >>> available_memory() > 0
    True
    """
    limits = [_system_memory(), *_cgroup_memory(), *_address_space()]
    return max(0, min(limits))


def check_memory(needed: int, what: str, *, lower: str = "lower vector_size or max_vocab, or raise min_count") -> None:
    """Raise before an allocation that would not fit: the system would grant it and kill the process later.

    Parameters
    ----------
    needed : int
        Bytes that are about to be allocated and filled.
    what : str
        What they are for, as in ``"the vectors of 3,000,000 words"``.
    lower : str
        The remedy that the message names.

    Raises
    ------
    MemoryError
        `needed` is more than `available_memory`, and more than a few MiB.

    Examples
    --------
    >>> check_memory(1000, "a small array")
    >>> check_memory(2**60, "the vectors of 10**15 words")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    MemoryError: the vectors of 10**15 words need 1,073,741,824.0 GiB but ... GiB are free; lower vector_size ...
    """
    if needed <= UNASKED:
        return
    free = available_memory()
    if needed > free:
        raise MemoryError(f"{what} need {needed / 2**30:,.1f} GiB but {free / 2**30:,.1f} GiB are free; {lower}")


# --- memory of the whole machine -------------------------------------------------------------------------------------


def _system_memory() -> int:
    if sys.platform == "darwin":
        return _mac_memory()
    text = _read(PROC / "meminfo") or ""
    for line in text.splitlines():
        name, _, value = line.partition(":")
        if name == "MemAvailable":
            return int(value.split()[0]) * 1024
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")  # physical memory, the upper bound


def _mac_memory() -> int:
    """Free pages and those that only hold files or may be purged; all memory where macOS does not count them."""
    names = ("vm.page_free_count", "vm.page_pageable_external_count", "vm.page_purgeable_count")
    pages, page_size = [_sysctl(name) for name in names], _sysctl("vm.pagesize") or _sysctl("hw.pagesize")
    if pages[0] is None or page_size is None:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return sum(count or 0 for count in pages) * page_size


def _sysctl(name: str) -> int | None:
    """Return the integer that macOS's ``sysctlbyname`` has under this name."""
    value, size = ctypes.c_uint64(0), ctypes.c_size_t(8)  # little-endian: a 32-bit answer fills the low half
    failed = ctypes.CDLL(None).sysctlbyname(name.encode(), ctypes.byref(value), ctypes.byref(size), None, 0)
    return None if failed else value.value


def _address_space() -> Iterator[int]:
    """Yield the bytes that ``RLIMIT_AS`` (``ulimit -v``) leaves, if it is set and the current size is known."""
    import resource  # absent on systems without rlimits, where this module can still be imported

    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    statm = _read(PROC / "self/statm")
    if limit != resource.RLIM_INFINITY and statm:
        yield limit - int(statm.split()[0]) * os.sysconf("SC_PAGE_SIZE")


# --- cgroups ---------------------------------------------------------------------------------------------------------


def _groups(controller: str) -> Iterator[Path]:
    """Yield the folders of this process's group and of all above it: version 2, then the version 1 `controller`.

    A limit higher up binds as well. Inside a container the path of the group often does not exist, because only the
    container's own part is mounted; its root then is the container's group and is among the folders.
    """
    for line in (_read(PROC / "self/cgroup") or "").splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers and controller not in controllers.split(","):
            continue
        mounts = [CGROUP / controllers, CGROUP / controller] if controllers else [CGROUP, CGROUP / "unified"]
        root = next((mount for mount in mounts if mount.is_dir()), None)
        if root is not None:
            folder = Path(path.lstrip("/"))
            yield from (root / part for part in (folder, *folder.parents))


def _quotas() -> Iterator[int]:
    """Yield the CPUs that each group may keep busy, rounded up."""
    for folder in _groups("cpu"):
        version_2 = _read(folder / "cpu.max")
        if version_2:
            quota, period = version_2.split()
        else:
            quota, period = _read(folder / "cpu.cfs_quota_us") or "-1", _read(folder / "cpu.cfs_period_us") or "0"
        if quota not in ("max", "-1") and int(period) > 0:
            yield -(-int(quota) // int(period))


def _cgroup_memory() -> Iterator[int]:
    """Yield what each group's limit leaves; inactive file pages count as free, since the kernel can drop them."""
    names = [("memory.max", "memory.current", "inactive_file")]
    names += [("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")]
    for folder in _groups("memory"):
        for limit_name, usage_name, cached_name in names:
            limit, usage = _read(folder / limit_name), _read(folder / usage_name)
            if limit and usage and limit != "max":
                stat = dict(line.split() for line in (_read(folder / "memory.stat") or "").splitlines())
                yield int(limit) - int(usage) + int(stat.get(cached_name, 0))


def _read(path: Path) -> str | None:
    """Return the file's text without its final newline; None if the file does not exist or is not readable."""
    try:
        return path.read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return None
