"""Step "tests": the tests that need a GPU, a row for each."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from bench.helpers.gpu_steps.running import Row
from bench.helpers.record import BENCH

FILE = BENCH.parent / "tests" / "backends" / "cuda" / "test_device.py"
# Without the conftest: it needs packages that these tests do not. Warnings of CuPy are no errors here.
OPTIONS = ("-v", "-W", "default", "--tb=short", "--color=no", "--noconftest", "-p", "no:cacheprovider")


def device_tests(file: Path = FILE) -> Iterator[Row]:
    """Run the tests; yield each as soon as it has ended, so that those before a cut are known, and at last the sums."""
    project = ["-c", str(BENCH.parent / "pyproject.toml"), "--rootdir", str(BENCH.parent)]
    command = [sys.executable, "-u", "-m", "pytest", *OPTIONS, *project, str(file)]
    told = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            told.append(line)
            ended = re.match(r"\S*::(.+) (PASSED|FAILED|ERROR|SKIPPED)\b(?: \((.*)\))?", line)
            if ended and ended[2] == "SKIPPED":
                yield {"what": ended[1], "skipped": ended[3] or "yes"}
            elif ended:
                yield {"what": ended[1], "good": ended[2] == "PASSED"}
    last = told[-1].strip() if told else ""
    good = process.returncode == 0 and "passed" in last
    yield {"what": "pytest", "good": good, "summary": last} | ({} if good else {"output": "".join(told)[-12_000:]})
