"""One training run from the command line: encode, train with a progress line, stop in order at Ctrl-C, save."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fastw2v.errors import ParameterError
from fastw2v.planning.training_parameters import TrainingParameters

if TYPE_CHECKING:
    from fastw2v.corpus.encoded import EncodedCorpus
    from fastw2v.formats.sniff import Format
    from fastw2v.training.state import TrainingState
    from fastw2v.vectors.word_vectors import WordVectors

_ENCODING = ("tokenizer", "min_count", "max_vocab", "errors", "n_jobs", "spool")


@dataclass(frozen=True)
class TrainingRun:
    """What came of a run.

    Attributes
    ----------
    corpus : EncodedCorpus
    state : TrainingState
    interrupted : bool
        Whether Ctrl-C ended it.
    """

    corpus: EncodedCorpus
    state: TrainingState
    interrupted: bool

    @property
    def epoch(self) -> int:
        """The epoch at work, from 1."""
        return min(self.state.epoch + 1, self.state.plan.epochs)

    @property
    def word_vectors(self) -> WordVectors:
        """The trained vectors."""
        from fastw2v.vectors.word_vectors import WordVectors

        return WordVectors(self.state.w_in, self.corpus.vocabulary)

    @property
    def summary(self) -> str:
        """One line: words, speed, loss and seed."""
        losses = self.state.loss_history
        loss = f", loss {losses[-1]:.4f}" if losses else ""
        report, seed = self.state.report, self.state.plan.seed
        return f"{len(self.corpus.vocabulary):,} words, {report.words_per_second:,.0f} words/s{loss}, seed {seed}"

    def save(self, path: Path, format: Format | None, with_context: bool) -> None:
        """Write the vectors; the native format also keeps what `Word2Vec.load` asks for."""
        from fastw2v import formats

        tokenizer = self.corpus.tokenizer
        metadata = {
            "parameters": asdict(self.state.params),
            "loss_history": self.state.loss_history,
            "tokenizer": tokenizer if isinstance(tokenizer, str) else None,
            "seed": self.state.plan.seed,
        }
        context = self.state.w_out if with_context else None
        formats.save(path, self.word_vectors, format=format, context_vectors=context, metadata=metadata)


def check_output(path: Path, format: Format | None, with_context: bool) -> None:
    """Find out before the training, not after it, that the result could not be written.

    Raises
    ------
    FormatError
        When the name says no format.
    ParameterError
        When the format has no place for context vectors.
    OSError
        When the folder is missing or cannot be written to.
    """
    from fastw2v.formats.atomic import check_target
    from fastw2v.formats.load_save import format_to_write

    chosen = format_to_write(path, format)
    if with_context and chosen != "native":
        raise ParameterError(f"--with-context: word2vec {chosen} files hold no context vectors; use .safetensors")
    check_target(path)


def run_training(corpus: Any, options: dict[str, Any], *, quiet: bool) -> TrainingRun:
    """Encode a corpus and train on it.

    Parameters
    ----------
    corpus : what `fastw2v.corpus.encode` takes
    options : dict
        Training parameters, those of `encode`, ``device`` and ``seed``; ``checkpoint``, ``every`` and ``resume`` as in
        `Word2Vec.fit`; the files ``initial_vectors`` (word vectors), ``vocabulary`` and ``frozen`` (a word a line).
    quiet : bool
        Show no progress.

    Returns
    -------
    TrainingRun
    """
    from fastw2v.corpus.encoding import encode
    from fastw2v.training.checkpoint import check_words, restore
    from fastw2v.training.givens import check_start, frozen_rows, initial_rows
    from fastw2v.training.loop import advance, check_options, start
    from fastw2v.training.progress import ProgressLine

    names = {each.name for each in fields(TrainingParameters)}
    params = TrainingParameters(**{name: value for name, value in options.items() if name in names}).checked()
    how = {name: options[name] for name in ("device", "n_jobs", "checkpoint", "every") if name in options}
    check_options(**how)
    seed = _seed(options)
    given, frozen, vocabulary = _files(options)
    check_start(seed, given, frozen, params.vector_size)
    encoding = {name: options[name] for name in _ENCODING if name in options}
    encoded = encode(corpus, vocabulary=vocabulary, **encoding)
    if not quiet:
        report = encoded.report
        click.echo(
            f"{report.raw_tokens:,} tokens in {report.raw_sentences:,} sentences, "
            f"{len(encoded.vocabulary):,} words kept of {report.distinct_words:,}",
            err=True,
        )
    check_words(encoded)
    with ProgressLine() as line, _interrupt_noted() as noted:
        state = start(
            encoded,
            params,
            seed=seed,
            initial_vectors=initial_rows(given, encoded.vocabulary, params.vector_size),
            frozen=frozen_rows(frozen, encoded.vocabulary),
        )
        if options.get("resume"):
            restore(options["checkpoint"], state, encoded)
        advance(state, encoded, callbacks=(lambda progress: bool(noted), *(() if quiet else (line,))), **how)
    return TrainingRun(encoded, state, interrupted=bool(noted))


def _seed(options: dict[str, Any]) -> int:
    """The seed of the run: the checkpoint's, the one that was given, or a new one."""
    from fastw2v.training.checkpoint import seed_of
    from fastw2v.training.givens import check_seed, resolve_seed

    if not options.get("resume"):
        check_seed(options.get("seed"), "seed")
        return resolve_seed(options.get("seed"))
    if options.get("checkpoint") is None:
        raise ParameterError("--resume goes on from a checkpoint: name its file with --checkpoint")
    if options.get("seed") is not None:
        raise ParameterError(f"--seed {options['seed']}: with --resume the seed is the checkpoint's; leave --seed out")
    return seed_of(options["checkpoint"])


def _files(options: dict[str, Any]) -> tuple[WordVectors | None, list[str] | None, list[str] | None]:
    """What the files hold that were named: vectors to start from, words that stay, and the vocabulary."""
    from fastw2v.formats import load

    vectors = options.get("initial_vectors")
    frozen, vocabulary = (options.get(name) and _words_of(options[name]) for name in ("frozen", "vocabulary"))
    return None if vectors is None else load(vectors), frozen, vocabulary


def _words_of(path: Path) -> list[str]:
    """The words of a text file, one a line; blank lines are none."""
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ParameterError(f"{path}: no UTF-8 text of one word a line: {error}") from None
    return [line.rstrip("\r") for line in text.split("\n") if line.strip()]


@contextmanager
def _interrupt_noted() -> Iterator[list[int]]:
    """Note Ctrl-C instead of raising, so that `train` returns with what it has.

    While it trains, `train` stops the threads itself and hands the signal on at its end; the callback is for a Ctrl-C
    that comes before that.
    """
    noted: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, frame: noted.append(number))
    try:
        yield noted
    finally:
        signal.signal(signal.SIGINT, before)
