"""What the parts of `WordVectors` call of the whole, declared for type checkers."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray


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
        def row(self, word: Hashable) -> int: ...
