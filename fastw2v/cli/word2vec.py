"""``fastw2v word2vec``: the command line of Mikolov's word2vec.c, with its options and its defaults."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from fastw2v.cli.options import NamedFile
from fastw2v.cli.pages import Page
from fastw2v.errors import ParameterError
from fastw2v.progress.figures import counted

_CBOW_RATE, _SKIPGRAM_RATE = 0.05, 0.025
_OF_TRAINING = (
    *("vector_size", "window", "sample", "hs", "negative", "epochs", "learning_rate", "classes", "binary", "cbow"),
    *("vocabulary", "seed"),
)


@click.command(
    "word2vec",
    cls=Page,
    trains=True,
    sections={
        "Files": ["corpus", "output", "binary", "save_vocab", "vocabulary", "classes", "overwrite"],
        "Training": [
            "vector_size",
            "window",
            "sample",
            "hs",
            "negative",
            "epochs",
            "min_count",
            "learning_rate",
            "cbow",
        ],
        "Machine": ["n_jobs", "seed", "debug"],
    },
    examples=[
        ("fastw2v word2vec -train text8 -output vectors.bin -binary 1", "word2vec.c's defaults: CBOW"),
        ("fastw2v word2vec -train text8 -output v.bin -cbow 0 -size 200 -binary 1", "skip-gram in binary format"),
        ("fastw2v word2vec -train text8 -save-vocab vocab.txt", "only count the words"),
    ],
)
@click.option(
    "-train", "corpus", required=True, metavar="FILE", help="the text; also .gz .bz2 .xz .zst, folders, globs"
)
@click.option(
    "-output", "output", type=NamedFile(written=True, or_stdout=True), help="file for the vectors, or for -classes"
)
@click.option("-size", "vector_size", type=int, default=100, show_default=True, help="dimensions of a word vector")
@click.option("-window", "window", type=int, default=5, show_default=True, help="words on either side of the center")
@click.option(
    "-sample", "sample", type=float, default=1e-3, show_default=True, help="threshold of subsampling; 0: none"
)
@click.option("-hs", "hs", type=click.IntRange(0, 1), default=0, show_default=True, help="hierarchical softmax")
@click.option("-negative", "negative", type=int, default=5, show_default=True, help="noise words; 0: none")
@click.option("-threads", "n_jobs", type=int, help="by default one for each usable CPU (word2vec.c: 12)")
@click.option("-iter", "epochs", type=int, default=5, show_default=True, help="passes over the text")
@click.option("-min-count", "min_count", type=int, default=5, show_default=True, help="drop rarer words")
@click.option("-alpha", "learning_rate", type=float, help="initial learning rate; default 0.025, and 0.05 with -cbow 1")
@click.option("-classes", "classes", type=int, default=0, show_default=True, help="write so many classes of words")
@click.option("-debug", "debug", type=click.IntRange(0, 2), default=2, show_default=True, help="0: only warnings")
@click.option("-binary", "binary", type=click.IntRange(0, 1), default=0, show_default=True, help="1: binary format")
@click.option("-save-vocab", "save_vocab", type=NamedFile(written=True), help="write the words and their counts")
@click.option("-read-vocab", "vocabulary", type=NamedFile(), help="take the words from here; the text is still counted")
@click.option("-cbow", "cbow", type=click.IntRange(0, 1), default=1, show_default=True, help="1: CBOW, 0: skip-gram")
@click.option("--overwrite", is_flag=True, help="replace files that exist and are of another kind")
@click.option("-seed", "seed", type=click.IntRange(0, 2**63 - 1), help="makes a run with one thread repeatable")
def word2vec(
    corpus: str,
    output: Path | None,
    vector_size: int,
    window: int,
    sample: float,
    hs: int,
    negative: int,
    n_jobs: int | None,
    epochs: int,
    min_count: int,
    learning_rate: float | None,
    classes: int,
    debug: int,
    binary: int,
    save_vocab: Path | None,
    vocabulary: Path | None,
    cbow: int,
    overwrite: bool,
    seed: int | None,
) -> None:
    """Train with the options of Mikolov's word2vec.c: a script that calls ./word2vec needs no other change.

    The defaults are word2vec.c's, the output is in its text or binary format. Six things differ: the vectors have no
    row for </s>, the end of lines; sentences are not cut after 1,000 words; -save-vocab leaves out rare words exactly,
    where word2vec.c may drop words while it counts; -read-vocab takes the words from the file, chosen by the file's
    counts, and counts them in the text; -threads is by default the number of usable CPUs; and a file of another kind is
    not replaced without --overwrite.
    """
    from fastw2v.cli.dialects import only_count, train_as
    from fastw2v.cli.idle import tell_of_no_effect
    from fastw2v.cli.streams import output_of

    if output is None and save_vocab is None:
        raise click.UsageError("there is nothing to write: name a file with -output or -save-vocab")
    if output is None:
        assert save_vocab is not None
        tell_of_no_effect(click.get_current_context(), dict.fromkeys(_OF_TRAINING, "without -output words are counted"))
        only_count(corpus, save_vocab, min_count=min_count, n_jobs=n_jobs, overwrite=overwrite, quiet=not debug)
        return
    if not hs and not negative:
        raise click.UsageError("-hs 0 and -negative 0 leave nothing to learn from: pass -hs 1, or -negative 5")
    options: dict[str, Any] = {
        "vector_size": vector_size,
        "window": window,
        "sample": sample,
        "loss": "both" if hs and negative else "hs" if hs else "ns",
        "epochs": epochs,
        "min_count": min_count,
        "learning_rate": (_CBOW_RATE if cbow else _SKIPGRAM_RATE) if learning_rate is None else learning_rate,
        "architecture": "cbow" if cbow else "skipgram",
        "n_jobs": n_jobs,
        "seed": seed,
    }
    if negative:
        options["negative"] = negative
    if not cbow:
        options["slow_frequent"] = False
    if vocabulary is not None:
        options["vocabulary"] = _words_to_train(vocabulary, min_count)
    output, _ = output_of(output, None)
    to = _destination(output, "binary" if binary else "text", classes, overwrite, save_vocab)
    train_as(corpus, to, quiet=not debug, options=options, read={"vocabulary": vocabulary})


def _words_to_train(path: Path, min_count: int) -> list[str]:
    """Return the words of a vocabulary file that are frequent enough by the file's own counts, as in word2vec.c."""
    from fastw2v.cli.vocabulary_files import read_counts

    counts = read_counts(path)
    words = [word for word, count in counts.items() if count >= min_count]
    if len(words) < 2:
        raise ParameterError(
            f"-read-vocab {path}: {len(words):,} of its {counted(len(counts), 'word')} have counts of at least "
            f"-min-count {min_count}, and training needs two: lower -min-count"
        )
    return words


def _destination(output: Path, format: Any, classes: int, overwrite: bool, save_vocab: Path | None) -> Any:
    """Return where vectors are to be written, or classes of words instead."""
    from fastw2v.cli.train_command import Destination
    from fastw2v.cli.word_classes import ClassesDestination

    if classes:
        return ClassesDestination(output, "text", overwrite=overwrite, vocabulary=save_vocab, classes=classes)
    return Destination(output, format, overwrite=overwrite, vocabulary=save_vocab)
