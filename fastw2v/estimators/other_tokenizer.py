"""Which tokenizer splits documents: what becomes of a model's when another is given, and of vectors without one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fastw2v.corpus.tokenizers import LostTokenizer, Tokenizer, tokenizer_name, words
from fastw2v.errors import warn_user
from fastw2v.parameters import shown

if TYPE_CHECKING:
    from fastw2v.vectors.word_vectors import WordVectors

_FREQUENT = 1_000  # words that are looked at
_FEW = 5  # odd ones
_MANY_CASED = 0.02  # of them
_MANY_ODD = 0.05  # n't, 's and u.s. are in all vectors of text that was split from its punctuation
_MARK = re.compile(r"</?\w+>|\[\w+\]")  # as of the ends of sentences and of unknown words


def tokenizer_after(known: Tokenizer, used: Tokenizer) -> Tokenizer:
    """Return the tokenizer for documents after another pass; warn if the pass split its text in another way."""
    if used == "tokens":  # token lists say nothing of strings
        return known
    if _says_nothing(known):
        return used
    if known != used:
        warn_user(
            f"partial_fit split this text by the tokenizer {tokenizer_name(used)}, but the model's own is "
            f"{tokenizer_name(known)}, by which transform splits; words may not match: set it for both, as in "
            f"set_params(tokenizer={tokenizer_name(known)})"
        )
    return known


def warn_of_other_tokenizer(known: Tokenizer, given: Tokenizer | None) -> None:
    """Warn if a tokenizer was set after `fit` that documents are not split by."""
    if given not in (None, known) and not _says_nothing(known):
        warn_user(
            f"transform splits by the tokenizer of fit, {tokenizer_name(known)}, and not by "
            f"tokenizer={tokenizer_name(given)}: fit again on the text itself, or use "
            "DocVectorizer(model, tokenizer=...)"
        )


def doubt_words(vectors: WordVectors) -> None:
    """Warn of vectors that do not say how their text was split, and hold words that "words", the default, never gives.

    The most frequent words are looked at. A few odd ones are no sign, nor is punctuation: no document misses it.
    """
    frequent = [word for word in vectors.index_to_key[:_FREQUENT] if isinstance(word, str)]
    odd = [word for word in frequent if any(map(str.isalnum, word)) and not _MARK.fullmatch(word)]
    odd = [word for word in odd if words(word) != [word]]
    cased = [word for word in odd if word != word.lower()]
    if len(cased) > max(_FEW, _MANY_CASED * len(frequent)):
        some, cause = cased, "it lower-cases; pass tokenizer='whitespace', which keeps case"
    elif len(odd) > max(_FEW, _MANY_ODD * len(frequent)):
        some, cause = odd, "it splits them; put spaces between the words of documents, and pass tokenizer='whitespace'"
    else:
        return
    warn_user(
        "the vectors do not say how their text was split, and hold words such as "
        f"{', '.join(map(shown, some[:3]))}, which no document has after tokenizer='words', the default: {cause}; "
        "documents are best split as that text was (tokenizer='words' keeps to the default)"
    )


def _says_nothing(known: Tokenizer) -> bool:
    return known == "tokens" or isinstance(known, LostTokenizer)
