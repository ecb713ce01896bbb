"""Training on with more text: `Word2Vec.partial_fit`. The vocabulary stays; nothing else is forgotten."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from fastw2v.corpus.ids import count_ids
from fastw2v.corpus.vocabulary import Vocabulary
from fastw2v.errors import ParameterError
from fastw2v.training.givens import frozen_rows, initial_rows, resolve_seed
from fastw2v.training.loop import start

if TYPE_CHECKING:
    from typing_extensions import Self

    from fastw2v.corpus.encoded import EncodedCorpus
    from fastw2v.planning.training_parameters import TrainingParameters
    from fastw2v.training.state import TrainingState


class Continued:
    """The part of `Word2Vec` that goes on where it stands."""

    def partial_fit(self, X: Any, y: Any = None) -> Self:  # noqa: N803
        """Train on with more text, in one pass over it; the vocabulary stays as it is.

        Parameters
        ----------
        X : as ``corpus``
        y : ignored

        Returns
        -------
        Word2Vec
            Itself. ``vocabulary_.counts`` have grown by the words of ``X``, ``loss_history_`` and ``n_iter_`` by this
            pass; ``report_`` and ``corpus_report_`` are about ``X``.

        Raises
        ------
        CorpusError
            Of the words of ``X`` none is in the vocabulary; and as for `fit`.
        ValueError
            The model was read from a file without context vectors, so that training cannot go on.

        Notes
        -----
        The first call of an unfitted model settles the vocabulary: ``vocabulary`` if that was given, else the words of
        ``X`` by ``min_count`` and ``max_vocab``. After that, and after `fit`, words outside it are left out and counted
        in ``corpus_report_`` (``dropped_words``, ``dropped_tokens``).

        The learning rate is ``learning_rate`` throughout (``epochs`` and ``min_learning_rate`` do not apply): nobody
        knows how many calls will follow, so there is no line to fall along. Lower it between calls with `set_params`.
        Subsampling and noise words follow the counts of all text so far. Each pass has draws of its own, which follow
        from ``seed_`` and the number of passes before it, so the same calls give the same vectors with ``n_jobs=1``.

        Examples
        --------
        >>> from fastw2v import Word2Vec
        >>> model = Word2Vec(min_count=1, sample=0, vector_size=8, random_state=1, n_jobs=1)
        >>> for text in ([["red", "wine"], ["red", "rose"]] * 9, [["red", "wine", "beer"]] * 9):
        ...     model = model.partial_fit(text)
        >>> model.n_iter_, model.corpus_report_.dropped_words, "beer" in model
        (2, 1, False)
        """
        model: Any = self
        with model._only_fit():
            seed = model.seed_ if hasattr(model, "vectors_") else resolve_seed(model.random_state)
            state, corpus = _start(model, X, model._params(), seed)
            try:
                model._advance(state, corpus, None, None)
            finally:
                model._unfinished = (None, None, None)  # a pass that was stopped stays as it is: there is no resuming
                if hasattr(model, "vectors_"):
                    model.seed_ = seed
            model._remember_width(X)
        return self


def _start(model: Any, text: Any, params: TrainingParameters, seed: int) -> tuple[TrainingState, EncodedCorpus]:
    """One pass over a piece of text, from where the model stands; the corpus has the counts of all pieces."""
    rate = params.resolved_learning_rate
    params = replace(params, epochs=1, learning_rate=rate, min_learning_rate=rate)
    if not hasattr(model, "vectors_"):
        corpus = model._encoded(text, model.vocabulary)
        given = initial_rows(model.initial_vectors, corpus.vocabulary, params.vector_size)
        return start(
            corpus, params, seed=seed, initial_vectors=given, frozen=frozen_rows(model.frozen, corpus.vocabulary)
        ), corpus
    known = model.vocabulary_
    corpus = model._encoded(text, known)
    _check_fits(model, corpus, params)
    here = count_ids(corpus.ids, len(known))
    counts = here if known.counts is None else known.counts + here
    corpus = replace(corpus, vocabulary=Vocabulary(known.words, counts))
    state = start(
        corpus,
        params,
        seed=_seed_of_pass(seed, model.n_iter_),
        initial_vectors=model.vectors_.vectors,
        frozen=frozen_rows(model.frozen, known),
        counts=corpus.vocabulary.counts,
    )
    state.w_out[:] = model.context_vectors_.vectors
    state.loss_history = list(model.loss_history_)
    return state, corpus


def _seed_of_pass(seed: int, passes: int) -> int:
    """Draws of its own for every pass: with the seed of the first one, equal places would draw equal windows."""
    return int(np.random.SeedSequence((seed, passes)).generate_state(1, np.uint64)[0])


def _check_fits(model: Any, corpus: EncodedCorpus, params: TrainingParameters) -> None:
    if not hasattr(model, "context_vectors_"):
        raise ValueError(
            "partial_fit: this model was read from a file that holds no context vectors, so training cannot go on; "
            "start anew from its vectors: Word2Vec(initial_vectors=model)"
        )
    size = model.vectors_.vectors.shape[1]
    if size != params.vector_size:
        raise ParameterError(f"partial_fit: vector_size={params.vector_size}, but the model's vectors have {size}")
    if corpus.vocabulary.words != model.vocabulary_.words:
        raise ParameterError(
            f"partial_fit: the encoded corpus has a vocabulary of its own ({len(corpus.vocabulary):,} words); encode "
            f"it with the model's ({len(model.vocabulary_):,}): encode(text, vocabulary=model.vocabulary_)"
        )
