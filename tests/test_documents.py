"""DocVectorizer: every weighting beside a plain loop that says what it is, and what it takes and refuses."""

import copy
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.feature_extraction.text import TfidfVectorizer

from fastw2v import DocVectorizer, Word2Vec, WordVectors, encode
from fastw2v.errors import CorpusError, CorpusTypeError, FormatError, ParameterError
from fastw2v.estimators.bags import count_matrix

WEIGHTINGS = ["mean", "tfidf", "sif", "usif"]
WORDS = [f"w{i}" for i in range(40)]
VECTORS = WordVectors(np.random.default_rng(0).normal(1, 1, (len(WORDS), 7)).astype(np.float32), WORDS)


def some_documents(number, seed):
    """Token lists of Zipf-like words, some of them unknown, some empty."""
    rng = np.random.default_rng(seed)
    lengths = rng.integers(0, 15, number)
    return [[f"w{min(rank, 60)}" for rank in rng.zipf(1.4, length) - 1] for length in lengths]


DOCUMENTS = some_documents(50, 1)
OTHERS = [*some_documents(20, 2), ["never", "seen"], []]


def known(document):
    return [word for word in document if word in VECTORS]


def shares(documents):
    """The share of each word in all known words."""
    words = [word for document in documents for word in known(document)]
    return {word: words.count(word) / len(words) for word in VECTORS}


def plain_mean(fit_documents, documents):
    return [np.mean([VECTORS[w] for w in known(d)], axis=0) if known(d) else np.zeros(7) for d in documents]


def plain_tfidf(fit_documents, documents):
    idf = TfidfVectorizer(analyzer=lambda tokens: tokens, vocabulary=WORDS, norm=None).fit(fit_documents)
    weights = idf.transform(documents).toarray()
    return [row @ VECTORS.vectors / row.sum() if row.any() else np.zeros(7) for row in weights]


def plain_sums(documents, weight):
    rows = [
        sum(weight(w) * VECTORS[w] for w in known(d)) / len(known(d)) if known(d) else np.zeros(7) for d in documents
    ]
    return np.array(rows, np.float64)


def plain_sif(fit_documents, documents, removed=1):
    p = shares(fit_documents)
    before = plain_sums(fit_documents, lambda word: 1e-3 / (1e-3 + p[word]))
    rows = plain_sums(documents, lambda word: 1e-3 / (1e-3 + p[word]))
    for direction in np.linalg.svd(before, full_matrices=False)[2][:removed]:
        rows = [row - (row @ direction) * direction for row in rows]
    return rows


def plain_usif(fit_documents, documents, removed=1):
    """As in the author's program, without its scaling of dimensions within a sentence."""
    p = {word: share for word, share in shares(fit_documents).items() if share}
    length = np.mean([len(known(d)) for d in fit_documents if known(d)])
    threshold = 1 - (1 - 1 / len(p)) ** length
    alpha = len([word for word in p if p[word] > threshold]) / len(p)
    a = (1 - alpha) / (alpha * 0.5 * len(p))

    def weight(word):
        return a / (0.5 * a + p.get(word, 0))

    before, rows = plain_sums(fit_documents, weight), plain_sums(documents, weight)
    _, values, directions = np.linalg.svd(before, full_matrices=False)
    for value, direction in zip(values[:removed], directions[:removed], strict=True):
        rows = [row - value**2 / np.sum(values[:removed] ** 2) * (row @ direction) * direction for row in rows]
    return rows


PLAIN = {"mean": plain_mean, "tfidf": plain_tfidf, "sif": plain_sif, "usif": plain_usif}


@pytest.mark.parametrize("weighting", WEIGHTINGS)
def test_it_is_what_a_plain_loop_computes(weighting):
    vectorizer = DocVectorizer(VECTORS, weighting).fit(DOCUMENTS)
    for documents in (DOCUMENTS, OTHERS):
        found = vectorizer.transform(documents)
        assert found.dtype == np.float32
        assert found == pytest.approx(np.array(PLAIN[weighting](DOCUMENTS, documents)), abs=2e-5)
    assert np.array_equal(vectorizer.fit_transform(DOCUMENTS), vectorizer.transform(DOCUMENTS))


@pytest.mark.parametrize("removed", [0, 3])
@pytest.mark.parametrize("weighting", ["sif", "usif"])
def test_any_number_of_common_components_is_removed(weighting, removed):
    vectorizer = DocVectorizer(VECTORS, weighting, n_components_removed=removed).fit(DOCUMENTS)
    expected = PLAIN[weighting](DOCUMENTS, OTHERS, removed)
    assert vectorizer.transform(OTHERS) == pytest.approx(np.array(expected), abs=2e-5)
    assert vectorizer.components_.shape == (removed, 7)
    assert removed == 0 or vectorizer.component_shares_.sum() == pytest.approx(removed if weighting == "sif" else 1)


@pytest.mark.filterwarnings("ignore:.*documents .* become zeros")
@pytest.mark.parametrize("normalize", [None, "l2"])
@pytest.mark.parametrize("weighting", WEIGHTINGS)
def test_a_document_does_not_depend_on_its_batch(weighting, normalize):
    vectorizer = DocVectorizer(VECTORS, weighting, normalize=normalize).fit(DOCUMENTS)
    together = vectorizer.transform(OTHERS)
    alone = np.vstack([vectorizer.transform([document]) for document in OTHERS])
    assert together == pytest.approx(alone, abs=1e-6)


@pytest.mark.parametrize("normalize", [None, "l2"])
@pytest.mark.parametrize("weighting", WEIGHTINGS)
def test_documents_without_a_known_word_are_zeros(weighting, normalize):
    vectorizer = DocVectorizer(VECTORS, weighting, normalize=normalize).fit(DOCUMENTS)
    found = vectorizer.transform([["never"], [], "", "w1"])
    assert not found[:3].any()
    assert np.isfinite(found).all()
    assert found[3].any()
    assert vectorizer.transform([]).shape == (0, 7)


@pytest.mark.parametrize("weighting", ["sif", "usif"])
def test_documents_of_which_nothing_is_left_are_told(weighting):
    for documents, removed in (
        (["w1 w2"], 1),
        (["w1 w2"] * 5, 1),
        *([(["w1", "w2"], 2)] if weighting == "sif" else ()),
    ):
        with pytest.warns(RuntimeWarning, match=rf"n_components_removed={removed} removes all that the vectors of the"):
            DocVectorizer(VECTORS, weighting, n_components_removed=removed).fit(documents)


@pytest.mark.filterwarnings("ignore:.*documents .* become zeros")
def test_a_fit_that_learns_nothing_leaves_what_was_learned():
    vectorizer = DocVectorizer(VECTORS, "sif").fit(DOCUMENTS)
    before = vectorizer.transform(DOCUMENTS)
    with pytest.raises(CorpusError, match="has nothing to learn from"):
        vectorizer.fit(["never heard"])
    assert np.array_equal(vectorizer.transform(DOCUMENTS), before)


def test_documents_may_be_an_encoded_corpus():
    """Whose ids are rows, and not words, even if words are numbers, too."""
    sentences = [[7, 8], [8, 9], [8, 7]] * 5
    corpus = encode(sentences, min_count=1)
    model = Word2Vec(corpus, **{**QUICK, "sample": 0}).fit()
    assert np.array_equal(model.transform(corpus), model.transform(sentences))


def test_a_path_is_no_list_of_documents(tmp_path):
    path = tmp_path / "texts.txt"
    path.write_text("w1 w2\nw3\n")
    vectorizer = DocVectorizer(VECTORS).fit(DOCUMENTS)
    for documents in (path, str(path)):
        with pytest.raises(CorpusTypeError, match=r"found the path .*pass the lines of the file: open\("):
            vectorizer.transform(documents)
    with open(path, encoding="utf-8") as lines:
        assert vectorizer.transform(lines).shape == (2, 7)


def test_a_generator_that_yields_no_documents():
    for fit in (DocVectorizer(VECTORS).fit, DocVectorizer(VECTORS, "sif").fit_transform):
        with pytest.raises(CorpusError, match="this generator yielded no documents"):
            fit(document for document in [])


def test_lengths_are_one_when_asked_for():
    found = DocVectorizer(VECTORS, "tfidf", normalize="l2").fit_transform(OTHERS)
    lengths = np.linalg.norm(found, axis=1)
    assert set(np.round(lengths, 5)) == {0.0, 1.0}


@pytest.mark.filterwarnings("ignore:.*documents .* become zeros", "ignore:n_components_removed=. removes all")
@settings(max_examples=60)
@given(
    st.lists(st.lists(st.sampled_from([*WORDS[:6], "never"]), max_size=6), min_size=1, max_size=8),
    st.sampled_from(WEIGHTINGS),
    st.integers(0, 6),
)
def test_any_documents_give_finite_numbers_or_a_sentence(documents, weighting, removed):
    vectorizer = DocVectorizer(VECTORS, weighting, n_components_removed=removed)
    if weighting != "mean" and not any(map(known, documents)):
        with pytest.raises(CorpusError, match=r"none of the .* documents holds a word"):
            vectorizer.fit(documents)
    else:
        assert np.isfinite(vectorizer.fit_transform(documents)).all()


# --- where the vectors come from -------------------------------------------------------------------------------------

SENTENCES = ["red wine is old", "white rose is new", "old wine was red", "new rose was white"] * 20
QUICK = {"vector_size": 6, "min_count": 1, "epochs": 2, "random_state": 1, "n_jobs": 1}


def test_a_fitted_model_is_used_as_it_is():
    model = Word2Vec(**QUICK).fit(SENTENCES)
    vectorizer = DocVectorizer(model).fit(SENTENCES)
    assert vectorizer.vectors_ is model.vectors_
    assert not hasattr(vectorizer, "model_")
    assert np.array_equal(vectorizer.transform(["Red WINE"]), model.transform(["Red WINE"]))


def test_an_unfitted_model_is_cloned_and_trained_on_the_documents():
    model = Word2Vec(**QUICK)
    vectorizer = DocVectorizer(model).fit(SENTENCES)
    assert not hasattr(model, "vectors_")
    assert np.array_equal(vectorizer.vectors_.vectors, Word2Vec(**QUICK).fit(SENTENCES).vectors_.vectors)
    assert vectorizer.get_params()["vectors__vector_size"] == 6
    assert vectorizer.set_params(vectors__vector_size=3).fit(SENTENCES).transform(["wine"]).shape == (1, 3)


def test_without_vectors_a_model_is_trained_with_its_defaults():
    vectorizer = DocVectorizer().fit(SENTENCES)
    assert vectorizer.model_.get_params() == Word2Vec().get_params()
    assert vectorizer.transform(["red wine"]).shape == (1, 100)


@pytest.mark.parametrize("name", ["model.safetensors", "vectors.txt", "vectors.bin"])
def test_a_path_is_loaded(tmp_path, name):
    model = Word2Vec(**QUICK).fit(SENTENCES)
    model.save(tmp_path / name)
    for path in (tmp_path / name, str(tmp_path / name)):
        found = DocVectorizer(path, "sif").fit(SENTENCES).transform(["Red wine"])
        assert found == pytest.approx(DocVectorizer(model, "sif").fit(SENTENCES).transform(["Red wine"]), abs=1e-6)
    with pytest.raises(OSError, match="none"):
        DocVectorizer(tmp_path / "none.txt").fit(SENTENCES)
    (tmp_path / "broken.bin").write_bytes(b"3 4\nhalf")
    with pytest.raises(FormatError):
        DocVectorizer(tmp_path / "broken.bin").fit(SENTENCES)


@pytest.mark.filterwarnings("ignore:.* words of the documents are in another form")
def test_the_tokenizer_is_the_models_or_the_one_asked_for(tmp_path):
    (tmp_path / "corpus.txt").write_text("Red wine\nold Rose\n" * 20)
    model = Word2Vec(tmp_path / "corpus.txt", **QUICK).fit()
    model.save(tmp_path / "model.safetensors")
    for vectors in (model, tmp_path / "model.safetensors"):  # trained on a file: white space, case kept
        assert DocVectorizer(vectors).fit(["x"]).transform(["Red", "red"]).any(axis=1).tolist() == [True, False]
    lower = DocVectorizer(model, tokenizer=str.split).fit(["x"])
    assert lower.transform(["Red"]).any()
    assert DocVectorizer(WordVectors(np.ones((1, 2)), ["red"])).fit(["x"]).transform(["RED!"]).any()
    cased = DocVectorizer(WordVectors(np.ones((1, 2)), ["Red"]), tokenizer="whitespace").fit(["x"])
    assert cased.transform(["Red", "red"]).any(axis=1).tolist() == [True, False]
    tokens = DocVectorizer(Word2Vec([s.split() for s in SENTENCES], **QUICK).fit()).fit([["red"]])
    with pytest.raises(CorpusTypeError, match=r"documents\[0\] is the string 'red wine'.*split it"):
        tokens.transform(["red wine"])


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_gensims_vectors_are_welcome():
    gensim = pytest.importorskip("gensim.models")
    keyed = gensim.KeyedVectors(2)
    keyed.add_vectors(["red", "wine"], np.eye(2, dtype=np.float32))
    found = DocVectorizer(keyed).fit_transform(["red wine", "wine"])
    assert found.tolist() == [keyed.get_mean_vector(["red", "wine"], pre_normalize=False).tolist(), [0.0, 1.0]]


# --- as an object ----------------------------------------------------------------------------------------------------


def test_clones_share_what_is_finished_and_copy_what_is_not():
    """A plain clone would make a fitted model unfitted, and copy the vectors, in every fold of a search."""
    model, unfitted = Word2Vec(**QUICK).fit(SENTENCES), Word2Vec(**QUICK)
    assert clone(DocVectorizer(model)).vectors is model
    assert clone(DocVectorizer(VECTORS)).vectors is VECTORS
    assert clone(DocVectorizer(unfitted)).vectors is not unfitted
    assert clone(DocVectorizer(unfitted)).vectors.get_params() == unfitted.get_params()


def test_copies_give_the_same_vectors():
    vectorizer = DocVectorizer(Word2Vec(**QUICK), "usif").fit(SENTENCES)
    for again in (pickle.loads(pickle.dumps(vectorizer)), copy.deepcopy(vectorizer)):
        assert np.array_equal(again.transform(["old wine"]), vectorizer.transform(["old wine"]))


def test_a_second_fit_forgets_the_first():
    vectorizer = DocVectorizer(VECTORS, "usif").fit(DOCUMENTS)
    vectorizer.set_params(weighting="mean").fit(DOCUMENTS)
    assert not hasattr(vectorizer, "components_")
    assert np.array_equal(vectorizer.transform(OTHERS), DocVectorizer(VECTORS).fit_transform(OTHERS))


def test_a_failed_fit_leaves_it_as_it_was():
    vectorizer = DocVectorizer(VECTORS, "sif").fit(DOCUMENTS)
    before = vectorizer.transform(OTHERS)
    with pytest.raises(CorpusTypeError, match=r"documents\[1\]"):
        vectorizer.fit([["w1"], 5])
    assert np.array_equal(vectorizer.transform(OTHERS), before)


# --- what is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"weighting": "bm25"}, "weighting='bm25': it must be one of 'mean', 'tfidf', 'sif', 'usif'"),
        ({"n_components_removed": -1}, "n_components_removed=-1"),
        ({"n_components_removed": True}, "n_components_removed=True"),
        ({"weighting": "sif", "n_components_removed": 7}, "less than the 7 dimensions of the vectors"),
        ({"normalize": "l1"}, "normalize='l1': it must be one of 'l2', or None"),
        ({"tokenizer": "Words"}, "tokenizer='Words'"),
        ({"vectors": 5}, "vectors=int: it must be a Word2Vec"),
    ],
)
def test_bad_parameters_are_refused_by_name(parameters, message):
    with pytest.raises(ParameterError, match=message):
        DocVectorizer(**{"vectors": VECTORS, **parameters}).fit(DOCUMENTS)


@pytest.mark.parametrize("weighting", ["mean", "tfidf"])
@pytest.mark.parametrize(
    ("documents", "message"),
    [
        ("one string", "found one string"),
        (sparse.csr_matrix((2, 2)), "sparse"),
        (sparse.csr_array((2, 2)), "sparse"),
        ({"text": ["a"]}, r"rows\['text'\]"),
        (None, "documents cannot be None"),
    ],
)
def test_other_objects_are_not_documents(documents, message, weighting):
    with pytest.raises(CorpusTypeError, match=message):
        DocVectorizer(VECTORS, weighting).fit(documents)
    with pytest.raises(CorpusTypeError, match=message):
        DocVectorizer(VECTORS).fit(DOCUMENTS).transform(documents)


def test_a_bad_document_is_named():
    vectorizer = DocVectorizer(VECTORS).fit(DOCUMENTS)
    with pytest.raises(CorpusTypeError, match=r"documents\[1\] is None, a missing value"):
        vectorizer.transform([["w1"], None])
    with pytest.raises(CorpusTypeError, match=r"documents\[1\] holds an item that cannot be a token"):
        vectorizer.transform([["w1"], ["w2", ["w3"]]])
    with pytest.raises(NotFittedError):
        DocVectorizer(VECTORS).transform(DOCUMENTS)


def test_an_iterator_is_read_once_and_a_used_one_is_refused():
    vectorizer = DocVectorizer(VECTORS, "tfidf")
    assert np.array_equal(vectorizer.fit_transform(iter(DOCUMENTS)), vectorizer.fit_transform(DOCUMENTS))
    used = iter(DOCUMENTS)
    vectorizer.transform(used)
    with pytest.raises(CorpusError, match="list_iterator yielded no documents"):
        vectorizer.transform(used)
    trained = DocVectorizer(Word2Vec(**QUICK), "sif")
    assert np.array_equal(trained.fit_transform(iter(SENTENCES)), trained.fit_transform(SENTENCES))


def test_columns_of_tables_are_documents():
    import pandas
    import pyarrow

    expected = DocVectorizer(VECTORS).fit_transform(["w1 w2", "w3"])
    for column in (
        pandas.Series(["w1 w2", "w3"]),
        pyarrow.chunked_array([["w1 w2"], ["w3"]]),
        np.array(["w1 w2", "w3"]),
    ):
        assert np.array_equal(DocVectorizer(VECTORS).fit_transform(column), expected)


def test_counts_are_those_of_the_known_words():
    counts = count_matrix([["w1", "w0", "w1", "never"], [], ["w39"]], VECTORS, "tokens")
    assert counts.shape == (3, 40)
    assert counts.has_canonical_format
    assert {(row, column): n for row, column, n in zip(*counts.nonzero(), counts.data, strict=True)} == {
        (0, 0): 1,
        (0, 1): 2,
        (2, 39): 1,
    }


def test_a_weighting_that_was_changed_after_fit_is_refused():
    vectorizer = DocVectorizer(VECTORS, "sif").fit(DOCUMENTS)
    before = vectorizer.transform(OTHERS)
    vectorizer.set_params(weighting="mean")
    with pytest.raises(ParameterError, match=r"weighting changed since fit: fit again.*'mean'.*'sif'"):
        vectorizer.transform(OTHERS)
    assert np.array_equal(vectorizer.set_params(weighting="sif").transform(OTHERS), before)
    assert vectorizer.set_params(weighting="mean").fit(DOCUMENTS).weighting_ == "mean"
