"""The parameters of training: names, defaults, and the one rule that each must meet."""

from __future__ import annotations

import math
import numbers
import os
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any

from fastw2v.errors import ParameterError

DEFAULT_RATE = {"skipgram": 0.025, "cbow": 0.05}
MIN_RATE_SHARE = 1e-4  # of the learning rate


@dataclass(frozen=True)
class Rule:
    """What a parameter may be: a test, and the sentence that says it."""

    allowed: str
    test: Callable[[Any], bool]


def _is_int(value: Any) -> bool:
    return isinstance(value, numbers.Integral) and not _is_bool(value)


def _is_bool(value: Any) -> bool:
    return isinstance(value, bool) or type(value).__name__ in {"bool_", "bool"}


def _is_real(value: Any) -> bool:
    try:
        return isinstance(value, numbers.Real) and not _is_bool(value) and math.isfinite(value)
    except OverflowError:  # a whole number that no float can hold
        return False


def _is_path(value: Any) -> bool:
    path = os.fspath(value) if isinstance(value, (str, os.PathLike)) else None
    return isinstance(path, str) and path != "" and "\0" not in path


def _integer(low: int, high: int) -> Rule:
    return Rule(f"a whole number from {low:,} to {high:,}", lambda v: _is_int(v) and low <= v <= high)


def _or_none(rule: Rule, meaning: str) -> Rule:
    return Rule(f"{rule.allowed}, or None ({meaning})", lambda v: v is None or rule.test(v))


def _choice(*names: str) -> Rule:
    return Rule("one of " + ", ".join(map(repr, names)), lambda v: isinstance(v, str) and v in names)


_BOOL = Rule("True or False", _is_bool)
_RATE = Rule("a number above 0 and up to 1,000", lambda v: _is_real(v) and 0 < v <= 1e3)

RULES: dict[str, Rule] = {
    "vector_size": _integer(1, 65_536),
    "window": _integer(1, 10_000),
    "min_count": _integer(0, 2**62),
    "max_vocab": _or_none(_integer(2, 2**31 - 1), "no limit"),
    "architecture": _choice("skipgram", "cbow"),
    "negative": _integer(1, 1_000),
    "ns_exponent": Rule("a finite number from -10 to 10", lambda v: _is_real(v) and -10 <= v <= 10),
    "sample": Rule("a number from 0 (keep every token) to 1", lambda v: _is_real(v) and 0 <= v <= 1),
    "epochs": _integer(1, 1_000_000),
    "learning_rate": _or_none(_RATE, "0.025 for skip-gram, 0.05 for CBOW"),
    "min_learning_rate": _or_none(
        Rule("a number from 0 to the learning rate", lambda v: _is_real(v) and 0 <= v <= 1e3),
        f"{MIN_RATE_SHARE:g} of the learning rate",
    ),
    "cbow_mean": _BOOL,
    "cbow_gradient": _choice("sum", "mean"),
    "shrink_windows": _BOOL,
    "negative_sharing": _choice("tile", "pair"),
    "device": _choice("auto", "cpu", "cuda", "numpy"),
    "n_jobs": Rule(
        "a whole number from 1 to 4,096, or -1 or None (every usable CPU)",
        lambda v: v is None or (_is_int(v) and (v == -1 or 1 <= v <= 4096)),
    ),
    "every": _or_none(
        Rule(
            "a number of seconds above 0",
            lambda v: (_is_real(v) and v > 0) or (isinstance(v, float) and v == math.inf),
        ),
        "600",
    ),
    "verbose": Rule("a whole number from 0 to 10, or True or False", lambda v: _is_bool(v) or _integer(0, 10).test(v)),
    "errors": _choice("strict", "replace", "ignore"),
    "spool": Rule(
        "None or False (ids in memory), True (the system's folder for large temporary files) or the path of a folder",
        lambda v: v is None or _is_bool(v) or _is_path(v),
    ),
    "weighting": _choice("mean", "tfidf", "sif", "usif"),
    "n_components_removed": _integer(0, 65_535),
    "normalize": _or_none(_choice("l2"), "leave lengths as they are"),
}


def check(name: str, value: Any) -> None:
    """Raise unless ``value`` is one that the parameter ``name`` may have.

    Raises
    ------
    ParameterError
        Naming the parameter, what was given and what is allowed.

    Examples
    --------
    >>> from fastw2v.parameters import check
    >>> check("window", 5)
    >>> check("window", 0)
    Traceback (most recent call last):
    ...
    fastw2v.errors.ParameterError: window=0: it must be a whole number from 1 to 10,000
    """
    rule = RULES[name]
    if not rule.test(value):
        raise ParameterError(f"{name}={shown(value)}: it must be {rule.allowed}")


def shown(value: Any) -> str:
    """The value's ``repr`` for a message, cut at 60 characters."""
    try:
        text = repr(value)
    except ValueError:  # Python writes no whole number of more than 4,300 digits
        return f"<a whole number of {value.bit_length():,} bits>"
    return text if len(text) <= 60 else text[:57] + "..."


@dataclass(frozen=True)
class Params:
    """What to train and how: word2vec's own quantities under the names people know.

    Parameters
    ----------
    vector_size : int, default 100
        D, the dimensions of a word vector.
    architecture : {"skipgram", "cbow"}, default "skipgram"
    window : int, default 5
        Words on either side of the center, W.
    shrink_windows : bool, default True
        Draw each token's window uniformly from 1..W, as word2vec does; else always W.
    negative : int, default 5
        Noise words for each positive pair, K.
    ns_exponent : float, default 0.75
        Noise words are drawn in proportion to ``count ** ns_exponent``.
    negative_sharing : {"tile", "pair"}, default "tile"
        Let the tokens of a tile share noise words, weighted so that the expected gradient is that of K for each pair;
        or draw K for each pair as word2vec.c does (slow).
    sample : float, default 1e-3
        Threshold of subsampling, a share of all tokens; 0 keeps every token.
    epochs : int, default 5
    learning_rate : float, optional
        At the start; None is 0.025 for skip-gram and 0.05 for CBOW. It falls in a straight line to
    min_learning_rate : float, optional
        at the end; None is 1e-4 of ``learning_rate``.
    cbow_mean : bool, default True
        The hidden row of CBOW is the mean of the context rows; else their sum.
    cbow_gradient : {"sum", "mean"}, default "sum"
        Pass the hidden row's gradient to each context word whole, or divided by their number.

    Examples
    --------
    >>> from fastw2v.parameters import Params
    >>> Params(architecture="cbow").checked().resolved_learning_rate
    0.05
    """

    vector_size: int = 100
    architecture: str = "skipgram"
    window: int = 5
    shrink_windows: bool = True
    negative: int = 5
    ns_exponent: float = 0.75
    negative_sharing: str = "tile"
    sample: float = 1e-3
    epochs: int = 5
    learning_rate: float | None = field(default=None)
    min_learning_rate: float | None = field(default=None)
    cbow_mean: bool = True
    cbow_gradient: str = "sum"

    def checked(self) -> Params:
        """These parameters, in plain Python numbers, or a ParameterError."""
        for each in fields(self):
            check(each.name, getattr(self, each.name))
        if self.min_learning_rate is not None and self.min_learning_rate > self.resolved_learning_rate:
            raise ParameterError(
                f"min_learning_rate={self.min_learning_rate!r}: it must be {RULES['min_learning_rate'].allowed}, "
                f"which is {self.resolved_learning_rate!r}"
            )
        return Params(**{each.name: _plain(getattr(self, each.name)) for each in fields(self)})

    @property
    def resolved_learning_rate(self) -> float:
        """The learning rate at the start, None resolved."""
        return DEFAULT_RATE[self.architecture] if self.learning_rate is None else float(self.learning_rate)

    @property
    def resolved_min_learning_rate(self) -> float:
        """The learning rate at the end, None resolved."""
        if self.min_learning_rate is None:
            return MIN_RATE_SHARE * self.resolved_learning_rate
        return float(self.min_learning_rate)


def _plain(value: Any) -> Any:
    """NumPy's scalars as Python's, so that files and messages show numbers as people write them."""
    if value is None or isinstance(value, str):
        return value
    if _is_bool(value):
        return bool(value)
    return int(value) if _is_int(value) else float(value)
