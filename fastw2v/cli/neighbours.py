"""``fastw2v neighbours``: the words nearest to others."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from fastw2v.cli.asking import Asking, Question
from fastw2v.cli.loading import load_vectors
from fastw2v.cli.options import FIRST_ROWS, NamedFile, Word
from fastw2v.cli.pages import Page
from fastw2v.cli.reports import chosen, report_options
from fastw2v.errors import ParameterError

_HINT = "Type a word, or a sum such as: king - man + woman"


@click.command(
    "neighbours",
    cls=Page,
    sections={
        "Question": ["negative", "topn", "restrict_vocab"],
        "Report": ["form"],
    },
    examples=[
        ("fastw2v neighbours vectors.fw2v wine", "the ten words nearest to one"),
        ("fastw2v neighbours vectors.fw2v king - man + woman", "nearest to a sum and difference of words"),
        ("fastw2v nn vectors.fw2v", "load once, ask many: a prompt with history, and completion by the Tab key"),
        ("fastw2v nn vectors.fw2v --json < words.txt", "a question on each line, an answer on each line"),
    ],
)
@click.argument("file", type=NamedFile())
@click.argument("words", nargs=-1, type=Word())
@click.option(
    "-n", "--negative", multiple=True, type=Word(), metavar="WORD", help="subtract this word; may be given again"
)
@click.option("-t", "--topn", type=click.IntRange(min=1), default=10, show_default=True, help="how many words to show")
@click.option("--restrict-vocab", type=click.IntRange(min=1), metavar="N", help=FIRST_ROWS)
@report_options
def neighbours(
    file: Path,
    words: tuple[str, ...],
    negative: tuple[str, ...],
    topn: int,
    restrict_vocab: int | None,
    form: str | None,
) -> None:
    """Show the words of FILE nearest to the sum of WORDS, with their cosine similarity.

    Without WORDS it asks for them at a prompt, or reads a question from each line of standard input. A minus between
    words subtracts. An unknown word is answered with words of similar spelling. The exit code is 1 if a question that
    was given or read has no answer.
    """
    if negative and not words:
        raise click.UsageError("--negative is subtracted from WORDS, and none is given")
    vectors = load_vectors(file, restrict_vocab)
    asking = Asking(vectors, lambda given: _read(given, negative), "neighbours", chosen(form), topn)
    asking.restrict_vocab = restrict_vocab
    if not (asking.ask(words) if words else asking.ask_many("near> ", _HINT)):
        raise click.exceptions.Exit(1)


def _read(words: Sequence[str], subtracted: Sequence[str]) -> Question:
    """Read words with a + or - between them; a single sign is a word."""
    positive: list[str] = []
    negative = list(subtracted)
    to = positive
    for number, word in enumerate(words):
        if word in ("+", "-") and len(words) > 1:
            if number == len(words) - 1:
                raise ParameterError(f"{' '.join(words)}: a word must follow the {word} at the end")
            to = positive if word == "+" else negative
            continue
        to.append(word)
        to = positive
    return Question({"positive": positive, "negative": negative}, positive, negative)
