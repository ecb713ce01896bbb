"""ApproximateIndex: a graph (HNSW), built and searched by the usearch package, for `WordVectors.most_similar`."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastw2v.errors import require
from fastw2v.machine import resolve_jobs
from fastw2v.parameters import check, whole_number
from fastw2v.vectors.index_base import IndexBase, sample_of
from fastw2v.vectors.word_vectors import HasVectors, WordVectors, as_word_vectors


class ApproximateIndex(IndexBase):
    """A graph over unit vectors that finds most of the nearest rows without comparing all of them.

    Parameters
    ----------
    word_vectors : WordVectors or fitted model
        The vectors to index. Pass the index to their methods, or to those of vectors with equal rows.
    connectivity : int, default 16
        Edges per node. More: better answers, more memory.
    expansion_add, expansion_search : int, default 128 and 64
        Candidates examined when a node is added, and in a search. More: better answers, slower.
    n_jobs : int, optional
        Threads that build the graph; None or -1: every usable CPU.

    Raises
    ------
    MissingDependencyError
        The package usearch is not installed.
    ParameterError
        A number is out of its range.

    Notes
    -----
    Scores are exact, because the words found are compared with the vectors themselves; "approximate" means that a
    near word may be missing from the answers. Several threads add rows in no fixed order, so answers are deterministic
    only with ``n_jobs=1``. An index pickles and copies with its graph. Method: Malkov and Yashunin, "Efficient and
    robust approximate nearest neighbor search using hierarchical navigable small world graphs", 2018.

    Examples
    --------
    ``index = ApproximateIndex(wv)``, then ``wv.most_similar("king", index=index)``.
    """

    def __init__(
        self,
        word_vectors: WordVectors | HasVectors,
        *,
        connectivity: int = 16,
        expansion_add: int = 128,
        expansion_search: int = 64,
        n_jobs: int | None = None,
    ) -> None:
        numbers: dict[str, Any] = {
            "connectivity": connectivity,
            "expansion_add": expansion_add,
            "expansion_search": expansion_search,
        }
        for name, value in numbers.items():
            whole_number(name, value, 2 if name == "connectivity" else 1)
        check("n_jobs", n_jobs)
        word_vectors = as_word_vectors(word_vectors)
        self.shape, self.sample = word_vectors.vectors.shape, sample_of(word_vectors.vectors)
        self._numbers = numbers
        self._graph = self._empty_graph()
        units = word_vectors.unit_vectors
        self._graph.add(np.arange(len(units), dtype=np.uint64), units, threads=resolve_jobs(n_jobs))

    def _empty_graph(self) -> Any:
        return require("usearch.index", "an approximate index", "ann").Index(
            ndim=self.shape[1], metric="ip", dtype="f32", **self._numbers
        )

    # usearch's own objects neither pickle nor copy, and building the graph again would take long.

    def __getstate__(self) -> dict[str, Any]:
        return {
            "shape": self.shape,
            "sample": self.sample,
            "numbers": self._numbers,
            "graph": bytes(self._graph.save()),
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.shape, self.sample, self._numbers = state["shape"], state["sample"], state["numbers"]
        self._graph = self._empty_graph()
        self._graph.load(state["graph"])

    def search(self, units: NDArray[np.float32], count: int) -> list[NDArray[np.int64]]:
        """Return approximately the nearest rows of each query.

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
