"""What was typed at earlier prompts."""

import os
import stat
from pathlib import Path

import pytest

from fastw2v.cli.history import _KEPT, History, history_file


def test_the_file_is_in_the_state_folder(monkeypatch, tmp_path):
    monkeypatch.delenv("FASTW2V_HISTORY")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    assert history_file() == tmp_path / ".local/state/fastw2v/history"
    monkeypatch.setenv("XDG_STATE_HOME", "not/absolute")
    assert history_file() == tmp_path / ".local/state/fastw2v/history"
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    assert history_file() == tmp_path / "state/fastw2v/history"
    monkeypatch.setenv("FASTW2V_HISTORY", "~/mine")
    assert history_file() == tmp_path / "mine"
    monkeypatch.setenv("FASTW2V_HISTORY", "")
    assert history_file() is None


def test_lines_are_kept_for_their_user_alone(tmp_path):
    path = tmp_path / "state" / "fastw2v" / "history"
    one, other = History(path), History(path)
    one.add("king - man\n")
    other.add("中文")
    one.add("  \n")
    assert History(path).lines() == ["king - man", "中文"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) & 0o077 == 0


def test_the_file_does_not_grow_without_end(tmp_path):
    path = tmp_path / "history"
    path.write_text("".join(f"word{number}\n" for number in range(3 * _KEPT)))
    assert History(path).lines()[0] == f"word{2 * _KEPT}"
    assert len(path.read_text().splitlines()) == _KEPT


@pytest.mark.skipif(os.geteuid() != 0 and not Path("/proc").is_dir(), reason="needs a folder that takes no file")
@pytest.mark.parametrize("path", ["/dev/null/history", "/proc/fastw2v/history", "/dev/full"])
def test_a_file_that_cannot_be_written_is_no_error(path):
    history = History(Path(path))
    history.add("king")
    if path != "/dev/full":
        assert history.lines() == []


def test_what_was_typed_comes_back_in_the_next_session(file, terminal, tmp_path):
    pytest.importorskip("readline")
    path = tmp_path / "history"
    for keys in ("king\n", "\x1b[A\n"):
        shown = terminal("nn", file, "--topn", 1, FASTW2V_HISTORY=str(path))
        shown.wait_for("near> ").type(keys).wait_for("0.7071").wait_for("near> ", 2).type("\x04")
        assert shown.end() == 0
    assert path.read_text() == "king\nking\n"
