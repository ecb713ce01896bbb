"""A large text with a large vocabulary, made of a smaller one: copies of it whose words have names of their own.

The most frequent words keep their names in all copies; those beyond belong to one of a few sets, so that each set reads
as the original text does, and can be scored.
"""

from __future__ import annotations

import statistics
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.helpers.scores import SCORES, score
from fastw2v import EncodedCorpus, WordVectors
from fastw2v.corpus.vocabulary import Vocabulary

SHARED = 5_000  # words that all copies have in common
SETS = 15  # of names, at most
BLOCK = 500  # sentences that stay together when the copies are shuffled


@dataclass(frozen=True)
class Repeated:
    """Copies of a text.

    Attributes
    ----------
    corpus : EncodedCorpus
        All copies, shuffled.
    of_set : list of int64 (words of the original,)
        The rows of each set of names, in the order of the original's words.
    original : Vocabulary
    """

    corpus: EncodedCorpus
    of_set: list[NDArray[np.int64]]
    original: Vocabulary

    def score(self, vectors: WordVectors) -> dict[str, float]:
        """Return the means over all sets of names."""
        rows = [np.ascontiguousarray(vectors.vectors[each]) for each in self.of_set]
        found = [score(WordVectors(each, self.original)) for each in rows]
        return {name: statistics.mean(one[name] for one in found) for name in SCORES}


def repeat(text: EncodedCorpus, copies: int, seed: int = 7) -> Repeated:
    """Return so many copies of a text, in blocks of sentences that are shuffled."""
    words, sets = list(text.vocabulary.words), min(SETS, copies)
    size, shared = len(words), min(SHARED, len(words))
    counts = np.bincount(text.ids, minlength=size)
    rare = [counts[shared:] * len(range(number, copies, sets)) for number in range(sets)]
    counts = np.concatenate([counts[:shared] * copies, *rare])
    order = np.argsort(-counts, kind="stable")
    row = np.empty(len(order), np.int64)
    row[order] = np.arange(len(order))
    own = size - shared
    of_set = [np.concatenate([row[:shared], row[shared + n * own : shared + (n + 1) * own]]) for n in range(sets)]
    names = words[:shared] + [f"{word}_{number}" for number in range(sets) for word in words[shared:]]
    vocabulary = Vocabulary([names[i] for i in order.tolist()], counts[order])

    begins = np.arange(0, len(text.offsets) - 1, BLOCK)
    dealt = np.array([(copy, begin) for copy in range(copies) for begin in begins])
    np.random.default_rng(seed).shuffle(dealt)
    ids, lengths, at = np.empty(len(text.ids) * copies, np.int32), [], 0
    for copy, begin in dealt.tolist():
        offsets = text.offsets[begin : begin + BLOCK + 1]
        part = of_set[copy % sets][text.ids[offsets[0] : offsets[-1]]]
        ids[at : at + len(part)] = part
        lengths.append(np.diff(offsets))
        at += len(part)
    ends = np.concatenate([[0], np.cumsum(np.concatenate(lengths))]).astype(np.int64)
    return Repeated(EncodedCorpus(vocabulary, ids, ends), of_set, text.vocabulary)
