"""What the user of a command reads: its options in place of the library's arguments; and files that must be named."""

import ast
import re
from pathlib import Path

import numpy as np
import pytest

import fastw2v
from fastw2v import formats
from fastw2v.cli.commands import cli
from fastw2v.cli.options import in_options, options_of
from fastw2v.vectors import WordVectors


@pytest.mark.parametrize(
    ("command", "message", "shown"),
    [
        ("train", "window=0: it must be", "--window 0: it must be"),
        (
            "train",
            "no word occurs min_count=5 times; lower min_count or",
            "no word occurs --min-count 5 times; lower --min-count or",
        ),
        ("train", "pass errors='replace', which", "pass --errors replace, which"),
        ("train", "spool=True keeps the ids", "--spool FOLDER keeps the ids"),
        ("train", "leave tokenizer=None", "leave no --tokenizer"),
        ("train", "cbow_mean=False", "--no-cbow-mean"),
        ("train", "shrink_windows=True or shrink_windows='draw'", "--shrink-windows yes or --shrink-windows draw"),
        ("train", "raise `sample`, `this`", "raise --sample, `this`"),
        ("train", "frozen: 3 of 4", "--frozen: 3 of 4"),
        ("train", "from 1 to 9, or None (no limit)", "from 1 to 9, or left out (no limit)"),
        ("train", "with random_state=5", "with --seed 5"),
        ("train", "/data/min_count/a.txt, 'min_count' and x.min_count(", None),
        ("train", "the sample of a window", None),
        ("info", "pass errors='replace' or lower min_count", None),
        ("evaluate", "as in columns=(1, 2, 3); evaluate_analogies reads", "as in --columns 1,2,3; --analogies reads"),
        ("export", "lowercase=True applies", "--lowercase applies"),
        ("demo", "or pass overwrite=True", "or pass --overwrite"),
        ("convert", "with limit=N, errors='ignore'", "with --limit N, --errors ignore"),
    ],
)
def test_messages_name_options_in_place_of_arguments(command, message, shown):
    assert in_options(message, options_of(cli.get_command(None, command))) == (shown or message)


# Arguments that no message shows to the user of a command, because the command does not call what raises it, or that
# are part of Python code which no option can replace.
_OF_PYTHON = {
    *("axis", "callbacks", "delimiter", "encoding", "header", "index", "new_words", "precision", "sep", "skiprows"),
    *("tile_warps", "vectors"),
}


def messages():
    """All texts of the library that may be messages: sentences that are no docstrings."""
    package = Path(fastw2v.__file__).parent
    for path in package.rglob("*.py"):
        if path.relative_to(package).parts[0] in (
            "cards.py",
            "cli",
            "compat",
            "layers",
        ):  # cards: HTML, in which names have values, too
            continue
        tree = ast.parse(path.read_text("utf-8"))
        held = (ast.Module, ast.ClassDef, ast.FunctionDef)
        documented = [node for node in ast.walk(tree) if isinstance(node, held) and ast.get_docstring(node)]
        docstrings = [node.body[0].value for node in documented]
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                yield "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in docstrings:
                yield node.value


def test_each_argument_that_a_message_names_is_an_option_of_a_command():
    named = {name for text in messages() if " " in text for name in re.findall(r"(?<![\w/.\-])([a-z_]+)=\S", text)}
    options = set().union(*(options_of(command) for command in cli.all_commands().values()))
    assert len(named) > 20
    assert named - options - {"random_state"} == _OF_PYTHON


@pytest.mark.parametrize("command", ["most-similar", "analogy", "info", "evaluate", "export", "train"])
@pytest.mark.parametrize(
    ("content", "remedy"),
    [
        (
            b"9 1\na 1\n",
            "'fastw2v convert --limit N {file} NEW' reads its first N words, "
            "'fastw2v convert --errors ignore {file} NEW' those that are there",
        ),
        (b"2 1\na 1\nb nan\n", "'fastw2v convert --errors ignore {file} NEW' leaves them out"),
        (
            b"2 1\na 1\nb\xff 1\n",
            "'fastw2v convert --errors replace {file} NEW' or 'fastw2v convert --errors ignore {file} NEW' reads it",
        ),
    ],
)
def test_where_a_file_needs_options_of_convert_they_are_named_as_its_own(
    tmp_path, corpus, run, command, content, remedy
):
    file = tmp_path / "v.txt"
    file.write_bytes(content)
    arguments = {
        "most-similar": [file, "a"],
        "analogy": [file, "a", "a", "a"],
        "info": [file],
        "evaluate": [file, "--pairs", corpus, "--errors", "ignore"],
        "export": [file, tmp_path / "v.npz", "--to", "npz"],
        "train": [corpus, "-o", tmp_path / "new.vec", "--initial-vectors", file, "--vector-size", 1],
    }[command]
    assert remedy.format(file=file) in run(command, *arguments).stderr


def test_options_in_refusals_of_evaluation_files(tmp_path, run):
    formats.save(tmp_path / "v.vec", WordVectors(np.eye(4) + 1, ["a", "b", "c", "d"]))
    (tmp_path / "pairs.tsv").write_text("1\ta\tb\t5\n2\tb\tc\t3\n3\tc\td\t1\n4\ta\td\t2\n")
    (tmp_path / "commas.csv").write_text("a,b,3,9\nb,c,2,1\n")
    done = run("evaluate", tmp_path / "v.vec", "--pairs", tmp_path / "commas.csv")
    assert "say --columns 0,1,2 if the third field is the score" in done.stderr
    done = run("evaluate", tmp_path / "v.vec", "--pairs", tmp_path / "pairs.tsv", "--columns", "1,2,3")
    assert "4 pairs" in done.stdout or "4 of 4" in done.stdout, done.stdout
    for columns in ("1,2", "1,2,", "a"):
        done = run("evaluate", tmp_path / "v.vec", "--pairs", tmp_path / "pairs.tsv", "--columns", columns)
        assert done.returncode == 2
        assert "expected three names or numbers" in done.stderr
    done = run("evaluate", tmp_path / "v.vec", "--columns", "1,2,3")
    assert "--columns are those of --pairs" in done.stderr
    (tmp_path / "bad").write_text("a b 1\na b c d\nb c 2\n")
    done = run("evaluate", tmp_path / "v.vec", "--pairs", tmp_path / "bad")
    assert "--errors ignore leaves such lines out" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("convert", "-", "v.bin"),
        ("most-similar", "-", "king"),
        ("analogy", "-", "a", "b", "c"),
        ("info", "-"),
        ("evaluate", "-"),
        ("evaluate", "v.vec", "--pairs", "-"),
        ("evaluate", "v.vec", "--analogies", "-"),
        ("export", "-", "v.npz", "--to", "npz"),
        *(("train", "-", "-o", "v.vec", option, "-") for option in ("--vocabulary", "--frozen", "--initial-vectors")),
    ],
)
def test_standard_input_is_refused_where_a_file_is_needed(run, arguments):
    done = run(*arguments, input="2 1\na 1\nb 2\n")
    assert done.returncode == 2
    assert "standard input cannot be read here: write it to a file first, and name that" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("export", "v.vec", "-", "--to", "npz"),
        ("demo", "-o", "-"),
        ("train", "corpus.txt", "-o", "v.vec", "--checkpoint", "-"),
    ],
)
def test_standard_output_is_refused_where_a_file_is_needed(run, arguments):
    done = run(*arguments)
    assert done.returncode == 2
    assert "standard output cannot be written here: name a file" in done.stderr
