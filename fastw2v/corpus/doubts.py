"""What the words that were read say about the corpus: that it was not what it was taken for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Hashable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastw2v.corpus.counted import Counted
from fastw2v.corpus.encoded_corpus import EncodeReport
from fastw2v.corpus.structured_files import wiki_marks
from fastw2v.corpus.vocabulary import kind_in_files
from fastw2v.errors import CorpusTypeError, warn_user
from fastw2v.parameters import shown
from fastw2v.progress import figures

_SAMPLE = 200  # words that are looked at, the first that occurred
# Four characters of Chinese or Japanese that are not all Katakana, in which long words are written, or eight of Thai.
_UNSEGMENTED = re.compile(
    "(?=[\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff]{4})(?![\u30a0-\u30ff]{4})|[\u0e01-\u0e3a\u0e40-\u0e4e]{8}"
)
_LARGE_SAMPLE = 10_000  # for what may be rare
_BYTE_ORDER_MARK = "\ufeff"
_JSON_KEY = re.compile(r"""[{[]*"\w+":""")
_NUMBER = re.compile(r"[-+]?[0-9]*\.[0-9]+(e[-+]?[0-9]+)?", re.IGNORECASE)
_MOSTLY = 0.8
_MANY = 10  # sentences
_LONELY = 1.2  # tokens of a sentence
_MARKUP = re.compile(r"<[a-zA-Z]\w*|.+</\w+>")  # not <unk>, </s> and <3, which corpora hold as words
# Emoji and other pictures; not signs of prose such as those of degrees and trade marks.
_SYMBOLS = re.compile(
    "[\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff][\ufe0f\u200d\u2600-\u27bf\U0001f000-\U0001faff]*"
)
_BEGINNING = 4_096  # characters of a document
_MANY_SYMBOLS = 0.01  # of the words
_MANY_SPACES = 0.01  # of the words
_MANY_TWINS = 0.001  # of the words
_NO_WIDTH = "\u200b\u200e\u200f\ufeff"
_CLOSING = re.compile(r"</(\w+)>")


def doubt_tokens(counted: Counted) -> None:
    """Look at the first tokens that a caller gave: warn, or raise where training on them would make no sense.

    Raises
    ------
    CorpusTypeError
        Each sentence is one token that holds a whole text, or each token is an object equal to itself alone.
    """
    words = _first_words(counted)
    _check_objects(words, counted)
    texts = [word for word in words if isinstance(word, str) and len(word.split()) > 2]
    if counted.tokens <= counted.sentences and 2 * len(texts) > len(words):
        raise CorpusTypeError(describe_listed_text("the corpus", texts[0]))
    _doubt_texts(words)
    if not _doubt_numbers(words):
        doubt_kinds(counted)
    _doubt_edges(_first_words(counted, _LARGE_SAMPLE))


def describe_listed_text(name: str, text: str) -> str:
    """Say what is wrong with lists of one text each, as the rows of a table of one column are."""
    return (
        f"each item of {name} is a list of one token, such as {shown(text)}, which is a whole text; pass the texts "
        "themselves, which are split into words (column.ravel(), or [row[0] for row in rows])"
    )


def doubt_kinds(counted: Counted) -> None:
    """Warn if the first words are of a type that no file of a model can hold."""
    words = _first_words(counted)
    kinds = [kind_in_files(word) for word in words]
    odd = next((word for word, kind in zip(words, kinds, strict=True) if kind is None or kind != kinds[0]), None)
    if odd is not None:
        remedy = (
            "'/'.join(token)" if isinstance(odd, tuple) and all(isinstance(part, str) for part in odd) else "str(token)"
        )
        warn_user(
            f"tokens such as {shown(odd)} ({type(odd).__name__}) are words that no file of a model can hold: it takes "
            f"words that are all str, or all int; to save the model make strings of them first, as in {remedy}"
        )


def _doubt_numbers(words: Sequence[Hashable]) -> bool:
    """Warn if tokens are floats, as in a matrix of features or a column read so, or pairs as in a bag of words.

    Return whether a warning was given.
    """
    floats = [word for word in words if isinstance(word, float)]
    fractions = [word for word in floats if not word.is_integer()]
    if len(fractions) > max(_MOSTLY * len(words), 2):
        warn_user(
            f"tokens such as {fractions[0]!r} and {fractions[1]!r} are numbers with fractions, each of which is "
            "trained on as a word: a matrix of features is no corpus; pass lists of words, or of whole numbers"
        )
        return True
    if floats and not fractions:
        warn_user(
            f"tokens such as {floats[0]} are floats, which no file of vectors can hold: if they are integers that "
            "became floats in a table, pass them as such (pandas: column.astype('int64'))"
        )
        return True
    pairs = [word for word in words if isinstance(word, tuple) and len(word) == 2 and isinstance(word[1], (int, float))]
    ones = sum(isinstance(word[1], float) or word[1] == 1 for word in pairs)
    if len(pairs) == len(words) and 2 * ones > len(words):  # nodes of a grid are pairs of numbers, too
        warn_user(
            f"tokens such as {shown(pairs[0])} are pairs with a number, as in a bag of words, and each pair is trained "
            "on as a word: pass the words of each text in their order"
        )
        return True
    return False


def _doubt_texts(words: Sequence[Hashable]) -> None:
    """Warn if tokens are whole texts: many are long, or most are of several words and not names in capitals."""
    pieces = {word: word.split() for word in words if isinstance(word, str)}
    long = [word for word, parts in pieces.items() if len(parts) > 5]
    short = [word for word, parts in pieces.items() if len(parts) > 1 and any(part[0].islower() for part in parts)]
    found = long if 3 * len(long) > len(words) else short if 2 * len(short) > len(words) else []
    if found:
        warn_user(
            f"tokens such as {shown(found[0])} are whole texts, each taken as one word: pass the texts as a list of "
            "strings, which are split into words, or split them; titles that are meant as one word each are fine"
        )


def _doubt_edges(words: Sequence[Hashable]) -> None:
    """Warn if tokens are empty, or have white space or a byte order mark at their ends, unless they are characters."""
    texts = [word for word in words if isinstance(word, str)]
    found = [text for text in texts if not text or text.strip() != text or text.startswith(_BYTE_ORDER_MARK)]
    if found and any(len(text) > 1 for text in texts):
        warn_user(
            f"tokens such as {', '.join(map(shown, found[:3]))} are empty, begin or end in white space, or begin with "
            "a byte order mark, and are words of their own: split with text.split(), not text.split(' '), and open "
            "files with encoding='utf-8-sig'"
        )


def _first_words(counted: Counted, n: int = _SAMPLE) -> Sequence[Hashable]:
    return counted.words(np.arange(min(n, len(counted.counts))))


def _check_objects(words: Sequence[Hashable], counted: Counted) -> None:
    """Raise if every token is a new word because objects of its class are never equal."""
    first: Any = words[0]
    by_identity = hash(first) in (id(first), object.__hash__(first))  # tensors are compared otherwise, yet hashed so
    if by_identity and len(counted.counts) > 1 and counted.counts.max() == 1:
        raise CorpusTypeError(
            f"the tokens are objects such as {shown(first)} ({type(first).__name__}), each equal to itself alone: "
            f"{figures.counted(counted.tokens, 'token')}, {figures.counted(len(counted.counts), 'word')}; pass "
            "strings, as in [str(token) for token in tokens], or give the class __eq__ and __hash__"
        )


def describe_unsegmented(counted: Counted) -> str | None:
    """Describe text whose first words are mostly runs of a script without spaces; None for other text."""
    texts = [word for word in _first_words(counted) if isinstance(word, str)]
    found = [text for text in texts if _UNSEGMENTED.search(text)]
    if not found or 2 * len(found) <= len(texts):
        return None
    return (
        f"words such as {shown(found[0])} are whole phrases of a script that puts no spaces between words: segment the "
        "text first, and pass lists of words or the words separated by spaces"
    )


def doubt_text(counted: Counted) -> None:
    """Look at the first words of text that was split here: warn if it is JSON, markup or a table of numbers."""
    texts = [word for word in _first_words(counted) if isinstance(word, str)]
    numbers = [text for text in texts if _NUMBER.fullmatch(text)]
    if len(numbers) > max(_MOSTLY * len(texts), 2):
        warn_user(
            f"words such as {shown(numbers[0])} and {shown(numbers[1])} are numbers, each of which is trained on as a "
            "word: this may be a table, or a file of word vectors, which fastw2v.load reads (tokenizer='whitespace' "
            "trains on it all the same)"
        )
    for pattern, what in ((_JSON_KEY, "JSON"), (_MARKUP, "markup")):
        found = [text for text in texts if pattern.fullmatch(text)]
        if found and pattern is _MARKUP:  # further below, the tag that closes one of these
            found += [text for text in _closing(counted) if text.replace("/", "").rstrip(">") in found]
        if pattern is _MARKUP:
            found += wiki_marks(texts)
        if len(found) >= 2:
            warn_user(
                f"words such as {shown(found[0])} and {shown(found[1])} are {what}, which is trained on as if it were "
                "text: extract the text first (tokenizer='whitespace' trains on it all the same)"
            )
            return


def doubt_symbols(documents: Sequence[str], split: Callable[[str], Sequence[Hashable]]) -> None:
    """Warn if the first documents of a corpus hold many emoji, which the default tokenizer leaves out.

    Of a long document the beginning is looked at: it is split once more.
    """
    starts = [document[:_BEGINNING] for document in documents]
    runs = [run for start in starts if not start.isascii() for run in _SYMBOLS.findall(start)]
    kept = {run for run in set(runs) if split(run)}  # numbers in circles are words
    found = [run for run in runs if run not in kept]
    words = sum(len(split(start)) for start in starts) if found else 0
    if 0 < _MANY_SYMBOLS * words < len(found):  # without a single word an error says so
        warn_user(
            f"symbols such as {', '.join(map(shown, list(dict.fromkeys(found))[:3]))} are left out by "
            f"tokenizer='words', the default for strings ({figures.counted(len(found), 'run')} of them at the "
            f"beginning of the first {figures.counted(len(documents), 'document')}): tokenizer='whitespace' keeps "
            "them, and case and punctuation; pass tokenizer='words' to leave them out"
        )


def describe_spaces(read: Counted, least: float = _MANY_SPACES) -> str | None:
    """Describe files of whose words more than this share hold a Unicode space, at which files are not split."""
    tokens = read.stats.unicode_space_tokens
    if tokens <= least * read.tokens:
        return None
    return (
        f"{figures.counted(tokens, 'token holds', 'tokens hold')} a Unicode space, such as U+00A0 or U+3000, at which "
        f"files are not split ({tokens / read.tokens:.0%} of all): tokenizer='words' splits there"
    )


def doubt_twins(words: Sequence[Hashable], counts: NDArray[np.int64], *, of_tokens: bool) -> None:
    """Warn of words that look like others: with a character of no width at an end, or not composed (NFC)."""
    if not all(issubclass(kind, str) for kind in set(map(type, words))):  # a vocabulary may mix them
        return
    told = _BYTE_ORDER_MARK if of_tokens else ()  # by `doubt_tokens`
    plain = np.fromiter(map(str.isascii, words), np.bool_, len(words))  # type: ignore[arg-type]
    rows = [row for row in np.flatnonzero(np.logical_not(plain)).tolist() if not str(words[row]).startswith(told)]
    bare = {row: unicodedata.normalize("NFC", str(words[row]).strip(_NO_WIDTH)) for row in rows}
    odd = [row for row in rows if bare[row] != words[row]]
    known = set(words) if odd else set()
    twins = [row for row in odd if bare[row] in known]
    if twins and counts[twins].sum() > _MANY_TWINS * counts.sum():
        some = ", ".join(f"{words[row]!a} and {bare[row]!a}"[:100] for row in twins[:3])
        warn_user(
            f"{figures.counted(len(twins), 'word looks', 'words look')} like another but for characters of no width or "
            f"for composition (NFC), and each form has a vector of its own, such as {some}: bring the text to one "
            "form, as unicodedata.normalize('NFC', text) does, and take such characters out (tokenizer='words' does "
            "both)"
        )


def _closing(counted: Counted) -> list[str]:
    words = _first_words(counted, _LARGE_SAMPLE)
    return [word for word in words if isinstance(word, str) and _CLOSING.fullmatch(word)]


def doubt_lonely(report: EncodeReport, offsets: np.ndarray, *, of_tokens: bool) -> None:
    """Warn if hardly any sentence has a second word, without which it has no pair to train.

    Parameters
    ----------
    report : EncodeReport
        What was read.
    offsets : ndarray of int64
        Where the sentences begin and end, without the words that are left out.
    of_tokens : bool
        Whether the caller gave token lists.
    """
    if report.raw_sentences < _MANY or report.raw_tokens > _LONELY * report.raw_sentences:
        return
    filled = int(np.count_nonzero(np.diff(offsets)))  # lines may be blank
    if offsets[-1] > _LONELY * filled:
        return
    what, remedy = "document", "a list of words is one text: pass [words]"
    if report.files:
        what, remedy = "line", "join the lines of each sentence"
    elif of_tokens:
        what, remedy = "sentence", "a list of tokens is one sentence: pass [tokens]"
    warn_user(
        f"the {report.raw_sentences:,} {what}s of the corpus hold {report.raw_tokens:,} tokens: hardly any has a "
        f"second word, and only words of one {what} are trained together; {remedy}"
    )
