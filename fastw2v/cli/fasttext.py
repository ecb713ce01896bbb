"""``fastw2v skipgram`` and ``fastw2v cbow``: fastText's command line, without subwords."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from fastw2v.cli.options import NamedFile
from fastw2v.cli.pages import Page

_SUBWORDS = (
    "words have no vectors of their parts here, so that unknown words have none either: leave it out or pass 0, or "
    "train with fastText"
)
_OPTIONS = (
    click.option("-input", "corpus", required=True, metavar="FILE", help="the text; also .gz .bz2 .xz .zst, globs"),
    click.option("-output", "output", required=True, type=NamedFile(written=True), help="writes OUTPUT.vec"),
    click.option("-lr", "learning_rate", type=float, default=0.05, show_default=True, help="initial learning rate"),
    click.option("-dim", "vector_size", type=int, default=100, show_default=True, help="dimensions of a word vector"),
    click.option("-ws", "window", type=int, default=5, show_default=True, help="words on either side of the center"),
    click.option("-epoch", "epochs", type=int, default=5, show_default=True, help="passes over the text"),
    click.option("-minCount", "min_count", type=int, default=5, show_default=True, help="drop rarer words"),
    click.option("-neg", "negative", type=int, default=5, show_default=True, help="noise words"),
    click.option(
        "-loss",
        "loss",
        type=click.Choice(["ns", "hs", "softmax", "ova"]),
        default="ns",
        show_default=True,
        help="negative sampling or hierarchical softmax; softmax and ova are fastText's alone",
    ),
    click.option("-t", "sample", type=float, default=1e-4, show_default=True, help="threshold of subsampling"),
    click.option("-thread", "n_jobs", type=int, help="by default one for each usable CPU (fastText: 12)"),
    click.option("-pretrainedVectors", "initial_vectors", type=NamedFile(), help="word vectors to start from"),
    click.option("-seed", "seed", type=click.IntRange(0, 2**63 - 1), help="makes a run with one thread repeatable"),
    click.option("-verbose", "verbose", type=int, default=2, show_default=True, help="0: only warnings"),
    click.option("-minn", "minn", type=int, default=0, show_default=True, help="0: no subwords, the only choice"),
    click.option("-maxn", "maxn", type=int, default=0, show_default=True, help="0: no subwords, the only choice"),
    click.option("-bucket", "bucket", type=int, help="no effect: it is the number of subwords"),
    click.option("-wordNgrams", "word_ngrams", type=int, default=1, show_default=True, help="1, the only choice"),
    click.option("-lrUpdateRate", "lr_update_rate", type=int, help="no effect: the rate falls with each tile"),
    click.option("-saveOutput", "save_output", type=int, help="no effect: see train --with-context"),
    click.option("--overwrite", is_flag=True, help="replace an OUTPUT.vec that is no file of word vectors"),
)
_PASSED_ON = (
    *("vector_size", "window", "epochs", "learning_rate", "negative", "loss", "sample", "min_count"),
    *("n_jobs", "seed", "initial_vectors"),
)
_NO_EFFECT = {
    "bucket": "it is the number of subwords, and there are none",
    "lr_update_rate": "the learning rate falls with each tile of tokens",
    "save_output": "'fastw2v train --with-context' keeps the output rows",
}


def _command(name: str, architecture: str, what: str) -> click.Command:
    def run(**given: Any) -> None:
        _train(architecture, given)

    run.__doc__ = f"""Train {what} with fastText's options, without subwords.

    The defaults are fastText's, but for subwords: it is fastText with -minn 0 -maxn 0. The vectors are written as text
    to OUTPUT.vec, as by fastText; its .bin file, which no other program reads, is not written.
    """
    decorated: Callable[..., None] = run
    for option in reversed(_OPTIONS):
        decorated = option(decorated)
    return click.command(
        name,
        cls=Page,
        trains=True,
        sections={
            "Files": ["corpus", "output", "initial_vectors", "overwrite"],
            "Training": ["vector_size", "window", "epochs", "learning_rate", "negative", "loss", "sample", "min_count"],
            "Machine": ["n_jobs", "seed", "verbose"],
            "Without effect or choice": ["minn", "maxn", "bucket", "word_ngrams", "lr_update_rate", "save_output"],
        },
        examples=[(f"fastw2v {name} -input corpus.txt -output model -dim 300", "writes model.vec")],
    )(decorated)


def _train(architecture: str, given: dict[str, Any]) -> None:
    from fastw2v.cli.dialects import train_as
    from fastw2v.cli.idle import tell_of_no_effect
    from fastw2v.cli.train_command import Destination

    context = click.get_current_context()
    for name in ("minn", "maxn"):
        if given[name]:
            raise click.UsageError(f"-{name} {given[name]}: {_SUBWORDS}")
    if given["word_ngrams"] != 1:
        raise click.UsageError(f"-wordNgrams {given['word_ngrams']}: single words alone are trained here; leave it out")
    if given["loss"] not in ("ns", "hs"):
        raise click.UsageError(f"-loss {given['loss']}: it must be ns or hs; the others are for fastText's classifier")
    idle = {**_NO_EFFECT, "negative": "-loss hs draws no noise words"} if given["loss"] == "hs" else _NO_EFFECT
    tell_of_no_effect(context, idle)
    options: dict[str, Any] = {"architecture": architecture, **{name: given[name] for name in _PASSED_ON}}
    output = given["output"]
    to = Destination(Path(f"{output}.vec"), "text", overwrite=given["overwrite"])
    read = {"initial_vectors": given["initial_vectors"]}
    train_as(given["corpus"], to, quiet=given["verbose"] == 0, options=options, read=read)


skipgram = _command("skipgram", "skipgram", "skip-gram vectors")
cbow = _command("cbow", "cbow", "CBOW vectors")
