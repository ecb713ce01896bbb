"""Word vectors for commands that ask them something."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastw2v.cli.options import in_terms_of_convert
from fastw2v.cli.streams import on_terminal

if TYPE_CHECKING:
    from fastw2v.vectors.word_vectors import WordVectors


def load_vectors(file: Path, restrict_vocab: int | None = None) -> WordVectors:
    """Load word vectors; errors and warnings name the options of ``fastw2v convert``.

    Warn if the first rows are to be searched, and are not the most frequent words.
    """
    from fastw2v.formats import load
    from fastw2v.vectors.queries import warn_of_order

    with in_terms_of_convert(file):
        vectors = load(file, verbose=on_terminal())
    warn_of_order(vectors, restrict_vocab)
    return vectors


def key_of(vectors: WordVectors, word: str) -> Any:
    """Take a word of the command line as the whole number that it is where the keys are numbers."""
    if word not in vectors and len(vectors) and isinstance(vectors.index_to_key[0], int):
        return int(word) if word.lstrip("-").isdecimal() else word
    return word
