"""CPU and memory limits, read from made-up system files."""

import multiprocessing
import os
import resource
import sys
import threading
from concurrent.futures.process import _process_worker
from multiprocessing.pool import ThreadPool
from types import SimpleNamespace

import pytest

from fastw2v import machine

GIB = 2**30


@pytest.fixture
def system(monkeypatch, tmp_path):
    """An empty /proc and /sys/fs/cgroup; calling it writes files there. The machine: 64 CPUs, no affinity, Linux."""
    monkeypatch.setattr(machine, "PROC", tmp_path / "proc")
    monkeypatch.setattr(machine, "CGROUP", tmp_path / "cgroup")
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(64)), raising=False)
    monkeypatch.setattr(os, "process_cpu_count", lambda: 64, raising=False)
    monkeypatch.setattr(resource, "getrlimit", lambda _: (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    monkeypatch.setattr(sys, "platform", "linux")

    def write(files):
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{text}\n")

    return write


# --- threads in workers of joblib and multiprocessing ----------------------------------------------------------------


@pytest.fixture
def worker(system, monkeypatch):
    """As if multiprocessing had started this process; calling it sets environment variables."""
    for name in ("OMP_NUM_THREADS", "LOKY_MAX_CPU_COUNT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("multiprocessing.process.parent_process", object)
    return lambda **variables: [monkeypatch.setenv(name, text) for name, text in variables.items()]


@pytest.mark.parametrize(
    ("variables", "threads"),
    [
        ({}, 64),
        ({"OMP_NUM_THREADS": "3"}, 3),
        ({"OMP_NUM_THREADS": "4,2"}, 4),
        ({"LOKY_MAX_CPU_COUNT": "5"}, 5),
        ({"OMP_NUM_THREADS": "8", "LOKY_MAX_CPU_COUNT": "2"}, 2),
        ({"OMP_NUM_THREADS": "100"}, 64),
        ({"OMP_NUM_THREADS": "0"}, 64),
        ({"OMP_NUM_THREADS": "many"}, 64),
    ],
)
def test_a_worker_keeps_to_what_its_environment_grants(worker, variables, threads):
    worker(**variables)
    assert machine.resolve_jobs(None) == threads
    assert (machine.resolve_jobs(-1), machine.resolve_jobs(9)) == (64, 9)


def test_elsewhere_the_environment_of_workers_does_not_count(system, monkeypatch):
    monkeypatch.setattr("multiprocessing.process.parent_process", lambda: None)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv("LOKY_MAX_CPU_COUNT", "1")
    assert machine.resolve_jobs(None) == 64


@pytest.mark.parametrize(("siblings", "threads"), [(1, 64), (5, 12), (99, 1)])
def test_workers_that_are_told_nothing_divide_the_cpus(worker, system, siblings, threads):
    parent = os.getppid()
    system({f"proc/{pid}/stat": f"{pid} (a) b) S {parent} 1 1" for pid in range(siblings)})
    system({"proc/7000/stat": "7000 (x) S 1 1 1", "proc/7001/cmdline": "python\0-c\0resource_tracker"})
    system({f"proc/{pid}/cmdline": "python\0-c\0spawn_main(tracker_fd=6, pipe_handle=8)" for pid in range(siblings)})
    system({"proc/7001/stat": f"7001 (python) S {parent} 1 1", "proc/meminfo": "nothing"})
    assert machine.resolve_jobs(None) == threads


@pytest.mark.parametrize(
    ("daemon", "target", "threads"), [(True, None, 1), (False, _process_worker, 1), (False, print, 64)]
)
def test_a_worker_of_a_pool_whose_size_is_unknown_takes_one_thread(worker, monkeypatch, daemon, target, threads):
    this = SimpleNamespace(daemon=daemon, _target=target)
    monkeypatch.setattr("multiprocessing.process.current_process", lambda: this)
    assert machine.resolve_jobs(None) == threads


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_the_workers_of_a_real_pool_share_the_cpus(method, monkeypatch):
    for name in ("OMP_NUM_THREADS", "LOKY_MAX_CPU_COUNT"):
        monkeypatch.delenv(name, raising=False)
    cpus = machine.usable_cpus()
    if cpus == 1:
        pytest.skip("there is nothing to share")
    with multiprocessing.get_context(method).Pool(cpus) as pool:
        # The start method "spawn" leaves its workers beside other children of this process.
        assert set(pool.map(machine.resolve_jobs, [None] * cpus)) == {1}


def test_threads_of_a_pool_divide_the_cpus(system):
    together = threading.Barrier(5)

    def threads(_):
        together.wait()  # so that each of them has one task
        return machine.resolve_jobs(None)

    with ThreadPool(5) as pool:
        assert pool.map(threads, range(5), chunksize=1) == [12] * 5
        assert machine.resolve_jobs(None) == 64  # this thread is none of them
        assert pool.apply(machine.resolve_jobs, (-1,)) == 64


@pytest.mark.parametrize("backend", ["loky", "multiprocessing", "threading"])
def test_joblibs_workers_share_the_cpus(run_python, backend):
    done = run_python(
        f"""
        import os
        from joblib import Parallel, delayed, parallel_config

        def threads():
            import os
            os.cpu_count, os.sched_getaffinity = lambda: 64, lambda _: set(range(64))
            os.process_cpu_count = lambda: 64
            import fastw2v.machine
            fastw2v.machine._quotas = list
            return fastw2v.machine.resolve_jobs(None)

        limit = {{"inner_max_num_threads": 32}} if {backend!r} == "loky" else {{}}
        with parallel_config({backend!r}, **limit):
            print(*Parallel(n_jobs=2)(delayed(threads)() for _ in range(2)))
        """,
        check=True,
        env={name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"},
    )
    assert done.stdout == "32 32\n"


# --- sub-interpreters ------------------------------------------------------------------------------------------------

IN_ANOTHER_INTERPRETER = """
import sys
try:
    import _interpreters as interpreters
except ImportError:
    import _xxsubinterpreters as interpreters

code = '''
import sys
sys.path[:] = {path!r}
import fastw2v
try:
    {statement}
except ImportError as error:
    print(error, flush=True)
'''
interpreters.run_string(interpreters.create(), code.format(path=sys.path, statement=sys.argv[1]))
"""


@pytest.mark.parametrize("statement", ["from fastw2v import Word2Vec", "fastw2v.DocVectorizer"])
def test_in_a_sub_interpreter_the_estimators_are_refused_and_do_not_hang(run_python, statement):
    done = run_python(IN_ANOTHER_INTERPRETER, statement, timeout=60)
    assert "this is a sub-interpreter, in which scikit-learn cannot be imported: use processes" in done.stdout, done


def test_in_the_main_interpreter_they_are_not():
    machine.refuse_sub_interpreters("scikit-learn")


# --- CPUs ------------------------------------------------------------------------------------------------------------


def test_without_limits_all_cpus_are_usable(system):
    assert machine.usable_cpus() == 64


def test_affinity_counts(system, monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {1, 5, 9}, raising=False)
    assert machine.usable_cpus() == 3


def test_pythons_own_count_counts(system, monkeypatch):
    monkeypatch.setattr(os, "process_cpu_count", lambda: 2, raising=False)
    assert machine.usable_cpus() == 2


@pytest.mark.skipif(sys.version_info < (3, 13), reason="PYTHON_CPU_COUNT came with Python 3.13")
def test_the_environment_variable_counts(run_python):
    code = "from fastw2v.machine import usable_cpus; print(usable_cpus())"
    environment = {**os.environ, "PYTHON_CPU_COUNT": "1"}
    done = run_python(code, env=environment, check=True)
    assert done.stdout == "1\n"


@pytest.mark.parametrize(
    ("quota", "cpus"), [("200000 100000", 2), ("150000 100000", 2), ("1000 100000", 1), ("max 100000", 64)]
)
def test_the_quota_of_cgroup_version_2_is_rounded_up(system, quota, cpus):
    system({"proc/self/cgroup": "0::/job", "cgroup/job/cpu.max": quota})
    assert machine.usable_cpus() == cpus


def test_a_quota_further_up_binds_as_well(system):
    system(
        {
            "proc/self/cgroup": "0::/slice/job",
            "cgroup/slice/cpu.max": "300000 100000",
            "cgroup/slice/job/cpu.max": "max 100000",
        }
    )
    assert machine.usable_cpus() == 3


def test_in_a_container_whose_group_path_is_not_mounted_the_root_counts(system):
    system({"proc/self/cgroup": "0::/docker/0123abc", "cgroup/cpu.max": "400000 100000"})
    assert machine.usable_cpus() == 4


@pytest.mark.parametrize("mount", ["cpu,cpuacct", "cpu"])
@pytest.mark.parametrize(("quota", "cpus"), [("250000", 3), ("-1", 64)])
def test_the_quota_of_cgroup_version_1(system, mount, quota, cpus):
    folder = f"cgroup/{mount}/job"
    system(
        {
            "proc/self/cgroup": "5:memory:/other\n4:cpu,cpuacct:/job\n0::/",
            f"{folder}/cpu.cfs_quota_us": quota,
            f"{folder}/cpu.cfs_period_us": "100000",
        }
    )
    assert machine.usable_cpus() == cpus


def test_there_is_always_one_cpu(system, monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert machine.usable_cpus() == 1


# --- memory ----------------------------------------------------------------------------------------------------------


def test_the_kernels_own_estimate(system):
    system({"proc/meminfo": f"MemTotal: {16 * GIB // 1024} kB\nMemAvailable:   {10 * GIB // 1024} kB"})
    assert machine.available_memory() == 10 * GIB


def test_without_an_estimate_all_physical_memory(system):
    assert machine.available_memory() == os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def test_the_limit_of_cgroup_version_2_less_what_is_used_and_cannot_be_given_up(system):
    system(
        {
            "proc/meminfo": f"MemAvailable: {10 * GIB // 1024} kB",
            "proc/self/cgroup": "0::/slice/job",
            "cgroup/slice/job/memory.max": "max",
            "cgroup/slice/job/memory.current": 2 * GIB,
            "cgroup/slice/memory.max": 4 * GIB,
            "cgroup/slice/memory.current": 3 * GIB,
            "cgroup/slice/memory.stat": f"anon {GIB}\ninactive_file {GIB // 2}",
        }
    )
    assert machine.available_memory() == GIB + GIB // 2


def test_the_limit_of_cgroup_version_1(system):
    system(
        {
            "proc/meminfo": f"MemAvailable: {10 * GIB // 1024} kB",
            "proc/self/cgroup": "7:memory:/job\n0::/",
            "cgroup/memory/job/memory.limit_in_bytes": 3 * GIB,
            "cgroup/memory/job/memory.usage_in_bytes": 2 * GIB,
            "cgroup/memory/memory.limit_in_bytes": 9223372036854771712,
            "cgroup/memory/memory.usage_in_bytes": 5 * GIB,
        }
    )
    assert machine.available_memory() == GIB


def test_the_address_space_that_is_left(system, monkeypatch):
    monkeypatch.setattr(resource, "getrlimit", lambda _: (2 * GIB, resource.RLIM_INFINITY))
    pages = GIB // os.sysconf("SC_PAGE_SIZE")
    system({"proc/meminfo": f"MemAvailable: {10 * GIB // 1024} kB", "proc/self/statm": f"{pages} 12 3 4 5 6 7"})
    assert machine.available_memory() == GIB


def test_more_used_than_allowed_is_nothing_free(system):
    system(
        {
            "proc/meminfo": f"MemAvailable: {10 * GIB // 1024} kB",
            "proc/self/cgroup": "0::/",
            "cgroup/memory.max": GIB,
            "cgroup/memory.current": 2 * GIB,
        }
    )
    assert machine.available_memory() == 0


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"vm.page_free_count": 1000, "vm.page_pageable_external_count": 500, "vm.pagesize": 16384}, 1500 * 16384),
        ({}, os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")),
    ],
    ids=["counted", "not counted"],
)
def test_memory_of_macos(system, monkeypatch, answers, expected):
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(machine, "_sysctl", answers.get)
    assert machine.available_memory() == expected


@pytest.mark.skipif(sys.platform != "linux", reason="RLIMIT_AS is enforced on Linux")
def test_a_real_address_space_limit_is_seen_before_the_allocation_fails(run_python):
    code = (
        "import resource; from fastw2v import machine\n"
        "used = int(open('/proc/self/statm').read().split()[0]) * resource.getpagesize()\n"
        "resource.setrlimit(resource.RLIMIT_AS, (used + 2**28, resource.RLIM_INFINITY))\n"
        "assert machine.available_memory() <= 2**28\n"
        "machine.check_memory(2**29, 'two matrices')"
    )
    done = run_python(code)
    assert done.stderr.splitlines()[-1].startswith("MemoryError: two matrices need 0.5 GiB but 0.")


def test_what_does_not_fit_is_refused_with_a_remedy(monkeypatch):
    monkeypatch.setattr(machine, "available_memory", lambda: GIB)
    machine.check_memory(GIB, "the vectors")
    with pytest.raises(MemoryError) as caught:
        machine.check_memory(3 * GIB, "the vectors of 4,000,000 words", lower="lower max_vocab")
    assert str(caught.value) == ("the vectors of 4,000,000 words need 3.0 GiB but 1.0 GiB are free; lower max_vocab")
