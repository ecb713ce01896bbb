"""How reports are written: tables that cut no number, JSON and TSV that scripts can rely on."""

import io
import json
import re
import sys

import numpy as np
import pytest

from fastw2v.cli import reports, streams


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self):
        return True


@pytest.fixture
def terminal(monkeypatch):
    """``terminal(columns)`` is standard output and standard error, a terminal of this width."""

    def make(columns):
        stream = Terminal()
        for name in ("stdout", "stderr"):
            monkeypatch.setattr(sys, name, stream)
        monkeypatch.setenv("COLUMNS", str(columns))
        monkeypatch.setenv("NO_COLOR", "1")
        monkeypatch.setenv("TERM", "xterm")
        return stream

    return make


@pytest.mark.parametrize("columns", [20, 24, 40, 60, 80, 120])
def test_no_number_of_a_table_is_cut(terminal, columns):
    stream = terminal(columns)
    titled = [reports.Column("a rather long word"), reports.Column("n", ",d"), reports.Column("share", ".1%")]
    reports.answer_table(titled, [("incomprehensibilities", 4_227_961, 0.123), ("b", 1, float("nan"))])
    lines = [re.sub(r"\x1b\[[0-9;]*m", "", line).rstrip() for line in stream.getvalue().splitlines()]
    text = "\n".join(lines)
    assert "4,227,961" in text
    assert "12.3%" in text
    assert "…" not in text
    assert max(map(len, lines)) <= columns
    first_column = "".join(line.partition("  ")[0] for line in lines)
    assert "incomprehensibilities" in first_column


@pytest.mark.parametrize("columns", [1, 10, 20, 30])
def test_a_terminal_too_narrow_for_a_table_breaks_its_lines_and_loses_nothing(terminal, columns):
    stream = terminal(columns)
    titled = [reports.Column("word"), reports.Column("count", ",d"), reports.Column("with those above", ".1%")]
    reports.answer_table(titled, [("theatre", 4_227_961, 0.123), ("b", 12, 1.0)])
    for part in ("theatre", "4,227,961", "12.3%", "b", "12", "100.0%", "word", "count", "with", "those", "above"):
        assert part in stream.getvalue()


def test_lines_of_tables_end_where_their_text_ends(capsys):
    reports.answer_table([reports.Column("a"), reports.Column("b")], [("x", "y"), ("longer", "")])
    reports.answer_facts({"name": "value", "a longer name": ""})
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 6
    assert all(line == line.rstrip() for line in lines)


def test_markup_in_words_is_not_interpreted(terminal):
    stream = terminal(60)
    reports.answer_table([reports.Column("[i]word")], [("[bold]x[/bold]",), ("[/]",), (":smile:",)])
    reports.answer_facts({"[red]": "[/red]"})
    for text in ("[i]word", "[bold]x[/bold]", "[/]", ":smile:", "[red]", "[/red]"):
        assert text in stream.getvalue()


def test_json_has_plain_values_and_no_nan(capsys):
    value = {"a": np.float32(0.5), "b": float("nan"), "c": (1, np.int64(2)), "d": float("inf"), "e": np.ones(2)}
    reports.answer_json(value | {"中": "\t", "f": True, "g": None, "h": {1: object}}, lines=True)
    found = json.loads(capsys.readouterr().out)
    assert {name: found[name] for name in "abcdefg"} == {
        **{"a": 0.5, "b": None, "c": [1, 2], "d": None, "e": [1.0, 1.0], "f": True, "g": None}
    }
    assert found["中"] == "\t"


def test_json_moves_no_cursor_and_turns_no_line(capsys):
    word = "a\x1b[2J\x9b2J\u202eb\x7f"
    reports.answer_json({"word": word}, lines=True)
    text = capsys.readouterr().out
    assert text.isascii()
    assert text.rstrip("\n").isprintable()
    assert json.loads(text)["word"] == word


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_json_is_json_in_every_encoding(monkeypatch, encoding):
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding=encoding, errors="backslashreplace"))
    reports.answer_json(["中", "😀", "é"])
    sys.stdout.flush()
    assert json.loads(raw.getvalue().decode(encoding)) == ["中", "😀", "é"]


def test_lines_of_values_keep_their_fields(capsys):
    reports.answer_tsv(("a", "b"), [("x\ty\nz", None), (1.5, float("nan")), (True, 12_345_678.0)])
    lines = capsys.readouterr().out.splitlines()
    assert lines == ["a\tb", "x\\ty\\nz\t", "1.5\t", "true\t12345678"]


def test_nested_names_have_points(capsys):
    reports.answer_flat({"a": {"b": {"c": 1}, "d": [1, 2]}, "e": "x"})
    assert capsys.readouterr().out == "name\tvalue\na.b.c\t1\na.d\t1 2\ne\tx\n"


def test_sentences_break_between_words_where_the_terminal_ends(terminal):
    stream = terminal(20)
    streams.say("a sentence that is longer than the terminal /a/path/that/stays/whole/though/it/is/long")
    assert stream.getvalue().splitlines() == [
        *("a sentence that is", "longer than the", "terminal", "/a/path/that/stays/whole/though/it/is/long")
    ]
    stream = terminal(20)
    streams.answer_sentence("words and more words and more")
    assert max(map(len, stream.getvalue().splitlines())) <= 20
