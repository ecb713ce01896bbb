"""Classes derived from KeyedVectors that look words up in a way of their own."""

import numpy as np
import pytest

from fastw2v.compat.gensim import KeyedVectors


@pytest.mark.parametrize("kind", ["ours", "theirs"])
def test_lookups_go_through_what_a_subclass_overrides(kind):
    base = KeyedVectors if kind == "ours" else pytest.importorskip("gensim.models").KeyedVectors

    class Forgiving(base):
        def get_vector(self, key, norm=False):
            try:
                return super().get_vector(key, norm)
            except KeyError:
                return np.full(self.vector_size, 2, np.float32)

    class Lower(base):
        def get_index(self, key, default=None):
            return super().get_index(key.lower(), default)

    class Stripped(Lower):
        def get_index(self, key, default=None):
            return super().get_index(key.strip(), default)

    forgiving, lower, stripped = Forgiving(3), Lower(3), Stripped(3)
    for wv in (forgiving, lower, stripped):
        wv.add_vectors(["a", "b"], [[1, 2, 3], [2, 2, 1]])
    assert forgiving["zz"].tolist() == [2, 2, 2]
    assert forgiving[["zz", "a"]].tolist() == [[2, 2, 2], [1, 2, 3]]
    assert forgiving.similarity("a", "zz") == pytest.approx(12 / (14 * 12) ** 0.5)
    assert kind == "theirs" or forgiving[[]].shape == (0, 3)
    assert stripped[" A"].tolist() == [1, 2, 3]
    assert stripped.similarity(" A", "B ") == lower.similarity("A", "b")
    assert forgiving[np.array(["zz", "a"])].tolist() == [[2, 2, 2], [1, 2, 3]]
    assert forgiving.n_similarity(["a", "b"], ["b"]) == pytest.approx(Forgiving.similarity(forgiving, "a", "b"), abs=1)
    assert lower["A"].tolist() == [1, 2, 3]
    assert lower[["B", "a"]].tolist() == [[2, 2, 1], [1, 2, 3]]
    assert lower.similarity("A", "b") == pytest.approx(9 / (14 * 9) ** 0.5)
    assert lower.most_similar("a")[0][0] == "b"


def test_an_index_of_a_subclass_may_use_the_row():
    class Rows(KeyedVectors):
        def get_index(self, key, default=None):
            return self.row(key.lower())

    wv = Rows(2)
    wv.add_vectors(["a", "b"], [[1, 2], [2, 2]])
    assert wv["B"].tolist() == [2, 2]
    assert wv[0:1].index_to_key == ["a"]


def test_subclasses_that_set_nothing_share_nothing():
    class Own(KeyedVectors):
        def __init__(self):
            pass

    first, second = Own(), Own()
    first.add_vector("a", [1.0])
    first.set_vecattr("a", "count", 3)
    assert (first.index_to_key, first.key_to_index, first.next_index, first.vectors.tolist()) == (
        ["a"], {"a": 0}, 1, [[1.0]],
    )  # fmt: skip
    for other in (second, Own()):
        assert (other.index_to_key, other.key_to_index, other.next_index, other.expandos) == ([], {}, 0, {})
    second.add_vectors(["b", "c"], [[2.0], [3.0]])
    assert (first.index_to_key, second.index_to_key, len(first)) == (["a"], ["b", "c"], 1)
