"""Classes derived from `Word2Vec`: a file keeps the parameters that they add, and `load` makes objects of them."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from numbers import Real
from typing import Any, TypeVar

from fastw2v.errors import warn_user
from fastw2v.parameters import plain

Model = TypeVar("Model")


def own_parameters(model: Any, base: type) -> dict[str, Any]:
    """Return the parameters that a model's class has besides those of ``base``; warn of values that no file keeps."""
    names = inspect.signature(type(model)).parameters.keys() - inspect.signature(base).parameters.keys()
    values = {name: getattr(model, name) for name in sorted(names) if hasattr(model, name)}
    kept = {name: plain(value) for name, value in values.items() if value is None or isinstance(value, (str, Real))}
    if lost := sorted(values.keys() - kept.keys()):
        warn_user(
            f"save leaves out {', '.join(lost)} of {type(model).__name__}: of parameters that a class of your own adds "
            "a file keeps None, numbers and strings; set others again after load"
        )
    return kept


def made_with(kind: type[Model], parameters: Mapping[str, Any], own: object) -> Model:
    """Return an object of a class with the parameters of a file; what its constructor does not take is set afterwards.

    Parameters
    ----------
    kind : type
    parameters : mapping
        Those of `Word2Vec`.
    own : object
        What the file says of those that the class adds.
    """
    takes = inspect.signature(kind).parameters
    everything = any(each.kind is inspect.Parameter.VAR_KEYWORD for each in takes.values())
    added = {name: value for name, value in own.items() if name in takes} if isinstance(own, dict) else {}
    given = {name: value for name, value in parameters.items() if everything or name in takes} | added
    model = kind(**given)
    for name in parameters.keys() - given.keys():
        setattr(model, name, parameters[name])
    return model
