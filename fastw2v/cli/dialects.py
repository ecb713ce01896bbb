"""What the commands that speak word2vec.c's and fastText's options share: they become those of ``fastw2v train``."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fastw2v.cli.streams import say
from fastw2v.planning.training_parameters import TrainingParameters

if TYPE_CHECKING:
    from fastw2v.cli.train_command import Destination


def train_as(corpus: str, to: Destination, *, quiet: bool, options: dict[str, Any]) -> None:
    """Train as ``fastw2v train`` does, and write what is asked for.

    Parameters
    ----------
    corpus : str
    to : Destination
    quiet : bool
    options : dict
        Names and values are those of `fastw2v.Word2Vec`, with ``seed``.
    """
    from fastw2v.cli.train import paths_of, run_training
    from fastw2v.cli.train_command import finish

    paths = paths_of((corpus,))
    to.check(paths)
    defaults = {each.name: each.default for each in fields(TrainingParameters)}
    result = run_training(paths[0], {**defaults, **options}, quiet=quiet)
    finish(result, to, checkpoint=None, save_on_interrupt=False, quiet=quiet)


def only_count(corpus: str, path: Path, *, min_count: int, n_jobs: int | None, overwrite: bool, quiet: bool) -> None:
    """Write the words of a text and their counts in word2vec.c's format, and train nothing."""
    from fastw2v.cli.train import paths_of
    from fastw2v.cli.train_command import check_vocabulary
    from fastw2v.cli.vocabulary_files import vocabulary_lines, write_lines
    from fastw2v.corpus.reading import read_corpus
    from fastw2v.corpus.vocabulary import frequent_words

    paths = paths_of((corpus,))
    check_vocabulary(path, paths, None, overwrite)
    read = read_corpus(paths[0], n_jobs=n_jobs, verbose=not quiet).counted
    rows = frequent_words(read.counts, min_count, None)
    words = list(map(str, read.words(rows)))
    write_lines(path, vocabulary_lines(words, read.counts[rows].tolist(), read.sentences), overwrite=overwrite)
    if not quiet:
        say(f"{len(words):,} words; written to {path}")


def tell_of_no_effect(context: click.Context, reasons: dict[str, str]) -> None:
    """Say of options that were given, and have no effect here, why that is.

    Parameters
    ----------
    context : click.Context
    reasons : dict of str to str
        By the names of parameters in Python.
    """
    flags = {param.name: param.opts[0] for param in context.command.params}
    for name, reason in reasons.items():
        source = context.get_parameter_source(name)
        if source is not None and source.name == "COMMANDLINE":
            say(f"fastw2v: warning: {flags[name]} {context.params[name]} has no effect: {reason}")
