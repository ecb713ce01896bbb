"""Which columns hold the words and the score: in the files as they are published, and in odd ones."""

import pytest

from fastw2v.errors import FormatError, ParameterError
from fastw2v.evaluate import evaluate_word_pairs
from fastw2v.evaluate.columns import chosen_places, find_places
from fastw2v.evaluate.files import read_word_pairs
from fastw2v.vectors import WordVectors

PAIRS = [("tiger", "cat", 7.5), ("plane", "car", 5.25), ("train", "car", 6.0), ("king", "cabbage", 0.5)]
# How files that are published write a pair and its score, and their first line.
PUBLISHED = {
    "SimLex-999": ("word1\tword2\tPOS\tSimLex999\tconc(w1)\tSD(SimLex)", "{a}\t{b}\tN\t{s}\t2.72\t0.41"),
    "SimVerb-3500": ("", "{a}\t{b}\tV\t{s}\tSYNONYMS"),
    "WordSim-353": ("Word 1,Word 2,Human (mean)", "{a},{b},{s}"),
    "WordSim-353 with its raters": ("Word 1,Word 2,Human (mean),1,2,3", "{a},{b},{s},9,8,7"),
    "WordSim-353 annotated": ("#first wordpair second", "i\t{a}\t{b}\t{s}"),
    "MEN": ("", "{a} {b} {s}"),
    "RareWords": ("", "{a}\t{b}\t{s}\t7\t6\t0\t1"),
    "MTurk-771": ("", "{a},{b},{s}"),
    "RG-65": ("", "{a};{b};{s}"),
    "Gurevych": ("#wd1;POS;wd2;POS;score", "{a};n;{b};n;{s}"),
    "with the number of the row": (",word1,word2,score", "3,{a},{b},{s}"),
    "without names": ("", "3\t{a}\t{b}\t{s}"),
    "score first": ("", "{s}\t{a}\t{b}"),
    "score between": ("", "{a}\t{s}\t{b}"),
    "bars": ("a|b|score", "{a}|{b}|{s}"),
    "quotation marks": ('"a"\t"b"\t"score"', '"{a}"\t"{b}"\t"{s}"'),
    "an empty column": ("", "{a}\t{b}\t\t{s}"),
}


@pytest.mark.parametrize(("first", "form"), PUBLISHED.values(), ids=PUBLISHED.keys())
def test_files_as_published_are_read(tmp_path, first, form):
    lines = [form.format(a=a, b=b, s=s) for a, b, s in PAIRS]
    (tmp_path / "pairs").write_text("\n".join([first, *lines] if first else lines) + "\n")
    assert read_word_pairs(tmp_path / "pairs") == PAIRS


@pytest.mark.parametrize(
    ("row", "places"),
    [
        (["a", "b", "1"], (0, 1, 2)),
        (["a", "b", "1", "a remark"], (0, 1, 2)),
        (["cat", "ox", "N", "1"], (0, 1, 3)),
        (["x", "y", "z"], (0, 1, 2)),
        (["1", "2", "3"], (0, 1, 2)),
        ([], (0, 1, 2)),
    ],
)
def test_where_columns_are_doubtful_they_are_the_first(row, places):
    assert find_places([row] * 3) == places


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ((0, 1.5, 2), "1.5 is neither the name of a column nor its position"),
        ((0, True, 2), "True is neither the name"),
        ((0, 0, 2), "two of them are the same column"),
        (5, "columns must be three names or positions"),
    ],
)
def test_columns_are_three_names_or_positions(columns, message):
    with pytest.raises(ParameterError, match=message):
        chosen_places("file", columns, ["a", "b", "c"])


def test_a_frame_with_its_index_is_read():
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(PAIRS, columns=["a", "b", "score"])
    wv = WordVectors(
        [[1, 0], [1, 1], [0, 1], [2, 1], [1, 3], [0, 2], [5, 1]],
        ["tiger", "cat", "plane", "car", "train", "king", "cabbage"],
    )
    assert evaluate_word_pairs(wv, frame.reset_index()) == evaluate_word_pairs(wv, PAIRS)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            "old car new car 4\ncat dog 3\nsun moon 2\n",
            "line 1: .*: 5 fields, where most lines have 3; a word that holds",
        ),
        ("cat\tdog\t7.5\nsun\tmoon\t1,000\n", "line 2: .*: the score is '1,000', with a comma, and others have points"),
        ("3 2\ncat 1 2\ndog 3 4\n", "not a file of word pairs but of word vectors, which fastw2v.load reads"),
        ("<!DOCTYPE html>\n<html></html>\n", "not a file of word pairs but a web page: the download went wrong"),
        ("version https://git-lfs.github.com/spec/v1\noid sha256:1\n", "but a pointer of Git LFS"),
        ('{"a": "cat", "b": "dog", "score": 1}\n', "but JSON"),
        ("cat\0\tdog\t1\n", "but binary data"),
        ("Not Found", "expected two words and a number, found 'Not Found'"),
    ],
)
def test_what_would_give_wrong_pairs_is_refused(tmp_path, content, message):
    (tmp_path / "pairs").write_text(content)
    with pytest.raises(FormatError, match=message):
        read_word_pairs(tmp_path / "pairs")


def test_a_file_without_one_good_line_is_an_error_that_shows_the_first(tmp_path):
    (tmp_path / "pairs").write_text("Not Found")
    with pytest.raises(
        FormatError, match=r"the first line that cannot be read is line 1: .* a server's message in place"
    ):
        read_word_pairs(tmp_path / "pairs", errors="ignore")
