"""Options that were given and have no effect beside others: the user hears of each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from fastw2v.cli.streams import say


def tell_of_no_effect(context: click.Context, reasons: Mapping[str, str]) -> None:
    """Say of options that were given, and have no effect here, why that is.

    Parameters
    ----------
    context : click.Context
    reasons : mapping of str to str
        By the names of options in Python.
    """
    for option in context.command.params:
        name = option.name or ""
        if name in reasons and _is_given(context, name):
            say(f"fastw2v: warning: {_as_written(option, context.params[name])} has no effect: {reasons[name]}")


def tell_of_idle_training(context: click.Context) -> None:
    """Say which of the options that train have no effect: of those that the library does not tell itself.

    It cannot know that a value was given which is the default.
    """
    given = context.params
    idle: dict[str, str] = {}
    if given.get("vocabulary") is not None:
        idle |= dict.fromkeys(("min_count", "max_vocab"), "the words are those of --vocab")
    if given["loss"] == "hs":
        why = "--loss hs draws no noise words"
        idle |= dict.fromkeys(_at_default(context, ("negative", "ns_exponent", "negative_sharing")), why)
    of_other = {"skipgram": ("cbow_mean", "cbow_gradient"), "cbow": ("slow_frequent",)}[given["architecture"]]
    idle |= dict.fromkeys(_at_default(context, of_other), f"--architecture is {given['architecture']}")
    tell_of_no_effect(context, idle)


def _at_default(context: click.Context, names: tuple[str, ...]) -> list[str]:
    """Return the options that have the values which they have by default."""
    options = {each.name: each for each in context.command.params}
    return [name for name in names if context.params[name] == options[name].get_default(context)]


def _is_given(context: click.Context, name: str) -> bool:
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def _as_written(option: click.Parameter, value: Any) -> str:
    flag = max(option.opts, key=len)
    if isinstance(option, click.Option) and option.is_flag:
        return flag if value or not option.secondary_opts else option.secondary_opts[0]
    return f"{flag} {value}"
