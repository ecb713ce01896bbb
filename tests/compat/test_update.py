"""build_vocab(update=True): words join a model under gensim's rules, and its rows stay."""

import copy
import pickle

import numpy as np
import pytest

from fastw2v.compat.gensim import LineSentence, Word2Vec
from fastw2v.compat.vocabulary import NoVocabularyError
from fastw2v.errors import CorpusTypeError
from fastw2v.planning.new_rows import new_rows
from fastw2v.training import loop

pytestmark = pytest.mark.filterwarnings("ignore:the learning rate is lowered")

SENTENCES = [
    *(["the", "red", "wine", "and", "the", "white", "wine"], ["a", "red", "rose", "and", "a", "white", "rose"]),
    *(["the", "king", "drinks", "red", "wine"], ["the", "queen", "drinks", "white", "wine"]),
] * 6
MORE = [["beer", "is", "cold"], ["the", "king", "drinks", "beer"], ["the", "cold", "wine"], ["once"], ["cold", "the"]]
SMALL = {"vector_size": 8, "min_count": 2, "workers": 1, "sample": 0}


def old_model(sentences=SENTENCES, **options):
    model = Word2Vec(**{**SMALL, **options})
    model.build_vocab(sentences)
    return model


def counted(model):
    return {word: model.wv.get_vecattr(word, "count") for word in model.wv.index_to_key}


def test_new_words_follow_the_known_ones_and_counts_add_up():
    model = old_model()
    known = counted(model)
    model.build_vocab(MORE, update=True)
    assert model.wv.index_to_key == [*known, "beer", "cold"]
    assert counted(model) == {**known, "the": 27, "wine": 25, "king": 7, "drinks": 13, "beer": 2, "cold": 3}
    assert (model.corpus_count, model.corpus_total_words) == (5, 13)
    assert (model.min_count, model.effective_min_count) == (2, 2)


def test_rows_stay_and_new_ones_depend_on_seed_and_word():
    model = Word2Vec(SENTENCES, seed=3, **SMALL)
    vectors, context, wv = model.wv.vectors.copy(), model.syn1neg.copy(), model.wv
    model.build_vocab(MORE, update=True)
    assert model.wv is wv
    n = len(vectors)
    assert model.wv.vectors[:n].tobytes() == vectors.tobytes()
    assert model.syn1neg[:n].tobytes() == context.tobytes()
    np.testing.assert_array_equal(model.wv.vectors[n:], new_rows(["beer", "cold"], 8, 3))
    assert not model.syn1neg[n:].any()
    other = old_model(seed=3)
    other.build_vocab([["cold", "cold"]], update=True)
    np.testing.assert_array_equal(other.wv["cold"], model.wv["cold"])
    model.train(MORE, total_examples=model.corpus_count, epochs=2)
    assert not np.array_equal(model.wv.vectors[n:], new_rows(["beer", "cold"], 8, 3))
    assert model.wv.most_similar("beer", topn=3)


def test_training_follows_the_summed_counted(monkeypatch):
    seen = []
    made = loop.make_tables
    monkeypatch.setattr(loop, "make_tables", lambda given, *rest: seen.append(given.tolist()) or made(given, *rest))
    model = old_model()
    model.build_vocab(MORE, update=True)
    model.train(MORE, total_examples=5, epochs=1)
    assert seen == [list(counted(model).values())]


@pytest.mark.filterwarnings("ignore:update=True adds no word")
def test_what_is_kept_is_the_same_as_in_gensim():
    gensims = pytest.importorskip("gensim.models").Word2Vec
    for options in ({}, {"min_count": 1}, {"min_count": 7}, {"max_final_vocab": 3}, {"sorted_vocab": 0}):
        models = [cls(**{**SMALL, **options}) for cls in (Word2Vec, gensims)]
        for model in models:
            model.build_vocab(SENTENCES)
            model.build_vocab(MORE, update=True)
        ours, theirs = models
        assert counted(ours) == counted(theirs), options
        assert ours.effective_min_count == theirs.effective_min_count
        first = len(old_model(**options).wv)
        assert ours.wv.index_to_key[first:] == theirs.wv.index_to_key[first:]
        if "sorted_vocab" in options:
            assert ours.wv.index_to_key == theirs.wv.index_to_key
        assert (ours.corpus_count, ours.corpus_total_words) == (theirs.corpus_count, theirs.corpus_total_words)


def test_without_a_vocabulary_there_is_nothing_to_update():
    """gensim crashed here once; it raises a RuntimeError now, after it has read the text."""
    gensims = pytest.importorskip("gensim.models").Word2Vec
    text = iter(SENTENCES)
    for call in (
        lambda model: model.build_vocab(text, update=True),
        lambda model: model.build_vocab_from_freq({"a": 1, "b": 1}, update=True),
        lambda model: model.prepare_vocab(update=True),
        lambda model: model.update_weights(),
    ):
        with pytest.raises(RuntimeError, match=r"no vocabulary yet: call build_vocab\(sentences\) first"):
            call(Word2Vec(**SMALL))
    assert next(text) == SENTENCES[0]
    with pytest.raises(RuntimeError):
        gensims(**SMALL).build_vocab(SENTENCES, update=True)


def test_vectors_without_context_vectors_do_not_grow():
    model = Word2Vec(**SMALL)
    model.wv = old_model().wv
    with pytest.raises(RuntimeError, match=r"model.wv was assigned.*no output rows"):
        model.build_vocab(MORE, update=True)


def test_files_generators_and_numbers_bring_new_words(tmp_path):
    (tmp_path / "more.txt").write_text("\n".join(map(" ".join, MORE)))
    expected = old_model()
    expected.build_vocab(MORE, update=True)
    for more in (
        {"corpus_file": str(tmp_path / "more.txt")},
        {"corpus_iterable": LineSentence(tmp_path / "more.txt")},
        {"corpus_iterable": (sentence for sentence in MORE)},
    ):
        model = old_model()
        model.build_vocab(**more, update=True)
        assert counted(model) == counted(expected)
        np.testing.assert_array_equal(model.wv.vectors, expected.wv.vectors)
        assert model.train(**more, total_examples=5, epochs=1) == (11, 13)  # the generator's words are held
    model = old_model([[1, 2], [2, 3]] * 9)
    model.build_vocab([[3, 70_000]] * 9, update=True)
    assert model.wv.index_to_key == [2, 1, 3, 70_000]


def test_a_model_grows_again_and_again_and_after_a_file(tmp_path):
    model = Word2Vec(SENTENCES, **SMALL)
    for step in range(4):
        text = [[f"new{step}", "wine"], [f"new{step}", "red", "rare"]]
        model.build_vocab(text, update=True)
        model.train(text, total_examples=2, epochs=1)
        model.save(tmp_path / "model")
        loaded = Word2Vec.load(tmp_path / "model")
        assert counted(loaded) == counted(model)
        assert loaded.effective_min_count == 2
        for each in (loaded, copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
            each.build_vocab(MORE, update=True)
            each.train(MORE, total_examples=5, epochs=1)
            assert each.wv.index_to_key[-2:] == ["beer", "cold"]
            assert len(each.wv.vectors) == len(each.syn1neg) == len(each.wv)
        model = Word2Vec.load(tmp_path / "model")
    assert model.wv.index_to_key[-4:] == ["new0", "new1", "new2", "new3"]
    assert "rare" not in model.wv
    assert model.wv.get_vecattr("wine", "count") == 28


def test_an_update_that_fails_changes_nothing():
    model = old_model()
    before = counted(model)
    for more in (["beer is cold"], [["a"], [None]]):
        with pytest.raises(CorpusTypeError):
            model.build_vocab(more, update=True)
    with pytest.raises(ZeroDivisionError):
        model.build_vocab(MORE, update=True, trim_rule=lambda *given: 1 // 0)
    assert counted(model) == before


def test_empty_text_adds_and_trains_nothing_and_warns():
    """As of a chunk of a stream."""
    model = old_model()
    before = counted(model)
    for empty in ([], [[]], iter([])):
        with pytest.warns(RuntimeWarning, match=r"build_vocab\(update=True\): no word joins: the corpus is empty"):
            model.build_vocab(empty, update=True)
    with pytest.warns(RuntimeWarning, match="update=True: no word joins: there are no words"):
        model.build_vocab_from_freq({}, update=True)
    model.raw_vocab = {}
    with pytest.warns(RuntimeWarning, match="update=True: no word joins: there are no words"):
        assert model.prepare_vocab(update=True)["num_retained_words"] == 0
    for empty in ([[]], iter([[]])):
        with pytest.warns(RuntimeWarning, match="nothing was trained: the corpus is empty"):
            assert model.train(empty, total_examples=1, epochs=2) == (0, 0)
    assert counted(model) == before
    with pytest.raises(NoVocabularyError, match="the corpus is empty"):
        model.build_vocab([])


def test_a_text_from_before_is_read_again_for_its_new_words():
    model = old_model(min_count=7)
    model.build_vocab([["king"] * 7], update=True)
    assert model.train(SENTENCES, epochs=1)[0] == sum(sentence.count(word) for sentence in SENTENCES
                                                     for word in model.wv.index_to_key)  # fmt: skip


def test_the_recipe_for_a_pretrained_vocabulary_runs():
    """One sentence of all its words brings them in; their vectors may follow, and then the text is trained."""
    pretrained = {f"word{i}": i for i in range(200)} | {"wine": 200, "rose": 201}
    model = Word2Vec(**{**SMALL, "min_count": 1})
    model.build_vocab(SENTENCES)
    total, known = model.corpus_count, counted(model)
    model.build_vocab([list(pretrained)], update=True)
    assert len(model.wv) == len(known) + 200
    assert model.wv.get_vecattr("wine", "count") == known["wine"] + 1
    before = model.wv.vectors.copy()
    assert model.train(SENTENCES, total_examples=total, epochs=1) == (144, 144)
    moved = np.abs(model.wv.vectors - before).max(axis=1) > 0
    assert moved[: len(known)].all()
    assert not moved[len(known) :].any()


def test_an_update_that_adds_no_word_is_warned_of():
    model = Word2Vec([["red", "wine"]] * 5, min_count=5, vector_size=4, workers=1, sample=0)
    with pytest.warns(
        RuntimeWarning, match=r"adds no word: of 1 new words, such as 'beer', none is kept \(min_count=5"
    ):
        model.build_vocab([["red", "beer"]], update=True)
    model.build_vocab([["red", "wine"]], update=True)
    model.build_vocab([["red", "beer"]], update=True, min_count=1)
    assert "beer" in model.wv
