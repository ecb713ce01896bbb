from typing import Any

from typing_extensions import disjoint_base

from fastw2v.planning.plan import ChunkStats, Plan
from fastw2v.planning.rows import Arrays
from fastw2v.planning.tables import Tables

def compiler() -> str: ...
def instruction_sets() -> dict[str, Any]: ...

@disjoint_base
class Run:
    stats: ChunkStats
    def __new__(
        cls,
        arrays: Arrays,
        corpus: Any,
        tables: Tables,
        plan: Plan,
        *,
        n_jobs: int = ...,
        instruction_set: str | None = ...,
    ) -> Run: ...
    def threads(self, epoch: int, first: int, last: int) -> int: ...
    def train_chunk(self, epoch: int, first: int, last: int) -> ChunkStats: ...
    def request_stop(self) -> None: ...
    def pull(self) -> None: ...
    def push(self) -> None: ...
    def close(self) -> None: ...
