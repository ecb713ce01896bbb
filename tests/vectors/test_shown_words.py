"""Which words a picture shows."""

import warnings

import numpy as np
import pytest

from fastw2v import WordVectors
from fastw2v.errors import ParameterError, UnknownWordError
from fastw2v.vectors.shown_words import rows_by_frequency, shown_words

WORDS = ["low", "high", "middle", "zero", "broken"]
WV = WordVectors([[1, 0], [0, 2], [1, 1], [0, 0], [np.nan, 1]], WORDS, [10, 90, 50, 70, 30])


def shown(words, default=3, wv=WV):
    rows, units = shown_words(wv, wv.counts, words, default, "plot()")
    assert np.allclose(np.linalg.norm(units, axis=1), 1)
    return [wv.index_to_key[row] for row in rows]


def test_rows_are_ordered_by_count_or_as_they_are():
    assert rows_by_frequency(np.array([1, 5, 5, 2]), 4).tolist() == [1, 2, 3, 0]
    assert rows_by_frequency(None, 3).tolist() == [0, 1, 2]


def test_the_most_frequent_words_with_a_direction():
    with pytest.warns(RuntimeWarning, match=r"leaves out 'zero', which have no direction"):
        assert shown(None) == ["high", "middle"]
    with pytest.warns(RuntimeWarning, match="leaves out 'zero', 'broken'"):
        assert shown(99) == ["high", "middle", "low"]


def test_named_words_keep_their_order_and_a_set_is_ordered_by_count():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert shown(["low", "high"]) == ["low", "high"]
        assert shown(np.array(["middle", "low"])) == ["middle", "low"]
        assert shown(iter(["middle", "low"])) == ["middle", "low"]
        assert shown({"low": 1, "high": 2}.keys()) == ["high", "low"]
        assert shown({"low", "middle", "high"}) == ["high", "middle", "low"]


def test_unknown_and_repeated_words_are_told():
    with pytest.warns(RuntimeWarning) as told:
        assert shown(["low", "lwo", "high", "low", *map(str, range(7))]) == ["low", "high"]
    messages = [str(each.message) for each in told]
    assert messages == [
        "plot() leaves out 'lwo', '0', '1', '2', '3' and 3 more: not in the vocabulary",
        "plot(): words names 'low' more than once; each word is shown once",
    ]


def test_where_no_word_is_known_the_error_offers_others():
    with pytest.raises(UnknownWordError, match=r"none of the 2 words is in the vocabulary; the first: .*'middle'"):
        shown(["midle", "hihg"])


def test_too_few_words_are_refused():
    with pytest.raises(ParameterError, match=r"plot\(\) needs at least two words .*; got 1"):
        shown(["low"])
    with pytest.warns(RuntimeWarning), pytest.raises(ParameterError, match="got 1"):
        shown(["low", "zero"])
    with pytest.raises(ParameterError, match="words is empty"):
        shown([])
    with pytest.raises(ParameterError, match="got 0"):
        shown(None, wv=WordVectors(np.empty((0, 3)), []))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("king", r"got the one word 'king': pass \['king', ...\]"),
        (b"king", "got the one word b'king'"),
        (2.5, "got float 2.5"),
        (0, "words must be a whole number of at least 1; got 0"),
        (True, "words must be a whole number of at least 1; got True"),
        ([["low", "high"]], "`words` holds .*, which cannot be a word"),
    ],
)
def test_other_kinds_are_refused(words, message):
    with pytest.raises(ParameterError, match=message):
        shown(words)


def test_a_column_of_words_is_taken():
    pd = pytest.importorskip("pandas")
    assert shown(pd.Series(["low", "high"])) == ["low", "high"]
