import numpy as np
from numpy.typing import NDArray
from typing_extensions import disjoint_base

NO_MORE_ROOM: int
UNFINISHED: int
BLANK: int
FEW: int
BAD_NUMBER: int
LONG_LINE: int
LONG_WORD: int
NO_WORD: int

def parse_float(field: bytes) -> float | None: ...

@disjoint_base
class RowReader:
    status: int
    end: int
    after_newline: int
    bad: bytes
    word: bytes
    undecoded: bytes | None
    altered: list[int]
    def __init__(self, size: int, word_limit: int, line_limit: int, encoding: str = ...) -> None: ...
    @property
    def fields(self) -> int: ...
    @property
    def word_length(self) -> int: ...
    def text(self, block: bytes, begin: int, at_file_end: bool, out: NDArray[np.float32], errors: str) -> list[str]: ...
    def binary(self, block: bytes, begin: int, out: NDArray[np.float32], errors: str) -> list[str]: ...
