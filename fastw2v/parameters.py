"""The rule that each parameter must meet, and the one sentence that states it."""

from __future__ import annotations

import codecs
import math
import numbers
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args
from urllib.parse import unquote, urlsplit

from fastw2v.errors import ParameterError

MIN_RATE_SHARE = 1e-4  # of the learning rate

# Parameters that choose among names: what type checkers and editors offer is what the rules below allow.
Architecture = Literal["skipgram", "cbow"]
CbowGradient = Literal["sum", "mean"]
Loss = Literal["ns", "hs", "both"]
NegativeSharing = Literal["tile", "pair"]
ShrinkWindows = bool | Literal["draw", "inverse"]
Device = Literal["auto", "cpu", "cuda", "numpy"]
Errors = Literal["strict", "replace", "ignore"]
Weighting = Literal["mean", "tfidf", "sif", "usif"]


@dataclass(frozen=True)
class Rule:
    """A test of a value, and the sentence that states it."""

    allowed: str
    test: Callable[[Any], bool]


def is_whole(value: Any) -> bool:
    """Return whether it is a whole number, NumPy's among them, and no truth value."""
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
    return Rule(f"a whole number from {low:,} to {high:,}", lambda v: is_whole(v) and low <= v <= high)


def _or_none(rule: Rule, meaning: str) -> Rule:
    return Rule(f"{rule.allowed}, or None ({meaning})", lambda v: v is None or rule.test(v))


def _choice(*names: str) -> Rule:
    return Rule("one of " + ", ".join(map(repr, names)), lambda v: isinstance(v, str) and v in names)


_BOOL = Rule("True or False", _is_bool)
_RATE = Rule("a number above 0 and up to 1,000", lambda v: _is_real(v) and 0 < v <= 1e3)

RULES: dict[str, Rule] = {
    "vector_size": _integer(1, 65_536),
    "window": _integer(1, 2**62),
    "min_count": _integer(0, 2**62),
    "new_words": _BOOL,
    "n": _integer(1, 2**31 - 1),
    "max_vocab": _or_none(_integer(2, 2**31 - 1), "no limit"),
    "architecture": _choice(*get_args(Architecture)),
    "loss": _choice(*get_args(Loss)),
    "negative": _integer(1, 1_000),
    "ns_exponent": Rule("a finite number from -10 to 10", lambda v: _is_real(v) and -10 <= v <= 10),
    "slow_frequent": _BOOL,
    "sample": Rule("a number from 0 (keep every token) to 1", lambda v: _is_real(v) and 0 <= v <= 1),
    "epochs": _integer(1, 1_000_000),
    "learning_rate": _or_none(
        _RATE, "0.05; 0.075 for CBOW of up to three epochs and skip-gram with loss='hs', 0.0375 without slow_frequent"
    ),
    "min_learning_rate": _or_none(
        Rule("a number from 0 to the learning rate", lambda v: _is_real(v) and 0 <= v <= 1e3),
        f"{MIN_RATE_SHARE:g} of the learning rate",
    ),
    "cbow_mean": _BOOL,
    "cbow_gradient": _choice(*get_args(CbowGradient)),
    "shrink_windows": Rule(
        "True, False, 'draw' or 'inverse'", lambda v: _is_bool(v) or (isinstance(v, str) and v in ("draw", "inverse"))
    ),
    "negative_sharing": _choice(*get_args(NegativeSharing)),
    "device": _choice(*get_args(Device)),
    "n_jobs": Rule(
        "a whole number from 1 to 4,096, or -1 or None (every usable CPU)",
        lambda v: v is None or (is_whole(v) and (v == -1 or 1 <= v <= 4096)),
    ),
    "deterministic": _or_none(_integer(1, 64), "as fast as the threads go"),
    "sync_words": _or_none(_integer(5_000, 2**40), "0.25 % of the run for all ranks, up to 0.5 % in a short one"),
    "every": _or_none(
        Rule(
            "a number of seconds above 0",
            lambda v: (_is_real(v) and v > 0) or (isinstance(v, float) and v == math.inf),
        ),
        "600",
    ),
    "verbose": Rule("a whole number from 0 to 10, or True or False", lambda v: _is_bool(v) or _integer(0, 10).test(v)),
    "errors": _choice(*get_args(Errors)),
    "spool": Rule(
        "None or False (ids in memory), True (the system's folder for large temporary files) or the path of a folder",
        lambda v: v is None or _is_bool(v) or _is_path(v),
    ),
    "checkpoint": Rule("the path of a file, or None", _is_path),
    "weighting": _choice(*get_args(Weighting)),
    "n_components_removed": _integer(0, 65_535),
    "normalize": _or_none(_choice("l2"), "leave lengths as they are"),
}


def check(name: str, value: Any) -> None:
    """Raise unless ``value`` is allowed for the parameter ``name``.

    Raises
    ------
    ParameterError
        The value is not allowed; the message names the parameter, the value and the rule.

    Examples
    --------
    >>> from fastw2v.parameters import check
    >>> check("window", 5)
    >>> check("window", 0)
    Traceback (most recent call last):
    ...
    fastw2v.errors.ParameterError: window=0: it must be a whole number from 1 to 4,611,686,018,427,387,904
    """
    rule = RULES[name]
    if not rule.test(value):
        raise ParameterError(f"{name}={shown(value)}: it must be {rule.allowed}")


def shown(value: Any, length: int = 60) -> str:
    """Return the value's ``repr`` for a message, cut to `length` characters.

    Examples
    --------
    >>> shown("short"), shown("w" * 99, 10)
    ("'short'", "'wwwwww...")
    """
    try:
        # Of a long string only its beginning is escaped: a message must not take as much memory as the text.
        text = repr(value[:length] if isinstance(value, (str, bytes)) and len(value) > length else value)
    except ValueError:  # Python does not write whole numbers of more than 4,300 digits
        if not isinstance(value, int):
            return f"<{type(value).__name__} that contains a very large number>"
        return f"<a whole number of {value.bit_length():,} bits>"
    if "\n" in text:  # a table, an array
        text = " ".join(text.split())
    return text if len(text) <= length else text[: length - 3] + "..."


def is_plain(value: Any) -> bool:
    """Return whether it is None, a string, a number or a truth value, NumPy's among them, which `plain` takes."""
    return value is None or isinstance(value, (str, numbers.Real)) or _is_bool(value)


def plain(value: Any) -> Any:
    """Turn NumPy scalars into Python's, so that files and messages show plain numbers."""
    if value is None or isinstance(value, str):
        return value
    if _is_bool(value):
        return bool(value)
    return int(value) if is_whole(value) else float(value)


def whole_number(name: str, value: Any, least: int) -> int:
    """Return `value` as an int; raise ParameterError, naming the parameter, unless it is one of at least `least`."""
    if not is_whole(value) or value < least:
        raise ParameterError(f"{name} must be a whole number of at least {least}; got {value!r}")
    return int(value)


def search_limit(rows: int, restrict_vocab: int | None) -> int:
    """Return how many rows to search.

    Parameters
    ----------
    rows : int
        Rows available.
    restrict_vocab : int or None
        An upper limit; None: all.

    Returns
    -------
    int
    """
    return rows if restrict_vocab is None else min(rows, whole_number("restrict_vocab", restrict_vocab, 1))


def encoding_name(given: Any) -> str:
    """Return the usual name of an encoding; raise ParameterError if there is none of this name."""
    try:
        name = codecs.lookup(given).name
        "".encode(name)  # not with codecs of bytes, such as hex
    except (LookupError, TypeError, ValueError):
        raise ParameterError(f"encoding={shown(given)}: there is no encoding of this name") from None
    return name


# ---- paths -----------------------------------------------------------------------------------------------------------

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)


def as_path(call: str, given: Any, *, to_read: bool = True, order: str = "") -> Path:
    """Return a path; '~' is the user's folder, as in corpora.

    Parameters
    ----------
    call : str
        The function or argument that takes it, which messages name.
    given : str or path
    to_read : bool, default True
        Whether the file is read, not written.
    order : str, optional
        What messages say of the order of the arguments.

    Raises
    ------
    ParameterError
        For an address, the content of a file, an open file, or anything else; the message says what to pass.
    """
    name = os.fspath(given) if isinstance(given, os.PathLike) else given
    if not isinstance(name, str):
        raise ParameterError(f"{call} takes the path of a file{order}; got {_described(given)}")
    if not name:
        raise ParameterError(f"{call}: the path is empty: give the name of a file")
    if "\0" in name:
        raise ParameterError(f"{call}: the path {name!r:.60} holds a NUL, which no file name can")
    if isinstance(given, str) and "\n" in name.strip("\n"):
        raise ParameterError(
            f"{call}: a string is the path of a file; got text, {name[:40]!r}: write it to a file first"
        )
    if is_address(name):
        raise ParameterError(f"{call}: {name} is an address: {instead_of_address(name, to_read)}")
    return Path(name if os.path.exists(name) else os.path.expanduser(name))


def _described(given: Any) -> str:
    """Describe what is no path, and say what to do with an open file."""
    kind = type(given).__name__
    if isinstance(given, bytes):
        return f"bytes {given!r:.60}: give a str, as in os.fsdecode(path)"
    if hasattr(given, "read"):
        name = getattr(given, "name", None)
        remedy = f"give its name, {name!r}" if isinstance(name, str) else "write what it holds to a file first"
        return f"{kind}, an open file: {remedy}"
    return f"{kind} {given!r:.60}"


def is_address(name: str) -> bool:
    """Return whether a name is an address, such as one of a web page, and no path."""
    return _ADDRESS.match(name) is not None


def instead_of_address(name: str, to_read: bool = True) -> str:
    """Say what to give in place of an address."""
    parts = urlsplit(name)
    if parts.scheme.lower() == "file":
        return f"give the path, {unquote(parts.path)!r}"
    if to_read:
        return "download the file first and give its path"
    return "give the path of a file here, and upload that"
