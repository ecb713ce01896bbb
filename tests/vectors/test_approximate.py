"""ApproximateIndex: how many threads build it; its answers are tested beside the exact ones."""

import numpy as np
import pytest

from fastw2v.errors import ParameterError
from fastw2v.vectors import WordVectors, approximate

WV = WordVectors(np.eye(3), ["a", "b", "c"])


@pytest.mark.parametrize("n_jobs", [0, -2, 1.5, 4097, True])
def test_n_jobs_means_for_the_index_what_it_means_everywhere(n_jobs):
    with pytest.raises(ParameterError, match=f"n_jobs={n_jobs}: it must be a whole number from 1 to 4,096, or -1"):
        approximate.ApproximateIndex(WV, n_jobs=n_jobs)


@pytest.mark.parametrize(("n_jobs", "threads"), [(None, 3), (-1, 3), (2, 2)])
def test_every_usable_cpu_builds_the_index_unless_a_number_is_given(monkeypatch, n_jobs, threads):
    used = []

    class Graph:
        def add(self, keys, units, *, threads):
            used.append(threads)

    monkeypatch.setattr("fastw2v.machine.usable_cpus", lambda: 3)
    monkeypatch.setattr(approximate.ApproximateIndex, "_empty_graph", lambda self: Graph())
    approximate.ApproximateIndex(WV, n_jobs=n_jobs)
    assert used == [threads]
