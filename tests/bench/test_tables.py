"""The tables of figures on the pages: they say what the files of results say."""

from importlib import import_module

import pytest

tables = import_module("bench.tables")


@pytest.mark.parametrize("page", tables.PAGES, ids=lambda page: page.name)
def test_the_pages_show_the_files_of_results(page):
    text = page.read_text(encoding="utf-8")
    assert tables.PLACE.search(text)
    assert tables.filled(text) == text, "python -m bench.tables writes the tables anew"


def test_every_table_has_a_place():
    shown = {found[2] for page in tables.PAGES for found in tables.PLACE.finditer(page.read_text(encoding="utf-8"))}
    assert shown == tables.TABLES.keys()


def test_a_table_is_put_between_its_comments(monkeypatch):
    monkeypatch.setitem(tables.TABLES, "one", lambda: "| new |\n")
    text = "before\n\n<!-- bench: one -->\n{}<!-- end -->\nafter\n"
    for old in ("", "\n| old |\n\n"):
        filled = tables.filled(text.format(old))
        assert filled == text.format("\n| new |\n\n")
        assert tables.filled(filled) == filled


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0.0033, "3.3 ms"), (0.0312, "31 ms"), (0.94, "0.9 s"), (15.06, "15 s")]
)
def test_durations(seconds, shown):
    assert tables.duration(seconds) == shown
