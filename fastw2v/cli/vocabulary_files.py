"""Files of words: one per line, or word2vec.c's vocabulary files with the count of each word behind it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from fastw2v.errors import ParameterError

# word2vec.c counts the ends of lines as occurrences of this word, and expects it in the first line of its files.
END_OF_LINE = "</s>"
_BLANKS = re.compile(r"[ \t\r\v\f]+")  # of ASCII: a no-break space may be part of a word
_LOOKED_AT = 100  # lines, to tell a vocabulary from another text


def read_words(path: Path) -> list[str]:
    """Read the words of a text file, one per line; blanks around them and blank lines are skipped.

    Where a count follows on every line, as in the files of word2vec's -save-vocab, it is no part of the word.
    """
    return list(_read(path)[0])


def read_counts(path: Path) -> dict[str, int]:
    """Read words and their counts.

    Raises
    ------
    ParameterError
        A line has no count.
    """
    words, counts = _read(path)
    if counts is None:
        raise ParameterError(
            f"{path}: expected a word and its count on each line, as word2vec's -save-vocab writes; some have none"
        )
    return dict(zip(words, counts, strict=True))


def _read(path: Path) -> tuple[list[str], list[int] | None]:
    from fastw2v.formats.sniff import holds_vectors

    if path.is_file() and path.stat().st_size and holds_vectors(path):
        raise ParameterError(
            f"{path}: expected one word on each line, found a file of word vectors: take the words from the lines of "
            f"'fastw2v convert {path} -'"
        )
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ParameterError(f"{path}: expected UTF-8 text with one word per line: {error}") from None
    lines = [line.strip(" \t\r\v\f") for line in text.split("\n")]
    words = [line for line in lines if line]
    if not words:
        raise ParameterError(f"{path}: the file is empty: it must hold one word on each line")
    fields = [_BLANKS.split(word) for word in words]
    if not all(len(pair) == 2 and pair[1].isdecimal() for pair in fields):
        return words, None
    kept = [(word, int(count)) for word, count in fields if word != END_OF_LINE]
    return [word for word, _ in kept], [count for _, count in kept]


def vocabulary_lines(words: Iterable[str], counts: Iterable[int], sentences: int) -> Iterable[str]:
    """Yield the lines of word2vec.c's vocabulary file: its end of lines first, as word2vec.c expects, then the words.

    Parameters
    ----------
    words, counts : iterables of str and int
    sentences : int
        How many lines the text has.
    """
    pairs = list(zip(words, counts, strict=True))
    yield f"{END_OF_LINE} {sentences + sum(count for word, count in pairs if word == END_OF_LINE)}\n"
    for word, count in pairs:
        if word != END_OF_LINE:
            yield f"{word} {count}\n"


def write_lines(path: Path, lines: Iterable[str], *, overwrite: bool) -> None:
    """Write a vocabulary to a file, all or nothing.

    Raises
    ------
    FormatError
        The file exists, is no vocabulary, and may not be overwritten.
    """
    from fastw2v.formats.saving import check_replaceable
    from fastw2v.writing.atomic import open_atomic

    if not overwrite:
        check_replaceable(path, holds_vocabulary, "vocabulary")
    with open_atomic(path) as writer:
        lines = iter(lines)
        while block := "".join(islice(lines, 10_000)):
            writer.write(block.encode("utf-8"))


def holds_vocabulary(path: Path) -> bool:
    """Return whether a file looks like a vocabulary: a word and a whole number on each of its first lines."""
    try:
        with path.open(encoding="utf-8-sig") as text:
            lines = [line for line in islice(text, _LOOKED_AT) if line.strip()]
    except UnicodeDecodeError:
        return False
    fields = [_BLANKS.split(line.strip(" \t\r\v\f\n")) for line in lines]
    return bool(fields) and all(len(pair) >= 2 and pair[1].isdecimal() for pair in fields[1:] or fields)
