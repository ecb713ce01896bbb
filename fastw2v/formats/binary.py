"""word2vec's binary format: a header "V D", then word, space, D little-endian float32, word, ...

The original ends each vector with a newline, gensim does not: newlines before a word are dropped. The file is read by
length, never by line, for a vector may hold any byte.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastw2v.errors import FormatError
from fastw2v.formats._rows import NO_MORE_ROOM, UNFINISHED, RowReader
from fastw2v.formats.atomic import Writer
from fastw2v.formats.reader import MAX_HEADER_BYTES, MAX_WORD_BYTES, Bytes, Rows, Source, check_header, parse_header
from fastw2v.formats.words import plain_words

_ROWS_PER_WRITE = 1024


def write_binary(writer: Writer | Any, vectors: NDArray[np.float32], words: list[Any]) -> None:
    """Write header and rows as the original program does, a newline after each vector.

    Parameters
    ----------
    writer : object with write(bytes)
    vectors : array of float32, shape (V, D)
    words : list of str

    Raises
    ------
    FormatError
        For a word that the format cannot hold.
    """
    encoded = plain_words(words)
    size = vectors.shape[1]
    writer.write(b"%d %d\n" % (len(encoded), size))
    for first in range(0, len(encoded), _ROWS_PER_WRITE):
        rows = vectors[first : first + _ROWS_PER_WRITE].astype("<f4", copy=False)
        named = zip(encoded[first : first + _ROWS_PER_WRITE], rows, strict=True)
        writer.write(b"".join(b"%s %s\n" % (word, row.tobytes()) for word, row in named))


def read_binary(source: Source, errors: str) -> tuple[NDArray[np.float32], list[str]]:
    """Read a binary file.

    Parameters
    ----------
    source : Source
    errors : {"strict", "replace", "ignore"}

    Returns
    -------
    vectors : array of float32, shape (V, D)
    words : list of str

    Raises
    ------
    FormatError
        With the place, when the header or a word is none or the file ends early.
    """
    start = source.read(MAX_HEADER_BYTES + 1)
    header_end = start.find(b"\n")
    header = parse_header(start[:header_end]) if header_end >= 0 else None
    if header is None:
        raise source.error("line 1", f"a header of two whole numbers was expected: {start[:40]!r}")
    promised, size = header
    check_header(source, promised, size, 4 * size + 2, header_end + 1)
    rows = Rows(source, size, errors, promised)
    data = Bytes(source)
    data.block = start[header_end + 1 :]
    reader = RowReader(size, MAX_WORD_BYTES, 0)
    done = 0
    # A vector of which the file holds too little gets no room, however large a header says that it is.
    while done < promised and data.have(4 * size):
        words = reader.binary(data.block, data.at, rows.room()[: promised - done], errors)
        at = done + 1
        rows.add(words, reader.undecoded, lambda n, at=at: f"word {at + n:,} of {promised:,}")  # type: ignore[misc]
        done += len(words)
        data.at = reader.end
        if reader.status == UNFINISHED and not data.ended:
            data.more()
        elif reader.status != NO_MORE_ROOM:
            break
    if done < promised:
        raise _fault(source, data, f"word {done + 1:,} of {promised:,}", 4 * size)
    left_over = data.count_rest()
    if left_over:
        warnings.warn(
            f"{source.path}: the header says {promised:,} words, but {left_over:,} bytes follow; they were left out",
            stacklevel=4,
        )
    return rows.finish()


def _fault(source: Source, data: Bytes, place: str, vector_bytes: int) -> FormatError:
    """Say what is wrong with the row at the place where reading stopped."""
    left = data.rest().lstrip(b"\n")
    space = left.find(b" ", 0, MAX_WORD_BYTES + 1)
    if space == 0:
        return source.error(place, "the word is empty: the file is damaged before it")
    if space < 0 and len(left) > MAX_WORD_BYTES:
        return source.error(place, f"no space within {MAX_WORD_BYTES:,} bytes: this is no word")
    if space < 0:
        return source.error(place, "the file ends here: it is cut short")
    there = len(left) - space - 1
    return source.error(place, f"the file ends within the vector, {there:,} of {vector_bytes:,} bytes are there")
