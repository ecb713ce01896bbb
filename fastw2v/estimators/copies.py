"""The mixin of `Word2Vec` that says what clones, copies and pickles of a model share and leave behind."""

from __future__ import annotations

import copy
import io
import os
from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import numpy as np

from fastw2v.estimators.fits import in_one_step
from fastw2v.parameters import shown

if TYPE_CHECKING:
    from typing_extensions import Self

NOT_COPIED = frozenset({"_fit", "_unfinished", "device_vectors_"})


class Copies:
    """A mixin; list it before scikit-learn's own base classes, whose methods it extends."""

    corpus: Any
    comm: Any
    random_state: Any
    _was_fitted: bool

    def __sklearn_clone__(self) -> Self:
        """Return an unfitted model with the same parameters; the corpus is shared, a random generator is copied."""
        params = self.get_params(deep=False)  # type: ignore[attr-defined]
        if isinstance(self.random_state, (np.random.RandomState, np.random.Generator)):
            params["random_state"] = copy.deepcopy(self.random_state)
        return type(self)(**params)

    def __copy__(self) -> Self:
        """Return a model with the same vectors and parameters; an interrupted `fit` is not carried over."""
        other = type(self).__new__(type(self))
        with in_one_step:
            state = dict(vars(self))
        vars(other).update({name: value for name, value in state.items() if name not in NOT_COPIED})
        return other

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """Do the same, and copy everything but the corpus, which is shared, as by clones."""
        memo[id(self.corpus)] = self.corpus
        memo[id(self.comm)] = self.comm
        other = copy.copy(self)
        memo[id(self)] = other
        vars(other).update(copy.deepcopy(vars(other), memo))
        return other

    def __getstate__(self) -> dict[str, Any]:
        """Drop what is of this process, a communicator and, once fitted, a corpus that is not a path."""
        with in_one_step:
            state: dict[str, Any] = super().__getstate__()  # type: ignore[assignment, misc, unused-ignore]
        kept = {name: value for name, value in state.items() if name not in NOT_COPIED}
        if "vectors_" in kept and not isinstance(self.corpus, (str, os.PathLike)):
            kept["corpus"] = None
        else:
            check_can_be_pickled(self.corpus)
        if not isinstance(self.comm, str):  # it means nothing in another process
            kept["comm"] = None
        kept["_was_fitted"] = self._was_fitted
        return kept

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take a model of a pickle that does not say whether `fit` made it for one that it made, as most are."""
        super().__setstate__({"_was_fitted": "vectors_" in state, **state})  # type: ignore[misc]


def check_can_be_pickled(corpus: Any) -> None:
    """Raise `TypeError`, as pickle would, for a corpus that is a generator or an open file."""
    if isinstance(corpus, (Generator, io.IOBase)):
        raise TypeError(
            f"this model cannot be pickled, nor sent to another process, before it is fitted: its corpus is "
            f"{shown(corpus)}; pass a list or a path, or fit first"
        )
