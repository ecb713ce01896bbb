"""What stands in a picture for a word: its text, of one line and of bounded length."""

from __future__ import annotations

import re
from typing import Any

from fastw2v.progress.figures import printable

_LONGEST = 40
# What Python calls unprintable and is spelling all the same: signs of Arabic and of Kaithi that enclose a number, the
# joiners of Persian, of Indic scripts and of emoji behind another character, and the flags of parts of a country.
_SPELLING = re.compile(
    "[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd]"
    r"|(?<=[^\s\u200c\u200d])[\u200c\u200d]"
    "|(?<=\U0001f3f4)[\U000e0020-\U000e007e]+\U000e007f"
)
_HYPHEN = re.compile(r"(?<=.)\xad")  # soft, shown only where a line ends, and a label has no end of a line


def label_of(word: Any) -> str:
    r"""Return the text that a picture shows for a word.

    Parameters
    ----------
    word : hashable
        Other words than strings are shown as `str` shows them.

    Returns
    -------
    str
        On one line. What hides or reorders text appears as an escape, joiners within a word stay, and soft hyphens are
        left out. Beyond 40 characters it ends in an ellipsis.

    Examples
    --------
    >>> label_of("king"), label_of(7), label_of("two\nlines")
    ('king', '7', 'two\\nlines')
    """
    text = _HYPHEN.sub("", str(word))
    text = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}\N{HORIZONTAL ELLIPSIS}"
    kept = _SPELLING.findall(text)
    between = map(printable, _SPELLING.split(text))
    return "".join(part + spelt for part, spelt in zip(between, [*kept, ""], strict=True))
