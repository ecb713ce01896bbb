"""``python -m bench.gpu``: fifteen minutes on a GPU that tell whether the CUDA backend is right, how fast, how good.

The steps stand in the order of their weight: correctness first, then the latency of a tile, then the quality by tokens
in flight, then the time from text to vectors. Each runs in a process of its own, under its own limit. Every row is on
disk as soon as it is known, so that nothing is lost when a step fails or the whole is cut. At the end there are a table
and ``results/gpu.json``; the exit code says whether any row has an error.

Machines with a GPU are often bare: this needs NumPy, CuPy and pytest alone, and the package built in place. So options
are read by argparse, and a table without rich is left out. Scores also need SciPy.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from bench.helpers.corpora import find_corpus
from bench.helpers.gpu_steps.build import build, device
from bench.helpers.gpu_steps.correctness import check
from bench.helpers.gpu_steps.device_tests import device_tests
from bench.helpers.gpu_steps.end_to_end import end_to_end
from bench.helpers.gpu_steps.flight import flight, speed
from bench.helpers.gpu_steps.instructions import instructions
from bench.helpers.gpu_steps.latency import latency
from bench.helpers.gpu_steps.profile import profile
from bench.helpers.gpu_steps.row_speed import row_speed
from bench.helpers.gpu_steps.running import Row, Step, apart
from bench.helpers.gpu_steps.sanitizers import sanitize
from bench.helpers.gpu_steps.trials import QUICK, Sizes
from bench.helpers.record import Settings, circumstances, show

DEVICE_SECONDS = 60.0


class Timed(NamedTuple):
    """A step, the seconds that it may take, and whether it reads the corpus."""

    step: Step
    seconds: float
    reads: bool = False


def steps(sizes: Sizes, find: Callable[[], Path]) -> dict[str, Timed]:
    """Return the steps in their order; the limits add up to less than a quarter of an hour."""
    return {
        "build": Timed(partial(build, sizes), 60),
        "instructions": Timed(instructions, 20),
        "check": Timed(partial(check, sizes), 75),
        "tests": Timed(device_tests, 100),
        "memcheck": Timed(partial(sanitize, ("memcheck",)), 45),
        "rows": Timed(partial(row_speed, sizes), 20),
        "latency": Timed(partial(latency, sizes), 60),
        "flight": Timed(partial(flight, sizes, find), 105, reads=True),
        "speed": Timed(partial(speed, sizes, find), 25, reads=True),
        "end to end": Timed(partial(end_to_end, sizes, find), 45, reads=True),
        "profile": Timed(profile, 35),
        "sanitizers": Timed(partial(sanitize, ("initcheck", "racecheck", "synccheck")), 125),
    }


# Where one command may take ten minutes, the steps are run by two; each compiles the kernels that it finds uncompiled.
HALVES = {
    "correctness": ("build", "instructions", "check", "tests", "memcheck", "sanitizers"),
    "measurements": ("build", "rows", "latency", "flight", "speed", "end to end", "profile"),
}


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
    """Print the most important figures, if rich is installed; the rows themselves have been printed."""
    try:
        import rich  # noqa: F401
    except ImportError:
        return
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
    for name, timed in chosen.items():
        began = time.perf_counter()
        for row in apart(timed.step, timed.seconds):
            record.add(name, row)
        record.add(name, {"what": "whole step", "step_seconds": time.perf_counter() - began, "limit": timed.seconds})


def stop(number: int, frame: Any) -> None:
    """End as after Ctrl-C, so that the step's process ends, too; all rows are on disk."""
    raise KeyboardInterrupt(f"signal {number}")


NAMES = list(steps(QUICK, Path))


def read_options(given: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.gpu", description="Check, measure and score the CUDA backend on this machine's GPU."
    )
    parser.add_argument("--corpus", help="text file, one sentence per line; by default the one in FASTW2V_DATA")
    parser.add_argument("--results", type=Path, default=Settings.results, help="folder for the JSON file")
    parts = [*HALVES, *NAMES]
    parser.add_argument(
        "--part", dest="parts", action="append", choices=parts, help="run only this step, or this half; may be repeated"
    )
    parser.add_argument("--quick", action="store_true", help=argparse.SUPPRESS)  # tiny sizes: whether everything runs
    return parser.parse_args(given)


def main(given: list[str] | None = None) -> None:
    """Check, measure and score the CUDA backend on this machine's GPU."""
    options = read_options(given)
    every = steps(QUICK if options.quick else Sizes(), partial(find_corpus, options.corpus))
    names = [name for part in options.parts or every for name in HALVES.get(part, (part,))]
    chosen = {name: every[name] for name in names}
    if any(timed.reads for timed in chosen.values()):
        find_corpus(options.corpus)  # what is missing is said before the first step, not by the last
    record = Record(Settings(options.corpus, results=options.results, quick=options.quick))
    found = list(apart(device, DEVICE_SECONDS))
    if "error" in found[0]:
        raise SystemExit(f"bench.gpu: {found[0]['error']}")
    record.add("device", found[0])
    before = signal.signal(signal.SIGTERM, stop)
    try:
        run_all(record, chosen)
    except KeyboardInterrupt as signalled:
        raise SystemExit(f"bench.gpu: stopped ({signalled or 'Ctrl-C'})") from None
    finally:
        signal.signal(signal.SIGTERM, before)
        table(record.rows)
        print(f"written to {record.file}", flush=True)
    failed = [row for row in record.rows if "error" in row or row.get("good") is False]
    if failed:
        raise SystemExit(f"bench.gpu: {len(failed)} of {len(record.rows)} rows have an error or 'good False'")


if __name__ == "__main__":
    main()
