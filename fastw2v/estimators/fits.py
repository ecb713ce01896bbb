"""The fit of a model that is under way: one at a time, stopped from outside, and its results published in one step."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, overload

from fastw2v.errors import warn_user
from fastw2v.estimators.fitted import Fitted
from fastw2v.vectors.word_vectors import WordVectors

if TYPE_CHECKING:
    from typing_extensions import Self

# Held for moments, by whoever reads or writes several attributes of a model that belong together. One for all models:
# none has to carry it through copies and pickles. A signal handler may save while it is held by its own thread.
in_one_step = threading.RLock()
if hasattr(os, "register_at_fork"):  # a fork waits for the step, and the child can take the next one
    os.register_at_fork(before=in_one_step.acquire, after_in_parent=in_one_step.release)
    os.register_at_fork(after_in_child=in_one_step.release)


class Fit:
    """A fit under way.

    Attributes
    ----------
    process, thread : int
        Who does it. A forked child has a copy of the mark, and not of the thread.
    training : bool
        Whether it has read its corpus.
    """

    def __init__(self) -> None:
        self.process, self.thread = os.getpid(), threading.get_ident()
        self.training = False
        self.stop_asked = False
        self.told = False  # that a callback read the vectors of the last fit

    def is_to_stop(self, progress: object) -> bool:
        """Return whether it was asked to stop: the callback with which it hears of that."""
        return self.stop_asked


class LastVectors:
    """The attribute ``vectors_``, which warns once if a callback reads what the fit that calls it has yet to replace.

    The vectors are in the model's ``__dict__``, under the same name.
    """

    @overload
    def __get__(self, model: None, owner: type) -> Self: ...
    @overload
    def __get__(self, model: Any, owner: type) -> WordVectors: ...
    def __get__(self, model: Any, owner: type) -> Any:
        """Return the vectors; of the class, this object."""
        if model is None:
            return self
        found = vars(model).get("vectors_")
        if found is None:
            raise AttributeError(model._why_absent("vectors_"), name="vectors_", obj=model)
        fit = model._fit_under_way()
        if fit is not None and fit.training and not fit.told and fit.thread == threading.get_ident():
            fit.told = True
            warn_user(
                "a callback reads the vectors of the last fit: those of this one are the model's once it ends; until "
                "then progress.vectors() has them"
            )
        return found

    def __set__(self, model: Any, vectors: WordVectors) -> None:
        vars(model)["vectors_"] = vectors

    def __delete__(self, model: Any) -> None:
        if vars(model).pop("vectors_", None) is None:
            raise AttributeError(model._why_absent("vectors_"), name="vectors_", obj=model)


class Fits(Fitted):
    """The mixin of `Word2Vec` that knows of its fit under way."""

    vectors_: LastVectors = LastVectors()

    def stop(self) -> bool:
        """Ask a `fit` of this model to stop: from another thread, or in a signal handler.

        It returns at once. The fit ends within a moment, as if a callback had returned True: `fit` returns the model
        with the vectors that it has trained, and ``fit(resume=True)`` goes on.

        Returns
        -------
        bool
            Whether a fit, or a `partial_fit`, is under way. If none is, nothing happens; the next one is not stopped.

        Notes
        -----
        A fit that still reads its corpus stops when it has begun to train. With ``comm``, call it on rank 0.

        Examples
        --------
        >>> import threading, time
        >>> from fastw2v import Word2Vec
        >>> model = Word2Vec([["red", "wine"], ["white", "wine"]] * 99, min_count=1, sample=0, epochs=10**6, n_jobs=1)
        >>> thread = threading.Thread(target=model.fit)
        >>> thread.start()
        >>> while not model.stop():
        ...     time.sleep(0.01)
        >>> thread.join()
        >>> model.report_.stopped_by, model.stop()
        ('callback', False)
        """
        fit = self._fit_under_way()
        if fit is None:
            return False
        fit.stop_asked = True
        return True

    def __sklearn_is_fitted__(self) -> bool:
        return "vectors_" in vars(self)

    def _fit_under_way(self) -> Fit | None:
        """Return the mark of the fit of this model in this process, if there is one."""
        fit: Fit | None = vars(self).get("_fit")
        return fit if fit is not None and fit.process == os.getpid() else None

    @contextmanager
    def _only_fit(self) -> Iterator[None]:
        """Allow one fit at a time."""
        fit = Fit()
        try:
            with in_one_step:
                if self._fit_under_way() is not None:
                    raise RuntimeError(
                        "this model is being fitted, in another thread or by this callback's fit: use another model"
                    )
                vars(self)["_fit"] = fit
            yield
        finally:
            with in_one_step:
                if vars(self).get("_fit") is fit:
                    del vars(self)["_fit"]

    def _begin_training(self) -> Any:
        """Note that the corpus of the fit under way was read; return the callback that stops it."""
        fit = self._fit_under_way()
        assert fit is not None
        fit.training = True
        return fit.is_to_stop

    def _publish(self, learned: dict[str, Any]) -> None:
        """Set the attributes that a fit has learned, in one step; drop those that are None."""
        with in_one_step:
            before = dict(vars(self))  # so that nothing is freed during the step, which may run any code
            for name, value in learned.items():
                if value is None:
                    vars(self).pop(name, None)
            vars(self).update({name: value for name, value in learned.items() if value is not None})
        del before

    def _still(self, if_under_way: str | None = None) -> Self:
        """Return a copy of this moment, which the end of a fit in another thread does not change.

        Raises
        ------
        NotFittedError
            The model has no vectors.

        Warns
        -----
        RuntimeWarning
            With this message, if a fit is under way.
        """
        still = object.__new__(type(self))  # whatever a subclass does when it is made or copied
        with in_one_step:
            vars(still).update(vars(self))
        if if_under_way is not None and still._fit_under_way() is not None and still.__sklearn_is_fitted__():
            warn_user(if_under_way)
        else:
            still.vectors_ = still.wv  # type: ignore[attr-defined]  # raises, or warns in a callback
        vars(still).pop("_fit", None)
        return still

    def _how_to_get_vectors(self) -> str:
        """Return the end of a message that says that this model has no vectors yet."""
        if self._fit_under_way() is None:
            return "call fit() first"
        return "its fit is under way, whose callbacks get those of the moment from progress.vectors()"
