"""Figures in words: durations, large numbers, bytes."""

from __future__ import annotations

import math

_LARGE = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))


def format_seconds(seconds: float) -> str:
    """Format a duration.

    Parameters
    ----------
    seconds : float

    Returns
    -------
    str
        "m:ss" or "h:mm:ss"; "-:--" if the time is unknown.

    Examples
    --------
    >>> format_seconds(75.4), format_seconds(3661), format_seconds(float("nan"))
    ('1:15', '1:01:01', '-:--')
    """
    if not math.isfinite(seconds) or seconds < 0:
        return "-:--"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def format_took(seconds: float) -> str:
    """Format how long something took: exactly, where it was short.

    Examples
    --------
    >>> format_took(0.123), format_took(12.34), format_took(75)
    ('0.12 s', '12.3 s', '1:15')
    """
    return format_seconds(seconds) if seconds >= 59.95 else f"{seconds:.{2 if seconds < 9.995 else 1}f} s"


def format_large(number: float) -> str:
    """Format a number in at most five characters, with three digits.

    Examples
    --------
    >>> [format_large(number) for number in (7, 999, 1_234, 12_345_678, 999_999)]
    ['7', '999', '1.23k', '12.3M', '1.00M']
    """
    for size, letter in _LARGE:
        if number >= 0.9995 * size:
            value = number / size
            return f"{value:.{2 if value < 9.995 else 1 if value < 99.95 else 0}f}{letter}"
    return f"{number:.0f}"


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """Return a number with what it counts.

    Parameters
    ----------
    number : int
    noun : str
        What follows a single one; a verb may be part of it.
    plural : str, optional
        By default the noun with an s.

    Examples
    --------
    >>> counted(1, "thread"), counted(1_234, "thread")
    ('1 thread', '1,234 threads')
    >>> counted(1, "row repeats", "rows repeat"), counted(2, "row repeats", "rows repeat")
    ('1 row repeats', '2 rows repeat')
    """
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def printable(text: str) -> str:
    r"""Return a text whose control characters are escapes: a word must not move the cursor.

    Examples
    --------
    >>> print(printable("a\x1b[2J b"))
    a\x1b[2J b
    """
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


def format_rate(number: float, unit: str) -> str:
    """Format a speed; "" if it is unknown.

    Examples
    --------
    >>> format_rate(1_234_567, "words"), format_rate(52_000_000, "bytes"), format_rate(float("nan"), "words")
    ('1.23M words/s', '52.0 MB/s', '')
    """
    if not math.isfinite(number) or number <= 0:
        return ""
    if unit != "bytes":
        return f"{format_large(number)} {unit}/s"
    text = format_large(number)
    return f"{text[:-1]} {text[-1]}B/s" if text[-1].isalpha() else f"{text} B/s"
