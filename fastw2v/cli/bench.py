"""``fastw2v bench``: one's own text, trained by fastw2v and by gensim in turn."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fastw2v.cli.options import AnyCase, NamedFile, in_corpora
from fastw2v.cli.pages import Page
from fastw2v.cli.reports import Column, Form, answer_json, answer_table, answer_tsv, chosen, report_options
from fastw2v.cli.streams import answer_sentence, say
from fastw2v.progress.figures import counted

if TYPE_CHECKING:
    from fastw2v.cli.contest import Entrant

_SHORT = 1.0  # seconds of a run that says nothing about speed
_COLUMNS = ("program", "version", "words_per_second", "seconds", "learning_rate")


@click.command(
    "bench",
    cls=Page,
    trains=True,
    sections={
        "Text": ["words", "min_count"],
        "Training": ["vector_size", "architecture", "window", "negative", "sample", "epochs", "learning_rate"],
        "Measurement": ["runs", "n_jobs", "pairs", "analogies"],
        "Report": ["form", "quiet"],
    },
    examples=[
        ("fastw2v bench corpus.txt", "both programs, three times each in turn, on a million words"),
        ("fastw2v bench corpus.txt --architecture cbow --n-jobs 4 --words 5000000", "longer, with four threads"),
        ("fastw2v bench corpus.txt --epochs 5 --pairs mine.tsv", "speed, and how good the vectors are"),
    ],
)
@in_corpora
@click.option(
    "--words", type=click.IntRange(min=1), default=1_000_000, show_default=True, help="train on the first N words"
)
@click.option("--min-count", type=int, default=5, show_default=True, help="drop words that occur less often")
@click.option("--vector-size", type=int, default=100, show_default=True, help="dimensions of a word vector")
@click.option(
    "--architecture", type=AnyCase(["skipgram", "cbow"]), default="skipgram", show_default=True, help="what to train"
)
@click.option("--window", type=int, default=5, show_default=True, help="words on either side of the center")
@click.option("--negative", type=click.IntRange(min=1), default=5, show_default=True, help="noise words")
@click.option("--sample", type=float, default=1e-3, show_default=True, help="threshold of subsampling")
@click.option("--epochs", type=click.IntRange(min=1), default=1, show_default=True, help="passes over the text")
@click.option("--learning-rate", type=float, help="of both programs; by default each has its own")
@click.option("--runs", type=click.IntRange(min=1), default=3, show_default=True, help="of each program; medians count")
@click.option("-j", "--n-jobs", type=click.IntRange(min=1), help="threads of each; by default one per usable CPU")
@click.option("--pairs", multiple=True, type=NamedFile(), help="word pairs, to score the vectors of both")
@click.option("--analogies", type=NamedFile(), help="analogies, to score the vectors of both")
@click.option("-q", "--quiet", is_flag=True, help="print nothing but the report, errors and warnings")
@report_options
def bench(
    corpus: tuple[str, ...],
    pairs: tuple[Path, ...],
    analogies: Path | None,
    runs: int,
    quiet: bool,
    form: str | None,
    **settings: Any,
) -> None:
    """Train on the first words of CORPUS with fastw2v and with gensim, in turn, and compare speed and scores.

    Both read the same text, with the same settings and the same number of threads. The time is that of training alone,
    without reading and counting. A run of some seconds says more than one of a tenth. gensim is compared if it is
    installed. The exit code is 1 if an evaluation set gives no result.
    """
    from fastw2v.cli.contest import run_contest
    from fastw2v.cli.files import paths_of

    if not quiet:
        words = counted(settings["words"], "word")
        say(f"training on the first {words}, {'once' if runs == 1 else f'{runs} times'} each")
    entrants, text = run_contest(paths_of(corpus), settings, runs, list(pairs), analogies, note=None if quiet else say)
    _write(entrants, chosen(form), {"text": text, "settings": settings, "runs": runs})
    shortest = min(each.median for each in entrants)
    if not quiet and shortest < _SHORT:
        say(f"the shortest run took {shortest:.2g} s, too little to compare speeds by: take more --words or --epochs")
    if any(math.isnan(score) for each in entrants for score in each.scores.values()):  # a warning has said why
        raise click.exceptions.Exit(1)


def _write(entrants: list[Entrant], shape: Form, about: dict[str, Any]) -> None:
    sets = list(entrants[0].scores)
    if shape == "json":
        answer_json({**about, "programs": [each.facts() for each in entrants]})
    elif shape == "tsv":
        rows = [[each.facts()[name] for name in _COLUMNS] + [each.scores[name] for name in sets] for each in entrants]
        answer_tsv([*_COLUMNS, *sets], rows)
    else:
        _write_table(entrants, sets, about["text"], about["runs"])


def _write_table(entrants: list[Entrant], sets: list[str], text: dict[str, Any], runs: int) -> None:
    rows = [
        ("words/s", *(f"{each.words_per_second:,.0f}" for each in entrants)),
        ("seconds", *(f"{each.median:.2f}" for each in entrants)),
        ("learning rate", *(f"{each.learning_rate:g}" for each in entrants)),
        *((name, *(_score(each.scores[name]) for each in entrants)) for name in sets),
    ]
    columns = [Column(""), *(Column(f"{each.name} {each.version}", "s") for each in entrants)]
    of_each = " of each" if len(entrants) > 1 else ""
    measured = f"one run{of_each}" if runs == 1 else f"medians of {runs} runs{of_each}"
    size = f"{counted(text['tokens'], 'token')}, {counted(text['words'], 'word')} in the vocabulary"
    answer_sentence(f"{size}; {measured}")
    answer_table(columns, rows)
    if len(entrants) > 1:
        ours, theirs = entrants[:2]
        ratio = ours.words_per_second / theirs.words_per_second
        threads = "one thread" if text["n_jobs"] == 1 else f"{text['n_jobs']} threads"
        answer_sentence(f"fastw2v trains {ratio:.1f} times as fast as {theirs.name} here, with {threads} each")


def _score(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.3f}"
