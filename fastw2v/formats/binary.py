"""word2vec's binary format: a header "V D", then word, space, D little-endian float32, word, ...

The original ends each vector with a newline, gensim does not: newlines before a word are skipped. The file is read by
length, never by line, because a vector may hold any byte.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastw2v.errors import FormatError, warn_user
from fastw2v.formats._rows import NO_MORE_ROOM, UNFINISHED, RowReader
from fastw2v.formats.atomic import Writer
from fastw2v.formats.reader import MAX_HEADER_BYTES, MAX_WORD_BYTES, Bytes, FileReader, Rows, check_header, parse_header
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


def read_binary(file: FileReader, errors: str) -> tuple[NDArray[np.float32], list[str]]:
    """Read a binary file.

    Parameters
    ----------
    file : FileReader
    errors : {"strict", "replace", "ignore"}

    Returns
    -------
    vectors : array of float32, shape (V, D)
    words : list of str

    Raises
    ------
    FormatError
        The header or a word is invalid or the file is truncated; the message names the position.
    """
    start = file.read(MAX_HEADER_BYTES + 1)
    header_end = start.find(b"\n")
    header = parse_header(start[:header_end]) if header_end >= 0 else None
    if header is None:
        raise file.error("line 1", f"expected a header of two whole numbers, found {start[:40]!r}")
    promised, size = header
    check_header(file, promised, size, 4 * size + 2, header_end + 1)
    rows = Rows(file, size, errors, promised)
    data = Bytes(file)
    data.block = start[header_end + 1 :]
    parser = RowReader(size, MAX_WORD_BYTES, 0)
    done = 0
    # Only a vector that the file holds in full gets room, whatever size the header claims.
    while done < promised and data.have(4 * size):
        words = parser.binary(data.block, data.at, rows.room()[: promised - done], errors)
        at = done + 1
        rows.add(words, parser.undecoded, lambda n, at=at: f"word {at + n:,} of {promised:,}")  # type: ignore[misc]
        done += len(words)
        data.at = parser.end
        if parser.status == UNFINISHED and not data.ended:
            data.more()
        elif parser.status != NO_MORE_ROOM:
            break
    if done < promised:
        raise _fault(file, data, f"word {done + 1:,} of {promised:,}", 4 * size)
    left_over = data.count_rest()
    if left_over:
        warn_user(f"{file.path}: the header says {promised:,} words, but {left_over:,} more bytes follow; skipped them")
    return rows.finish()


def _fault(file: FileReader, data: Bytes, place: str, vector_bytes: int) -> FormatError:
    """Return what is wrong with the row at which reading stopped."""
    left = data.rest().lstrip(b"\n")
    space = left.find(b" ", 0, MAX_WORD_BYTES + 1)
    if space == 0:
        return file.error(place, "the word is empty: the file is damaged before it")
    if space < 0 and len(left) > MAX_WORD_BYTES:
        return file.error(place, f"no word ends within {MAX_WORD_BYTES:,} bytes: the file is damaged here")
    if space < 0:
        return file.error(place, "the file ends here: it is truncated")
    there = len(left) - space - 1
    return file.error(place, f"the file ends inside the vector, after {there:,} of {vector_bytes:,} bytes")
