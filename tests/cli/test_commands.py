"""The command line, run as people run it."""

import json
import os
import subprocess

import numpy as np
import pytest
from click.testing import CliRunner

from fastw2v import errors, formats
from fastw2v.cli import commands
from fastw2v.cli.commands import cli
from fastw2v.errors import FormatError
from fastw2v.evaluate import evaluate_analogies
from fastw2v.vectors import WordVectors

# -- questions to a file --


def test_neighbours_and_analogies(file, run):
    done = run("most-similar", file, "king", "woman", "--negative", "man", "--topn", 1)
    assert done.stdout == "queen\t1.0000\n" or done.stdout.startswith("queen\t0.9")
    assert (done.returncode, done.stderr) == (0, "")
    done = run("analogy", file, "man", "king", "woman")
    assert done.stdout.startswith("queen\t")
    assert len(run("most-similar", file, "king", "--restrict-vocab", 2).stdout.splitlines()) == 1


def test_first_rows_that_are_not_the_most_frequent_words_are_told(tmp_path, run):
    """As after a training in which new words joined."""
    path, asked = tmp_path / "grown.fw2v", ["word", "--restrict-vocab", 3]
    formats.save(path, WordVectors(np.eye(5) + 1, ["the", "word", "old", "new", "newer"], [90, 9, 2, 40, 3]))
    (tmp_path / "pairs").write_text("the\tword\t5\nthe\told\t1\nword\told\t4\n")
    (tmp_path / "questions").write_text(": x\nthe word old word\n")
    files = ["--pairs", tmp_path / "pairs", "--analogies", tmp_path / "questions", "--restrict-vocab", 3]
    calls = [("nn", path, *asked), ("analogy", path, "the", "old", *asked), ("evaluate", path, *files)]
    for call in calls:
        told = " ".join(run(*call).stderr.split())
        assert "the first 3 words of the vectors are searched, and 2 words after them are more frequent than" in told
        assert "such as 'new': 'fastw2v convert --commonest 3 FILE NEW' keeps the most frequent" in told
        assert "first N words of FILE only, as a rule the most frequent" in " ".join(
            run(call[0], "--help").stdout.split()
        )
    assert run("convert", "--commonest", 3, path, tmp_path / "sorted.fw2v").returncode == 0
    assert not run("nn", tmp_path / "sorted.fw2v", *asked).stderr
    with pytest.warns(RuntimeWarning, match=r"such as 'new': vectors\.commonest\(3\) has the most frequent"):
        evaluate_analogies(formats.load(path), tmp_path / "questions", restrict_vocab=3)


def test_keys_that_are_numbers_can_be_asked_for(tmp_path):
    formats.save(tmp_path / "walks.fw2v", WordVectors(np.eye(3) + 1, [10, -7, 3]))
    result = CliRunner().invoke(cli, ["most-similar", str(tmp_path / "walks.fw2v"), "10"])
    assert [line.split("\t")[0] for line in result.output.splitlines()] == ["-7", "3"]


def test_info_says_what_a_file_holds(file, tmp_path):
    metadata = {
        "parameters": {"window": 5, "tokenizer": None},
        "loss_history": [2.9229498344007996, 2.7208659715415213],
    }
    trained = tmp_path / "trained.fw2v"
    formats.save(trained, formats.load(file), metadata=metadata)
    result = CliRunner().invoke(cli, ["info", str(trained)])
    lines = result.output.splitlines()
    for line in (
        "format: native",
        "words: 4",
        "vector size: 3",
        "first words: man king woman queen",
        "tokens: 10",
        "context vectors: no",
        "loss history: 2.9229 2.7209",
    ):
        assert line in lines
    assert "parameters: window=5" in lines


def test_info_without_a_file_describes_the_machine(run):
    done = run("info")
    assert done.returncode == 0
    assert "Python" in done.stdout
    assert set(json.loads(run("info", "--json").stdout)) == {
        line.split("\t")[0] for line in run("info", "--tsv").stdout.splitlines()[1:]
    }


@pytest.mark.parametrize("columns", [60, 120])
def test_info_fits_a_terminal(file, terminal, columns):
    for arguments in ([file], []):
        shown = terminal("info", *arguments, columns=columns)
        assert shown.end() == 0
        assert max(map(len, shown.text.splitlines())) <= columns


def test_info_as_lines_of_names_and_values(file, run):
    rows = dict(line.split("\t") for line in run("info", file, "--tsv").stdout.splitlines())
    assert (rows["words"], rows["vector_size"], rows["context_vectors"]) == ("4", "3", "false")
    assert rows["metadata.parameters.window"] == "5"
    assert rows["first_words"] == "man king woman queen"


def test_evaluate_with_files_of_ones_own(file, tmp_path, run):
    (tmp_path / "pairs").write_text("man\tking\t5\nman\twoman\t1\nking\tqueen\t4\nman\tunknown\t3\n")
    (tmp_path / "questions").write_text(": family\nman king woman queen\n")
    done = run(
        "evaluate", file, "--pairs", tmp_path / "pairs", "--analogies", tmp_path / "questions", "--protocol", "gensim"
    )
    assert done.returncode == 0, done.stderr
    assert "pairs: Spearman" in done.stdout
    assert "3 pairs used, 1 with unknown words" in done.stdout
    assert "total                          100.00%       1 of      1,      0 left out" in done.stdout


def test_evaluate_reports_as_json_tsv_and_tables(file, tmp_path, run, terminal):
    (tmp_path / "pairs").write_text("man\tking\t5\nman\twoman\t1\nking\tqueen\t4\nman\tunknown\t3\n")
    (tmp_path / "questions").write_text(": family\nman king woman queen\n")
    command = ("evaluate", file, "--pairs", tmp_path / "pairs", "--analogies", tmp_path / "questions")
    found = json.loads(run(*command, "--json").stdout)
    assert list(found) == ["file", "word_pairs", "analogies"]
    pairs, analogies = found["word_pairs"][0], found["analogies"]
    assert (pairs["name"], pairs["used"], pairs["missing"], pairs["coverage"]) == ("pairs", 3, 1, 0.75)
    assert analogies["total"] == {"name": "total", "correct": 1, "used": 1, "missing": 0, "accuracy": 1.0}
    assert [section["name"] for section in analogies["sections"]] == ["family"]
    assert analogies["syntactic"]["accuracy"] is None, "no question was asked"
    names, *rows = [line.split("\t") for line in run(*command, "--tsv").stdout.splitlines()]
    assert names == ["set", "score", "used", "missing", "spearman", "pearson", "accuracy", "correct"]
    assert [row[0] for row in rows] == ["pairs", "analogies: family", "analogies: semantic", "analogies: total"]
    for columns in (60, 80):
        shown = terminal(*command, columns=columns)
        assert shown.end() == 0
        assert max(map(len, shown.text.splitlines())) <= columns
        assert "100.0%" in shown.text


def test_evaluate_without_a_network_says_which_files_to_pass(file, tmp_path, run_python):
    code = (
        "import sys, pooch\n"
        "def fail(*ignored): raise ConnectionError('no network')\n"
        "pooch.HTTPDownloader.__call__ = fail\n"
        "from fastw2v.cli import main\nmain(['evaluate', sys.argv[1]])\n"
    )
    own = {name: value for name, value in os.environ.items() if name != "FASTW2V_DATA"}
    done = run_python(code, file, env={**own, "FASTW2V_CACHE": str(tmp_path / "cache")})
    assert done.returncode == 1
    assert "Name files that you have: --pairs FILE (two words and a score on each line" in done.stderr
    assert "--analogies FILE (four words on each line, such as questions-words.txt)" in done.stderr
    assert "set FASTW2V_DATA to the folder that holds EN-WS-353-ALL.txt" in done.stderr


def test_evaluate_restricts_pairs_and_analogies_alike(file, tmp_path):
    (tmp_path / "pairs").write_text("man\tking\t5\nman\twoman\t1\nking\tqueen\t4\nking\twoman\t2\n")
    (tmp_path / "questions").write_text(": family\nman king woman queen\nman king king man\n")
    files = ["--pairs", str(tmp_path / "pairs"), "--analogies", str(tmp_path / "questions")]
    output = CliRunner().invoke(cli, ["evaluate", str(file), *files, "--restrict-vocab", "3"]).output
    assert "3 pairs used, 1 with unknown words left out (case ignored, first 3 words)" in output
    assert "of      1,      1 left out" in output
    output = CliRunner().invoke(cli, ["evaluate", str(file), *files]).output
    assert "4 pairs used, 0 with unknown words" in output
    assert CliRunner().invoke(cli, ["evaluate", str(file), *files, "--restrict-vocab", "0"]).exit_code == 2


def test_evaluate_without_a_result_says_so_and_fails(file, tmp_path, run):
    (tmp_path / "pairs").write_text("mann\tfrau\t5\nkind\tfrau\t1\n")
    (tmp_path / "questions").write_text(": familie\nmann frau junge kind\n")
    for option, message, shown in (
        ("--pairs", "no correlation: none of 2 pairs", "nan"),
        ("--analogies", "no accuracy: none of 1", " -  "),
    ):
        done = run("evaluate", file, option, tmp_path / option[2:].replace("analogies", "questions"))
        assert done.returncode == 1
        assert f"fastw2v: warning: {message}" in done.stderr
        assert shown in done.stdout


# -- faults --


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["most-similar", "{file}", "kingg"],
            "the word 'kingg' is not in the vocabulary of 4 words; close matches: 'king'",
        ),
        (["most-similar", "missing.bin", "a"], "missing.bin"),
        (["analogy", "{corpus}", "a", "b", "c"], "neither a safetensors file, nor a word2vec header"),
        (
            ["train", "{corpus}", "-o", "{folder}/v.bin", "--window", "0"],
            "--window 0: it must be a whole number from 1",
        ),
        (["train", "{corpus}", "-o", "{folder}/v"], "the name implies no format"),
        (["train", "{corpus}", "-o", "{folder}/v.bin", "--with-context"], "cannot hold context vectors"),
        (["train", "{corpus}", "-o", "{folder}/missing/v.bin"], "there is no folder"),
        (["train", "nothing.txt", "-o", "{folder}/v.fw2v.gz"], "native files are not compressed"),
        (["train", "{folder}/nothing.txt", "-o", "{folder}/v.bin"], "nothing.txt"),
    ],
)
def test_a_fault_is_one_line_and_exit_code_1(file, corpus, tmp_path, arguments, message, run):
    done = run(*[argument.format(file=file, corpus=corpus, folder=tmp_path) for argument in arguments])
    assert done.returncode == 1
    assert message in done.stderr
    assert done.stderr.startswith("fastw2v: error: ") or "Traceback" not in done.stderr
    assert len([line for line in done.stderr.splitlines() if line.startswith("fastw2v: error")]) == 1
    assert done.stdout == ""
    assert sorted(path.name for path in tmp_path.iterdir()) == ["corpus.txt", "square.fw2v"]


def test_a_bad_row_is_refused_with_the_command_that_leaves_it_out(tmp_path):
    (tmp_path / "v.txt").write_text("a 1.5 2.5\n  3 4\nb 1 2\n")
    fault = CliRunner().invoke(cli, ["most-similar", str(tmp_path / "v.txt"), "a"]).exception
    assert f"fastw2v convert --errors ignore {tmp_path}/v.txt NEW" in str(fault)
    arguments = ["convert", "--errors", "ignore", str(tmp_path / "v.txt"), str(tmp_path / "w.vec")]
    with pytest.warns(RuntimeWarning, match="left out 1 row"):
        assert CliRunner().invoke(cli, arguments).exit_code == 0
    assert "b\t" in CliRunner().invoke(cli, ["most-similar", str(tmp_path / "w.vec"), "a"]).output


@pytest.mark.parametrize(
    "arguments",
    [
        ["train"],
        ["most-similar"],
        ["nonsense"],
        ["train", "x", "--windw", "3"],
        ["train", "x", "-o", "v.bin", "--architecture", "glove"],
        ["train", "x", "-o", "v.bin", "--device", "gpu"],
        ["analogy", "x", "a", "b"],
        ["neighbours", "x", "--negative", "a"],
        ["train", "x", "-o", "-", "--json"],
    ],
)
def test_wrong_usage_is_exit_code_2(arguments, run):
    done = run(*arguments)
    assert done.returncode == 2
    assert "Usage: fastw2v" in done.stderr


def test_a_reader_that_goes_away_causes_no_traceback(tmp_path, package_folder, fastw2v_command):
    words = [f"word{number}" for number in range(30_000)]
    formats.save(tmp_path / "v.bin", WordVectors(np.random.default_rng(0).normal(size=(30_000, 4)), words))
    arguments = [*fastw2v_command, "most-similar", str(tmp_path / "v.bin"), "word1", "--topn", "30000"]
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=package_folder)
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait() == 1
    process.stderr.close()


def test_internal_signals_are_not_reported_as_faults_a_user_can_mend():
    faults = commands._expected_faults()
    assert issubclass(errors.CorpusError, faults)
    for internal in (errors.BadTextError, errors.BadTokenError, errors.TooManyWordsError):
        assert not issubclass(internal, faults)


@pytest.mark.parametrize(
    "options",
    [
        ["train", "{file}", "-o", "{file}.bin", "--seed", "-1"],
        ["most-similar", "{file}", "a", "--topn", "0"],
        ["convert", "{file}", "{file}.bin", "--limit", "0"],
        ["convert", "{file}", "{file}.bin", "--commonest", "0"],
    ],
)
def test_a_number_out_of_range_is_said_of_the_option_before_anything_is_read(tmp_path, options):
    (tmp_path / "v.txt").write_text("not read")
    result = CliRunner().invoke(cli, [option.format(file=tmp_path / "v.txt") for option in options])
    assert result.exit_code == 2
    assert f"Invalid value for '{options[-2]}'" in result.output.replace("'-t' / ", "")
    assert "is not in the range" in result.output


def test_evaluate_leaves_out_bad_lines_if_told(tmp_path):
    file, pairs = tmp_path / "v.txt", tmp_path / "pairs"
    file.write_text("a 1 0\nb 0.5 1\nc 0 1\n")
    pairs.write_text("a b 1\nno score\na c 2\nb c 3\n")
    assert isinstance(CliRunner().invoke(cli, ["evaluate", str(file), "--pairs", str(pairs)]).exception, FormatError)
    with pytest.warns(RuntimeWarning, match="left out 1 line"):
        result = CliRunner().invoke(cli, ["evaluate", str(file), "--pairs", str(pairs), "--errors", "ignore"])
    assert result.exit_code == 0
    assert "3 pairs used" in result.output
