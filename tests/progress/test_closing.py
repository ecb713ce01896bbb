"""The table at the end: within 80 columns, and within fewer."""

import io
import sys
from types import SimpleNamespace

import pytest

from fastw2v.progress import closing
from fastw2v.progress.closing import Table

TABLE = Table(
    [
        ("", [("training", "2:03, 1.23M words/s on cpu, 4 threads"), ("coverage", "98.3% of 17,005,207 tokens")]),
        (
            "nearest words",
            [("[bold]i\x1b[2Jn" + "ternationalization" * 3, "localization, " * 12), ("中文词汇", "词 " * 60)],
        ),
    ]
)


@pytest.mark.parametrize("columns", [24, 40, 80, 200])
def test_no_line_is_wider_than_the_terminal_or_than_eighty_columns(terminal, monkeypatch, columns):
    terminal = terminal()
    from rich.cells import cell_len

    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("NO_COLOR", "1")
    TABLE.show()
    lines = terminal.getvalue().replace("\x1b[1m", "").replace("\x1b[0m", "").splitlines()
    assert len(lines) > 5
    assert max(map(cell_len, lines)) <= min(columns, 80)
    assert all(line == line.rstrip() for line in lines)


def test_words_with_markup_are_words(terminal):
    terminal = terminal()
    TABLE.show()
    assert "[bold]" in terminal.getvalue()
    assert "\x1b[2J" not in terminal.getvalue()


def test_it_goes_to_standard_error_and_never_to_standard_output(capsys):
    TABLE.show()
    written = capsys.readouterr()
    assert written.out == ""
    assert "coverage" in written.err
    assert "\x1b" not in written.err


def test_in_a_notebook_it_is_a_card(monkeypatch, capsys):
    shown = []
    monkeypatch.setattr(closing, "display_of_notebook", lambda: shown.append)
    TABLE.show()
    assert [table.groups for table in shown] == [TABLE.groups[:1]]
    assert "<th>coverage</th><td>98.3% of 17,005,207 tokens</td>" in TABLE._repr_html_()
    assert "coverage: 98.3%" in repr(TABLE)
    assert capsys.readouterr().err == ""


def test_what_a_stream_cannot_encode_is_escaped(monkeypatch):
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii", errors="strict")
    monkeypatch.setattr("sys.stderr", stream)
    TABLE.show()
    assert b"\\u4e2d\\u6587" in stream.buffer.getvalue()


@pytest.mark.parametrize("stream", [None, SimpleNamespace(write=lambda text: 1 / 0)])
def test_nobody_need_see_it(monkeypatch, stream):
    if stream is not None:

        def write(text):
            raise BrokenPipeError

        stream = SimpleNamespace(write=write, flush=write, isatty=lambda: False, encoding="utf-8")
    monkeypatch.setattr(sys, "stderr", stream)
    TABLE.show()
