"""The words of a corpus that several ranks have read in parts: counted together, each word by the rank that owns it.

The result is the vocabulary that one machine would make of the whole corpus: the same words, in the same order, since
each word comes with the place where it occurs first.
"""

from __future__ import annotations

import zlib
from collections.abc import Hashable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fastw2v.corpus.encoded_corpus import NAMED, most_frequent
from fastw2v.distributed.comm import Comm
from fastw2v.errors import CorpusTypeError
from fastw2v.parameters import shown


class Words(NamedTuple):
    """Words with their counts and the places where they occur first."""

    words: list[bytes]
    counts: NDArray[np.int64]
    places: NDArray[np.int64]

    def chosen(self, rows: NDArray[np.int64]) -> Words:
        """Return some of them."""
        return Words([self.words[row] for row in rows.tolist()], self.counts[rows], self.places[rows])

    def in_order(self) -> Words:
        """Return them by falling count, equal counts by first occurrence."""
        return self.chosen(np.lexsort((self.places, -self.counts)))


class Shared(NamedTuple):
    """What all ranks know of the words of the whole corpus.

    Attributes
    ----------
    words, counts
        Those of the vocabulary.
    distinct : int
        Distinct words of the corpus.
    dropped : list of words
        The most frequent words that are not in the vocabulary, up to ten.
    top : (word, count)
        The most frequent word of all.
    """

    words: list[Hashable]
    counts: NDArray[np.int64]
    distinct: int
    dropped: list[Hashable]
    top: tuple[Hashable, int]


def to_bytes(word: Hashable) -> bytes:
    """Return a word as ranks send it.

    Raises
    ------
    CorpusTypeError
        It is neither a string nor an integer.
    """
    if isinstance(word, str):
        return b"s" + word.encode("utf-8", "surrogatepass")
    if isinstance(word, (int, np.integer)) and not isinstance(word, (bool, np.bool_)):
        return b"i%d" % int(word)
    raise CorpusTypeError(
        f"the token {shown(word)} is a {type(word).__name__}: ranks can send each other strings and integers only; "
        "pass such tokens as strings"
    )


def to_word(sent: bytes) -> Hashable:
    """Return the word that `to_bytes` has written."""
    return sent[1:].decode("utf-8", "surrogatepass") if sent[:1] == b"s" else int(sent[1:])


def first_places(
    numbering: list[NDArray[np.int32]], ends: list[list[tuple[int, int]]], words: int
) -> NDArray[np.int64]:
    """Return the place of each word's first occurrence: the number of the piece, then its order there.

    Parameters
    ----------
    numbering : list of int32
        For each scanner, the provisional id of each of its words, in the order of first occurrence.
    ends : list of (number of the piece, words of the scanner at its end), for each scanner
    words : int
        Provisional ids.
    """
    pieces = np.full(words, np.iinfo(np.int32).max, np.int64)
    for ids, marks in zip(numbering, ends, strict=True):
        numbers = np.array([number for number, _ in marks], np.int64)
        upto = np.array([end for _, end in marks], np.int64)
        ids = ids[: upto[-1]] if len(upto) else ids[:0]  # the first scanner's go on with the words of the others
        piece = numbers[np.searchsorted(upto, np.arange(len(ids)), side="right")]
        kept = ids >= 0
        np.minimum.at(pieces, ids[kept], piece[kept])
    return (pieces << 32) + np.arange(words)


def share_counts(
    own: Words, comm: Comm, min_count: int, max_vocab: int | None, given: Sequence[Hashable] | None = None
) -> Shared:
    """Count the words of all ranks together.

    Parameters
    ----------
    own : Words
        Of this rank's part of the corpus.
    comm : Comm
    min_count, max_vocab
        Which words to keep.
    given : sequence of words, optional
        The vocabulary instead.
    """
    mine = _gather_own(own, comm)
    if given is None:
        kept = np.flatnonzero(mine.counts >= min_count)
    else:
        known = {to_bytes(word) for word in given}
        kept = np.flatnonzero([word in known for word in mine.words]) if mine.words else np.zeros(0, np.int64)
    left = np.setdiff1d(np.arange(len(mine.words)), kept)
    left = left[most_frequent(mine.counts[left])]
    best = _all_gather(mine.chosen(most_frequent(mine.counts, 1)), comm).in_order()
    dropped = _all_gather(mine.chosen(left), comm)
    distinct = int(comm.sum(np.array([len(mine.words)], np.float64))[0])
    found = _all_gather(mine.chosen(kept), comm).in_order()
    if given is None:
        cut = found.chosen(np.arange(len(found.words))[max_vocab:]) if max_vocab is not None else found.chosen(left[:0])
        dropped = Words(dropped.words + cut.words, *map(np.concatenate, zip(dropped[1:], cut[1:], strict=True)))
        found = found.chosen(np.arange(len(found.words))[:max_vocab])
    words, counts = [to_word(word) for word in found.words], found.counts
    if given is not None:
        by_word = dict(zip(words, counts.tolist(), strict=True))
        words, counts = list(given), np.array([by_word.get(word, 0) for word in given], np.int64)
    top = (to_word(best.words[0]), int(best.counts[0])) if best.words else ("", 0)
    return Shared(words, counts, distinct, [to_word(word) for word in dropped.in_order().words[:NAMED]], top)


def _gather_own(own: Words, comm: Comm) -> Words:
    """Send each word to the rank that owns it; return the words that this rank owns, added up."""
    owners = np.array([zlib.crc32(word) % comm.size for word in own.words], np.int64)
    parts = [own.chosen(np.flatnonzero(owners == rank)) for rank in range(comm.size)]
    sizes = comm.to_owners([np.array([len(word) for word in part.words], np.int64) for part in parts])
    texts = comm.to_owners([np.frombuffer(b"".join(part.words), np.uint8) for part in parts])
    counts = comm.to_owners([part.counts for part in parts])
    places = comm.to_owners([part.places for part in parts])
    index: dict[bytes, int] = {}
    total: list[int] = []
    first: list[int] = []
    for size, text, count, place in zip(sizes, texts, counts, places, strict=True):
        for word, n, at in zip(_split(text, size), count.tolist(), place.tolist(), strict=True):
            row = index.setdefault(word, len(total))
            if row == len(total):
                total.append(n)
                first.append(at)
            else:
                total[row] += n
                first[row] = min(first[row], at)
    return Words(list(index), np.array(total, np.int64), np.array(first, np.int64))


def _all_gather(part: Words, comm: Comm) -> Words:
    sizes = comm.from_owners(np.array([len(word) for word in part.words], np.int64))
    texts = comm.from_owners(np.frombuffer(b"".join(part.words), np.uint8))
    words = [word for text, size in zip(texts, sizes, strict=True) for word in _split(text, size)]
    counts, places = (np.concatenate(comm.from_owners(np.ascontiguousarray(each))) for each in part[1:])
    return Words(words, counts, places)


def _split(text: NDArray[np.uint8], sizes: NDArray[np.int64]) -> list[bytes]:
    raw, ends = text.tobytes(), np.cumsum(sizes).tolist()
    return [raw[end - size : end] for end, size in zip(ends, sizes.tolist(), strict=True)]
