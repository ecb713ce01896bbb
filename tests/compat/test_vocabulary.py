"""How a model gets its words under gensim's names: each step and argument, beside gensim's own answers."""

import gc
import pickle
import warnings
import weakref
from collections import Counter

import numpy as np
import pytest

from fastw2v import encode
from fastw2v.compat.gensim import RULE_DEFAULT, RULE_DISCARD, RULE_KEEP, Word2Vec
from fastw2v.errors import CorpusError, CorpusTypeError, ParameterError

pytestmark = pytest.mark.filterwarnings("ignore:the learning rate is lowered")

SENTENCES = [
    *(["the", "red", "wine", "and", "the", "white", "wine"], ["a", "red", "rose", "and", "a", "white", "rose"]),
    *(["the", "king", "drinks", "red", "wine"], ["the", "queen", "drinks", "white", "wine"]),
] * 6
MORE = [["beer", "is", "cold"], ["the", "king", "drinks", "beer"], ["the", "cold", "wine"], ["once"], ["cold", "the"]]
SMALL = {"vector_size": 8, "min_count": 2, "workers": 1, "sample": 0}


def built(sentences=SENTENCES, **options):
    model = Word2Vec(**{**SMALL, **options})
    model.build_vocab(sentences)
    return model


def counts(model):
    return {word: model.wv.get_vecattr(word, "count") for word in model.wv.index_to_key}


@pytest.fixture
def gensims():
    return pytest.importorskip("gensim.models").Word2Vec


# --- counts in place of a text ----------------------------------------------------------------------------------------


def test_counts_may_be_whole_floats():
    model = Word2Vec(**SMALL)
    model.build_vocab_from_freq({"a": 9.0, "b": np.float64(3), "c": 7})
    assert counts(model) == {"a": 9, "c": 7, "b": 3}


def test_a_vocabulary_from_counts_is_gensims(gensims):
    table, more = Counter({"a": 9, "b": 3, "c": 7, "d": 1}), {"b": 1, "e": 4, "d": 2, "f": 1}
    models = [cls(**SMALL) for cls in (Word2Vec, gensims)]
    for model in models:
        model.build_vocab_from_freq(table, corpus_count=20)
        assert counts(model) == {"a": 9, "c": 7, "b": 3}
        assert list(counts(model)) == ["a", "c", "b"]
        assert model.corpus_count == 20
        model.build_vocab_from_freq(more, update=True)
        assert counts(model) == {"a": 9, "c": 7, "b": 4, "e": 4, "d": 2}
        assert model.corpus_count == 0
    assert table == Counter({"a": 9, "b": 3, "c": 7, "d": 1})
    ours = models[0]
    assert ours.train([["a", "e"]] * 9, total_examples=9, epochs=1) == (18, 18)


@pytest.mark.parametrize(
    ("table", "error", "said"),
    [
        ([("a", 3)], ParameterError, "it must be a mapping of words to counts"),
        ({"a": 3.5, "b": 2}, ParameterError, r"^word_freq\['a'\]=3.5: it must be a whole number of at least 0"),
        (
            {"a": 2**62, "b": 2},
            ParameterError,
            r"^the counts of word_freq must add up to less than 2\*\*62",
        ),
        ({"a": 3, "b": -2}, ParameterError, r"^word_freq\['b'\]=-2"),
        ({"a": 3, "b": True}, ParameterError, r"^word_freq\['b'\]=True"),
        ({}, RuntimeError, "there are no words"),
        ({"a": 1, "b": 1}, RuntimeError, "no word occurs min_count=2 times"),
    ],
)
def test_counts_must_be_counts(table, error, said):
    with pytest.raises(error, match=said):
        Word2Vec(**SMALL).build_vocab_from_freq(table)


@pytest.mark.parametrize("loss", [{}, {"hs": 1, "negative": 0}])
def test_a_vocabulary_may_begin_with_one_word(loss):
    model = Word2Vec(vector_size=4, min_count=1, workers=1, **loss)
    model.build_vocab_from_freq({"-": 1})
    with pytest.raises(CorpusError, match=r"at least 2 words, and model.wv has one, '-': more join by build_vocab\("):
        model.train([["-"]], total_examples=1, epochs=1)
    model.build_vocab(SENTENCES, update=True)
    assert model.wv.index_to_key[0] == "-"
    assert model.train(SENTENCES, total_examples=1, epochs=1)[0] > 0


def test_sentences_of_one_word_are_warned_of_once_they_are_trained_on():
    words = [[f"w{number}"] for number in range(20)]
    model = Word2Vec(vector_size=4, min_count=1, workers=1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model.build_vocab(words)
    with pytest.warns(RuntimeWarning, match="hardly any has a second word"), pytest.warns(match="no pair was trained"):
        model.train(words, total_examples=20, epochs=1)


# --- trim_rule, max_final_vocab, max_vocab_size, sorted_vocab, null_word ----------------------------------------------


def rule(word, count, min_count):
    return {"wine": RULE_DISCARD, "once": RULE_KEEP}.get(word, RULE_DEFAULT)


def test_a_rule_decides_in_gensims_way(gensims):
    utils = pytest.importorskip("gensim.utils")
    assert (RULE_DEFAULT, RULE_DISCARD, RULE_KEEP) == (utils.RULE_DEFAULT, utils.RULE_DISCARD, utils.RULE_KEEP)
    asked = []
    found = []
    for cls in (Word2Vec, gensims):
        model = cls(**SMALL)
        model.build_vocab([*SENTENCES, *MORE], trim_rule=lambda *given: asked.append(given) or rule(*given))
        assert "wine" not in model.wv
        assert "once" in model.wv
        assert "is" not in model.wv
        more = Word2Vec(SENTENCES, trim_rule=rule, **SMALL) if cls is Word2Vec else gensims(
            SENTENCES, trim_rule=rule, **SMALL)  # fmt: skip
        more.build_vocab(MORE, update=True, trim_rule=rule)
        found.append((counts(model), counts(more)))
    assert found[0] == found[1]
    assert asked[: len(asked) // 2] == asked[len(asked) // 2 :]
    model.build_vocab(SENTENCES)
    assert "wine" in model.wv  # the rule was for its call


@pytest.mark.parametrize("answer", [True, 3, "keep"])
def test_a_rule_must_answer_with_one_of_the_three(answer):
    with pytest.raises(ParameterError, match=r"trim_rule\('the', 24, 2\) returned .*: it must return RULE_DISCARD"):
        built(SENTENCES).build_vocab(SENTENCES, trim_rule=lambda *given: answer)
    model = Word2Vec(**SMALL)
    model.build_vocab(SENTENCES, trim_rule=lambda *given: None)
    assert counts(model) == counts(built())


def test_a_rule_without_sentences_is_told():
    with pytest.warns(RuntimeWarning, match=r"trim_rule has no effect without sentences.*build_vocab\(sentences"):
        Word2Vec(trim_rule=rule)


def test_max_final_vocab_raises_min_count(gensims):
    for limit in (2, 3, 5, 8, 9, 10, 11, 50):
        models = [cls(max_final_vocab=limit, **SMALL) for cls in (Word2Vec, gensims)]
        reports = []
        for model in models:
            model.scan_vocab(SENTENCES + MORE)
            reports.append(model.prepare_vocab(dry_run=True))
        assert reports[0] == reports[1]
        assert models[0].effective_min_count == models[1].effective_min_count
        assert models[0].min_count == 2


def test_max_vocab_size_does_not_matter():
    limited = Word2Vec(SENTENCES, max_vocab_size=3, **SMALL)
    np.testing.assert_array_equal(limited.wv.vectors, Word2Vec(SENTENCES, **SMALL).wv.vectors)
    assert limited.max_vocab_size == 3


def test_words_may_stand_in_the_order_of_arrival():
    model = built(sorted_vocab=0)
    assert model.wv.index_to_key == list(dict.fromkeys(word for sentence in SENTENCES for word in sentence))
    assert counts(model) == counts(built())


def test_the_null_word_has_a_row_of_its_own(tmp_path):
    model = Word2Vec(SENTENCES, null_word=1, **SMALL)
    assert model.wv.index_to_key[-1] == "\0"
    assert counts(model) == {**counts(built()), "\0": 1}
    before = model.wv["\0"].copy()
    model.build_vocab(MORE, update=True)
    model.train(MORE, total_examples=5, epochs=1)
    assert model.wv.index_to_key.count("\0") == 1
    np.testing.assert_array_equal(model.wv["\0"], before)
    model.save(tmp_path / "model")
    assert "\0" in Word2Vec.load(tmp_path / "model").wv


# --- the steps one by one ---------------------------------------------------------------------------------------------


def test_the_steps_make_what_build_vocab_makes():
    model = Word2Vec(**SMALL)
    assert model.raw_vocab is None
    assert model.scan_vocab(SENTENCES) == (144, 24)
    assert model.raw_vocab == Counter(word for sentence in SENTENCES for word in sentence)
    report = model.prepare_vocab()
    model.prepare_weights()
    assert model.raw_vocab is None
    expected = built()
    assert report["num_retained_words"] == len(model.wv) == len(expected.wv)
    for each in (model, expected):
        each.train(SENTENCES, total_examples=each.corpus_count, epochs=2)
    np.testing.assert_array_equal(model.wv.vectors, expected.wv.vectors)


def test_the_report_is_gensims(gensims):
    settings = [{}, {"min_count": 1}, {"min_count": 7}, {"sample": 1e-3}, {"sample": 0.05, "min_count": 1}]
    models = [cls(**{**SMALL, "sample": 0.01}) for cls in (Word2Vec, gensims)]
    for model in models:
        model.build_vocab(SENTENCES)
        model.scan_vocab(MORE)
    for update in (False, True):
        for setting in settings:
            ours, theirs = (model.prepare_vocab(update=update, dry_run=True, **setting) for model in models)
            assert ours == theirs, (update, setting)
    assert counts(models[0]) == counts(built())


def test_a_dry_run_changes_no_vocabulary():
    model = built()
    before, vectors = counts(model), model.wv.vectors.copy()
    report = model.build_vocab(MORE, update=True, dry_run=True)
    assert (report["num_retained_words"], report["drop_unique"], report["retain_total"]) == (3, 5, 8)
    assert model.build_vocab(MORE, min_count=1, sample=0, dry_run=True)["downsample_total"] == 13
    assert (model.min_count, model.sample) == (2, 0)
    assert counts(model) == before
    np.testing.assert_array_equal(model.wv.vectors, vectors)
    assert model.raw_vocab["beer"] == 2
    assert model.prepare_vocab(update=True)["num_retained_words"] == 3
    assert "beer" in model.wv


def test_min_count_and_sample_hold_from_their_call_on():
    model = Word2Vec(**SMALL)
    assert model.build_vocab(SENTENCES, min_count=7, sample=0.5) is None
    assert (model.min_count, model.sample, model.effective_min_count) == (7, 0.5, 7)
    model.build_vocab(MORE, update=True, min_count=1)
    assert (model.min_count, model.sample, model.effective_min_count) == (7, 0.5, 1)
    assert "once" in model.wv


def test_the_raw_vocabulary_can_be_kept_and_given():
    model = Word2Vec(**SMALL)
    model.build_vocab(SENTENCES + MORE, keep_raw_vocab=True)
    assert model.raw_vocab["once"] == 1
    model.raw_vocab = {**model.raw_vocab, "once": 5}
    model.prepare_vocab()
    assert model.wv.get_vecattr("once", "count") == 5
    assert pickle.loads(pickle.dumps(built())).raw_vocab is None


def test_what_was_only_counted_is_let_go():
    class Sentences(list):
        """A list that can be watched."""

    text = Sentences(SENTENCES)
    watched = weakref.ref(text)
    model = Word2Vec(**SMALL)
    model.scan_vocab(text)
    assert pickle.loads(pickle.dumps(model)).raw_vocab is None
    model.prepare_vocab()
    model.train(text, total_examples=24, epochs=1)
    del text
    gc.collect()
    assert watched() is None


def test_the_order_of_the_steps_is_told():
    with pytest.raises(RuntimeError, match=r"call scan_vocab\(sentences\) first"):
        Word2Vec(**SMALL).prepare_vocab()
    with pytest.raises(RuntimeError, match=r"init_weights: there is no vocabulary yet"):
        Word2Vec(**SMALL).init_weights()
    with pytest.raises(RuntimeError, match="reset_from: the other model has no vocabulary"):
        built().reset_from(Word2Vec(**SMALL))
    with pytest.raises(CorpusTypeError, match="sentences is an EncodedCorpus"):
        built(encode(SENTENCES))


def test_a_text_without_enough_words_raises_both_packages_errors():
    for error in (CorpusError, RuntimeError):
        with pytest.raises(error, match="no word occurs min_count=99 times"):
            Word2Vec(SENTENCES, min_count=99)
        with pytest.raises(error, match="empty"):
            Word2Vec([])
        with pytest.raises(error, match="at least 2 words"):
            built([["wine"]] * 9)


def test_rows_go_back_to_their_start():
    model = Word2Vec(SENTENCES, **SMALL)
    model.prepare_weights(update=True)
    assert model.syn1neg.any()
    model.init_weights()
    np.testing.assert_array_equal(model.wv.vectors, built().wv.vectors)
    assert not model.syn1neg.any()
    model.train(SENTENCES, total_examples=24, epochs=5)
    np.testing.assert_array_equal(model.wv.vectors, Word2Vec(SENTENCES, **SMALL).wv.vectors)


def test_a_model_takes_over_the_words_of_another(gensims):
    other = Word2Vec(MORE, **SMALL)
    model = Word2Vec(SENTENCES, **{**SMALL, "vector_size": 5})
    model.reset_from(other)
    assert counts(model) == counts(other) == {"the": 3, "cold": 3, "beer": 2}
    assert model.wv.vectors.shape == (3, 5)
    assert (model.corpus_count, model.train_count) == (5, 0)
    model.build_vocab([["ale", "ale"]], update=True)
    assert "ale" not in other.wv
    theirs = gensims(SENTENCES, **SMALL)
    model.reset_from(theirs)
    assert counts(model) == counts(theirs)


def test_a_model_without_a_loss_has_vectors_and_does_not_train(gensims):
    model = built(negative=0)
    np.testing.assert_array_equal(model.wv.vectors, built().wv.vectors)
    for cls in (Word2Vec, gensims):
        other = cls(negative=0, **SMALL)
        other.build_vocab(SENTENCES)
        with pytest.raises(ValueError, match="negative"):
            other.train(SENTENCES, total_examples=other.corpus_count, epochs=1)
        with pytest.raises(ValueError, match="negative"):
            cls(SENTENCES, negative=0, **SMALL)
    model.negative = 5
    model.train(SENTENCES, total_examples=24, epochs=5)
    np.testing.assert_array_equal(model.wv.vectors, Word2Vec(SENTENCES, **SMALL).wv.vectors)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"trim_rule": "keep"}, "^trim_rule='keep'"),
        ({"min_count": -1}, "^min_count=-1"),
        ({"sample": 2}, "^sample=2"),
    ],
)
def test_arguments_are_checked_before_the_text_is_read(options, said):
    text = iter(SENTENCES)
    with pytest.raises(ParameterError, match=said):
        Word2Vec(**SMALL).build_vocab(text, **options)
    assert next(text) == SENTENCES[0]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"trim_rule": lambda *_: RULE_DISCARD},
            "trim_rule keeps 0 of 3 words, and training needs two: return RULE_KEEP",
        ),
        ({"max_final_vocab": 2}, "max_final_vocab=2 raises min_count to 6, because more words than that occur 5 times"),
    ],
)
def test_what_leaves_too_few_words_is_named(options, message):
    with pytest.raises(CorpusError, match=message):
        Word2Vec([["red", "wine", "rose"]] * 5, min_count=1, **options)


def test_numbers_of_words_are_no_counts():
    with pytest.warns(RuntimeWarning, match="word_freq counts up from 0 to 2, as the numbers of words do"):
        Word2Vec(min_count=1).build_vocab_from_freq({"red": 0, "wine": 2, "rose": 1})
    with pytest.raises(ParameterError, match=r"pandas Series word_freq.to_dict\(\)"):
        Word2Vec(min_count=1).build_vocab_from_freq(["red", "wine"])
