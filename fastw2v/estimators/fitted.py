"""What a fitted model offers: its vectors by word, documents as vectors, files."""

from __future__ import annotations

import os
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any, overload

import numpy as np
from numpy.typing import NDArray

from fastw2v.corpus.tokenizers import NAMES
from fastw2v.corpus.vocabulary import Vocabulary
from fastw2v.errors import FormatError, ParameterError
from fastw2v.estimators.bags import mean_vectors
from fastw2v.formats import load_all, save
from fastw2v.parameters import check, shown
from fastw2v.planning.training_parameters import TrainingParameters
from fastw2v.vectors.word_vectors import WordVectors

if TYPE_CHECKING:
    from typing_extensions import Self

    from fastw2v.corpus.tokenizers import Tokenizer
    from fastw2v.formats.sniff import Format
    from fastw2v.vectors.approximate import ApproximateIndex
    from fastw2v.vectors.neighbours import Answer
    from fastw2v.vectors.queries import Words

TRAINING_PARAMS = tuple(each.name for each in fields(TrainingParameters))


class FittedModel:
    """The part of `Word2Vec` that needs no corpus."""

    vectors_: WordVectors
    context_vectors_: WordVectors
    vocabulary_: Vocabulary
    loss_history_: list[float]
    n_iter_: int
    seed_: int | None
    tokenizer_: Tokenizer
    n_features_out_: int
    _check_width: Any  # of TextEstimator

    # ------------------------------------------------------------------ documents to vectors

    def transform(self, X: Iterable[Any]) -> NDArray[np.float32]:  # noqa: N803
        """The mean of each document's known word vectors.

        Parameters
        ----------
        X : iterable of strings or token lists
            Strings are split by the tokenizer of `fit`.

        Returns
        -------
        float32 (documents, D)
            A document without a known word gets zeros.

        Raises
        ------
        CorpusTypeError
            ``X`` is no list of documents (one string, a table, a sparse matrix), or one of them is none.
        CorpusError
            ``X`` is an iterator that was used up before.
        ValueError
            `fit` got a two-dimensional array, and ``X`` is one of another width.
        """
        vectors = self.wv
        self._check_width(X)
        return mean_vectors(X, vectors, self.tokenizer_)

    @property
    def _n_features_out(self) -> int:
        return self.n_features_out_

    # ------------------------------------------------------------------ the fitted model

    @property
    def wv(self) -> WordVectors:
        """The word vectors, under gensim's name."""
        if not hasattr(self, "vectors_"):
            from sklearn.exceptions import NotFittedError

            raise NotFittedError(f"this {type(self).__name__} has no vectors yet: call fit() first")
        return self.vectors_

    @overload
    def __getitem__(self, words: slice) -> WordVectors: ...
    @overload
    def __getitem__(self, words: Hashable | Sequence[Hashable]) -> NDArray[np.float32]: ...
    def __getitem__(self, words: Any) -> Any:
        """The vector of a word, or the vectors of a list of words."""
        return self.wv[words]

    def __contains__(self, word: object) -> bool:
        return word in self.wv

    def most_similar(
        self,
        positive: Any = (),
        negative: Any = (),
        topn: int = 10,
        restrict_vocab: int | None = None,
        *,
        among: Words | None = None,
        exclude: Words | None = None,
        index: ApproximateIndex | None = None,
    ) -> Answer:
        """The words nearest to a word, or to a sum of words; see `WordVectors.most_similar`."""
        return self.wv.most_similar(positive, negative, topn, restrict_vocab, among=among, exclude=exclude, index=index)

    def analogy(self, a: Hashable, b: Hashable, c: Hashable, topn: int = 10) -> Answer:
        """a is to b as c is to what? See `WordVectors.analogy`."""
        return self.wv.analogy(a, b, c, topn=topn)

    def similarity(self, first: Hashable, second: Hashable) -> float:
        """The cosine of two words' vectors."""
        return self.wv.similarity(first, second)

    # ------------------------------------------------------------------ files and copies

    def save(self, path: str | os.PathLike[str], *, format: Format | None = None) -> None:
        """Write the model: native (everything), or word2vec "text" or "binary" (the word vectors alone).

        The format follows from the suffix where it is not named: ``.safetensors`` and ``.fw2v`` are native, ``.txt``
        and ``.vec`` text, ``.bin`` binary. All or nothing: an old file stays until the new one is complete.
        """
        metadata = {
            "parameters": {name: getattr(self, name) for name in TRAINING_PARAMS},
            "loss_history": self.loss_history_ if hasattr(self, "loss_history_") else [],
            "tokenizer": self.tokenizer_ if isinstance(getattr(self, "tokenizer_", None), str) else None,
            "seed": getattr(self, "seed_", None),
        }
        # A model that was read from a file of word vectors alone has no context vectors.
        context = self.context_vectors_.vectors if hasattr(self, "context_vectors_") else None
        save(path, self.wv, format=format, context_vectors=context, metadata=metadata)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Read a model that `save` wrote in the native format, ready to be used.

        For files of the word2vec formats, which hold vectors alone, use `fastw2v.load`.

        Raises
        ------
        FormatError
            The file is of another format, or damaged.
        OSError
            It cannot be read.
        """
        loaded = load_all(path, format="native")
        record = _record(path, loaded.metadata)
        known = {name: value for name, value in record["parameters"].items() if name in TRAINING_PARAMS}
        model = cls(**{**known, "vector_size": loaded.word_vectors.vectors.shape[1]})
        words, counts = loaded.word_vectors.index_to_key, loaded.word_vectors.counts
        model.vectors_ = loaded.word_vectors
        if loaded.context_vectors is not None:
            model.context_vectors_ = WordVectors(loaded.context_vectors, words, counts)
        model.vocabulary_ = Vocabulary(words, np.zeros(len(words), np.int64) if counts is None else counts)
        model.loss_history_ = [float(loss) for loss in record["loss_history"]]
        model.n_iter_ = len(model.loss_history_)
        model.tokenizer_ = record["tokenizer"] or "whitespace"
        model.seed_ = record["seed"]
        model.n_features_out_ = model.vectors_.vectors.shape[1]
        return model


def _record(path: str | os.PathLike[str], metadata: dict[str, Any]) -> dict[str, Any]:
    """What a file says of the training, checked: anybody may have written it."""
    record: dict[str, Any] = {"parameters": {}, "loss_history": [], "tokenizer": None, "seed": None}
    record |= {name: metadata[name] for name in record if metadata.get(name) is not None}
    fits = {
        "parameters": isinstance(record["parameters"], dict),
        "loss_history": isinstance(record["loss_history"], list)
        and all(isinstance(loss, (int, float)) for loss in record["loss_history"]),
        "tokenizer": record["tokenizer"] is None or record["tokenizer"] in NAMES,
        "seed": record["seed"] is None or type(record["seed"]) is int,
    }
    for name, good in fits.items():
        if not good:
            raise FormatError(f"{os.fspath(path)}: its record of {name} is damaged: {shown(record[name])}")
    for name in TRAINING_PARAMS:
        try:
            if name in record["parameters"]:
                check(name, record["parameters"][name])
        except ParameterError as error:
            raise FormatError(f"{os.fspath(path)}: its record of parameters is damaged: {error}") from None
    return record
