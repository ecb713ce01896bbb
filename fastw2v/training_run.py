"""One training run from the command line: encode, train with a progress line, stop in order at Ctrl-C, save."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from types import FrameType
from typing import Any

import click

from fastw2v.errors import ParameterError
from fastw2v.params import Params

__all__ = ["TrainingRun", "check_output", "run_training"]

_ENCODING = ("tokenizer", "min_count", "max_vocab", "errors", "n_jobs")


@dataclass(frozen=True)
class TrainingRun:
    """What came of a run."""

    encoded: Any
    result: Any
    params: Params
    seed: int | None
    interrupted: bool
    epoch: int
    words_per_second: float

    @property
    def word_vectors(self) -> Any:
        """The trained vectors as WordVectors."""
        from fastw2v.vectors import WordVectors

        return WordVectors(self.result.w_in, self.encoded.vocabulary)

    @property
    def summary(self) -> str:
        """One line: words, speed and loss."""
        losses = list(self.result.loss_history)
        loss = f", loss {losses[-1]:.4f}" if losses else ""
        return f"{len(self.encoded.vocabulary):,} words, {self.words_per_second:,.0f} words/s{loss}"

    def save(self, path: Path, format: str | None, with_context: bool) -> None:
        """Write the vectors; the native format also keeps parameters and loss history."""
        from fastw2v import formats

        native = (format or formats.format_of_name(path)) == "native"
        losses = [float(loss) for loss in self.result.loss_history]
        metadata = {"parameters": asdict(self.params), "seed": self.seed, "loss_history": losses}
        formats.save(
            path,
            self.word_vectors,
            format=format,
            context_vectors=self.result.w_out if with_context else None,
            metadata=metadata if native else None,
        )


def check_output(path: Path, format: str | None, with_context: bool) -> None:
    """Find out before the training, not after it, that the result could not be written.

    Raises
    ------
    ParameterError
        When the name says no format, or the format has no place for context vectors.
    OSError
        When the folder is missing or cannot be written to.
    """
    import os

    from fastw2v.formats import format_of_name

    chosen = format or format_of_name(path)
    if chosen is None:
        raise ParameterError(f"{path}: the name says no format; end it in .safetensors, .vec or .bin, or give --format")
    if with_context and chosen != "native":
        raise ParameterError(f"--with-context: word2vec {chosen} files hold no context vectors; use .safetensors")
    folder = path.resolve().parent
    if path.is_dir() or not folder.is_dir() or not os.access(folder, os.W_OK):
        raise OSError(f"{path} cannot be written: it is a folder, or {folder} is none that can be written to")


def run_training(corpus: Any, options: dict[str, Any], *, quiet: bool) -> TrainingRun:
    """Encode a corpus and train on it.

    Parameters
    ----------
    corpus : what `fastw2v.corpus.encode` takes
    options : dict
        The fields of Params, those of `encode`, and ``device`` and ``seed``.
    quiet : bool
        Show no progress.

    Returns
    -------
    TrainingRun
    """
    from fastw2v.corpus import encode
    from fastw2v.fit import train
    from fastw2v.progress import ProgressLine

    names = {each.name for each in fields(Params)}
    params = Params(**{name: value for name, value in options.items() if name in names}).checked()
    encoded = encode(corpus, **{name: options[name] for name in _ENCODING if name in options})
    if not quiet:
        report = encoded.report
        click.echo(
            f"{report.raw_tokens:,} tokens in {report.raw_sentences:,} sentences, "
            f"{len(encoded.vocabulary):,} words kept of {report.distinct_words:,}",
            err=True,
        )
    last = _LastReport()
    with _stop_at_interrupt() as stop, ProgressLine() as line:
        callbacks = [last, lambda progress: stop.asked] + ([] if quiet else [line])
        result = train(
            encoded,
            params,
            seed=options.get("seed"),
            n_jobs=options.get("n_jobs"),
            device=options.get("device", "auto"),
            callbacks=callbacks,
        )
    seed = getattr(result, "seed", options.get("seed"))
    return TrainingRun(encoded, result, params, seed, stop.asked, last.epoch, last.words_per_second)


class _LastReport:
    """A callback that remembers how far training came."""

    epoch = 1
    words_per_second = float("nan")

    def __call__(self, progress: Any) -> bool:
        self.epoch = progress.epoch
        self.words_per_second = progress.words_per_second
        return False


class _Stop:
    asked = False


@contextmanager
def _stop_at_interrupt() -> Iterator[_Stop]:
    """Turn the first Ctrl-C into a wish to stop; a second one interrupts at once."""
    stop = _Stop()

    def ask(number: int, frame: FrameType | None) -> None:
        stop.asked = True
        signal.signal(signal.SIGINT, signal.default_int_handler)
        print("stopping; press Ctrl-C again to stop at once", file=sys.stderr)

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)
