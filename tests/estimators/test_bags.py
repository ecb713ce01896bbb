"""Documents as bags of words: vectors that make no sense are left out and counted."""

import numpy as np
import pytest

from fastw2v import DocVectorizer, Word2Vec, WordVectors
from fastw2v.errors import CorpusError, CorpusTypeError

WEIGHTINGS = ["mean", "tfidf", "sif", "usif"]
WORDS = [f"w{i}" for i in range(40)]
VECTORS = WordVectors(np.random.default_rng(0).normal(1, 1, (len(WORDS), 7)).astype(np.float32), WORDS)
DOCUMENTS = [[f"w{i * j % 41}" for j in range(1, 9)] for i in range(1, 31)]


@pytest.mark.parametrize("weighting", WEIGHTINGS)
@pytest.mark.parametrize("at_once", [2, 16_384])
def test_words_whose_vectors_are_not_finite_are_left_out_and_counted(monkeypatch, weighting, at_once):
    monkeypatch.setattr("fastw2v.estimators.bags._AT_ONCE", at_once)
    rows = VECTORS.vectors.copy()
    rows[1, 0], rows[3, 2], rows[39] = np.nan, np.inf, -np.inf
    good = [row for row in range(len(WORDS)) if row not in (1, 3, 39)]
    fine = WordVectors(VECTORS.vectors[good], [WORDS[row] for row in good])
    used = sum(any(word in document for document in DOCUMENTS) for word in ("w1", "w3", "w39"))
    vectorizer = DocVectorizer(WordVectors(rows, WORDS), weighting)
    message = f"vectors of {used} words of the documents hold NaN or infinity .*'w1'.*left out"
    with pytest.warns(RuntimeWarning, match=message):
        found = vectorizer.fit_transform(DOCUMENTS)
    assert np.isfinite(found).all()
    np.testing.assert_allclose(found, DocVectorizer(fine, weighting).fit_transform(DOCUMENTS), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("weighting", ["mean", "tfidf", "sif"])
@pytest.mark.parametrize(
    ("documents", "message"),
    [
        ([1, 2, 3], r"documents\[0\] is 1 \(int\)"),
        (["red wine", np.nan], r"documents\[1\] is nan, a missing value"),
        ([["red", "wine"], "red"], r"documents\[1\] is the string 'red'"),
    ],
)
def test_fit_looks_at_the_documents_whatever_the_weighting(weighting, documents, message):
    lists = isinstance(documents[0], list)
    model = Word2Vec(min_count=1, vector_size=4, epochs=1, sample=0, n_jobs=1, device="cpu")
    model.fit([["red", "wine"], ["white", "rose"]] * 20 if lists else ["red wine", "white rose"] * 20)
    with pytest.raises(CorpusTypeError, match=message):
        DocVectorizer(model, weighting=weighting).fit(documents)


class Unmeasured:
    """An iterable of nothing, whose length nobody knows."""

    def __iter__(self):
        return iter(())


@pytest.mark.parametrize("weighting", WEIGHTINGS)
def test_there_is_nothing_to_learn_from_no_documents(weighting):
    for fit in (DocVectorizer(VECTORS, weighting).fit, DocVectorizer(VECTORS, weighting).fit_transform):
        for documents in ([], (), np.array([], str)):
            with pytest.raises(CorpusError, match=f"this {type(documents).__name__} is empty: pass at least one"):
                fit(documents)
    with pytest.raises(CorpusError, match="this Unmeasured is empty: pass at least one document"):
        fit(Unmeasured())


def test_fit_leaves_what_can_be_read_once_for_transform():
    class Once:
        def __init__(self, items):
            self.items = iter(items)

        def __iter__(self):
            return self.items

    documents = Once(DOCUMENTS)
    assert DocVectorizer(VECTORS, weighting="mean").fit(documents).transform(documents).shape == (len(DOCUMENTS), 7)


def test_documents_have_no_weights():
    with pytest.raises(TypeError, match=r"DocVectorizer.fit_transform takes documents alone, and no sample_weight"):
        DocVectorizer(VECTORS).fit_transform(DOCUMENTS, None, sample_weight=[1] * len(DOCUMENTS))


@pytest.mark.parametrize("missing", [None, float("nan"), np.float64("nan")])
def test_missing_values_among_tokens_are_refused_as_in_training(missing):
    documents = [["w1"], ["w2", missing, "w3"]]
    for use in (DocVectorizer(VECTORS).fit_transform, DocVectorizer(VECTORS, "tfidf").fit):
        with pytest.raises(CorpusTypeError, match=r"^documents\[1\]\[1\] is .*a missing value; leave it out"):
            use(documents)
    assert DocVectorizer(VECTORS).fit_transform([["w1", 2.5, ("w", 3)]]).any()  # others are unknown words

    with pytest.raises(CorpusTypeError, match=r"^token 1 that the tokenizer returned for documents\[1\] is .*missing"):
        DocVectorizer(VECTORS, tokenizer=lambda number: documents[int(number)]).fit_transform(["0", "1"])


def test_missing_documents_are_named_with_a_remedy_that_keeps_rows_in_step():
    for vectors in (VECTORS, Word2Vec(min_count=1)):
        with pytest.raises(CorpusTypeError, match=r"^documents\[1\] is None, .*put an empty text .*fillna\(''\)"):
            DocVectorizer(vectors).fit(["w1 w2", None, "w3"])
    assert not DocVectorizer(VECTORS).fit_transform(["w1", ""])[1].any()
