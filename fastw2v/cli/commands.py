"""The command line: ``fastw2v demo | train | most-similar | analogy | info | evaluate | convert | export``.

``train`` runs a `fastw2v.training.session` and never imports scikit-learn.
"""

from __future__ import annotations

import math
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fastw2v import __version__
from fastw2v.cli.options import NamedFile, columns_of, in_options, in_terms_of_convert, options_of
from fastw2v.cli.streams import answer, answer_scores, discard_output, on_terminal, output_of, prepare_streams, say
from fastw2v.cli.training_options import allowed, training_options

if TYPE_CHECKING:
    from fastw2v.evaluate.analogies import ProtocolName
    from fastw2v.evaluate.files import BadLines
    from fastw2v.formats.exports import Export
    from fastw2v.formats.sniff import Format
    from fastw2v.parameters import Errors

_INTERRUPTED = 130  # 128 + SIGINT, as shells count


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and leave with an exit code.

    Parameters
    ----------
    arguments : list of str, optional
        By default those of the process.

    Raises
    ------
    SystemExit
        0: success. 1: bad input (one line on standard error), or the output pipe was closed. 2: wrong usage. 130:
        interrupted.
    """
    work = _Work()
    warnings.showwarning = work.show_warning  # type: ignore[assignment]
    prepare_streams()
    try:
        # Not standalone, click hands back the exit code of `Exit`, and None when a command just ends.
        code = cli.main(args=arguments, prog_name="fastw2v", standalone_mode=False, obj=work) or 0
        if sys.stdout is not None:
            sys.stdout.flush()
    except click.ClickException as fault:
        say(f"{fault.ctx.get_usage()}\n" if isinstance(fault, click.UsageError) and fault.ctx else "", end="")
        say(f"Error: {fault.format_message()}")
        code = fault.exit_code
    except (click.Abort, KeyboardInterrupt):
        say("fastw2v: interrupted")
        code = _INTERRUPTED
    except BrokenPipeError:
        discard_output()
        code = 1  # as click itself does when it finds the pipe broken
    except _expected_faults() as fault:
        say(f"fastw2v: error: {work.reworded(str(fault)) or type(fault).__name__}")
        discard_output()
        code = 1
    raise SystemExit(code)


class _Work:
    """The command at work, in whose words messages are put."""

    command: click.Command | None = None

    def reworded(self, message: str) -> str:
        """Return a message in the words of the command."""
        return in_options(message, options_of(self.command))

    def show_warning(self, message: Warning | str, *where: Any, **more: Any) -> None:
        """Show a warning as one line; its place in the source means nothing here."""
        say(f"fastw2v: warning: {self.reworded(str(message))}")


def _expected_faults() -> tuple[type[BaseException], ...]:
    """Return the errors that users can fix; any other is a bug and shows its traceback."""
    from fastw2v import errors

    own = [value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, Exception)]
    own = [fault for fault in own if not issubclass(fault, errors.ScannerSignal)]  # reaching here, they are our fault
    return (*own, OSError, MemoryError)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
@click.version_option(__version__, prog_name="fastw2v")
@click.pass_context
def cli(context: click.Context) -> None:
    """word2vec at the speed of the machine: train and query word vectors."""
    if isinstance(context.obj, _Work):
        context.obj.command = cli.commands.get(context.invoked_subcommand or "")


@cli.command()
@click.argument("corpus", nargs=-1, required=True)
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path),
    help="file to write the vectors to; - is standard output",
)
@click.option("--overwrite", is_flag=True, help="replace an OUTPUT that exists and is no file of word vectors")
@click.option(
    "--format", "format_", type=click.Choice(["native", "text", "binary"]), help="by default the file's suffix decides"
)
@click.option("--with-context", is_flag=True, help="keep the context vectors too (native format)")
@training_options
@click.option("--min-count", type=int, default=5, show_default=True, help="drop words that occur less often")
@click.option("--max-vocab", type=int, help="keep at most this many words, the most frequent")
@click.option("--tokenizer", type=click.Choice(["whitespace", "words"]), help="by default white space for files")
@click.option("--errors", default="strict", show_default=True, help=f"how to handle invalid UTF-8: {allowed('errors')}")
@click.option(
    "--spool",
    metavar="FOLDER",
    help="keep the word ids in this folder, not in memory: 8 bytes per token while it runs",
)
@click.option("--device", default="auto", show_default=True, help=allowed("device"))
@click.option("-j", "--n-jobs", type=int, help=allowed("n_jobs"))
@click.option(
    "--seed",
    type=click.IntRange(0, 2**63 - 1),
    help="makes a run with one thread repeatable; by default random, and reported",
)
@click.option("--vocabulary", type=NamedFile(), help="file of the words to train, one per line; replaces counting")
@click.option("--initial-vectors", type=NamedFile(), help="file of word vectors to start from")
@click.option("--frozen", type=NamedFile(), help="file of frozen words, one per line: their vectors stay")
@click.option("--checkpoint", type=NamedFile(written=True), help="save the state of training to this file regularly")
@click.option("--every", type=float, help=f"seconds between checkpoints: {allowed('every')}")
@click.option("--resume", is_flag=True, help="continue from --checkpoint, with the same corpus and options")
@click.option("--save-on-interrupt", is_flag=True, help="after Ctrl-C, write the vectors trained so far")
@click.option("-q", "--quiet", is_flag=True, help="print nothing but errors and warnings")
def train(
    corpus: tuple[str, ...],
    output: Path,
    overwrite: bool,
    format_: Format | None,
    with_context: bool,
    save_on_interrupt: bool,
    quiet: bool,
    **options: Any,
) -> None:
    """Train word vectors on CORPUS: text files (.gz .bz2 .xz .zst), folders, globs, or - for standard input.

    Several are read one after the other. Each line is a sentence. Nothing is written until training is complete; an
    interrupted run writes nothing unless --save-on-interrupt or --checkpoint is given, and exits with code 130.
    """
    from fastw2v.cli.train import check_nothing_is_lost, check_output, paths_of, run_training

    output, format_ = output_of(output, format_)
    paths = paths_of(corpus)
    check_output(output, format_, with_context)
    check_nothing_is_lost(output, paths, overwrite, options["checkpoint"])
    result = run_training(paths[0] if len(paths) == 1 else paths, options, quiet=quiet)
    if result.interrupted and not save_on_interrupt:
        kept = "nothing was written (use --save-on-interrupt to keep the vectors)"
        if options["checkpoint"] is not None:
            kept = f"--resume continues from {options['checkpoint']}"
        say(f"fastw2v: interrupted in epoch {result.epoch}; {kept}")
        raise click.exceptions.Exit(_INTERRUPTED)
    result.save(output, format_, with_context, overwrite)
    if result.interrupted:
        say(f"fastw2v: interrupted in epoch {result.epoch}; {output} holds the vectors trained so far")
        raise click.exceptions.Exit(_INTERRUPTED)
    if not quiet:
        say(f"{result.summary}; written to {output}")


@cli.command("most-similar")
@click.argument("file", type=NamedFile())
@click.argument("words", nargs=-1, required=True)
@click.option("-n", "--negative", multiple=True, metavar="WORD", help="subtract this word; may be given more than once")
@click.option("-t", "--topn", type=click.IntRange(min=1), default=10, show_default=True, help="how many words to show")
@click.option("--restrict-vocab", type=click.IntRange(min=1), help="search the most frequent words only")
def most_similar(
    file: Path, words: tuple[str, ...], negative: tuple[str, ...], topn: int, restrict_vocab: int | None
) -> None:
    """Show the words nearest to the sum of WORDS, with their cosine similarity."""
    vectors = _load(file)
    added, subtracted = [_key(vectors, word) for word in words], [_key(vectors, word) for word in negative]
    answer_scores(vectors.most_similar(added, subtracted, topn=topn, restrict_vocab=restrict_vocab))


@cli.command()
@click.argument("file", type=NamedFile())
@click.argument("a")
@click.argument("b")
@click.argument("c")
@click.option("-t", "--topn", type=click.IntRange(min=1), default=10, show_default=True, help="how many words to show")
def analogy(file: Path, a: str, b: str, c: str, topn: int) -> None:
    """Answer "A is to B as C is to what?", as in: analogy vectors.bin man king woman."""
    vectors = _load(file)
    answer_scores(vectors.analogy(_key(vectors, a), _key(vectors, b), _key(vectors, c), topn=topn))


@cli.command()
@click.argument("file", type=NamedFile(), required=False)
def info(file: Path | None) -> None:
    """Tell what FILE holds; without it, what this machine and this installation offer."""
    if file is None:
        from fastw2v.diagnostics import show_config

        show_config()
        return
    from fastw2v.formats import format_of_content, load_all

    form = format_of_content(file)
    with in_terms_of_convert(file):
        loaded = load_all(file, mmap=form == "native", verbose=on_terminal())
    vectors = loaded.word_vectors
    answer(f"{file}: {form} format, {len(vectors):,} words, {vectors.vector_size} dimensions")
    answer(f"first words: {' '.join(map(str, vectors.index_to_key[:10]))}")
    if vectors.counts is not None:
        answer(f"tokens of these words in the corpus: {int(vectors.counts.sum()):,}")
    answer(f"context vectors: {'yes' if loaded.context_vectors is not None else 'no'}")
    if loaded.node_vectors is not None:
        answer("vectors of the tree's nodes: yes")
    for name, value in loaded.metadata.items():
        answer(f"{name}: {value}")


@cli.command()
@click.argument("file", type=NamedFile())
@click.option("--pairs", multiple=True, type=NamedFile(), help="word pairs instead of the known sets")
@click.option(
    "--columns",
    metavar="FIRST,SECOND,SCORE",
    callback=lambda context, option, value: None if value is None else columns_of(value),
    help="names of the columns of --pairs, or numbers from 0",
)
@click.option("--analogies", type=NamedFile(), help="analogies instead of questions-words")
@click.option("--protocol", type=click.Choice(["c", "gensim"]), default="c", show_default=True, help="of the analogies")
@click.option(
    "--restrict-vocab",
    type=click.IntRange(min=1),
    help="search the most frequent words only; by default as in the protocol",
)
@click.option(
    "--errors",
    type=click.Choice(["strict", "ignore"]),
    default="strict",
    show_default=True,
    help="at lines in another form",
)
def evaluate(
    file: Path,
    pairs: tuple[Path, ...],
    columns: list[str | int] | None,
    analogies: Path | None,
    protocol: ProtocolName,
    restrict_vocab: int | None,
    errors: BadLines,
) -> None:
    """Score the vectors of FILE: WordSim-353, SimLex-999 and the Google analogies, or the files given.

    The exit code is 1 if a set gives no result, because its words are unknown.
    """
    from fastw2v import datasets
    from fastw2v.evaluate import evaluate_analogies, evaluate_word_pairs
    from fastw2v.evaluate.analogies import PROTOCOLS

    if columns is not None and not pairs:
        raise click.UsageError("--columns are those of --pairs, and no file of pairs is named")
    vectors = _load(file)
    named, results = [(path.name, path) for path in pairs], []
    if not pairs and analogies is None:
        named = [(name, datasets.fetch_word_pairs(name, verbose=on_terminal())) for name in ("ws353", "simlex999")]
        analogies = datasets.fetch_analogies(verbose=on_terminal())
    for name, path in named:
        # Only gensim has a rule for pairs, so it applies under both protocols of the analogies.
        limit = PROTOCOLS["gensim"].restrict_vocab if restrict_vocab is None else restrict_vocab
        report = evaluate_word_pairs(vectors, path, columns=columns, restrict_vocab=limit, errors=errors)
        results.append(report.spearman)
        answer(f"{name}: {report}")
    if analogies is not None:
        answers = evaluate_analogies(
            vectors,
            analogies,
            protocol=protocol,
            restrict_vocab=restrict_vocab,
            errors=errors,
            verbose=on_terminal(),
        )
        results.append(answers.total.accuracy)
        answer(answers)
    if any(map(math.isnan, results)):  # a warning has said why
        raise click.exceptions.Exit(1)


@cli.command()
@click.argument("file", type=NamedFile())
@click.argument("output", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "format_",
    type=click.Choice(["native", "text", "binary"]),
    help="of OUTPUT; default: by its suffix",
)
@click.option("--commonest", type=click.IntRange(min=1), metavar="N", help="keep the N most frequent words")
@click.option(
    "--errors",
    default="strict",
    show_default=True,
    help=f"how to handle invalid UTF-8: {allowed('errors')}; ignore also leaves out rows that cannot be read",
)
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="read the first N words only")
@click.option(
    "--overwrite", is_flag=True, help="replace an OUTPUT that exists and is no file of word vectors, or holds more"
)
def convert(
    file: Path,
    output: Path,
    format_: Format | None,
    commonest: int | None,
    errors: Errors,
    limit: int | None,
    overwrite: bool,
) -> None:
    """Write the vectors of FILE to OUTPUT in another format, one that fastw2v reads, too.

    From native to native nothing is lost; the word2vec formats hold words and vectors alone.
    """
    from fastw2v.cli.convert import check_file_stays_whole, check_nothing_else_is_lost, commonest_of
    from fastw2v.formats import load_all, save

    output, format_ = output_of(output, format_)
    check_file_stays_whole(file, output, {"limit": limit, "commonest": commonest, "errors": errors})
    loaded = load_all(file, errors=errors, limit=limit, verbose=on_terminal())
    if commonest is not None:
        loaded = commonest_of(loaded, commonest)
    vectors, metadata = loaded.word_vectors, loaded.metadata
    if not overwrite:
        check_nothing_else_is_lost(output, format_, loaded)
    more = {"context_vectors": loaded.context_vectors, "node_vectors": loaded.node_vectors}
    save(output, vectors, format=format_, metadata=metadata, overwrite=overwrite, **more)
    say(f"{len(vectors):,} words, {vectors.vector_size} dimensions; written to {output}")


@cli.command("export")
@click.argument("file", type=NamedFile())
@click.argument("output", type=NamedFile(written=True))
@click.option(
    "--to",
    required=True,
    type=click.Choice(["npz", "parquet", "projector", "model2vec"]),
    help="projector and model2vec make a folder",
)
@click.option("--commonest", type=click.IntRange(min=1), metavar="N", help="keep the N most frequent words")
@click.option(
    "--overwrite",
    is_flag=True,
    help="replace a file of another kind, or an earlier export in a folder that holds nothing else",
)
@click.option("--lowercase", is_flag=True, help="model2vec: turn text into lower case first")
def run_export(file: Path, output: Path, to: Export, commonest: int | None, overwrite: bool, lowercase: bool) -> None:
    """Write the vectors of FILE for another tool.

    npz and parquet are files; projector is TensorBoard's; model2vec is the folder that model2vec and
    sentence-transformers load.
    """
    from fastw2v.formats import export

    vectors = _load(file)
    vectors = vectors if commonest is None else vectors.commonest(commonest)
    export(output, vectors, to, overwrite=overwrite, lowercase=lowercase)
    say(f"{len(vectors):,} words, {vectors.vector_size} dimensions; written to {output}")


@cli.command()
@click.option("--epochs", type=int, default=10, show_default=True, help=allowed("epochs"))
@click.option("-j", "--n-jobs", type=int, help=allowed("n_jobs"))
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), default=1, show_default=True, help="seed of all draws")
@click.option("-o", "--output", type=NamedFile(written=True), help="keep the vectors in this file")
@click.option("--overwrite", is_flag=True, help="replace an OUTPUT that exists and is no file of word vectors")
def demo(epochs: int, n_jobs: int | None, seed: int, output: Path | None, overwrite: bool) -> None:
    """Train on the docstrings of the installed Python library, NumPy and SciPy, and show neighbours and analogies."""
    from fastw2v.cli.demo import run_demo

    run_demo(epochs=epochs, n_jobs=n_jobs, seed=seed, output=output, overwrite=overwrite)


def _load(file: Path) -> Any:
    from fastw2v.formats import load

    with in_terms_of_convert(file):
        return load(file, verbose=on_terminal())


def _key(vectors: Any, word: str) -> Any:
    """Take a word of the command line as the whole number that it is where the keys are numbers."""
    if word not in vectors and isinstance(vectors.index_to_key[0], int) and word.lstrip("-").isdecimal():
        return int(word)
    return word
