"""The command vocab, and files of words."""

import json

import pytest

from fastw2v.cli.coverage import coverage
from fastw2v.cli.vocabulary_files import holds_vocabulary, read_counts, read_words
from fastw2v.errors import ParameterError


def test_a_pipe_gets_the_file_that_word2vec_reads(corpus, run, tmp_path):
    done = run("vocab", corpus, "--quiet")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split("\n")[:4] == ["</s> 600", "the 1200", "sat 600", "on 600"]
    done = run("vocab", corpus, "-o", tmp_path / "vocab.txt")
    assert done.returncode == 0
    assert (tmp_path / "vocab.txt").read_text() == run("vocab", corpus, "-q").stdout
    assert "4,200" not in done.stderr
    assert "3,600 tokens in 600 sentences, 7 distinct words" in done.stderr


def test_words_that_look_like_the_end_of_lines_are_counted_with_it(tmp_path, run):
    (tmp_path / "c.txt").write_text("a b </s>\na </s>\n")
    assert run("vocab", tmp_path / "c.txt", "-q").stdout.split("\n") == ["</s> 4", "a 2", "b 1", ""]


def test_several_files_patterns_and_standard_input(corpus, tmp_path, run):
    (tmp_path / "b.txt").write_text("wine wine\n")
    done = run("vocab", tmp_path / "*.txt", "-", "-q", "--tsv", input="rose\n")
    words = [line.split("\t")[:2] for line in done.stdout.splitlines()]
    assert words[0] == ["word", "count"]
    assert ["wine", "2"] in words
    assert ["rose", "1"] in words


def test_json_has_the_coverage_and_the_words(corpus, run):
    found = json.loads(run("vocab", corpus, "--json", "--topn", 2, "--min-count", 300).stdout)
    assert list(found) == ["tokens", "sentences", "distinct_words", "coverage", "words"]
    assert found["words"] == [{"word": "the", "count": 1200}, {"word": "sat", "count": 600}]
    assert found["coverage"][0] == {"min_count": 1, "words": 7, "tokens": 3600, "share": 1.0}


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_a_terminal_shows_two_tables_that_fit(corpus, terminal, columns):
    shown = terminal("vocab", corpus, columns=columns)
    assert shown.end() == 0
    assert max(map(len, shown.text.splitlines())) <= columns
    for part in ("1,200", "33.3%", "min-count", "3,600", "100.0%"):
        assert part in shown.text
    assert "…" not in shown.text
    assert "..." not in shown.text


@pytest.mark.parametrize(
    ("text", "message"), [("", "the corpus is empty"), (None, "there is no file"), (b"\xff\xfe\n", "invalid UTF-8")]
)
def test_what_cannot_be_counted_is_one_line(tmp_path, run, text, message):
    if text is not None:
        (tmp_path / "c.txt").write_bytes(text if isinstance(text, bytes) else text.encode())
    done = run("vocab", tmp_path / "c.txt")
    assert done.returncode == 1
    assert done.stderr.startswith("fastw2v: error: ")
    assert message.split()[-1] in done.stderr


def test_a_file_that_is_no_vocabulary_is_kept(corpus, run):
    other = corpus.with_name("other.txt")
    other.write_text(corpus.read_text())
    done = run("vocab", corpus, "-o", other)
    assert done.returncode == 1
    assert "is no vocabulary" in done.stderr
    assert other.read_text() == corpus.read_text()
    done = run("vocab", corpus, "-o", corpus.with_name("v"), "--json")
    assert done.returncode == 2


def test_a_vocabulary_never_replaces_its_corpus_even_one_that_looks_like_a_vocabulary(tmp_path, run):
    text = tmp_path / "looks.txt"
    text.write_text("a 1\nb 2\n" * 9)
    for options in ((), ("--overwrite",)):
        done = run("vocab", text, "-o", text, *options)
        assert done.returncode == 1
        assert "is a file of the corpus" in done.stderr
    assert text.read_text() == "a 1\nb 2\n" * 9


def test_counts_are_read_and_missing_ones_are_told(tmp_path):
    path = tmp_path / "v"
    path.write_text("</s> 5\nno\N{NO-BREAK SPACE}break 4\nb\t3\n")
    assert read_counts(path) == {"no\N{NO-BREAK SPACE}break": 4, "b": 3}
    assert read_words(path) == ["no\N{NO-BREAK SPACE}break", "b"]
    assert holds_vocabulary(path)
    path.write_text("a\nb 3\n")
    assert read_words(path) == ["a", "b 3"]
    with pytest.raises(ParameterError, match="a word and its count on each line"):
        read_counts(path)
    path.write_text("\n\n")
    with pytest.raises(ParameterError, match="the file is empty"):
        read_words(path)


def test_coverage_has_a_row_for_a_min_count_that_no_word_reaches():
    import numpy as np

    rows = coverage(np.array([3, 1]), min_count=7)
    assert [row["min_count"] for row in rows] == [1, 2, 7]
    assert rows[-1] == {"min_count": 7, "words": 0, "tokens": 0, "share": 0.0}
