"""What a finished run has done, in a short table: time by phase, speed, vocabulary, losses, and a few neighbours."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from fastw2v.progress.closing import Table
from fastw2v.progress.figures import counted, format_large, format_took
from fastw2v.training.initial_rows import describe_used
from fastw2v.vectors.telling_words import LEAST_WORDS, example_neighbours
from fastw2v.vectors.word_vectors import WordVectors

if TYPE_CHECKING:
    from fastw2v.corpus.encoded_corpus import EncodeReport
    from fastw2v.training.session import Session
    from fastw2v.training.state import Report

_LOSSES = 6  # shown in full; of more, the first and the last ones


def summary(session: Session) -> Table:
    """Return the table of a session that has ended."""
    state, corpus = session.state, session.corpus
    rows = time_rows(corpus.report, state.report)
    rows += vocabulary_rows(corpus.report, len(corpus.vocabulary))
    if used := describe_used(session.request.initial_vectors, corpus.vocabulary):
        rows.append(("start", used))
    if state.loss_history:
        rows.append(("loss", in_short(state.loss_history)))
    vectors = WordVectors(state.w_in, corpus.vocabulary)
    near = example_neighbours(vectors) if len(vectors) >= LEAST_WORDS else []
    groups = [("", rows)]
    if near:
        named = [(str(word), ", ".join(str(other) for other, _ in others)) for word, others in near]
        groups.append(("nearest words", named))
    return Table(groups)


def time_rows(read: EncodeReport, trained: Report) -> list[tuple[str, str]]:
    """Return the time of each phase and the speed."""
    where = f", {counted(trained.n_jobs, 'thread')}" if trained.device == "cpu" else ""
    speed = f", {format_large(trained.words_per_second)} words/s on {trained.device}{where}" if trained.device else ""
    return [
        ("counting", format_took(max(0.0, read.seconds - read.encoding_seconds))),
        ("encoding", format_took(read.encoding_seconds)),
        ("training", f"{format_took(trained.seconds)}{speed}"),
    ]


def vocabulary_rows(read: EncodeReport, words: int) -> list[tuple[str, str]]:
    """Return the size of the vocabulary and how much of the corpus it covers."""
    return [
        ("vocabulary", f"{words:,} of {counted(max(words, read.distinct_words), 'distinct word')}"),
        ("coverage", f"{read.coverage:.1%} of {counted(read.raw_tokens, 'token')}"),
    ]


def in_short(losses: Sequence[float]) -> str:
    """Return the loss of each epoch, or of the first and the last ones.

    Examples
    --------
    >>> in_short([2.5, 2.25]), in_short([9, 8, 7, 6, 5, 4, 3.0])
    ('2.5000, 2.2500 (2 epochs)', '9.0000, 8.0000, ..., 4.0000, 3.0000 (7 epochs)')
    >>> in_short([math.nan, 3.0])  # no pair was trained in the first
    '-, 3.0000 (2 epochs)'
    """
    shown = ["-" if math.isnan(loss) else f"{loss:.4f}" for loss in losses]
    if len(shown) > _LOSSES:
        shown = [*shown[:2], "...", *shown[-2:]]
    return f"{', '.join(shown)} ({counted(len(losses), 'epoch')})"
