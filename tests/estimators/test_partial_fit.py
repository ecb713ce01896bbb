"""partial_fit: more text, one pass at a time, with the vocabulary as it is."""

import copy
import pickle
import threading

import numpy as np
import pytest

from fastw2v import EncodedCorpus, Vocabulary, Word2Vec, WordVectors, encode
from fastw2v.errors import CorpusError, ParameterError
from fastw2v.training import next_pass, session

PIECES = [
    [["red", "wine", "is", "old"], ["white", "rose", "is", "new"]] * 40,
    [["red", "wine", "was", "here"], ["the", "red", "rose", "was", "white"]] * 40,
]
QUICK = {"vector_size": 12, "min_count": 1, "sample": 0, "random_state": 1, "n_jobs": 1}


def trained(pieces=PIECES, **changes):
    model = Word2Vec(**{**QUICK, **changes})
    for piece in pieces:
        model.partial_fit(piece)
    return model


def test_the_first_call_is_one_epoch_at_a_constant_rate():
    rates = []
    model = trained(PIECES[:1], learning_rate=0.03, epochs=7, callbacks=[lambda now: rates.append(now.learning_rate)])
    assert set(rates) == {0.03}
    expected = Word2Vec(**QUICK, learning_rate=0.03, min_learning_rate=0.03, epochs=1).fit(PIECES[0])
    assert np.array_equal(model.vectors_.vectors, expected.vectors_.vectors)
    assert np.array_equal(model.context_vectors_.vectors, expected.context_vectors_.vectors)
    assert (model.n_iter_, len(model.loss_history_)) == (1, 1)


@pytest.fixture
def rates(monkeypatch):
    """The learning rates that callbacks saw, one of each chunk; and the callback."""
    monkeypatch.setattr("fastw2v.training.loop.HAND_OVER_SECONDS", 0)
    seen = []
    return seen, lambda now: seen.append(now.learning_rate)


def test_a_least_rate_that_was_asked_for_is_reached_in_every_pass(rates):
    seen, callback = rates
    text = [["red", "wine", "is", "old"] * 1000] * 5
    model = Word2Vec(**QUICK, learning_rate=0.03, min_learning_rate=0.01, callbacks=[callback])
    for _ in range(2):
        seen.clear()
        model.partial_fit(text)
        assert seen == sorted(seen, reverse=True)
        assert seen[0] > 0.011
        assert seen[-1] == pytest.approx(0.01)
    with pytest.raises(ParameterError, match=r"min_learning_rate=0.04: it must be .*, which is 0.03"):
        model.set_params(min_learning_rate=0.04).partial_fit(text)


def test_after_a_whole_fit_the_default_rate_is_a_quarter(rates, tmp_path):
    seen, callback = rates

    def rate_of_pass(model):
        seen.clear()
        model.set_params(callbacks=[callback], n_jobs=1).partial_fit(PIECES[0]).set_params(callbacks=())
        assert len(set(seen)) == 1
        return seen[0]

    stream, fitted = trained(), Word2Vec(PIECES[0], **QUICK).fit()
    usual = rate_of_pass(stream)
    for model, share in ((stream, 1), (fitted, 0.25)):
        model.save(tmp_path / "model.safetensors", overwrite=True)
        loaded = Word2Vec.load(tmp_path / "model.safetensors")
        for each in (model, copy.copy(model), pickle.loads(pickle.dumps(model)), loaded):
            assert [rate_of_pass(each), rate_of_pass(each)] == pytest.approx([usual * share] * 2)
    assert rate_of_pass(fitted.set_params(learning_rate=0.03)) == pytest.approx(0.03)
    stopped = Word2Vec(PIECES[0], **QUICK, callbacks=[lambda now: True]).fit()
    assert len(stopped.loss_history_) == 1
    assert rate_of_pass(stopped) == pytest.approx(usual * 0.25)
    of_old = Word2Vec(PIECES[0], **QUICK).fit().__getstate__()
    del of_old["_was_fitted"]
    unpickled = Word2Vec.__new__(Word2Vec)
    unpickled.__setstate__(of_old)
    assert rate_of_pass(unpickled) == pytest.approx(usual * 0.25)
    slow = Word2Vec(PIECES[0], **QUICK, min_learning_rate=0.02).fit()
    assert rate_of_pass(slow) == pytest.approx(0.02)


def test_words_outside_the_vocabulary_are_left_out_and_counted():
    model = trained()
    assert model.vectors_.index_to_key == ["is", "red", "wine", "old", "white", "rose", "new"]
    assert "here" not in model
    assert (model.corpus_report_.dropped_words, model.corpus_report_.dropped_tokens) == (3, 160)
    assert model.corpus_report_.raw_tokens == 9 * 40
    counts = dict(zip(model.vocabulary_.words, model.vocabulary_.counts.tolist(), strict=True))
    assert counts == {"is": 80, "red": 120, "wine": 80, "old": 40, "white": 80, "rose": 80, "new": 40}
    assert model.vectors_.counts.tolist() == list(counts.values())


def test_training_continues_where_it_stood():
    once, twice = trained(PIECES[:1]), trained()
    assert not np.array_equal(twice["red"], once["red"])
    assert (twice.n_iter_, len(twice.loss_history_)) == (2, 2)
    assert np.isfinite(twice.loss_history_).all()
    losses = trained(PIECES * 15).loss_history_
    assert losses[-1] < losses[0]


def test_the_same_calls_give_the_same_vectors_and_every_pass_its_own_draws():
    assert np.array_equal(trained().vectors_.vectors, trained().vectors_.vectors)
    again = trained()
    assert again.seed_ == 1
    # A second pass with the draws of the first would differ from it by its start alone, and so would a restart.
    seeds = []
    before = session.start

    def start(*given, **options):
        seeds.append(options["seed"])
        return before(*given, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session, "start", start)
        trained(PIECES * 2)
    assert seeds[0] == 1
    assert len(set(seeds)) == 4


def test_a_pass_after_a_stopped_one_has_draws_of_its_own(monkeypatch):
    seeds = []
    of_pass = next_pass.seed_of_pass
    monkeypatch.setattr(next_pass, "seed_of_pass", lambda *given: seeds.append(of_pass(*given)) or seeds[-1])
    monkeypatch.setattr("fastw2v.training.loop.HAND_OVER_SECONDS", 0)
    text = [["red", "wine", "is", "old"] * 1000] * 5
    model = trained([PIECES[0]])
    model.set_params(callbacks=[lambda now: not now.epoch_end])
    for _ in range(3):
        model.partial_fit(text)
        assert model.report_.stopped_by == "callback"
    assert model.n_iter_ == 1
    assert len(set(seeds)) == 3


def test_it_continues_after_fit_and_after_a_file(tmp_path):
    model = Word2Vec(PIECES[0], **QUICK).fit()
    model.save(tmp_path / "model.safetensors")
    loaded = Word2Vec.load(tmp_path / "model.safetensors").set_params(n_jobs=1)
    for each in (model, loaded):
        before = each["red"].copy()
        each.partial_fit(PIECES[1])
        assert not np.array_equal(each["red"], before)
        assert (each.n_iter_, len(each.loss_history_)) == (6, 6)
    assert np.array_equal(model["red"], loaded["red"])
    assert np.array_equal(model.fit()["red"], Word2Vec(PIECES[0], **QUICK).fit()["red"])  # which forgets
    assert (model.n_iter_, "here" in model) == (5, False)


def test_a_vocabulary_can_be_given_before_the_first_text():
    model = trained(vocabulary=["red", "here", "wine", "never"])
    assert model.vectors_.index_to_key == ["red", "here", "wine", "never"]
    assert model.vocabulary_.counts.tolist() == [120, 40, 80, 0]


def test_words_without_text_keep_their_vectors_and_frozen_ones_too():
    model = trained(PIECES[:1], frozen=["wine"], initial_vectors={"wine": np.ones(12)})
    assert model["wine"].tolist() == [1.0] * 12
    old = model["old"].copy()
    model.partial_fit([["red", "rose"]] * 20)
    assert np.array_equal(model["old"], old)  # an input row moves only where its word stands
    model.set_params(frozen=["rose"])
    rose = model["rose"].copy()
    model.partial_fit(PIECES[1])
    assert np.array_equal(model["rose"], rose)
    assert model["wine"].tolist() != [1.0] * 12


def test_subsampling_and_noise_follow_all_text_so_far(monkeypatch):
    import fastw2v.training.loop as training

    seen = []
    before = training.make_tables
    monkeypatch.setattr(
        training, "make_tables", lambda counts, *rest: seen.append(counts.tolist()) or before(counts, *rest)
    )
    trained()
    assert seen == [[80, 40, 40, 40, 40, 40, 40], [80, 120, 80, 40, 80, 80, 40]]


def test_encoded_text_must_have_the_models_vocabulary():
    model = trained(PIECES[:1])
    encoded = encode(PIECES[1], vocabulary=model.vocabulary_)
    assert np.array_equal(model.partial_fit(encoded)["red"], trained()["red"])
    with pytest.raises(ParameterError, match="another vocabulary"):
        model.partial_fit(EncodedCorpus.from_ids([[0, 1, 1]], ["red", "wine"]))


def test_a_pass_that_cannot_be_made_says_why_and_changes_nothing(tmp_path):
    model = trained(PIECES[:1])
    before = model["red"].copy()
    with pytest.raises(CorpusError, match="no word of the vocabulary"):
        model.partial_fit([["nothing", "known"]])
    with pytest.raises(ParameterError, match="vector_size=5, but the model's vectors have 12"):
        model.set_params(vector_size=5).partial_fit(PIECES[1])
    assert np.array_equal(model["red"], before)
    assert model.n_iter_ == 1
    from fastw2v.formats import save

    save(tmp_path / "bare.safetensors", model.vectors_)
    bare = Word2Vec.load(tmp_path / "bare.safetensors")
    with pytest.raises(ValueError, match=r"without context vectors.*initial_vectors=model"):
        bare.partial_fit(PIECES[1])


def test_a_pass_that_was_stopped_is_usable_and_not_resumed():
    text = [["red", "wine", "is", "old"] * 1000] * 5
    model = trained(PIECES[:1], callbacks=[lambda now: not now.epoch_end])
    model.partial_fit(text)
    assert model.report_.stopped_by in {"", "callback"}
    assert np.isfinite(model.vectors_.vectors).all()
    with pytest.raises(ValueError, match="no interrupted fit"):
        model.fit(resume=True)
    model.set_params(callbacks=()).partial_fit(PIECES[1])


def test_one_model_has_one_fit_at_a_time():
    caught = []

    def fit_again():
        with pytest.raises(RuntimeError, match="in another thread"):
            model.fit(PIECES[0])
        caught.append(True)

    def second(now):
        if not caught:
            thread = threading.Thread(target=fit_again)
            thread.start()
            thread.join()

    model = Word2Vec(**QUICK, callbacks=[second])
    model.partial_fit(PIECES[0])
    assert caught


def test_documents_are_split_as_before_whatever_a_pass_was_given():
    texts = [" ".join(sentence) for sentence in PIECES[1]]
    model = Word2Vec(**QUICK).fit([" ".join(sentence) for sentence in PIECES[0]])
    for more in (PIECES[1], texts):
        model.partial_fit(more)
        assert model.tokenizer_ == "words"
        assert model.transform(["Red WINE"]).any()
    assert trained().partial_fit(texts).tokenizer_ == "words"  # token lists said nothing of strings


def test_a_text_that_is_split_in_another_way_is_told(tmp_path):
    (tmp_path / "text.txt").write_text("\n".join(" ".join(sentence) for sentence in PIECES[0]))
    model = Word2Vec(**QUICK).fit(tmp_path / "text.txt")
    with pytest.warns(RuntimeWarning, match=r"tokenizer 'words'.*own is 'whitespace'.*_params\(tokenizer='whitespace"):
        model.partial_fit([" ".join(sentence) for sentence in PIECES[1]])
    assert model.tokenizer_ == "whitespace"
    model.set_params(tokenizer="whitespace").partial_fit([" ".join(sentence) for sentence in PIECES[1]])


def test_frozen_words_must_stay_to_be_read_again():
    with pytest.raises(ParameterError, match=r"frozen is a generator.*list\(frozen\)"):
        trained(frozen=(word for word in ["wine"]))


def test_a_corpus_of_the_constructor_that_is_not_trained_on_is_told_of():
    model = Word2Vec([["a", "b"]] * 20, vector_size=4, min_count=1, sample=0, n_jobs=1, device="cpu")
    with pytest.warns(RuntimeWarning, match="partial_fit trains on X alone: the corpus given to the constructor"):
        model.partial_fit([["x", "y"]] * 20)
    model.fit().partial_fit([["a", "b"]] * 20)


def test_given_counts_decide_from_the_first_pass_on():
    counts = {"wine": 900, "red": 100, "is": 50, "rose": 7}
    model = trained(PIECES[:1], vocabulary=counts)
    assert model.vocabulary_.words == list(counts)
    assert model.vocabulary_.counts.tolist() == [940, 140, 130, 47]
    by_words = trained(PIECES[:1], vocabulary=list(counts))
    assert not np.array_equal(by_words.vectors_.vectors, model.vectors_.vectors), "noise words are others"
    again = trained(PIECES[:1], vocabulary=Vocabulary(list(counts), list(counts.values())))
    assert np.array_equal(again.vectors_.vectors, model.vectors_.vectors)
    whole = Word2Vec(**QUICK, vocabulary=counts).fit(PIECES[0])
    assert whole.vocabulary_.counts.tolist() == [40, 40, 80, 40], "fit counts the corpus"
    rows = trained(PIECES[:1], vocabulary={"wine": 1, "red": 0, "is": 2})
    assert rows.vocabulary_.counts.tolist() == [40, 40, 80]
    with pytest.raises(ParameterError, match="vocabulary, a mapping of words to counts: counts must hold whole num"):
        trained(PIECES[:1], vocabulary={"wine": 0.5, "red": 2})


def test_a_pass_starts_from_the_context_vectors_that_were_set():
    for given in (None, ["wine", "nothing", "red", "is"]):
        model = Word2Vec(**{**QUICK, "learning_rate": 1e-30}, vocabulary=given).fit(PIECES[0])
        rows = np.linspace(0, 1, len(model.wv) * 12, dtype=np.float32).reshape(-1, 12)
        model.context_vectors_ = WordVectors(rows, model.vocabulary_)
        assert np.allclose(model.partial_fit(PIECES[1]).context_vectors_.vectors, rows, atol=1e-20)
        model.context_vectors_ = WordVectors(rows[:2], model.vocabulary_.words[:2])
        with pytest.raises(ParameterError, match=r"context_vectors_ have shape \(2, 12\), expected .* in its order"):
            model.partial_fit(PIECES[1])
