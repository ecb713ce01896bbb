"""Matrices of numbers without words: refused with the remedy, and told from vectors of words that are numbers."""

import gzip

import numpy as np
import pytest

from fastw2v.errors import FormatError
from fastw2v.formats import load
from fastw2v.vectors import WordVectors

MATRIX = np.random.default_rng(0).normal(size=(40, 6))


@pytest.mark.parametrize("name", ["m.txt", "m.csv", "m.vec", "m", "m.bin", "m.txt.gz"])
@pytest.mark.parametrize("form", [None, "text"])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"delimiter": "\t"},
        {"delimiter": ","},
        {"delimiter": ", "},
        {"delimiter": ";"},
        {"fmt": "%g"},
        {"fmt": "%d"},
        {"fmt": "%.3f", "header": "six columns"},
        {"header": "40 6"},
    ],
    ids=str,
)
def test_a_matrix_without_words_is_refused_with_the_remedy(tmp_path, name, form, options):
    np.savetxt(tmp_path / name, MATRIX, **options)
    with pytest.raises(FormatError, match=r"a matrix of numbers without words.*WordVectors\(numpy.loadtxt") as refusal:
        load(tmp_path / name, format=form)
    if options.get("delimiter", " ").strip() in (",", ";"):
        assert f"delimiter='{options['delimiter'].strip()}'" in str(refusal.value)
    arguments = {"delimiter": options["delimiter"].strip() or "\t"} if "delimiter" in options else {}
    assert WordVectors(np.loadtxt(tmp_path / name, **arguments), map(str, range(40))).vector_size == 6  # the remedy


def test_a_large_matrix_is_refused_from_its_beginning(tmp_path, monkeypatch):
    monkeypatch.setattr("fastw2v.formats.loading.read_text", lambda *given: pytest.fail("it was read"))
    np.savetxt(tmp_path / "m.txt", np.random.default_rng(0).normal(size=(20_000, 3)))
    with pytest.raises(FormatError, match="a matrix of numbers without words"):
        load(tmp_path / "m.txt")


def test_a_matrix_with_some_whole_numbers_is_refused_once_it_is_read(tmp_path):
    (tmp_path / "m.txt").write_text("1 0.5\n0.5 1\n2 3\n".replace("\n", " 0.25\n"))
    with pytest.raises(FormatError, match="first column: all words are numbers, so this seems to be a matrix"):
        load(tmp_path / "m.txt")


def test_a_matrix_behind_a_header_is_refused_with_the_remedy(tmp_path):
    np.savetxt(tmp_path / "m.txt", MATRIX, header="40 6", comments="")
    with pytest.raises(FormatError, match=r"line 2: .* found 6 fields that are all numbers: .* skiprows=1\), words\)"):
        load(tmp_path / "m.txt")


@pytest.mark.parametrize(
    "content",
    [
        "1 0.5 0.25\n2 1 3\n10 2 0.1\n",  # ids of nodes, before numbers that are not whole
        "0.5 1.5 2\nnan 1 2\nhalf 3 4\n",
        "3 2\n0.5 1 2\n1.5 3 4\n2.5 5 6\n",  # a header leaves no doubt
        "# 1.5 2\nthe 3 4\n",
        "# 1.5 2\n",
    ],
)
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_words_that_are_numbers_are_read(tmp_path, content, pack):
    (tmp_path / "v.txt").write_bytes(pack(content.encode()))
    rows = content.splitlines()[1 if content.startswith("3 2") else 0 :]
    assert load(tmp_path / "v.txt").index_to_key == [row.split()[0] for row in rows]


@pytest.mark.parametrize(
    ("content", "hint"),
    [
        ("# vectors of my model\nthe 1 2\n", "a comment before a table"),
        (",0,1\na,0.5,1\n", "a table with the names of its columns"),
        ("word,x,y\na,0.5,1\n", "a table with the names of its columns"),
        ("a,0.5,1\nb,1,2\n", "a word and numbers separated by commas"),
    ],
)
def test_tables_are_named(tmp_path, content, hint):
    (tmp_path / "v.txt").write_text(content)
    with pytest.raises(FormatError, match=f"line 1: .*it may be {hint}"):
        load(tmp_path / "v.txt")
