"""gensim's callbacks: their base class, and the callback of this package that calls them."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import numpy as np

from fastw2v.errors import ParameterError, warn_user
from fastw2v.parameters import shown
from fastw2v.training.state import Progress, TrainingState


class CallbackAny2Vec:
    """Base of callbacks; each method is called with the model, whose `wv` holds the current vectors.

    What a method writes into the vectors, or into `syn1neg` and `syn1`, is what training goes on with.
    """

    def on_train_begin(self, model: Any) -> None:
        """Before the first epoch."""

    def on_train_end(self, model: Any) -> None:
        """After the last."""

    def on_epoch_begin(self, model: Any) -> None:
        """Before each epoch."""

    def on_epoch_end(self, model: Any) -> None:
        """After each epoch."""


_ROWS = 4_096  # that are compared at once
_METHODS = ("on_train_begin", "on_train_end", "on_epoch_begin", "on_epoch_end")


def checked_callbacks(callbacks: Any) -> list[Any]:
    """Return the callbacks as a list.

    Raises
    ------
    ParameterError
        It is a single object, or holds a function, a class or another object without a callback's methods.
    """
    wanted = "it must be a list of instances of CallbackAny2Vec, such as callbacks=[MyCallback()]"
    if not isinstance(callbacks, Iterable):
        raise ParameterError(f"callbacks={shown(callbacks)}: {wanted}")
    listed = list(callbacks)
    for place, callback in enumerate(listed):
        if isinstance(callback, type) or not any(hasattr(callback, name) for name in _METHODS):
            raise ParameterError(f"callbacks[{place}] is {shown(callback)}: {wanted}")
    return listed


class Bridge:
    """A callback of this package that calls gensim's, each once even if it is given twice."""

    def __init__(self, model: Any, state: TrainingState, callbacks: Iterable[Any]) -> None:
        self.model, self.state = model, state
        self.callbacks = list({id(callback): callback for callback in callbacks}.values())
        self.pairs = 0.0
        self.rates = model.alpha, model.min_alpha

    def call(self, name: str) -> None:
        """Call a method of every callback that has it, and go on with the rows that they leave.

        Warn if one changed the learning rate or the locks, which are planned.
        """
        if not self.callbacks:
            return
        wv = self.model.wv
        locks, keys = wv.locked_keys(), list(wv.index_to_key)
        try:
            for callback in self.callbacks:
                method = getattr(callback, name, None)
                if method is not None:
                    method(self.model)
        except BaseException:
            if name != "on_train_end":
                with suppress(ParameterError):  # what ended the training is more
                    self._take_back(name, keys)
            raise
        if self.rates != (self.model.alpha, self.model.min_alpha):
            self.rates = self.model.alpha, self.model.min_alpha
            warn_user(
                f"{name} set model.alpha={self.model.alpha}, model.min_alpha={self.model.min_alpha}, which hold from "
                "the next train on: to change the rate after each epoch call train(epochs=1, start_alpha=...) for each"
            )
        if name == "on_train_end":
            return
        if wv.locked_keys() != locks:
            warn_user(f"{name} set wv.vectors_lockf, which holds from the next train on")
        self._take_back(name, keys)

    def _take_back(self, name: str, keys: list[Any]) -> None:
        """Train on from the rows that callbacks have left; before, the keys were these."""
        model, rows = self.model, self.state.output_rows
        left = [("wv.vectors", self.state.w_in, model.wv._rows)]
        if rows.words is not None:
            left.append(("syn1neg", rows.words, model.syn1neg))
        if rows.nodes is not None:
            left.append(("syn1", rows.nodes, model.syn1[:-1]))
        for attribute, trained, given in left:
            if np.shape(given) != trained.shape:
                raise ParameterError(
                    f"{name} set {attribute} to an array of shape {np.shape(given)}: while a model trains it is "
                    f"{trained.shape}; add words with build_vocab(sentences, update=True) before train"
                )
        if model.wv.index_to_key != keys:
            raise ParameterError(f"{name} changed the keys of model.wv, or their order: do so before or after train")
        for _, trained, given in left:
            for begin in range(0, len(trained), _ROWS):
                part, new = trained[begin : begin + _ROWS], np.asarray(given[begin : begin + _ROWS], np.float32)
                if part.tobytes() != new.tobytes():
                    part[:] = new

    def __call__(self, progress: Progress) -> None:
        self.model.min_alpha_yet_reached = progress.learning_rate
        if not progress.epoch_end:
            return
        pairs = self.state.report.pairs
        self.model.loss_history.append(progress.loss)
        if pairs > self.pairs:  # without pairs the mean loss is NaN
            self.model.running_training_loss += progress.loss * (pairs - self.pairs)
        self.pairs = pairs
        if self.callbacks:
            self.model._take(self.state)
            self.call("on_epoch_end")
            if progress.epoch < progress.epochs:
                self.call("on_epoch_begin")
