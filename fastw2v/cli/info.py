"""``fastw2v info``: what a file holds, or what this machine and this installation offer."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from fastw2v.cli.options import NamedFile, in_terms_of_convert
from fastw2v.cli.pages import Page
from fastw2v.cli.reports import answer_facts, answer_flat, answer_json, chosen, report_options, visible
from fastw2v.cli.streams import answer, on_terminal

_FIRST = 10


@click.command(
    "info",
    cls=Page,
    sections={"Report": ["form"]},
    examples=[
        ("fastw2v info vectors.bin", "format, words, dimensions, how it was trained"),
        ("fastw2v info", "versions, CPUs, memory and GPU, for a bug report"),
    ],
)
@click.argument("file", type=NamedFile(), required=False)
@report_options
def info(file: Path | None, form: str | None) -> None:
    """Tell what FILE holds; without it, what this machine and this installation offer."""
    if file is None:
        _describe_machine(form)
        return
    facts = facts_of(file)
    shape = chosen(form)
    if shape == "json":
        answer_json(facts)
        return
    if shape == "tsv":
        answer_flat(facts)
        return
    facts |= {name: f"{facts[name]:,}" for name in ("words", "tokens") if facts[name] is not None}
    facts |= facts.pop("metadata")
    shown = {name.replace("_", " "): _readable(value) for name, value in facts.items() if value is not None}
    if shape == "table":
        answer_facts(shown)
        return
    for name, value in shown.items():
        answer(f"{visible(name)}: {visible(value)}")


def facts_of(file: Path) -> dict[str, Any]:
    """Return what a file of word vectors holds; the keys are those of the JSON report."""
    from fastw2v.formats import format_of_content, load_all

    form = format_of_content(file)
    with in_terms_of_convert(file):
        loaded = load_all(file, mmap=form == "native", verbose=on_terminal())
    vectors = loaded.word_vectors
    return {
        "file": str(file),
        "format": form,
        "words": len(vectors),
        "vector_size": vectors.vector_size,
        "first_words": vectors.index_to_key[:_FIRST],
        "tokens": None if vectors.counts is None else int(vectors.counts.sum()),
        "context_vectors": loaded.context_vectors is not None,
        "node_vectors": loaded.node_vectors is not None,
        "metadata": loaded.metadata,
    }


def _describe_machine(form: str | None) -> None:
    from fastw2v.diagnostics import configuration, show_config

    if form == "json":
        answer_json(configuration())
    elif form == "tsv":
        answer_flat(configuration())
    elif chosen(form) == "table":
        answer_facts(configuration())
    else:
        show_config()


def _readable(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return " ".join(f"{each:.4f}" if isinstance(each, float) else visible(each) for each in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{name}={each}" for name, each in value.items() if each is not None)
    return str(value)
