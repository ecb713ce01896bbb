"""Corpora whose first items are rows of a table, documents of sentences, or hold padding."""

import csv
import sqlite3

import numpy as np
import pytest

from fastw2v.corpus.encoded_corpus import EncodedCorpus
from fastw2v.corpus.encoding import encode
from fastw2v.errors import CorpusTypeError

TEXTS = ["the cat sat", "a dog ran off", "the cat ran", "the dog sat", "a bird flew off", "birds sang all day"]
TOKENS = [text.split() for text in TEXTS]


def of_database():
    base = sqlite3.connect(":memory:")
    base.row_factory = sqlite3.Row
    base.execute("create table texts(text text, label int)")
    base.executemany("insert into texts values (?, ?)", zip(TEXTS, range(6), strict=True))
    return base.execute("select * from texts")


@pytest.mark.fault("tokens that are no words")
@pytest.mark.parametrize(
    ("corpus", "column"),
    [
        (lambda: enumerate(TEXTS), 1),
        (lambda: list(zip(TEXTS, [0, 1] * 3, strict=True)), 0),
        (lambda: zip(["good", "bad"] * 3, TEXTS, strict=True), 1),
        (lambda: csv.reader(["id,text", *(f"{i},{text}" for i, text in enumerate(TEXTS))]), 1),
        (lambda: np.array([[i, text, "en"] for i, text in enumerate(TEXTS)], object), 1),
        (lambda: np.array([[text, "en"] for text in TEXTS]), 0),
        (lambda: dict(enumerate(TEXTS)).items(), 1),
        (of_database, 0),
    ],
    ids=["enumerate", "labels", "labels first", "csv", "objects", "strings", "dict", "database"],
)
def test_rows_of_a_table_are_no_lists_of_tokens(corpus, column):
    with pytest.raises(
        CorpusTypeError, match=rf"corpus\[0\] is .*, a row of a table: pass its text alone.*row\[{column}\]"
    ):
        encode(corpus(), min_count=1)


@pytest.mark.parametrize("corpus", [enumerate(TOKENS), [("label", tokens) for tokens in TOKENS]])
def test_token_lists_beside_labels(corpus):
    with pytest.raises(CorpusTypeError, match=r"a row of a table: pass its tokens alone.*\[row\[1\] for row in rows\]"):
        encode(corpus, min_count=1)


def test_parts_of_a_table_beside_labels():
    pd = pytest.importorskip("pandas")
    table = pd.DataFrame({"user": [1, 1, 2], "word": ["red", "wine", "rose"]})
    for corpus in (table.iterrows(), iter(table.groupby("user")["word"])):
        with pytest.raises(
            CorpusTypeError, match=r"corpus\[0\] is \(.*, a pair of a label and a part of a table: pass "
        ):
            encode(corpus, min_count=1)


def test_documents_of_sentences_are_nested_too_deep():
    with pytest.raises(CorpusTypeError, match=r"is a list of lists, as a document|, a list of lists, as a document"):
        encode([TOKENS, TOKENS], min_count=1)


@pytest.mark.parametrize(
    "corpus",
    [
        [["New York", "London"], ["The Hague", "Rome"], ["Paris", "Los Angeles"]],
        [["red", "wine"], ["white", "wine"], ["red", "rose"]],
        [["Toy Story (1995)", "Heat (1995)"], ["Star Wars IV (1977)", "Big (1988)"], ["Pulp Fiction (1994)"] * 2] * 2,
        [["Tea Set of Six", "Fork"], ["Blue Wine Glass", "Mug"], ["Red Lunch Bag", "Red Cup"], ["Jam", "Cup"]] * 2,
        [["Bach", "place of birth", "Eisenach"], ["Goethe", "place of death", "Weimar"]] * 4,
        [[1, 2], [3, 4], [0, 2]],
        [[0, 0, 0, 1], [0, 0], [1, 1, 0]],  # states that last
        [[0, 0, 0, 1, 1, 0, 0], [1, 1, 0, 0, 0, 2, 2], [0, 0, 1, 1, 0, 0, 0]],  # and sentences of one length
        [[0, 1, 0, 2], [0, 3, 0, 1], [2, 0, 3, 0]],  # walks on a star
    ],
)
def test_corpora_that_are_none_of_these(corpus, encode_all):
    assert encode_all(corpus) == corpus


def test_a_list_that_a_generator_fills_anew_is_read_as_it_was(encode_all):
    def sentences():
        tokens = []
        for sentence in TOKENS:
            tokens[:] = sentence
            yield tokens

    assert encode_all(sentences()) == TOKENS


@pytest.mark.parametrize(
    "corpus",
    [
        np.array([[1, 2, 0, 0, 0], [3, 4, 5, 0, 0]] * 3),
        [[0, 0, 0, 1], [0, 0, 2, 3], [0, 0, 0, 3]],
        [["red", "wine", "<pad>", "<pad>"], ["rose", "[PAD]", "[PAD]"]],
        np.eye(7, dtype=int),  # a matrix of counts
    ],
    ids=["after", "before", "strings", "counts"],
)
def test_padding_is_warned_of(corpus):
    with pytest.warns(RuntimeWarning, match=r"the token .* is \d+% of the first . sentences.*leave padding out"):
        encode(corpus, min_count=1)


def test_padding_of_ids_is_warned_of():
    with pytest.warns(RuntimeWarning, match="the token 0 is 60% of the first 6 sentences"):
        EncodedCorpus.from_ids(np.array([[1, 2, 0, 0, 0], [3, 4, 0, 0, 0]] * 3))
