"""``fastw2v train``: from text to word vectors."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fastw2v.cli.distributed import ranks_of_launcher, refuse_copies
from fastw2v.cli.idle import tell_of_idle_training
from fastw2v.cli.options import AnyCase, NamedFile, in_corpora, in_text
from fastw2v.cli.pages import Page
from fastw2v.cli.reports import answer_flat, answer_json, report_options
from fastw2v.cli.stopping import INTERRUPTED, one_interrupt_spared
from fastw2v.cli.streams import name_of, output_of, say
from fastw2v.cli.training_options import allowed, training_options

if TYPE_CHECKING:
    from fastw2v.cli.train import Trained
    from fastw2v.formats.sniff import Format
    from fastw2v.training.session import Session


@click.command(
    "train",
    cls=Page,
    trains=True,
    sections={
        "Output": ["output", "overwrite", "format_", "with_context", "save_vocab", "dry_run"],
        "Corpus and vocabulary": ["min_count", "max_vocab", "vocabulary", "tokenizer", "errors", "spool"],
        "Model": ["vector_size", "architecture", "window", "shrink_windows", "loss", "negative", "ns_exponent"],
        "Training": ["epochs", "learning_rate", "min_learning_rate", "sample", "initial_vectors", "frozen"],
        "Machine": ["device", "n_jobs", "deterministic", "seed"],
        "Several processes": ["comm", "sync_words"],
        "Stop and continue": ["checkpoint", "every", "resume", "save_on_interrupt"],
        "Fine points": ["negative_sharing", "slow_frequent", "cbow_mean", "cbow_gradient"],
        "Report": ["form", "quiet"],
    },
    examples=[
        ("fastw2v train corpus.txt -o vectors.fw2v", "with the defaults: skip-gram, 100 dimensions, 5 epochs"),
        ("fastw2v train 'news/*.txt.gz' more.txt -o v.bin --architecture cbow", "several files; word2vec binary"),
        ("fastw2v train corpus.txt --dry-run", "how many words, how much memory and time; trains a few seconds"),
        ("zcat dump.gz | fastw2v train - -o v.fw2v --min-count 20", "from standard input"),
        ("fastw2v train corpus.txt -o v.fw2v --checkpoint run.fw2v --resume", "continue a run that was stopped"),
        ("fastw2v train corpus.txt -o v.fw2v --json > run.json", "the report for a script"),
        ("mpiexec -n 8 fastw2v train text/ -o v.fw2v --distributed", "with eight processes; needs fastw2v[mpi]"),
    ],
)
@in_corpora
@click.option(
    "-o",
    "--output",
    type=NamedFile(written=True, or_stdout=True),
    help="file for the vectors, needed unless --dry-run; - for a pipe",
)
@click.option("--overwrite", is_flag=True, help="replace an OUTPUT that exists and is no file of word vectors")
@click.option(
    "--format", "format_", type=AnyCase(["native", "text", "binary"]), help="by default the file's suffix decides"
)
@click.option("--with-context", is_flag=True, help="keep the context vectors too (native format)")
@click.option(
    "--save-vocab", type=NamedFile(written=True), help="write words and counts to this file, in word2vec.c's format"
)
@click.option(
    "--dry-run", is_flag=True, help="count, try a few seconds, and estimate memory and time; nothing is written"
)
@training_options
@click.option("--min-count", type=int, default=5, show_default=True, help="drop words that occur less often")
@click.option("--max-vocab", type=int, help="keep at most this many words, the most frequent")
@in_text
@click.option(
    "--spool",
    type=NamedFile(written=True),
    metavar="FOLDER",
    help="keep the word ids in this folder, not in memory: 8 bytes per token while it runs",
)
@click.option(
    "--device", type=AnyCase(["auto", "cpu", "cuda", "numpy"]), default="auto", show_default=True, help="where to train"
)
@click.option("-j", "--n-jobs", type=int, help=f"threads: {allowed('n_jobs')}")
@click.option(
    "--deterministic",
    type=int,
    help=f"virtual ranks, for the same vectors with any number of threads: {allowed('deterministic')}",
)
@click.option("--distributed", "comm", flag_value="mpi", help="train one model with all processes of mpiexec or srun")
@click.option("--sync-words", type=int, help=f"words of a rank between two merges: {allowed('sync_words')}")
@click.option(
    "--seed",
    type=click.IntRange(0, 2**63 - 1),
    help="makes a run with one thread repeatable; by default random, and reported",
)
@click.option(
    "--vocab",
    "--vocabulary",
    "vocabulary",
    type=NamedFile(),
    help="file of the words to train, one per line, or word2vec.c's vocabulary; replaces counting",
)
@click.option("--initial-vectors", type=NamedFile(), help="file of word vectors to start from")
@click.option("--frozen", type=NamedFile(), help="file of frozen words, one per line: their vectors stay")
@click.option("--checkpoint", type=NamedFile(written=True), help="save the state of training to this file regularly")
@click.option("--every", type=float, help=f"seconds between checkpoints: {allowed('every')}")
@click.option("--resume", is_flag=True, help="continue from --checkpoint, with the same corpus and options")
@click.option("--save-on-interrupt", is_flag=True, help="after Ctrl-C, write the vectors trained so far")
@click.option("-q", "--quiet", is_flag=True, help="print nothing but errors and warnings")
@report_options
def train(
    corpus: tuple[str, ...],
    output: Path | None,
    overwrite: bool,
    format_: Format | None,
    with_context: bool,
    save_vocab: Path | None,
    dry_run: bool,
    save_on_interrupt: bool,
    quiet: bool,
    form: str | None,
    **options: Any,
) -> None:
    """Train word vectors on CORPUS: text files (.gz .bz2 .xz .zst), folders, globs, or - for standard input.

    Several are read one after the other. Each line is a sentence. Nothing is written until training is complete; an
    interrupted run writes nothing unless --save-on-interrupt or --checkpoint is given, and exits with code 130.
    """
    from fastw2v.cli.files import corpus_of, paths_of
    from fastw2v.cli.train import run_training
    from fastw2v.distributed.comm import agreed_with, is_first

    if options["comm"] is None:
        refuse_copies("fastw2v train")
    elif dry_run:
        raise click.UsageError("--dry-run tries a run of one process: leave out --distributed")
    with nullcontext() if options["comm"] is None else ranks_of_launcher() as comm:
        options["comm"] = None if comm is None else "mpi"
        first = is_first(comm)
        with agreed_with(comm):
            paths = paths_of(corpus)
            if output is None and not dry_run:
                raise click.UsageError(
                    "the file to write the vectors to is missing: name it with --output, as in -o v.fw2v"
                )
            if first:
                tell_of_idle_training(click.get_current_context())
            path, format_ = (Path(), format_) if output is None else output_of(output, format_)
            to = Destination(path, format_, with_context, overwrite, save_vocab)
            _check(to, output is not None, paths, form, options)
        if dry_run:
            _try_it(paths, options, form, quiet)
            return
        doubt_room = to.doubt_room if first else None
        result = run_training(corpus_of(paths), options, quiet=quiet or not first, comm=comm, doubt_room=doubt_room)
    if first:
        checkpoint = options["checkpoint"]
        finish(result, to, checkpoint=checkpoint, save_on_interrupt=save_on_interrupt, quiet=quiet, form=form)
    elif result.interrupted:
        raise click.exceptions.Exit(INTERRUPTED)


def _check(to: Destination, is_written: bool, paths: list[Path], form: str | None, options: dict[str, Any]) -> None:
    """Check where a run is to be written, and that nothing else is replaced, before it begins."""
    from fastw2v.cli.files import check_kept_apart
    from fastw2v.training.checkpoint import check_checkpoint
    from fastw2v.writing.atomic import own_descriptor

    output = to.path if is_written else None
    written = {"save_vocab": to.vocabulary, "output": output, "checkpoint": options["checkpoint"]}
    for name in ("output", "save_vocab"):
        if form and (path := written[name]) is not None and own_descriptor(path) == 1:
            raise click.UsageError(
                f"--{form} and --{name.replace('_', '-')} both write to standard output: name a file"
            )
    check_kept_apart(written, {name: options[name] for name in ("vocabulary", "initial_vectors", "frozen")})
    if is_written:
        to.check(paths)
    elif to.vocabulary is not None:
        check_vocabulary(to.vocabulary, paths, to.overwrite)
    if not is_written and options["checkpoint"] is not None:
        check_checkpoint(options["checkpoint"])


def _try_it(paths: list[Path], options: dict[str, Any], form: str | None, quiet: bool) -> None:
    from fastw2v.cli.dry_run import dry_run
    from fastw2v.cli.files import corpus_of

    if options["resume"]:
        raise click.UsageError("--dry-run tries a run from its start: leave out --resume")
    fits = dry_run(corpus_of(paths), options, form, quiet=quiet)
    if not fits:
        raise click.exceptions.Exit(1)


@dataclass(frozen=True)
class Destination:
    """Where a training run is to be written.

    Attributes
    ----------
    path : Path
    format : {"native", "text", "binary"} or None
    with_context, overwrite : bool
    vocabulary : Path or None
        The file for words and counts.
    """

    path: Path
    format: Format | None
    with_context: bool = False
    overwrite: bool = False
    vocabulary: Path | None = None

    def check(self, corpora: list[Path]) -> None:
        """Check before training that the files can be written, and replace nothing else."""
        from fastw2v.cli.files import check_nothing_is_lost, check_output

        check_output(self.path, self.format, self.with_context)
        check_nothing_is_lost(self.path, corpora, self.overwrite)
        if self.vocabulary is not None:
            check_vocabulary(self.vocabulary, corpora, self.overwrite)

    def doubt_room(self, session: Session) -> None:
        """Warn before training if the disk has no room for the vectors."""
        from fastw2v.cli.files import doubt_room

        state = session.state
        matrices = 1 + (sum(rows is not None for rows in state.output_rows) if self.with_context else 0)
        doubt_room(self.path, self.format, session.corpus.vocabulary.words, state.params.vector_size, matrices)

    def write_result(self, result: Trained) -> None:
        """Write the vectors."""
        result.save(self.path, self.format, self.with_context, self.overwrite)

    def write(self, result: Trained, checkpoint: Path | None = None) -> None:
        """Write the vectors, and the vocabulary if it is asked for.

        Parameters
        ----------
        result : Trained
        checkpoint : Path, optional
            In its folder the vectors are kept if they cannot be written where they should be.

        Raises
        ------
        OSError
            They cannot; the message says where they are kept.
        """
        try:
            self.write_result(result)
        except BrokenPipeError:  # the reader wants no more
            raise
        except OSError as error:
            if (kept := _kept_elsewhere(result, self, checkpoint)) is None:
                raise
            said = f"{error.strerror or error}; the vectors are kept in {kept}, and 'fastw2v convert' writes them anew"
            raise OSError(error.errno, said, error.filename or str(self.path)) from error
        if self.vocabulary is not None:
            save_vocabulary(result, self.vocabulary, self.overwrite)


def finish(
    result: Trained,
    to: Destination,
    *,
    checkpoint: Path | None,
    save_on_interrupt: bool,
    quiet: bool,
    form: str | None = None,
) -> None:
    """Write what was trained, and report.

    Raises
    ------
    Exit
        With the code of an interrupted run.
    """
    resumes = _way_to_resume(result, checkpoint)
    if result.interrupted and not save_on_interrupt:
        kept = "nothing was written"
        if any(param.name == "save_on_interrupt" for param in click.get_current_context().command.params):
            kept += " (use --save-on-interrupt to keep the vectors)"
        say(f"fastw2v: interrupted in epoch {result.epoch}; {resumes or kept}")
        raise click.exceptions.Exit(INTERRUPTED)
    with one_interrupt_spared(lambda: say(f"writing {name_of(to.path)} ... (Ctrl-C again gives up the vectors)")):
        to.write(result, checkpoint)
    if form == "json":
        answer_json(result.facts(to.path))
    elif form == "tsv":
        answer_flat(result.facts(to.path))
    if result.interrupted:
        kept = f"{name_of(to.path)} holds the vectors trained so far"
        say(f"fastw2v: interrupted in epoch {result.epoch}; {kept}{', and ' * bool(resumes)}{resumes}")
        raise click.exceptions.Exit(INTERRUPTED)
    if result.unsaved is not None:
        say(f"fastw2v: error: {resumes}; {name_of(to.path)} holds the vectors")
        raise click.exceptions.Exit(1)
    if not quiet:
        say(f"{result.summary}; written to {name_of(to.path)}")


def _way_to_resume(result: Trained, checkpoint: Path | None) -> str:
    """Say what the run can be continued from, and what kept its last checkpoint from being written."""
    if checkpoint is None:
        return ""
    if result.unsaved is None:
        return f"--resume continues from {checkpoint}"
    older = "--resume continues from the one before it" if result.resumable else "there is none to --resume from"
    said = result.unsaved.strerror or str(result.unsaved)
    return f"the last checkpoint could not be written ({checkpoint}: {said}): {older}"


def _kept_elsewhere(result: Trained, to: Destination, checkpoint: Path | None) -> Path | None:
    """Write vectors that their own file has no room for to another folder; return the file, or None."""
    import os
    import tempfile

    stem = "vectors" if to.path.parent == Path("/dev") else to.path.name.partition(".")[0]
    for folder in ([] if checkpoint is None else [checkpoint.parent]) + [Path(tempfile.gettempdir())]:
        path = folder / f"{stem}-{os.getpid()}.fw2v"
        try:
            result.save(path, "native", to.with_context)
        except (OSError, ValueError):  # no room here either, or another file of this name
            continue
        return path
    return None


def save_vocabulary(result: Trained, path: Path, overwrite: bool) -> None:
    """Write the words that were trained, and their counts, in the format of word2vec.c."""
    from fastw2v.cli.vocabulary_files import vocabulary_lines, write_lines

    corpus = result.session.corpus
    assert corpus.vocabulary.counts is not None
    lines = vocabulary_lines(corpus.vocabulary.words, corpus.vocabulary.counts.tolist(), corpus.report.raw_sentences)
    write_lines(path, lines, overwrite=overwrite)


def check_vocabulary(path: Path, corpora: list[Path], overwrite: bool, option: str = "save_vocab") -> None:
    """Check before training that the vocabulary can be written, and replaces nothing else.

    Raises
    ------
    ParameterError
        It is a file of the corpus.
    FormatError
        It exists, and is no vocabulary.
    OSError
        The folder is missing or not writable.
    """
    from fastw2v.cli.files import check_not_of_corpus
    from fastw2v.cli.vocabulary_files import holds_vocabulary
    from fastw2v.formats.saving import check_replaceable
    from fastw2v.writing.atomic import check_target

    check_target(path)
    check_not_of_corpus(option, path, corpora)
    if not overwrite:
        check_replaceable(path, holds_vocabulary, "vocabulary")
