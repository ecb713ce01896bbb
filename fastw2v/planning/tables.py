"""What a run knows of each word, made once from the word counts: when it is kept and drawn, how it moves, its path."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from fastw2v import _sampler
from fastw2v.planning.noise import noise_weights
from fastw2v.planning.output_rate import output_rates
from fastw2v.planning.subsampling import keep_probability, keep_thresholds
from fastw2v.planning.tree import Tree, make_tree

if TYPE_CHECKING:
    from fastw2v.planning.training_parameters import TrainingParameters


@dataclass(frozen=True)
class Tables:
    """Keep thresholds, the alias table of the noise words, the output rows' rates, and which input rows are frozen.

    Attributes
    ----------
    keep_threshold : uint32 (V,)
        A token is kept if 32 random bits are at most its word's threshold.
    noise_threshold, noise_alias : uint32 (V,), int32 (V,)
        Alias table of ``count ** ns_exponent``.
    output_rate : float32 (output rows,)
        The share of the learning rate at which each output row moves; see output_rate.py.
    tree : Tree or None
        The paths of hierarchical softmax.
    frozen : uint8 (V,) or None
        1 for each input row that training leaves unchanged.
    counts : int64 (V,) or None
        How often each word occurs in the corpus to train on, if that was counted: another count takes as long as
        reading all ids.
    """

    keep_threshold: NDArray[np.uint32]
    noise_threshold: NDArray[np.uint32]
    noise_alias: NDArray[np.int32]
    output_rate: NDArray[np.float32]
    tree: Tree | None = None
    frozen: NDArray[np.uint8] | None = None
    counts: NDArray[np.int64] | None = None

    @property
    def path_begin(self) -> NDArray[np.int64] | None:
        """The tree's ``begin``, under the kernels' name, as the next two."""
        return None if self.tree is None else self.tree.begin

    @property
    def path_step(self) -> NDArray[np.int32] | None:
        """The tree's ``step``."""
        return None if self.tree is None else self.tree.step

    @property
    def crown_path(self) -> NDArray[np.uint32] | None:
        """The tree's ``crown_path``."""
        return None if self.tree is None else self.tree.crown_path


def make_tables(
    counts: NDArray[np.int64],
    params: TrainingParameters,
    frozen: NDArray[np.uint8] | None = None,
    tree: Tree | None = None,
) -> Tables:
    """Make the tables for a corpus with these word counts; ``tree``, if it was made from them before."""
    keep = keep_probability(counts, params.sample)
    noise_threshold, noise_alias = _sampler.alias_table(noise_weights(counts, params.ns_exponent))
    if params.hierarchical and tree is None:
        tree = make_tree(counts)
    kept = counts * keep
    rows = [kept] * params.negative_sampling + ([] if tree is None else [tree.visits(kept)])
    rates = output_rates(np.concatenate(rows), params)
    return Tables(keep_thresholds(keep), noise_threshold, noise_alias, rates, tree, frozen)
