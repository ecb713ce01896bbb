"""Questions at a prompt and from standard input: load once, ask many."""

import json
import os
import subprocess

import numpy as np
import pytest

from fastw2v import formats
from fastw2v.vectors import WordVectors


def test_many_questions_at_a_prompt(file, terminal):
    shown = terminal("neighbours", file)
    shown.wait_for("near> ").type("king\n").wait_for("man").wait_for("near> ", 2)
    shown.type("kingg\n").wait_for("close matches: 'king'").wait_for("near> ", 3)
    shown.type("king - man + woman\n").wait_for("0.9586").wait_for("near> ", 4)
    shown.type(":topn 1\n").wait_for("1 word is shown").wait_for("near> ", 5)
    shown.type(":topn x\n").wait_for("a whole number from 1 must follow").wait_for("near> ", 6)
    shown.type(":nothing\n").wait_for("there is no command :nothing").wait_for("near> ", 7)
    shown.type("king -\n").wait_for("a word must follow the -").wait_for("near> ", 8)
    shown.type("\x04")
    assert shown.end() == 0


def test_ctrl_c_drops_the_line_and_the_prompt_stays(file, terminal):
    shown = terminal("nn", file)
    shown.wait_for("near> ").type("quee").wait_for("quee").interrupt_until("near> ", 2).type(":quit\n")
    assert shown.end() == 0
    assert "Traceback" not in shown.text


def test_the_tab_key_completes_words_and_an_arrow_key_brings_the_last_line_back(file, terminal):
    pytest.importorskip("readline")
    shown = terminal("nn", file, "--topn", 1)
    shown.wait_for("near> ").type("que\t\n").wait_for("woman").wait_for("near> ", 2)
    shown.type("\x1b[A\n").wait_for("0.7071", 2).type(":quit\n")
    assert shown.end() == 0
    assert "not in the vocabulary" not in shown.text


def test_analogies_at_a_prompt(file, terminal):
    shown = terminal("analogy", file)
    shown.wait_for("analogy> ").type("man king\n").wait_for("expected three words, A B C; got 2")
    shown.wait_for("analogy> ", 2).type("man : king :: woman\n").wait_for("queen").wait_for("analogy> ", 3).type("\x04")
    assert shown.end() == 0


def test_each_line_of_standard_input_is_a_question(file, run):
    done = run("neighbours", file, "--topn", 1, input="king\n\nking - man + woman\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "king\tman\t0.7071\nking - man + woman\tqueen\t0.9586\n"
    done = run("analogy", file, "--topn", 1, input="man king woman\n")
    assert done.stdout.startswith("man king woman\tqueen\t0.9586")


def test_a_question_without_an_answer_does_not_stop_the_others(file, run):
    done = run("neighbours", file, "--topn", 1, input="kingg\nking\n")
    assert done.returncode == 1
    assert done.stdout == "king\tman\t0.7071\n"
    assert "the word 'kingg' is not in the vocabulary of 4 words; close matches: 'king'" in done.stderr
    done = run("neighbours", file, "--json", input="kingg\nking\n")
    first, second = map(json.loads, done.stdout.splitlines())
    assert first["query"] == "kingg"
    assert first["close_matches"] == ["king"]
    assert second["neighbours"][0]["word"] == "man"


@pytest.mark.parametrize(("command", "question"), [("nn", "king"), ("analogy", "man king woman")])
def test_a_blank_line_has_its_line_in_json(file, run, command, question):
    done = run(command, file, "--json", input=f"{question}\n\n  \n{question}\n")
    assert done.returncode == 1
    first, second, third, fourth = map(json.loads, done.stdout.splitlines())
    assert first == fourth
    assert second == {"query": "", "error": "line 2 is blank: it asks nothing", "close_matches": []}
    assert third["error"] in done.stderr


def test_standard_input_without_a_question_is_told(file, run):
    done = run("neighbours", file, input="\n  \n")
    assert (done.returncode, done.stdout) == (0, "")
    assert "standard input holds no question" in done.stderr


def test_bytes_that_are_no_text_are_an_unknown_word(file, run_python):
    code = "from fastw2v.cli import main; main()"
    done = run_python(code, "nn", file, input=b"\xff\nking\n", text=False)
    assert rb"'\\xff' is not in the vocabulary" in done.stderr
    assert done.stdout.startswith(b"king\tman")


def test_signs_that_are_words_can_be_asked_for(tmp_path, run):
    formats.save(tmp_path / "v.vec", WordVectors(np.eye(3) + 1, ["+", "-", "a"]))
    assert run("nn", tmp_path / "v.vec", "+", "--topn", 1).stdout.startswith("-\t")
    assert run("nn", tmp_path / "v.vec", input="-\n").stdout.startswith("-\t+\t")


@pytest.mark.parametrize("word", ["[bold]red[/bold]", "[/]", "a\x1b[31mb", "tab\there", "\u202egnol", "x" * 300, "<b>"])
@pytest.mark.parametrize("columns", [40, 80])
def test_odd_words_are_shown_as_they_are_and_do_no_harm(tmp_path, terminal, run, word, columns):
    formats.save(tmp_path / "v.fw2v", WordVectors(np.eye(2) + 1, [word, "king"]))
    shown = terminal("nn", tmp_path / "v.fw2v", "king", columns=columns)
    assert shown.end() == 0
    whole = "".join(shown.text.replace("0.8000", "").split())  # a long word is folded, beside its cosine
    escaped = word.replace("\x1b", "\\x1b").replace("\t", "\\t").replace("\u202e", "\\u202e")
    assert escaped in whole
    assert max(map(len, shown.text.splitlines())) <= columns
    assert "0.8000" in shown.text
    done = run("nn", tmp_path / "v.fw2v", "king", "--json")
    assert json.loads(done.stdout)["neighbours"][0]["word"] == word
    fields = run("nn", tmp_path / "v.fw2v", "king", "--tsv").stdout.splitlines()[1].split("\t")
    assert fields[:3] == ["king", "1", escaped]
    assert float(fields[3]) == pytest.approx(0.8)


def test_a_terminal_without_color_gets_none(file, terminal):
    shown = terminal("nn", file, "king", NO_COLOR="1")
    assert shown.end() == 0
    assert not any(f"\x1b[{color}" in shown.raw for color in range(30, 38))


def test_the_prompt_does_not_go_where_the_answers_go(file, fastw2v_command, package_folder, tmp_path):
    """Questions are typed, answers go to a file."""
    ours, theirs = os.openpty()
    with (tmp_path / "answers").open("w") as answers:
        streams = {"stdin": theirs, "stdout": answers, "stderr": subprocess.PIPE}
        process = subprocess.Popen([*fastw2v_command, "nn", str(file), "-t", "1"], cwd=package_folder, **streams)
        os.write(ours, b"king\n\x04")
        _, said = process.communicate(timeout=60)
    os.close(ours)
    os.close(theirs)
    assert process.returncode == 0
    assert (tmp_path / "answers").read_text() == "man\t0.7071\n"
    assert b"near> " in said


def test_a_reader_that_goes_away_ends_the_prompt_quietly(file, fastw2v_command, package_folder):
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = subprocess.Popen([*fastw2v_command, "nn", str(file)], cwd=package_folder, text=True, **pipes)
    process.stdin.write("king\n")
    process.stdin.flush()
    assert process.stdout.readline() == "king\tman\t0.7071\n", "answered before the next question is read"
    process.stdout.close()
    process.stdin.write("king\n" * 10)
    process.stdin.close()
    assert "Traceback" not in process.stderr.read()
    assert process.wait() == 1
    process.stderr.close()


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_what_is_typed_is_utf8_in_any_locale(tmp_path, terminal, encoding):
    formats.save(tmp_path / "v.vec", WordVectors(np.eye(2) + 1, ["über", "king"]))
    shown = terminal("nn", tmp_path / "v.vec", PYTHONIOENCODING=encoding)
    shown.wait_for("near> ").type("über\n").wait_for("0.8000").wait_for("near> ", 2).type(":quit\n")
    assert shown.end() == 0
    assert "Traceback" not in shown.text


def test_questions_are_utf8_in_any_locale_with_or_without_a_mark(tmp_path, run_python):
    formats.save(tmp_path / "v.vec", WordVectors(np.eye(2) + 1, ["über", "king"]))
    environment = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    code = "from fastw2v.cli import main; main()"
    questions = "\ufeffüber\r\nking\n".encode()
    done = run_python(code, "nn", tmp_path / "v.vec", "--tsv", input=questions, text=False, env=environment)
    assert done.returncode == 0
    assert "über\t1\tking" in done.stdout.decode()
    assert "king\t1\tüber" in done.stdout.decode(), "TSV is UTF-8, too"
    done = run_python(code, "nn", tmp_path / "v.vec", "über", text=False, env=environment)
    assert done.stdout.startswith(b"king\t")
