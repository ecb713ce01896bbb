"""A vocabulary that the caller gives: what is none, and what does not fit the corpus."""

from collections import Counter

import pytest

from fastw2v.corpus.encoding import encode
from fastw2v.corpus.given_vocabulary import as_vocabulary
from fastw2v.errors import CorpusError, ParameterError

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


def test_a_vocabulary_that_shares_no_word_with_the_corpus():
    with pytest.raises(CorpusError, match=r"\(50 tokens\): 'dog', 'log', ... in the vocabulary, 'the', 'cat', 'sat', "):
        encode(SENTENCES, vocabulary=["dog", "log"])
    with pytest.raises(CorpusError, match=r"in lower case 60% of the tokens would be known: bring both to one case"):
        encode(SENTENCES, vocabulary=["The", "CAT"])
    with pytest.raises(CorpusError, match=r"the words are pairs: pass the first of each"):
        encode(SENTENCES, vocabulary=Counter(["the", "the", "cat"]).most_common())


def test_a_vocabulary_that_covers_hardly_a_token_is_warned_of():
    sentences = [[f"w{i}" for i in range(100)]] * 3
    with pytest.warns(RuntimeWarning, match=r"only 1.00% of the corpus's 300 tokens are words of the given vocabulary"):
        assert len(encode(sentences, vocabulary=["w7", "W8"]).ids) == 3
    encode(sentences, vocabulary=[f"w{i}" for i in range(5)])


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
