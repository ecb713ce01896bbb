"""The layer of hierarchical softmax: gradients, and probabilities that add up to 1."""

import numpy as np
import pytest

from fastw2v.errors import ParameterError
from fastw2v.layers import HierarchicalSoftmaxLoss, numerical_gradient
from fastw2v.planning.tree import make_tree


@pytest.fixture
def random():
    return np.random.default_rng()


def layer_of(random, words, dimension):
    paths, codes = make_tree(random.integers(1, 50, words)).table()
    return HierarchicalSoftmaxLoss(random.standard_normal((words - 1, dimension)), paths, codes)


@pytest.mark.parametrize("dimension", [1, 7])
def test_gradients(random, dimension):
    layer = layer_of(random, 9, dimension)
    h, target = random.standard_normal((5, dimension)), random.integers(0, 9, 5)

    def objective():
        return layer.forward(h, target)

    layer.forward(h, target)
    dh = layer.backward(3.0) / 3.0
    layer.backward()
    assert np.allclose(dh, numerical_gradient(objective, h), rtol=1e-5, atol=1e-7)
    assert np.allclose(layer.grads[0], numerical_gradient(objective, layer.params[0]), rtol=1e-5, atol=1e-7)


def test_the_probabilities_of_all_words_add_up_to_one(random):
    layer = layer_of(random, 12, 4)
    h = random.standard_normal((1, 4))
    total = sum(np.exp(-layer.forward(h, np.array([word]))) for word in range(12))
    assert total == pytest.approx(1)


def test_paths_and_codes_must_fit():
    with pytest.raises(ParameterError, match=r"paths have shape \(3, 2\) and codes \(3, 1\)"):
        HierarchicalSoftmaxLoss(np.zeros((2, 4)), np.zeros((3, 2), int), np.zeros((3, 1), int))
