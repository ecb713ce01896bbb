"""Documents whose words are mostly unknown, or are known in another form, and what is said of them."""

import logging
import warnings

import numpy as np
import pytest

from fastw2v import DocVectorizer, Word2Vec, WordVectors

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
            vectorizer.fit(DOCUMENTS).transform(documents)
        with pytest.warns(RuntimeWarning, match=message):
            DocVectorizer(VECTORS, weighting, n_components_removed=0).fit_transform(documents)
    with pytest.warns(
        RuntimeWarning,
        match=r"^documents that hold no word of .* \(40 words, such as 'w0'.*\) become zeros: ",
    ):
        vectorizer.fit(DOCUMENTS).transform(["never heard"])
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


def test_a_service_that_asks_of_one_document_again_and_again_hears_the_same_words(caplog):
    """Python knows a warning again by its text alone."""
    caplog.set_level(logging.DEBUG, "fastw2v.estimators.coverage")
    model = Word2Vec(loss="hs", vector_size=4, min_count=1, sample=0, random_state=1, n_jobs=1).fit(DOCUMENTS)
    for ask in (DocVectorizer(VECTORS).fit(DOCUMENTS).transform, model.transform, model.log_probability):
        caplog.clear()
        with warnings.catch_warnings(record=True) as found:
            warnings.simplefilter("always")
            for number in range(3):
                ask([[f"unknown{number}"]])
                assert f"unknown{number}" in caplog.messages[number]
        assert len(found) == 3
        assert len({str(each.message) for each in found}) == 1
        assert "documents that hold no word of the vectors" in str(found[0].message)
        with pytest.warns(RuntimeWarning, match="few words of a document"):
            ask([["w1", *"abcdefg"]])
        with pytest.warns(RuntimeWarning, match="unknown0"):
            ask([["unknown0"], ["unknown1"]])


def test_a_column_of_texts_given_as_a_table_is_named():
    column = np.array([["w1 w2 w3"], ["w4 w5 w6 w7"], ["w1"], ["w8 w9 w1 w2"]], object)
    message = r"each item of documents is a list of one token, such as 'w1 w2 w3', .*column.ravel\(\)"
    model = Word2Vec(vector_size=4, min_count=1, sample=0, random_state=1, n_jobs=1).fit(DOCUMENTS)
    for ask in (DocVectorizer(VECTORS).fit_transform, model.transform):
        with pytest.warns(RuntimeWarning, match=message):
            ask(column)
