"""Classes derived from `Word2Vec`: a file keeps the parameters that they add, and `load` makes objects of them."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any, TypeVar

from fastw2v.errors import warn_user
from fastw2v.parameters import is_plain, plain

Model = TypeVar("Model")


def own_parameters(model: Any, base: type) -> dict[str, Any]:
    """Return the parameters that a model's class has besides those of ``base``; warn of values that no file keeps."""
    values = {name: getattr(model, name) for name in sorted(_added(type(model), base)) if hasattr(model, name)}
    kept = {name: plain(value) for name, value in values.items() if is_plain(value)}
    if lost := sorted(values.keys() - kept.keys()):
        warn_user(
            f"save leaves out {', '.join(lost)} of {type(model).__name__}: of parameters that a class of your own adds "
            "a file keeps None, numbers and strings; set others again after load"
        )
    return kept


def made_with(kind: type[Model], base: type, parameters: Mapping[str, Any], own: object) -> Model:
    """Return an object of a class with the parameters of a file.

    The class's own constructor, which may take anything, is not called: what it adds is what the file says, or else its
    default.

    Parameters
    ----------
    kind, base : type
    parameters : mapping
        Those of ``base``.
    own : object
        What the file says of those that the class adds.
    """
    model = kind.__new__(kind)
    base.__init__(model, **parameters)  # type: ignore[misc]
    kept = own if isinstance(own, dict) else {}
    for name, parameter in _added(kind, base).items():
        if name in kept:
            setattr(model, name, kept[name])
        elif parameter.default is not inspect.Parameter.empty:
            setattr(model, name, parameter.default)
    return model


def _added(kind: type, base: type) -> dict[str, inspect.Parameter]:
    """Return the parameters of a class's constructor that its base does not have."""
    known, given = inspect.signature(base).parameters, inspect.signature(kind).parameters
    variable = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
    return {name: each for name, each in given.items() if name not in known and each.kind not in variable}
