"""The record of training in a model file: written by every save, checked by every load."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from fastw2v.corpus.tokenizers import NAMES, Tokenizer
from fastw2v.errors import FormatError, ParameterError
from fastw2v.parameters import check, shown
from fastw2v.planning.training_parameters import TRAINING_PARAMETERS


def record(
    parameters: Mapping[str, Any], loss_history: Sequence[float], tokenizer: Tokenizer | None, seed: int | None
) -> dict[str, Any]:
    """Return the metadata of a model file; a callable tokenizer cannot be kept."""
    return {
        "parameters": dict(parameters),
        "loss_history": list(loss_history),
        "tokenizer": tokenizer if isinstance(tokenizer, str) else None,
        "seed": seed,
    }


def read_record(path: str | os.PathLike[str], metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Return the record in a file's metadata, checked: the file may come from anywhere.

    Raises
    ------
    FormatError
        An entry is not what `record` writes.
    """
    found: dict[str, Any] = record({}, [], None, None)
    found |= {name: metadata[name] for name in found if metadata.get(name) is not None}
    fits = {
        "parameters": isinstance(found["parameters"], dict),
        "loss_history": isinstance(found["loss_history"], list)
        and all(isinstance(loss, (int, float)) for loss in found["loss_history"]),
        "tokenizer": found["tokenizer"] is None or found["tokenizer"] in NAMES,
        "seed": found["seed"] is None or type(found["seed"]) is int,
    }
    for name, good in fits.items():
        if not good:
            raise FormatError(f"{os.fspath(path)}: its record of {name} is damaged: {shown(found[name])}")
    found["parameters"] = {name: value for name, value in found["parameters"].items() if name in TRAINING_PARAMETERS}
    for name, value in found["parameters"].items():
        try:
            check(name, value)
        except ParameterError as error:
            raise FormatError(f"{os.fspath(path)}: its record of parameters is damaged: {error}") from None
    return found
