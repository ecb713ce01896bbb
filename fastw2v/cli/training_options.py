"""The options of ``fastw2v train`` that are training parameters: names, defaults and rules are those of the library."""

from __future__ import annotations

import typing
from collections.abc import Callable
from dataclasses import MISSING, fields
from typing import Any

import click

from fastw2v.cli.options import AnyCase, without_none
from fastw2v.parameters import RULES, Architecture, CbowGradient, Loss, NegativeSharing
from fastw2v.planning.training_parameters import TrainingParameters

# The purpose of each option of `train`; RULES states its allowed values.
_MEANINGS = {
    "vector_size": "dimensions of a word vector",
    "architecture": "predict the context from the word, or the word from its context",
    "window": "words on either side of the center",
    "shrink_windows": "near contexts count for more (yes), in windows drawn as word2vec does (draw), by 1 / distance",
    "loss": "negative sampling (ns), hierarchical softmax (hs), or both",
    "negative": "noise words for each positive pair",
    "ns_exponent": "noise words are drawn by count to this power",
    "negative_sharing": "share noise words within a tile of tokens, or draw them for each pair (slow)",
    "slow_frequent": "skip-gram: move frequent words' output rows less at each occurrence",
    "sample": "threshold for leaving out frequent words, a share of all tokens",
    "epochs": "passes over the corpus",
    "learning_rate": "initial learning rate; it falls linearly",
    "min_learning_rate": "final learning rate",
    "cbow_mean": "CBOW: average the context vectors, or sum them",
    "cbow_gradient": "CBOW: pass the gradient to each context word in full, or divided by the number of context words",
}
_CHOICES: dict[str, tuple[str, ...]] = {
    "architecture": typing.get_args(Architecture),
    "loss": typing.get_args(Loss),
    "negative_sharing": typing.get_args(NegativeSharing),
    "cbow_gradient": typing.get_args(CbowGradient),
}
_NO_LIMIT = f" to {2**62:,}"
_SHRINK_WINDOWS = {"yes": True, "no": False, "draw": "draw", "inverse": "inverse"}


def allowed(name: str) -> str:
    """Return what values an option may have."""
    return without_none(RULES[name].allowed).replace(_NO_LIMIT, "")


def _shrink_windows_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--shrink-windows",
        "shrink_windows",
        type=AnyCase(list(_SHRINK_WINDOWS)),
        callback=lambda context, option, value: _SHRINK_WINDOWS[value],
        default="yes",
        show_default=True,
        help=_MEANINGS["shrink_windows"],
    )(command)


def training_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command one option for each training parameter."""
    hints = typing.get_type_hints(TrainingParameters)
    for each in reversed(fields(TrainingParameters)):
        kinds = [kind for kind in (typing.get_args(hints[each.name]) or (hints[each.name],)) if kind is not type(None)]
        default = None if each.default is MISSING else each.default
        if each.name == "shrink_windows":  # neither a flag nor a name: either
            command = _shrink_windows_option(command)
            continue
        flag = "--" + each.name.replace("_", "-")
        if kinds[0] is bool:
            flag = f"{flag}/--no-{flag[2:]}"
        choices = _CHOICES.get(each.name)
        says_all = kinds[0] is bool or choices is not None
        command = click.option(
            flag,
            each.name,
            type=kinds[0] if choices is None else AnyCase(choices),
            default=default,
            show_default=default is not None,
            help=_MEANINGS[each.name] if says_all else f"{_MEANINGS[each.name]}: {allowed(each.name)}",
        )(command)
    return command
