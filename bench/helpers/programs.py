"""Other trainers that are programs: their command lines and their output.

One run only counts the vocabulary, a second one trains; the difference is the time of training. It includes
word2vec.c's table of noise words and its output, but not fastText's output, which the counting run writes, too.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench.helpers.tasks import Task
from fastw2v import formats

# The programs copy file names into 100 bytes, so they run in a folder and get relative names.
TEXT, OUTPUT, COUNTS = "text", "vectors", "counts"

Commands = Callable[[Task, str, bool], list[str]]


def _word2vec(task: Task, path: str, counting: bool) -> list[str]:
    """Return the command line of word2vec.c; without -output it stops after counting."""
    if counting:
        return [path, "-train", TEXT, "-save-vocab", COUNTS, "-min-count", str(task.min_count)]
    flags: dict[str, Any] = {"train": TEXT, "output": OUTPUT, "cbow": int(task.cbow), "size": task.vector_size}
    flags |= {"window": task.window, "negative": task.negative, "hs": 0, "sample": task.sample, "threads": task.threads}
    flags |= {"binary": 1, "iter": task.epochs, "min-count": task.min_count, "alpha": task.learning_rate}
    return [path, *(part for name, value in flags.items() for part in (f"-{name}", str(value)))]


def _pword2vec(task: Task, path: str, counting: bool) -> list[str]:
    """Return the command line of pWord2Vec: word2vec.c's options, but only skip-gram with negative sampling."""
    command = _word2vec(task, path, counting)
    for unknown in ("-cbow", "-hs"):
        if unknown in command:
            del command[command.index(unknown) : command.index(unknown) + 2]
    return command


def _fasttext(task: Task, path: str, counting: bool) -> list[str]:
    """Return the command line of fastText without subwords; 0 epochs only count (and write the initial vectors)."""
    flags: dict[str, Any] = {"input": TEXT, "output": OUTPUT, "dim": task.vector_size, "ws": task.window}
    flags |= {"neg": task.negative, "minCount": task.min_count, "t": task.sample, "lr": task.learning_rate}
    flags |= {"epoch": 0 if counting else task.epochs, "thread": task.threads, "minn": 0, "maxn": 0, "loss": "ns"}
    command = [path, "cbow" if task.cbow else "skipgram"]
    return [*command, *(part for name, value in flags.items() for part in (f"-{name}", str(value)))]


@dataclass(frozen=True)
class Program:
    """A trainer's command line, and the name and format of its output."""

    commands: Commands
    output: str
    format: str
    cbow: bool = True
    # After counting it crashes because it saves a model that it never made; the counts are complete by then.
    falls_after_counting: bool = False


PROGRAMS = {
    "word2vec-c": Program(_word2vec, OUTPUT, "binary"),
    "fasttext": Program(_fasttext, f"{OUTPUT}.vec", "text"),
    "pword2vec": Program(_pword2vec, OUTPUT, "binary", cbow=False, falls_after_counting=True),
}


def can(system: str, task: Task) -> bool:
    """Return whether a system can do a task: programs read files, sample noise words, and some have only skip-gram."""
    if system not in PROGRAMS:
        return True
    return not task.token_lists and not task.hierarchical and (PROGRAMS[system].cbow or not task.cbow)


def train(system: str, task: Task, clock: Callable[[], float]) -> tuple[float, float]:
    """Run a program on a task; return the seconds of counting and of training."""
    program, path = PROGRAMS[system], str(Path(task.program).resolve())
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / TEXT).symlink_to(Path(task.corpus).resolve())
        begin = clock()
        _run(program.commands(task, path, True), folder, program.falls_after_counting)
        counted = clock()
        if task.count_only:
            return counted - begin, 0.0
        _run(program.commands(task, path, False), folder, False)
        whole = clock() - counted
        if task.save:
            vectors = formats.load(Path(folder) / program.output, format=program.format)
            np.savez(task.save, vectors=vectors.vectors, words=np.array(vectors.index_to_key))
    return counted - begin, max(whole - (counted - begin), 1e-9)


def _run(command: list[str], folder: str, may_fall: bool) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, errors="replace", check=False)
    fell = may_fall and done.returncode < 0 and (Path(folder) / COUNTS).exists()
    if done.returncode and not fell:
        raise SystemExit(
            f"bench: {' '.join(command)}: exit status {done.returncode}\n{(done.stdout + done.stderr)[-2000:]}"
        )
