"""The layers of *Deep Learning from Scratch 2*, chapter 4, under the book's names: the oracle of every kernel."""

from fastw2v.layers.arrays import log_sigmoid, numerical_gradient, sigmoid
from fastw2v.layers.hierarchical import HierarchicalSoftmaxLoss
from fastw2v.layers.layers import (
    CBOW,
    Embedding,
    EmbeddingDot,
    NegativeSamplingLoss,
    SigmoidWithLoss,
    SkipGram,
    contexts_and_targets,
)
from fastw2v.layers.unigram import UnigramSampler

__all__ = [
    "CBOW",
    "Embedding",
    "EmbeddingDot",
    "HierarchicalSoftmaxLoss",
    "NegativeSamplingLoss",
    "SigmoidWithLoss",
    "SkipGram",
    "UnigramSampler",
    "contexts_and_targets",
    "log_sigmoid",
    "numerical_gradient",
    "sigmoid",
]
