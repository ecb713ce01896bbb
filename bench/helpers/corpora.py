"""The text of the benchmarks, pieces of it, and synthetic text with a vocabulary of any size."""

from __future__ import annotations

import lzma
import os
import shutil
import tempfile
from pathlib import Path

import numpy as np

from fastw2v.corpus.encoded_corpus import EncodedCorpus
from fastw2v.corpus.vocabulary import Vocabulary

NAME = "enwiki-17M-words.txt"


def find_corpus(path: str | None) -> Path:
    """Return the named corpus, or the one in ``FASTW2V_DATA``, unpacked once into the system's temporary folder."""
    if path is not None:
        if not Path(path).is_file():
            raise SystemExit(f"bench: --corpus {path}: no such file")
        return Path(path).resolve()
    folder = os.environ.get("FASTW2V_DATA")
    if not folder or not (Path(folder) / f"{NAME}.xz").exists():
        raise SystemExit(
            f"bench: pass --corpus FILE (one sentence per line), or set FASTW2V_DATA to the folder that holds {NAME}.xz"
        )
    unpacked = Path(tempfile.gettempdir()) / f"fastw2v-bench-{NAME}"
    if not unpacked.exists():
        partial = unpacked.with_suffix(".partial")
        with lzma.open(Path(folder) / f"{NAME}.xz") as packed, partial.open("wb") as plain:
            shutil.copyfileobj(packed, plain, 1 << 22)
        partial.replace(unpacked)
    return unpacked


def count_words(path: Path) -> int:
    """Count the words of a text file, split at white space."""
    with path.open("rb") as lines:
        return sum(len(line.split()) for line in lines)


def first_words(path: Path, words: int, folder: Path) -> tuple[Path, int]:
    """Write a file with the first lines of another, at least this many words; return it and its number of words."""
    piece, found = folder / f"{path.stem}-{words}.txt", 0
    with path.open("rb") as whole, piece.open("wb") as part:
        for line in whole:
            part.write(line)
            found += len(line.split())
            if found >= words:
                break
    return piece, found


def zipf_corpus(vocabulary: int, tokens: int, *, sentence: int = 20, seed: int = 1) -> EncodedCorpus:
    """Draw ids by Zipf's law with Mandelbrot's shift, p ~ 1 / (rank + 2.7), in sentences of equal length.

    The draws are independent, so there is nothing to learn, but rows are used as often as in text of that vocabulary.
    """
    share = np.cumsum(1 / (np.arange(1, vocabulary + 1) + 2.7))
    draws = np.random.default_rng(seed).random(tokens) * share[-1]
    ids = np.minimum(np.searchsorted(share, draws, side="right"), vocabulary - 1).astype(np.int32)
    offsets = np.append(np.arange(0, tokens, sentence), tokens).astype(np.int64)
    return EncodedCorpus.from_ids(ids, Vocabulary([f"w{row}" for row in range(vocabulary)]), offsets)
