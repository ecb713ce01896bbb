"""``fastw2v analogy``: A is to B as C is to what?"""

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

_HINT = "Type three words, A B C: A is to B as C is to what?"


@click.command(
    "analogy",
    cls=Page,
    sections={"Question": ["topn", "restrict_vocab"], "Report": ["form"]},
    examples=[
        ("fastw2v analogy vectors.fw2v man king woman", "man is to king as woman is to what?"),
        ("fastw2v analogy vectors.fw2v", "load once, ask many, at a prompt"),
        ("fastw2v analogy vectors.fw2v --tsv < questions.txt", "three words on each line"),
    ],
)
@click.argument("file", type=NamedFile())
@click.argument("words", nargs=-1, type=Word(), metavar="[A B C]")
@click.option("-t", "--topn", type=click.IntRange(min=1), default=10, show_default=True, help="how many words to show")
@click.option("--restrict-vocab", type=click.IntRange(min=1), metavar="N", help=FIRST_ROWS)
@report_options
def analogy(file: Path, words: tuple[str, ...], topn: int, restrict_vocab: int | None, form: str | None) -> None:
    """Answer "A is to B as C is to what?" with the words of FILE nearest to B - A + C.

    Without A, B and C it asks for them at a prompt, or reads three words from each line of standard input. The exit
    code is 1 if a question that was given or read has no answer.
    """
    if words and len(words) != 3:
        quoted = ": write them without quotation marks around all" if len(words) == 1 and " " in words[0] else ""
        raise click.UsageError(f"expected three words, A B C, or none to be asked for them; got {len(words)}{quoted}")
    asking = Asking(load_vectors(file, restrict_vocab), _read, "answers", chosen(form), topn, restrict_vocab)
    if not (asking.ask(words) if words else asking.ask_many("analogy> ", _HINT)):
        raise click.exceptions.Exit(1)


def _read(words: Sequence[str]) -> Question:
    """Read three words; "man : king :: woman" is read as well."""
    plain = [word for word in words if word not in (":", "::")] if len(words) > 3 else list(words)
    if len(plain) != 3:
        raise ParameterError(f"{' '.join(words)}: expected three words, A B C; got {len(plain)}")
    a, b, c = plain
    return Question({"a": a, "b": b, "c": c}, [b, c], [a])
