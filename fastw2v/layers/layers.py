"""The layers of *Deep Learning from Scratch 2*, chapter 4, with the book's names and meaning.

Plain arrays in, plain arrays out: each layer has ``params`` and ``grads`` (lists of arrays of equal shapes),
``forward`` and ``backward``. A ``backward`` writes the gradients of the last ``forward`` into ``grads``, in place, and
returns the gradient of its input. Weights may be NumPy or CuPy arrays, float32 or float64; results are of the same
type.

These layers are for reading, teaching and checking; `fastw2v.Word2Vec` trains such models hundreds of times faster.
Differences from the book: its ``create_contexts_target`` is `contexts_and_targets` here; one layer looks
up all columns of ids at once instead of one layer per column, so no weight appears twice in ``params``; the sigmoid and
its logarithm are exact for saturated scores; ids and shapes are checked.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from fastw2v.errors import ParameterError
from fastw2v.layers.arrays import Array, add_rows, array_module, log_sigmoid, sigmoid
from fastw2v.layers.checks import as_gradient, as_ids, as_numbers, check_hidden, check_weights, of_forward
from fastw2v.layers.unigram import Seed, UnigramSampler
from fastw2v.parameters import is_whole, whole_number
from fastw2v.progress.figures import counted


class Embedding:
    """Row lookup.

    Parameters
    ----------
    W : array (V, D)
        One row per word, float32 or float64; kept, not copied.

    Examples
    --------
    >>> layer = Embedding(np.arange(6.0).reshape(3, 2))
    >>> layer.forward(np.array([2, 0, 2]))
    array([[4., 5.],
           [0., 1.],
           [4., 5.]])
    >>> layer.backward(np.ones((3, 2)))  # word 2 was looked up twice: its gradients add
    >>> layer.grads[0]
    array([[1., 1.],
           [0., 0.],
           [2., 2.]])
    """

    def __init__(self, W: Array) -> None:  # noqa: N803  (the book's name for a weight matrix)
        check_weights(type(self).__name__, W)
        self.params = [W]
        self.grads = [array_module(W).zeros_like(W)]

    def forward(self, ids: Array) -> Array:
        """Return the rows of `ids`, integers of any shape; the result has that shape, and D as its last axis.

        Raises
        ------
        IndexError
            An id is not one of 0..V-1.
        """
        (weights,) = self.params
        self._ids = as_ids(type(self).__name__, "ids", ids, array_module(weights), len(weights))
        return weights[self._ids]

    def backward(self, dout: Array) -> None:
        """Write the gradient of the rows, the sum of `dout` per word, into ``grads[0]``; ids have no gradient."""
        (gradient,) = self.grads
        ids = of_forward(self, "_ids")
        shape = (*ids.shape, gradient.shape[1])
        dout = as_gradient(type(self).__name__, dout, shape, array_module(gradient))
        gradient[...] = 0
        add_rows(gradient, ids, dout)


class EmbeddingDot:
    """Row lookup and dot product: the score of each hidden vector with each of its words.

    Parameters
    ----------
    W : array (V, D)
        Output rows; kept, not copied.

    Examples
    --------
    >>> layer = EmbeddingDot(np.eye(3))
    >>> layer.forward(np.array([[0.5, 2.0, 0.0]]), np.array([[1, 0, 1]]))
    array([[2. , 0.5, 2. ]])
    >>> layer.backward(np.ones((1, 3)))
    array([[1., 2., 0.]])
    """

    def __init__(self, W: Array) -> None:  # noqa: N803
        self.embed = Embedding(W)
        self.params, self.grads = self.embed.params, self.embed.grads

    def forward(self, h: Array, ids: Array) -> Array:
        """Return scores of the shape of `ids`: ``(B,)`` for one word per row of `h` ``(B, D)``, ``(B, K)`` for K."""
        (weights,) = self.params
        xp = array_module(weights)
        h, ids = as_numbers("EmbeddingDot", "h", h, xp), as_ids("EmbeddingDot", "ids", ids, xp)
        check_hidden("EmbeddingDot", h, ids, weights.shape[1], one_each=False)
        rows = self.embed.forward(ids)
        h = h.reshape(h.shape[0], *[1] * (rows.ndim - 2), h.shape[1])
        self._h, self._rows = h, rows
        return (rows * h).sum(axis=-1)

    def backward(self, dout: Array) -> Array:
        """Return the gradient of `h` ``(B, D)`` for that of the scores; write the rows' gradient into ``grads[0]``."""
        rows = of_forward(self, "_rows")
        dout = as_gradient("EmbeddingDot", dout, rows.shape[:-1], array_module(rows))[..., None]
        self.embed.backward(dout * self._h)
        dh = dout * rows
        return dh.sum(axis=tuple(range(1, dh.ndim - 1)))


class SigmoidWithLoss:
    """Sigmoid and binary cross entropy in one.

    Parameters
    ----------
    reduction : {"mean", "sum"}, default "mean"
        ``"mean"`` divides the sum of all losses by the length of the first axis (the batch). ``"sum"`` does not, for
        callers that divide by a number of their own (such as the positive pairs of a tile).

    Examples
    --------
    >>> layer = SigmoidWithLoss(reduction="sum")
    >>> float(layer.forward(np.array([0.0, 0.0]), np.array([1, 0]), weights=np.array([1.0, 3.0])))
    2.772588722239781
    >>> layer.backward()
    array([-0.5,  1.5])
    """

    def __init__(self, reduction: str = "mean") -> None:
        if reduction not in ("mean", "sum"):
            raise ParameterError(f"SigmoidWithLoss: reduction={reduction!r}; it must be 'mean' or 'sum'")
        self.params: list[Array] = []
        self.grads: list[Array] = []
        self.reduction = reduction

    def forward(self, x: Array, t: Array, weights: Array | None = None) -> Array:
        """Return the loss, a scalar of the type of x.

        Parameters
        ----------
        x : array, any shape
            Scores, before the sigmoid.
        t : array that broadcasts to x
            Labels: 1 for a pair that was seen, 0 for noise.
        weights : array that broadcasts to x, optional
            The weight of each example; None is 1 for all.

        Raises
        ------
        ParameterError
            The scores are no floating-point numbers, or the labels or weights have a shape that does not fit.
        """
        xp = array_module(x)
        x = as_numbers("SigmoidWithLoss", "x", x, xp)
        if x.dtype.kind != "f" or x.ndim == 0:
            raise ParameterError(
                f"SigmoidWithLoss: x has the shape {x.shape} and the type {x.dtype}; scores must be floating-point "
                "numbers, (batch,) or (batch, words)"
            )
        t = self._fitting("t", t, x)
        scale = xp.ones((), x.dtype) if weights is None else self._fitting("weights", weights, x)
        if self.reduction == "mean":
            scale = scale / x.dtype.type(x.shape[0])
        self._x, self._t, self._scale = x, t, scale
        return -(scale * (t * log_sigmoid(x) + (1 - t) * log_sigmoid(-x))).sum()

    def backward(self, dout: float = 1) -> Array:
        """Return the gradient of the scores, ``weight * (sigmoid(x) - t)``."""
        # This form never subtracts nearly equal numbers: a saturated pair keeps its small gradient.
        scale = of_forward(self, "_scale")
        return dout * scale * ((1 - self._t) * sigmoid(self._x) - self._t * sigmoid(-self._x))

    @staticmethod
    def _fitting(name: str, given: Any, x: Array) -> Array:
        """Return labels or weights in the type of the scores; they may have fewer axes, but not make more scores."""
        xp = array_module(x)
        found = as_numbers("SigmoidWithLoss", name, given, xp)
        try:
            fits = np.broadcast_shapes(found.shape, x.shape) == x.shape
        except ValueError:
            fits = False
        if not fits:
            raise ParameterError(
                f"SigmoidWithLoss: {name} has the shape {found.shape}, but the scores x have {x.shape}: give "
                f"{name} of that shape"
            )
        return xp.asarray(found, dtype=x.dtype)


class NegativeSamplingLoss:
    """Binary cross entropy of one target (label 1) and `sample_size` noise words (label 0), mean over the batch.

    Parameters
    ----------
    W : array (V, D)
        Output rows; kept, not copied.
    corpus, power, sample_size, exclude_target, random_state
        See `UnigramSampler`.

    Examples
    --------
    >>> layer = NegativeSamplingLoss(np.zeros((4, 2)), [0, 1, 2, 3], sample_size=3)
    >>> float(layer.forward(np.ones((5, 2)), np.array([0, 1, 2, 3, 0])))  # 4 log 2: nothing learned yet
    2.772588722239781
    """

    def __init__(
        self,
        W: Array,  # noqa: N803
        corpus: Array,
        power: float = 0.75,
        sample_size: int = 5,
        *,
        exclude_target: bool = True,
        random_state: Seed = None,
    ) -> None:
        self.sampler = UnigramSampler(
            corpus, power, sample_size, exclude_target=exclude_target, random_state=random_state
        )
        self.embed_dot = EmbeddingDot(W)
        self.loss = SigmoidWithLoss()
        self.params, self.grads = self.embed_dot.params, self.embed_dot.grads

    def forward(self, h: Array, target: Array, negatives: Array | None = None) -> Array:
        """Return the loss of hidden vectors `h` ``(B, D)`` and `target` ids ``(B,)``.

        `negatives`, ids ``(B, any number)``, replaces the sampler's draw, for instance to check gradients.
        """
        (weights,) = self.params
        xp, layer = array_module(weights), type(self).__name__
        h, target = as_numbers(layer, "h", h, xp), as_ids(layer, "target", target, xp)
        check_hidden(layer, h, target, weights.shape[1])
        if negatives is None:
            negatives = self.sampler.get_negative_sample(target)
        negatives = as_ids(layer, "negatives", negatives, xp)
        if negatives.ndim != 2 or len(negatives) != len(target):
            raise ParameterError(
                f"{layer}: negatives have the shape {negatives.shape}; they must be ({len(target)}, any number), the "
                "noise words of each target"
            )
        ids = xp.concatenate([target[:, None], negatives], axis=1)
        labels = xp.zeros(ids.shape, h.dtype)
        labels[:, 0] = 1
        return self.loss.forward(self.embed_dot.forward(h, ids), labels)

    def backward(self, dout: float = 1) -> Array:
        """Return the gradient of the hidden vectors ``(B, D)``."""
        return self.embed_dot.backward(self.loss.backward(dout))


class _Model:
    """The common part of CBOW and SkipGram: two weight matrices and their initial values."""

    def __init__(
        self,
        vocab_size: int,
        hidden_size: int,
        window_size: int,
        corpus: Array,
        *,
        power: float = 0.75,
        sample_size: int = 5,
        exclude_target: bool = True,
        dtype: Any = np.float32,
        random_state: Seed = None,
    ) -> None:
        vocab_size, hidden_size = whole_number("vocab_size", vocab_size, 1), whole_number("hidden_size", hidden_size, 1)
        xp = array_module(corpus)
        random = np.random.default_rng(random_state)
        w_in, w_out = xp.asarray(0.01 * random.standard_normal((2, vocab_size, hidden_size)), dtype=dtype)
        self.window_size = window_size
        self.embed = Embedding(w_in)
        self.ns_loss = NegativeSamplingLoss(
            w_out, corpus, power, sample_size, exclude_target=exclude_target, random_state=random
        )
        self.params = [*self.embed.params, *self.ns_loss.params]
        self.grads = [*self.embed.grads, *self.ns_loss.grads]
        self.word_vecs = w_in

    def _batch(self, contexts: Array, target: Array) -> tuple[Array, Array]:
        """Return contexts and targets as arrays of the weights' module."""
        model, xp = type(self).__name__, array_module(self.word_vecs)
        contexts, target = as_ids(model, "contexts", contexts, xp), as_ids(model, "target", target, xp)
        if contexts.ndim != 2 or target.ndim != 1 or len(contexts) != len(target) or contexts.size == 0:
            raise ParameterError(
                f"contexts have shape {contexts.shape} and targets {target.shape}; they must be (batch, context words) "
                "and (batch,), not empty, in this order, as contexts_and_targets returns them"
            )
        return contexts, target


class CBOW(_Model):
    """Continuous bag of words: the mean (or sum) of the context words' vectors predicts the word between them.

    Parameters
    ----------
    vocab_size, hidden_size : int
        V words, D numbers each. Initial weights are normal with standard deviation 0.01, as in the book.
    window_size : int
        Context words on either side. It is kept but not used: the shape of `contexts` decides.
    corpus : array (N,) of int
        Word ids; their counts determine the noise distribution. If it is a CuPy array, so are the weights.
    power, sample_size, exclude_target, random_state
        See `UnigramSampler`. `random_state` also draws the weights.
    mean : bool, default True
        Whether the hidden vector is the mean of the context vectors or their sum.
    dtype : float32 (default) or float64

    Attributes
    ----------
    word_vecs : array (V, D)
        The input weights: the word vectors.

    Examples
    --------
    >>> corpus = np.array([0, 1, 2, 3, 4, 1, 5, 6])
    >>> contexts, target = contexts_and_targets(corpus, window_size=1)
    >>> model = CBOW(7, 3, 1, corpus, sample_size=2, random_state=0)
    >>> loss = model.forward(contexts, target)
    >>> model.backward()
    >>> [gradient.shape for gradient in model.grads]
    [(7, 3), (7, 3)]
    """

    def __init__(
        self, vocab_size: int, hidden_size: int, window_size: int, corpus: Array, *, mean: bool = True, **options: Any
    ) -> None:
        super().__init__(vocab_size, hidden_size, window_size, corpus, **options)
        self.mean = mean

    def forward(self, contexts: Array, target: Array, negatives: Array | None = None) -> Array:
        """Return the loss of the words `target` ``(B,)`` between `contexts` ``(B, C)``; C is at least 1.

        `negatives`, ids ``(B, any number)``, replaces the sampler's draw.
        """
        contexts, target = self._batch(contexts, target)
        rows = self.embed.forward(contexts)
        self._rows_shape = rows.shape
        h = rows.mean(axis=1) if self.mean else rows.sum(axis=1)
        return self.ns_loss.forward(h, target, negatives)

    def backward(self, dout: float = 1) -> None:
        """Write the gradients of both weights into ``grads``."""
        shape = of_forward(self, "_rows_shape")
        dh = self.ns_loss.backward(dout)
        if self.mean:
            dh /= shape[1]
        self.embed.backward(array_module(dh).broadcast_to(dh[:, None, :], shape))


class SkipGram(_Model):
    """Skip-gram: each word's vector predicts every word of its context.

    The loss is the book's: the sum over the C context words of the mean over the batch. Parameters and attributes are
    those of `CBOW`, without `mean`.

    Examples
    --------
    >>> corpus = np.array([0, 1, 2, 3, 4, 1, 5, 6])
    >>> contexts, target = contexts_and_targets(corpus, window_size=2)
    >>> model = SkipGram(7, 3, 2, corpus, sample_size=2, random_state=0)
    >>> round(float(model.forward(contexts, target)), 2)  # 4 contexts, each 3 log 2 before training
    8.32
    """

    def forward(self, contexts: Array, target: Array, negatives: Array | None = None) -> Array:
        """Return the loss of `contexts` ``(B, C)`` around the words `target` ``(B,)``.

        `negatives`, ids ``(B * C, any number)`` in the order of ``contexts.ravel()``, replaces the sampler's draw.
        """
        contexts, target = self._batch(contexts, target)
        h = self.embed.forward(target)
        self._width = contexts.shape[1]
        return self._width * self.ns_loss.forward(h.repeat(self._width, axis=0), contexts.ravel(), negatives)

    def backward(self, dout: float = 1) -> None:
        """Write the gradients of both weights into ``grads``."""
        width = of_forward(self, "_width")
        dh = self.ns_loss.backward(dout * width)
        self.embed.backward(dh.reshape(-1, width, dh.shape[1]).sum(axis=1))


def contexts_and_targets(corpus: Array, window_size: int = 1) -> tuple[Array, Array]:
    """Return the contexts of every word that has a full window, and these words: the book's ``create_contexts_target``.

    Parameters
    ----------
    corpus : array (N,) of int
        Word ids.
    window_size : int, default 1
        W context words on either side.

    Returns
    -------
    contexts : array (N - 2 W, 2 W)
    target : array (N - 2 W,)

    Examples
    --------
    >>> contexts, target = contexts_and_targets(np.array([0, 1, 2, 3]), window_size=1)
    >>> contexts.tolist(), target.tolist()
    ([[0, 2], [1, 3]], [1, 2])
    """
    xp = array_module(corpus)
    corpus = as_ids("contexts_and_targets", "the corpus", corpus, xp)
    if corpus.ndim != 1:
        raise ParameterError(
            f"contexts_and_targets: the corpus has the shape {corpus.shape}; it must be one row of word ids, (words,)"
        )
    if not is_whole(window_size):
        raise ParameterError(f"contexts_and_targets: window_size must be a whole number; got {window_size!r}")
    if not 1 <= window_size <= (len(corpus) - 1) // 2:
        raise ParameterError(
            f"contexts_and_targets: window_size={window_size} in a corpus of {counted(len(corpus), 'word')}; no word "
            "has a full window unless 1 <= window_size <= (words - 1) / 2"
        )
    offsets = xp.asarray([d for d in range(-window_size, window_size + 1) if d])
    places = xp.arange(window_size, len(corpus) - window_size)
    return corpus[places[:, None] + offsets], corpus[places]
