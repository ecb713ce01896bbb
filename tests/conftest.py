"""What the tests of several wings share: settings, fresh processes, real data, and a GPU made of the host."""

import importlib.util
import os
import random
import shutil
import signal
import subprocess
import sys
import textwrap
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, settings

import fastw2v
from fastw2v import Word2Vec
from fastw2v.training import seed

# No deadline: a busy machine is slow, not wrong.
settings.register_profile("fastw2v", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("fastw2v")

# A shell has what it starts in the background ignore Ctrl-C, and the children of tests would inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# A fit that names no seed draws the same one each time that its test runs: what fails once fails again.
_seeds = random.Random()
seed.secrets = SimpleNamespace(randbits=_seeds.getrandbits)


TESTS = Path(__file__).parent
# Files that take ten seconds or more, the longest first. Whoever runs the tests in several processes, a file in each,
# waits for the last file: it should be a short one.
LONGEST = (
    "backends/test_kernels.py",
    "bench/test_bench.py",
    "packaging/test_wheel.py",
    "pictures/test_browser.py",
    "cli/test_manual.py",
    "backends/cuda/test_shim.py",
    "types/test_types.py",
    "distributed/test_mpi.py",
    "test_snippets.py",
    "cli/test_document_vectors.py",
    "test_examples.py",
    "test_docstrings.py",
    "corpus/test_counting.py",
    "backends/cuda/test_compile.py",
    "cli/test_prompt.py",
    "backends/test_races.py",
    "cli/test_train.py",
    "cli/test_demo.py",
    "bench/test_gpu.py",
    "pictures/test_scatter.py",
    "training/test_progress.py",
    "estimators/test_scikit_learn.py",
    "training/test_processes.py",
    "estimators/test_hierarchical_softmax.py",
    "corpus/test_memory.py",
    "cli/test_commands.py",
)


def pytest_addoption(parser):
    parser.addoption("--faults", action="store_true", help="only inject faults, thoroughly, and print a table of them")


def pytest_configure(config):
    config.option.loadscopereorder = False  # pytest-xdist would begin with the files of the most tests


def pytest_collection_modifyitems(config, items):
    rank = {TESTS / name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: rank.get(item.path, len(rank)))
    if config.getoption("--faults"):
        config.hook.pytest_deselected(items=[item for item in items if not item.get_closest_marker("fault")])
        items[:] = [item for item in items if item.get_closest_marker("fault")]


def pytest_runtest_setup(item):
    _seeds.seed(item.nodeid)
    if marker := item.get_closest_marker("fault"):
        item.user_properties.append(("fault", marker.args[0]))


@pytest.fixture(scope="session")
def longest_files():
    """The test files that are run first, as paths from here."""
    return LONGEST


@pytest.fixture
def trials(request, record_property):
    """``trials(usual, thorough)`` is how often to inject a fault: thoroughly under ``--faults``, and recorded."""

    def choose(usual, thorough):
        chosen = thorough if request.config.getoption("--faults") else usual
        record_property("trials", chosen)
        return chosen

    return choose


def pytest_terminal_summary(terminalreporter, config):
    """Under ``--faults``, print for each fault how many tests injected it how often, and whether all passed."""
    if not config.getoption("--faults"):
        return
    rows = {}
    for outcome in ("passed", "failed", "error", "skipped"):
        for report in terminalreporter.stats.get(outcome, ()):
            found = dict(report.user_properties)
            if "fault" in found and (report.when == "call" or outcome != "passed"):
                row = rows.setdefault(found["fault"], Counter())
                row.update({outcome: 1, "trials": 0 if outcome == "skipped" else found.get("trials", 1)})
    terminalreporter.section("faults")
    terminalreporter.write_line(f"{'fault':48} {'tests':>6} {'trials':>8} {'failed':>7} {'skipped':>8}")
    for fault, row in sorted(rows.items()):
        failed = row["failed"] + row["error"]
        tests = row["passed"] + failed + row["skipped"]
        terminalreporter.write_line(f"{fault:48} {tests:6} {row['trials']:8,} {failed:7} {row['skipped']:8}")


@pytest.fixture(scope="module")
def bench_found():
    """Put the benchmarks at the end of the path, so that fastw2v stays the one that is installed."""
    if not (TESTS.parent / "bench").is_dir():
        pytest.skip("the benchmarks are not beside the tests")
    if sys.platform == "win32":
        pytest.skip("the benchmarks are for POSIX systems")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "path", [*sys.path, str(TESTS.parent)])
        yield


@pytest.fixture(scope="session")
def package_folder():
    """The folder in which a subprocess must start, so that it imports the same package as the tests."""
    return Path(fastw2v.__file__).parent.parent


@pytest.fixture(scope="session")
def run_python(package_folder):
    """``run_python(code, *arguments, **options)`` runs code in a fresh process; options are those of subprocess.run."""

    def run(code, *arguments, **options):
        return subprocess.run(
            [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)],
            **{"capture_output": True, "text": True, "cwd": package_folder, "timeout": 300, **options},
        )

    return run


@pytest.fixture(scope="session")
def data_folder():
    """The folder of real corpora and evaluation sets; without it a test is skipped."""
    if not os.environ.get("FASTW2V_DATA"):
        pytest.skip("FASTW2V_DATA names no folder with the data")
    return Path(os.environ["FASTW2V_DATA"])


@pytest.fixture(scope="session")
def harvest_folder(tmp_path_factory):
    """A cache in which the built-in corpus is harvested once for all tests, also for those of other processes."""
    folder = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        folder = folder.parent
    return folder / "harvest"


@pytest.fixture(scope="session")
def sentences():
    """A corpus of seven words on which a model trains at once."""
    return [
        f"{a} {b} {c}".split() for a in ("red", "white", "old") for b in ("wine", "rose") for c in ("is", "was")
    ] * 30


@pytest.fixture(scope="session")
def quick():
    """Parameters with which training on `sentences` takes no time and gives the same bits each time."""
    return {"vector_size": 12, "min_count": 1, "epochs": 3, "random_state": 1, "n_jobs": 1}


@pytest.fixture(scope="session")
def fitted(sentences, quick):
    """``fitted(...)``: a model fitted to `sentences` with the parameters `quick`, or others."""
    return lambda **changes: Word2Vec(sentences, **{**quick, **changes}).fit()


@pytest.fixture(scope="session")
def cuda_shim_folder(tmp_path_factory, request):
    """Where kernels compiled for the host are kept under names made from their text, if possible from run to run."""
    try:
        return request.config.cache.mkdir("cuda_shim")
    except (AttributeError, OSError):
        return tmp_path_factory.mktemp("cuda_shim")


@pytest.fixture
def cuda_shim(cuda_shim_folder, monkeypatch):
    """``cuda_shim(...)`` puts a CuPy in place that runs kernels on the host; for arguments see fake_cupy.make."""
    if shutil.which("g++") is None or not sys.platform.startswith("linux"):
        pytest.skip("the CUDA kernels run on the host only where there are g++ and Linux's fibres")
    path = Path(__file__).parent / "backends" / "cuda" / "shim" / "fake_cupy.py"
    spec = importlib.util.spec_from_file_location("fake_cupy", path)
    fake_cupy = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(fake_cupy)

    def install(**options):
        modules = fake_cupy.make(cuda_shim_folder, **options)
        for name, module in modules.items():
            monkeypatch.setitem(sys.modules, name, module)
        return modules["cupy"]

    return install


@pytest.fixture(scope="session")
def names_in():
    """``names_in(folder)``: the sorted names of what lies in a folder."""
    return lambda folder: sorted(path.name for path in folder.iterdir())
