"""From a text file to saved vectors, as users do it: wall time of the whole process and its peak memory.

``fastw2v train`` and a script that calls gensim (``corpus_file``), each with all hardware threads, five epochs and
word2vec's binary format. The clock starts before the process and stops after its end, so imports count.

Memory is compared with the needs of the task: two matrices of V x D floats, 4 bytes for each token of the corpus, and
the strings of the vocabulary (Python strings, with their pointers in a list). The last row is a Python process that
only imports the modules of training: no trainer in Python can need less.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bench.helpers.corpora import count_words, first_words
from bench.helpers.record import Settings, show
from fastw2v.corpus.encoding import encode
from fastw2v.machine import usable_cpus

EPOCHS, THREADS, DIMENSIONS, QUICK_WORDS = 5, usable_cpus(), 100, 10_000

# The source folder is searched last: see bench/helpers/systems.py. At its end the process writes its peak memory to the
# file named first.
_START = f"""
import atexit, sys
sys.path = [folder for folder in sys.path if folder]
sys.path.append({str(Path(__file__).resolve().parent.parent)!r})
from bench.helpers.memory import keep_peak
atexit.register(keep_peak, sys.argv.pop(1))
"""
_FASTW2V = _START + "from fastw2v.cli import main\nmain()"
_GENSIM = (
    _START
    + """
from gensim.models import Word2Vec
size, epochs, threads = map(int, sys.argv[3:])
model = Word2Vec(corpus_file=sys.argv[1], vector_size=size, window=5, negative=5, sample=1e-3, min_count=5, sg=1,
                 epochs=epochs, workers=threads, seed=1)
model.wv.save_word2vec_format(sys.argv[2], binary=True)
"""
)
_IMPORTS = (
    _START
    + "import fastw2v._train, fastw2v.cli, fastw2v.corpus.encoding, fastw2v.formats, fastw2v.training, fastw2v.vectors"
)

Command = Callable[[Path, Path], list[str]]  # takes a text and the file to write


def measure(corpus: Path, settings: Settings, runs: int, gensim_words: int) -> list[dict[str, Any]]:
    """Return one row for each system and text: the whole corpus for fastw2v, a piece for both (0: the whole)."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        texts = {"whole": (corpus, count_words(corpus))}
        if settings.quick:
            texts, gensim_words = {"piece": first_words(corpus, QUICK_WORDS, folder)}, 0
        elif gensim_words:
            texts["piece"] = first_words(corpus, gensim_words, folder)
        rows = []
        for part, (text, words) in texts.items():
            commands: list[Command] = [_fastw2v, _gensim] if part == "piece" or not gensim_words else [_fastw2v]
            rows += compare(part, text, words, commands, folder, runs)
        imports = measured([_IMPORTS], folder)
        rows.append({"text": "(none)", "system": "imports alone", "seconds": imports[0], "peak_bytes": imports[1]})
    for row in rows:
        row["peak_MB"] = row["peak_bytes"] / 1e6
    form = {"text": "", "system": "", "words": ",", "seconds": ".2f", "words_per_second": ",.0f", "ratio": ".1f"}
    form |= {"peak_MB": ",.0f", "times_needed": ".2f", "times_needed_and_imports": ".2f"}
    for row in rows[:-1]:
        row["times_needed"] = row["peak_bytes"] / row["needed_bytes"]
        row["times_needed_and_imports"] = row["peak_bytes"] / (row["needed_bytes"] + imports[1])
    show(f"File to saved vectors: skip-gram, D {DIMENSIONS}, {EPOCHS} epochs, {THREADS} threads", rows, form)
    return rows


def compare(
    part: str, text: Path, words: int, commands: Sequence[Command], folder: Path, runs: int
) -> list[dict[str, Any]]:
    """Return one row for each system, run in turn: the median time and the peak memory."""
    samples: dict[str, list[tuple[float, int]]] = {command.__name__.strip("_"): [] for command in commands}
    for _ in range(runs):
        for command, (system, found) in zip(commands, samples.items(), strict=True):
            output = folder / f"{system}.bin"
            found.append(measured(command(text, output), folder))
            if not output.stat().st_size:
                raise SystemExit(f"bench: {system} wrote nothing to {output}")
    needed = memory_needed(text)
    rows: list[dict[str, Any]] = []
    for system, found in samples.items():
        seconds, peak = statistics.median(each[0] for each in found), max(each[1] for each in found)
        row = {"text": part, "system": system, "threads": THREADS, "words": words, "seconds": seconds}
        speed = words * EPOCHS / seconds
        rows.append(row | {"peak_bytes": peak, "words_per_second": speed, "needed_bytes": needed})
    for row in rows[1:]:
        rows[0]["ratio"] = row["seconds"] / rows[0]["seconds"]
    return rows


def measured(command: list[str], folder: Path) -> tuple[float, int]:
    """Return the wall time of a process (Python code and its arguments) in seconds, and its peak memory in bytes."""
    peak = folder / "peak"
    begin = time.perf_counter()
    code = subprocess.run([sys.executable, "-c", command[0], str(peak), *command[1:]], check=False).returncode
    seconds = time.perf_counter() - begin
    if code:
        raise SystemExit(f"bench: exit status {code}: {' '.join(command[1:])}")
    return seconds, int(peak.read_text())


def memory_needed(text: Path) -> int:
    """Return the bytes of 2 V D floats, 4 bytes per token, and the strings of the vocabulary."""
    encoded = encode(text)
    words = encoded.vocabulary.words
    return 2 * 4 * len(words) * DIMENSIONS + 4 * len(encoded.ids) + sum(sys.getsizeof(word) + 8 for word in words)


def _fastw2v(text: Path, output: Path) -> list[str]:
    options = ["--epochs", str(EPOCHS), "--vector-size", str(DIMENSIONS), "-j", str(THREADS), "--seed", "1", "--quiet"]
    return [_FASTW2V, "train", str(text), "-o", str(output), *options]


def _gensim(text: Path, output: Path) -> list[str]:
    return [_GENSIM, str(text), str(output), str(DIMENSIONS), str(EPOCHS), str(THREADS)]
