"""DocVectorizer: a scikit-learn transformer from documents to weighted sums of their words' vectors."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from fastw2v.corpus.faults import describe_no_documents
from fastw2v.corpus.iterables import documents_to_reread, length_of, python_items
from fastw2v.corpus.tokenizers import Tokenizer, resolve
from fastw2v.errors import CorpusError, ParameterError, warn_user
from fastw2v.estimators.bags import check_documents, count_matrix, divide_rows, row_sums
from fastw2v.estimators.coverage import some_words
from fastw2v.estimators.other_tokenizer import doubt_words
from fastw2v.estimators.scikit_learn import (
    BaseEstimator,
    ClassNamePrefixFeaturesOutMixin,
    TransformerMixin,
    check_is_fitted,
    clone,
)
from fastw2v.estimators.text_estimator import TextEstimator
from fastw2v.parameters import check, is_plain, shown
from fastw2v.progress.figures import counted
from fastw2v.vectors.queries import is_column
from fastw2v.vectors.word_vectors import WordVectors, find_word_vectors

if TYPE_CHECKING:
    from typing_extensions import Self

    from fastw2v.api import Word2Vec
    from fastw2v.parameters import Weighting

# Parameters that mean nothing once they are changed after `fit`.
_LEARNED_WITH = ("vectors", "weighting", "n_components_removed", "tokenizer")
# Parameters of a model that decide how it is trained, and not what it learns.
_OF_THE_MACHINE = ("n_jobs", "verbose", "device", "spool")
_NOTHING = 1e-9  # of the squared length of all documents' vectors: rounding in float32
SIF_A = 1e-3  # Arora et al. recommend 1e-4 to 1e-3 and use this value


class DocVectorizer(TextEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """Documents as weighted sums of their words' vectors.

    Parameters
    ----------
    vectors : Word2Vec, WordVectors, path, gensim KeyedVectors or None, default None
        A fitted model or word vectors are used unchanged; a path is loaded in `fit`. An unfitted model is cloned and
        fitted on the documents of `fit`; None means ``Word2Vec()``. Of a FastText model, the vectors of its words are
        used, and not those that it makes of subwords.
    weighting : {"mean", "tfidf", "sif", "usif"}, default "mean"
        The weight of a word that occurs n times in the document.

        - "mean": n. The vector is the weighted mean.
        - "tfidf": n * idf, with scikit-learn's smooth ``idf = ln((1 + N) / (1 + df)) + 1`` over the N documents of
          `fit`. The vector is the weighted mean.
        - "sif": n * a / (a + p), a = 0.001, p the word's share of the known words in `fit`; divided by the number of
          the document's known words. Then the documents' common components are removed.
        - "usif": n * a / (a / 2 + p), a from the vocabulary and the mean length of documents; divided as for "sif".
          Each common component is removed only in part: by its share of the variance of all removed components.
    n_components_removed : int, default 1
        How many common components, found in `fit`, "sif" and "usif" remove. Arora et al. remove 1, Ethayarajh 5.
    normalize : {None, "l2"}, default None
        "l2" scales each vector to length 1; zeros stay zeros.
    tokenizer : None, "whitespace", "words" or callable, default None
        Splits strings. None means the tokenizer that the vectors were trained with, or "words" where they do not say,
        as in word2vec files: then `fit` warns if it would change words of the vectors. Token lists are not split. A
        model that `fit` trains, and that has none, is trained with it.

    Attributes
    ----------
    vectors_ : WordVectors
        The word vectors in use.
    weighting_ : str
        The weighting that `fit` learned. `transform` refuses parameters that were changed since, but ``normalize``.
    word_weights_ : ndarray of float32, shape (V,)
        The weight of one occurrence of each word.
    components_ : ndarray of float32, shape (n_components_removed, D)
        The removed directions, fewer if the documents span fewer; "sif" and "usif" only.
    component_shares_ : ndarray of float32, shape (n_components_removed,)
        How much of each component is removed: 1 for "sif".
    tokenizer_ : str or callable
        What splits strings.
    model_ : Word2Vec
        The model that `fit` trained, if it did.

    Notes
    -----
    "sif" is S. Arora, Y. Liang, T. Ma, "A simple but tough-to-beat baseline for sentence embeddings", 2017; the
    components are the first right singular vectors of the documents' matrix. "usif" is K. Ethayarajh, "Unsupervised
    random walk sentence embeddings: a strong but simple baseline", 2018, with the paper's equation for a and mean
    length, and with unscaled word vectors (the author's program also scales each dimension within each sentence). Both
    papers take p from the corpus of the word vectors; here it comes from the documents of `fit`, so that it does not
    depend on whether a file holds counts.

    Everything is learned in `fit`: the vector of a document does not depend on the other documents transformed with it.
    The computation is one product of a sparse and a dense matrix. It is deterministic and uses one thread.

    Examples
    --------
    >>> import numpy as np
    >>> from fastw2v import DocVectorizer, WordVectors
    >>> vectors = WordVectors(np.eye(2, dtype=np.float32), ["red", "wine"])
    >>> DocVectorizer(vectors).fit_transform(["Red, red wine! Wine!", "red", "beer"]).tolist()
    [[0.5, 0.5], [1.0, 0.0], [0.0, 0.0]]
    """

    def __init__(
        self,
        vectors: Word2Vec | WordVectors | str | os.PathLike[str] | None = None,
        weighting: Weighting = "mean",
        n_components_removed: int = 1,
        normalize: Literal["l2"] | None = None,
        tokenizer: Tokenizer | None = None,
    ) -> None:
        self.vectors = vectors
        self.weighting = weighting
        self.n_components_removed = n_components_removed
        self.normalize = normalize
        self.tokenizer = tokenizer

    # ------------------------------------------------------------------ scikit-learn's methods

    def fit(self, X: Any, y: Any = None) -> Self:  # noqa: N803
        """Resolve the vectors and learn the weights.

        Parameters
        ----------
        X : iterable of strings or token lists
        y : ignored

        Returns
        -------
        DocVectorizer
            The vectorizer itself.

        Raises
        ------
        ParameterError
            A parameter is out of range, or there are not more dimensions than components to remove.
        CorpusTypeError
            ``X`` is not a list of documents, or an item of it is not a document; the message says which.
        CorpusError
            There are no documents; or, with another weighting than "mean", none of them has a known word.
        FormatError, OSError
            The file of vectors cannot be read.
        """
        self._fit(X, counts_wanted=self.weighting != "mean")
        return self

    def fit_transform(self, X: Iterable[Any], y: Any = None, **fit_params: Any) -> NDArray[np.float32]:  # noqa: N803
        """Do the same as `fit` and `transform`, but read the documents once."""
        if given := [name for name, value in fit_params.items() if value is not None]:
            raise TypeError(
                f"DocVectorizer.fit_transform takes documents alone, and no {', '.join(given)}: they have no weights"
            )
        counts = self._fit(X, counts_wanted=True)
        assert counts is not None
        return self._vectors_of(counts)

    def transform(self, X: Any) -> NDArray[np.float32]:  # noqa: N803
        """Return the vectors of documents.

        Parameters
        ----------
        X : iterable of strings or token lists

        Returns
        -------
        float32 (documents, D)
            A document without known words gets zeros.

        Warns
        -----
        RuntimeWarning
            More than half of the documents hold no known word, or few words of the documents are known; or words are
            left out, because their vectors hold NaN or infinity. Of a single document the words of the warning do
            not vary, so that Python shows it once; what was found is in the log of the package, at level DEBUG.

        Raises
        ------
        CorpusTypeError
            ``X`` is not a list of documents, or an item of it is not a document; the message says which.
        CorpusError
            ``X`` is an exhausted iterator.
        ParameterError
            Another parameter than ``normalize``, which is applied as it is now, was changed since `fit`.
        """
        check_is_fitted(self)
        check("normalize", self.normalize)
        self._check_unchanged()
        self._check_width(X)
        counts = count_matrix(X, self.vectors_, self.tokenizer_)
        return self._vectors_of(counts)

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "word_weights_")

    @property
    def _n_features_out(self) -> int:
        return self.vectors_.vectors.shape[1]

    def __sklearn_clone__(self) -> Self:
        """Return a copy that shares word vectors and fitted models; only a model that `fit` would train is cloned."""
        params = self.get_params(deep=False)
        if _is_unfitted_model(self.vectors):
            params["vectors"] = clone(self.vectors)
        return type(self)(**params)

    # ------------------------------------------------------------------ fitting

    def _default_model(self) -> Any:
        from fastw2v.api import Word2Vec

        return Word2Vec()

    def _fit(self, X: Any, counts_wanted: bool) -> sparse.csr_matrix | None:  # noqa: N803
        """Learn from the documents; return their counts if they are wanted or were needed."""
        for name in ("weighting", "n_components_removed", "normalize"):
            check(name, getattr(self, name))
        documents = documents_to_reread(X)
        if length_of(documents) == 0:
            raise CorpusError(describe_no_documents(X))
        given = self._default_model() if self.vectors is None else self.vectors
        model = self._trained(given, documents) if _is_unfitted_model(given) else None
        vectors, known = _read(given if model is None else model)
        tokenizer = known or "words" if self.tokenizer is None else resolve(self.tokenizer, "documents")
        at_hand = isinstance(documents, (list, tuple, np.ndarray)) or is_column(documents)  # others may be read once
        if self.tokenizer is known is None and at_hand and isinstance(next(iter(python_items(documents)), None), str):
            doubt_words(vectors)
        size = vectors.vectors.shape[1]
        if self.n_components_removed >= size and self.weighting in ("sif", "usif"):
            raise ParameterError(
                f"n_components_removed={self.n_components_removed}: it must be less than the "
                f"{counted(size, 'dimension')} of the vectors"
            )
        counts = None
        if counts_wanted or self.weighting != "mean":
            counts = count_matrix(documents, vectors, tokenizer)
        elif model is None and at_hand:
            check_documents(documents, tokenizer)  # others may take a minute
        if counts is not None and not counts.shape[0]:  # of an iterable whose length nobody knows
            raise CorpusError(describe_no_documents(X))
        if counts is not None and self.weighting != "mean":
            self._check_something_to_learn(counts, vectors)
        self._forget()
        self.vectors_, self.tokenizer_, self.weighting_ = vectors, tokenizer, self.weighting
        self._learned_with = self._deciding()
        if model is not None:
            self.model_ = model
        self._learn(counts)
        self._remember_width(X)
        return counts

    def _check_something_to_learn(self, counts: sparse.csr_matrix, vectors: WordVectors) -> None:
        if counts.nnz == 0:
            raise CorpusError(
                f"none of the {counts.shape[0]:,} documents holds a word of the vectors ({some_words(vectors)}), "
                f"so weighting={self.weighting!r} has nothing to learn from; check that the words are in the same case "
                f"and the tokenizer is the same"
            )

    def _trained(self, given: Any, documents: Any) -> Any:
        """Return a clone of an unfitted model, trained on the documents; by the tokenizer here unless it has one."""
        model = clone(given)
        first = next(iter(python_items(documents)), None)
        if (
            self.tokenizer is not None
            and getattr(model, "tokenizer", self.tokenizer) is None
            and isinstance(first, str)
        ):
            model.tokenizer = self.tokenizer
        try:
            return model.fit(documents)
        except Exception as error:  # a model knows the documents by another name
            error.args = tuple(map(_of_documents, error.args))
            if hasattr(error, "__notes__"):
                error.__notes__ = [_of_documents(note) for note in error.__notes__]
            raise

    def _check_unchanged(self) -> None:
        """Raise unless the parameters that `fit` learned from are those of `fit`."""
        deciding = self._deciding()
        for name, learned in self._learned_with.items():
            now = deciding.get(name, learned)  # a model that has been fitted meanwhile is none that `fit` would train
            if now is learned or (type(now) is type(learned) and not hasattr(now, "vectors_") and now == learned):
                continue
            if name != "n_components_removed" or self.weighting in ("sif", "usif"):
                raise ParameterError(
                    f"{name} changed since fit: fit again ({name}={shown(now)}, and what was learned is for "
                    f"{shown(learned)})"
                )

    def _deciding(self) -> dict[str, Any]:
        """Return the parameters that `fit` learns from, and of a model that it trains those that can be compared."""
        deciding = {name: getattr(self, name) for name in _LEARNED_WITH}
        model: Any = self.vectors
        if _is_unfitted_model(model):
            inner = model.get_params(deep=False)
            deciding |= {
                f"vectors__{name}": value
                for name, value in inner.items()
                if is_plain(value) and name not in _OF_THE_MACHINE
            }
        return deciding

    def _forget(self) -> None:
        for name in ("model_", "components_", "component_shares_", "word_weights_"):
            self.__dict__.pop(name, None)

    def _learn(self, counts: sparse.csr_matrix | None) -> None:
        """Learn the words' weights and the directions to remove."""
        if self.weighting == "mean" or counts is None:
            self.word_weights_ = np.ones(len(self.vectors_), np.float32)
            return
        weights = {"tfidf": _idf, "sif": _sif_weights, "usif": _usif_weights}[self.weighting](counts)
        self.word_weights_ = weights.astype(np.float32)
        if self.weighting != "tfidf":
            rows = self._weighted(counts)
            self.components_, shares, left = _common_components(rows, self.n_components_removed)
            self.component_shares_ = shares if self.weighting == "usif" else np.ones_like(shares)
            if left < _NOTHING and self.component_shares_.min(initial=1) == 1:
                warn_user(
                    f"n_components_removed={self.n_components_removed} removes all that the vectors of the "
                    f"{counted(counts.shape[0], 'document')} hold: each becomes zeros, up to rounding; fit on more "
                    "documents, or lower it"
                )

    # ------------------------------------------------------------------ the arithmetic

    def _weighted(self, counts: sparse.csr_matrix) -> NDArray[np.float32]:
        """Return weighted sums, divided by the sum of the weights or, for SIF and uSIF, by the number of words."""
        weights = sparse.csr_matrix(
            (counts.data * self.word_weights_[counts.indices], counts.indices, counts.indptr), counts.shape
        )
        total = row_sums(weights if self.weighting in ("mean", "tfidf") else counts)
        return divide_rows(weights @ self.vectors_.vectors, total)

    def _vectors_of(self, counts: sparse.csr_matrix) -> NDArray[np.float32]:
        rows = self._weighted(counts)
        if self.weighting in ("sif", "usif"):
            rows -= (rows @ self.components_.T * self.component_shares_) @ self.components_
        if self.normalize == "l2":
            rows = divide_rows(rows, np.linalg.norm(rows, axis=1))
        return rows


def _of_documents(text: Any) -> Any:
    """Return a text in which the items of a corpus are documents."""
    return re.sub(r"\bcorpus\[", "documents[", text) if isinstance(text, str) else text


def _is_unfitted_model(given: Any) -> bool:
    return (
        not isinstance(given, type)
        and hasattr(given, "fit")
        and hasattr(given, "get_params")
        and not hasattr(given, "vectors_")
    )


def _read(given: Any) -> tuple[WordVectors, Tokenizer | None]:
    """Return the word vectors and the tokenizer of the text on which they were trained, if known."""
    if isinstance(given, (str, os.PathLike)):
        from fastw2v.formats import load_all
        from fastw2v.training.record import read_record

        loaded = load_all(given)
        read_record(given, loaded.metadata)  # raises if it is damaged
        given = loaded.word_vectors
    found = find_word_vectors(given)
    if found is not None:
        known = found.tokenizer if found.tokenizer != "tokens" else None  # token lists say nothing of strings
        return found, getattr(given, "tokenizer_", known)
    ways = "it must be a Word2Vec, WordVectors, a path, gensim's KeyedVectors (model.wv), or None"
    if isinstance(given, type):
        raise ParameterError(f"vectors is the class {given.__name__}: {ways}; make one, {given.__name__}()")
    raise ParameterError(
        f"vectors={type(given).__name__}: {ways}; of a matrix and its words WordVectors(matrix, words)"
    )


def _idf(counts: sparse.csr_matrix) -> NDArray[np.float64]:
    occurs_in = np.bincount(counts.indices, minlength=counts.shape[1])
    return np.log((1 + counts.shape[0]) / (1 + occurs_in)) + 1


def _word_shares(counts: sparse.csr_matrix) -> NDArray[np.float64]:
    """Return p(w), each word's share of all known words."""
    number = np.bincount(counts.indices, weights=counts.data, minlength=counts.shape[1])
    return number / number.sum()


def _sif_weights(counts: sparse.csr_matrix) -> NDArray[np.float64]:
    return SIF_A / (SIF_A + _word_shares(counts))


def _usif_weights(counts: sparse.csr_matrix) -> NDArray[np.float64]:
    """Return the weights of Ethayarajh, section 3: a depends on the words that a document of mean length may hold."""
    share = _word_shares(counts)
    words = np.count_nonzero(share)
    length = row_sums(counts)
    threshold = 1 - (1 - 1 / words) ** float(length[length > 0].mean())
    # The mean length is at least 1 and, up to rounding, the threshold is at least the mean share: alpha is below 1.
    alpha = np.count_nonzero(share > threshold * (1 + 1e-9)) / words
    partition = 0.5 * words
    one_by_a = alpha * partition / (1 - alpha)  # not a itself, which is infinite if alpha is 0
    return 1 / (0.5 + share * one_by_a)


def _common_components(
    rows: NDArray[np.float32], number: int
) -> tuple[NDArray[np.float32], NDArray[np.float32], float]:
    """Return the first right singular vectors, as rows, their shares of their squared singular values, and the rest's.

    The last is the share of all squared singular values that is left without them. They are computed from the (D, D)
    matrix of products, in float64: exact enough for float32 rows, and the time of the decomposition does not depend on
    the number of rows.
    """
    products = np.zeros((rows.shape[1], rows.shape[1]))
    for begin in range(0, len(rows), 65_536):
        block = rows[begin : begin + 65_536].astype(np.float64)
        products += block.T @ block
    squares, directions = np.linalg.eigh(products)
    order = np.argsort(-squares)[:number]
    order = order[squares[order] > squares.max() * 1e-10]  # drop directions outside the span of the documents
    everything, squares = squares.sum(), squares[order]
    shares = (squares / max(squares.sum(), 1e-300)).astype(np.float32)
    return directions.T[order].astype(np.float32), shares, float(1 - squares.sum() / max(everything, 1e-300))
