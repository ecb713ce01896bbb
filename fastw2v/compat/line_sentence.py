"""gensim's readers of text: one sentence per line, split at every white space of Unicode."""

from __future__ import annotations

import codecs
import os
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from fastw2v.compat.arguments import in_gensims_names
from fastw2v.corpus.counted import ReadStats
from fastw2v.corpus.faults import describe_bad_text
from fastw2v.corpus.files import TextFile, find, open_text
from fastw2v.corpus.lines import decoded_lines
from fastw2v.corpus.open_files import stream_name
from fastw2v.errors import CorpusError, ParameterError, warn_user
from fastw2v.parameters import shown, whole_number

_GENSIMS_LENGTH = 10_000  # gensim's MAX_WORDS_IN_BATCH, beyond which it cuts sentences


class LineSentence:
    """A text file with one sentence per line. `Word2Vec` reads it in C; iteration yields token lists.

    Parameters
    ----------
    source : str, path or open file
        A file (plain or packed), a folder or a glob. An open file is read from its start each time.
    max_sentence_length : int
        Has no effect, with a warning if it is below gensim's default: sentences are never cut.
    limit : int, optional
        Read only this many lines of each file.
    """

    def __init__(self, source: Any, max_sentence_length: int = 10_000, limit: int | None = None) -> None:
        self.source = source
        self.limit = limit
        if isinstance(max_sentence_length, (int, float)) and max_sentence_length < _GENSIMS_LENGTH:
            warn_user(
                f"LineSentence(max_sentence_length={shown(max_sentence_length)}) has no effect: sentences are never "
                "cut; shorter ones are a generator's work, as of chunks of line.split()"
            )

    def __iter__(self) -> Iterator[list[str]]:
        try:
            for stream, name, file in self._streams():
                for line in islice(decoded_lines(stream, name, "strict", ReadStats(), file), self.limit):
                    if words := line.split():
                        yield words
        except CorpusError as error:
            in_gensims_names(error)
            raise

    def _streams(self) -> Iterator[tuple[Any, str, TextFile | None]]:
        """Yield each file, opened, with its name; an open file begins anew."""
        source = self._to_read()
        if hasattr(source, "readline"):
            rewind(source)
            yield source, stream_name(source), None
            return
        for file in found(source):
            with open_text(file) as stream:
                yield stream, file.name, file

    def _to_read(self) -> Any:
        """Return the path, the list of paths or the open file that is to be read."""
        return as_path(self.source, type(self).__name__)

    def _state(self) -> dict[str, Any]:
        """Return what it reads, to tell whether a script has changed it since."""
        return {name: _kept(value) for name, value in vars(self).items()}


def _kept(value: Any) -> Any:
    """Return what stays as it is when the value is changed in place, for the types that scripts change so."""
    return next((kind(value) for kind in (list, dict, set) if isinstance(value, kind)), value)


class PathLineSentences(LineSentence):
    """The files of a folder, one after the other, each with one sentence per line.

    Parameters
    ----------
    source : str, path or open file
        As for `LineSentence`. Hidden files are left out, and folders within the folder are read.
    max_sentence_length, limit
        As for `LineSentence`.

    Attributes
    ----------
    input_files : list of str
        The paths of the files in the order in which they are read: sorted, unless a script changes or sets the list.
    """

    _files: list[Any] | None = None

    @property
    def input_files(self) -> list[Any]:
        """The paths of the files."""
        if self._files is None:
            if hasattr(self.source, "readline"):
                raise AttributeError("PathLineSentences of an open file has no input_files: give a folder")
            self._files = [str(file.path) for file in found(super()._to_read())]
        return self._files

    @input_files.setter
    def input_files(self, paths: Iterable[Any]) -> None:
        if isinstance(paths, (str, bytes, bytearray, os.PathLike)) or not isinstance(paths, Iterable):
            raise ParameterError(f"input_files = {shown(paths)}: it must be a list of paths")
        files = list(paths)
        _paths_of(files)
        self._files = files

    def _to_read(self) -> Any:
        """Return the paths, if a script has seen them, or else what they are of."""
        return super()._to_read() if self._files is None else _paths_of(self._files)


def _paths_of(files: list[Any]) -> list[Any]:
    """Return the paths of `input_files`; raise ParameterError for an item that is none."""
    for index, file in enumerate(files):
        if not _is_path(file) or file == "":
            raise ParameterError(
                f"input_files[{index}] is {shown(file)}: it must be the path of a file, a str or a Path "
                "(os.fsdecode makes a str of bytes; an open file is read by LineSentence)"
            )
    return [as_path(file) for file in files]


def _is_path(given: Any) -> bool:
    """Return whether it is a path, and not one of bytes."""
    return isinstance(given, (str, os.PathLike)) and isinstance(os.fspath(given), str)


def as_path(source: Any, called: str = "LineSentence") -> Any:
    """Return a path for a string: here it is never a text, so an error need not explain how texts are passed.

    Raises
    ------
    ParameterError
        It is neither a path nor an open file.
    """
    if not _is_path(source) and not hasattr(source, "readline"):
        raise ParameterError(
            f"{called}({shown(source)}): it must be the path of a file, of a folder or a pattern, or an open file; "
            "lists of tokens are sentences themselves"
        )
    return Path(source) if isinstance(source, str) and source else source


def reads_again(source: Any) -> bool:
    """Return whether the same text comes when it is read once more: from files, and not from pipes."""
    if hasattr(source, "readline"):
        return hasattr(source, "seekable") and source.seekable()
    return all(file.state is not None for file in found(source))


def found(source: Any) -> list[TextFile]:
    """Return the files of a path, or of a list of paths."""
    return [file for path in (source if isinstance(source, list) else [source]) for file in find(path)]


def rewind(source: Any) -> None:
    """Return to the start of an open file, unless it is a pipe."""
    if hasattr(source, "readline") and reads_again(source):
        source.seek(0)


class Text8Corpus(LineSentence):
    """A text without line breaks, such as text8. Iteration yields lists of `max_sentence_length` words.

    `Word2Vec` reads it in C, a line as one sentence however long; the words, their counts and all but a few pairs at
    the cuts are the same.

    Parameters
    ----------
    fname : str, path or open file
        As for `LineSentence`.
    max_sentence_length : int, default 10,000

    Raises
    ------
    ParameterError
        `max_sentence_length` is not a whole number of at least 1.
    """

    def __init__(self, fname: Any, max_sentence_length: int = 10_000) -> None:
        super().__init__(fname)
        self.max_sentence_length = whole_number("max_sentence_length", max_sentence_length, 1)

    def __iter__(self) -> Iterator[list[str]]:
        words = (word for stream, name, _ in self._streams() for word in _words_of(stream, name))
        while sentence := list(islice(words, self.max_sentence_length)):
            yield sentence


def _words_of(stream: Any, name: str, size: int = 1 << 18) -> Iterator[str]:
    """Yield the words of a file that is read piece by piece, since its only line may not fit the memory."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    offset, line, word, ended = 0, 1, "", False
    while not ended:
        piece = stream.read(size)
        piece = piece.encode("utf-8", "surrogatepass") if isinstance(piece, str) else piece
        ended = not piece
        undecoded = decoder.getstate()[0] + piece
        try:
            text = word + decoder.decode(piece, final=ended)
            if "\0" in text:
                raise ValueError
        except ValueError as error:  # UnicodeDecodeError is one
            line += undecoded.count(b"\n", 0, getattr(error, "start", undecoded.find(b"\0")))
            raise CorpusError(describe_bad_text(name, line, offset, undecoded)) from None
        words = text.split()
        word = words.pop() if words and not text[-1].isspace() else ""
        yield from words
        read = undecoded[: len(undecoded) - len(decoder.getstate()[0])]
        offset, line = offset + len(read), line + read.count(b"\n")
    if word:
        yield word
