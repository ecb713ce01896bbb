"""How much of the documents the vectors know, and what to do where it is little."""

from __future__ import annotations

import logging
import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fastw2v.corpus.doubts import describe_listed_text
from fastw2v.corpus.given_vocabulary import LEAST_COVERAGE
from fastw2v.corpus.rows import describe_rows
from fastw2v.corpus.spelling import MISSPELT, best_form, other_form
from fastw2v.errors import warn_user
from fastw2v.parameters import shown
from fastw2v.progress.figures import counted

if TYPE_CHECKING:
    from fastw2v.vectors.word_vectors import WordVectors

logger = logging.getLogger(__name__)

MOSTLY_UNKNOWN = 0.5  # warn if a larger share of the documents holds words, but no known one
MOSTLY_ZEROS = 0.9  # warn if so large a share holds no known word, be it for want of words
FIRST_DOCUMENTS = 10  # which are looked at
LONGEST = 1_000  # tokens of each
_FREQUENT = 50_000  # words of the vectors: the remedy takes milliseconds, however many there are


@dataclass
class Coverage:
    """What was read of documents: all tokens, how many documents are empty, and the first ones to look at."""

    tokens: int = 0
    empty: int = 0
    first: list[Sequence[Hashable]] = field(default_factory=list)
    lowered: list[str] = field(default_factory=list)  # the first documents that were lower-cased

    def doubt(self, ends: NDArray[np.int64], vectors: WordVectors, becomes: str = "become zeros") -> None:
        """Warn if many documents have no known word, or few tokens are one, as with another case or tokenizer.

        Of a single document it warns in words that are always the same, so that Python shows them once: a service that
        is asked once a second would else print a line a second. What was found is in the log, at level DEBUG.

        Parameters
        ----------
        ends : int64 (documents + 1,)
            Where the known words of each document begin and end.
        vectors : WordVectors
        becomes : str
            What happens to documents without a known word.
        """
        documents, known = len(ends) - 1, int(ends[-1])
        zeros = int(np.count_nonzero(np.diff(ends) == 0))
        if zeros - self.empty > MOSTLY_UNKNOWN * documents or zeros >= MOSTLY_ZEROS * documents > 0:
            kind = f"documents that hold no word of the vectors ({some_words(vectors)}) {becomes}"
            finding = f"{zeros:,} of {documents:,} documents ({zeros / documents:.0%}) {becomes}"
            found = f"{finding}: they hold no word of the vectors ({some_words(vectors)})"
        elif known < LEAST_COVERAGE * self.tokens:
            kind = f"few words of a document are words of the vectors ({some_words(vectors)})"
            finding = f"only {known:,} of the {self.tokens:,} words of the documents ({known / self.tokens:.1%})"
            found = f"{finding} are words of the vectors ({some_words(vectors)})"
        elif misspelt := self._misspelt(vectors):
            kind = f"words of a document are in another form than those of the vectors ({some_words(vectors)})"
            finding = f"{misspelt:.0%} of the first words of the documents"
            found = f"{finding} are in another form than those of the vectors ({some_words(vectors)})"
        else:
            return
        full = f"{found}; {self._remedy(vectors)}"
        if documents == 1:
            logger.debug("%s", full)
            full = f"{kind}: check that both are in the same case and come from the same tokenizer"
        warn_user(full)

    def _misspelt(self, vectors: WordVectors) -> float:
        """Return the share of the first tokens that are unknown and would be known in another form; 0 if it is low."""
        index = vectors.key_to_index
        tokens = [token for tokens in self.first for token in tokens]
        misspelt = sum(token not in index and other_form(token, index) is not None for token in tokens)
        return misspelt / len(tokens) if misspelt > MISSPELT * len(tokens) else 0

    def _remedy(self, vectors: WordVectors) -> str:
        unknown = [token for tokens in self.first for token in tokens if token not in vectors.key_to_index]
        if not self.tokens:
            return "the tokenizer finds no word in them: check that it is made for such text"
        if not unknown:
            return "check that their words are in the same case and come from the same tokenizer"
        some = ", ".join(map(shown, list(dict.fromkeys(unknown))[:3]))
        if rows := describe_rows(self.first):
            return f"the first document {rows}"
        texts = [token for token in unknown if isinstance(token, str) and len(token.split()) > 2]
        if 2 * len(texts) > len(self.first) and all(len(tokens) <= 1 for tokens in self.first):
            return describe_listed_text("documents", texts[0])
        remedy = "check that both are in the same case and come from the same tokenizer"
        for cased in re.findall(r"\w+", " ".join(self.lowered)):
            if cased in vectors and cased.lower() in unknown:
                return f"tokenizer='words' lower-cased {shown(cased)}: pass tokenizer='whitespace' to keep case"
        misspelt = any(other_form(token, vectors.key_to_index) is not None for token in unknown)
        if misspelt and (form := best_form(unknown, vectors.index_to_key[:_FREQUENT])):
            least = "at least " if len(vectors) > _FREQUENT else ""
            remedy = f"{form.what}, {least}{form.share:.0%} of these would be known: bring both to one form"
        return f"the documents hold words such as {some}; {remedy}"


def some_words(vectors: Any) -> str:
    """Return how many words there are, and three of them."""
    return f"{counted(len(vectors), 'word')}, such as {', '.join(map(shown, vectors.index_to_key[:3]))}"
