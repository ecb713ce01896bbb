"""gensim's reader of the Brown corpus in NLTK's form: each token is a word, a slash and its part of speech."""

from __future__ import annotations

import os
from collections.abc import Iterator

from fastw2v.compat.line_sentence import LineSentence


class BrownCorpus:
    """The sentences of the Brown corpus: lower-case words with the first two letters of their tags, as ``"dog/nn"``.

    Parameters
    ----------
    dirname : path
        The folder of the corpus. Tokens whose tag does not begin with two letters, such as punctuation, are left out.
    """

    def __init__(self, dirname: str | os.PathLike[str]) -> None:
        self.dirname = dirname

    def __iter__(self) -> Iterator[list[str]]:
        for tokens in LineSentence(self.dirname):
            tagged = [token.split("/") for token in tokens if token.count("/") == 1]
            if words := [f"{word.lower()}/{tag[:2]}" for word, tag in tagged if tag[:2].isalpha()]:
                yield words
