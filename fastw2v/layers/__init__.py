"""The layers of *Deep Learning from Scratch 2*, chapter 4, under the book's names but for `contexts_and_targets`.

`Embedding`, `EmbeddingDot` and `SigmoidWithLoss` make up the reference that every kernel is tested against.
"""

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
