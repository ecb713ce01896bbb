"""The command line: ``fastw2v COMMAND``. Each command is in a file of its own, imported when it is called."""

from __future__ import annotations

import sys
import warnings
from typing import Any

import click

from fastw2v import __version__
from fastw2v.cli.pages import CommandTable, Entry
from fastw2v.cli.stopping import INTERRUPTED, ended_in_order
from fastw2v.cli.streams import answer, discard_output, flush_answers, prepare_streams, say
from fastw2v.cli.wording import describe, describe_usage, in_shell

# Section of the help: name of a command: file, function, the first sentence of its help.
_COMMANDS = {
    "Train": {
        "train": Entry("train_command", "train", "Train word vectors on text files."),
        "vocab": Entry("vocab", "vocab", "Count the words of text files."),
        "demo": Entry("demo", "demo", "Train on the installed documentation, and show what was learned."),
        "bench": Entry("bench", "bench", "Compare speed and scores with gensim's on a text."),
    },
    "Ask": {
        "neighbours": Entry(
            "neighbours", "neighbours", "Show the words nearest to others.", ("nn", "most-similar"), ("neighbors",)
        ),
        "analogy": Entry("analogy", "analogy", 'Answer "A is to B as C is to what?".'),
        "evaluate": Entry("evaluate", "evaluate", "Score vectors by word similarity and analogies."),
        "info": Entry("info", "info", "Tell what a file holds, or what this machine offers."),
    },
    "Use": {
        "plot": Entry("plot", "plot", "Draw words, or a map of thousands of them in a page."),
        "document-vectors": Entry("document_vectors", "document_vectors", "Write a vector for each line of text."),
        "convert": Entry("convert", "convert", "Write vectors in another format."),
        "export": Entry("export", "run_export", "Write vectors for another tool."),
    },
    "In the words of other programs": {
        "word2vec": Entry("word2vec", "word2vec", "Train with word2vec.c's options: -train, -output, -size ..."),
        "skipgram": Entry("fasttext", "skipgram", "Train with fastText's options: -input, -output, -dim ..."),
        "cbow": Entry("fasttext", "cbow", "The same, for CBOW."),
    },
}
_EXAMPLES = (
    ("fastw2v demo", ""),
    ("fastw2v train corpus.txt -o vectors.fw2v", ""),
    ("fastw2v neighbours vectors.fw2v wine", ""),
    ("fastw2v COMMAND --help", ""),
)


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
        interrupted; 143 and 129: ended by SIGTERM or SIGHUP.
    """
    work = _Work()
    prepare_streams()
    with warnings.catch_warnings(), ended_in_order() as signals:
        warnings.showwarning = work.show_warning  # type: ignore[assignment]
        if not sys.warnoptions:
            warnings.simplefilter("always", RuntimeWarning)  # each of many questions is told its own
        code = _run(work, arguments)
    if code == INTERRUPTED and signals:
        code = 128 + signals[0]
    raise SystemExit(code)


def _run(work: _Work, arguments: list[str] | None) -> int:
    """Run the command line; say what went wrong, and return the exit code."""
    try:
        # Not standalone, click hands back the exit code of `Exit`, and None when a command just ends.
        code = cli.main(args=arguments, prog_name="fastw2v", standalone_mode=False, obj=work) or 0
        flush_answers()
        return int(code)
    except click.ClickException as fault:
        if _is_told_elsewhere(fault):
            return fault.exit_code
        context = fault.ctx if isinstance(fault, click.UsageError) else None
        said = describe_usage(fault) if isinstance(fault, click.UsageError) else fault.format_message()
        say(f"{context.get_usage()}\n" if context else "", end="")
        say(f"Error: {work.reworded(said)}")
        say(f"'{context.command_path} --help' shows all options and examples\n" if context else "", end="")
        return fault.exit_code
    except (click.Abort, KeyboardInterrupt) as fault:
        if not _is_told_elsewhere(fault):
            say("fastw2v: interrupted")
        discard_output()
        return INTERRUPTED
    except BrokenPipeError:
        discard_output()
        return 1  # as click itself does when it finds the pipe broken
    except _expected_faults() as fault:
        if not _is_told_elsewhere(fault):
            say(f"fastw2v: error: {work.reworded(describe(fault))}")
        discard_output()
        return 1


class _Work:
    """The command at work, in whose words messages are put."""

    command: click.Command | None = None

    def reworded(self, message: str) -> str:
        """Return a message in the words of the command."""
        return in_shell(message, self.command)

    def show_warning(self, message: Warning | str, *where: Any, **more: Any) -> None:
        """Show a warning as one line; its place in the source means nothing here."""
        say(f"fastw2v: warning: {self.reworded(str(message))}")


def _is_told_elsewhere(fault: BaseException) -> bool:
    from fastw2v.cli.distributed import is_told_elsewhere

    return is_told_elsewhere(fault)


def _expected_faults() -> tuple[type[BaseException], ...]:
    """Return the errors that users can fix; any other is a bug and shows its traceback."""
    from fastw2v import errors

    own = [value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, Exception)]
    own = [fault for fault in own if not issubclass(fault, errors.ScannerSignal)]  # reaching here, they are our fault
    return (*own, OSError, MemoryError)


@click.group(
    cls=CommandTable,
    table=_COMMANDS,
    examples=_EXAMPLES,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120},
)
@click.version_option(__version__, prog_name="fastw2v")
@click.pass_context
def cli(context: click.Context) -> None:
    """word2vec at the speed of the machine: train and query word vectors."""
    if isinstance(context.obj, _Work):
        context.obj.command = cli.get_command(context, context.invoked_subcommand or "")
    if context.invoked_subcommand is None:
        answer(context.get_help())
