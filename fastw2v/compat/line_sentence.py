"""gensim's readers of text: one sentence per line, split at every white space of Unicode."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from fastw2v.corpus.counted import ReadStats
from fastw2v.corpus.files import find, open_text, stream_name
from fastw2v.corpus.lines import decoded_lines


class LineSentence:
    """A text file with one sentence per line. `Word2Vec` reads it in C; iteration yields token lists.

    Parameters
    ----------
    source : str, path or open file
        A file (plain or packed), a folder or a glob. An open file is read from its start each time.
    max_sentence_length : int
        Has no effect: sentences are never cut.
    limit : int, optional
        Read only this many lines of each file.
    """

    def __init__(self, source: Any, max_sentence_length: int = 10_000, limit: int | None = None) -> None:
        self.source = source
        self.limit = limit

    def __iter__(self) -> Iterator[list[str]]:
        for lines in self._files():
            for line in islice(lines, self.limit):
                if words := line.split():
                    yield words

    def _files(self) -> Iterator[Iterator[str]]:
        """Yield the lines of each file."""
        if hasattr(self.source, "readline"):
            rewind(self.source)
            yield decoded_lines(self.source, stream_name(self.source), "strict", ReadStats())
            return
        for file in find(self.source):
            with open_text(file) as stream:
                yield decoded_lines(stream, file.name, "strict", ReadStats(), file)


def reads_again(source: Any) -> bool:
    """Return whether the same text comes when it is read once more: from files, and not from pipes."""
    if hasattr(source, "readline"):
        return hasattr(source, "seekable") and source.seekable()
    return all(file.state is not None for file in find(source))


def rewind(source: Any) -> None:
    """Return to the start of an open file, unless it is a pipe."""
    if hasattr(source, "readline") and reads_again(source):
        source.seek(0)


PathLineSentences = LineSentence
Text8Corpus = LineSentence
