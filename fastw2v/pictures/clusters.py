"""Clusters of words, for colours: k-means on directions, each cluster named by typical words."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Clusters = tuple[NDArray[np.int64], list[NDArray[np.int64]]]

# A cluster is named by the words nearest to its centre among its most frequent ones.
_FREQUENT = 24
_NAMED_BY = 3


def cluster(units: NDArray[np.float32], number: int, random_state: Any = 0) -> Clusters:
    """Divide words into clusters.

    Parameters
    ----------
    units : array of float32, shape (n, D)
        Of length 1, the most frequent word first.
    number : int
        How many clusters; there are fewer if fewer vectors differ.
    random_state : int, RandomState or None, default 0

    Returns
    -------
    labels : array of int64, shape (n,)
        The cluster of each word; 0 is the largest.
    typical : list of array of int64
        For each cluster the rows of up to three typical words, nearest to the centre first.
    """
    from sklearn.cluster import KMeans

    number = min(number, len(np.unique(units, axis=0)))
    found = KMeans(number, n_init=3, random_state=random_state).fit(units)
    order = np.argsort(-np.bincount(found.labels_, minlength=number), kind="stable")
    rank = np.empty(number, np.int64)
    rank[order] = np.arange(number)
    labels = rank[found.labels_]
    typical = []
    for name, centre in enumerate(found.cluster_centers_[order]):
        members = np.flatnonzero(labels == name)[:_FREQUENT]
        nearest = np.argsort(-(units[members] @ centre), kind="stable")
        typical.append(members[nearest[:_NAMED_BY]])
    return labels, typical
