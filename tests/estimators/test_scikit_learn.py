"""Word2Vec and DocVectorizer by the rules of scikit-learn: its own checks, and the places where estimators are put."""

import pickle

import numpy as np
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score, train_test_split
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.utils import estimator_html_repr

from fastw2v import DocVectorizer, EncodedCorpus, Word2Vec, WordVectors, encode
from fastw2v.errors import CorpusError, CorpusTypeError, ParameterError

DOCUMENTS = ["red wine is old", "white rose is new", "the red wine was here", "a white rose was there"] * 30
LABELS = [0, 1] * 60
QUICK = {"vector_size": 12, "min_count": 1, "sample": 0, "epochs": 3, "random_state": 1, "n_jobs": 1}


# --- scikit-learn's own checks ---------------------------------------------------------------------------------------

# To run the checks at all, on rows of numbers as documents, the tags must say that tables are taken. Few rows hold a
# word five times, and equal vectors at every fit need one thread; the checks set random_state themselves.


class TableWord2Vec(Word2Vec):
    """Of a Word2Vec that admits to tables, with the defaults that such small ones need."""

    def __init__(self, corpus=None, *, min_count=1, n_jobs=1, epochs=5, random_state=None, tokenizer=None):
        super().__init__(
            corpus, min_count=min_count, n_jobs=n_jobs, epochs=epochs, random_state=random_state, tokenizer=tokenizer
        )

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = True
        return tags


class TableDocVectorizer(DocVectorizer):
    """The same of a DocVectorizer. It has no random_state: the model that it trains gets one here."""

    def _default_model(self):
        return Word2Vec(min_count=1, n_jobs=1, random_state=0)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = True
        return tags


# What does not run, and why.
SKIPPED = {"check_array_api_input": "asks for the environment variable SCIPY_ARRAY_API; text has no array namespace"}


def run_checks(estimator):
    pytest.importorskip("sklearn", minversion="1.6", reason="check_estimator returns what it found from 1.6 on")
    from sklearn.utils.estimator_checks import check_estimator

    return check_estimator(estimator, on_fail=None, on_skip=None)


@pytest.mark.filterwarnings(
    "ignore:no pair was trained",
    "ignore:the learning rate is lowered",
    "ignore:.*documents .* become zeros",
    "ignore:tokens such as .* are numbers with fractions",
)
@pytest.mark.parametrize(
    "estimator",
    [TableWord2Vec(), *(TableDocVectorizer(weighting=weighting) for weighting in ("mean", "tfidf", "sif", "usif"))],
    ids=repr,
)
def test_no_check_of_scikit_learn_fails(estimator):
    results = run_checks(estimator)
    failed = {result["check_name"]: result["exception"] for result in results if result["status"] == "failed"}
    assert failed == {}
    assert {result["check_name"] for result in results if result["status"] != "passed"} <= SKIPPED.keys()
    assert len(results) >= 36


@pytest.mark.filterwarnings("ignore:Can't test estimator")  # what is left for text is one check
@pytest.mark.parametrize("estimator", [Word2Vec(), DocVectorizer()], ids=repr)
def test_as_estimators_of_text_they_pass_as_well(estimator):
    assert {result["status"] for result in run_checks(estimator)} == {"passed"}


# --- where estimators are put ----------------------------------------------------------------------------------------


def steps():
    model = Word2Vec(**QUICK)
    return [
        model,
        DocVectorizer(model, "tfidf"),
        DocVectorizer(Word2Vec(**QUICK).fit(DOCUMENTS), "sif", normalize="l2"),
    ]


@pytest.mark.parametrize("step", steps(), ids=["Word2Vec", "DocVectorizer(unfitted)", "DocVectorizer(fitted)"])
def test_they_are_steps_of_pipelines_and_searches(step):
    pipeline = make_pipeline(step, LogisticRegression(C=1e6))
    assert cross_val_score(pipeline, DOCUMENTS, LABELS, cv=2).min() == 1.0
    again = pickle.loads(pickle.dumps(pipeline.fit(DOCUMENTS, LABELS)))
    assert np.array_equal(again.predict_proba(DOCUMENTS), pipeline.predict_proba(DOCUMENTS))
    name = type(step).__name__.lower()
    assert pipeline[:-1].get_feature_names_out()[[0, 11]].tolist() == [f"{name}0", f"{name}11"]


@pytest.fixture
def workers():
    """End the processes of a search after the test: joblib keeps them, and two threads here, for a next one."""
    yield
    loky = pytest.importorskip("joblib.externals.loky")
    loky.get_reusable_executor().shutdown(wait=True)


@pytest.mark.usefixtures("workers")
@pytest.mark.fault("copies and pickles of a model")
def test_a_search_in_two_processes_finds_what_one_finds():
    grid = {"word2vec__window": [1, 3], "word2vec__architecture": ["skipgram", "cbow"]}
    pipeline = make_pipeline(Word2Vec(**QUICK), LogisticRegression())
    searches = [GridSearchCV(pipeline, grid, cv=2, n_jobs=n).fit(DOCUMENTS, LABELS) for n in (1, 2)]
    assert searches[0].cv_results_["mean_test_score"] == pytest.approx(searches[1].cv_results_["mean_test_score"])
    assert np.array_equal(searches[0].predict_proba(DOCUMENTS), searches[1].predict_proba(DOCUMENTS))


def test_an_encoded_corpus_is_split_and_searched_by_its_words():
    corpus = encode(DOCUMENTS, min_count=1)
    train, test = train_test_split(corpus, test_size=0.25, random_state=0)
    assert sorted(map(tuple, [*train, *test])) == sorted(map(tuple, corpus))
    search = GridSearchCV(
        Word2Vec(**QUICK),
        {"window": [1, 3]},
        cv=2,
        scoring=lambda model, part: np.mean([model.vectors_.index_to_key == corpus.vocabulary.words, len(part) > 1]),
    ).fit(corpus)
    assert search.cv_results_["mean_test_score"].tolist() == [1.0, 1.0]


@pytest.mark.usefixtures("workers")
def test_a_search_over_weightings_and_over_the_models_own_parameters():
    grid = {"docvectorizer__weighting": ["mean", "usif"], "docvectorizer__vectors__window": [1, 3]}
    pipeline = make_pipeline(DocVectorizer(Word2Vec(**QUICK)), LogisticRegression(C=1e6))
    search = GridSearchCV(pipeline, grid, cv=2, n_jobs=2).fit(DOCUMENTS, LABELS)
    assert search.best_score_ == 1.0
    assert len(search.cv_results_["params"]) == 4


@pytest.mark.parametrize(
    ("step", "name"),
    [
        (lambda model: DocVectorizer(model), "docvectorizer__vectors__vector_size"),
        (lambda model: Word2Vec(**QUICK, initial_vectors=model), "word2vec__initial_vectors__vector_size"),
        (
            lambda model: DocVectorizer(Word2Vec(**QUICK, initial_vectors=model)),
            "docvectorizer__vectors__initial_vectors__vector_size",
        ),
    ],
)
def test_no_search_changes_a_fitted_model_that_it_was_given(step, name):
    model = Word2Vec(**QUICK).fit(DOCUMENTS)
    pipeline = make_pipeline(step(model), LogisticRegression())
    with pytest.raises(ParameterError, match=r"is a fitted model.*clone\(model\)"):
        GridSearchCV(pipeline, {name: [4, 16]}, cv=2).fit(DOCUMENTS, LABELS)
    assert model.vector_size == model.wv.vector_size == 12
    pipeline.set_params(**{name.rpartition("__")[0]: Word2Vec(**QUICK), name: 4})
    assert pipeline.get_params()[name] == 4


@pytest.mark.parametrize("step", steps()[:2], ids=["Word2Vec", "DocVectorizer"])
def test_frames_come_out_where_they_are_asked_for(step):
    import pandas

    frame = step.set_output(transform="pandas").fit_transform(pandas.Series(DOCUMENTS))
    assert isinstance(frame, pandas.DataFrame)
    assert frame.columns.tolist() == step.get_feature_names_out().tolist()
    assert set(frame.dtypes) == {np.dtype(np.float32)}
    assert np.array_equal(frame.to_numpy(), step.set_output(transform="default").transform(DOCUMENTS))


def test_they_stand_side_by_side():
    union = FeatureUnion([("skipgram", Word2Vec(**QUICK)), ("tfidf", DocVectorizer(Word2Vec(**QUICK), "tfidf"))])
    assert union.fit_transform(DOCUMENTS).shape == (120, 24)
    assert union.get_feature_names_out()[[0, 23]].tolist() == ["skipgram__word2vec0", "tfidf__docvectorizer11"]


# --- what goes in ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [sparse.csr_matrix, sparse.coo_array, sparse.csc_array])
def test_sparse_matrices_are_refused(kind):
    matrix = kind(np.eye(3))
    with pytest.raises(CorpusTypeError, match="sparse"):
        Word2Vec().fit(matrix)
    with pytest.raises(CorpusTypeError, match="sparse"):
        Word2Vec().partial_fit(matrix)
    with pytest.raises(CorpusTypeError, match="sparse"):
        Word2Vec(**QUICK).fit(DOCUMENTS).transform(matrix)


def test_a_table_of_tokens_keeps_its_width():
    walks = np.random.default_rng(0).integers(0, 9, (60, 8))
    model = Word2Vec(**QUICK).fit(walks)
    assert model.n_features_in_ == 8
    assert model.transform(walks[:2]).shape == (2, 12)
    assert model.transform(walks[:2, :5].tolist()).shape == (2, 12)
    with pytest.raises(ValueError, match=r"X has 5 features, but Word2Vec is expecting 8 .*X\.tolist\(\)"):
        model.transform(walks[:, :5])
    assert not hasattr(model.fit(DOCUMENTS), "n_features_in_")


@pytest.mark.parametrize("vectors", [None, "vectors.bin", WordVectors(np.ones((1, 2), np.float32), ["red"])])
def test_parameters_of_a_model_that_is_not_there(vectors):
    with pytest.raises(
        ParameterError, match=r"vectors__window: vectors is .*, which has no parameter window; pass an unf"
    ):
        DocVectorizer(vectors).set_params(vectors__window=3)
    assert DocVectorizer(vectors).set_params(vectors=Word2Vec(), vectors__window=3).vectors.window == 3


def test_a_model_that_fit_trains_has_the_tokenizer_of_the_documents():
    texts = ["Red-wine red", "Old-rose old"] * 9
    own = Word2Vec(min_count=1, n_jobs=1, vector_size=4, sample=0)
    split = DocVectorizer(own, tokenizer=str.split).fit(texts)
    assert split.model_.vectors_.index_to_key == ["Red-wine", "red", "Old-rose", "old"]
    assert own.tokenizer is None
    assert "red" in DocVectorizer(clone(own).set_params(tokenizer="words"), tokenizer=str.split).fit(texts).vectors_
    assert "Red" in DocVectorizer(own, tokenizer=str.split).fit([["Red", "wine"]] * 9).vectors_


def test_a_class_is_no_model():
    with pytest.raises(ParameterError, match=r"vectors is the class Word2Vec: .*make one, Word2Vec\(\)"):
        DocVectorizer(Word2Vec).fit(["red"])


def test_fit_transform_reads_an_iterator_once_and_refuses_a_path_before_training(tmp_path):
    texts = ["the cat sat on the mat", "a dog ran"] * 20
    model = Word2Vec(min_count=1, vector_size=4, epochs=1, sample=0, random_state=1, n_jobs=1, device="cpu")
    expected = clone(model).fit(texts).transform(texts)
    np.testing.assert_array_equal(clone(model).fit_transform(text for text in texts), expected)
    np.testing.assert_array_equal(clone(model).fit_transform(texts), expected)
    pipeline = make_pipeline(clone(model), LogisticRegression())
    assert pipeline.fit((text for text in texts), [0, 1] * 20).predict(texts).shape == (40,)
    path = tmp_path / "text.txt"
    path.write_text("\n".join(texts))
    for given in (path, str(path), "the cat"):
        with pytest.raises(CorpusTypeError, match="expected a list of documents, found"):
            model.fit_transform(given)
        assert not hasattr(model, "vectors_")


def test_gensims_names_are_told_when_they_are_set():
    for estimator, name in ((Word2Vec(), "size"), (DocVectorizer(Word2Vec()), "vectors__size")):
        with pytest.raises(ParameterError, match=r"size is gensim's name of a parameter: pass vector_size instead"):
            estimator.set_params(**{name: 8})
    with pytest.raises(ValueError, match="Invalid parameter 'size'"):
        DocVectorizer().set_params(size=8)


def test_an_iterator_that_fit_has_used_up_is_not_taken_for_no_documents():
    documents = (document for document in DOCUMENTS)
    model = Word2Vec(**QUICK).fit(documents)
    with pytest.raises(CorpusError, match=r"generator yielded no documents.*pass a list"):
        model.transform(documents)


# --- how it is shown -------------------------------------------------------------------------------------------------


class Watched(list):
    """A corpus that notices when its items are asked for."""

    asked = 0

    def __iter__(self):
        self.asked += 1
        return super().__iter__()

    def __getitem__(self, place):
        self.asked += 1
        return super().__getitem__(place)

    def __repr__(self):
        self.asked += 1
        return super().__repr__()


def test_no_notebook_renders_the_corpus():
    corpus = Watched(f"document number {i} of very many" for i in range(200_000))
    for estimator in (Word2Vec(corpus), DocVectorizer(Word2Vec(corpus))):
        assert "<Watched, 200,000 items>" in repr(estimator)
        assert "very many" not in repr(estimator)
        assert "very many" not in estimator_html_repr(estimator)
        assert "Watched, 200,000 items" in estimator_html_repr(estimator)
        assert (
            clone(estimator).get_params()["corpus" if isinstance(estimator, Word2Vec) else "vectors__corpus"] is corpus
        )
    fitted = Word2Vec(corpus, vector_size=4, epochs=1, n_jobs=1)
    fitted.fit()
    corpus.asked = 0
    assert "very many" not in estimator_html_repr(fitted)
    repr(DocVectorizer(fitted, "sif")), estimator_html_repr(DocVectorizer(fitted)), clone(DocVectorizer(fitted))
    assert corpus.asked == 0
    assert len(pickle.dumps(fitted)) < 20_000


def test_a_pipeline_is_shown_without_its_corpus():
    corpus = Watched(f"document number {i} of very many" for i in range(200_000))
    pipeline = make_pipeline(Word2Vec(corpus), DocVectorizer(Word2Vec(corpus)))
    search = GridSearchCV(pipeline, {"word2vec__window": [1, 2]})
    for estimator in (pipeline, search, FeatureUnion([("words", Word2Vec(corpus))])):
        for shown in (repr(estimator), estimator_html_repr(estimator)):
            assert "very many" not in shown
            assert "Watched, 200,000 items" in shown
    assert corpus.asked == 0
    assert pipeline.get_params()["word2vec__corpus"] is corpus
    assert pipeline[0].get_params(deep=False)["corpus"] is corpus


def test_other_large_parameters_are_shown_by_their_size_too():
    words = [f"word{i}" for i in range(1000)]
    shown = repr(Word2Vec(vocabulary=words, frozen=words, initial_vectors=np.zeros((1000, 100)), callbacks=(print,)))
    assert "vocabulary=<list, 1,000 items>" in shown
    assert "frozen=<list, 1,000 items>" in shown
    assert "initial_vectors=<ndarray, 1,000 items>" in shown
    assert "<built-in function print>" in shown


def test_nothing_is_opened_checked_or_wrapped_before_fit(tmp_path):
    odd = object()
    model = Word2Vec(tmp_path / "none", vector_size=odd, initial_vectors=odd)
    assert model.vector_size is model.initial_vectors is odd
    assert DocVectorizer(tmp_path / "none", weighting=odd).weighting is odd
    with pytest.raises(NotFittedError):
        Word2Vec().transform(DOCUMENTS)
    with pytest.raises(NotFittedError):
        Word2Vec().get_feature_names_out()


# --- given vectors and frozen words, as parameters of a step ---------------------------------------------------------


def test_vectors_to_start_from_and_words_that_stay_are_parameters_of_a_step():
    first = Word2Vec(**QUICK).fit(DOCUMENTS)
    step = Word2Vec(**QUICK, initial_vectors=first, frozen=["wine", "rose"])
    pipeline = clone(make_pipeline(step, LogisticRegression(C=1e6))).fit(DOCUMENTS, LABELS)
    fitted = pipeline[0]
    assert np.array_equal(fitted["wine"], first["wine"])
    assert np.array_equal(fitted["rose"], first["rose"])
    assert not np.array_equal(fitted["old"], first["old"])
    assert pipeline.score(DOCUMENTS, LABELS) == 1.0
    theirs = pytest.importorskip("gensim.models").KeyedVectors(12)
    theirs.add_vectors(["wine", "unheard"], np.ones((2, 12), np.float32))
    assert Word2Vec(**QUICK, initial_vectors=theirs, frozen=["wine"]).fit(DOCUMENTS)["wine"].tolist() == [1.0] * 12
    encoded = EncodedCorpus.from_ids([[0, 1, 2]] * 9, ["red", "wine", "rose"])
    assert np.array_equal(clone(step).fit(encoded)["wine"], first["wine"])
