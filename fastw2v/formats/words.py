"""Words as bytes, for the native format and for the word2vec formats."""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence

from fastw2v.corpus.vocabulary import kind_in_files
from fastw2v.errors import FormatError
from fastw2v.formats._rows import parse_float
from fastw2v.formats.reader import MAX_WORD_BYTES
from fastw2v.parameters import shown

_ASCII_SPACE = re.compile(rb"[ \t\n\r\v\f]")
_INTEGER = re.compile(r"0|-?[1-9][0-9]*")
_LINE_OR_TAB = re.compile(rb"[\t\n\r\v\f]")


def encode_words(words: Sequence[Hashable]) -> tuple[list[bytes], str]:
    """Encode words for the native format.

    Parameters
    ----------
    words : sequence of str, or of int

    Returns
    -------
    encoded : list of bytes
        UTF-8; whole numbers in decimals.
    kind : {"str", "int"}

    Raises
    ------
    FormatError
        For other words, for strings and numbers mixed, and for a word over 64 KiB or with a lone surrogate.
    """
    kind = kind_in_files(words[0]) if len(words) else "str"
    row = next((row for row, word in enumerate(words) if kind is None or kind_in_files(word) != kind), None)
    if row is not None:
        raise FormatError(
            f"word {row} is {shown(words[row])} ({type(words[row]).__name__}): a file holds words that are all str, or "
            "all int; make new words of the keys first, as in "
            "WordVectors(wv.vectors, [str(key) for key in wv.index_to_key], wv.counts)"
        )
    if kind == "int":
        return [b"%d" % word for word in words], "int"  # type: ignore[str-format]
    return [_encode(row, str(word)) for row, word in enumerate(words)], "str"


def decode_integers(words: list[str]) -> list[int]:
    """Decode whole numbers written by `encode_words`; raise ValueError for anything else."""
    try:
        numbers = list(map(int, words))
    except ValueError:
        numbers = []
    if list(map(str, numbers)) != words:  # int() takes spaces, underscores and other digits, too
        word = next((word for word in words if not _INTEGER.fullmatch(word)), words[0])
        raise ValueError(f"{word[:40]!r} is not a decimal whole number")
    return numbers


def plain_words(words: Sequence[Hashable], spaced: bool = False) -> list[bytes]:
    """Encode words for the word2vec formats, which separate word and numbers by white space.

    Parameters
    ----------
    words : sequence of str
    spaced : bool, default False
        Accept spaces between the parts of a word, whose last part is not a number: readers that take the numbers from
        the end of a line, as those of this package and of GloVe do, find such words.

    Returns
    -------
    list of bytes

    Raises
    ------
    FormatError
        For a word that would make the file unreadable: empty, or with ASCII white space in it.
    """
    encoded: list[bytes] = []
    for row, word in enumerate(words):
        if not isinstance(word, str):
            raise FormatError(
                f"word {row} is {shown(word)} ({type(word).__name__}): the word2vec formats hold strings only; the "
                "native format (.safetensors) also holds whole numbers"
            )
        raw = _encode(row, word)
        if not raw or (_ASCII_SPACE.search(raw) and not (spaced and _is_readable(raw))):
            what, remedy = "contains white space", "replace the white space first, by '_' for example"
            if not raw:
                what, remedy = "is empty", "leave the word out"
            raise FormatError(
                f"word {row}, {word[:40]!r}, {what}, which would make a word2vec file unreadable; use the native "
                f"format (.safetensors), or {remedy}"
            )
        encoded.append(raw)
    return encoded


def _is_readable(raw: bytes) -> bool:
    """Return whether a word with spaces can be told from the numbers behind it."""
    parts = raw.split(b" ")
    return bool(parts[0] and parts[-1]) and not _LINE_OR_TAB.search(raw) and parse_float(parts[-1]) is None


def _encode(row: int, word: str) -> bytes:
    try:
        raw = word.encode("utf-8")
    except UnicodeEncodeError as error:
        raise FormatError(f"word {row}, {word[:40]!r}, cannot be written as UTF-8 ({error.reason})") from error
    if len(raw) > MAX_WORD_BYTES:
        raise FormatError(
            f"word {row}, {word[:40]!r}..., has {len(raw):,} bytes; files hold words of up to {MAX_WORD_BYTES:,}: "
            "leave it out of the text, or of the vocabulary by a higher min_count"
        )
    return raw
