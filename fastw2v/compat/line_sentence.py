"""gensim's readers of text: one sentence per line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastw2v.corpus.encoding import encode


class LineSentence:
    """A text file with one sentence per line. `Word2Vec` reads it in C; iteration yields token lists.

    Parameters
    ----------
    source : str or path
        A file (plain or packed), a folder or a glob.
    max_sentence_length : int
        Has no effect: sentences are never cut.
    limit : int, optional
        Read only this many lines.
    """

    def __init__(self, source: Any, max_sentence_length: int = 10_000, limit: int | None = None) -> None:
        self.source = source
        self.limit = limit

    def __iter__(self) -> Iterator[list[str]]:
        corpus = encode(self.source, min_count=1)
        words = corpus.vocabulary.words
        for number in range(len(corpus) if self.limit is None else min(len(corpus), self.limit)):
            yield [str(words[row]) for row in corpus[number]]


PathLineSentences = LineSentence
Text8Corpus = LineSentence
