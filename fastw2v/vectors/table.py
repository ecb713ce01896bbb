"""What the parts of `WordVectors` call of the whole, declared for type checkers, and what they have in common."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fastw2v.errors import UnknownWordError
from fastw2v.progress.figures import counted
from fastw2v.vectors.queries import few


class Table:
    """Words and their vectors, as `Comparisons` and `Neighbours` see them; `WordVectors` defines all of it."""

    vectors: NDArray[np.float32]

    if TYPE_CHECKING:

        def __len__(self) -> int: ...
        @property
        def index_to_key(self) -> list[Any]: ...
        @property
        def key_to_index(self) -> dict[Hashable, int]: ...
        @property
        def vector_size(self) -> int: ...
        @property
        def unit_vectors(self) -> NDArray[np.float32]: ...
        @property
        def without_direction(self) -> NDArray[np.int64]: ...
        @property
        def _rows(self) -> NDArray[np.float32]: ...
        def _unit(self, row: int) -> NDArray[np.float32]: ...
        def _cosines(self, unit: NDArray[np.float32], rows: slice | NDArray[np.int64]) -> NDArray[np.float32]: ...
        def __contains__(self, word: object) -> bool: ...
        def row(self, word: Hashable) -> int: ...

    def _known_rows(self, words: Iterable[Any]) -> list[int]:
        """Return the rows of words; the error names all unknown words, not just the first."""
        words = list(words)
        try:
            return [self.row(word) for word in words]
        except UnknownWordError as error:
            first = error  # Python forgets the name `error` before the message is made
        unknown: dict[Hashable, None] = {}
        for word in words:
            try:
                self.row(word)
            except UnknownWordError:
                unknown[word] = None
        if len(unknown) < 2:
            raise first
        raise UnknownWordError(
            first.word, lambda: f"{counted(len(unknown), 'word')} are unknown: {few(unknown)}; the first: {first}"
        )
