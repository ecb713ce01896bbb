"""``fastw2v export``: word vectors for other tools."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from fastw2v.cli.loading import load_vectors
from fastw2v.cli.options import AnyCase, NamedFile
from fastw2v.cli.pages import Page
from fastw2v.cli.streams import name_of, say
from fastw2v.progress.figures import counted

if TYPE_CHECKING:
    from fastw2v.formats.exports import Export


@click.command(
    "export",
    cls=Page,
    examples=[
        ("fastw2v export vectors.fw2v projector/ --to projector", "for TensorBoard's projector"),
        ("fastw2v export vectors.fw2v top.parquet --to parquet --commonest 10000", "the most frequent words"),
    ],
)
@click.argument("file", type=NamedFile())
@click.argument("output", type=NamedFile(written=True))
@click.option(
    "--to",
    required=True,
    type=AnyCase(["npz", "parquet", "projector", "model2vec"]),
    help="projector and model2vec make a folder",
)
@click.option("--commonest", type=click.IntRange(min=1), metavar="N", help="keep the N most frequent words")
@click.option(
    "--overwrite",
    is_flag=True,
    help="replace a file of another kind, or an earlier export in a folder that holds nothing else",
)
@click.option("--lowercase", is_flag=True, help="model2vec: turn text into lower case first")
def run_export(file: Path, output: Path, to: Export, commonest: int | None, overwrite: bool, lowercase: bool) -> None:
    """Write the vectors of FILE for another tool.

    npz and parquet are files; projector is TensorBoard's; model2vec is the folder that model2vec and
    sentence-transformers load.
    """
    from fastw2v.formats import export

    vectors = load_vectors(file)
    vectors = vectors if commonest is None else vectors.commonest(commonest)
    export(output, vectors, to, overwrite=overwrite, lowercase=lowercase)
    say(f"{counted(len(vectors), 'word')}, {counted(vectors.vector_size, 'dimension')}; written to {name_of(output)}")
