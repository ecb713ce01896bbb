"""Corpora that are Python iterables: token lists, documents, columns; and ready-made ids."""

import doctest
import importlib
import re
from array import array
from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fastw2v.corpus import EncodedCorpus, EncodeReport, encode
from fastw2v.errors import CorpusError, CorpusTypeError, ParameterError
from fastw2v.vocab import Vocabulary

SENTENCES = [["the", "cat", "sat"], [], ["the", "mat"]]
DOCUMENTS = ["The cat SAT.", "", "the Mat!"]


def sentences_of(corpus: EncodedCorpus) -> list[list]:
    return [[corpus.vocabulary.words[i] for i in corpus[s]] for s in range(len(corpus))]


def encode_all(corpus, **parameters) -> list[list]:
    return sentences_of(encode(corpus, min_count=1, **parameters))


class Restarting:
    """An iterable that starts anew, as gensim's corpora do, and counts how often."""

    def __init__(self, items):
        self.items, self.starts = items, 0

    def __iter__(self):
        self.starts += 1
        return iter(self.items)


class ByPlace:
    """A data set of the old protocol: items by number, until IndexError."""

    def __getitem__(self, i):
        return SENTENCES[i]


@pytest.mark.parametrize("name", ["vocab", "tokenizers", "ready_ids", "encoded", "corpus"])
def test_examples_in_docstrings(name):
    failed, tried = doctest.testmod(importlib.import_module(f"fastw2v.{name}"))
    assert (failed, tried > 0) == (0, True)


# ---- token lists -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "corpus",
    [
        SENTENCES,
        tuple(map(tuple, SENTENCES)),
        [np.array(sentence, dtype=str) for sentence in SENTENCES],
        [np.array(sentence, dtype=object) for sentence in SENTENCES],
        np.array([np.array(sentence, dtype=object) for sentence in SENTENCES], dtype=object),
        (sentence for sentence in SENTENCES),
        [iter(sentence) for sentence in SENTENCES],
        [dict.fromkeys(sentence).keys() for sentence in SENTENCES],
        Restarting(SENTENCES),
        ByPlace(),
    ],
)
def test_token_lists_of_every_kind(corpus):
    encoded = encode(corpus, min_count=1)
    assert sentences_of(encoded) == SENTENCES
    assert encoded.vocabulary.words == ["the", "cat", "sat", "mat"]
    assert encoded.tokenizer == "tokens"
    assert encoded.ids.dtype == np.int32
    assert encoded.offsets.dtype == np.int64
    assert all(type(word) is str for word in encoded.vocabulary.words)


TOKENS = st.text(max_size=3) | st.sampled_from(["a", "b", "aé", "日本", "x" * 300])


@given(st.lists(st.lists(TOKENS, max_size=150), max_size=6), st.integers(1, 4))
@settings(max_examples=200, deadline=None)
def test_strings_equal_counter(sentences, min_count):
    # Copies: equal tokens must be found equal when they are not the same object.
    copies = [["".join([*token]) for token in sentence] for sentence in sentences]
    expected = Counter(token for sentence in sentences for token in sentence)
    kept = [word for word, count in expected.most_common() if count >= min_count]
    if len(kept) < 2:
        with pytest.raises(CorpusError):
            encode(copies, min_count=min_count)
        return
    corpus = encode(copies, min_count=min_count)
    assert corpus.vocabulary.words == kept
    assert corpus.vocabulary.counts.tolist() == [expected[word] for word in kept]
    assert sentences_of(corpus) == [[word for word in sentence if word in kept] for sentence in sentences]


@given(st.lists(st.lists(st.integers(-3, 3) | st.integers(), max_size=100), min_size=1, max_size=4))
@settings(max_examples=100, deadline=None)
def test_integers_equal_counter(sentences):  # hash(-1) == hash(-2), and hash(2**61 - 1) == hash(0)
    expected = Counter(token for sentence in sentences for token in sentence)
    if len(expected) < 2:
        return
    assert encode_all(sentences) == sentences
    assert encode(sentences, min_count=1).vocabulary.words == [word for word, _ in expected.most_common()]


@dataclass(frozen=True)
class SameHash:
    number: int

    def __hash__(self):
        return 7


def test_other_hashables_are_kept_as_keys():
    sentences = [[("a", 1), 2, SameHash(1), SameHash(2)], [SameHash(2), Fraction(2), 2.0, True, ("a", 1)]]
    encoded = encode(sentences, min_count=1)
    assert encoded.vocabulary.words == [2, ("a", 1), SameHash(2), SameHash(1), True]
    assert sentences_of(encoded) == sentences


def test_numpy_scalars_become_python_values():
    encoded = encode([np.array([3, 1, 3]), [np.int64(3), np.int32(2)]], min_count=1)
    assert sentences_of(encoded) == [[3, 1, 3], [3, 2]]
    assert all(type(word) is int for word in encoded.vocabulary.words)
    encoded = encode([[np.str_("b"), "a"], ["b"]], min_count=1)
    assert encoded.vocabulary.words == ["b", "a"]
    assert all(type(word) is str for word in encoded.vocabulary.words)


def test_two_dimensional_array_has_a_sentence_per_row():
    assert encode_all(np.array([["a", "b"], ["b", "c"]])) == [["a", "b"], ["b", "c"]]


def test_long_sentence_is_not_cut():
    encoded = encode([["a", "b"] * 1_000_000], min_count=1)
    assert encoded.offsets.tolist() == [0, 2_000_000]
    assert encoded.vocabulary.counts.tolist() == [1_000_000, 1_000_000]


def test_many_distinct_words():
    words = [f"w{i}" for i in range(200_000)]
    encoded = encode([words, words[::-1]], min_count=2)
    assert encoded.vocabulary.words == words
    assert encoded.ids.tolist() == [*range(200_000), *range(199_999, -1, -1)]


def test_a_token_whose_equality_changes_the_sentence_does_no_harm():
    sentence: list = []

    class Shrinking:
        def __hash__(self):
            return 1

        def __eq__(self, other):
            sentence.clear()
            return self is other

    sentence += [Shrinking() for _ in range(100)]
    assert encode([sentence, [Shrinking()]], min_count=1).report.raw_tokens == 101


# ---- documents -------------------------------------------------------------------------------------------------------


def columns():
    pd, pl, pa = (pytest.importorskip(name) for name in ("pandas", "polars", "pyarrow"))
    yield pd.Series(DOCUMENTS, index=[5, 5, 1])
    yield pd.Series(DOCUMENTS, dtype="category")
    yield pd.Series(DOCUMENTS, dtype="string")
    yield pl.Series(DOCUMENTS)
    yield pa.array(DOCUMENTS)
    yield pa.chunked_array([DOCUMENTS[:1], DOCUMENTS[1:]])
    yield pa.array(DOCUMENTS).dictionary_encode()


@pytest.mark.parametrize(
    "corpus", [DOCUMENTS, tuple(DOCUMENTS), iter(DOCUMENTS), np.array(DOCUMENTS), Restarting(DOCUMENTS)], ids=type
)
def test_documents_are_split_into_lower_case_words(corpus):
    encoded = encode(corpus, min_count=1)
    assert sentences_of(encoded) == SENTENCES
    assert encoded.tokenizer == "words"


def test_columns_of_documents():
    for column in columns():
        assert encode_all(column) == SENTENCES, type(column)


def test_columns_of_token_lists():
    pd, pl, pa = (pytest.importorskip(name) for name in ("pandas", "polars", "pyarrow"))
    for column in (pd.Series(SENTENCES), pl.Series(SENTENCES), pa.array(SENTENCES), pa.chunked_array([SENTENCES])):
        assert encode_all(column) == SENTENCES, type(column)


def test_long_pyarrow_column_is_read_whole():
    pa = pytest.importorskip("pyarrow")
    documents = [f"a{i % 7} b{i}" for i in range(25_001)]
    column = pa.chunked_array([documents[:3], documents[3:]])
    assert encode_all(column) == [document.split() for document in documents]


def test_tokenizer_is_said_outright():
    assert encode_all(["The cat\nSAT.", "a\u00a0b"], tokenizer="whitespace") == [["The", "cat", "SAT."], ["a\u00a0b"]]
    encoded = encode(["a,b", "b"], min_count=1, tokenizer=lambda document: document.split(","))
    assert sentences_of(encoded) == [["a", "b"], ["b"]]
    assert encoded.tokenizer("x,y") == ["x", "y"]
    assert encode_all(["ab", "b"], tokenizer=lambda document: (letter for letter in document)) == [["a", "b"], ["b"]]


def test_an_iterable_is_read_once():
    corpus = Restarting(SENTENCES)
    encode(corpus, min_count=1)
    assert corpus.starts == 1


def test_encoded_corpus_is_returned_as_it_is():
    corpus = encode(SENTENCES, min_count=1)
    assert encode(corpus) is corpus


# ---- refusals --------------------------------------------------------------------------------------------------------


def frames():
    pd, pl, pa = (pytest.importorskip(name) for name in ("pandas", "polars", "pyarrow"))
    yield pd.DataFrame({"text": DOCUMENTS})
    yield pl.DataFrame({"text": DOCUMENTS})
    yield pl.LazyFrame({"text": DOCUMENTS})
    yield pa.table({"text": DOCUMENTS})


def test_tables_are_refused():
    for frame in frames():
        with pytest.raises(CorpusTypeError, match=re.escape("pass its column of texts: df['text']")):
            encode(frame)


@pytest.mark.parametrize(
    ("corpus", "message"),
    [
        (None, "there is no corpus: None was given"),
        (5, r"a corpus cannot be 5 \(int\)"),
        (b"some text", "decode it and pass documents"),
        ({"text": DOCUMENTS}, r"a corpus cannot be a dict .*rows\['text'\]"),
        ([{"text": "a b"}], r"corpus\[0\] is a dict with the keys \['text'\]; pass its text: rows\['text'\]"),
        (["a b", {"text": "a b"}], r"corpus\[1\] is a dict"),
        ([b"a b"], r"corpus\[0\] is b'a b' \(bytes\); decode it first"),
        (["a b", b"a b"], r"corpus\[1\] is b'a b' \(bytes\); decode it first"),
        ([None, "a b"], r"corpus\[0\] is None, a missing value"),
        (["a b", None], r"corpus\[1\] is None, a missing value; leave it out \(a pandas column: column.dropna\(\)\)"),
        (["a b", float("nan")], r"corpus\[1\] is nan, a missing value"),
        ([["a"], float("nan")], r"corpus\[1\] is nan, a missing value"),
        (["a b", 7], r"corpus\[1\] is 7 \(int\)"),
        (["a b", ["a", "b"]], r"corpus\[1\] is \['a', 'b'\] \(list\), but the items before it are strings"),
        ([["a"], ["b"], ["c"], "d e"], r"corpus\[3\] is the string 'd e' where a list of tokens is expected"),
        ([["a"], {"b", "c"}], r"corpus\[1\] is a set, which has no order"),
        ([["a"], 7], r"corpus\[1\] is 7 \(int\)"),
        (np.arange(5), r"corpus\[0\] is (np.int64\()?0\)? \(int64\)"),
        (np.array(5), "a corpus cannot be"),
        ([np.zeros((2, 2))], r"corpus\[0\] is an array of 2 dimensions"),
        ([Path("a.txt"), "b.txt"], r"corpus\[1\] is 'b.txt' \(str\), but the items before it are paths"),
    ],
)
def test_what_is_no_corpus(corpus, message):
    with pytest.raises(CorpusTypeError, match=message):
        encode(corpus, min_count=1)


def test_sparse_matrix_is_refused():
    sparse = pytest.importorskip("scipy.sparse")
    with pytest.raises(CorpusTypeError, match="sparse"):
        encode(sparse.eye(3, format="csr"))


@pytest.mark.parametrize(
    ("token", "message"),
    [
        (3, r"is 3 \(int\), but the tokens before it are strings"),
        (None, r"is None \(NoneType\), a missing value; leave it out"),
        (float("nan"), r"is nan \(float\), a missing value"),
        (b"x", r"is b'x' \(bytes\); decode it first"),
        (["x"], r"is \['x'\] \(list\); tokens must be strings or other hashable values"),
        ("\ud800", r"is '\\ud800' \(str\), which holds the lone surrogate"),
    ],
)
@pytest.mark.parametrize("length", [8, 1000])
def test_tokens_that_cannot_be_words_are_named_with_their_place(token, message, length):
    corpus = [["a", "b"]] * 3 + [["a"] * 7 + [token] + ["b"] * (length - 8)]
    with pytest.raises(CorpusTypeError, match=r"corpus\[3\]\[7\] " + message):
        encode(corpus, min_count=1)


@pytest.mark.parametrize(
    ("token", "message"),
    [
        ("x", r"is 'x' \(str\), but the tokens before it are no strings"),
        (None, "a missing value"),
        (float("nan"), "a missing value"),
        (b"x", "decode it first"),
        ([1], "hashable"),
    ],
)
def test_tokens_among_other_hashables(token, message):
    with pytest.raises(CorpusTypeError, match=r"corpus\[1\]\[2\] .*" + message):
        encode([[1, 2], [1, 2, token]], min_count=1)
    if token != "x":
        with pytest.raises(CorpusTypeError, match=r"corpus\[0\]\[0\] .*" + message):
            encode([[token], [1, 2]], min_count=1)


def test_what_a_tokenizer_may_not_return():
    for tokens, message in [
        ("text", r"what the tokenizer made of corpus\[1\] is the string 'text' where a list"),
        (None, r"what the tokenizer made of corpus\[1\] is None"),
        (["a", None], r"token 1 that the tokenizer made of corpus\[1\] is None"),
    ]:
        made = iter([["a", "b"], tokens])
        with pytest.raises(CorpusTypeError, match=message):
            encode(["x", "y"], min_count=1, tokenizer=lambda _, made=made: next(made))


def test_tokenizer_that_does_not_go_with_the_corpus():
    with pytest.raises(ParameterError, match="tokenizer='words', but the corpus holds token lists"):
        encode(SENTENCES, tokenizer="words")
    with pytest.raises(ParameterError, match="tokenizer='tokens', but the corpus holds strings"):
        encode(DOCUMENTS, tokenizer="tokens")
    assert encode_all(SENTENCES, tokenizer="tokens") == SENTENCES


def test_empty_corpora():
    for corpus, n in [([], 0), ([[]], 1), (["", " "], 2), (np.empty((3, 0)), 3)]:
        with pytest.raises(CorpusError, match=f"the corpus is empty: {n} sentences, 0 words; pass"):
            encode(corpus)


def test_used_up_iterator_says_so():
    generator = (sentence for sentence in SENTENCES)
    encode(generator, min_count=1)
    with pytest.raises(CorpusError, match="this generator gives its items only once, so it may have been used up"):
        encode(generator, min_count=1)


def test_too_few_words():
    with pytest.raises(CorpusError, match=r"no word occurs min_count=5 times: the commonest, 'the', occurs 2 times"):
        encode(SENTENCES)
    with pytest.raises(CorpusError, match=r"only one occurs min_count=2 times: the commonest, 'the'"):
        encode(SENTENCES, min_count=2)
    with pytest.raises(CorpusError, match="the corpus has one"):
        encode([["a", "a"]], min_count=1)


class Trouble(Exception):  # noqa: N818
    pass


def test_what_the_users_code_raises_comes_out():
    trouble = Trouble("at item 3")

    def sentences():
        yield from [["a", "b"]] * 3
        raise trouble

    with pytest.raises(Trouble) as caught:
        encode(sentences(), min_count=1)
    assert caught.value is trouble

    def split(document):
        raise trouble

    with pytest.raises(Trouble) as caught:
        encode(["a b"], tokenizer=split)
    assert caught.value is trouble

    class Token:
        def __hash__(self):
            raise trouble

    with pytest.raises(Trouble) as caught:
        encode([[Token()]])
    assert caught.value is trouble


# ---- vocabulary and report -------------------------------------------------------------------------------------------


def test_ready_made_vocabulary():
    for given_words in (
        ["mat", "dog", "the"],
        Vocabulary(["mat", "dog", "the"], [9, 9, 9]),
        {"mat": 1, "dog": 1, "the": 1},
    ):
        encoded = encode(SENTENCES, vocabulary=given_words)
        assert encoded.vocabulary.words == ["mat", "dog", "the"]
        assert encoded.vocabulary.counts.tolist() == [1, 0, 2]
        assert encoded.ids.tolist() == [2, 2, 0]
        assert encoded.offsets.tolist() == [0, 1, 1, 3]
    assert encode([[1, 2], [2, 3]], vocabulary=[2, 1]).ids.tolist() == [1, 0, 0]


def test_report():
    encoded = encode([["a", "b", "a", "c"], [], ["a", "b"]], min_count=2)
    report = encoded.report
    assert report.seconds > 0
    assert EncodeReport(6, 3, 3, 1, 1, seconds=report.seconds) == report
    assert str(report).startswith(
        "6 tokens in 3 sentences, 3 distinct words\nkept 2 words and 5 tokens; dropped 1 words and 1 tokens\n"
    )
    assert repr(encoded) == "<EncodedCorpus: 5 tokens, 3 sentences, 2 words>"


# ---- ready ids -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ids", "offsets"),
    [
        ([[0, 1, 2], [2, 1]], None),
        ([np.array([0, 1, 2]), np.array([2, 1], np.uint8)], None),
        ([array("i", [0, 1, 2]), (2, 1)], None),
        (np.array([0, 1, 2, 2, 1]), [0, 3, 5]),
        ([0, 1, 2, 2, 1], np.array([0, 3, 5], np.int32)),
    ],
)
def test_ids_of_every_shape(ids, offsets):
    corpus = EncodedCorpus.from_ids(ids, ["a", "b", "c"], offsets)
    assert sentences_of(corpus) == [["a", "b", "c"], ["c", "b"]]
    assert corpus.vocabulary.counts.tolist() == [1, 2, 2]
    assert (corpus.ids.dtype, corpus.offsets.dtype) == (np.int32, np.int64)
    assert (corpus.report.raw_tokens, corpus.report.raw_sentences) == (5, 2)


def test_two_dimensional_ids_and_flat_ids():
    corpus = EncodedCorpus.from_ids(np.array([[0, 1], [2, 1]]))
    assert corpus.offsets.tolist() == [0, 2, 4]
    assert corpus.vocabulary.words == [0, 1, 2]
    assert EncodedCorpus.from_ids([0, 1, 0]).offsets.tolist() == [0, 3]
    assert EncodedCorpus.from_ids([[0, 1], [], [1]]).offsets.tolist() == [0, 2, 2, 3]


def test_int32_ids_are_not_copied():
    ids = np.array([[0, 1], [1, 0]], np.int32)
    assert np.shares_memory(EncodedCorpus.from_ids(ids).ids, ids)


def test_vocabulary_keeps_its_order_and_gets_the_counts_of_the_ids():
    vocabulary = Vocabulary(["a", "b", "c"], [1, 1, 1])
    corpus = EncodedCorpus.from_ids([[2, 2, 1]], vocabulary)
    assert corpus.vocabulary.words == ["a", "b", "c"]
    assert corpus.vocabulary.counts.tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    ("ids", "words", "offsets", "error", "message"),
    [
        ([[0, 1], [1, 0, 3]], ["a", "b", "c"], None, CorpusError, r"ids\[1\]\[2\] is 3, .* rows 0 to 2"),
        (np.array([[0, 1], [-1, 0]]), ["a", "b"], None, CorpusError, r"ids\[1\]\[0\] is -1"),
        ([[], [0, 5]], ["a", "b"], None, CorpusError, r"ids\[1\]\[1\] is 5"),
        (np.array([0, 2**31]), None, None, CorpusError, r"ids\[1\] is 2147483648, which is no int32"),
        (np.array([0, 2**63], np.uint64), None, None, CorpusError, "no int32"),
        ([[0, 0]], ["a"], None, CorpusError, "at least 2 words"),
        ([], None, None, CorpusError, "the corpus is empty: 0 sentences|the corpus is empty"),
        ([[], []], None, None, CorpusError, "the corpus is empty: 2 sentences"),
        (np.zeros((2, 2, 2), int), None, None, CorpusError, r"shape \(2, 2, 2\)"),
        ([[0.5, 1.0]], None, None, CorpusTypeError, r"ids\[0\] holds float64"),
        ([[True, False]], None, None, CorpusTypeError, r"ids\[0\] holds bool"),
        ([["a", "b"]], None, None, CorpusTypeError, r"ids\[0\] holds <U1"),
        ([[[0, 1]]], None, None, CorpusTypeError, r"ids\[0\] holds int64 of shape \(1, 2\)"),
        ([[0, [1]]], None, None, CorpusTypeError, r"ids\[0\] is \[0, \[1\]\], not a row of integers"),
        ([[0, 2**70]], None, None, CorpusTypeError, r"ids\[0\] holds object"),
        ("text", None, None, CorpusTypeError, "ids are 'text'"),
        (5, None, None, CorpusTypeError, "ids are 5"),
        ([0, 1, 1], None, [0, 2], CorpusError, "from 0 to the number of ids, 3; found 0 to 2"),
        ([0, 1, 1], None, [1, 3], CorpusError, "found 1 to 3"),
        ([0, 1, 1], None, [0, 2, 1, 3], CorpusError, r"offsets\[1\] is 2, offsets\[2\] is 1"),
        ([0, 1, 1], None, [], CorpusError, "offsets must be"),
        ([0, 1, 1], None, [0.0, 3.0], CorpusError, "offsets must be"),
        (np.array([[0, 1]]), None, [0, 2], CorpusError, "only with flat ids"),
    ],
)
def test_ids_that_cannot_be(ids, words, offsets, error, message):
    with pytest.raises(error, match=message):
        EncodedCorpus.from_ids(ids, words, offsets)


@given(st.lists(st.lists(st.integers(0, 30), max_size=20), min_size=1, max_size=8))
def test_ragged_ids_come_back(sentences):
    if not any(map(any, sentences)):
        return
    corpus = EncodedCorpus.from_ids(sentences)
    assert [corpus[i].tolist() for i in range(len(corpus))] == sentences
    assert (
        corpus.vocabulary.counts.tolist()
        == np.bincount(np.concatenate([*map(np.array, sentences)]).astype(int)).tolist()
    )
