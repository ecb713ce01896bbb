"""``python -m bench``: speed, quality and the objective, side by side; a table on the screen and a JSON file."""

from __future__ import annotations

import json
import platform
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import click

from bench import choice, documents, ptb, quality, speed, vectors
from bench.corpora import find_corpus
from fastw2v import __version__
from fastw2v._train import instruction_sets
from fastw2v.machine import usable_cpus

RESULTS = Path(__file__).parent / "results"


def circumstances() -> dict[str, Any]:
    """What figures mean nothing without: machine, commit, versions and command."""
    model = [line.split(":")[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")]
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=False, cwd=RESULTS.parent
    )
    return {
        "machine": f"{model[0] if model else platform.processor()}, {usable_cpus()} CPUs",
        "instruction_set": instruction_sets()["selected"],
        "python": platform.python_version(),
        "fastw2v": __version__,
        "commit": commit.stdout.strip(),
        "command": "python -m bench " + " ".join(sys.argv[1:]),
        "date": time.strftime("%Y-%m-%d"),
    }


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text().splitlines()
    except OSError:
        return []


def write(name: str, rows: list[dict[str, Any]]) -> None:
    """Keep a run's figures with its circumstances."""
    RESULTS.mkdir(exist_ok=True)
    file = RESULTS / f"{name}.json"
    file.write_text(json.dumps({**circumstances(), "rows": rows}, indent=1) + "\n")
    print(f"written to {file}")


@click.group(invoke_without_command=True)
@click.option("--corpus", help="Text file, one sentence a line; by default the one in FASTW2V_DATA.")
@click.pass_context
def main(context: click.Context, corpus: str | None) -> None:
    """Benchmarks of fastw2v; without a command, all of them."""
    context.obj = corpus
    if context.invoked_subcommand is None:
        for command in (run_speed, run_quality, run_ptb, run_documents, run_vectors):
            context.invoke(command)


@main.command("speed")
@click.option("--runs", default=5, show_default=True, help="Runs of each system on each task; the median counts.")
@click.pass_obj
def run_speed(corpus: str | None, runs: int = 5) -> None:
    """Raw words per second beside gensim's."""
    path = find_corpus(corpus)
    write("speed", speed.measure(path, _words(path), runs))


@main.command("quality")
@click.option("--seeds", default=3, show_default=True)
@click.option("--epochs", default=3, show_default=True)
@click.option("--threads", default=1, show_default=True)
@click.option("--system", "systems", multiple=True, default=["fastw2v"], show_default=True)
@click.pass_obj
def run_quality(
    corpus: str | None, seeds: int = 3, epochs: int = 3, threads: int = 1, systems: tuple[str, ...] = ("fastw2v",)
) -> None:
    """Similarity and analogy scores."""
    path = find_corpus(corpus)
    write("quality", quality.measure(path, _words(path), seeds, epochs, list(systems), threads))


@main.command("choice")
@click.option("--seeds", default=3, show_default=True)
@click.option("--epochs", default=3, show_default=True)
@click.option("--negative", default=5, show_default=True)
@click.option("--vector-size", default=100, show_default=True)
@click.pass_obj
def run_choice(corpus: str | None, seeds: int, epochs: int, negative: int, vector_size: int) -> None:
    """Speed and quality of other tile shapes."""
    write("choice", choice.measure(find_corpus(corpus), seeds, epochs, negative, vector_size))


@main.command("ptb")
@click.option("--seeds", default=3, show_default=True)
def run_ptb(seeds: int = 3) -> None:
    """Validation loss on Penn Treebank beside gensim's."""
    write("ptb", ptb.measure(seeds))


@main.command("vectors")
@click.option("--words", default=1_000_000, show_default=True, help="Words of the vectors, 100 dimensions each.")
@click.option("--runs", default=5, show_default=True, help="Runs of each task; the median counts.")
def run_vectors(words: int = 1_000_000, runs: int = 5) -> None:
    """Seconds of neighbours, analogies and files beside gensim's."""
    write("vectors", vectors.measure(words, runs))


@main.command("documents")
@click.option("--vector-size", default=100, show_default=True)
@click.option("--epochs", default=3, show_default=True, help="Passes over the corpus; data sets have their own.")
@click.pass_obj
def run_documents(corpus: str | None, vector_size: int = 100, epochs: int = 3) -> None:
    """Classification of 20 Newsgroups and SST-2 beside bag-of-words, and the speed of transform beside gensim's."""
    write("documents", documents.measure(find_corpus(corpus), vector_size, epochs))


def _words(path: Path) -> int:
    with path.open("rb") as lines:
        return sum(len(line.split()) for line in lines)


if __name__ == "__main__":
    main()
