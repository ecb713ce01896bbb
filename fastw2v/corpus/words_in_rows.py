"""Whether lines are words with their tags, one word per line, as in CoNLL-U and vertical files."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

_LEAST_ROWS = 5
_NEARLY_ALL = 0.9
_BETWEEN_ROWS = re.compile(r"# |</?\w+[^\t]*>\s*$")
_LEAST_COLUMNS = 3  # the word, and two that tell of it
_COLUMNS_OF_CONLL = 8
_DIGITS = 9  # of the number of a word
_LEAST_TAGS = 3
_WORDS_OF_TAG = 1.5  # different ones
_OWN_LEMMAS = 0.4
# NOUN, PRP$, VER:pres and -LRB-, and the signs that are the tags of signs.
_TAG = re.compile(r"[A-Z][A-Z0-9$]{0,9}([:+.|_-]\w+)*|-[A-Z]{3}-|[^\w\s]{1,5}")
_STOPS = frozenset(".,;:!?\N{IDEOGRAPHIC FULL STOP}\N{IDEOGRAPHIC COMMA}\N{DEVANAGARI DANDA}")


def are_words_in_rows(lines: Sequence[str]) -> bool:
    """Return whether lines are words with their tags, between tabs, and not rows of names, as of a graph.

    Something ends their sentences: blank lines, comments, tags such as <s>, or a full stop in a row of its own. And
    they have what text has: tags that recur, with lemmas or punctuation, or numbers that begin again.
    """
    ends = [number for number, line in enumerate(lines) if not line.strip() or _BETWEEN_ROWS.match(line)]
    between = set(ends)
    rows = {number: line.rstrip("\r\n").split("\t") for number, line in enumerate(lines) if number not in between}
    if len(rows) < _LEAST_ROWS:
        return False
    [(width, alike)] = Counter(map(len, rows.values())).most_common(1)
    if width < _LEAST_COLUMNS or alike <= _NEARLY_ALL * len(rows):
        return False
    columns = list(zip(*(row for row in rows.values() if len(row) == width), strict=True))
    inside = any(min(rows) < number < max(rows) for number in ends)
    # 1-2 and 1.1 stand between the numbers of words.
    numbers = [int(cell) for cell in columns[0] if cell.isdecimal() and len(cell) < _DIGITS]
    steps = list(pairwise(numbers))
    numbered = 2 * len(numbers) > alike and sum(b in (a + 1, 1) for a, b in steps) > _NEARLY_ALL * len(steps)
    if numbered and inside and width >= _COLUMNS_OF_CONLL and any(number == 1 for number in numbers[1:]):
        empty = sum("_" in row for row in zip(*columns, strict=True))
        if 2 * empty > alike:
            return True
    forms, *others = columns[numbered:]
    return (inside or not _STOPS.isdisjoint(forms)) and any(
        _are_tags(tags, forms)
        and (_tell_punctuation(tags, forms) or any(_are_lemmas(each, forms) for each in others if each is not tags))
        for tags in others
    )


def _are_tags(tags: Sequence[str], forms: Sequence[str]) -> bool:
    """Return whether a column holds a few tags in capitals that recur, and the column of words many words."""
    counts = Counter(tags)
    return (
        _LEAST_TAGS <= len(counts) <= len(set(forms)) / _WORDS_OF_TAG
        and sum(_TAG.fullmatch(tag) is not None for tag in tags) > _NEARLY_ALL * len(tags)
        and 2 * sum(tag[:1].isalpha() for tag in tags) > len(tags)
        and 2 * sum(count for count in counts.values() if count > 1) > len(tags)
        and 2 * sum(_TAG.fullmatch(form) is not None for form in forms) < len(forms)
        and sum(len(form.split()) != 1 for form in forms) < (1 - _NEARLY_ALL) * len(forms)
    )


def _tell_punctuation(tags: Sequence[str], forms: Sequence[str]) -> bool:
    """Return whether punctuation has rows of its own, and tags that no word has."""
    pairs = list(zip(tags, forms, strict=True))
    signs = {tag for tag, form in pairs if not any(map(str.isalnum, form))}
    words = [tag for tag, form in pairs if any(map(str.isalnum, form))]
    return bool(signs) and sum(tag in signs for tag in words) <= (1 - _NEARLY_ALL) * len(words)


def _are_lemmas(column: Sequence[str], forms: Sequence[str]) -> bool:
    """Return whether many cells of a column are the words themselves, as their lemmas are."""
    same = sum(cell.casefold() == form.casefold() for cell, form in zip(column, forms, strict=True))
    return same > _OWN_LEMMAS * len(forms)
