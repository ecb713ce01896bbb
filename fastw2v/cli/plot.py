"""``fastw2v plot``: a picture of words, or a map of thousands of them in one page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fastw2v.cli.idle import tell_of_no_effect
from fastw2v.cli.loading import key_of, load_vectors
from fastw2v.cli.options import AnyCase, NamedFile, Word
from fastw2v.cli.pages import Page
from fastw2v.cli.streams import say
from fastw2v.progress.figures import counted

if TYPE_CHECKING:
    from fastw2v.pictures.placement import Method
    from fastw2v.vectors.word_vectors import WordVectors

_METHOD_OF: dict[str, Method] = {"page": "tsne", "picture": "pca"}
_FEWEST = 4  # words for which tsne makes sense: it is not chosen for fewer, unless asked for


@click.command(
    "plot",
    cls=Page,
    sections={
        "Words": ["topn"],
        "Picture": ["method", "labels", "clusters", "title", "seed"],
        "Output": ["output", "overwrite", "quiet"],
    },
    examples=[
        ("fastw2v plot vectors.fw2v -o map.html", "a page of thousands of words: zoom, search, click"),
        ("fastw2v plot vectors.fw2v wine beer bread -o words.png", "a picture of a few words"),
    ],
)
@click.argument("file", type=NamedFile())
@click.argument("words", nargs=-1, type=Word())
@click.option(
    "-o",
    "--output",
    required=True,
    type=NamedFile(written=True),
    help="map.html is a page to zoom, search and click in; .png, .svg and .pdf are pictures",
)
@click.option(
    "-t",
    "--topn",
    type=click.IntRange(min=2),
    metavar="N",
    help="show the N most frequent words; by default 5000 on a page, and 100 in a picture",
)
@click.option(
    "--method",
    type=AnyCase(["pca", "tsne", "umap"]),
    help="how vectors become points; by default tsne for a page, and pca for a picture",
)
@click.option("--labels", type=click.IntRange(min=0), metavar="N", help="picture: label at most N words; default: 150")
@click.option("--clusters", type=click.IntRange(1, 12), metavar="N", help="page: colour N clusters; by default 12")
@click.option("--title", type=Word(), help="by default the name of FILE")
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), default=0, show_default=True, help="of tsne and umap")
@click.option("--overwrite", is_flag=True, help="replace an OUTPUT that exists and is no picture of fastw2v")
@click.option("-q", "--quiet", is_flag=True, help="print nothing but errors and warnings")
def plot(
    file: Path,
    words: tuple[str, ...],
    output: Path,
    topn: int | None,
    method: Method | None,
    labels: int | None,
    clusters: int | None,
    title: str | None,
    seed: int,
    overwrite: bool,
    quiet: bool,
) -> None:
    """Draw the words of FILE: the WORDS, or the most frequent ones.

    Needs the packages of pip install 'fastw2v[plot]'; --method umap those of 'fastw2v[umap]'.
    """
    from fastw2v.pictures.files import check_picture

    kind = _kind_of(output)
    _check_options(kind, words, topn, {"--labels": labels, "--clusters": clusters})
    check_picture(output, overwrite)
    vectors = load_vectors(file)
    chosen: Any = [key_of(vectors, word) for word in words] or topn
    few = len(words or vectors.index_to_key[:topn]) < _FEWEST
    method = method or (_METHOD_OF[kind] if not few else "pca")
    if method == "pca":
        tell_of_no_effect(click.get_current_context(), {"seed": "--method pca draws nothing at random"})
    asked = {
        "words": chosen,
        "method": method,
        "title": file.name if title is None else title,
        "random_state": seed,
    }
    if kind == "page":
        if not quiet:
            number = len(words) or min(topn or 5000, len(vectors))
            long = ", which can take a minute" if number > 1000 and asked["method"] != "pca" else ""
            say(f"drawing {counted(number, 'word')}{long} ...")
        vectors.explore(output, clusters=12 if clusters is None else clusters, overwrite=overwrite, **asked)
    else:
        _draw(vectors, output, labels, **asked)
    if not quiet:
        say(f"written to {output} ({_size_of(output)}){'; open it in a browser' if kind == 'page' else ''}")


def _kind_of(output: Path) -> str:
    from fastw2v.pictures.files import FIGURES, MAPS

    suffix = output.suffix.lower()
    if suffix not in (*FIGURES, *MAPS):
        raise click.UsageError(
            f"--output {output}: the name must end in {MAPS[0]} for a page, or {', '.join(FIGURES)} for a picture"
        )
    return "page" if suffix in MAPS else "picture"


def _size_of(output: Path) -> str:
    size = output.stat().st_size
    return f"{size / 1e6:.1f} MB" if size >= 100_000 else f"{size / 1e3:.0f} kB"


def _check_options(kind: str, words: tuple[str, ...], topn: int | None, given: dict[str, int | None]) -> None:
    if words and topn is not None:
        raise click.UsageError("--topn chooses the most frequent words, and WORDS are named: leave one of them out")
    useless = "--labels" if kind == "page" else "--clusters"
    if given[useless] is not None:
        raise click.UsageError(f"{useless} has no effect on a {kind}: leave it out, or name another --output")


def _draw(vectors: WordVectors, output: Path, labels: int | None, title: str, **asked: Any) -> None:
    from fastw2v.errors import require
    from fastw2v.pictures.figures import MissingGlyphs
    from fastw2v.pictures.files import figure_bytes, write_picture

    require("matplotlib", "fastw2v plot", "plot").use("agg")
    remedy = (
        "a page (--output NAME.html) is drawn with the fonts of the browser; or name a font that has them in "
        "matplotlib's font.family (matplotlibrc)"
    )
    with MissingGlyphs(remedy):
        ax = vectors.plot(labels=labels, **asked)
        ax.set_title(title, parse_math=False)
        write_picture(output, figure_bytes(ax.figure, output.suffix[1:].lower()))
