"""From a document to its tokens: the named tokenizers, and callables in place of them."""

from __future__ import annotations

import io
import pickle
import re
import sys
import unicodedata
from collections.abc import Callable, Hashable, Iterable, Sequence
from contextlib import suppress
from functools import cache
from typing import Any, NoReturn

from fastw2v.corpus.sentence_faults import describe_bad_return, describe_bad_sentence
from fastw2v.errors import CorpusTypeError, ParameterError, add_note
from fastw2v.parameters import shown

Tokenizer = str | Callable[[str], Iterable[Hashable]]

NAMES = ("whitespace", "words", "tokens")
# Methods that split a text, of objects that do not by themselves.
_METHODS = {"tokenize": "tokenize", "build_analyzer": "build_analyzer()", "findall": "findall"}
_WHITESPACE_WORD = re.compile(r"[^ \t\n\v\f\r]+")
# White space of str.split beyond ASCII's; strings without it can be split twice as fast.
_OTHER_SPACE = re.compile("[\x1c-\x1f\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]")


def check_tokenizer(tokenizer: object) -> None:
    """Raise `ParameterError` unless it is a tokenizer, or None."""
    if tokenizer is None or callable(tokenizer) or (isinstance(tokenizer, str) and tokenizer in NAMES):
        return
    given = f"tokenizer={shown(tokenizer)}; give None, 'whitespace', 'words', 'tokens' or a callable"
    for method, way in _METHODS.items():
        if hasattr(tokenizer, method):
            raise ParameterError(f"{given}: of a {type(tokenizer).__name__} its method, tokenizer=name.{way}")
    raise ParameterError(given)


class LostTokenizer:
    """In place of a tokenizer that is a function: a model was fitted with it, and its file can hold only the name.

    Parameters
    ----------
    name : str
        The function's name.
    """

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, text: str) -> NoReturn:
        """Raise `CorpusTypeError`: any other way of splitting would find other words, or none."""
        raise CorpusTypeError(
            f"the model was fitted with the tokenizer {self.name}, a function, which a file or a pickle cannot hold, "
            f"so a string cannot be split: give it again, as in Word2Vec.load(path, tokenizer={self.name}) or "
            f"DocVectorizer(path, tokenizer={self.name}), or pass documents as lists of tokens"
        )

    def __repr__(self) -> str:
        return f"<the tokenizer {self.name}, which no file or pickle holds>"


def function_name(tokenizer: Callable[..., object]) -> str:
    """Return the name of a tokenizer that is a function, for messages and files."""
    if isinstance(tokenizer, LostTokenizer):
        return tokenizer.name
    return str(getattr(tokenizer, "__name__", type(tokenizer).__name__))


def as_entry(tokenizer: Tokenizer | None) -> Any:
    """Return what a file keeps of a tokenizer: of one that is a function the name."""
    return {"function": function_name(tokenizer)} if callable(tokenizer) else tokenizer


def from_entry(entry: Any) -> Any:
    """Return the tokenizer of a file's entry, a `LostTokenizer` for a function; any other entry as it is."""
    if isinstance(entry, dict) and isinstance(entry.get("function"), str):
        return LostTokenizer(entry["function"])
    return entry


def is_of_file(tokenizer: object) -> bool:
    """Return whether it is what `from_entry` makes of an entry of `as_entry`."""
    return tokenizer is None or isinstance(tokenizer, LostTokenizer) or tokenizer in NAMES


class Carried:
    """A tokenizer on its way into a copy, which shares it, or a pickle, which may be unable to hold it.

    The pickler at work decides: cloudpickle's, by which joblib sends to its workers, holds functions of any kind.

    Parameters
    ----------
    tokenizer : str or callable
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.tokenizer = tokenizer

    def __deepcopy__(self, memo: dict[int, Any]) -> Carried:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        kinds: list[type[Any]] = [pickle.Pickler]
        caller = sys._getframe(1).f_locals.get("self")  # plain pickle is written in C, and has no frame
        if isinstance(caller, (pickle.Pickler, pickle._Pickler)):
            kinds.append(type(caller))
        for kind in kinds:
            with suppress(Exception):  # whatever the objects that it refers to raise
                kind(io.BytesIO()).dump(self.tokenizer)
                return Carried, (self.tokenizer,)
        return Carried, (LostTokenizer(tokenizer_name(self.tokenizer)),)


def tokenizer_name(tokenizer: Tokenizer | None) -> str:
    """Return how a message names a tokenizer: a string in quotes, or the name of a function."""
    return function_name(tokenizer) if callable(tokenizer) else repr(tokenizer)


def resolve(tokenizer: Tokenizer | None, kind: str) -> Tokenizer:
    """Choose the tokenizer for ``tokenizer=None``, and check any other against the kind of corpus.

    Parameters
    ----------
    tokenizer : {"whitespace", "words", "tokens"}, callable or None
        The tokenizer that the caller chose.
    kind : {"file", "documents", "tokens"}
        The kind of corpus: files or their lines, strings, or token lists.

    Returns
    -------
    str or callable
        "whitespace", "words", "tokens" or the callable itself.

    Raises
    ------
    ParameterError
        There is no such tokenizer, or it does not suit this kind of corpus.

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
    """Return the function that splits a string by this (resolved) tokenizer.

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
    """Return the tokens of one document, by the tokenizer that a model was fitted with.

    Parameters
    ----------
    tokenizer : {"whitespace", "words", "tokens"} or callable
        A resolved tokenizer, as `EncodedCorpus.tokenizer` keeps it.
    document : str or iterable of tokens
        A string is split; anything else must already be its tokens.
    where : str
        Name of the document in error messages, as in ``"documents[3]"``.

    Returns
    -------
    list or tuple
        The tokens.

    Raises
    ------
    ParameterError
        There is no such tokenizer, or it is None: no kind of corpus is there to decide.
    CorpusTypeError
        The document is a string although the tokenizer is "tokens", or is not a sequence of tokens.

    Examples
    --------
    >>> apply("words", "The cat's WHISKERS")
    ['the', "cat's", 'whiskers']
    >>> apply("words", ["already", "split"])
    ['already', 'split']
    """
    if tokenizer is None:
        raise ParameterError(
            f"tokenizer=None, but {where} needs one: give 'whitespace', 'words', 'tokens' or a callable"
        )
    check_tokenizer(tokenizer)
    if isinstance(document, str):
        if tokenizer == "tokens":
            raise CorpusTypeError(
                f"{where} is the string {shown(document)}, but token lists are expected here, as in the text that was "
                "trained on; split it into a list of tokens"
            )
        try:
            return tokens_returned(splitter(tokenizer)(document), where)
        except Exception as error:
            note_place(error, where)
            raise
    return token_list(document, where)


def token_list(tokens: object, where: str) -> Sequence[Hashable]:
    """Return the tokens as a list or tuple; raise `CorpusTypeError` if it is not a sequence of tokens."""
    if type(tokens) is list or type(tokens) is tuple:
        return tokens
    if reason := describe_bad_sentence(tokens):
        raise CorpusTypeError(f"{where} {reason}")
    return _as_list(tokens)


def tokens_returned(tokens: object, where: str) -> Sequence[Hashable]:
    """Do the same for what a tokenizer returned for the document that `where` names."""
    if type(tokens) is list or type(tokens) is tuple:
        return tokens
    if reason := describe_bad_return(tokens):
        raise CorpusTypeError(f"what the tokenizer returned for {where} {reason}")
    return _as_list(tokens)


def note_place(error: Exception, where: str) -> None:
    """Add to what a tokenizer raised for which document it did; our own errors name it."""
    if not isinstance(error, CorpusTypeError):
        add_note(error, f"raised by the tokenizer for {where}")


def _as_list(tokens: object) -> Sequence[Hashable]:
    for to_python in ("tolist", "to_list", "as_py"):  # arrays of NumPy, polars and pyarrow: Python's own values
        if hasattr(tokens, to_python):
            return getattr(tokens, to_python)()
    return list(tokens)  # type: ignore[call-overload]


def whitespace_words(document: str) -> list[str]:
    """Split at ASCII white space; words stay as they are.

    Examples
    --------
    >>> whitespace_words("Mind the  gap!")
    ['Mind', 'the', 'gap!']
    """
    return _WHITESPACE_WORD.findall(document) if _OTHER_SPACE.search(document) else document.split()


def words(document: str) -> list[str]:
    r"""Lower-case words of any script.

    A word is a run of letters, digits and underscores with the combining marks that follow them, and may hold single
    apostrophes and joiners inside, a middle dot between Latin letters (Catalan l·l), and gershayim between Hebrew ones.
    Forms that look alike become one: characters are composed (NFC); soft hyphens, word joiners, variation selectors and
    the Arabic tatweel are left out; curly, wide and modifier-letter apostrophes and a geresh become straight
    apostrophes; a quotation mark within a Hebrew word becomes gershayim; the lower case of Turkish İ is a plain i.
    Every space of Unicode ends a word. Emoji and other symbols are left out, as punctuation is. Scripts that put no
    space between words (Chinese, Japanese, Thai) give whole runs: segment them first.

    Examples
    --------
    >>> words("Rock'n\N{RIGHT SINGLE QUOTATION MARK}roll, ÉTÉ 2024: snake_case!")
    ["rock'n'roll", 'été', '2024', 'snake_case']
    >>> words("col·lecció, Wort\N{SOFT HYPHEN}trennung, e\N{COMBINING ACUTE ACCENT}te\N{COMBINING ACUTE ACCENT}")
    ['col·lecció', 'worttrennung', 'été']
    """
    lower = document.lower()
    if lower.isascii():  # the same in steps that are twice as fast as one regular expression
        spaced = lower.translate(_ASCII_NO_WORD)
        return (_LOOSE_APOSTROPHE.sub(" ", spaced) if "'" in spaced else spaced).split()
    for chars, plain in _ALIKE:
        lower = lower.replace(chars, plain)
    if _VARIATION_SELECTORS.search(lower):
        lower = _VARIATION_SELECTORS.sub("", lower)
    composed = unicodedata.normalize("NFC", lower)
    if '"' in composed:
        composed = _QUOTE_IN_HEBREW.sub("\N{HEBREW PUNCTUATION GERSHAYIM}", composed)
    return _unicode_word().findall(composed)


_ALIKE = (
    *((char, "") for char in "\N{SOFT HYPHEN}\N{WORD JOINER}\N{ZERO WIDTH NO-BREAK SPACE}\N{ARABIC TATWEEL}"),
    *((char, "'") for char in "\N{RIGHT SINGLE QUOTATION MARK}\N{HEBREW PUNCTUATION GERESH}"),
    *((char, "'") for char in "\N{MODIFIER LETTER APOSTROPHE}\N{FULLWIDTH APOSTROPHE}"),
    ("i\N{COMBINING DOT ABOVE}", "i"),  # "İ".lower()
)
_VARIATION_SELECTORS = re.compile("[\ufe00-\ufe0f]")
_HEBREW = "\N{HEBREW LETTER ALEF}-\N{HEBREW LETTER TAV}"
_QUOTE_IN_HEBREW = re.compile(f'(?<=[{_HEBREW}])"(?=[{_HEBREW}])')
_LATIN = "a-z\N{LATIN SMALL LETTER SHARP S}-\N{LATIN SMALL LETTER TURNED H WITH FISHHOOK AND TAIL}"
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
    letter_or_mark = "[\\w" + "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges) + "]"
    # The character itself comes first, because the pattern is tried at the end of every word.
    between = ((_LATIN, "\N{MIDDLE DOT}"), (_HEBREW, "\N{HEBREW PUNCTUATION GERSHAYIM}"))
    inside = "|".join(f"{mark}(?<=[{script}]{mark})(?=[{script}])" for script, mark in between)
    joiners = "[\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}]"  # Bengali has marks after them
    return re.compile(f"\\w{letter_or_mark}*(?:(?:'(?=\\w)|{joiners}|{inside}){letter_or_mark}+)*")


def _is_mark(char: str) -> bool:
    return unicodedata.category(char)[0] == "M"
