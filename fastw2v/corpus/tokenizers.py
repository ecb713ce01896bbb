"""From a document to its tokens: the named tokenizers, and what may stand in their place."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from functools import cache

from fastw2v.errors import CorpusTypeError, ParameterError

Tokenizer = str | Callable[[str], Iterable[Hashable]]

NAMES = ("whitespace", "words", "tokens")
_WHITESPACE_WORD = re.compile(r"[^ \t\n\v\f\r]+")
# What str.split takes for white space beyond ASCII's own; strings without it can be split twice as fast.
_OTHER_SPACE = re.compile("[\x1c-\x1f\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]")


def check_tokenizer(tokenizer: object) -> None:
    """Raise `ParameterError` for what is a tokenizer for no corpus."""
    if tokenizer is not None and not callable(tokenizer) and tokenizer not in NAMES:
        raise ParameterError(f"tokenizer={tokenizer!r}; give None, 'whitespace', 'words', 'tokens' or a callable")


def resolve(tokenizer: Tokenizer | None, kind: str) -> Tokenizer:
    """The tokenizer that ``tokenizer=None`` stands for, and a check of one that was given.

    Parameters
    ----------
    tokenizer : {"whitespace", "words", "tokens"}, callable or None
        What the caller asked for.
    kind : {"file", "documents", "tokens"}
        What the corpus is: files or their lines, strings, or token lists.

    Returns
    -------
    str or callable
        "whitespace", "words", "tokens" or the callable itself.

    Raises
    ------
    ParameterError
        No such tokenizer, or one that does not go with this kind of corpus.

    Examples
    --------
    >>> resolve(None, "file"), resolve(None, "documents"), resolve(None, "tokens")
    ('whitespace', 'words', 'tokens')
    """
    check_tokenizer(tokenizer)
    if tokenizer is None:
        return {"file": "whitespace", "documents": "words", "tokens": "tokens"}[kind]
    if kind == "tokens" and tokenizer != "tokens":
        raise ParameterError(
            f"tokenizer={tokenizer!r}, but the corpus holds token lists, which are split already; leave tokenizer=None"
        )
    if kind != "tokens" and tokenizer == "tokens":
        what = "is a file" if kind == "file" else "holds strings"
        raise ParameterError(
            f"tokenizer='tokens', but the corpus {what}; split it with 'whitespace', 'words' or a callable"
        )
    return tokenizer


def splitter(tokenizer: Tokenizer) -> Callable[[str], Iterable[Hashable]]:
    """The function that splits a string by this (resolved) tokenizer.

    Examples
    --------
    >>> splitter("whitespace")("Don't  panic!")
    ["Don't", 'panic!']
    >>> splitter("words")("Don't  panic!")
    ["don't", 'panic']
    """
    if callable(tokenizer):
        return tokenizer
    if tokenizer == "whitespace":
        return whitespace_words
    if tokenizer == "words":
        return words
    raise CorpusTypeError(
        "the tokenizer is 'tokens' (token lists were given), so a string cannot be split; "
        "pass the document as a list of tokens"
    )


def apply(tokenizer: Tokenizer, document: object, where: str = "the document") -> Sequence[Hashable]:
    """The tokens of one document, by the tokenizer that a model was fitted with.

    Parameters
    ----------
    tokenizer : {"whitespace", "words", "tokens"} or callable
        A resolved tokenizer, as `EncodedCorpus.tokenizer` keeps it.
    document : str or iterable of tokens
        A string is split; anything else must be the tokens already.
    where : str
        Name of the document in error messages, as in ``"documents[3]"``.

    Returns
    -------
    list or tuple
        The tokens.

    Raises
    ------
    CorpusTypeError
        A string although the tokenizer is "tokens", bytes, a missing value, a mapping, a set, or no iterable.

    Examples
    --------
    >>> apply("words", "The cat's WHISKERS")
    ['the', "cat's", 'whiskers']
    >>> apply("words", ["already", "split"])
    ['already', 'split']
    """
    if isinstance(document, str):
        if tokenizer == "tokens":
            raise CorpusTypeError(
                f"{where} is the string {shorten(document)}, but token lists are expected here; "
                f"split it into a list of tokens"
            )
        return token_list(splitter(tokenizer)(document), f"what the tokenizer made of {where}")
    return token_list(document, where)


def token_list(tokens: object, where: str) -> Sequence[Hashable]:
    """The tokens as a list or tuple, or a `CorpusTypeError` that says why they are none."""
    if type(tokens) is list or type(tokens) is tuple:
        return tokens
    reason = None
    if isinstance(tokens, str):
        reason = f"is the string {shorten(tokens)} where a list of tokens is expected; split it"
    elif isinstance(tokens, (bytes, bytearray, memoryview)):
        reason = f"is {shorten(tokens)} ({type(tokens).__name__}); decode it first: item.decode('utf-8')"
    elif isinstance(tokens, Mapping):
        reason = f"is a {type(tokens).__name__} with the keys {shorten(list(tokens))}; pass its text: rows['text']"
    elif isinstance(tokens, (set, frozenset)):
        reason = f"is a {type(tokens).__name__}, which has no order; pass a list of tokens"
    elif is_missing(tokens):
        reason = f"is {shorten(tokens)}, a missing value; leave it out (a pandas column: column.dropna())"
    elif not isinstance(tokens, Iterable) or getattr(tokens, "ndim", 1) == 0:
        reason = f"is {shorten(tokens)} ({type(tokens).__name__}); an item must be a list of tokens or a string"
    elif getattr(tokens, "ndim", 1) != 1:
        reason = f"is an array of {tokens.ndim} dimensions; a sentence has one"  # type: ignore[attr-defined]
    if reason:
        raise CorpusTypeError(f"{where} {reason}")
    for to_python in ("tolist", "to_list", "as_py"):  # arrays of NumPy, polars and pyarrow: Python's own values
        if hasattr(tokens, to_python):
            return getattr(tokens, to_python)()
    return list(tokens)  # type: ignore[call-overload]


def is_missing(value: object) -> bool:
    """None, NaN, NaT and NA."""
    if value is None or type(value).__name__ in {"NAType", "NaTType", "NullScalar"}:
        return True
    return isinstance(value, float) and value != value


def shorten(value: object, length: int = 60) -> str:
    """The value's ``repr``, cut at `length`."""
    text = repr(value[:length] if isinstance(value, (str, bytes)) else value)
    return text if len(text) <= length else text[: length - 3] + "..."


def whitespace_words(document: str) -> list[str]:
    """What stands between ASCII white space, as it stands there.

    Examples
    --------
    >>> whitespace_words("Mind the  gap!")
    ['Mind', 'the', 'gap!']
    """
    return _WHITESPACE_WORD.findall(document) if _OTHER_SPACE.search(document) else document.split()


def words(document: str) -> list[str]:
    r"""Lower-case words of any script.

    A word is a run of letters, digits and underscores with the combining marks that belong to them, and may hold
    single apostrophes and joiners inside. A curly apostrophe becomes a straight one. Scripts that put no space between
    words (Chinese, Japanese, Thai) give whole runs: segment them first.

    Examples
    --------
    >>> words("Rock'n\N{RIGHT SINGLE QUOTATION MARK}roll, ÉTÉ 2024: snake_case!")
    ["rock'n'roll", 'été', '2024', 'snake_case']
    """
    lower = document.lower()
    if lower.isascii():  # the same in steps that are twice as fast as one regular expression
        spaced = lower.translate(_ASCII_NO_WORD)
        return (_LOOSE_APOSTROPHE.sub(" ", spaced) if "'" in spaced else spaced).split()
    return _unicode_word().findall(lower.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))


_ASCII_NO_WORD = str.maketrans({char: " " for char in map(chr, range(128)) if not (char.isalnum() or char in "_'")})
_LOOSE_APOSTROPHE = re.compile(r"'(?:(?<!\w')|(?!\w))", re.ASCII)  # not between two characters of words


@cache
def _unicode_word() -> re.Pattern[str]:
    """``\\w`` knows letters and digits, but tears words of many scripts apart at their vowel signs (categories M)."""
    marks = [code for code in (*range(0x300, 0x20000), *range(0xE0100, 0xE01F0)) if _is_mark(chr(code))]
    ranges: list[list[int]] = []
    for code in marks:
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    letter = "[\\w" + "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges) + "]"
    return re.compile(f"{letter}+(?:['\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}]{letter}+)*")


def _is_mark(char: str) -> bool:
    return unicodedata.category(char)[0] == "M"
