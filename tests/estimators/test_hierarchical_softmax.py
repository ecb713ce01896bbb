"""`Word2Vec` with hierarchical softmax: what it learns, keeps and answers."""

import copy
import pickle
import warnings

import numpy as np
import pytest

from fastw2v import Word2Vec, load
from fastw2v.layers import HierarchicalSoftmaxLoss
from fastw2v.planning.tree import make_tree

TOPICS = [["red", "green", "blue", "white"], ["one", "two", "three", "four"]]


def corpus(sentences=400):
    rng = np.random.default_rng(3)
    return [list(rng.choice(TOPICS[i % 2], 6)) for i in range(sentences)]


def fitted(**options):
    options = {"loss": "hs", "vector_size": 12, "min_count": 1, "sample": 0, "random_state": 5, "n_jobs": 1, **options}
    return Word2Vec(**options).fit(corpus())


def rows(model):
    found = [model.vectors_.vectors, getattr(model, "node_vectors_", None)]
    found.append(model.context_vectors_.vectors if hasattr(model, "context_vectors_") else None)
    return found


def assert_equal_rows(first, second):
    for ours, theirs in zip(rows(first), rows(second), strict=True):
        assert (ours is None) == (theirs is None)
        assert ours is None or np.array_equal(ours, theirs)


@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
@pytest.mark.parametrize("loss", ["hs", "both"])
def test_topics_are_learned(architecture, loss):
    model = fitted(architecture=architecture, loss=loss, epochs=20)
    assert {word for word, _ in model.most_similar("two", topn=3)} == {"one", "three", "four"}
    assert model.loss_history_[-1] < model.loss_history_[0]


def test_a_model_has_the_output_rows_of_its_loss():
    assert fitted().node_vectors_.shape == (7, 12)
    assert not hasattr(fitted(), "context_vectors_")
    both = fitted(loss="both")
    assert (both.node_vectors_.shape, both.context_vectors_.vectors.shape) == ((7, 12), (8, 12))
    again = both.set_params(loss="ns").fit(corpus())
    assert not hasattr(again, "node_vectors_")
    assert again.context_vectors_.vectors.shape == (8, 12)


def test_a_pass_with_another_loss_says_which_rows_are_dropped_or_start_at_zero():
    for before, after, told in (
        ("ns", "hs", "context_vectors_ are dropped and its node_vectors_ start at zero"),
        ("hs", "both", "context_vectors_ start at zero"),
        ("both", "ns", "node_vectors_ are dropped"),
    ):
        with pytest.warns(RuntimeWarning, match=f"not trained with loss='{after}': its {told}$"):
            fitted(loss=before).set_params(loss=after).partial_fit(corpus())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fitted(loss="both").partial_fit(corpus())


@pytest.mark.parametrize(("device", "loss"), [("cpu", "hs"), ("cpu", "both"), ("numpy", "both")])
def test_every_copy_keeps_the_nodes(tmp_path, loss, device):
    model = fitted(loss=loss, device=device)
    model.save(tmp_path / "m.fw2v")
    loaded = Word2Vec.load(tmp_path / "m.fw2v")
    for other in (loaded, pickle.loads(pickle.dumps(model)), copy.copy(model), copy.deepcopy(model)):
        assert_equal_rows(model, other)
        assert other.loss == loss
    assert np.array_equal(loaded.log_probability(corpus(5)), model.log_probability(corpus(5)))
    more, same = copy.deepcopy(model).partial_fit(corpus()), loaded.partial_fit(corpus())
    assert_equal_rows(more, same)
    assert not np.array_equal(more.node_vectors_, model.node_vectors_)


@pytest.mark.parametrize("loss", ["hs", "both"])
def test_a_checkpoint_resumes_bit_equal(tmp_path, loss):
    path = tmp_path / "c.fw2v"
    stopped = Word2Vec(
        loss=loss,
        vector_size=12,
        min_count=1,
        sample=0,
        random_state=5,
        n_jobs=1,
        callbacks=[lambda seen: seen.epoch == 2],
    ).fit(corpus(), checkpoint=path)
    assert stopped.n_iter_ < 5
    resumed = Word2Vec(loss=loss, vector_size=12, min_count=1, sample=0, random_state=5, n_jobs=1)
    assert_equal_rows(resumed.fit(corpus(), checkpoint=path, resume=True), fitted(loss=loss))


def test_nodes_are_those_of_a_tree_of_all_words(tmp_path):
    fitted().save(tmp_path / "m.fw2v")
    assert len(load(tmp_path / "m.fw2v", limit=3)) == 3  # without the nodes, which mean nothing then


@pytest.mark.parametrize(("architecture", "mean"), [("skipgram", True), ("cbow", True), ("cbow", False)])
def test_log_probabilities_are_the_layers(architecture, mean):
    model = fitted(architecture=architecture, cbow_mean=mean, window=2)
    layer = HierarchicalSoftmaxLoss(model.node_vectors_.astype(np.float64), *make_tree(model.vectors_.counts).table())
    document = ["red", "one", "blue", "unknown", "two"]
    ids = [model.wv.key_to_index[word] for word in document if word in model]
    expected = 0.0
    for at, word in enumerate(ids):
        context = [other for place, other in enumerate(ids) if place != at and abs(place - at) <= 2]
        vectors = model.vectors_.vectors[context].astype(np.float64)
        if architecture == "cbow":
            hidden = vectors.mean(axis=0) if mean else vectors.sum(axis=0)
            expected -= layer.forward(hidden[None], np.array([word]))
        else:
            expected -= sum(layer.forward(vector[None], np.array([word])) for vector in vectors)
    lonely = 0 if architecture == "skipgram" else -len(make_tree(model.vectors_.counts).path(ids[0])[0]) * np.log(2)
    found = model.log_probability([document, [], ["red"], ["no", "such", "words"]])
    assert found == pytest.approx([expected, 0, lonely, 0], rel=1e-5)


@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
@pytest.mark.filterwarnings("ignore:.* get a log probability of 0:RuntimeWarning")
def test_documents_are_taken_in_blocks_and_together(monkeypatch, architecture):
    model = fitted(architecture=architecture)
    documents = [[word for sentence in corpus(20) for word in sentence], ["unknown"], *corpus(2), []]
    alone = [model.log_probability([document])[0] for document in documents]
    for at_once in (7, 2_000):
        monkeypatch.setattr("fastw2v.estimators.likelihood.TOKENS_AT_ONCE", at_once)
        assert model.log_probability(documents) == pytest.approx(alone, rel=1e-6)


def test_negative_sampling_has_no_probabilities():
    with pytest.raises(ValueError, match="fit a model with loss='hs'"):
        fitted(loss="ns").log_probability(corpus(3))


def test_a_vocabulary_of_two_words_has_one_node():
    model = Word2Vec(loss="hs", vector_size=4, min_count=1, sample=0, random_state=1, n_jobs=1).fit([["a", "b"]] * 20)
    assert model.node_vectors_.shape == (1, 4)
    assert model.node_vectors_.any()
