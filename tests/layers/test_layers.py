"""The textbook layers: every gradient against finite differences."""

import sys
import types

import numpy as np
import pytest

from fastw2v.errors import ParameterError
from fastw2v.layers import (
    CBOW,
    Embedding,
    EmbeddingDot,
    NegativeSamplingLoss,
    SigmoidWithLoss,
    SkipGram,
    contexts_and_targets,
)
from fastw2v.layers.arrays import array_module, log_sigmoid, numerical_gradient, sigmoid

CORPUS = np.array([0, 1, 2, 3, 4, 1, 2, 1, 5, 0, 1, 3])
V = 6
SIZES = pytest.mark.parametrize("dimension", [1, 4])


def assert_close(found, expected):
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-9)


# --- sigmoid ---------------------------------------------------------------------------------------------------------


def test_sigmoid_and_its_logarithm_agree_with_scipy_and_survive_extremes(random):
    from scipy.special import expit, log_expit

    x = np.concatenate([random.normal(0, 20, 200), [0.0, -0.0, 1e4, -1e4, np.inf]])
    np.testing.assert_allclose(sigmoid(x), expit(x), rtol=1e-14)
    np.testing.assert_allclose(log_sigmoid(x), log_expit(x), rtol=1e-14)
    assert np.isnan(sigmoid(np.array([np.nan]))).all()


@pytest.mark.parametrize(("label", "sign"), [(1, 1), (0, -1)])
def test_a_saturated_pair_still_learns_in_float32(label, sign):
    layer = SigmoidWithLoss()
    x = np.array([30.0 * sign], np.float32)  # right, and so sure that the sigmoid itself is 1 (or 0)
    assert layer.forward(x, label) == pytest.approx(np.exp(-30), rel=1e-5)
    assert layer.backward()[0] == pytest.approx(-sign * np.exp(-30), rel=1e-5)


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("shape", [(5,), (4, 3), (1,)])
def test_sigmoid_with_loss_gradient(random, reduction, weighted, shape):
    layer = SigmoidWithLoss(reduction)
    x, t = random.normal(size=shape), random.integers(0, 2, shape)
    weights = random.uniform(0, 3, shape) if weighted else None
    layer.forward(x, t, weights)
    assert_close(layer.backward(1.5), numerical_gradient(lambda: 1.5 * layer.forward(x, t, weights), x))


def test_the_loss_is_the_weighted_cross_entropy_over_the_batch(random):
    x, t, w = random.normal(size=(4, 3)), random.integers(0, 2, (4, 3)), random.uniform(0, 2, (4, 3))
    y = 1 / (1 + np.exp(-x))
    total = -(w * np.where(t == 1, np.log(y), np.log(1 - y))).sum()
    assert SigmoidWithLoss("sum").forward(x, t, w) == pytest.approx(total)
    assert SigmoidWithLoss().forward(x, t, w) == pytest.approx(total / 4)


def test_an_unknown_reduction_is_refused():
    with pytest.raises(ParameterError, match=r"'median'.*'mean' or 'sum'"):
        SigmoidWithLoss("median")


# --- embeddings ------------------------------------------------------------------------------------------------------


@SIZES
@pytest.mark.parametrize("ids", [[0, 3, 5], [2, 2, 2], [[1, 1], [0, 1]], [4]], ids=str)
def test_embedding_gradient_adds_up_over_repeated_ids(random, dimension, ids):
    weights, ids = random.normal(size=(V, dimension)), np.array(ids)
    direction = random.normal(size=(*ids.shape, dimension))
    layer = Embedding(weights)
    out = layer.forward(ids)
    np.testing.assert_array_equal(out, weights[ids])
    layer.backward(direction)
    assert_close(layer.grads[0], numerical_gradient(lambda: (layer.forward(ids) * direction).sum(), weights))


def test_backward_forgets_the_gradient_before_and_keeps_the_array(random):
    layer = Embedding(random.normal(size=(V, 2)))
    (gradient,) = layer.grads
    for word in (1, 4):
        layer.forward(np.array([word]))
        layer.backward(np.ones((1, 2)))
        assert np.flatnonzero(gradient.any(axis=1)).tolist() == [word]
    assert layer.grads[0] is gradient


@pytest.mark.parametrize("ids", [[-1, 2], [0, V]], ids=str)
def test_ids_outside_the_rows_are_refused(ids):
    with pytest.raises(IndexError, match="the 6 rows are numbered 0 to 5"):
        Embedding(np.zeros((V, 2))).forward(np.array(ids))


@SIZES
@pytest.mark.parametrize("ids", [[0, 3, 3], [[1, 1, 2], [0, 5, 5], [2, 2, 2]]], ids=["one each", "several each"])
def test_embedding_dot_gradients(random, dimension, ids):
    weights, h, ids = random.normal(size=(V, dimension)), random.normal(size=(3, dimension)), np.array(ids)
    direction = random.normal(size=ids.shape)
    layer = EmbeddingDot(weights)

    def objective():
        return (layer.forward(h, ids) * direction).sum()

    scores = layer.forward(h, ids)
    for place in np.ndindex(ids.shape):
        assert scores[place] == pytest.approx(h[place[0]] @ weights[ids[place]])
    dh = layer.backward(direction)
    assert_close(dh, numerical_gradient(objective, h))
    assert_close(layer.grads[0], numerical_gradient(objective, weights))


# --- models ----------------------------------------------------------------------------------------------------------


@SIZES
def test_negative_sampling_loss_gradients(random, dimension):
    weights, h = random.normal(size=(V, dimension)), random.normal(size=(3, dimension))
    target, negatives = np.array([1, 1, 4]), np.array([[2, 2], [1, 0], [3, 5]])  # repeated, and one that hits
    layer = NegativeSamplingLoss(weights, CORPUS, sample_size=2)

    def objective():
        return layer.forward(h, target, negatives)

    scores = [(h @ weights.T)[i, ids] for i, ids in enumerate(np.column_stack([target, negatives]))]
    by_hand = -np.mean([log_sigmoid(s[0]) + log_sigmoid(-s[1:]).sum() for s in scores])
    assert objective() == pytest.approx(by_hand)
    dh = layer.backward()
    assert_close(dh, numerical_gradient(objective, h))
    assert_close(layer.grads[0], numerical_gradient(objective, weights))


@SIZES
@pytest.mark.parametrize("width", [1, 2, 4])
@pytest.mark.parametrize(("kind", "options"), [(CBOW, {"mean": True}), (CBOW, {"mean": False}), (SkipGram, {})])
def test_model_gradients(random, dimension, width, kind, options):
    contexts, target = random.integers(0, 3, (5, width)), random.integers(0, V, 5)  # three words: many repeats
    negatives = random.integers(0, V, (5 if kind is CBOW else 5 * width, 3))
    model = kind(V, dimension, 2, CORPUS, sample_size=3, dtype=np.float64, random_state=0, **options)
    for weights in model.params:
        weights *= 100  # away from the flat start

    def objective():
        return 0.7 * model.forward(contexts, target, negatives)

    objective()
    model.backward(0.7)
    assert len(model.params) == len(model.grads) == 2
    for weights, gradient in zip(model.params, model.grads, strict=True):
        assert_close(gradient, numerical_gradient(objective, weights))


def test_skip_gram_loss_is_the_sum_over_contexts_of_the_mean_over_the_batch(random):
    model = SkipGram(V, 3, 1, CORPUS, sample_size=2, dtype=np.float64, random_state=0)
    contexts, target = random.integers(0, V, (4, 2)), random.integers(0, V, 4)
    negatives = random.integers(0, V, (4, 2, 2))
    h = model.word_vecs[target]
    columns = [model.ns_loss.forward(h, contexts[:, c], negatives[:, c]) for c in range(2)]
    assert model.forward(contexts, target, negatives.reshape(8, 2)) == pytest.approx(sum(columns))


@pytest.mark.parametrize("kind", [CBOW, SkipGram])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_type_of_the_weights_is_kept(kind, dtype):
    model = kind(V, 3, 1, CORPUS, sample_size=2, dtype=dtype)
    contexts, target = contexts_and_targets(CORPUS)
    loss = model.forward(contexts, target)
    model.backward()
    assert {loss.dtype, *(array.dtype for array in [*model.params, *model.grads])} == {np.dtype(dtype)}
    assert model.ns_loss.backward().dtype == dtype


@pytest.mark.parametrize("kind", [CBOW, SkipGram])
def test_plain_gradient_descent_learns_a_tiny_corpus(kind):
    corpus = np.tile([0, 1, 2, 3, 4], 40)  # each word's neighbours are always the same two
    contexts, target = contexts_and_targets(corpus)
    model = kind(5, 8, 1, corpus, sample_size=2, dtype=np.float64, random_state=0)
    model.word_vecs *= 30
    losses = []
    for _ in range(150):
        losses.append(float(model.forward(contexts, target)))
        model.backward()
        for weights, gradient in zip(model.params, model.grads, strict=True):
            weights -= 0.5 * gradient
    assert np.mean(losses[-10:]) < 0.7 * losses[0]


@pytest.mark.parametrize("kind", [CBOW, SkipGram])
def test_swapped_or_empty_batches_are_refused(kind):
    model = kind(V, 3, 1, CORPUS, sample_size=2)
    contexts, target = contexts_and_targets(CORPUS)
    for wrong in [(target, contexts), (contexts[:0], target[:0]), (contexts, target[:-1])]:
        with pytest.raises(ParameterError, match="in this order"):
            model.forward(*wrong)


def test_contexts_stand_in_text_order():
    contexts, target = contexts_and_targets(np.arange(6), window_size=2)
    assert contexts.tolist() == [[0, 1, 3, 4], [1, 2, 4, 5]]
    assert target.tolist() == [2, 3]
    for window_size in (0, 3):
        with pytest.raises(ParameterError, match=f"window_size={window_size} in a corpus of 6"):
            contexts_and_targets(np.arange(6), window_size)


def test_the_numerical_gradient_wants_float64():
    with pytest.raises(ParameterError, match="float64"):
        numerical_gradient(lambda: 0.0, np.zeros(2, np.float32))


# --- CuPy, played by a stand-in --------------------------------------------------------------------------------------


class DeviceArray(np.ndarray):
    """A NumPy array that says it is CuPy's, and whose values only leave the "device" by ``get``."""

    __module__ = "cupy"

    def get(self):
        return np.array(self)


@pytest.fixture
def cupy(monkeypatch):
    """A module ``cupy`` whose functions are NumPy's, returning DeviceArray; ``cupyx.scatter_add`` counts its calls."""

    def on_device(function):
        return lambda *args, **kwargs: np.asarray(function(*args, **kwargs)).view(DeviceArray)

    names = "asarray zeros ones zeros_like exp where minimum log1p concatenate broadcast_to arange"
    fake = types.SimpleNamespace(__name__="cupy", **{name: on_device(getattr(np, name)) for name in names.split()})
    fake.calls = 0

    def scatter_add(rows, ids, values):
        fake.calls += 1
        np.add.at(rows, ids, values)

    monkeypatch.setitem(sys.modules, "cupy", fake)
    monkeypatch.setitem(sys.modules, "cupyx", types.SimpleNamespace(scatter_add=scatter_add))
    return fake


@pytest.mark.parametrize("kind", [CBOW, SkipGram])
def test_cupy_arrays_stay_on_the_device_and_give_the_same_numbers(cupy, kind):
    results = []
    for asarray in (np.asarray, cupy.asarray):
        corpus = asarray(CORPUS)
        contexts, target = contexts_and_targets(corpus)
        model = kind(V, 3, 1, corpus, sample_size=2, random_state=0)
        loss = model.forward(contexts, target)
        model.backward()
        results.append([float(loss), *(np.array(gradient) for gradient in model.grads)])
        assert {type(array) for array in [*model.params, *model.grads, contexts]} == {type(corpus)}
    assert cupy.calls == 2  # the two embeddings of the second model
    for host, device in zip(*results, strict=True):
        np.testing.assert_array_equal(host, device)


def test_arrays_that_are_not_cupy_use_numpy():
    assert array_module(np.zeros(2)) is np
    assert array_module([1, 2]) is np
