"""Hierarchical softmax as a layer, beside the book's negative sampling: the same calls, another loss."""

from __future__ import annotations

from fastw2v.errors import ParameterError
from fastw2v.layers.arrays import Array, array_module
from fastw2v.layers.checks import as_ids, as_numbers, check_hidden
from fastw2v.layers.layers import EmbeddingDot, SigmoidWithLoss


class HierarchicalSoftmaxLoss:
    """Cross entropy of the decisions that lead from the root of a binary tree to a word, mean over the batch.

    The probability of a word is the product of those of its decisions, and these of all words add up to 1: it is a
    softmax in about ``log2(V)`` scores instead of V (Morin and Bengio 2005, Mikolov et al. 2013).

    Parameters
    ----------
    W : array (V - 1, D)
        One row per inner node; kept, not copied.
    paths : array (V, L) of int
        The nodes from the root to each word, then -1; `fastw2v.planning.tree.Tree.table` makes them.
    codes : array (V, L) of int
        The decision at each: 0, of which the sigmoid is the probability, or 1.

    Examples
    --------
    >>> import numpy as np
    >>> paths, codes = np.array([[1, -1], [1, 0], [1, 0]]), np.array([[1, 0], [0, 1], [0, 0]])
    >>> layer = HierarchicalSoftmaxLoss(np.zeros((2, 4)), paths, codes)
    >>> round(float(layer.forward(np.ones((1, 4)), np.array([1]))), 4)  # two decisions: 2 log 2
    1.3863
    """

    def __init__(self, W: Array, paths: Array, codes: Array) -> None:  # noqa: N803
        xp = array_module(W)
        paths, codes = (
            as_numbers("HierarchicalSoftmaxLoss", name, given, xp)
            for name, given in (("paths", paths), ("codes", codes))
        )
        if paths.ndim != 2 or paths.shape != codes.shape:
            raise ParameterError(
                f"HierarchicalSoftmaxLoss: paths have shape {paths.shape} and codes {codes.shape}; both must be "
                "(words, longest path)"
            )
        self.paths, self.codes = paths, codes
        self.embed_dot = EmbeddingDot(W)
        self.loss = SigmoidWithLoss()
        self.params, self.grads = self.embed_dot.params, self.embed_dot.grads

    def forward(self, h: Array, target: Array) -> Array:
        """Return the loss of hidden vectors `h` ``(B, D)`` and `target` ids ``(B,)``."""
        (weights,) = self.params
        xp, layer = array_module(weights), type(self).__name__
        h, target = as_numbers(layer, "h", h, xp), as_ids(layer, "target", target, xp, len(self.paths))
        check_hidden(layer, h, target, weights.shape[1])
        ids, labels = self.paths[target], 1 - self.codes[target]
        scores = self.embed_dot.forward(h, xp.where(ids >= 0, ids, 0))
        return self.loss.forward(scores, labels, weights=ids >= 0)

    def backward(self, dout: float = 1) -> Array:
        """Return the gradient of the hidden vectors ``(B, D)``."""
        return self.embed_dot.backward(self.loss.backward(dout))
