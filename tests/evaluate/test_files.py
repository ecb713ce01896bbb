"""Files of analogies and of word pairs: every form in which they are published, and what is refused."""

import gzip
import os
import re
import threading

import pytest

from fastw2v.errors import FormatError, ParameterError
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


SIMLEX = (
    "word1\tword2\tPOS\tSimLex999\tconc(w1)\tAssoc(USF)\nold\tnew\tA\t1.58\t2.72\t7.25\n"
    "smart\tintelligent\tA\t9.2\t1.75\t7\n"
)


@pytest.mark.parametrize(
    ("content", "columns", "expected"),
    [
        (SIMLEX, None, [("old", "new", 1.58), ("smart", "intelligent", 9.2)]),
        (SIMLEX, ("word1", "word2", "Assoc(USF)"), [("old", "new", 7.25), ("smart", "intelligent", 7)]),
        (SIMLEX, (1, 0, 4), [("new", "old", 2.72), ("intelligent", "smart", 1.75)]),
        (
            "take\tremove\tV\t6.81\tSYNONYMS\nwalk\ttrail\tV\t4.81\tNONE\n",
            None,
            [("take", "remove", 6.81), ("walk", "trail", 4.81)],
        ),
        ("7\ta\tn\tb\tv\t3.5\n", (1, 3, 5), [("a", "b", 3.5)]),
        ("Wort1;Wort2;Wert\na;b;1,5\nc;d;2\n", None, [("a", "b", 1.5), ("c", "d", 2)]),
        ("a\tb\t1,5\nc\td\t2,25\n", None, [("a", "b", 1.5), ("c", "d", 2.25)]),
        ('a,b,"1,5"\nc,d,2\n', None, [("a", "b", 1.5), ("c", "d", 2)]),
        ("// a comment\na b 1.5\n  # another\nc d 2\n", None, [("a", "b", 1.5), ("c", "d", 2)]),
        ("a b 1.5\rc d 2\r", None, [("a", "b", 1.5), ("c", "d", 2)]),
        ('"\tb\t1.5\nc\t"d\t2\n', None, [('"', "b", 1.5), ("c", '"d', 2)]),
        ("word 1,word 2,one,two\na,b,3,4\n", None, [("a", "b", 3)]),
        ("a,b,3,9\nc,d,2,1\n", (0, 1, 2), [("a", "b", 3), ("c", "d", 2)]),
    ],
)
def test_pairs_and_scores_in_columns_of_many_kinds(tmp_path, content, columns, expected):
    (tmp_path / "pairs").write_text(content, encoding="utf-8", newline="")
    assert read_word_pairs(tmp_path / "pairs", columns) == expected


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (("word1", "word2", "score"), "has no column 'score'; its columns are word1, word2, POS, SimLex999"),
        ((0, 1, 6), "has the columns 0 to 5; got 6"),
        ((0, 1), "columns must be three names or positions"),
        ("SimLex999", "columns must be three names or positions"),
    ],
)
def test_columns_that_do_not_exist_are_refused(tmp_path, columns, message):
    (tmp_path / "pairs").write_text(SIMLEX)
    with pytest.raises(ParameterError, match=re.escape(message)):
        read_word_pairs(tmp_path / "pairs", columns)


def test_lines_in_another_form_can_be_left_out_and_counted(tmp_path):
    (tmp_path / "pairs").write_text("a b 1.5\nc d\ne f n/a\ng h nan\ni j 2\n")
    with pytest.warns(RuntimeWarning, match="left out 3 lines; the first is line 2: .*there is no score") as caught:
        assert read_word_pairs(tmp_path / "pairs", errors="ignore") == [("a", "b", 1.5), ("i", "j", 2)]
    assert caught[0].filename == __file__
    (tmp_path / "questions").write_text(": x\na b c\n// a comment\n# one more comment\na b c d\na b c d e\n")
    with pytest.warns(RuntimeWarning, match="left out 2 lines; the first is line 2: expected four words"):
        assert read_analogies(tmp_path / "questions", errors="ignore") == [("x", [("a", "b", "c", "d")])]
    with pytest.raises(ParameterError, match="errors must be 'strict' or 'ignore'; got 'replace'"):
        read_analogies(tmp_path / "questions", errors="replace")


def test_pairs_separated_by_spaces(tmp_path):
    (tmp_path / "pairs").write_text("a b 1.5\nc   e  2\n")
    assert read_word_pairs(tmp_path / "pairs") == [("a", "b", 1.5), ("c", "e", 2.0)]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a\tb\t1\nc\td\n", "line 2: expected two words and a number, found 'c\\\\td'"),
        (b"a\tb\t1\nc\td\tx\n", "line 2"),
        (b"h\th\th\nh\th\th\n", "line 2"),
        (b"a b\n", "line 1: .*'a b': there is no score; errors='ignore' leaves such lines out"),
        (b"a\tb\n", "line 1: .*there is no score"),
        (b"a\tb\t1\nc\td\tnan\n", "line 2: .*the score is 'nan'"),
        (b"a\tb\t1\nc\td\tn/a\n", "line 2: .*the score is 'n/a'"),
        (b"a\tb\t1\nc\td\t1_0\n", "line 2: .*the score is '1_0'"),
        (b"a\tb\t1\n\t d\t2\n", "line 2: .*a word is blank"),
        (b"a,b,3,9\nc,d,2,1\n", "commas separate its fields and may be decimal commas"),
        (b"x,y,z\na,b,3,9\n", "commas separate its fields and may be decimal commas"),
        (b": capitals\na b c d\n", "line 1: a section of analogies: evaluate_analogies reads this file"),
        (
            gzip.compress(b"a b 1\n", mtime=0),
            "not a file of word pairs but a gzip file: unpack it first, gunzip -k pairs",
        ),
        (b"# only\n", "the file has no word pairs"),
        (b"\xff\xfe", "not a file of word pairs but UTF-16 text: convert it first"),
        (b"caf\xe9\ta\t1\n", "byte 3: not valid UTF-8"),
    ],
)
def test_files_that_hold_no_pairs_are_refused(tmp_path, content, message):
    (tmp_path / "pairs").write_bytes(content)
    with pytest.raises(FormatError, match=message):
        read_word_pairs(tmp_path / "pairs")


@pytest.mark.parametrize("encoding", ["no such", "hex", "a\0b", 5])
def test_an_encoding_is_one_of_texts(tmp_path, encoding):
    (tmp_path / "pairs").write_bytes(b"a b 1\n")
    with pytest.raises(ParameterError, match="there is no encoding of this name"):
        read_word_pairs(tmp_path / "pairs", encoding=encoding)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a b c d\n", "line 1: expected a section name \\(': name'\\)"),
        (b": x\n\na b c\n", "line 3: expected four words, found 'a b c'; errors='ignore'"),
        (b"a b 1.5\n", "evaluate_word_pairs reads files of word pairs"),
        (b": x\na, b, c, d\n", "line 2: expected four words, found 'a, b, c, d'; write spaces for ','"),
        (b": x\na,b,c,d\n", "line 2: .*; write spaces for ','"),
        (b"section x\na b c d\n", "a first line ': all' makes one section"),
        (b"[x]\na b c d\n", "line 1: expected a section name"),
        (b"a b c\nd e f\n", "put the answer of each question behind it"),
        (b"100 5\na 1 2 3 4 5\n", "fastw2v.load reads word vectors"),
        (b": x\n", "the file has no analogies"),
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


def test_names_of_columns_may_hold_numbers(tmp_path):
    """WordSim-353 as published has a column for each rater, named by a number."""
    (tmp_path / "set1.csv").write_text("Word 1,Word 2,Human (mean),1,2,3\nthe,cat,1.5,9,9,9\nthe,dog,2,8,8,8\n")
    assert read_word_pairs(tmp_path / "set1.csv") == [("the", "cat", 1.5), ("the", "dog", 2.0)]


@pytest.mark.parametrize("score", ["?", "", "n/a"])
def test_a_first_line_without_a_score_is_no_line_of_names(tmp_path, score):
    (tmp_path / "pairs").write_text(f"cat\ttiger\t{score}\nplane\tcar\t2\ntrain\tcar\t3\n")
    with pytest.raises(FormatError, match="line 1: expected two words and a number"):
        read_word_pairs(tmp_path / "pairs")


@pytest.mark.parametrize(
    ("line", "hint"),
    [("king queen man woman", "first line ': all'"), ("king queen", "BATS"), ("king queen 7", "evaluate_word_pairs")],
)
def test_analogies_without_a_section_say_what_to_do(tmp_path, line, hint):
    (tmp_path / "questions").write_text(line)
    with pytest.raises(FormatError, match=f"expected a section name.*{hint}"):
        read_analogies(tmp_path / "questions")


@pytest.mark.parametrize("read", [read_word_pairs, read_analogies])
def test_a_folder_is_named_as_such(tmp_path, read):
    (tmp_path / "inside").touch()
    with pytest.raises(FormatError, match=r"this is a folder \(it holds 'inside'\): name one of its files"):
        read(tmp_path)


def test_a_pipe_is_read_once(tmp_path):
    """As of a process substitution of the shell."""
    for content, message in (("a\tb\t5\n", None), ("404: Not Found\n", "the file has no word pairs")):
        pipe = tmp_path / f"pipe{len(content)}"
        os.mkfifo(pipe)
        writer = threading.Thread(target=pipe.write_text, args=(content,), daemon=True)
        writer.start()
        if message is None:
            assert read_word_pairs(pipe) == [("a", "b", 5.0)]
        else:
            with pytest.raises(FormatError, match=message):
                read_word_pairs(pipe)
        writer.join()
    pipe = tmp_path / "ignored"
    os.mkfifo(pipe)
    threading.Thread(target=pipe.write_text, args=("not found\n",), daemon=True).start()
    with pytest.raises(FormatError, match="the file has no word pairs"):
        read_word_pairs(pipe, errors="ignore")
    with pytest.raises(FormatError, match="neither a file nor a pipe"):
        read_word_pairs("/dev/null")


def test_words_of_analogies_may_hold_spaces_between_tabs(tmp_path):
    (tmp_path / "q").write_text(": cities\nNew York\tUSA\tParis\tFrance\na\tb\tc\td\na b c d\n")
    asked = [("New York", "USA", "Paris", "France"), *[("a", "b", "c", "d")] * 2]
    assert read_analogies(tmp_path / "q") == [("cities", asked)]
