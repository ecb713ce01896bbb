"""Documents as bags of words: a sparse matrix of the counts of known words, times the matrix of word vectors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from fastw2v.corpus.faults import (
    check_documents_type,
    describe_bad_token,
    describe_no_documents,
    is_missing,
    name_returned_token,
)
from fastw2v.corpus.iterables import length_of, python_items
from fastw2v.corpus.tokenizers import Tokenizer, apply
from fastw2v.errors import CorpusError, CorpusTypeError, warn_user
from fastw2v.estimators.coverage import FIRST_DOCUMENTS, LONGEST, Coverage
from fastw2v.progress.figures import counted
from fastw2v.vectors.search import rows_not_finite

if TYPE_CHECKING:
    from fastw2v.vectors.word_vectors import WordVectors

_AT_ONCE = 16_384  # vectors that are looked at together
_BLOCK = 512  # documents whose tokens are looked at together
_NEVER_MISSING = frozenset({str, np.str_, int, tuple, bytes})


def count_matrix(documents: Iterable[Any], vectors: WordVectors, tokenizer: Tokenizer) -> sparse.csr_matrix:
    """Count how often each known word occurs in each document.

    Parameters
    ----------
    documents : iterable of strings or token lists
    vectors : WordVectors
        Their words are the known ones.
    tokenizer : {"whitespace", "words", "tokens"} or callable
        Splits strings.

    Returns
    -------
    csr_matrix of float32, shape (documents, V)

    Raises
    ------
    CorpusTypeError
        ``documents`` is one string, a table or a sparse matrix, or an item of it is not a document; the message says
        which.
    CorpusError
        ``documents`` is an exhausted iterator.

    Notes
    -----
    No Python code runs for each token: iteration, lookup and storing the row happen in C.
    """
    rows, ends, coverage = document_rows(documents, vectors, tokenizer)
    coverage.doubt(ends, vectors)
    matrix = sparse.csr_matrix((np.ones(len(rows), np.float32), rows, ends), (len(ends) - 1, len(vectors.key_to_index)))
    matrix.sum_duplicates()
    return _of_finite_vectors(matrix, vectors)


def document_rows(
    documents: Iterable[Any], vectors: WordVectors, tokenizer: Tokenizer
) -> tuple[NDArray[np.int32], NDArray[np.int64], Coverage]:
    """Return the rows of all documents' known words, in order, where each document's begin and end, and the coverage.

    Document i has ``rows[ends[i]:ends[i + 1]]``. The rest is as for `count_matrix`.
    """
    check_documents_type(documents)
    ends, coverage = [0], Coverage()
    row_of = vectors.key_to_index.get
    try:
        rows = np.fromiter(map(row_of, _tokens(documents, tokenizer, ends, coverage), repeat(-1)), np.int32)
    except TypeError as error:
        if isinstance(error, CorpusTypeError) or "unhashable" not in str(error):
            raise
        raise CorpusTypeError(
            f"documents[{len(ends) - 2}] holds an item that cannot be a token ({error}); tokens are strings or other "
            f"hashable values"
        ) from error
    if len(ends) == 1 and hasattr(documents, "__next__"):
        raise CorpusError(describe_no_documents(documents))
    known = rows >= 0
    row_ends = np.zeros(len(rows) + 1, np.int64)
    np.cumsum(known, out=row_ends[1:])
    coverage.tokens = len(rows)
    return rows[known], row_ends[ends], coverage


def check_documents(documents: Iterable[Any], tokenizer: Tokenizer) -> None:
    """Raise `CorpusTypeError` for an item that is not a document, without splitting the others."""
    for number, document in enumerate(python_items(documents)):
        if not isinstance(document, str) or tokenizer == "tokens":
            apply(tokenizer, document, f"documents[{number}]")


def _of_finite_vectors(counts: sparse.csr_matrix, vectors: WordVectors) -> sparse.csr_matrix:
    """Leave out, with a warning, words whose vectors hold NaN or infinity, with which each document would be NaN."""
    used = np.flatnonzero(np.bincount(counts.indices, minlength=counts.shape[1]))
    bad = [rows[rows_not_finite(vectors.vectors[rows])] for rows in np.array_split(used, len(used) // _AT_ONCE + 1)]
    rows = np.concatenate(bad)
    if not len(rows):
        return counts
    word = vectors.index_to_key[rows[0]]
    warn_user(
        f"the vectors of {counted(len(rows), 'word')} of the documents hold NaN or infinity (the first is that of "
        f"{word!r:.60}): these words are left out",
    )
    counts.data[np.isin(counts.indices, rows)] = 0
    counts.eliminate_zeros()
    return counts


def _tokens(documents: Iterable[Any], tokenizer: Tokenizer, ends: list[int], coverage: Coverage) -> Iterator[Any]:
    """Yield all tokens, document after document; append the position where each document ends to ``ends``."""

    def split() -> Iterator[Sequence[Any]]:
        unseen: list[tuple[int, Sequence[Any]]] = []  # tokens whose types nobody has looked at
        for number, document in enumerate(python_items(documents)):
            tokens = apply(tokenizer, document, f"documents[{number}]")
            if callable(tokenizer) or not isinstance(document, str):
                unseen.append((number, tokens))
                if len(unseen) == _BLOCK:
                    _check_tokens(unseen, tokenizer)
                    unseen.clear()
            ends.append(ends[-1] + len(tokens))
            if number < FIRST_DOCUMENTS:
                coverage.first.append(tokens[:LONGEST])
                if isinstance(document, str) and tokenizer == "words":
                    coverage.lowered.append(document[: 10 * LONGEST])
            if not tokens and length_of(document) == 0:
                coverage.empty += 1
            yield tokens
        _check_tokens(unseen, tokenizer)

    return chain.from_iterable(split())


def _check_tokens(given: list[tuple[int, Sequence[Any]]], tokenizer: Tokenizer) -> None:
    """Raise for a missing value among the tokens of numbered documents, which training refuses, too."""
    types = set(map(type, chain.from_iterable(tokens for _, tokens in given)))
    if types <= _NEVER_MISSING:
        return
    for number, tokens in given:
        for place, token in enumerate(tokens):
            if type(token) not in _NEVER_MISSING and is_missing(token):
                document = f"documents[{number}]"
                where = name_returned_token(place, document) if callable(tokenizer) else f"{document}[{place}]"
                raise CorpusTypeError(f"{where} {describe_bad_token(token)}")


def mean_vectors(documents: Iterable[Any], vectors: WordVectors, tokenizer: Tokenizer) -> NDArray[np.float32]:
    """Return the mean vector of each document's known words, or zeros without any: float32 (documents, D)."""
    counts = count_matrix(documents, vectors, tokenizer)
    return divide_rows(counts @ vectors.vectors, row_sums(counts))


def row_sums(matrix: sparse.csr_matrix) -> NDArray[np.float32]:
    """Return the sum of each row, shape (rows,)."""
    return np.asarray(matrix.sum(axis=1), np.float32).ravel()


def divide_rows(rows: NDArray[np.float32], by: NDArray[np.float32]) -> NDArray[np.float32]:
    """Divide each row by its number, in place; leave rows whose number is 0 unchanged."""
    rows /= np.where(by == 0, 1, by).astype(np.float32)[:, None]
    return rows
