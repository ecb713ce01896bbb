"""What several test files share: settings, the benchmarks, and a GPU made of the host."""

import importlib.util
import shutil
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# No deadline: a busy machine is slow, not wrong.
settings.register_profile("fastw2v", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("fastw2v")


@pytest.fixture
def bench_found(monkeypatch):
    """The benchmarks, at the end of the path, so that fastw2v stays the one that is installed."""
    monkeypatch.setattr(sys, "path", [*sys.path, str(Path(__file__).resolve().parent.parent)])


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
