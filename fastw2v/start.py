"""Where a fit starts from: its seed, given rows, and the words whose rows stay."""

from __future__ import annotations

import numbers
import secrets
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fastw2v.errors import ParameterError
from fastw2v.vectors import WordVectors

if TYPE_CHECKING:
    from fastw2v.vocab import Vocabulary


def resolve_seed(random_state: Any) -> int:
    """The seed that a ``random_state`` stands for.

    Parameters
    ----------
    random_state : None, int, numpy.random.RandomState or numpy.random.Generator
        None draws a seed from the system; a generator is asked for one number, and so moves on.

    Raises
    ------
    ParameterError
        It is none of these, or an int outside 0..2**63 - 1.
    """
    if random_state is None:
        return secrets.randbits(63)
    if isinstance(random_state, np.random.RandomState):
        return int(random_state.randint(0, 2**31 - 1))
    if isinstance(random_state, np.random.Generator):
        return int(random_state.integers(0, 2**63 - 1))
    whole = isinstance(random_state, numbers.Integral) and type(random_state) is not bool
    if whole and 0 <= int(random_state) < 2**63:
        return int(random_state)
    raise ParameterError(
        f"random_state={random_state!r}: it must be None, a whole number from 0 to 2**63 - 1, a RandomState or a "
        f"Generator"
    )


def initial_rows(given: Any, vocabulary: Vocabulary, vector_size: int) -> NDArray[np.float32] | None:
    """Rows to start from, NaN for the words that ``given`` lacks.

    Parameters
    ----------
    given : None, WordVectors, mapping of words to vectors, or array (V, D)
    vocabulary : Vocabulary
    vector_size : int

    Raises
    ------
    ParameterError
        Vectors of another size, or an array with another number of rows than the vocabulary.
    """
    if given is None:
        return None
    given = getattr(given, "vectors_", given)  # a fitted model stands for its vectors
    rows = np.full((len(vocabulary), vector_size), np.nan, np.float32)
    if isinstance(given, WordVectors):
        if given.vectors.shape[1] != vector_size:
            raise ParameterError(
                f"initial_vectors have {given.vectors.shape[1]} dimensions, vector_size is {vector_size}: "
                f"make them equal"
            )
        pairs = [(row, given.key_to_index[word]) for row, word in enumerate(vocabulary.words) if word in given]
        if pairs:
            to, source = np.array(pairs).T
            rows[to] = given.vectors[source]
        return rows
    if isinstance(given, Mapping):
        for row, word in enumerate(vocabulary.words):
            if word in given:
                rows[row] = _vector(word, given[word], vector_size)
        return rows
    array = np.asarray(given, np.float32)
    if array.shape != rows.shape:
        raise ParameterError(
            f"initial_vectors: an array must have shape {rows.shape} (one row for each word of the vocabulary), "
            f"this one has {array.shape}; pass a mapping of words to vectors to give only some"
        )
    return array


def _vector(word: Any, vector: Any, vector_size: int) -> NDArray[np.float32]:
    row = np.asarray(vector, np.float32)
    if row.shape != (vector_size,):
        raise ParameterError(f"initial_vectors[{word!r}] has shape {row.shape}, expected ({vector_size},)")
    return row


def frozen_rows(words: Iterable[Any] | None, vocabulary: Vocabulary) -> NDArray[np.uint8] | None:
    """1 for the rows of these words.

    Raises
    ------
    ParameterError
        It is a string, or a word is not in the vocabulary.
    """
    if words is None:
        return None
    if isinstance(words, str):
        raise ParameterError(f"frozen={words!r}: it must be a list of words, not a string")
    rows = np.zeros(len(vocabulary), np.uint8)
    for word in words:
        if word not in vocabulary:
            raise ParameterError(f"frozen: {word!r} is not in the vocabulary of {len(vocabulary):,} words")
        rows[vocabulary[word]] = 1
    return rows
