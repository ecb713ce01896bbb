"""The record of training in a model file: written by every save, checked by every load."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from fastw2v.corpus.tokenizers import Tokenizer, as_entry, from_entry, is_of_file
from fastw2v.errors import FormatError, ParameterError
from fastw2v.parameters import check, is_plain, plain, shown
from fastw2v.planning.training_parameters import TRAINING_PARAMETERS
from fastw2v.training.seed import check_seed

# What a model file keeps of a model's parameters. The corpus, objects and functions cannot be kept.
KEPT_PARAMETERS = (
    *TRAINING_PARAMETERS,
    *("min_count", "max_vocab", "tokenizer", "frozen", "errors", "device", "n_jobs", "random_state", "verbose"),
    *("deterministic", "sync_words"),
)


def record(
    parameters: Mapping[str, Any],
    loss_history: Sequence[float],
    tokenizer: Tokenizer | None,
    seed: int | None,
    fitted: bool | None = None,
) -> dict[str, Any]:
    """Return the metadata of a model file; of a tokenizer that is a function it holds the name.

    ``fitted`` tells that a `fit` of an epoch or more made the model, as it did nearly all whose files do not say; None:
    this is the record of such a run.
    """
    kept = {name: _kept(value) for name, value in parameters.items() if name in KEPT_PARAMETERS and _can_be_kept(value)}
    of_run = {"loss_history": list(loss_history), "tokenizer": _kept(tokenizer), "seed": seed}
    of_run["fitted"] = bool(loss_history) if fitted is None else fitted
    return {"parameters": kept, **of_run}


def _can_be_kept(value: Any) -> bool:
    if isinstance(value, (list, tuple, set, frozenset)):  # frozen words
        return all(isinstance(word, (str, int)) for word in value)
    return callable(value) or is_plain(value)


def _kept(value: Any) -> Any:
    if callable(value):
        return as_entry(value)
    return list(value) if isinstance(value, (list, tuple, set, frozenset)) else plain(value)


def read_record(path: str | os.PathLike[str], metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Return the record in a file's metadata, checked: the file may come from anywhere.

    A tokenizer that is a function comes back as a `LostTokenizer`.

    Raises
    ------
    FormatError
        An entry is not what `record` writes.
    """
    found: dict[str, Any] = record({}, [], None, None)
    found |= {name: metadata[name] for name in found if metadata.get(name) is not None}
    found["tokenizer"] = from_entry(found["tokenizer"])
    fits = {
        "parameters": isinstance(found["parameters"], dict),
        "loss_history": isinstance(found["loss_history"], list)
        and all(isinstance(loss, (int, float)) for loss in found["loss_history"]),
        "tokenizer": is_of_file(found["tokenizer"]),
        "seed": found["seed"] is None or type(found["seed"]) is int,
        "fitted": isinstance(found["fitted"], bool),
    }
    for name, good in fits.items():
        if not good:
            raise FormatError(f"{os.fspath(path)}: its record of {name} is damaged: {shown(found[name])}")
    found["parameters"] = {name: value for name, value in found["parameters"].items() if name in KEPT_PARAMETERS}
    if "tokenizer" in found["parameters"]:
        found["parameters"]["tokenizer"] = from_entry(found["parameters"]["tokenizer"])
    for name, value in found["parameters"].items():
        try:
            _check(name, value)
        except ParameterError as error:
            raise FormatError(f"{os.fspath(path)}: its record of parameters is damaged: {error}") from None
    return found


def _check(name: str, value: Any) -> None:
    if name == "random_state":
        check_seed(value)
    elif name == "tokenizer":
        if not is_of_file(value):
            raise ParameterError(f"tokenizer={shown(value)}")
    elif name == "frozen":
        if value is not None and not (isinstance(value, list) and _can_be_kept(value)):
            raise ParameterError(f"frozen={shown(value)}")
    else:
        check(name, value)
