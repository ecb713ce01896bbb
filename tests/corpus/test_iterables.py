"""Corpora that are Python iterables: token lists, documents, columns."""

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fastw2v import DocVectorizer, Word2Vec
from fastw2v.compat import gensim as compat
from fastw2v.corpus.encoded_corpus import EncodeReport
from fastw2v.corpus.encoding import encode
from fastw2v.corpus.iterables import python_items
from fastw2v.corpus.vocabulary import Vocabulary
from fastw2v.errors import CorpusError, CorpusTypeError, ParameterError

SENTENCES = [["the", "cat", "sat"], [], ["the", "mat"]]
DOCUMENTS = ["The cat SAT.", "", "the Mat!"]


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
def test_token_lists_of_every_kind(corpus, sentences_of):
    encoded = encode(corpus, min_count=1)
    assert sentences_of(encoded) == SENTENCES
    assert encoded.vocabulary.words == ["the", "cat", "sat", "mat"]
    assert encoded.tokenizer == "tokens"
    assert encoded.ids.dtype == np.int32
    assert encoded.offsets.dtype == np.int64
    assert all(type(word) is str for word in encoded.vocabulary.words)


TOKENS = st.text(max_size=3) | st.sampled_from(["a", "b", "aé", "日本", "x" * 300])


@pytest.mark.filterwarnings("ignore:tokens such as")
@given(st.lists(st.lists(TOKENS, max_size=150), max_size=6), st.integers(1, 4))
@settings(max_examples=200, deadline=None)
def test_strings_equal_counter(sentences_of, sentences, min_count):
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


@pytest.mark.filterwarnings("ignore:the token")  # such lists look like padded rows, now and then
@given(st.lists(st.lists(st.integers(-3, 3) | st.integers(), max_size=100), min_size=1, max_size=4))
@settings(max_examples=100, deadline=None)
def test_integers_equal_counter(encode_all, sentences):
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


@pytest.mark.filterwarnings("ignore:tokens such as .* no file of a model can hold")
def test_other_hashables_are_kept_as_keys(sentences_of):
    sentences = [[("a", 1), 2, SameHash(1), SameHash(2)], [SameHash(2), Fraction(2), 2.0, True, ("a", 1)]]
    encoded = encode(sentences, min_count=1)
    assert encoded.vocabulary.words == [2, ("a", 1), SameHash(2), SameHash(1), True]
    assert sentences_of(encoded) == sentences


def test_the_rows_of_a_matrix_of_integers_come_as_lists():
    items = list(python_items(np.array([[3, 1], [1, 2]], np.int16)))
    assert (items, type(items[0]), type(items[0][0])) == ([[3, 1], [1, 2]], list, int)


def test_numpy_scalars_become_python_values(sentences_of):
    encoded = encode([np.array([3, 1, 3]), [np.int64(3), np.int32(2)]], min_count=1)
    assert sentences_of(encoded) == [[3, 1, 3], [3, 2]]
    assert all(type(word) is int for word in encoded.vocabulary.words)
    encoded = encode([[np.str_("b"), "a"], ["b"]], min_count=1)
    assert encoded.vocabulary.words == ["b", "a"]
    assert all(type(word) is str for word in encoded.vocabulary.words)


def test_two_dimensional_array_has_a_sentence_per_row(encode_all):
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


@pytest.mark.filterwarnings("ignore:tokens such as .* no file of a model can hold")
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
def test_documents_are_split_into_lower_case_words(corpus, sentences_of):
    encoded = encode(corpus, min_count=1)
    assert sentences_of(encoded) == SENTENCES
    assert encoded.tokenizer == "words"


def test_columns_of_documents(encode_all):
    for column in columns():
        assert encode_all(column) == SENTENCES, type(column)


def test_columns_of_token_lists(encode_all):
    pd, pl, pa = (pytest.importorskip(name) for name in ("pandas", "polars", "pyarrow"))
    for column in (pd.Series(SENTENCES), pl.Series(SENTENCES), pa.array(SENTENCES), pa.chunked_array([SENTENCES])):
        assert encode_all(column) == SENTENCES, type(column)


def test_long_pyarrow_column_is_read_whole(encode_all):
    pa = pytest.importorskip("pyarrow")
    documents = [f"a{i % 7} b{i}" for i in range(25_001)]
    column = pa.chunked_array([documents[:3], documents[3:]])
    assert encode_all(column) == [document.split() for document in documents]


def test_tokenizer_is_said_outright(sentences_of, encode_all):
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
    assert encode(corpus, min_count=1) is corpus
    assert encode(corpus, vocabulary=corpus.vocabulary) is corpus


def test_what_would_change_an_encoded_corpus_is_said():
    corpus = encode(SENTENCES, min_count=1)
    with pytest.warns(
        RuntimeWarning, match="min_count=2 has no effect on an EncodedCorpus: 3 of its 4 words are rarer"
    ):
        assert encode(corpus, min_count=2) is corpus
    with pytest.warns(RuntimeWarning, match="max_vocab=3 has no effect on an EncodedCorpus, which has 4 words"):
        assert encode(corpus, min_count=1, max_vocab=3) is corpus
    with pytest.raises(
        ParameterError, match=r"another vocabulary \(4 words\) than the given one, or than the model's \(2 words\)"
    ):
        encode(corpus, vocabulary=["the", "cat"])


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
    times = {"seconds": report.seconds, "encoding_seconds": report.encoding_seconds}
    assert EncodeReport(6, 3, 3, 1, 1, ("c",), **times) == report
    assert str(report).startswith(
        "6 tokens in 3 sentences, 3 distinct words\nkept 2 words and 5 tokens; dropped 1 word and 1 token ('c')\n"
    )
    assert repr(encoded) == "<EncodedCorpus: 5 tokens, 3 sentences, 2 words>"


class Wrapped:
    """A re-iterable corpus whose ``len`` raises, as of wrappers of generators."""

    def __init__(self, items, error):
        self.items, self.error = items, error

    def __iter__(self):
        return iter(self.items)

    def __len__(self):
        if self.error is None:
            return -1
        raise self.error


@pytest.mark.parametrize("error", [TypeError("no len()"), NotImplementedError(), ValueError("x"), None])
@pytest.mark.parametrize("items", [SENTENCES, DOCUMENTS], ids=["tokens", "strings"])
def test_a_corpus_whose_length_is_unknown_is_read_all_the_same(error, items):
    corpus = Wrapped(items * 9, error)
    assert np.array_equal(encode(corpus, min_count=1).ids, encode(items * 9, min_count=1).ids)
    options = {"vector_size": 4, "min_count": 1, "sample": 0, "epochs": 1, "n_jobs": 1, "device": "cpu"}
    model = Word2Vec(corpus, **options).fit()
    assert "Wrapped" in repr(model)
    assert model.transform(corpus).shape == (27, 4)
    assert DocVectorizer(Word2Vec(**options)).fit_transform(corpus).shape == (27, 4)
    if items is SENTENCES:
        theirs = compat.Word2Vec(vector_size=4, min_count=1, workers=1, sample=0)
        theirs.build_vocab(corpus)
        theirs.train(corpus, total_examples=theirs.corpus_count, epochs=1)
        assert len(theirs.wv) == 4


def test_rows_of_a_data_set_are_named_before_the_tokenizer_is_doubted():
    with pytest.raises(CorpusTypeError, match=r"corpus\[0\] is a dict .*as in \[row\['text'\] for row in rows\]"):
        encode([{"text": "the cat", "label": 1}] * 3, tokenizer=str.split)
