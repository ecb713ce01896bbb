"""A training session from the command line: options, the files they name, progress, and an orderly stop at Ctrl-C."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastw2v.cli.loading import load_vectors
from fastw2v.cli.streams import say
from fastw2v.cli.vocabulary_files import read_words
from fastw2v.errors import ParameterError
from fastw2v.planning.rows import OutputRows
from fastw2v.planning.training_parameters import TRAINING_PARAMETERS, TrainingParameters

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
        Whether Ctrl-C ended it.
    """

    session: Session
    interrupted: bool

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
        loss = f", loss {state.loss_history[-1]:.4f}" if state.loss_history else ""
        words, speed = len(self.session.corpus.vocabulary), state.report.words_per_second
        return f"{words:,} words, {speed:,.0f} words/s{loss}, seed {state.plan.seed}"

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

        rows = self.session.state.output_rows if with_context else OutputRows()
        metadata = self.session.record()
        formats.save(
            path,
            self.word_vectors,
            format=format,
            context_vectors=rows.words,
            node_vectors=rows.nodes,
            metadata=metadata,
            overwrite=overwrite,
        )


def check_output(path: Path, format: Format | None, with_context: bool) -> None:
    """Check before training that the result can be written.

    Raises
    ------
    FormatError
        The suffix names no format.
    ParameterError
        The format cannot hold context vectors.
    OSError
        The folder is missing or not writable.
    """
    from fastw2v.formats.saving import format_to_write
    from fastw2v.writing.atomic import check_target

    chosen = format_to_write(path, format)
    if with_context and chosen != "native":
        raise ParameterError(f"--with-context: word2vec {chosen} files cannot hold context vectors; use .safetensors")
    check_target(path)


def paths_of(corpora: tuple[str, ...]) -> list[Path]:
    """Return the corpora named on the command line as paths.

    Raises
    ------
    ParameterError
        A name is empty, or standard input is named twice.
    """
    if not all(corpora):
        raise ParameterError("a CORPUS is named by an empty string: leave it out, or name a file")
    if corpora.count("-") > 1:
        raise ParameterError("standard input (-) is named twice as CORPUS, but can be read only once")
    return [Path(name) for name in corpora]


def corpus_of(paths: list[Path]) -> Path | list[Path]:
    """Return paths as a corpus: one is read as that file, several one after the other."""
    return paths[0] if len(paths) == 1 else paths


def check_nothing_is_lost(output: Path, corpora: list[Path], overwrite: bool, checkpoint: Path | None = None) -> None:
    """Refuse an output that would replace a file of the corpus, the checkpoint, or anything but word vectors.

    Raises
    ------
    ParameterError
        It is a file of the corpus, or the checkpoint.
    FormatError
        It exists, is no file of word vectors, and may not be overwritten.
    CorpusError
        There is no such corpus.
    """
    from fastw2v.formats.saving import check_replaceable

    if checkpoint is not None and (
        output.resolve() == checkpoint.resolve()
        or (output.exists() and checkpoint.exists() and output.samefile(checkpoint))
    ):
        raise ParameterError(
            f"--output {output} is the file of --checkpoint {checkpoint}, which it would replace: name another file"
        )
    check_not_of_corpus("--output", output, corpora)
    if output.exists() and not overwrite:
        check_replaceable(output)


def check_not_of_corpus(option: str, path: Path, corpora: list[Path]) -> None:
    """Raise ParameterError if a file to be written exists and is one of the corpus."""
    from fastw2v.corpus.files import find

    if not path.exists():
        return
    files = [file for corpus in corpora for file in find(corpus)]
    if any(file.state is not None and path.samefile(file.path) for file in files):
        raise ParameterError(f"{option} {path} is a file of the corpus, which it would replace: name another file")


def run_training(corpus: Any, options: dict[str, Any], *, quiet: bool, comm: Comm | None = None) -> Trained:
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
            f"{report.raw_tokens:,} tokens in {report.raw_sentences:,} sentences, "
            f"{len(encoded.vocabulary):,} words kept of {report.distinct_words:,}"
        )
        for remark in report.remarks():
            say(remark)
    check_words(encoded)
    with _interrupts_noted_in(noted):
        session = (resume if options.get("resume") else begin)(request, encoded, comm=comm)
        run(session)
    return Trained(session, interrupted=bool(noted) or session.state.report.stopped_by == "interrupt")


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


@contextmanager
def _interrupts_noted_in(noted: list[int]) -> Iterator[None]:
    """Note Ctrl-C instead of raising, so that training returns what it has.

    During training the loop itself stops the threads and passes the signal on; the callback covers a Ctrl-C before
    that.
    """
    before = signal.signal(signal.SIGINT, lambda number, frame: noted.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
