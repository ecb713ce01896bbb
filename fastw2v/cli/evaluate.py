"""``fastw2v evaluate``: score word vectors by word similarity and analogies."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fastw2v.cli.idle import tell_of_no_effect
from fastw2v.cli.loading import load_vectors
from fastw2v.cli.options import FIRST_ROWS, AnyCase, NamedFile, columns_of
from fastw2v.cli.pages import Page
from fastw2v.cli.reports import Column, Form, answer_json, answer_table, answer_tsv, chosen, report_options
from fastw2v.cli.streams import answer, answer_sentence, on_terminal
from fastw2v.progress.figures import counted

if TYPE_CHECKING:
    from fastw2v.evaluate.analogies import AnalogyReport, AnalogySection, ProtocolName
    from fastw2v.evaluate.lines import BadLines
    from fastw2v.evaluate.word_pairs import WordPairReport
    from fastw2v.vectors.word_vectors import WordVectors

KNOWN_PAIRS = ("ws353", "simlex999")
_COLUMNS = ("set", "score", "used", "missing", "spearman", "pearson", "accuracy", "correct")


@click.command(
    "evaluate",
    cls=Page,
    sections={
        "Evaluation sets": ["pairs", "columns", "analogies"],
        "Rules": ["protocol", "restrict_vocab", "errors"],
        "Report": ["form"],
    },
    examples=[
        ("fastw2v evaluate vectors.fw2v", "WordSim-353, SimLex-999 and questions-words, downloaded at first use"),
        ("fastw2v evaluate v.fw2v --pairs mine.tsv --analogies questions.txt", "with files of one's own"),
        ("fastw2v evaluate v.fw2v --pairs mine.tsv --json | jq .word_pairs", "for a script"),
    ],
)
@click.argument("file", type=NamedFile())
@click.option("--pairs", multiple=True, type=NamedFile(), help="word pairs instead of the known sets")
@click.option(
    "--columns",
    metavar="FIRST,SECOND,SCORE",
    callback=lambda context, option, value: None if value is None else columns_of(value),
    help="names of the columns of --pairs, or numbers from 0",
)
@click.option("--analogies", type=NamedFile(), help="analogies instead of questions-words")
@click.option(
    "--protocol",
    type=AnyCase(["c", "gensim"]),
    default="c",
    show_default=True,
    help="of the analogies",
)
@click.option(
    "--restrict-vocab",
    type=click.IntRange(min=1),
    metavar="N",
    help=f"{FIRST_ROWS}; by default as in the protocol",
)
@click.option(
    "--errors",
    type=AnyCase(["strict", "ignore"]),
    default="strict",
    show_default=True,
    help="at lines in another form",
)
@report_options
def evaluate(
    file: Path,
    pairs: tuple[Path, ...],
    columns: list[str | int] | None,
    analogies: Path | None,
    protocol: ProtocolName,
    restrict_vocab: int | None,
    errors: BadLines,
    form: str | None,
) -> None:
    """Score the vectors of FILE: WordSim-353, SimLex-999 and the Google analogies, or the files given.

    A file of --pairs has two words and a score on each line; one of --analogies has lines of four words, under lines
    such as ": family". The exit code is 1 if a set gives no result, because its words are unknown.
    """
    if columns is not None and not pairs:
        raise click.UsageError("--columns are those of --pairs, and no file of pairs is named")
    if pairs and analogies is None:
        tell_of_no_effect(click.get_current_context(), {"protocol": "it is that of the analogies, and none are named"})
    vectors = load_vectors(file)
    named = [(path.name, path) for path in pairs]
    if not pairs and analogies is None:
        named, analogies = known_sets()
    found = scores(vectors, named, analogies, columns, protocol, restrict_vocab, errors)
    _write(file, found, chosen(form))
    if any(map(math.isnan, found.results)):  # a warning has said why
        raise click.exceptions.Exit(1)


def known_sets() -> tuple[list[tuple[str, Path]], Path]:
    """Return the word pairs and the analogies that are used where none are named.

    Raises
    ------
    OSError
        They cannot be downloaded; the message says which files to name.
    """
    from fastw2v import datasets

    try:
        verbose = on_terminal()
        pairs = [(name, datasets.fetch_word_pairs(name, verbose=verbose)) for name in KNOWN_PAIRS]
        return pairs, datasets.fetch_analogies(verbose=verbose)
    except OSError as error:
        raise OSError(
            "the known evaluation sets are not here, and cannot be downloaded. Name files that you have: --pairs FILE "
            "(two words and a score on each line, such as WordSim-353 or SimLex-999) and --analogies FILE (four words "
            f"on each line, such as questions-words.txt). Or keep the known ones: {error}"
        ) from error


class Scores:
    """Reports of word pairs by the name of their file, and a report of analogies.

    Attributes
    ----------
    pairs : dict of str to WordPairReport
    analogies : AnalogyReport or None
    """

    def __init__(self) -> None:
        self.pairs: dict[str, WordPairReport] = {}
        self.analogies: AnalogyReport | None = None

    @property
    def results(self) -> list[float]:
        """One number for each set: Spearman's correlation, or the share of right answers."""
        answers = [] if self.analogies is None else [self.analogies.total.accuracy]
        return [*(report.spearman for report in self.pairs.values()), *answers]


def scores(
    vectors: WordVectors,
    named: Sequence[tuple[str, Any]],
    analogies: Any,
    columns: list[str | int] | None = None,
    protocol: ProtocolName = "c",
    restrict_vocab: int | None = None,
    errors: BadLines = "strict",
) -> Scores:
    """Evaluate vectors on sets; parameters are those of `fastw2v.evaluate`."""
    from fastw2v.evaluate import evaluate_analogies, evaluate_word_pairs
    from fastw2v.evaluate.analogies import PROTOCOLS

    found = Scores()
    # Only gensim has a rule for pairs, so it applies under both protocols of the analogies.
    limit = PROTOCOLS["gensim"].restrict_vocab if restrict_vocab is None else restrict_vocab
    for name, path in named:
        report = evaluate_word_pairs(vectors, path, columns=columns, restrict_vocab=limit, errors=errors)
        found.pairs[name if name not in found.pairs else str(path)] = report
    if analogies is not None:
        found.analogies = evaluate_analogies(
            vectors, analogies, protocol=protocol, restrict_vocab=restrict_vocab, errors=errors, verbose=on_terminal()
        )
    return found


def _write(file: Path, found: Scores, form: Form) -> None:
    if form == "json":
        answer_json(_record(file, found))
    elif form == "tsv":
        answer_tsv(_COLUMNS, [[row.get(column) for column in _COLUMNS] for row in _rows(found)])
    elif form == "table":
        _write_tables(found)
    else:
        for name, report in found.pairs.items():
            answer(f"{name}: {report}")
        if found.analogies is not None:
            answer(found.analogies)


def _record(file: Path, found: Scores) -> dict[str, Any]:
    """Return the JSON report."""
    pairs = [
        {"name": name, **_shown_fields(report), "coverage": report.coverage} for name, report in found.pairs.items()
    ]
    return {"file": str(file), "word_pairs": pairs, "analogies": _record_of_analogies(found.analogies)}


def _record_of_analogies(report: AnalogyReport | None) -> dict[str, Any] | None:
    if report is None:
        return None
    parts = {name: _section(getattr(report, name)) for name in ("semantic", "syntactic", "total")}
    rules = {name: getattr(report, name) for name in ("protocol", "restrict_vocab", "case_rule", "missing_rule")}
    return {**rules, "sections": [_section(section) for section in report.sections], **parts}


def _section(section: AnalogySection) -> dict[str, Any]:
    return {**_shown_fields(section), "accuracy": section.accuracy}


def _shown_fields(report: WordPairReport | AnalogySection) -> dict[str, Any]:
    """Return what a report shows, without each pair and question."""
    return {field.name: getattr(report, field.name) for field in fields(report) if field.repr}


def _rows(found: Scores) -> list[dict[str, Any]]:
    """Return one row for each set of pairs and each section of analogies."""
    rows: list[dict[str, Any]] = []
    for name, report in found.pairs.items():
        numbers = {"spearman": report.spearman, "pearson": report.pearson}
        rows.append({"set": name, "score": report.spearman, "used": report.used, "missing": report.missing, **numbers})
    for section in found.analogies.parts if found.analogies is not None else ():
        numbers = {"accuracy": section.accuracy, "correct": section.correct}
        counts = {"used": section.used, "missing": section.missing}
        rows.append({"set": f"analogies: {section.name}", "score": section.accuracy, **counts, **numbers})
    return rows


def _write_tables(found: Scores) -> None:
    if found.pairs:
        columns = [Column("word pairs"), Column("Spearman", ".3f"), Column("Pearson", ".3f")]
        rows = [(name, r.spearman, r.pearson, r.used, r.missing) for name, r in found.pairs.items()]
        answer_table([*columns, Column("used", ",d"), Column("unknown", ",d")], rows)
    if found.pairs and found.analogies is not None:
        answer("")
    if found.analogies is not None:
        columns = [Column("analogies"), Column("score", ".1%"), Column("right", ",d")]
        lines = [(s.name, s.accuracy, s.correct, s.used, s.missing) for s in found.analogies.parts]
        answer_table([*columns, Column("asked", ",d"), Column("unknown", ",d")], lines)
        rules = found.analogies
        searched = counted(rules.restrict_vocab, "word")
        answer_sentence(f"protocol {rules.protocol}: {rules.case_rule}, first {searched} searched")
