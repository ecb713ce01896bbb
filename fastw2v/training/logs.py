"""Progress through `logging`, at level INFO: what was read, a line about every second, the end of each epoch.

Nothing is computed, and no callback added, unless this module's logger is enabled for INFO, as it is after
``logging.basicConfig(level=logging.INFO)``.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from fastw2v.planning.subsampling import expected_tokens
from fastw2v.progress.figures import counted
from fastw2v.training.progress import describe, progress_line

if TYPE_CHECKING:
    from fastw2v.corpus.encoded_corpus import EncodedCorpus
    from fastw2v.training.session import Session
    from fastw2v.training.state import Progress

LOG_SECONDS = 1.0  # between two lines within an epoch
logger = logging.getLogger(__name__)


def is_logged() -> bool:
    """Return whether anybody reads the lines."""
    return logger.isEnabledFor(logging.INFO)


def log_reading() -> None:
    """Tell that a corpus is about to be read, which may take long."""
    logger.info("reading the corpus and counting its words")


def log_counts(words: int, tokens: int, sentences: int) -> None:
    """Tell how much was read."""
    source = f"{counted(tokens, 'token')} in {counted(sentences, 'sentence')}"
    logger.info(f"collected {counted(words, 'word')} from {source}")


def log_vocabulary(words: int, kept: int, tokens: int, dropped: int) -> None:
    """Tell how many words the vocabulary has, how many of all tokens they keep, and how many words it leaves out."""
    logger.info(
        f"the vocabulary has {counted(words, 'word')} and keeps {_part_of(kept, tokens)}; {counted(dropped, 'word')} "
        f"and {counted(tokens - kept, 'token is', 'tokens are')} left out"
    )


def log_corpus(corpus: EncodedCorpus) -> None:
    """Tell both of a corpus that was read."""
    report = corpus.report
    log_counts(report.distinct_words, report.raw_tokens, report.raw_sentences)
    log_vocabulary(len(corpus.vocabulary), len(corpus.ids), report.raw_tokens, report.dropped_words)


def log_initial_vectors(used: str | None) -> None:
    """Tell how many of the initial vectors are used."""
    if used is not None:
        logger.info(used)


def log_start(session: Session) -> None:
    """Tell how many tokens subsampling leaves, and what is trained."""
    if not is_logged():
        return
    request, state, tokens = session.request, session.state, len(session.corpus.ids)
    parameters = state.params
    kept = expected_tokens(session.corpus.count_words(), state.tables.keep_threshold)
    noise = f"negative={parameters.negative}, " if state.plan.negative_sampling else ""
    logger.info(f"sample={parameters.sample:g} keeps about {_part_of(kept, tokens)} in each epoch")
    logger.info(
        f"training {len(session.corpus.vocabulary):,} vectors of {counted(parameters.vector_size, 'number')} for "
        f"{counted(state.plan.epochs - state.epoch, 'epoch')} with architecture={parameters.architecture}, "
        f"window={parameters.window}, loss={parameters.loss}, {noise}learning rate {state.plan.learning_rate:g} to "
        f"{state.plan.min_learning_rate:g}, device={request.device}, n_jobs={request.n_jobs}"
    )


def log_end(session: Session) -> None:
    """Tell what the training took, and whether something stopped it."""
    if not is_logged():
        return
    state, report = session.state, session.state.report
    ended = "ended" if state.complete else f"was stopped by the {report.stopped_by or 'caller'}"
    loss = f", loss {state.loss_history[-1]:.4f}" if state.loss_history else ""
    logger.info(
        f"training {ended} after {state.epoch} of {counted(state.plan.epochs, 'epoch')}: "
        f"{counted(report.tokens, 'token')} in {report.seconds:.1f} s, {report.words_per_second:,.0f} words/s, on "
        f"{report.device}, n_jobs={report.n_jobs}{loss}"
    )


class ProgressLog:
    """A training callback that logs a line about every second, and one at the end of each epoch."""

    def __init__(self) -> None:
        self._written = 0.0  # in seconds of the run

    def __call__(self, progress: Progress) -> None:
        """Log a report if a line is due."""
        if progress.epoch_end:
            logger.info(f"end of {describe(progress)}")
        elif progress.elapsed - self._written >= LOG_SECONDS:
            logger.info(progress_line(progress))
        else:
            return
        self._written = progress.elapsed


def _part_of(part: int, whole: int) -> str:
    return f"{part:,} of {counted(whole, 'token')} ({part / max(1, whole):.1%})"
