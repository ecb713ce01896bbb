"""The tables of figures on the pages: they say what the files of results say."""

from importlib import import_module

import pytest


@pytest.fixture
def tables(bench_found):
    return import_module("bench.tables")


def test_the_pages_show_the_files_of_results(tables):
    for page in tables.PAGES:
        text = page.read_text(encoding="utf-8")
        assert tables.PLACE.search(text), page
        assert tables.filled(text) == text, f"{page}: python -m bench.tables writes its tables anew"


def test_every_table_of_the_benchmarks_names_its_machine_and_command(tables):
    (page,) = [page for page in tables.PAGES if page.name == "benchmarks.md"]
    found = {each[2]: each[0] for each in tables.PLACE.finditer(page.read_text(encoding="utf-8"))}
    assert {name for name, text in found.items() if "; commit " not in text or "; `bench/results/" not in text} == set()


def test_every_table_has_a_place(tables):
    shown = {found[2] for page in tables.PAGES for found in tables.PLACE.finditer(page.read_text(encoding="utf-8"))}
    assert shown == tables.TABLES.keys()


def test_a_table_is_put_between_its_comments(tables, monkeypatch):
    monkeypatch.setitem(tables.TABLES, "one", lambda: "| new |\n")
    text = "before\n\n<!-- bench: one -->\n{}<!-- end -->\nafter\n"
    for old in ("", "\n| old |\n\n"):
        filled = tables.filled(text.format(old))
        assert filled == text.format("\n| new |\n\n")
        assert tables.filled(filled) == filled


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0.0033, "3.3 ms"), (0.0312, "31 ms"), (0.94, "0.9 s"), (15.06, "15 s")]
)
def test_durations(tables, seconds, shown):
    assert tables.duration(seconds) == shown
