"""partial_fit(new_words=True): a vocabulary that grows with the text."""

import copy
import pickle

import numpy as np
import pytest

from fastw2v import DocVectorizer, Word2Vec, encode
from fastw2v.errors import CorpusError, DivergedError, ParameterError
from fastw2v.planning.new_rows import new_rows
from fastw2v.training import divergence, loop, session
from fastw2v.training.growth import grown_output_rows

OLD = [["red", "wine", "is", "old"], ["white", "rose", "is", "new"]] * 40
MORE = [["red", "beer", "is", "cold"], ["white", "beer", "was", "here"], ["seen", "once"]]
QUICK = {"vector_size": 12, "min_count": 2, "sample": 0, "random_state": 1, "n_jobs": 1}


def model_of(*texts, **changes):
    model = Word2Vec(**{**QUICK, **changes})
    for text in texts:
        model.partial_fit(text, new_words=True)
    return model


@pytest.fixture
def started(monkeypatch):
    """What each run starts from: input rows and output rows, as copies."""
    seen = []
    before = session.start

    def start(*given, **options):
        state = before(*given, **options)
        seen.append((state.w_in.copy(), state.w_out.copy()))
        return state

    monkeypatch.setattr(session, "start", start)
    return seen


def test_words_that_are_frequent_enough_join_after_the_known_ones():
    model = model_of(OLD, MORE * 3)
    assert model.vectors_.index_to_key == [
        *("is", "red", "wine", "old", "white", "rose", "new"),
        *("beer", "cold", "was", "here", "seen", "once"),
    ]
    assert model.vocabulary_.counts.tolist() == [83, 43, 40, 40, 43, 40, 40, 6, 3, 3, 3, 3, 3]
    assert model.vectors_.counts.tolist() == model.context_vectors_.counts.tolist() == model.vocabulary_.counts.tolist()
    assert model.vectors_.vectors.shape == model.context_vectors_.vectors.shape == (13, 12)
    assert "beer" in model
    assert model.corpus_report_.new_words == 6


def test_rarer_words_are_counted_and_named():
    report = model_of(OLD, MORE).corpus_report_
    assert (report.new_words, report.dropped_words, report.dropped_tokens) == (1, 5, 5)
    assert report.dropped_examples == ("cold", "was", "here", "seen", "once")
    assert "dropped 5 words and 5 tokens ('cold', 'was', 'here', ...)" in str(report)
    assert "1 new words were added to the vocabulary" in str(report)
    many = model_of(OLD, [[f"rare{i}", "red", "wine"] for i in range(99)]).corpus_report_
    assert many.dropped_examples == tuple(f"rare{i}" for i in range(10))


def test_rows_start_where_they_stood_and_new_ones_at_their_hash(started):
    model = model_of(OLD)
    vectors, context = model.vectors_.vectors, model.context_vectors_.vectors
    model.partial_fit(MORE * 3, new_words=True)
    w_in, w_out = started[-1]
    assert w_in[:7].tobytes() == vectors.tobytes()
    assert w_out[:7].tobytes() == context.tobytes()
    np.testing.assert_array_equal(w_in[7:], new_rows(model.vectors_.index_to_key[7:], 12, model.seed_))
    assert not w_out[7:].any()
    assert not np.array_equal(model.vectors_.vectors[7:], w_in[7:])  # and then they are trained


def test_the_order_of_arrival_does_not_matter_to_new_rows(started):
    texts = [[["beer", "red"]] * 5, [["ale", "red"], ["cider", "is"]] * 5, [["gin", "red"]] * 5]
    found = []
    for order in (texts, texts[::-1], [[*texts[1], *texts[0], *texts[2]]]):
        model = model_of(OLD)
        rows = {}
        for text in order:
            before = set(model.vectors_.index_to_key)
            model.partial_fit(text, new_words=True)
            w_in = started[-1][0]
            index = model.vectors_.key_to_index
            rows |= {word: w_in[row].tobytes() for word, row in index.items() if word not in before}
        found.append(rows)
    assert found[0] == found[1] == found[2]
    assert sorted(found[0]) == ["ale", "beer", "cider", "gin"]


def test_the_same_calls_give_the_same_vectors():
    first, second = model_of(OLD, MORE * 3, OLD), model_of(OLD, MORE * 3, OLD)
    np.testing.assert_array_equal(first.vectors_.vectors, second.vectors_.vectors)
    other = model_of(OLD, MORE * 3, OLD, random_state=2)
    assert not np.array_equal(first["beer"], other["beer"])


def test_without_new_words_nothing_differs():
    grown, fixed = model_of(OLD, OLD), model_of(OLD).partial_fit(OLD)
    np.testing.assert_array_equal(grown.vectors_.vectors, fixed.vectors_.vectors)
    assert grown.corpus_report_.new_words == 0
    assert "new words" not in str(grown.corpus_report_)


def test_subsampling_and_noise_follow_the_sums(monkeypatch):
    seen = []
    made = loop.make_tables
    monkeypatch.setattr(loop, "make_tables", lambda counts, *rest: seen.append(counts.tolist()) or made(counts, *rest))
    model_of(OLD, MORE * 3, MORE * 3)
    assert seen[1:] == [
        [83, 43, 40, 40, 43, 40, 40, 6, 3, 3, 3, 3, 3],
        [86, 46, 40, 40, 46, 40, 40, 12, 6, 6, 6, 6, 6],
    ]


def test_new_words_are_trained_like_others():
    old = [["red", "wine"], ["white", "rose"], ["dark", "night"]] * 60
    new = [["red", "merlot"], ["red", "wine"], ["dark", "evening"], ["dark", "night"]] * 60
    model = model_of(old, *[new] * 20, learning_rate=0.1)
    assert model.similarity("merlot", "wine") > model.similarity("merlot", "night") + 0.3
    assert model.similarity("evening", "night") > model.similarity("evening", "wine") + 0.3


# --- the corpus -------------------------------------------------------------------------------------------------------


def corpora(folder):
    (folder / "more.txt").write_text("\n".join(" ".join(sentence) for sentence in MORE * 3))
    yield MORE * 3
    yield (sentence for sentence in MORE * 3)
    yield folder / "more.txt"
    with (folder / "more.txt").open() as file:
        yield file
    yield [" ".join(sentence) for sentence in MORE * 3]


def test_any_corpus_brings_new_words(tmp_path):
    expected = model_of(OLD, MORE * 3)
    for corpus in corpora(tmp_path):
        model = model_of(OLD, corpus)
        assert model.vocabulary_ == expected.vocabulary_
        np.testing.assert_array_equal(model.vectors_.vectors, expected.vectors_.vectors)


def test_encoded_text_begins_with_the_models_vocabulary():
    model = model_of(OLD)
    text = encode(MORE * 3, vocabulary=model.vocabulary_, new_words=True, min_count=2)
    model.partial_fit(text, new_words=True)
    np.testing.assert_array_equal(model["beer"], model_of(OLD, MORE * 3)["beer"])
    with pytest.raises(
        ParameterError, match=r"another vocabulary.*encode\(corpus, vocabulary=model.vocabulary_, new_words=True\)"
    ):
        model.partial_fit(encode(OLD), new_words=True)
    grown = encode([["gin", "red"]] * 2, vocabulary=model.vocabulary_, new_words=True, min_count=2)
    with pytest.raises(ParameterError, match=r"another vocabulary.*encode\(corpus, vocabulary=model.vocabulary_\)"):
        model.partial_fit(grown)


def test_whole_numbers_are_words_too(tmp_path):
    model = model_of([[1, 2, 3], [3, 1]] * 9, np.array([[1, 70_000], [70_000, 2]] * 9))
    assert model.vectors_.index_to_key == [1, 3, 2, 70_000]
    model.save(tmp_path / "model.safetensors")
    loaded = Word2Vec.load(tmp_path / "model.safetensors").set_params(n_jobs=1)
    for each in (model, loaded):
        each.partial_fit([[1, 5], [5, 2]] * 9, new_words=True)
    np.testing.assert_array_equal(model[5], loaded[5])


def test_the_first_call_needs_none():
    assert model_of(OLD).vocabulary_ == Word2Vec(**QUICK).partial_fit(OLD).vocabulary_


def test_a_given_vocabulary_grows_from_the_first_call_on():
    model = model_of(MORE * 3, vocabulary=["cold", "never", "beer"])
    assert model.vectors_.index_to_key[:3] == ["cold", "never", "beer"]
    assert sorted(model.vectors_.index_to_key[3:]) == ["here", "is", "once", "red", "seen", "was", "white"]
    assert model.vocabulary_.counts[:3].tolist() == [3, 0, 6]


def test_max_vocab_bounds_the_whole_vocabulary():
    model = model_of(OLD, MORE * 3, max_vocab=8)
    assert model.vectors_.index_to_key[7:] == ["beer"]
    assert model.corpus_report_.dropped_examples[:2] == ("cold", "was")
    full = model_of(OLD, MORE * 3, max_vocab=3)
    assert full.vectors_.index_to_key == ["is", "red", "wine"]


def test_a_text_of_new_words_alone_is_learned_with_a_warning():
    model = model_of(OLD)
    with pytest.warns(RuntimeWarning, match=r"only 0\.00% of the corpus's 20 tokens are words of the vocabulary"):
        model.partial_fit([["gin", "tonic"]] * 10, new_words=True)
    assert model.vectors_.index_to_key[7:] == ["gin", "tonic"]
    with pytest.raises(CorpusError, match="no word of the vocabulary"):
        model.partial_fit([["nothing", "twice"]], new_words=True)
    with pytest.raises(ParameterError, match="new_words='yes'"):
        model.partial_fit(OLD, new_words="yes")


# --- where training starts, and what stays ----------------------------------------------------------------------------


def test_new_words_start_from_given_vectors_where_there_are_some(started):
    given = {"beer": np.full(12, 0.5), "red": np.full(12, 0.25)}
    model = model_of(OLD, MORE * 3, initial_vectors=given)
    w_in = started[-1][0]
    assert w_in[model.vocabulary_["beer"]].tolist() == [0.5] * 12
    assert w_in[model.vocabulary_["red"]].tolist() != [0.25] * 12  # it had been trained
    np.testing.assert_array_equal(w_in[model.vocabulary_["cold"]], new_rows(["cold"], 12, 1)[0])
    teacher = Word2Vec(**QUICK).fit(MORE * 9)
    model_of(OLD, MORE * 3, initial_vectors=teacher)
    np.testing.assert_array_equal(started[-1][0][7], teacher["beer"])


def test_an_array_of_initial_vectors_is_of_the_first_words(started):
    model = model_of(OLD, MORE * 3, initial_vectors=np.ones((7, 12)))
    np.testing.assert_array_equal(started[-1][0][7:], new_rows(model.vectors_.index_to_key[7:], 12, 1))


def test_frozen_words_may_be_new():
    model = model_of(OLD, initial_vectors={"beer": np.ones(12), "wine": np.ones(12)})
    model.set_params(frozen=["beer", "wine"])
    wine = model["wine"].copy()
    model.partial_fit(MORE * 3, new_words=True)
    assert model["beer"].tolist() == [1.0] * 12
    assert np.array_equal(model["wine"], wine)
    with pytest.warns(RuntimeWarning, match=r"frozen: 1 of 2 words \('gin'\) have no initial vector"):
        model.set_params(frozen=["gin", "wine"]).partial_fit([["gin", "red"]] * 3, new_words=True)
    np.testing.assert_array_equal(model["gin"], new_rows(["gin"], 12, 1)[0])
    with pytest.raises(ParameterError, match="frozen: the word 'tulip' is not in the vocabulary"):
        model.set_params(frozen=["tulip"]).partial_fit([["gin", "red"]] * 3, new_words=True)


def test_a_pass_that_fails_leaves_the_vocabulary(monkeypatch):
    model = model_of(OLD)
    before = model.vectors_
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(divergence, "EXPLODED", 1e-9)
        with pytest.raises(DivergedError):
            model.partial_fit(MORE * 3, new_words=True)
    assert model.vectors_ is before
    assert len(model.vocabulary_) == 7
    model.partial_fit(MORE * 3, new_words=True)
    assert len(model.vocabulary_) == 13


def test_a_model_grows_on_after_a_file_a_pickle_and_a_copy(tmp_path):
    model = model_of(OLD, MORE * 3)
    model.save(tmp_path / "model.safetensors")
    loaded = Word2Vec.load(tmp_path / "model.safetensors").set_params(n_jobs=1)
    others = [loaded, pickle.loads(pickle.dumps(model)), copy.deepcopy(model), copy.copy(model)]
    text = [["gin", "beer"], ["gin", "red"]] * 9
    expected = model_of(OLD, MORE * 3, text)
    for other in others:
        other.partial_fit(text, new_words=True)
        assert other.vocabulary_ == expected.vocabulary_
        np.testing.assert_array_equal(other.vectors_.vectors, expected.vectors_.vectors)
    assert "gin" not in model


def test_it_grows_after_fit_and_fit_forgets(tmp_path):
    model = Word2Vec(**QUICK).fit(OLD)
    model.partial_fit(MORE * 3, new_words=True)
    assert (model.n_iter_, len(model.vocabulary_)) == (6, 13)
    assert len(model.fit(OLD).vocabulary_) == 7
    point = tmp_path / "point.safetensors"
    grown = model_of(OLD, MORE * 3)
    again = Word2Vec(**QUICK, vocabulary=grown.vocabulary_, initial_vectors=grown)
    again.fit(OLD, checkpoint=point)
    with pytest.warns(RuntimeWarning, match="is complete"):
        again.fit(OLD, checkpoint=point, resume=True)
    assert "beer" in again


def test_documents_know_new_words():
    model = model_of(OLD)
    assert model.transform([["beer", "red"], ["red"]]).std(axis=0).max() == 0
    vectorizer = DocVectorizer(model, weighting="tfidf").fit(OLD)
    model.partial_fit(MORE * 3, new_words=True)
    np.testing.assert_array_equal(model.transform([["beer"]])[0], model["beer"])
    assert len(vectorizer.vectors_) == 7  # what it has learned is of the vectors that it was given
    assert DocVectorizer(model, weighting="tfidf").fit(OLD + MORE).transform([["beer"]]).any()


@pytest.mark.parametrize("loss", ["hs", "both"])
def test_a_tree_grows_with_its_vocabulary_and_keeps_the_rows_around_its_root(loss):
    first = [["red", "green", "blue"], ["one", "two", "three"]] * 40
    model = Word2Vec(loss=loss, vector_size=6, min_count=2, sample=0, random_state=1, n_jobs=1).fit(first)
    rows = grown_output_rows(model._output_rows(), 9)
    assert np.array_equal(rows.nodes[-5:], model.node_vectors_)
    assert not rows.nodes[:3].any()
    model.partial_fit([["red", "four", "five", "six"]] * 40, new_words=True)
    assert model.node_vectors_.shape == (8, 6)
    assert hasattr(model, "context_vectors_") == (loss == "both")
    assert np.isfinite(model.log_probability(first)).all()
