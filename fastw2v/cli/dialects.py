"""What the commands that speak word2vec.c's and fastText's options share: they become those of ``fastw2v train``."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastw2v.cli.streams import name_of, say
from fastw2v.planning.training_parameters import TrainingParameters
from fastw2v.progress.figures import counted

if TYPE_CHECKING:
    from fastw2v.cli.train_command import Destination


def train_as(
    corpus: str, to: Destination, *, quiet: bool, options: dict[str, Any], read: dict[str, Path | None]
) -> None:
    """Train as ``fastw2v train`` does, and write what is asked for.

    Parameters
    ----------
    corpus : str
    to : Destination
    quiet : bool
    options : dict
        Names and values are those of `fastw2v.Word2Vec`, with ``seed``.
    read : dict of str to Path or None
        The files beside the text that are read, by the names of their options.
    """
    from fastw2v.cli.files import check_kept_apart, paths_of
    from fastw2v.cli.train import run_training
    from fastw2v.cli.train_command import finish

    paths = paths_of((corpus,))
    check_kept_apart({"save_vocab": to.vocabulary, "output": to.path}, read)
    to.check(paths)
    defaults = {each.name: each.default for each in fields(TrainingParameters)}
    result = run_training(paths[0], {**defaults, **options}, quiet=quiet, doubt_room=to.doubt_room)
    finish(result, to, checkpoint=None, save_on_interrupt=False, quiet=quiet)


def only_count(corpus: str, path: Path, *, min_count: int, n_jobs: int | None, overwrite: bool, quiet: bool) -> None:
    """Write the words of a text and their counts in word2vec.c's format, and train nothing."""
    from fastw2v.cli.files import paths_of
    from fastw2v.cli.train_command import check_vocabulary
    from fastw2v.cli.vocab import check_some_are_kept
    from fastw2v.cli.vocabulary_files import vocabulary_lines, write_lines
    from fastw2v.corpus.reading import read_corpus
    from fastw2v.corpus.vocabulary import frequent_words

    paths = paths_of((corpus,))
    check_vocabulary(path, paths, overwrite)
    read = read_corpus(paths[0], n_jobs=n_jobs, verbose=not quiet).counted
    rows = frequent_words(read.counts, min_count, None)
    check_some_are_kept(rows, read, min_count)
    words = list(map(str, read.words(rows)))
    write_lines(path, vocabulary_lines(words, read.counts[rows].tolist(), read.sentences), overwrite=overwrite)
    if not quiet:
        say(f"{counted(len(words), 'word')}; written to {name_of(path)}")
