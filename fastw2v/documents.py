"""Documents to vectors: one sparse matrix of word weights times the matrix of word vectors."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from fastw2v.errors import CorpusTypeError
from fastw2v.tokenizers import Tokenizer, apply

if TYPE_CHECKING:
    from fastw2v.vectors import WordVectors


def count_matrix(documents: Iterable[Any], vectors: WordVectors, tokenizer: Tokenizer) -> sparse.csr_matrix:
    """How often each known word occurs in each document: a sparse float32 matrix (documents, V).

    Raises
    ------
    CorpusTypeError
        ``documents`` is one string or a sparse matrix, or one of them is no document; the message says which.
    """
    if isinstance(documents, (str, bytes)):
        raise CorpusTypeError("documents: expected a list of documents, found one string: put it into a list")
    if sparse.issparse(documents):
        raise CorpusTypeError("documents: expected strings or token lists, found a sparse matrix")
    index = vectors.key_to_index
    rows = [
        [index[token] for token in apply(tokenizer, document, f"documents[{number}]") if token in index]
        for number, document in enumerate(documents)
    ]
    ends = np.cumsum([0, *map(len, rows)])
    columns = np.fromiter(chain.from_iterable(rows), np.int32, ends[-1])
    matrix = sparse.csr_matrix((np.ones(len(columns), np.float32), columns, ends), (len(rows), len(vectors)))
    matrix.sum_duplicates()
    return matrix


def mean_vectors(documents: Iterable[Any], vectors: WordVectors, tokenizer: Tokenizer) -> NDArray[np.float32]:
    """The mean of each document's known word vectors, zeros for a document without any: float32 (documents, D)."""
    counts = count_matrix(documents, vectors, tokenizer)
    totals = np.maximum(counts.sum(axis=1), 1)
    return np.asarray((counts @ vectors.vectors) / totals, np.float32)
