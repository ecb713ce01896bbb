"""``fastw2v document-vectors``: documents, one on each line, as weighted sums of their words' vectors."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from fastw2v.cli.idle import tell_of_no_effect
from fastw2v.cli.options import AnyCase, CorpusName, NamedFile, errors_option, in_terms_of_convert
from fastw2v.cli.pages import Page
from fastw2v.cli.streams import STDOUT, answer, name_of, on_terminal, output_of, say, tell_of_other_name
from fastw2v.errors import CorpusError, ParameterError
from fastw2v.progress.figures import counted

if TYPE_CHECKING:
    import numpy as np

    from fastw2v.parameters import Errors

_FORMS = {".npy": "npy", ".json": "json", ".jsonl": "json", ".tsv": "tsv", ".txt": "tsv"}
_PACKED = dict.fromkeys((".gz", ".bz2", ".xz", ".zst", ".zip"), "compressed")  # which this command never writes
_AT_ONCE = 4096  # documents that are written together


@click.command(
    "document-vectors",
    cls=Page,
    sections={
        "Vectors of documents": ["weighting", "fit_on", "n_components_removed", "normalize", "tokenizer", "errors"],
        "Output": ["output", "overwrite", "form", "quiet"],
    },
    examples=[
        ("fastw2v document-vectors v.fw2v reviews.txt > reviews.tsv", "numbers between tabs, a line per document"),
        ("fastw2v document-vectors v.fw2v docs.txt.gz -o docs.npy --weighting sif", "an array for NumPy"),
        ("fastw2v document-vectors v.fw2v new.txt --weighting tfidf --fit-on old.txt", "weights of other documents"),
        ("echo 'red wine' | fastw2v document-vectors v.fw2v --json", "from standard input"),
    ],
)
@click.argument("file", type=NamedFile())
@click.argument("documents", nargs=-1, type=CorpusName())
@click.option(
    "--weighting",
    type=AnyCase(["mean", "tfidf", "sif", "usif"]),
    default="mean",
    show_default=True,
    help="how words are weighted",
)
@click.option("--fit-on", type=NamedFile(), help="learn weights from the documents of this file, not from DOCUMENTS")
@click.option(
    "--n-components-removed", type=int, default=1, show_default=True, help="sif and usif: common components to remove"
)
@click.option("--normalize", is_flag=True, help="scale each vector to length 1")
@click.option(
    "--tokenizer",
    type=AnyCase(["whitespace", "words"]),
    help="by default the one that the vectors were trained with; words where FILE does not say, as .vec and .bin",
)
@errors_option()
@click.option(
    "-o", "--output", type=NamedFile(written=True, or_stdout=True), help="file to write to; .npy, .tsv or .jsonl"
)
@click.option("--overwrite", is_flag=True, help="replace an OUTPUT that exists")
@click.option("--json", "form", flag_value="json", help="write a JSON object on each line")
@click.option("--tsv", "form", flag_value="tsv", help="write numbers between tabs (the default)")
@click.option("--npy", "form", flag_value="npy", help="write NumPy's format")
@click.option("-q", "--quiet", is_flag=True, help="print nothing but errors and warnings")
def document_vectors(
    file: Path,
    documents: tuple[str, ...],
    weighting: str,
    fit_on: Path | None,
    n_components_removed: int,
    normalize: bool,
    tokenizer: str | None,
    errors: Errors,
    output: Path | None,
    overwrite: bool,
    form: str | None,
    quiet: bool,
) -> None:
    """Write the vectors of DOCUMENTS, one document on each line, with the word vectors of FILE.

    DOCUMENTS are text files (.gz .bz2 .xz .zst), folders, globs or -; without any, standard input is read. There is a
    vector for each line, in order: a line without known words gets zeros. tfidf, sif and usif learn the weights of
    words from the same documents, unless --fit-on names others.
    """
    from fastw2v.cli.files import check_kept_apart, check_stdin_once, paths_of

    if form and output is not None and output != Path("-"):
        tell_of_other_name(output, {**_FORMS, **_PACKED}.get(output.suffix.lower()), form, f"--{form}")
    form = form or _form_of(output)
    paths = paths_of(documents or ("-",))
    check_stdin_once((*map(str, paths), *([str(fit_on)] if fit_on else [])))
    _tell_of_no_effect(weighting)
    if output is not None and output != Path("-"):
        output, _ = output_of(output, None)
        check_kept_apart({"output": output}, {"FILE": file, "fit_on": fit_on})
        _check_output(output, paths, overwrite)
    else:
        output = None
    if form == "npy" and output is None and sys.stdout is not None and sys.stdout.isatty():
        raise click.UsageError("--npy writes bytes, which a terminal cannot show: name a file with -o, or use a pipe")
    told = tokenizer is not None
    texts = _texts_of(paths, told, errors)
    vectorizer = _vectorizer(file, weighting, n_components_removed, normalize, tokenizer)
    if fit_on is None:
        rows = vectorizer.fit_transform(texts)
    else:
        rows = vectorizer.fit(_texts_of([fit_on], told, errors)).transform(texts)
    _write(rows, form, output)
    if not quiet:
        zeros = len(rows) - int(rows.any(axis=1).sum())
        lost = f", {zeros:,} of them zeros (no known word)" if zeros else ""
        say(
            f"{counted(len(rows), 'document')}{lost}, {counted(rows.shape[1], 'dimension')}"
            + (f"; written to {name_of(output)}" if output else "")
        )


def _texts_of(paths: list[Path], told: bool, errors: Errors) -> list[str]:
    """Read documents, one on each line; files of another kind are refused, as by ``train``."""
    from fastw2v.corpus.lines import lines_of

    texts = list(lines_of(paths, errors=errors, told=told))
    if not texts:
        names = ", ".join("standard input" if path == Path("-") else str(path) for path in paths)
        raise CorpusError(f"{names}: there are no documents: each line is one, and there is no line")
    return texts


def _tell_of_no_effect(weighting: str) -> None:
    idle = {} if weighting in ("sif", "usif") else {"n_components_removed": f"--weighting is {weighting}"}
    if weighting == "mean":
        idle["fit_on"] = "--weighting mean weighs all words alike"
    tell_of_no_effect(click.get_current_context(), idle)


def _form_of(output: Path | None) -> str:
    suffix = "" if output is None else output.suffix.lower()
    known = {**_FORMS, "": "tsv"}
    if suffix not in known and output not in (None, STDOUT):
        raise click.UsageError(
            f"--output {output}: the name implies no format: use .npy, .tsv or .jsonl, or pass --npy, --tsv or --json"
        )
    return known.get(suffix, "tsv")


def _check_output(output: Path, texts: list[Path], overwrite: bool) -> None:
    from fastw2v.cli.files import check_not_of_corpus
    from fastw2v.writing.atomic import check_target, own_descriptor

    check_target(output)
    if output.is_file() and own_descriptor(output) is None and output.stat().st_size and not overwrite:
        raise ParameterError(f"--output {output} exists, and would be lost: name another file, or pass --overwrite")
    check_not_of_corpus("output", output, texts)


def _vectorizer(file: Path, weighting: str, removed: int, normalize: bool, tokenizer: str | None) -> Any:
    from fastw2v.documents import DocVectorizer
    from fastw2v.formats import load_all
    from fastw2v.training.record import read_record
    from fastw2v.vectors.word_vectors import WordVectors

    with in_terms_of_convert(file):
        loaded = load_all(file, verbose=on_terminal())
    read_record(file, loaded.metadata)  # raises if it is damaged
    vectors = loaded.word_vectors
    if vectors.tokenizer not in ("whitespace", "words"):  # token lists or a function, which no line is split by
        vectors = WordVectors(vectors.vectors, vectors.vocabulary)
    return DocVectorizer(
        vectors,
        weighting=cast(Any, weighting),
        n_components_removed=removed,
        normalize="l2" if normalize else None,
        tokenizer=tokenizer,
    )


def _write(rows: np.ndarray, form: str, output: Path | None) -> None:
    if output is None and form != "npy":
        for line in _text_lines(rows, form):
            answer(line)
        return
    import numpy as np

    from fastw2v.writing.atomic import open_atomic

    with open_atomic(STDOUT if output is None else output) as writer:
        if form == "npy":
            np.lib.format.write_array(cast(Any, writer), np.ascontiguousarray(rows), allow_pickle=False)
        else:
            for begin in range(0, len(rows), _AT_ONCE):
                block = rows[begin : begin + _AT_ONCE]
                text = "".join(f"{line}\n" for line in _text_lines(block, form, begin))
                writer.write(text.encode())


def _text_lines(rows: np.ndarray, form: str, first: int = 0) -> Iterator[str]:
    import json

    for number, row in enumerate(rows, first):
        if form == "json":
            yield json.dumps({"document": number, "vector": [float(f"{value:.8g}") for value in row.tolist()]})
        else:
            yield "\t".join(f"{value:.8g}" for value in row.tolist())
