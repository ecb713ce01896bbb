"""``fastw2v convert``: from one format of word vectors to another, and what must not be lost on the way."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fastw2v.cli.options import AnyCase, NamedFile, errors_option
from fastw2v.cli.pages import Page
from fastw2v.cli.streams import name_of, on_terminal, output_of, say
from fastw2v.errors import FormatError, ParameterError
from fastw2v.progress.figures import counted

if TYPE_CHECKING:
    from fastw2v.formats.loading import Loaded
    from fastw2v.formats.sniff import Format
    from fastw2v.parameters import Errors

_EXPORTS = {".npz": "npz", ".parquet": "parquet"}  # by suffix


@click.command(
    "convert",
    cls=Page,
    sections={
        "What is read": ["limit", "errors"],
        "What is written": ["format_", "commonest", "overwrite"],
    },
    examples=[
        ("fastw2v convert GoogleNews.bin.gz vectors.fw2v", "loads at once from then on"),
        ("fastw2v convert vectors.fw2v - --commonest 1000 | head", "word2vec text to standard output"),
    ],
)
@click.argument("file", type=NamedFile())
@click.argument("output", type=NamedFile(written=True, or_stdout=True))
@click.option(
    "--format",
    "format_",
    type=AnyCase(["native", "text", "binary"]),
    help="of OUTPUT; default: by its suffix",
)
@click.option("--commonest", type=click.IntRange(min=1), metavar="N", help="keep the N most frequent words")
@errors_option("; ignore also leaves out rows that cannot be read")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="read the first N words only")
@click.option(
    "--overwrite", is_flag=True, help="replace an OUTPUT that exists and is no file of word vectors, or holds more"
)
def convert(
    file: Path,
    output: Path,
    format_: Format | None,
    commonest: int | None,
    errors: Errors,
    limit: int | None,
    overwrite: bool,
) -> None:
    """Write the vectors of FILE to OUTPUT in another format, one that fastw2v reads, too.

    From native to native nothing is lost; the word2vec formats hold words and vectors alone.
    """
    from fastw2v.formats import load_all, save
    from fastw2v.formats.saving import if_native

    if format_ is None and (to := _EXPORTS.get(output.suffix.lower())):
        raise click.UsageError(f"OUTPUT {output}: 'fastw2v export {file} {output} --to {to}' writes such a file")
    output, format_ = output_of(output, format_)
    check_file_stays_whole(file, output, {"limit": limit, "commonest": commonest, "errors": errors})
    loaded = load_all(file, errors=errors, limit=limit, verbose=on_terminal())
    if commonest is not None:
        loaded = commonest_of(loaded, commonest)
    vectors, metadata = loaded.word_vectors, loaded.metadata
    if not overwrite:
        check_nothing_else_is_lost(output, format_, loaded)
    rows = {"context_vectors": loaded.context_vectors, "node_vectors": loaded.node_vectors}
    beside = if_native(output, format_, metadata=metadata, **rows)
    save(output, vectors, format=format_, overwrite=overwrite, **beside)
    say(f"{counted(len(vectors), 'word')}, {counted(vectors.vector_size, 'dimension')}; written to {name_of(output)}")


def check_file_stays_whole(file: Path, output: Path, options: dict[str, Any]) -> None:
    """Refuse to replace a file by a part of itself.

    Raises
    ------
    ParameterError
        Both names are those of one file, and an option leaves out rows.
    """
    narrowing = [name for name in ("limit", "commonest") if options[name] is not None]
    narrowing += ["errors ignore"] if options["errors"] == "ignore" else []
    if narrowing and file.exists() and output.exists() and output.samefile(file):
        raise ParameterError(
            f"OUTPUT {output} is FILE itself, and --{narrowing[0]} leaves out rows, which would be lost: name another "
            "OUTPUT"
        )


def check_nothing_else_is_lost(output: Path, format: Format | None, loaded: Loaded) -> None:
    """Refuse to replace a native file by one that holds less than it does beside the vectors.

    Raises
    ------
    FormatError
        It holds context vectors, node vectors or metadata that the new one lacks.
    """
    from fastw2v.formats.native import held_beside_vectors
    from fastw2v.formats.saving import format_to_write
    from fastw2v.formats.sniff import holds_native

    if not output.is_file() or not holds_native(output):
        return
    new = set(loaded.metadata)
    new |= {name.replace("_", " ") for name in ("context_vectors", "node_vectors") if getattr(loaded, name) is not None}
    lost = sorted(held_beside_vectors(output) - (new if format_to_write(output, format) == "native" else set()))
    if lost:
        shown = ", ".join(lost[:4]) + (" ..." if len(lost) > 4 else "")
        raise FormatError(
            f"{output} exists and holds what the new file would not ({shown}): name another file, or pass --overwrite"
        )


def commonest_of(loaded: Loaded, words: int) -> Loaded:
    """Return the most frequent words of a file; the nodes of a tree of all words are left out."""
    vectors = loaded.word_vectors.commonest(words)
    if vectors.index_to_key == loaded.word_vectors.index_to_key:
        return loaded
    context = loaded.context_vectors
    if context is not None:
        context = context[[loaded.word_vectors.row(word) for word in vectors]]
    return replace(loaded, word_vectors=vectors, context_vectors=context, node_vectors=None)
