"""An approximate index for `WordVectors.most_similar`: a graph (HNSW) made and searched by the usearch package."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fastw2v.errors import ParameterError, require
from fastw2v.vectors.search import whole_number

if TYPE_CHECKING:
    from fastw2v.vectors.word_vectors import WordVectors

__all__ = ["ApproximateIndex"]


class ApproximateIndex:
    """A graph over unit vectors that finds most of the nearest without looking at all.

    Parameters
    ----------
    word_vectors : WordVectors
        Pass the index back to these, or to vectors with equal rows.
    connectivity : int, default 16
        Edges of each node. More: better answers, more memory.
    expansion_add, expansion_search : int, default 128 and 64
        Candidates looked at when a node is added, and when one searches. More: better answers, slower.
    n_jobs : int, default 0
        Threads that build the graph; 0: all CPUs.

    Raises
    ------
    MissingDependencyError
        When usearch is not installed.

    Notes
    -----
    Scores are exact: the words found are compared with the vectors themselves. That a word is missing among the
    answers is what "approximate" means. Several threads building one graph make it in no fixed order, so answers are
    deterministic with ``n_jobs=1`` only. An index pickles and copies, with the graph that was built. Method: Malkov and
    Yashunin, "Efficient and robust approximate nearest neighbor search using hierarchical navigable small world
    graphs", 2018.

    Examples
    --------
    ``index = ApproximateIndex(wv)``, then ``wv.most_similar("king", index=index)``.
    """

    def __init__(
        self,
        word_vectors: WordVectors,
        *,
        connectivity: int = 16,
        expansion_add: int = 128,
        expansion_search: int = 64,
        n_jobs: int = 0,
    ) -> None:
        numbers: dict[str, Any] = {
            "connectivity": connectivity,
            "expansion_add": expansion_add,
            "expansion_search": expansion_search,
        }
        for name, value in numbers.items():
            whole_number(name, value, 2 if name == "connectivity" else 1)
        self.shape = word_vectors.vectors.shape
        self._numbers = numbers
        self._graph = self._empty_graph()
        units = word_vectors.unit_vectors
        self._graph.add(np.arange(len(units), dtype=np.uint64), units, threads=whole_number("n_jobs", n_jobs, 0))

    def _empty_graph(self) -> Any:
        return require("usearch.index", "an approximate index", "ann").Index(
            ndim=self.shape[1], metric="ip", dtype="f32", **self._numbers
        )

    # usearch's own objects neither pickle nor copy, and building a graph again takes long.

    def __getstate__(self) -> dict[str, Any]:
        return {"shape": self.shape, "numbers": self._numbers, "graph": bytes(self._graph.save())}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.shape, self._numbers = state["shape"], state["numbers"]
        self._graph = self._empty_graph()
        self._graph.load(state["graph"])

    def __repr__(self) -> str:
        return f"<ApproximateIndex of {self.shape[0]:,} vectors of {self.shape[1]} dimensions>"

    def __len__(self) -> int:
        return int(self.shape[0])

    def check(self, shape: tuple[int, ...]) -> None:
        """Raise ParameterError unless the index was made of vectors of this shape."""
        if tuple(self.shape) != tuple(shape):
            raise ParameterError(f"this index was made of vectors of shape {self.shape}, not {tuple(shape)}")

    def search(self, units: NDArray[np.float32], count: int) -> list[NDArray[np.int64]]:
        """Find about the nearest rows of each query.

        Parameters
        ----------
        units : array of float32, shape (n, D)
            Unit vectors.
        count : int
            At least 1.

        Returns
        -------
        list of arrays of int64, each of shape (at most count,)
        """
        if not len(units):
            return []
        count = min(count, len(self))
        found = self._graph.search(units, count)
        if len(units) == 1:
            return [np.asarray(found.keys).reshape(-1).astype(np.int64)]
        return [found.keys[i, : found.counts[i]].astype(np.int64) for i in range(len(units))]
