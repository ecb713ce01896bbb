from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

def narrow(numbers: NDArray[np.float32]) -> NDArray[np.uint16]: ...
def widen(sent: NDArray[np.uint16]) -> NDArray[np.float32]: ...
def write_differences(
    live: NDArray[np.float32], base: NDArray[np.float32], rows: NDArray[np.int64], parts: Sequence[NDArray[np.uint16]]
) -> None: ...
def add(base: NDArray[np.float32], rows: NDArray[np.int64], parts: Sequence[NDArray[np.uint16]]) -> None: ...
def take_over(live: NDArray[np.float32], base: NDArray[np.float32], rows: NDArray[np.int64]) -> None: ...
def carry_over(
    carry: NDArray[np.float32],
    rows: NDArray[np.int64],
    keep: NDArray[np.float32],
    factor: NDArray[np.float32],
    given: Sequence[NDArray[np.uint16]],
    out: NDArray[np.uint16],
) -> None: ...
