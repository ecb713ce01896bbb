"""Clusters of words, and the words that name them."""

import numpy as np
import pytest

from fastw2v.pictures.clusters import cluster


def test_words_of_one_theme_are_in_one_cluster(themed):
    labels, typical = cluster(themed(120, themes=4).unit_vectors, 4)
    for theme in range(4):
        assert len(set(labels[theme::4])) == 1
    assert sorted(set(labels)) == [0, 1, 2, 3]
    for name, rows in enumerate(typical):
        assert len(rows) == 3
        assert set(labels[rows]) == {name}


def test_the_largest_cluster_is_the_first():
    units = np.array([[1, 0]] * 2 + [[0, 1]] * 5 + [[-1, 0]] * 3, np.float32)
    labels, typical = cluster(units, 3)
    assert labels.tolist() == [2] * 2 + [0] * 5 + [1] * 3
    assert [len(rows) for rows in typical] == [3, 3, 2]


@pytest.mark.filterwarnings("error")
def test_there_are_no_more_clusters_than_vectors_that_differ():
    labels, typical = cluster(np.array([[1, 0], [1, 0], [0, 1]], np.float32), 12)
    assert labels.tolist() == [0, 0, 1]
    assert len(typical) == 2


def test_the_same_seed_gives_the_same_clusters(themed):
    units = themed(100, themes=1).unit_vectors
    assert np.array_equal(cluster(units, 5, 3)[0], cluster(units, 5, 3)[0])
