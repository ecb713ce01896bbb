"""``fastw2v demo``: train on the built-in corpus and show neighbours and analogies."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import click

from fastw2v.cli.options import NamedFile
from fastw2v.cli.pages import Page
from fastw2v.cli.streams import answer, answer_sentence
from fastw2v.progress.figures import counted

NEIGHBOURS_OF = ("matrix", "integer", "file", "minimum", "thread")
# a is to b as c is to ?, and the answer that the corpus should teach.
ANALOGIES = (("min", "max", "minimum", "maximum"), ("row", "column", "rows", "columns"))


@click.command(
    "demo",
    cls=Page,
    sections={"Training": ["epochs", "n_jobs", "seed"], "Output": ["output", "overwrite"]},
    examples=[
        ("fastw2v demo", "takes some seconds; nothing is downloaded"),
        ("fastw2v demo -o demo.fw2v", "keep them"),
    ],
)
@click.option("--epochs", type=int, default=10, show_default=True, help="passes over the corpus")
@click.option("-j", "--n-jobs", type=int, help="threads; by default one for each usable CPU")
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), default=1, show_default=True, help="seed of all draws")
@click.option("-o", "--output", type=NamedFile(written=True), help="keep the vectors in this file")
@click.option("--overwrite", is_flag=True, help="replace an OUTPUT that exists and is no file of word vectors")
def demo(epochs: int, n_jobs: int | None, seed: int, output: Path | None, overwrite: bool) -> None:
    """Train on the docstrings of the installed Python library, NumPy and SciPy, and show neighbours and analogies."""
    run_demo(epochs=epochs, n_jobs=n_jobs, seed=seed, output=output, overwrite=overwrite)


def run_demo(*, epochs: int, n_jobs: int | None, seed: int, output: Path | None, overwrite: bool) -> None:
    """Train skip-gram vectors on the installed docstrings, print neighbours and analogies.

    Parameters
    ----------
    epochs : int
    n_jobs : int or None
    seed : int
    output : Path or None
        Where to keep the vectors.
    overwrite : bool
        Whether they may replace a file of another kind.
    """
    from fastw2v.cli.files import check_nothing_is_lost, check_output
    from fastw2v.cli.train import run_training
    from fastw2v.datasets.fetch import load_docstrings

    if output is not None:
        check_output(output, None, False)
        check_nothing_is_lost(output, [], overwrite)
    started = time.perf_counter()
    corpus = load_docstrings(verbose=1)
    tokens = sum(map(len, corpus))
    answer_sentence(f"Corpus: {counted(tokens, 'word')} of docstrings, {time.perf_counter() - started:.1f} s to read")
    options = {"epochs": epochs, "n_jobs": n_jobs, "seed": seed, "tokenizer": "tokens", "summary": False}
    started = time.perf_counter()
    run = run_training(corpus, options, quiet=False)
    seconds = time.perf_counter() - started
    if run.interrupted:
        raise KeyboardInterrupt
    answer_sentence(f"Trained: {run.summary}; {seconds:.1f} s with the encoding")
    vectors = run.word_vectors
    answer("")
    for word in NEIGHBOURS_OF:
        if word in vectors:
            answer_sentence(f"{word:>10}: {_words(vectors.most_similar(word, topn=6))}", indent=12)
    answer("")
    for a, b, c, expected in ANALOGIES:
        if all(word in vectors for word in (a, b, c)):
            found = vectors.analogy(a, b, c, topn=4)
            mark = "as expected" if found[0][0] == expected else f"expected: {expected}"
            answer_sentence(f"{a} : {b} :: {c} : {_words(found)}  ({mark})", indent=4)
    if output is not None:
        run.save(output, None, False, overwrite)
        answer_sentence(f"\nWritten to {output}")


def _words(found: list[tuple[Any, float]]) -> str:
    return ", ".join(f"{word} {score:.2f}" for word, score in found)
