"""In which form words that are spelled otherwise would be the same: case, white space, composition, type."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Container, Hashable, Iterable, Sequence
from typing import NamedTuple

_LONGEST_NUMBER = 20  # digits
Spelling = Callable[[Hashable], Hashable]
MISSPELT = 0.1  # of words: if more are unknown, and would be known in another form, they are told of


def as_text(word: object) -> str:
    """Return a word as a string: "1" for 1, and the text of bytes."""
    return word.decode("utf-8", "replace") if isinstance(word, bytes) else str(word)


def _of_text(change: Callable[[str], str]) -> Spelling:
    return lambda word: change(word) if isinstance(word, str) else word


def _bare(word: str) -> str:
    return unicodedata.normalize("NFC", word.strip().lower())


# From the least change to the largest: of forms that do as much, the first is named.
FORMS: tuple[tuple[str, Spelling], ...] = (
    ("stripped of white space", _of_text(str.strip)),
    ("composed (NFC)", _of_text(lambda word: unicodedata.normalize("NFC", word))),
    ("in lower case", _of_text(str.lower)),
    ("stripped, composed (NFC) and in lower case", _of_text(_bare)),
    ("as strings", as_text),
)


def other_form(word: Hashable, known: Container[Hashable]) -> Hashable | None:
    """Return the word in another case or composition, stripped of white space, as a string or number, if known.

    Examples
    --------
    >>> other_form("Wine", {"wine": 0}), other_form(7, ["7"]), other_form("7", [7]), other_form("tin", ["wine"])
    ('wine', '7', 7, None)
    """
    text = as_text(word)
    forms: tuple[Hashable, ...] = (text, text.strip(), text.lower(), text.capitalize(), text.upper())
    if text.isdecimal() and len(text) < _LONGEST_NUMBER:
        forms += (int(text),)
    if not text.isascii():
        forms += (unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text))
    return next((form for form in forms if form != word and form in known), None)


class Form(NamedTuple):
    """A form of words, and the share of those asked for that would be known in it."""

    what: str
    share: float


def best_form(words: Sequence[Hashable], known: Iterable[Hashable], counts: Sequence[int] | None = None) -> Form | None:
    """Return the form in which most words would be known; None if there is none in which any would be.

    Parameters
    ----------
    words : sequence of words
    known : iterable of words
    counts : sequence of int, optional
        How often each of `words` counts; by default once.

    Examples
    --------
    >>> best_form(["Red", "WINE", "tin"], ["red", "wine", "rose"])
    Form(what='in lower case', share=0.6666666666666666)
    """
    known = list(known)
    counts = [1] * len(words) if counts is None else counts
    total = sum(counts)
    best, most = None, 0
    for what, spell in FORMS:
        spelled = set(map(spell, known))
        found = sum(count for word, count in zip(words, counts, strict=True) if spell(word) in spelled)
        if found > most:
            best, most = Form(what, found / total), found
    return best
