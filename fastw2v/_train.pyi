from typing import Any

from fastw2v.plan import Arrays, ChunkStats, Plan, Tables

def instruction_sets() -> dict[str, Any]: ...

class Run:
    stats: ChunkStats
    def __init__(
        self,
        arrays: Arrays,
        corpus: Any,
        tables: Tables,
        plan: Plan,
        *,
        n_jobs: int = ...,
        instruction_set: str | None = ...,
    ) -> None: ...
    def train_chunk(self, epoch: int, first: int, last: int) -> ChunkStats: ...
    def request_stop(self) -> None: ...
    def pull(self) -> None: ...
    def close(self) -> None: ...
