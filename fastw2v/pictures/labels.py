"""What stands in a picture for a word: its text, of one line and of bounded length."""

from __future__ import annotations

from typing import Any

from fastw2v.progress.figures import printable

_LONGEST = 40


def label_of(word: Any) -> str:
    r"""Return the text that a picture shows for a word.

    Parameters
    ----------
    word : hashable
        Other words than strings are shown as `str` shows them.

    Returns
    -------
    str
        On one line: what cannot be printed appears as an escape. Beyond 40 characters it ends in an ellipsis.

    Examples
    --------
    >>> label_of("king"), label_of(7), label_of("two\nlines")
    ('king', '7', 'two\\nlines')
    """
    text = str(word)
    text = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}\N{HORIZONTAL ELLIPSIS}"
    return printable(text)
