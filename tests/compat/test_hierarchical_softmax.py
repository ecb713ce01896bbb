"""gensim's hierarchical softmax: ``hs``, ``syn1`` and ``score``."""

import pickle

import numpy as np
import pytest

from fastw2v.compat.gensim import Word2Vec
from fastw2v.errors import CorpusTypeError, ParameterError

TOPICS = [["red", "green", "blue", "white"], ["one", "two", "three", "four"]]


def sentences(number=300):
    rng = np.random.default_rng(3)
    return [list(rng.choice(TOPICS[i % 2], 6)) for i in range(number)]


def trained(**options):
    options = {"hs": 1, "negative": 0, "vector_size": 12, "min_count": 1, "sample": 0, "workers": 1, **options}
    return Word2Vec(sentences(), **options)


@pytest.mark.parametrize("sg", [0, 1])
@pytest.mark.parametrize("negative", [0, 5])
def test_both_architectures_learn_topics(sg, negative):
    model = trained(sg=sg, negative=negative, epochs=20)
    assert {word for word, _ in model.wv.most_similar("two", topn=3)} == {"one", "three", "four"}
    assert model.syn1.shape == (8, 12)
    assert hasattr(model, "syn1neg") == (negative > 0)


def test_hs_must_be_0_or_1():
    with pytest.raises(ParameterError, match="hs=2: it must be 0 or 1"):
        Word2Vec(hs=2)


@pytest.mark.parametrize("negative", [0, 5])
def test_files_and_pickles_keep_the_nodes(tmp_path, negative):
    model = trained(negative=negative)
    model.save(str(tmp_path / "m"))
    for other in (Word2Vec.load(str(tmp_path / "m")), pickle.loads(pickle.dumps(model))):
        assert other.hs == 1
        assert np.array_equal(other.syn1, model.syn1)
        assert np.array_equal(other.score(sentences(5)), model.score(sentences(5)))
        other.train(sentences(), total_examples=other.corpus_count, epochs=1)
        assert not np.array_equal(other.syn1, model.syn1)


@pytest.mark.parametrize("sg", [0, 1])
@pytest.mark.parametrize("cbow_mean", [0, 1])
def test_scores_are_gensims(sg, cbow_mean):
    """gensim's own `score`, of a model that holds these rows."""
    word2vec = pytest.importorskip("gensim.models.word2vec")
    options = {"sg": sg, "cbow_mean": cbow_mean, "window": 2}
    ours = trained(**options)
    theirs = word2vec.Word2Vec(hs=1, negative=0, vector_size=12, min_count=1, sample=0, workers=1, **options)
    theirs.build_vocab_from_freq({word: int(ours.wv.get_vecattr(word, "count")) for word in ours.wv.index_to_key})
    assert theirs.wv.index_to_key == ours.wv.index_to_key
    theirs.wv.vectors[:], theirs.syn1[:] = ours.wv.vectors, ours.syn1
    given = [["red", "one", "blue", "nothing", "two"], ["red"], *sentences(4)]
    # gensim looks its logarithms up in a table of 1,000 steps.
    assert ours.score(given) == pytest.approx(theirs.score(given, total_sentences=6)[:6], rel=0.03)


def test_only_as_many_sentences_as_asked_for_are_scored():
    assert len(trained().score(iter(sentences(9)), total_sentences=4)) == 4


def test_score_says_what_it_needs():
    with pytest.raises(RuntimeError, match="call build_vocab"):
        Word2Vec(hs=1, negative=0).score(sentences(1))
    with pytest.raises(RuntimeError, match="train with hs=1 and negative=0"):
        trained(hs=0, negative=5).score(sentences(1))


def test_a_new_vocabulary_leaves_no_rows_of_another_loss(tmp_path):
    model = trained()
    model.hs, model.negative = 0, 5
    model.build_vocab(sentences() + [["beer", "bread"]] * 9)
    assert not hasattr(model, "syn1")
    model.save(str(tmp_path / "m"))
    assert Word2Vec.load(str(tmp_path / "m")).syn1neg.shape == (10, 12)


def test_what_cannot_be_scored_is_named():
    model = trained()
    assert model.score(sentences(3), total_sentences=0).tolist() == []
    assert model.score([]).tolist() == []
    for wrong in (None, "red one", b"red"):
        with pytest.raises(ParameterError, match=r"sentences=.*: it must be a list of token lists"):
            model.score(wrong)
    with pytest.raises(ParameterError, match="total_sentences"):
        model.score(sentences(3), total_sentences=-1)
    with pytest.raises(ParameterError, match="the iterator yielded none"):
        model.score(iter([]))


def test_paths_are_attributes_of_the_words_as_in_gensim(tmp_path):
    word2vec = pytest.importorskip("gensim.models.word2vec")
    options = {"hs": 1, "negative": 0, "vector_size": 4, "min_count": 1, "workers": 1}
    ours, theirs = Word2Vec(**options), word2vec.Word2Vec(**options)
    counts = {f"w{number}": 3**number for number in range(12)}
    for model in (ours, theirs):
        model.build_vocab_from_freq(counts)
        model.build_vocab([["new", "w3"] * 2] * 5, update=True)
    ours.save(tmp_path / "model")
    for model in (ours, Word2Vec.load(tmp_path / "model"), pickle.loads(pickle.dumps(ours))):
        for word in theirs.wv.index_to_key:
            for name in ("code", "point"):
                found, wanted = model.wv.get_vecattr(word, name), theirs.wv.get_vecattr(word, name)
                assert found.dtype == wanted.dtype
                assert found.tolist() == wanted.tolist()
    assert "code" not in Word2Vec([["a", "b"]] * 9, min_count=1, vector_size=2, sample=0).wv.expandos


def test_sentences_without_a_known_word_have_a_score_that_says_nothing():
    model = Word2Vec([["red", "wine"]] * 9, hs=1, negative=0, min_count=1, vector_size=4, workers=1, sample=0)
    with pytest.warns(RuntimeWarning, match=r"documents that hold no word .* get a log probability of 0, the highest"):
        assert model.score([["RED", "WINE"]]).tolist() == [0]
    with pytest.raises(CorpusTypeError, match=r"sentences\[0\] is the string 'red', but token lists are expected here"):
        model.score(["red"])
