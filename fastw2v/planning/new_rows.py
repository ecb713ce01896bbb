"""Initial input rows of words that join a vocabulary: a function of seed and word, whenever the word arrives."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from fastw2v.planning.draws import ROWS, centered, draw, key

BLOCK = 4_096  # rows drawn at once


def word_hash(word: Hashable) -> int:
    """Return 64 bits that stand for a word, the same in every process and on every machine.

    They are the 8-byte BLAKE2b digest, read little-endian, of a string's UTF-8, of a whole number's decimals, and of
    the ``repr`` of any other word.

    Examples
    --------
    >>> hex(word_hash("wine")), word_hash(12) == word_hash("12")
    ('0x35b21ffc573f9751', True)
    """
    text = str.__str__(word) if isinstance(word, str) else repr(int(word) if isinstance(word, np.integer) else word)
    return int.from_bytes(blake2b(text.encode(errors="surrogatepass"), digest_size=8).digest(), "little")


def new_rows(words: Sequence[Hashable], vector_size: int, seed: int) -> NDArray[np.float32]:
    """Return rows uniform in [-1, 1) / D, as those of `initial_arrays`, with the word's hash in place of the row.

    Parameters
    ----------
    words : sequence of words
    vector_size : int
    seed : int
        That of the model's first pass.

    Returns
    -------
    float32 (len(words), D)
    """
    rows_key, columns = key(seed, 0, ROWS), np.arange(vector_size)
    positions = np.fromiter(map(word_hash, words), np.uint64, len(words))
    rows = np.empty((len(words), vector_size), np.float32)
    for begin in range(0, len(words), BLOCK):
        bits = draw(rows_key, positions[begin : begin + BLOCK, None], columns)
        rows[begin : begin + BLOCK] = 2 * centered(bits) / np.float32(vector_size)
    return rows
