"""What the layers are given is checked: a shape that does not fit is not broadcast, and each slip has its sentence."""

import numpy as np
import pytest

from fastw2v.errors import ParameterError
from fastw2v.layers import (
    CBOW,
    Embedding,
    EmbeddingDot,
    HierarchicalSoftmaxLoss,
    NegativeSamplingLoss,
    SigmoidWithLoss,
    SkipGram,
    UnigramSampler,
    contexts_and_targets,
    numerical_gradient,
)

CORPUS = [0, 1, 2, 3, 1, 2]
H, W = np.ones((2, 3)), np.ones((4, 3))
PATHS, CODES = np.zeros((5, 2), int), np.zeros((5, 2), int)


def negative_sampling():
    return NegativeSamplingLoss(W, CORPUS, sample_size=2)


SHAPES = {
    "labels of another shape": (
        lambda: SigmoidWithLoss().forward(np.zeros((3, 1)), np.zeros(3)),
        r"t .*\(3,\).*\(3, 1\)",
    ),
    "labels too many": (lambda: SigmoidWithLoss().forward(np.zeros(3), np.zeros(4)), "give t of that shape"),
    "weights of another shape": (
        lambda: SigmoidWithLoss().forward(np.zeros((3, 1)), np.zeros((3, 1)), np.ones(3)),
        r"weights has the shape \(3,\)",
    ),
    "integer scores": (
        lambda: SigmoidWithLoss().forward(np.zeros(3, int), np.zeros(3)),
        "the type int.*floating-point",
    ),
    "one score": (lambda: SigmoidWithLoss().forward(np.float64(0), 1), r"the shape \(\)"),
    "one row for three": (
        lambda: EmbeddingDot(W).forward(H[:1], [0, 1, 2]),
        r"h has the shape \(1, 3\) and ids \(3,\)",
    ),
    "columns": (lambda: EmbeddingDot(W).forward(H[:, :1], [0, 1]), r"must be \(batch, 3\)"),
    "a single hidden vector": (lambda: EmbeddingDot(W).forward(H[0], [0, 1, 2]), r"h has the shape \(3,\)"),
    "targets": (lambda: negative_sampling().forward(H[:1], [0, 1, 2]), r"target \(3,\)"),
    "matrix of targets": (lambda: negative_sampling().forward(H, [[0], [1]]), r"target \(2, 1\)"),
    "negatives": (lambda: negative_sampling().forward(H, [0, 1], [[2, 3]]), r"negatives have the shape \(1, 2\)"),
    "nodes": (lambda: HierarchicalSoftmaxLoss(W, PATHS, CODES).forward(H[:1], [0, 1]), r"target \(2,\)"),
    "targets of a sampler": (lambda: UnigramSampler(CORPUS, sample_size=1).get_negative_sample(1), r"the shape \(\)"),
    "rows of a corpus": (lambda: contexts_and_targets([[0, 1, 2], [1, 2, 0]]), r"the shape \(2, 3\)"),
}
SLIPS = {
    "integer weights": (lambda: Embedding(np.arange(6).reshape(3, 2)), "the type int.* float32 or float64"),
    "half precision": (lambda: EmbeddingDot(W.astype(np.float16)), "float16"),
    "weights in a list": (lambda: CBOW(4, 3, 1, CORPUS, dtype=int, sample_size=1), "the type int"),
    "list of weights": (lambda: Embedding([[1.0, 2.0]]), "W is a list"),
    "vector of weights": (lambda: Embedding(np.ones(3)), r"the shape \(3,\)"),
    "ids that are no whole numbers": (lambda: Embedding(W).forward([0.5]), "ids must be word ids"),
    "ids that are a mask": (lambda: Embedding(W).forward([True, False, True, False]), "an array of bool"),
    "words for ids": (lambda: contexts_and_targets(["the", "cat", "sat"]), "number the words first"),
    "hidden vectors that are words": (lambda: EmbeddingDot(W).forward([["a", "b", "c"]], [1]), "h must be numbers"),
    "ragged": (lambda: EmbeddingDot(W).forward([[1.0], [1.0, 2.0]], [1, 2]), "h cannot be made an array of numpy"),
    "a float for a window": (
        lambda: contexts_and_targets(CORPUS, 1.0),
        r"window_size must be a whole number; got 1\.0",
    ),
    "text for a window": (lambda: contexts_and_targets(CORPUS, "1"), "window_size must be a whole number; got '1'"),
    "size": (lambda: SkipGram(4, 3.5, 1, CORPUS, sample_size=1), r"hidden_size .* got 3\.5"),
    "a list to differentiate": (lambda: numerical_gradient(lambda: 0.0, [1.0]), "x is a list.*float64"),
}


@pytest.mark.parametrize("case", [*SHAPES, *SLIPS])
def test_what_does_not_fit_is_refused(case):
    call, message = {**SHAPES, **SLIPS}[case]
    with pytest.raises(ParameterError, match=message):
        call()


@pytest.mark.parametrize(
    "layer",
    [
        Embedding(W.copy()),
        EmbeddingDot(W.copy()),
        SigmoidWithLoss(),
        negative_sampling(),
        HierarchicalSoftmaxLoss(W.copy(), PATHS, CODES),
        CBOW(4, 3, 1, CORPUS, sample_size=1),
        SkipGram(4, 3, 1, CORPUS, sample_size=1),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_backward_needs_a_forward(layer):
    with pytest.raises(ParameterError, match="call forward before backward"):
        layer.backward(np.ones((2, 3)))


def test_a_gradient_must_have_the_shape_of_the_output():
    for layer, forward in ((Embedding(W.copy()), ([0, 1],)), (EmbeddingDot(W.copy()), (H, [0, 1]))):
        shape = layer.forward(*forward).shape
        with pytest.raises(ParameterError, match=r"a gradient of shape \(1,\)"):
            layer.backward(np.ones(1))
        layer.backward(np.ones(shape))


def test_lists_are_taken_for_arrays():
    contexts, target = contexts_and_targets(CORPUS)
    for kind in (CBOW, SkipGram):
        of_lists, of_arrays = (kind(4, 3, 1, CORPUS, sample_size=1, random_state=0) for _ in range(2))
        assert of_lists.forward(contexts.tolist(), target.tolist()) == of_arrays.forward(contexts, target)
    assert negative_sampling().forward(H.tolist(), [0, 1], [[2], [3]]) == negative_sampling().forward(
        H, np.array([0, 1]), np.array([[2], [3]])
    )
    assert SigmoidWithLoss().forward([0.0], [1]) == pytest.approx(np.log(2))


def test_targets_outside_the_tree_are_refused():
    layer = HierarchicalSoftmaxLoss(W, PATHS, CODES)
    for target in (-1, 5):  # NumPy would take the last word for the first of them
        with pytest.raises(IndexError, match="the 5 rows are numbered 0 to 4"):
            layer.forward(H[:1], [target])
