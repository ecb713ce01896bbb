"""One more pass over new text, for `partial_fit`: a session that begins with the rows and counts of a model."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fastw2v.corpus.given_vocabulary import given_counts
from fastw2v.corpus.vocabulary import Vocabulary
from fastw2v.errors import ParameterError, warn_user
from fastw2v.planning.learning_rate import AFTER_A_RUN, LONG_RUN
from fastw2v.planning.rows import OutputRows
from fastw2v.planning.training_parameters import TrainingParameters
from fastw2v.training.growth import grown_input_rows, grown_output_rows
from fastw2v.training.session import Request, Session, begin

_NAMES_OF_ROWS = {"words": "context_vectors_", "nodes": "node_vectors_"}


class Standing(NamedTuple):
    """The state of a model before another pass.

    Words, rows, losses, number of finished passes so far, seed of the first, and number of passes that were stopped.
    """

    vocabulary: Vocabulary
    vectors: NDArray[np.float32]
    output_rows: OutputRows
    loss_history: list[float]
    passes: int
    seed: int
    stopped: int = 0


def one_pass(request: Request, trained: bool) -> Request:
    """Return the request for a single epoch: at a constant learning rate, or down to the least one that was asked for.

    ``trained`` tells that the model has completed a `fit`.

    Raises
    ------
    ParameterError
        The least learning rate is above that of the pass.
    """
    # How many passes will follow is not known: the default is that of a long run. What a whole run has settled, that
    # rate would undo: on the same text, 0.05 took WordSim-353 from 0.56 to 0.45, and a quarter of it to 0.52.
    parameters = replace(request.parameters, epochs=LONG_RUN)
    rate = parameters.resolved_learning_rate
    if trained and parameters.learning_rate is None:
        rate = max(rate * AFTER_A_RUN, parameters.min_learning_rate or 0)
    least = rate if parameters.min_learning_rate is None else parameters.min_learning_rate
    parameters = replace(parameters, epochs=1, learning_rate=rate, min_learning_rate=least).checked()
    return replace(request, parameters=parameters, summary=False)


def first_pass(request: Request, corpus: Any, seed: int) -> Session:
    """Begin the first pass of a new model over text.

    Counts that were given with the vocabulary count as those of earlier text: a first part says little of what follows.
    """
    given = None if request.vocabulary is None else given_counts(request.vocabulary)
    if given is None:
        return begin(request, corpus, seed=seed)
    encoded = request.read(corpus)
    counts = encoded.count_words()
    counts[: len(given)] += given
    vocabulary = Vocabulary(encoded.vocabulary.words, counts)
    return begin(request, corpus, encoded=replace(encoded, vocabulary=vocabulary), seed=seed, counts=counts)


def next_pass(request: Request, corpus: Any, standing: Standing) -> Session:
    """Begin one pass over new text from the current state of a model.

    The counts grow by those of the new text, and subsampling and noise words follow the sum. With ``new_words``, words
    that reach ``min_count`` in the new text are added to the vocabulary: known words keep their rows.

    Raises
    ------
    ParameterError
        The request or the encoded corpus does not fit the model.
    CorpusError
        The new text has no word of the vocabulary.
    """
    known = standing.vocabulary
    request = replace(request, vocabulary=known)
    encoded = request.read(corpus)
    _check_fits(standing, request.parameters)
    _warn_of_other_loss(standing.output_rows, request.parameters)
    counts = encoded.count_words()
    if known.counts is not None:
        counts[: len(known)] += known.counts
    vocabulary = Vocabulary(encoded.vocabulary.words, counts)
    rows = grown_input_rows(standing.vectors, vocabulary, standing.seed, request.initial_vectors, request.frozen)
    session = begin(
        replace(request, initial_vectors=rows),
        corpus,
        encoded=replace(encoded, vocabulary=vocabulary),
        seed=seed_of_pass(standing.seed, standing.passes, standing.stopped),
        output_rows=grown_output_rows(standing.output_rows, len(vocabulary)),
        counts=counts,
    )
    session.state.loss_history = list(standing.loss_history)
    return session


def _check_fits(standing: Standing, parameters: TrainingParameters) -> None:
    size = standing.vectors.shape[1]
    if size != parameters.vector_size:
        raise ParameterError(f"partial_fit: vector_size={parameters.vector_size}, but the model's vectors have {size}")
    context, words = standing.output_rows.words, len(standing.vectors)
    if context is not None and context.shape != (words, size):  # those that a caller has set
        raise ParameterError(
            f"partial_fit: context_vectors_ have shape {context.shape}, expected {(words, size)}: one row for each "
            "word of vectors_.index_to_key, in its order"
        )


def _warn_of_other_loss(rows: OutputRows, parameters: TrainingParameters) -> None:
    """Warn if a pass drops output rows of the model, or begins some at zero, because `loss` was changed."""
    needed = OutputRows._fields, (parameters.negative_sampling, parameters.hierarchical)
    kinds = [(name, wanted, getattr(rows, name) is not None) for name, wanted in zip(*needed, strict=True)]
    told = [
        f"{_NAMES_OF_ROWS[name]} {'start at zero' if wanted else 'are dropped'}"
        for name, wanted, held in kinds
        if wanted != held
    ]
    if told:
        warn_user(f"partial_fit: the model was not trained with loss={parameters.loss!r}: its {' and its '.join(told)}")


def seed_of_pass(seed: int, passes: int, stopped: int = 0) -> int:
    """Return a new seed for each pass: with the first one, equal positions would draw equal windows."""
    before = (seed, passes, stopped) if stopped else (seed, passes)
    return int(np.random.SeedSequence(before).generate_state(1, np.uint64)[0])
