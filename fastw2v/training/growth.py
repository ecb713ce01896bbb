"""The rows of a model whose vocabulary has grown: those of known words unchanged, then those of new words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fastw2v.corpus.vocabulary import Vocabulary
from fastw2v.planning.new_rows import new_rows
from fastw2v.planning.rows import OutputRows
from fastw2v.training.initial_rows import frozen_rows, initial_rows, is_by_word, warn_of_random_rows

if TYPE_CHECKING:
    from collections.abc import Iterable


def grown_input_rows(
    vectors: NDArray[np.float32],
    vocabulary: Vocabulary,
    seed: int,
    given: Any = None,
    frozen: Iterable[Any] | None = None,
) -> NDArray[np.float32]:
    """Return an input row for each word: its own, or for a new word the one that is given, or the one of its hash.

    Parameters
    ----------
    vectors : float32 (n, D)
        Rows of the first n words.
    vocabulary : Vocabulary
        These words and then the new ones.
    seed : int
        That of the model's first pass.
    given : optional
        Initial vectors by word, as for `fastw2v.Word2Vec`; an array has none for new words.
    frozen : iterable of words, optional
        Words whose rows will not change.

    Warns
    -----
    RuntimeWarning
        New words are frozen that have no initial vector.
    """
    known, vector_size = vectors.shape
    if len(vocabulary) == known:
        return vectors
    words = vocabulary.words[known:]
    rows = np.full((len(words), vector_size), np.nan, np.float32)
    if is_by_word(given):
        found = initial_rows(given, Vocabulary(words), vector_size, doubt=False)
        rows = rows if found is None else found
    rows = np.concatenate([vectors, rows])
    warn_of_random_rows(frozen_rows(frozen, vocabulary), rows, vocabulary)
    random = known + np.flatnonzero(np.isnan(rows[known:, 0]))
    rows[random] = new_rows([vocabulary.words[row] for row in random], vector_size, seed)
    return rows


def grown_output_rows(rows: OutputRows, words: int) -> OutputRows:
    """Return output rows for so many words, with zeros for the new ones, as at the start of training.

    A model of n words has n - 1 nodes, numbered from the bottom of the tree: new ones come first, so that the root, and
    what is around it, keep their rows.
    """
    context, nodes = rows
    if context is not None and len(context) < words:
        context = np.concatenate([context, np.zeros((words - len(context), context.shape[1]), np.float32)])
    if nodes is not None and len(nodes) < words - 1:
        nodes = np.concatenate([np.zeros((words - 1 - len(nodes), nodes.shape[1]), np.float32), nodes])
    return OutputRows(context, nodes)
