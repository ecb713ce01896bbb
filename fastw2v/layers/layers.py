"""The layers of *Deep Learning from Scratch 2*, chapter 4, with the book's names and meaning.

Plain arrays in, plain arrays out: each layer has ``params`` and ``grads`` (lists of arrays of equal shapes),
``forward`` and ``backward``. A ``backward`` writes the gradients of the last ``forward`` into ``grads``, in place, and
returns the gradient of its input. Weights may be NumPy or CuPy arrays, float32 or float64; results are of the same
type.

These layers are for reading, teaching and checking; `fastw2v.Word2Vec` trains the same models a thousand times faster.
Differences from the book: one layer looks up all columns of ids at once instead of one layer per column, so no weight
appears twice in ``params``; the sigmoid and its logarithm are exact for saturated scores; ids are checked.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from fastw2v.errors import ParameterError
from fastw2v.layers.arrays import Array, add_rows, array_module, log_sigmoid, sigmoid
from fastw2v.layers.unigram import Seed, UnigramSampler
from fastw2v.progress.figures import counted


class Embedding:
    """Row lookup.

    Parameters
    ----------
    W : array (V, D)
        One row per word; kept, not copied.

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
        self.params = [W]
        self.grads = [array_module(W).zeros_like(W)]

    def forward(self, ids: Array) -> Array:
        """Return the rows of `ids`, integers of any shape; the result has that shape, and D as its last axis.

        Raises
        ------
        IndexError
            An id is not one of 0..V-1. (NumPy would count negative ids from the end, CuPy would wrap all of them.)
        """
        (weights,) = self.params
        ids = array_module(weights).asarray(ids)
        if ids.size and not 0 <= int(ids.min()) <= int(ids.max()) < len(weights):
            raise IndexError(
                f"Embedding: ids from {int(ids.min())} to {int(ids.max())}, but the {len(weights)} rows are numbered "
                f"0 to {len(weights) - 1}; check how the words were numbered"
            )
        self._ids = ids
        return weights[ids]

    def backward(self, dout: Array) -> None:
        """Write the gradient of the rows, the sum of `dout` per word, into ``grads[0]``; ids have no gradient."""
        (gradient,) = self.grads
        gradient[...] = 0
        add_rows(gradient, self._ids, dout)


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
        rows = self.embed.forward(ids)
        h = h.reshape(h.shape[0], *[1] * (rows.ndim - 2), h.shape[1])
        self._h, self._rows = h, rows
        return (rows * h).sum(axis=-1)

    def backward(self, dout: Array) -> Array:
        """Return the gradient of `h` ``(B, D)`` for that of the scores; write the rows' gradient into ``grads[0]``."""
        dout = dout[..., None]
        self.embed.backward(dout * self._h)
        dh = dout * self._rows
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
        """
        xp = array_module(x)
        t = xp.asarray(t, dtype=x.dtype)
        scale = xp.ones((), x.dtype) if weights is None else xp.asarray(weights, dtype=x.dtype)
        if self.reduction == "mean":
            scale = scale / x.dtype.type(x.shape[0])
        self._x, self._t, self._scale = x, t, scale
        return -(scale * (t * log_sigmoid(x) + (1 - t) * log_sigmoid(-x))).sum()

    def backward(self, dout: float = 1) -> Array:
        """Return the gradient of the scores, ``weight * (sigmoid(x) - t)``."""
        # This form never subtracts nearly equal numbers: a saturated pair keeps its small gradient.
        return dout * self._scale * ((1 - self._t) * sigmoid(self._x) - self._t * sigmoid(-self._x))


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
        xp = array_module(h)
        target = xp.asarray(target)
        if negatives is None:
            negatives = self.sampler.get_negative_sample(target)
        ids = xp.concatenate([target[:, None], xp.asarray(negatives)], axis=1)
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
        _check_batch(contexts, target)
        rows = self.embed.forward(contexts)
        self._rows_shape = rows.shape
        h = rows.mean(axis=1) if self.mean else rows.sum(axis=1)
        return self.ns_loss.forward(h, target, negatives)

    def backward(self, dout: float = 1) -> None:
        """Write the gradients of both weights into ``grads``."""
        dh = self.ns_loss.backward(dout)
        if self.mean:
            dh /= self._rows_shape[1]
        self.embed.backward(array_module(dh).broadcast_to(dh[:, None, :], self._rows_shape))


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
        _check_batch(contexts, target)
        h = self.embed.forward(target)
        self._width = contexts.shape[1]
        return self._width * self.ns_loss.forward(h.repeat(self._width, axis=0), contexts.ravel(), negatives)

    def backward(self, dout: float = 1) -> None:
        """Write the gradients of both weights into ``grads``."""
        dh = self.ns_loss.backward(dout * self._width)
        self.embed.backward(dh.reshape(-1, self._width, dh.shape[1]).sum(axis=1))


def _check_batch(contexts: Array, target: Array) -> None:
    if contexts.ndim != 2 or target.ndim != 1 or len(contexts) != len(target) or contexts.size == 0:
        raise ParameterError(
            f"contexts have shape {contexts.shape} and targets {target.shape}; they must be (batch, context words) and "
            "(batch,), not empty, in this order, as contexts_and_targets returns them"
        )


def contexts_and_targets(corpus: Array, window_size: int = 1) -> tuple[Array, Array]:
    """Return the contexts of every word that has a full window, and these words.

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
    corpus = xp.asarray(corpus)
    if not 1 <= window_size <= (len(corpus) - 1) // 2:
        raise ParameterError(
            f"contexts_and_targets: window_size={window_size} in a corpus of {counted(len(corpus), 'word')}; no word "
            "has a full window unless 1 <= window_size <= (words - 1) / 2"
        )
    offsets = xp.asarray([d for d in range(-window_size, window_size + 1) if d])
    places = xp.arange(window_size, len(corpus) - window_size)
    return corpus[places[:, None] + offsets], corpus[places]
