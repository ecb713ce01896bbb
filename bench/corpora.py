"""The text to measure on, and its pieces."""

from __future__ import annotations

import lzma
import os
import shutil
import tempfile
from pathlib import Path

NAME = "enwiki-17M-words.txt"


def find_corpus(path: str | None) -> Path:
    """The corpus named, or the one in the folder ``FASTW2V_DATA``, unpacked once into the system's temporary folder."""
    if path is not None:
        return Path(path)
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
