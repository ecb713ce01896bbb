"""Word vectors for commands that ask them something."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastw2v.cli.options import in_terms_of_convert
from fastw2v.cli.streams import on_terminal

if TYPE_CHECKING:
    from fastw2v.vectors.word_vectors import WordVectors


def load_vectors(file: Path) -> WordVectors:
    """Load word vectors; errors and warnings name the options of ``fastw2v convert``."""
    from fastw2v.formats import load

    with in_terms_of_convert(file):
        return load(file, verbose=on_terminal())


def key_of(vectors: WordVectors, word: str) -> Any:
    """Take a word of the command line as the whole number that it is where the keys are numbers."""
    if word not in vectors and len(vectors) and isinstance(vectors.index_to_key[0], int):
        return int(word) if word.lstrip("-").isdecimal() else word
    return word
