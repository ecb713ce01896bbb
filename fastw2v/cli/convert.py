"""What ``fastw2v convert`` must not lose."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastw2v.errors import FormatError, ParameterError

if TYPE_CHECKING:
    from fastw2v.formats.loading import Loaded
    from fastw2v.formats.sniff import Format


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
