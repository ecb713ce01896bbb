"""A vocabulary that the caller gives: what is none, and what does not fit the corpus."""

from collections import Counter
from types import SimpleNamespace

import numpy as np
import pytest

from fastw2v.api import Word2Vec
from fastw2v.corpus.encoded_corpus import EncodedCorpus
from fastw2v.corpus.encoding import encode
from fastw2v.corpus.given_vocabulary import as_vocabulary, words_of_rows
from fastw2v.corpus.vocabulary import Vocabulary
from fastw2v.errors import CorpusError, CorpusTypeError, ParameterError

SENTENCES = [["the", "cat", "sat"], ["the", "mat"]] * 10


def test_counts_of_a_column_are_not_its_words():
    pd = pytest.importorskip("pandas")
    counts = pd.Series(list("abacab")).value_counts()
    for given in (counts, counts.astype(float)):
        with pytest.raises(ParameterError, match=r"vocabulary is a Series of numbers .*series.index.tolist\(\)"):
            as_vocabulary(given)
    assert as_vocabulary(counts.index).words == ["a", "b", "c"]
    assert as_vocabulary(counts.to_dict()).words == ["a", "b", "c"]
    assert as_vocabulary(pd.Series([7, 8])).words == [7, 8], "numbers of nodes, with the index that every column has"
    assert as_vocabulary(pd.Series(["a", "b"], index=[5, 6])).words == ["a", "b"]


def test_what_is_no_vocabulary():
    pd = pytest.importorskip("pandas")
    with pytest.raises(ParameterError, match=r"a DataFrame \(a table\): pass its column of words"):
        as_vocabulary(pd.DataFrame({"word": ["a", "b"]}))
    with pytest.raises(ParameterError, match=r"a set, which has no order.*sorted\(words\)"):
        as_vocabulary({"a", "b"})
    with pytest.raises(ParameterError, match=r"vocabulary='words.txt': it must be"):
        as_vocabulary("words.txt")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({0: "the", 1: "cat"}, r"vocabulary maps 0 to 'the': pass the words, list\(vocabulary.values\(\)\)"),
        (SimpleNamespace(wv=None), "pass the words of the fitted model"),
        (["the", None], r"vocabulary\[1\] is None \(NoneType\), a missing value"),
        (["the", float("nan")], r"vocabulary\[1\] is nan \(float\), a missing value"),
        ([b"the", b"cat"], r"vocabulary\[0\] is b'the' \(bytes\); decode it first"),
        (iter([]), "a list_iterator, yielded no words: an iterator yields its items only once"),
    ],
)
def test_what_holds_other_things_than_words(given, message):
    with pytest.raises((ParameterError, CorpusTypeError, CorpusError), match=message):
        as_vocabulary(given)


@pytest.mark.parametrize(
    "given",
    [{"b": 1, "a": 0, "c": 2}, {2: "c", 0: "a", 1: "b"}, np.array(["a", "b", "c"]), Vocabulary(["a", "b", "c"])],
    ids=["rows", "words", "array", "vocabulary"],
)
def test_ids_have_the_words_of_their_rows(given):
    corpus = EncodedCorpus.from_ids([[0, 1], [1, 2]], given)
    assert corpus.vocabulary.words == ["a", "b", "c"]
    assert set(map(type, corpus.vocabulary)) == {str}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"a": 1, "b": 2, "c": 3}, "a mapping must give each word its row number, 0 to 2, each once; add a word"),
        ("abc", "vocabulary='abc': it must be"),
        ({"a", "b"}, "a set, which has no order"),
    ],
)
def test_what_gives_ids_no_words(given, message):
    with pytest.raises(ParameterError, match=message):
        EncodedCorpus.from_ids([[0, 1], [1, 2]], given)


def test_row_numbers_order_the_words_as_initial_vectors_in_an_array_expect():
    assert as_vocabulary({"wine": 2, "red": 0, "rose": 1}).words == ["red", "rose", "wine"]
    assert as_vocabulary({"wine": 2, "red": 7, "rose": 1}).words == ["wine", "red", "rose"], "counts order nothing"


def test_words_of_an_array_become_strings():
    for given in (np.array(["a", "b"]), list(np.array(["a", "b"])), np.array(["a", "b"], object)):
        assert list(map(type, as_vocabulary(given).words)) == [str, str]


def test_a_vocabulary_that_shares_no_word_with_the_corpus():
    with pytest.raises(CorpusError, match=r"\(50 tokens\): 'dog', 'log', ... in the vocabulary, 'the', 'cat', 'sat', "):
        encode(SENTENCES, vocabulary=["dog", "log"])
    with pytest.raises(CorpusError, match=r"in lower case 60% of the tokens would be known: bring both to one case"):
        encode(SENTENCES, vocabulary=["The", "CAT"])
    with pytest.raises(CorpusError, match=r"the words are pairs: pass the first of each"):
        encode(SENTENCES, vocabulary=Counter(["the", "the", "cat"]).most_common())
    with pytest.raises(
        CorpusError, match=r"stripped of white space 60% of the tokens would be known: bring both to one"
    ):
        encode(SENTENCES, vocabulary=["the\n", "cat\n"])
    with pytest.raises(CorpusError, match=r"as strings 100% of the tokens would be known"):
        encode([[1, 2], [2, 1]], vocabulary=["1", "2", "3"])


def test_a_vocabulary_that_covers_hardly_a_token_is_warned_of():
    sentences = [[f"w{i}" for i in range(100)]] * 3
    with pytest.warns(RuntimeWarning, match=r"only 1.00% of the corpus's 300 tokens are words of the vocabulary"):
        assert len(encode(sentences, vocabulary=["w7", "W8"]).ids) == 3
    encode(sentences, vocabulary=[f"w{i}" for i in range(20)])


@pytest.mark.parametrize(
    ("unseen", "hint"),
    [
        (["dog", "log", "fog", "bog"], "leave them out$"),
        (["the\n", "cat\n", "sat\n", "dog"], "stripped of white space, 3 of them would occur"),
        (["The", "Cat", "dog", "log"], "in lower case, 2 of them would occur"),
    ],
)
def test_given_words_that_never_occur_are_counted_and_warned_of(unseen, hint):
    with pytest.warns(RuntimeWarning, match=rf"4 of the 6 words of the given vocabulary never occur.*{hint}"):
        encoded = encode(SENTENCES, vocabulary=["the", "cat", *unseen])
    assert encoded.report.unseen_words == 4


def test_fewer_given_words_are_warned_of_if_they_are_in_another_case():
    with pytest.warns(RuntimeWarning, match=r"1 of the 4 words .* never occur.*in lower case, 1 of them would occur"):
        encode(SENTENCES, vocabulary=["the", "cat", "sat", "Mat"])
    encode(SENTENCES, vocabulary=["the", "cat", "sat", "dog"])


@pytest.mark.parametrize("as_pandas", [False, True])
def test_given_words_that_never_occur_may_have_initial_vectors(as_pandas, quick, recwarn):
    words = ["the", "cat", *(f"w{i}" for i in range(8))]
    vectors = dict.fromkeys(words, np.ones(quick["vector_size"], np.float32))
    given = pytest.importorskip("pandas").DataFrame.from_dict(vectors, "index") if as_pandas else vectors
    model = Word2Vec(**quick, vocabulary=words, initial_vectors=given).fit(SENTENCES)
    assert model["w7"].tolist() == [1] * quick["vector_size"]
    assert not [each for each in recwarn if "occur" in str(each.message)]
    few = {word: vectors[word] for word in words[:4]}
    with pytest.warns(RuntimeWarning, match=r"6 of the 10 words .* never occur .* such as 'w2', .*without initial"):
        Word2Vec(**quick, vocabulary=words, initial_vectors=few).fit(SENTENCES)


# --- and words that it lacks ------------------------------------------------------------------------------------------

TEXT = [["a", "b", "c", "c"], ["d", "c", "d", "a"], ["e"]]


def test_new_words_come_after_the_given_ones_most_frequent_first():
    given = Vocabulary(["b", "x", "a"], [5, 5, 5])
    encoded = encode(TEXT, vocabulary=given, new_words=True, min_count=2)
    assert encoded.vocabulary == Vocabulary(["b", "x", "a", "c", "d"], [1, 0, 2, 3, 2])
    assert encoded.ids.tolist() == [2, 0, 3, 3, 4, 3, 4, 2]
    assert encoded.offsets.tolist() == [0, 4, 8, 8]
    report = encoded.report
    assert (report.new_words, report.unseen_words, report.dropped_words) == (2, 1, 1)
    assert report.dropped_examples == ("e",)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"min_count": 0}, ["b", "a", "c", "d", "e"]),
        ({"min_count": 3}, ["b", "a", "c"]),
        ({"min_count": 9}, ["b", "a"]),
        ({"min_count": 1, "max_vocab": 3}, ["b", "a", "c"]),
        ({"min_count": 1, "max_vocab": 2}, ["b", "a"]),
    ],
)
def test_min_count_and_max_vocab_apply_to_new_words_alone(options, words):
    encoded = encode(TEXT, vocabulary=Vocabulary(["b", "a"]), new_words=True, **options)
    assert encoded.vocabulary.words == words
    assert encoded.report.dropped_tokens == 9 - len(encoded.ids)


@pytest.mark.parametrize("spooled", [False, True])
def test_every_reader_finds_the_same_new_words(spooled, tmp_path):
    (tmp_path / "text.txt").write_text("\n".join(map(" ".join, TEXT)))
    for corpus in (tmp_path / "text.txt", [" ".join(sentence) for sentence in TEXT], iter(TEXT)):
        spool = tmp_path if spooled else None
        encoded = encode(corpus, vocabulary=Vocabulary(["b", "a"]), new_words=True, min_count=2, spool=spool)
        assert encoded.vocabulary.words == ["b", "a", "c", "d"]
        assert encoded.ids.tolist() == [1, 0, 2, 2, 3, 2, 3, 1]


@pytest.mark.filterwarnings("ignore:tokens such as")
@pytest.mark.parametrize(
    ("known", "tokens"),
    [([1, 2], [1.0, 2.0, 5000.0]), (["a", "b"], [1, 2]), ([1, 2], ["a", "b"]), ([(1, "x"), (2, "y")], [(1, "x"), 3])],
)
def test_new_words_are_of_the_type_of_the_known_ones(known, tokens):
    """Such a model could not be saved."""
    with pytest.raises(CorpusTypeError, match=r"the new word .* cannot join a vocabulary of words such as .*one type"):
        encode([tokens] * 9, vocabulary=known, new_words=True)


@pytest.mark.filterwarnings("ignore:tokens such as")
def test_words_of_several_types_are_joined_by_any_of_these():
    known = [(0, "item"), 1]
    assert encode([[*known, (5, "item"), 7]] * 3, vocabulary=known, new_words=True, min_count=1).report.new_words == 2


def test_integers_join_integers_of_numpy():
    assert encode([np.array([1, 2, 7])] * 3, vocabulary=[1, 2], new_words=True, min_count=1).vocabulary.words[2] == 7


def test_without_a_vocabulary_all_words_are_new_and_it_has_no_effect():
    assert encode(TEXT, new_words=True, min_count=2).vocabulary == encode(TEXT, min_count=2).vocabulary


def test_the_index_of_a_series_says_which_id_each_word_has():
    pandas = pytest.importorskip("pandas")
    names = pandas.Series({3: "three", 0: "zero", 2: "two", 1: "one"})
    assert words_of_rows(names) == ["zero", "one", "two", "three"]
    assert words_of_rows(pandas.Series(["a", "b"])) == ["a", "b"]
    assert words_of_rows(pandas.Series({"a": 1, "b": 0})) == ["b", "a"]
    with pytest.raises(ParameterError, match="must give each word its row number, 0 to 1"):
        words_of_rows(pandas.Series({5: "a", 7: "b"}))
