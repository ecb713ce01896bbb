"""Files of analogies and of word pairs: every form in which they are published, and what is refused."""

import pytest

from fastw2v.errors import FormatError
from fastw2v.evaluate.files import read_analogies, read_word_pairs


@pytest.mark.parametrize(
    "content",
    [
        "a\tb\t1.5\nc d\te\t2\n",
        "# comment\nword1\tword2\tscore\na\tb\t1.5\n\nc d\te\t2\n",
        "Word 1,Word 2,Human (mean)\na,b,1.5\nc d,e,2\n",
        "\ufeffa\tb\t1.5\textra\r\nc d\te\t2\textra\r\n",
        'a,b,1.5\n"c d",e,2\n',
    ],
)
def test_files_of_pairs_in_many_forms(tmp_path, content):
    (tmp_path / "pairs").write_text(content, encoding="utf-8", newline="")
    assert read_word_pairs(tmp_path / "pairs") == [("a", "b", 1.5), ("c d", "e", 2.0)]


def test_pairs_separated_by_spaces(tmp_path):
    (tmp_path / "pairs").write_text("a b 1.5\nc   e  2\n")
    assert read_word_pairs(tmp_path / "pairs") == [("a", "b", 1.5), ("c", "e", 2.0)]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a\tb\t1\nc\td\n", "line 2: expected two words and a number, found 'c\\\\td'"),
        (b"a\tb\t1\nc\td\tx\n", "line 2"),
        (b"h\th\th\nh\th\th\n", "line 2"),
        (b"a b\n", "line 1"),
        (b"# only\n", "the file has no word pairs"),
        (b"\xff\xfe", "byte 0: not valid UTF-8"),
    ],
)
def test_files_that_hold_no_pairs_are_refused(tmp_path, content, message):
    (tmp_path / "pairs").write_bytes(content)
    with pytest.raises(FormatError, match=message):
        read_word_pairs(tmp_path / "pairs")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a b c d\n", "line 1: expected a section name \\(': name'\\)"),
        (b": x\n\na b c\n", "line 3: expected four words, found 'a b c'"),
        (b"", "the file has no analogies"),
    ],
)
def test_files_that_hold_no_analogies_are_refused(tmp_path, content, message):
    (tmp_path / "questions").write_bytes(content)
    with pytest.raises(FormatError, match=message):
        read_analogies(tmp_path / "questions")


def test_a_file_of_analogies_comes_back_as_it_was_written(tmp_path, questions, write_questions):
    assert read_analogies(write_questions(questions())) == questions()


def test_the_published_sets_have_their_published_sizes(data_folder):
    sections = read_analogies(data_folder / "analogy" / "questions-words.txt")
    assert len(sections) == 14
    assert sum(len(asked) for _, asked in sections) == 19_544
    assert sum(len(asked) for _, asked in sections[:5]) == 8_869
    sizes = {path.name: len(read_word_pairs(path)) for path in (data_folder / "similarity").iterdir()}
    assert sizes["EN-WS-353-ALL.tsv"] == 353
    assert sizes["EN-SIMLEX-999.tsv"] == 999
