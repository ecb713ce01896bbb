"""The mixin of `Word2Vec` and `DocVectorizer` as scikit-learn estimators: short ``repr``, tags, feature counts."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from fastw2v.corpus.iterables import length_of
from fastw2v.errors import ParameterError
from fastw2v.estimators.estimator_cards import estimator_card
from fastw2v.gensims_names import BOOKS_PARAMETERS, PARAMETERS
from fastw2v.parameters import shown
from fastw2v.progress.figures import counted

if TYPE_CHECKING:
    from typing_extensions import Self

SHOWN_CHARACTERS = 200  # of a path, or of a text given in place of one
SHOWN_ITEMS = 8  # larger containers are shown by their type and size


class TextEstimator:
    """A mixin; list it before scikit-learn's own base classes, whose methods it extends."""

    # ------------------------------------------------------------------ display

    def _shown(self) -> Any:
        """Return a copy in which short descriptions replace large parameters: a corpus may hold millions of items."""
        params = self.get_params(deep=False)  # type: ignore[attr-defined]
        return type(self)(**{name: stand_in(name, value) for name, value in params.items()})

    def __repr__(self, N_CHAR_MAX: int = 700) -> str:  # noqa: N803
        text: str = super(TextEstimator, self._shown()).__repr__(N_CHAR_MAX)  # type: ignore[call-arg]
        return re.sub(r"\n\s*", " ", text)  # scikit-learn breaks lines at 80 columns

    @property
    def _repr_html_(self) -> Callable[[], str]:
        """A card for notebooks, unless scikit-learn's ``display`` is set to "text"."""
        if not _shows_html():
            raise AttributeError("_repr_html_: scikit-learn is set to display text")
        return lambda: estimator_card(self, self._shown())

    def _repr_mimebundle_(self, **options: Any) -> dict[str, str]:
        """What a notebook chooses from; scikit-learn's bases would put their diagram here."""
        bundle = {"text/plain": repr(self)}
        if _shows_html():
            bundle["text/html"] = self._repr_html_()
        return bundle

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the parameters, by name; with ``deep``, those of a model among them as well."""
        params: dict[str, Any] = super().get_params(deep)  # type: ignore[misc]
        # The printer of pipelines and searches formats each value in full, whatever __repr__ of its estimator says.
        if sys._getframe(1).f_globals.get("__name__") == "sklearn.utils._pprint":
            return {name: stand_in(name, value) for name, value in params.items()}
        return params

    def _get_params_html(self, *args: Any, **options: Any) -> Any:
        """Build the table of parameters that newer releases of scikit-learn show in notebooks."""
        return super(TextEstimator, self._shown())._get_params_html(*args, **options)  # type: ignore[misc]

    # ------------------------------------------------------------------ parameters

    def set_params(self, **params: Any) -> Self:
        """Set parameters, and with ``name__parameter`` those of an unfitted model among them.

        Raises
        ------
        ParameterError
            The model is fitted: clones and other estimators may share it, and its vectors would not change. Or there
            is no model, but None, vectors or a path. Or a name is gensim's or the textbook's.
        """
        for key in params:
            name, nested, inner = key.partition("__")
            if key in PARAMETERS and key in getattr(self, "_gensims", ()):
                raise ParameterError(f"{key} is gensim's name of a parameter: {PARAMETERS[key]}")
            if key in BOOKS_PARAMETERS and getattr(self, "_gensims", None) and not hasattr(self, key):
                raise ParameterError(f"{key} is the textbook's name of a parameter: {BOOKS_PARAMETERS[key]}")
            if not nested or not hasattr(self, name):
                continue
            value = params.get(name, getattr(self, name))
            if not hasattr(value, "set_params"):
                raise ParameterError(
                    f"{key}: {name} is {shown(value)} ({type(value).__name__}), which has no parameter {inner}; pass "
                    f"an unfitted model, as in {type(self).__name__}({name}=Word2Vec())"
                )
            if hasattr(value, "vectors_"):
                raise ParameterError(
                    f"{key}: {name} is a fitted model, whose vectors are used as they are, so {inner} would have no "
                    f"effect; to train with other parameters pass an unfitted model, as in "
                    f"{type(self).__name__}({name}=sklearn.base.clone(model))"
                )
        super().set_params(**params)  # type: ignore[misc]
        return self

    # ------------------------------------------------------------------ input

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()  # type: ignore[misc]
        tags.input_tags.two_d_array = False
        tags.input_tags.string = True
        tags.transformer_tags.preserves_dtype = []  # text comes in, float32 goes out
        tags.requires_fit = True
        tags.no_validation = True
        return tags

    def _remember_width(self, X: Any) -> None:  # noqa: N803
        """Remember the width of a two-dimensional array, a table of tokens, as scikit-learn's estimators do."""
        self.__dict__.pop("n_features_in_", None)
        if isinstance(X, np.ndarray) and X.ndim == 2:
            self.n_features_in_ = X.shape[1]

    def _check_width(self, X: Any) -> None:  # noqa: N803
        """Raise unless a table is as wide as the one given to `fit`."""
        expected = self.__dict__.get("n_features_in_")
        if expected is not None and isinstance(X, np.ndarray) and X.ndim == 2 and X.shape[1] != expected:
            raise ValueError(
                f"X has {X.shape[1]} features, but {type(self).__name__} is expecting {expected} features as input, "
                f"the width of the table passed to fit; pass rows of other lengths as a list: X.tolist()"
            )


def _shows_html() -> bool:
    from sklearn import get_config

    return bool(get_config()["display"] == "diagram")


class Named:
    """A stand-in for a value in a ``repr``."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text


def stand_in(name: str, value: Any) -> Any:
    """Return the value itself, or a description of its type and size.

    Examples
    --------
    >>> stand_in("window", 5), stand_in("frozen", ["the"] * 1000), stand_in("corpus", [["the", "cat"]])
    (5, <list, 1,000 items>, <list, 1 item>)
    """
    if isinstance(value, (str, bytes)) and len(value) > SHOWN_CHARACTERS:
        return Named(shown(value, SHOWN_CHARACTERS))
    if value is None or isinstance(value, (str, bytes, os.PathLike)):
        return value
    if hasattr(value, "get_params") and hasattr(value, "fit"):  # scikit-learn would show it with its whole corpus
        return Named(repr(value))
    size = length_of(value)
    is_large = name == "corpus" or hasattr(value, "shape") or (size is not None and size > SHOWN_ITEMS)
    if not is_large or type(value).__module__.startswith("fastw2v."):  # this package's own reprs are short
        return value
    items = "" if size is None else f", {counted(size, 'item')}"
    return Named(f"<{type(value).__name__}{items}>")
