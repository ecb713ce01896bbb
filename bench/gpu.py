"""``python -m bench.gpu``: fifteen minutes on a GPU that tell whether the CUDA backend is right, how fast, how good.

The steps stand in the order of their weight: correctness first, then the latency of a tile, then the quality by tokens
in flight, then the time from text to vectors. Each runs in a process of its own, under its own limit. Every row is on
disk as soon as it is known, so that nothing is lost when a step fails or the whole is cut. At the end there are a table
and ``results/gpu.json``; the exit code says whether any row has an error.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import click

from bench.helpers.corpora import find_corpus
from bench.helpers.gpu_steps.build import build, device
from bench.helpers.gpu_steps.correctness import check
from bench.helpers.gpu_steps.end_to_end import end_to_end
from bench.helpers.gpu_steps.flight import flight, speed
from bench.helpers.gpu_steps.instructions import instructions
from bench.helpers.gpu_steps.latency import latency
from bench.helpers.gpu_steps.profile import profile
from bench.helpers.gpu_steps.row_speed import row_speed
from bench.helpers.gpu_steps.running import Row, Step, apart
from bench.helpers.gpu_steps.sanitizers import sanitize
from bench.helpers.gpu_steps.trials import QUICK, Sizes
from bench.helpers.record import BENCH, Settings, circumstances, show

DEVICE_SECONDS = 60.0


class Timed(NamedTuple):
    """A step and the seconds that it may take."""

    step: Step
    seconds: float


def steps(sizes: Sizes, find: Callable[[], Path]) -> dict[str, Timed]:
    """Return the steps in their order; the limits add up to less than ten minutes."""
    return {
        "build": Timed(partial(build, sizes), 60),
        "instructions": Timed(instructions, 20),
        "check": Timed(partial(check, sizes), 30),
        "tests": Timed(device_tests, 75),
        "memcheck": Timed(partial(sanitize, ("memcheck",)), 45),
        "rows": Timed(partial(row_speed, sizes), 20),
        "latency": Timed(partial(latency, sizes), 60),
        "flight": Timed(partial(flight, sizes, find), 105),
        "speed": Timed(partial(speed, sizes, find), 25),
        "end to end": Timed(partial(end_to_end, sizes, find), 45),
        "profile": Timed(profile, 35),
        "sanitizers": Timed(partial(sanitize, ("racecheck", "synccheck", "initcheck")), 50),
    }


def device_tests() -> Iterator[Row]:
    """Run the tests that need a GPU."""
    file = BENCH.parent / "tests" / "backends" / "cuda" / "test_device.py"
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", str(file)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    last = (done.stdout.strip().splitlines() or [""])[-1]
    good = done.returncode == 0 and "passed" in last
    yield {"what": "pytest", "good": good, "summary": last} | ({} if good else {"output": done.stdout[-4_000:]})


# ------------------------------------------------------------------ results


class Record:
    """The rows, on disk as soon as they are known."""

    def __init__(self, settings: Settings) -> None:
        self.file, self.rows = settings.results / "gpu.json", list[Row]()
        self._about = circumstances() | {"command": "python -m bench.gpu " + " ".join(sys.argv[1:])}

    def add(self, step: str, row: Row) -> None:
        """Keep a row and show it."""
        self.rows.append({"section": step, **row})
        print(f"{step:12}  " + "  ".join(f"{name} {shown(value)}" for name, value in row.items()), flush=True)
        self.write()

    def write(self) -> None:
        """Write all rows; what cannot be written is printed."""
        text = json.dumps({**self._about, "rows": self.rows}, indent=1) + "\n"
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            partial_file = self.file.with_suffix(".partial")
            partial_file.write_text(text)
            partial_file.replace(self.file)
        except OSError as error:
            print(f"cannot write {self.file} ({error}); the last row:\n{json.dumps(self.rows[-1])}", flush=True)


def shown(value: Any) -> str:
    """Return a value of a row as short text."""
    if isinstance(value, float):
        return f"{value:,.0f}" if value >= 1e4 else f"{value:.4g}"
    if isinstance(value, str):
        return value if len(value) < 200 else f"({len(value):,} characters, in the file)"
    return f"{value:,}" if type(value) is int else str(value)


def table(rows: list[Row]) -> None:
    """Print the most important figures."""
    timed = [row for row in rows if "microseconds" in row]
    shape = {"kernel": "", "architecture": "", "size": "", "tile_tokens": "", "tiles": ","}
    show("One tile", timed, shape | {"microseconds": ".2f", "kept_words_per_second": ",.0f"})
    flown = [row for row in rows if "crowd" in row]
    scored = {"loss": ".4f", "WS-353": ".1f", "SimLex": ".1f", "analogies": ".1f"}
    show("Tokens in flight", flown, {"architecture": "", "crowd": "", "tiles": ",", "longest": ".1f"} | scored)
    fast = [row for row in rows if row["section"] == "speed" and "words_per_second" in row]
    show("Training alone", fast, {"architecture": "", "size": "", "tiles": ",", "words_per_second": ",.0f"})
    waited = [row for row in rows if row["section"] == "end to end" and "seconds" in row]
    show("From the text to the vectors", waited, {"architecture": "", "device": "", "seconds": ".2f"} | scored)


def run_all(record: Record, chosen: dict[str, Timed]) -> None:
    """Run the steps one after the other, and add how long each took."""
    for name, (step, seconds) in chosen.items():
        began = time.perf_counter()
        for row in apart(step, seconds):
            record.add(name, row)
        record.add(name, {"what": "whole step", "step_seconds": time.perf_counter() - began, "limit": seconds})


def stop(number: int, frame: Any) -> None:
    """End as after Ctrl-C, so that the step's process ends, too; all rows are on disk."""
    raise KeyboardInterrupt(f"signal {number}")


NAMES = list(steps(QUICK, Path))


@click.command()
@click.option("--corpus", help="Text file, one sentence per line; by default the one in FASTW2V_DATA.")
@click.option("--results", type=click.Path(path_type=Path), default=Settings.results, help="Folder for the JSON file.")
@click.option("--part", "parts", multiple=True, type=click.Choice(NAMES), help="Run only this step; may be repeated.")
@click.option("--quick", is_flag=True, hidden=True, help="Tiny sizes, to check that everything runs.")
def main(corpus: str | None, results: Path, parts: tuple[str, ...], quick: bool) -> None:
    """Check, measure and score the CUDA backend on this machine's GPU."""
    record = Record(Settings(corpus, results=results, quick=quick))
    found = list(apart(device, DEVICE_SECONDS))
    if "error" in found[0]:
        raise SystemExit(f"bench.gpu: {found[0]['error']}")
    record.add("device", found[0])
    every = steps(QUICK if quick else Sizes(), partial(find_corpus, corpus))
    before = signal.signal(signal.SIGTERM, stop)
    try:
        run_all(record, {name: every[name] for name in parts or every})
    finally:
        signal.signal(signal.SIGTERM, before)
        table(record.rows)
        print(f"written to {record.file}", flush=True)
    failed = [row for row in record.rows if "error" in row or row.get("good") is False]
    if failed:
        raise SystemExit(f"bench.gpu: {len(failed)} of {len(record.rows)} rows have an error or 'good False'")


if __name__ == "__main__":
    main()
