"""Collecting the rows of a word2vec file: room for them, those that are left out, and repeated words."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastw2v.errors import FormatError, UndecodableWordError, warn_user
from fastw2v.formats.reader import FileReader
from fastw2v.parameters import shown
from fastw2v.progress.figures import counted
from fastw2v.vectors.search import rows_not_finite

_FIRST_BYTES = 4 << 20


class Rows:
    """Collects words and rows; keeps the first row of repeated words, with one warning.

    Parameters
    ----------
    file : FileReader
    size : int
        D.
    errors : {"strict", "replace", "ignore"}
        What to do with a word that is not valid in the file's encoding, as in ``bytes.decode``. "ignore" also leaves
        out rows that cannot be read, which are errors otherwise.
    expected : int
        Rows that the header promises and the file can hold, 0 without a header. They are allocated at once; those of a
        compressed file are not, and then the allocation grows with what was read.
    limit : int or None
        The most rows to meet.
    only : collection of words, or None
        Keep the rows of these words, and room for little more.
    dtype : type, default float32
        Of the vectors. Of float64, `put` takes the numbers before `add`.

    Attributes
    ----------
    left_out : int
        Rows that were left out.
    doubt : str
        What a message about a word that is not valid in the encoding adds.
    """

    def __init__(
        self,
        file: FileReader,
        size: int,
        errors: str,
        expected: int = 0,
        limit: int | None = None,
        only: Collection[Any] | None = None,
        dtype: type[np.floating[Any]] = np.float32,
    ) -> None:
        self.file = file
        self.errors = errors
        self.size = size
        self.limit = limit
        self.only = only
        self.doubt = ""  # what else may be wrong where a word is not valid in the encoding
        first = 0 if file.packed else min(expected, expected if limit is None else limit)
        if only is not None:
            first = min(first, self._usual)
        # A text of V rows has 2 V D bytes at least, so this is at most twice the file, or four times of float64.
        self.vectors: NDArray[Any] = np.empty((first, size), dtype)
        self.words: list[str] = []
        self.left_out = 0
        self._first_fault = ""
        self._dropped: set[int] = set()  # rows that have a place in `vectors`
        self._passed_over = 0  # rows of other words, whose place was given away
        self._altered: set[int] = set()  # rows whose words are not what the file holds
        self._first_altered = ""

    @property
    def met(self) -> int:
        """How many rows of the file were met, those left out among them."""
        return len(self.words) + self._passed_over + self.left_out - len(self._dropped)

    @property
    def full(self) -> bool:
        """Whether the limit is reached."""
        return self.limit is not None and len(self.words) + self._passed_over >= self.limit

    def room(self) -> NDArray[np.float32]:
        """Return the free rows, of which `add` takes the first; of another type than float32, as many rows of those."""
        if len(self.words) == len(self.vectors):
            self._pass_over()
            if 2 * len(self.words) >= len(self.vectors):
                rows = max(self._usual, len(self.vectors) * 3 // 2)
                # refcheck=False: nobody else holds this array. realloc moves large blocks without copying them.
                self.vectors.resize((rows, self.size), refcheck=False)
        most = None if self.limit is None else self.limit - self._passed_over
        free = self.vectors[len(self.words) : most]
        return free if free.dtype == np.float32 else np.empty((min(len(free), self._usual), self.size), np.float32)

    def put(self, numbers: NDArray[Any]) -> None:
        """Write numbers into the first free rows."""
        self.vectors[len(self.words) : len(self.words) + len(numbers)] = numbers

    @property
    def _encoding(self) -> str:
        return "UTF-8" if self.file.encoding == "utf-8" else self.file.encoding

    @property
    def _usual(self) -> int:
        return max(1, _FIRST_BYTES // (4 * self.size))

    def _pass_over(self) -> None:
        """Give the places of words that are not wanted away."""
        if self.only is None:
            return
        kept = [row for row, word in enumerate(self.words) if word in self.only and row not in self._dropped]
        self._passed_over += len(self.words) - len(kept) - len(self._dropped)
        self._dropped = set()
        self._altered = _renumbered(self._altered, kept)
        self.vectors[: len(kept)] = self.vectors[kept]
        self.words = [self.words[row] for row in kept]

    def add(
        self,
        words: list[str],
        undecoded: bytes | None,
        describe: Callable[[int], str],
        altered: Sequence[int] = (),
    ) -> None:
        """Assign the first free rows to these words.

        Parameters
        ----------
        words : list of str
        undecoded : bytes or None
            The word after these, if it is not valid in the file's encoding.
        describe : callable
            Returns the place of a word, given its number among these.
        altered : sequence of int
            The numbers of the words among these whose bytes were replaced or left out.

        Raises
        ------
        FormatError
            For a word that is not valid in the file's encoding.
        """
        begin = len(self.words)
        self.words += words
        # Of the others nothing is left, or they are not wanted.
        altered = [each for each in altered if words[each] and (self.only is None or words[each] in self.only)]
        if altered:
            self._first_altered = self._first_altered or f"{words[altered[0]]!r:.60}, {describe(altered[0])}"
            self._altered.update(begin + number for number in altered)
        if undecoded is not None:
            try:
                undecoded.decode(self.file.encoding)
            except UnicodeDecodeError as error:
                raise UndecodableWordError(
                    f"{self.file.path}, {describe(len(words))}: the word {undecoded[:40]!r} is not valid "
                    f"{self._encoding} ({error.reason}); errors='replace' or errors='ignore' reads it, as does the "
                    f"file's own encoding, such as 'latin-1'{self.doubt}",
                    error,
                ) from error
        if not all(words):  # of a word, errors="ignore" left nothing
            for number in [number for number, word in enumerate(words) if not word]:
                self.drop(begin + number, describe(number), f"no byte of the word is valid {self._encoding}")

    def leave_out(self, place: str, fault: str) -> None:
        """Count a row that cannot be read; raise FormatError unless such rows are to be ignored."""
        if self.errors != "ignore":
            raise self.file.error(place, f"{fault}; errors='ignore' leaves such rows out")
        self.left_out += 1
        self._first_fault = self._first_fault or f"{place}: {fault}"

    def drop(self, row: int, place: str, fault: str) -> None:
        """Leave out a row that was added."""
        self.leave_out(place, fault)
        self._dropped.add(row)

    def finish(self) -> tuple[NDArray[Any], list[str]]:
        """Return vectors and words, and warn of rows left out and of repeated words."""
        if len(self._dropped) == len(self.words) + self._passed_over:
            first = f"; the first is {self._first_fault}" if self._first_fault else ""
            raise self.file.error("all rows", f"the file holds none that can be read{first}")
        self._pass_over()
        if self.left_out:
            warn_user(
                f"{self.file.path}: left out {counted(self.left_out, 'row')} that cannot be read; the first is "
                f"{self._first_fault}"
            )
        if self._dropped:
            self._keep([row for row in range(len(self.words)) if row not in self._dropped])
        if self.errors == "ignore":  # before repeated words are judged: the first row may be the bad one
            finite = finite_rows(self.file.path, self.vectors[: len(self.words)], self.words)
            if len(finite) < len(self.words):
                self._keep(finite.tolist())
        first_rows: dict[str, int] = dict(zip(reversed(self.words), range(len(self.words) - 1, -1, -1), strict=True))
        if self._altered:
            self._warn_of_altered(first_rows)
        if len(first_rows) == len(self.words):
            # realloc gives the unused end back without a copy.
            self.vectors.resize((len(self.words), self.size), refcheck=False)
            return self.vectors, self.words
        repeated = next(word for row, word in enumerate(self.words) if first_rows[word] != row)
        warn_user(
            f"{self.file.path}: {counted(len(self.words) - len(first_rows), 'row repeats', 'rows repeat')} a word "
            f"(the first is {shown(repeated)}); kept the first row of each word"
        )
        rows = sorted(first_rows.values())
        return self.vectors[rows], [self.words[row] for row in rows]

    def _keep(self, rows: list[int]) -> None:
        """Keep these rows alone."""
        self._altered = _renumbered(self._altered, rows)
        self.vectors, self.words = self.vectors[rows], [self.words[row] for row in rows]

    def _warn_of_altered(self, first_rows: dict[str, int]) -> None:
        """Say how many words are not what the file holds; of equal words, prefer one that is."""
        for row in range(len(self.words) - 1, -1, -1):
            if row not in self._altered:
                first_rows[self.words[row]] = row
        lost = [row for row in self._altered if first_rows[self.words[row]] != row]
        how = "bytes of them were left out" if self.errors == "ignore" else "bytes of them became U+FFFD"
        also = f"; {len(lost):,} of them became equal to another word, whose row was kept" if lost else ""
        warn_user(
            f"{self.file.path}: {counted(len(self._altered), 'word is', 'words are')} not valid {self._encoding}: "
            f"{how} (the first is {self._first_altered}){also}"
        )


def _renumbered(rows: set[int], kept: list[int]) -> set[int]:
    """Return which of these rows are kept, by their new numbers."""
    return {new for new, row in enumerate(kept) if row in rows} if rows else set()


def not_finite(path: Path, bad: NDArray[np.intp], words: list[Any]) -> str:
    """Say how many vectors hold NaN or infinity."""
    return (
        f"{path}: {len(bad):,} of {len(words):,} vectors hold NaN or infinity (the first is that of "
        f"{words[bad[0]]!r:.60})"
    )


def finite_rows(path: Path, vectors: NDArray[np.float32], words: list[Any]) -> NDArray[np.intp]:
    """Return the rows without NaN and infinity, and warn of the others; raise FormatError if there are only others."""
    bad = rows_not_finite(vectors)
    if not len(bad):
        return np.arange(len(words))
    if len(bad) == len(words):
        raise FormatError(f"{not_finite(path, bad, words)}: there are no others")
    warn_user(f"{not_finite(path, bad, words)}; left them out")
    return np.delete(np.arange(len(words)), bad)
