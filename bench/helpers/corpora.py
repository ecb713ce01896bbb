"""The text to measure on, its pieces, and synthetic text of any vocabulary."""

from __future__ import annotations

import lzma
import os
import shutil
import tempfile
from pathlib import Path

import numpy as np

from fastw2v.corpus.encoded_corpus import EncodedCorpus

NAME = "enwiki-17M-words.txt"


def find_corpus(path: str | None) -> Path:
    """The corpus named, or the one in the folder ``FASTW2V_DATA``, unpacked once into the system's temporary folder."""
    if path is not None:
        if not Path(path).is_file():
            raise SystemExit(f"bench: --corpus {path}: no such file")
        return Path(path).resolve()
    folder = os.environ.get("FASTW2V_DATA")
    if not folder or not (Path(folder) / f"{NAME}.xz").exists():
        raise SystemExit(f"bench: pass --corpus FILE (one sentence a line), or set FASTW2V_DATA to where {NAME}.xz is")
    unpacked = Path(tempfile.gettempdir()) / f"fastw2v-bench-{NAME}"
    if not unpacked.exists():
        partial = unpacked.with_suffix(".partial")
        with lzma.open(Path(folder) / f"{NAME}.xz") as packed, partial.open("wb") as plain:
            shutil.copyfileobj(packed, plain, 1 << 22)
        partial.replace(unpacked)
    return unpacked


def count_words(path: Path) -> int:
    """Words of a text file, as split at white space."""
    with path.open("rb") as lines:
        return sum(len(line.split()) for line in lines)


def first_words(path: Path, words: int, folder: Path) -> tuple[Path, int]:
    """A file with the first lines of another, at least so many words in all, and how many there are."""
    piece, found = folder / f"{path.stem}-{words}.txt", 0
    with path.open("rb") as whole, piece.open("wb") as part:
        for line in whole:
            part.write(line)
            found += len(line.split())
            if found >= words:
                break
    return piece, found


def zipf_corpus(vocabulary: int, tokens: int, *, sentence: int = 20, seed: int = 1) -> EncodedCorpus:
    """Ids drawn by Zipf's law with Mandelbrot's shift, p ~ 1 / (rank + 2.7), in sentences of equal length.

    Independent draws: nothing is to be learnt from it, but rows are touched as often as in text of that vocabulary.
    """
    share = np.cumsum(1 / (np.arange(1, vocabulary + 1) + 2.7))
    draws = np.random.default_rng(seed).random(tokens) * share[-1]
    ids = np.minimum(np.searchsorted(share, draws, side="right"), vocabulary - 1).astype(np.int32)
    offsets = np.append(np.arange(0, tokens, sentence), tokens).astype(np.int64)
    return EncodedCorpus.from_ids(ids, [f"w{row}" for row in range(vocabulary)], offsets)
