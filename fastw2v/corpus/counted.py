"""A corpus that has been read once: the result of every reader."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np

from fastw2v.corpus.id_store import IdStore
from fastw2v.progress.phase import SILENT, Silent


@dataclass
class ReadStats:
    """What was read from files, and what was done to their bytes; all zero for Python iterables."""

    files: int = 0
    bytes_read: int = 0  # bytes of text, after decompression
    replaced_bytes: int = 0
    ignored_bytes: int = 0
    nul_bytes: int = 0
    unicode_space_tokens: int = 0
    soft_hyphen_tokens: int = 0
    combining_mark_tokens: int = 0

    def add_unseen_characters(self, spaces: int, hyphens: int, marks: int) -> None:
        """Add tokens that hold characters at which files are not split, and which no reader sees."""
        self.unicode_space_tokens += spaces
        self.soft_hyphen_tokens += hyphens
        self.combining_mark_tokens += marks

    def add_odd_bytes(self, errors: str, invalid: int, nul: int) -> None:
        """Add bytes that were invalid UTF-8, as replaced or ignored (``errors``), and NUL bytes."""
        if errors == "ignore":
            self.ignored_bytes += invalid
        else:
            self.replaced_bytes += invalid
        self.nul_bytes += nul


class Mark(NamedTuple):
    """The end of a piece: its number, and how many distinct words its scanner had met by then."""

    number: int
    words: int


class Counted(Protocol):
    """A corpus that has been read once: every word has a provisional id, in the order of first occurrence."""

    counts: np.ndarray  # int64, by provisional id
    tokens: int
    sentences: int
    stats: ReadStats

    @property
    def numbering(self) -> list[np.ndarray]:
        """For each scanner, the provisional id of each of its words, in the order of first occurrence; -1: left out."""

    def words(self, ids: np.ndarray) -> Sequence[Hashable]:
        """Return the words with these provisional ids."""

    def find(self, words: Sequence[Hashable]) -> np.ndarray:
        """Return the provisional ids of these words, -1 for those that do not occur."""

    def renumber(self, rows: np.ndarray, kept: int, phase: Silent = SILENT) -> tuple[np.ndarray, np.ndarray]:
        """Return ``rows[id]`` of the `kept` tokens where it is not -1, and the sentence offsets. Works once."""


class CountedTokens:
    """The tokens that one scanner has read into a store.

    Parameters
    ----------
    scanner : TokenScanner
    store : IdStore
        Where its ids are.
    stats : ReadStats, optional
        What was read from files, if the tokens came from there.
    """

    def __init__(self, scanner: Any, store: IdStore, stats: ReadStats | None = None) -> None:
        self._scanner = scanner
        self._store = store
        self.counts: np.ndarray = scanner.counts()
        self.tokens: int = scanner.tokens
        self.sentences: int = scanner.sentences
        self.stats = stats or ReadStats()

    @property
    def numbering(self) -> list[np.ndarray]:
        """The provisional id of each word of the scanner, in the order of first occurrence."""
        return [np.arange(len(self.counts), dtype=np.int32)]

    def words(self, ids: np.ndarray) -> Sequence[Hashable]:
        """See `Counted`."""
        return self._scanner.words(np.ascontiguousarray(ids, np.int64))

    def find(self, words: Sequence[Hashable]) -> np.ndarray:
        """See `Counted`."""
        return self._scanner.find(words)

    def renumber(self, rows: np.ndarray, kept: int, phase: Silent = SILENT) -> tuple[np.ndarray, np.ndarray]:
        """See `Counted`."""
        self._scanner.release_words()
        final = self._store.final(kept, self.sentences)
        final.write(self._scanner, rows, kept, 0, 0, phase)
        return final.arrays()
