from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

def write_differences(
    live: NDArray[np.float32], base: NDArray[np.float32], first: int, parts: Sequence[NDArray[np.uint16]]
) -> None: ...
def add(rows: NDArray[np.float32], first: int, parts: Sequence[NDArray[np.uint16]]) -> None: ...
def carry_over(
    carry: NDArray[np.float32],
    keep: NDArray[np.float32],
    factor: NDArray[np.float32],
    given: Sequence[NDArray[np.uint16]],
    out: NDArray[np.uint16],
) -> None: ...
