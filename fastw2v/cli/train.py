"""A training session from the command line: options, the files they name, progress, and an orderly stop at Ctrl-C."""

from __future__ import annotations

import math
import signal
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastw2v.cli.loading import load_vectors
from fastw2v.cli.stopping import Ended, interrupts_noted_in
from fastw2v.cli.streams import say
from fastw2v.cli.vocabulary_files import read_words
from fastw2v.errors import ParameterError
from fastw2v.paths import searched
from fastw2v.planning.rows import OutputRows
from fastw2v.planning.training_parameters import TRAINING_PARAMETERS, TrainingParameters
from fastw2v.progress.figures import counted

if TYPE_CHECKING:
    from fastw2v.distributed.comm import Comm
    from fastw2v.formats.sniff import Format
    from fastw2v.training.session import Request, Session
    from fastw2v.training.state import Callback
    from fastw2v.vectors.word_vectors import WordVectors


@dataclass(frozen=True)
class Trained:
    """A session that has ended.

    Attributes
    ----------
    session : Session
    interrupted : bool
        Whether Ctrl-C, or another signal, ended it early.
    resumable : bool
        Whether the file of the checkpoint holds one of this run, though perhaps not the last.
    """

    session: Session
    interrupted: bool
    resumable: bool = False

    @property
    def unsaved(self) -> OSError | None:
        """What kept the last checkpoint from being written."""
        return self.session.state.unsaved

    @property
    def epoch(self) -> int:
        """The epoch at work, from 1."""
        state = self.session.state
        return min(state.epoch + 1, state.plan.epochs)

    @property
    def word_vectors(self) -> WordVectors:
        """The trained vectors."""
        from fastw2v.vectors.word_vectors import WordVectors

        vocabulary = self.session.corpus.vocabulary
        return WordVectors(self.session.state.w_in, vocabulary)

    @property
    def summary(self) -> str:
        """One line: words, speed, loss and seed."""
        state = self.session.state
        last = state.loss_history[-1] if state.loss_history else math.nan
        loss = "" if math.isnan(last) else f", loss {last:.4f}"
        words, speed = len(self.session.corpus.vocabulary), state.report.words_per_second
        return f"{counted(words, 'word')}, {speed:,.0f} words/s{loss}, seed {state.plan.seed}"

    def facts(self, output: Path) -> dict[str, Any]:
        """Return the report of a run; the keys are those of JSON."""
        from dataclasses import asdict

        state, read = self.session.state, self.session.corpus.report
        words, size = state.w_in.shape
        return {
            "output": str(output),
            "words": words,
            "vector_size": size,
            "tokens": read.raw_tokens,
            "sentences": read.raw_sentences,
            "distinct_words": read.distinct_words,
            "kept_tokens": len(self.session.corpus.ids),
            "interrupted": self.interrupted,
            "epochs": len(state.loss_history),
            "loss_history": list(state.loss_history),
            "words_per_second": state.report.words_per_second,
            "seconds_reading": read.seconds,
            "seconds_training": state.report.seconds,
            "device": state.report.device,
            "instruction_set": state.report.instruction_set,
            "n_jobs": state.report.n_jobs,
            "ranks": state.report.ranks,
            "merges": state.report.merges,
            "bytes_sent": state.report.bytes_sent,
            "seconds_merging": state.report.seconds_merging,
            "longest_wait": state.report.longest_wait,
            "seed": state.plan.seed,
            "parameters": asdict(state.params),
        }

    def save(self, path: Path, format: Format | None, with_context: bool, overwrite: bool = False) -> None:
        """Write the vectors; the native format also keeps what `Word2Vec.load` asks for."""
        from fastw2v import formats
        from fastw2v.formats.saving import if_native

        rows = self.session.state.output_rows if with_context else OutputRows()
        metadata = self.session.record()
        beside = if_native(path, format, context_vectors=rows.words, node_vectors=rows.nodes, metadata=metadata)
        formats.save(path, self.word_vectors, format=format, overwrite=overwrite, **beside)


def run_training(
    corpus: Any,
    options: dict[str, Any],
    *,
    quiet: bool,
    comm: Comm | None = None,
    doubt_room: Callable[[Session], None] | None = None,
) -> Trained:
    """Read a corpus and train on it.

    Parameters
    ----------
    corpus : what `fastw2v.encode` takes
    options : dict
        Training parameters, those of `encode`, ``device`` and ``seed``; ``checkpoint``, ``every`` and ``resume`` as in
        `Word2Vec.fit`; the files ``initial_vectors`` (word vectors), ``vocabulary`` and ``frozen`` (one word per line).
    quiet : bool
        Show no progress.
    comm : Comm, optional
        The ranks that train together.
    doubt_room : callable, optional
        Called with the session before it is trained: warns if the result will not fit its disk.

    Returns
    -------
    Trained
    """
    from fastw2v.distributed.comm import agreed_with
    from fastw2v.training.checkpoint import check_words
    from fastw2v.training.ranks import jobs_of_rank
    from fastw2v.training.session import begin, resume, run

    noted: list[int] = []
    with agreed_with(comm):
        request = request_of(options, (lambda progress: bool(noted),), quiet)
    request = replace(request, n_jobs=jobs_of_rank(request.n_jobs, comm))
    encoded = request.read(corpus, comm)  # before Ctrl-C is held back: reading may take long, or wait for a pipe
    if not quiet:
        report = encoded.report
        say(
            f"{counted(report.raw_tokens, 'token')} in {counted(report.raw_sentences, 'sentence')}, "
            f"{counted(len(encoded.vocabulary), 'word')} kept of {report.distinct_words:,}"
        )
        for remark in report.remarks():
            say(remark)
    check_words(encoded, "no file")
    with interrupts_noted_in(noted):
        session = (resume if options.get("resume") else begin)(request, encoded, comm=comm)
        if doubt_room is not None:
            doubt_room(session)
        try:
            run(session)
        except Ended:  # where Ctrl-C is ignored: the loop has kept what was trained
            noted.append(signal.SIGTERM)
        except OSError as error:
            if error is not session.state.unsaved:
                raise
    interrupted = bool(noted) or session.state.report.stopped_by == "interrupt"  # on another rank
    resumable = bool(options.get("resume")) or session.state.report.checkpoints > 0
    return Trained(session, interrupted and not session.state.complete, resumable)


def request_of(options: dict[str, Any], callbacks: tuple[Callback, ...], quiet: bool) -> Request:
    """Turn options into a checked request; the files they name are read."""
    from fastw2v.training.session import Request

    known = {each.name for each in fields(Request)} - {"parameters"}
    asked = {name: value for name, value in options.items() if name in known}
    parameters = TrainingParameters(**{name: options[name] for name in TRAINING_PARAMETERS if name in options})
    asked |= {"random_state": _seed(options), "callbacks": callbacks, "verbose": not quiet, **_files(options)}
    request = Request(parameters.checked(), **asked).checked()
    request.parameters.warn_of_no_effect()
    return request


def _seed(options: dict[str, Any]) -> int:
    """Return the seed: the checkpoint's, the given one, or a new one."""
    from fastw2v.training.checkpoint import seed_of
    from fastw2v.training.seed import check_seed, resolve_seed

    if not options.get("resume"):
        check_seed(options.get("seed"), "seed")
        return resolve_seed(options.get("seed"))
    if options.get("checkpoint") is None:
        raise ParameterError("--resume continues from a checkpoint: name its file with --checkpoint")
    if not options["checkpoint"].exists():
        raise ParameterError(
            f"--resume: there is no checkpoint {options['checkpoint']}{searched()}; leave out --resume to begin a run"
        )
    kept = seed_of(options["checkpoint"])
    if options.get("seed") not in (None, kept):
        raise ParameterError(
            f"--seed {options['seed']}: the run in {options['checkpoint']} has the seed {kept}; leave out --seed"
        )
    return kept


def _files(options: dict[str, Any]) -> dict[str, Any]:
    """Read the named files: vectors to start from, frozen words, the vocabulary. What is no name stays as it is."""
    read: dict[str, Callable[[Path], Any]]
    read = {"initial_vectors": load_vectors, "frozen": read_words, "vocabulary": read_words}
    return {name: reader(options[name]) for name, reader in read.items() if isinstance(options.get(name), Path)}
