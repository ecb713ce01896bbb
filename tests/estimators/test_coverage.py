"""Documents whose words are mostly unknown, or are known in another form, and what is said of them."""

import numpy as np
import pytest

from fastw2v import DocVectorizer, WordVectors

WORDS = [f"w{i}" for i in range(40)]
VECTORS = WordVectors(np.random.default_rng(0).normal(1, 1, (40, 7)).astype(np.float32), WORDS)
DOCUMENTS = [[f"w{i * j % 41}" for j in range(1, 9)] for i in range(1, 31)]


@pytest.mark.parametrize("weighting", ["mean", "tfidf", "sif", "usif"])
def test_documents_that_nearly_all_become_zeros_are_told_with_their_share(weighting):
    """Words in another case, of another language, or from another tokenizer."""
    vectorizer = DocVectorizer(VECTORS, weighting).fit(DOCUMENTS)
    message = r"^20 of 21 documents \(95%\) become zeros: they hold no word of the vectors \(.* words, such as 'w0'"
    for documents in ([["W1"]] * 20 + [["w1"]], [""] * 20 + ["w1"]):
        with pytest.warns(RuntimeWarning, match=message):
            vectorizer.transform(documents)
        with pytest.warns(RuntimeWarning, match=message):
            DocVectorizer(VECTORS, weighting, n_components_removed=0).fit_transform(documents)
    with pytest.warns(RuntimeWarning, match=r"^1 of 1 documents \(100%\)"):
        vectorizer.transform(["never heard"])
    for others in ([["v1"]] * 4 + [["w1"]] * 4, [""] * 8 + ["w1"]):
        vectorizer.transform(others)


def test_documents_of_which_few_words_are_known_are_told(recwarn):
    """Or many would be in another form: each may hold a known word, as upper case text holds full stops."""
    vectors = WordVectors(np.eye(3, dtype=np.float32), ["red", "wine", "."])
    for documents, message in (
        ([["RED", "WINE", "ROSE", "TULIP", "ROAD", "."]] * 4, r"only 4 of the 24 words .*\(16.7%\).*such as 'RED'"),
        ([["red", "wine", "Wine", "."]] * 4, "25% of the first words of the documents are in another form"),
        ([["red", "Wine"], ["Red"]] * 4, "in lower case, 100% of these would be known"),
        (
            [(f"the {n} wines", "good") for n in range(5)],
            r"a row of a table: pass its text alone, as in \[row\[0\] for row in rows\]",
        ),
        (np.array([["the red wine"]] * 3, object), r"a list of one text, such as .*: pass the texts"),
        (["\N{WINE GLASS}", "!"], "the tokenizer finds no word in them"),
    ):
        with pytest.warns(RuntimeWarning, match=message) as told:
            DocVectorizer(vectors, tokenizer="words").fit_transform(documents)
        assert (len(told), told[0].filename) == (1, __file__)
    DocVectorizer(vectors).fit_transform([["red", "rose", "tulip"], ["wine", "."]])
    assert not recwarn


def test_a_tokenizer_that_lower_cases_words_which_the_vectors_know_is_named():
    vectors = WordVectors(np.eye(3, dtype=np.float32), ["Straße", "Stadt", "lang"])
    with pytest.warns(RuntimeWarning, match="; tokenizer='words' lower-cased 'Straße': pass tokenizer='whitespace'"):
        DocVectorizer(vectors, tokenizer="words").fit_transform(["Die Straße ist lang."] * 3)
    with pytest.warns(RuntimeWarning, match=r"such as 'straße'.*; in lower case, 100% of these would be known"):
        DocVectorizer(vectors, tokenizer="words").fit_transform(["straße stadt lang"] * 3)
