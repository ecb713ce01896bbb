"""A script written for gensim runs under both imports; what gensim answers, this answers."""

import importlib
import inspect
import warnings

import numpy as np
import pytest

from fastw2v.compat.gensim import CallbackAny2Vec, KeyedVectors, LineSentence, Word2Vec
from fastw2v.errors import CorpusError, CorpusTypeError, DivergedError, FormatError, ParameterError
from fastw2v.planning.training_parameters import TrainingParameters

SENTENCES = [
    *(["the", "red", "wine", "and", "the", "white", "wine"], ["a", "red", "rose", "and", "a", "white", "rose"]),
    *(["the", "king", "drinks", "red", "wine"], ["the", "queen", "drinks", "white", "wine"]),
] * 60

# Two scripts as people write them; only IMPORTS differs between the runs.
SCRIPT = """
model = Word2Vec(sentences=SENTENCES, vector_size=20, window=3, min_count=1, workers=1, sg=1, seed=3, epochs=4)
model.save(f"{folder}/word2vec.model")
model = Word2Vec.load(f"{folder}/word2vec.model")
model.train(SENTENCES[:100], total_examples=100, epochs=1)
wv = model.wv
answers = {
    "shape": wv["wine"].shape,
    "words": sorted(wv.index_to_key),
    "count": wv.get_vecattr("wine", "count"),
    "neighbours": len(wv.most_similar("wine", topn=5)),
    "analogy": len(wv.most_similar(positive=["king", "white"], negative=["queen"], topn=3)),
    "unit": round(float(np.linalg.norm(wv.get_vector("rose", norm=True))), 4),
    "in": ("rose" in wv, "tulip" in wv, len(wv.key_to_index), len(wv)),
    "similarity": -1 <= wv.similarity("king", "queen") <= 1,
    "odd one": wv.doesnt_match(["king", "queen", "wine"]) in ("king", "queen", "wine"),
    "counts": (model.corpus_count, model.corpus_total_words, model.vector_size, model.epochs),
}
wv.save(f"{folder}/word2vec.wordvectors")
wv = KeyedVectors.load(f"{folder}/word2vec.wordvectors", mmap="r")
answers["loaded"] = bool((wv["wine"] == model.wv["wine"]).all())
wv.save_word2vec_format(f"{folder}/vectors.bin", binary=True)
again = KeyedVectors.load_word2vec_format(f"{folder}/vectors.bin", binary=True)
answers["binary"] = bool((again["wine"] == wv["wine"]).all())
"""
STEPS = """
class Log(CallbackAny2Vec):
    def __init__(self):
        self.seen = []
    def on_train_begin(self, model):
        self.seen.append("begin")
    def on_epoch_end(self, model):
        self.seen.append(round(float(np.abs(model.wv["wine"]).sum()), 6))
        self.losses = getattr(self, "losses", []) + [model.get_latest_training_loss()]
    def on_train_end(self, model):
        self.seen.append("end")

log = Log()
model = Word2Vec(vector_size=8, min_count=60, window=2, workers=1, sg=0, cbow_mean=0, alpha=0.03)
model.build_vocab(LineSentence(f"{folder}/corpus.txt"))
model.train(LineSentence(f"{folder}/corpus.txt"), total_examples=model.corpus_count, epochs=3, compute_loss=True,
            callbacks=[log])
answers = {
    "calls": [item if isinstance(item, str) else "epoch" for item in log.seen],
    "the vectors move": len(set(log.seen)) == 5,
    "the loss grows": 0 < log.losses[0] < log.losses[1] < log.losses[2],
    "words": sorted(model.wv.index_to_key),
    "examples": model.corpus_count,
    "guess": len(model.predict_output_word(["red", "the"], topn=2)),
    "no guess": model.predict_output_word(["tulip"]),
}
"""
IMPORTS = {
    "gensim": {
        "Word2Vec": "gensim.models",
        "KeyedVectors": "gensim.models",
        "LineSentence": "gensim.models.word2vec",
        "CallbackAny2Vec": "gensim.models.callbacks",
    },
    "fastw2v": dict.fromkeys(["Word2Vec", "KeyedVectors", "LineSentence", "CallbackAny2Vec"], "fastw2v.compat.gensim"),
}


def run_script(script, system, folder):
    (folder / "corpus.txt").write_text("\n".join(map(" ".join, SENTENCES)) + "\n")
    names = {"np": np, "SENTENCES": SENTENCES, "folder": folder}
    for name, home in IMPORTS[system].items():
        names[name] = getattr(importlib.import_module(home), name)
    exec(compile(script, f"script for {system}", "exec"), names)
    return names["answers"]


@pytest.mark.parametrize("script", [SCRIPT, STEPS], ids=["at once", "step by step"])
@pytest.mark.filterwarnings("ignore:the learning rate is lowered")
def test_a_script_gives_the_same_under_both_imports(script, tmp_path):
    pytest.importorskip("gensim")
    assert run_script(script, "fastw2v", tmp_path) == run_script(script, "gensim", tmp_path)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"trim_rule": 1}, "^trim_rule=1: it must be a function of word, count and min_count"),
        ({"negative": 0}, "^hs=0 and negative=0 leave nothing to train with"),
        ({"negative": -1}, "^negative=-1: it must be a whole number from 1"),
        ({"workers": 0}, "^workers=0: it must be"),
        ({"sg": 2}, "sg=2: it must be 0 or 1"),
        ({"alpha": -1}, "^alpha=-1: it must be a number above 0"),
        (
            {"alpha": 5e-5},
            r"^min_alpha=0.0001 is above alpha=5e-05.* start_alpha=rate, end_alpha=rate\) for each epoch",
        ),
        ({"seed": -1}, "^seed=-1: it must be"),
        ({"max_final_vocab": 1}, "^max_final_vocab=1: it must be"),
    ],
)
def test_what_has_no_counterpart_raises_a_sentence(options, message):
    with pytest.raises(ParameterError, match=message):
        Word2Vec(SENTENCES, **options)


@pytest.mark.filterwarnings("ignore:the learning rate is lowered")
def test_every_public_name_of_gensims_is_there_or_says_what_to_do():
    gensim = pytest.importorskip("gensim.models")
    made = {}
    for module, cls in (("gensim", gensim.Word2Vec), ("fastw2v", Word2Vec)):
        made[module] = cls(SENTENCES, vector_size=4, min_count=1, workers=1, epochs=1)
    for theirs, ours in ((made["gensim"], made["fastw2v"]), (made["gensim"].wv, made["fastw2v"].wv)):
        absent = {name for name in dir(type(theirs)) if name[0] != "_" and not hasattr(ours, name)}
        assert absent
        for name in absent:
            with pytest.raises(AttributeError, match=r"unlike gensim's: .{12}"):
                getattr(ours, name)


@pytest.mark.parametrize(("sg", "cbow_mean"), [(1, 1), (0, 1), (0, 0)])
def test_parameters_reach_the_trainer(sg, cbow_mean):
    model = Word2Vec(sg=sg, cbow_mean=cbow_mean, window=3, negative=7, ns_exponent=0.5, sample=0.01, epochs=2,
                     alpha=0.04, min_alpha=0.001, vector_size=9, shrink_windows=False)  # fmt: skip
    assert model._params(2, 0.04, 0.001) == TrainingParameters(
        vector_size=9, architecture="skipgram" if sg else "cbow", window=3, shrink_windows=False, negative=7,
        ns_exponent=0.5, sample=0.01, epochs=2, learning_rate=0.04, min_learning_rate=0.001,
        cbow_mean=bool(cbow_mean), cbow_gradient="sum" if cbow_mean else "mean", slow_frequent=False,
    ).checked()  # fmt: skip


def test_the_defaults_are_gensims():
    gensim = pytest.importorskip("gensim.models")
    theirs = inspect.signature(gensim.Word2Vec.__init__).parameters
    ours = dict(inspect.signature(Word2Vec.__init__).parameters)
    del ours["unknown"]  # refuses the names of gensim 3
    assert [(name, each.default) for name, each in ours.items()] == [(n, each.default) for n, each in theirs.items()]


@pytest.mark.filterwarnings("ignore:the learning rate is lowered")
def test_training_continues_from_where_it_stood():
    options = {"vector_size": 8, "min_count": 1, "workers": 1, "epochs": 2}
    model = Word2Vec(SENTENCES, **options)
    np.testing.assert_array_equal(model.wv.vectors, Word2Vec(SENTENCES, **options).wv.vectors)
    before, context = model.wv.vectors.copy(), model.syn1neg.copy()
    trained, raw = model.train([["red", "wine", "tulip"]] * 20, epochs=3)
    assert (trained, raw) == (120, 180)
    assert model.wv.index_to_key == Word2Vec(SENTENCES, **options).wv.index_to_key
    moved = np.abs(model.wv.vectors - before).max(axis=1) > 0
    assert {model.wv.index_to_key[row] for row in np.flatnonzero(moved)} <= {"red", "wine"}
    assert moved.any()
    assert np.abs(model.syn1neg - context).max() > 0
    assert model.total_train_time > 0


@pytest.mark.filterwarnings("ignore:the learning rate is lowered")
def test_a_generator_is_enough():
    model = Word2Vec((sentence for sentence in SENTENCES), vector_size=4, min_count=1, workers=1)
    assert model.corpus_count == len(SENTENCES)
    assert len(model.loss_history) == 5
    assert model.wv.vectors.any()


@pytest.mark.filterwarnings("ignore:the learning rate is lowered")
def test_a_second_build_vocab_starts_afresh():
    model = Word2Vec(SENTENCES, vector_size=4, min_count=1, workers=1, sample=0)
    model.build_vocab([["red", "beer"]] * 9)
    assert sorted(model.wv.index_to_key) == ["beer", "red"]
    assert model.wv.get_vecattr("beer", "count") == 9
    model.train([["red", "beer"]] * 9, total_examples=9, epochs=1)
    assert model.wv.vectors.shape == model.syn1neg.shape == (2, 4)


def test_strings_are_not_sentences():
    """gensim trains on their characters."""
    with pytest.raises(CorpusTypeError, match=r"text\.split\(\)"):
        Word2Vec(["red wine", "white wine"] * 10, min_count=1)


def test_the_order_of_calls_is_told():
    with pytest.raises(RuntimeError, match="first build vocabulary"):
        Word2Vec().train(SENTENCES)
    with pytest.raises(ParameterError, match="pass either"):
        Word2Vec().build_vocab()
    with pytest.raises(RuntimeError, match="there is no vocabulary yet"):
        Word2Vec().build_vocab(SENTENCES, update=True)


def test_lines_of_a_file(tmp_path):
    (tmp_path / "text.txt").write_text("a b\nc a\nb b\n")
    assert list(LineSentence(tmp_path / "text.txt")) == [["a", "b"], ["c", "a"], ["b", "b"]]
    assert list(LineSentence(tmp_path / "text.txt", limit=1)) == [["a", "b"]]
    model = Word2Vec(min_count=1)
    model.build_vocab(LineSentence(tmp_path / "text.txt", limit=2))
    assert model.corpus_count == 2
    assert sorted(model.wv.index_to_key) == ["a", "b", "c"]


def test_gensims_own_models_are_refused_not_run(tmp_path):
    gensim = pytest.importorskip("gensim.models")
    gensim.Word2Vec(SENTENCES[:8], min_count=1, vector_size=4, workers=1).save(str(tmp_path / "model"))
    with pytest.raises(FormatError):
        Word2Vec.load(tmp_path / "model")
    model = Word2Vec(vector_size=4, min_count=1)
    model.build_vocab(SENTENCES)
    model.wv.save(tmp_path / "vectors")
    with pytest.raises(ParameterError, match=r"KeyedVectors\.load") as caught:
        Word2Vec.load(tmp_path / "vectors")
    assert isinstance(caught.value, AttributeError)  # as gensim's


# --- what the caller wrote --------------------------------------------------------------------------------------------


def test_every_argument_of_gensims_has_its_name_and_place():
    gensim = pytest.importorskip("gensim.models")
    different = []
    for theirs, ours in ((gensim.Word2Vec, Word2Vec), (gensim.KeyedVectors, KeyedVectors)):
        for name in dir(theirs):
            if name[0] != "_" and inspect.isfunction(getattr(theirs, name)) and hasattr(ours, name):
                wanted, found = (inspect.signature(getattr(each, name)).parameters for each in (theirs, ours))
                open_ended = any(each.kind is each.VAR_KEYWORD for each in found.values())
                positional = [key for key in wanted if key not in ("args", "kwargs")]
                if list(found)[: len(positional)] != positional and not open_ended:
                    different.append((theirs.__name__, name))
    assert different == []


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: Word2Vec(pandas_column(["red wine"] * 9), min_count=1),
            CorpusTypeError,
            r"Series of strings.*split\(",
        ),
        (lambda: Word2Vec(iter(["red wine"] * 9), min_count=1), CorpusTypeError, r"list_iterator of strings.*split\("),
        (lambda: Word2Vec([["red", "wine"], ["red", []]], min_count=1), CorpusTypeError, r"^sentences\[1\]\[1\]"),
        (lambda: Word2Vec(SENTENCES, alpha=900, min_count=1), DivergedError, "lower alpha"),
        (lambda: Word2Vec(SENTENCES, workers=1).train(SENTENCES, start_alpha=0), ParameterError, "^start_alpha=0"),
        (
            lambda: Word2Vec(SENTENCES, workers=1).train(SENTENCES, end_alpha=1),
            ParameterError,
            "^end_alpha=1 is above alp",
        ),
    ],
)
@pytest.mark.filterwarnings("ignore:the learning rate is lowered")
def test_messages_name_the_arguments_of_the_caller(call, error, message, monkeypatch):
    if error is DivergedError:  # at a rate that cannot diverge here
        monkeypatch.setattr("fastw2v.training.divergence.EXPLODED", 1e-9)
    with pytest.raises(error, match=message) as caught:
        call()
    for ours in ("learning_rate", "n_jobs", "random_state", "tokenizer", "corpus["):
        assert ours not in str(caught.value)


def pandas_column(strings):
    return pytest.importorskip("pandas").Series(strings)


def test_words_of_the_user_are_not_renamed():
    with pytest.raises(CorpusError, match="'learning_rate'"):
        Word2Vec([["learning_rate"]] * 9, min_count=1)


def small(**options):
    return Word2Vec(**{"vector_size": 4, "min_count": 1, "workers": 1, "epochs": 1, **options})


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda model: Word2Vec(size=5), TypeError, r"Word2Vec\(\) has no argument 'size': its name is vector_size"),
        (lambda model: Word2Vec(iter=5), TypeError, "'iter': its name is epochs"),
        (lambda model: Word2Vec(learning_rate=1), TypeError, "'learning_rate': its name is alpha"),
        (lambda model: model.train(sentences=SENTENCES), TypeError, r"train\(\).*its name is corpus_iterable"),
        (lambda model: model.train(SENTENCES, foo=1), TypeError, "'foo', nor has gensim's"),
        (lambda model: model.build_vocab(SENTENCES, foo=1), TypeError, r"build_vocab\(\) has no argument 'foo'"),
        (lambda model: model.build_vocab(SENTENCES, min_count=-1), ParameterError, "min_count=-1"),
        (lambda model: model["wine"], TypeError, r"use model.wv\['wine'\]"),
        (lambda model: "wine" in model, TypeError, "use 'wine' in model.wv"),
        (lambda model: model.most_similar("wine"), AttributeError, "model.wv"),
        (lambda model: model.wv.doesnt_match("red wine"), ParameterError, r"'red wine'.split\(\)"),
        (lambda model: model.wv.n_similarity("red", ["wine"]), ParameterError, "ws1='red'"),
        (lambda model: model.predict_output_word("red wine"), ParameterError, "context_words_list='red wine'"),
    ],
)
def test_what_has_no_effect_or_another_name_is_refused(call, error, said):
    model = small()
    model.build_vocab(SENTENCES)
    with pytest.raises(error, match=said):
        call(model)


@pytest.mark.parametrize("name", ["syn0", "vocab", "index2word"])
def test_setting_what_vectors_lack_says_what_reading_does(name):
    owner = small().wv
    with pytest.raises(AttributeError) as reading:
        getattr(owner, name)
    with pytest.raises(AttributeError) as setting:
        setattr(owner, name, 1)
    assert str(setting.value) == str(reading.value)
    assert "unlike gensim's: " in str(setting.value)


@pytest.mark.parametrize("callbacks", [[print], [CallbackAny2Vec], CallbackAny2Vec(), print, None, "text"])
def test_callbacks_are_instances_in_a_list(callbacks):
    model = small()
    model.build_vocab(SENTENCES)
    for call in (lambda: small(callbacks=callbacks), lambda: model.train(SENTENCES, callbacks=callbacks)):
        with pytest.raises(ParameterError, match="a list of instances of CallbackAny2Vec"):
            call()
    assert model.train_count == 0


def test_build_vocab_takes_min_count_and_sample():
    model = small()
    model.build_vocab(SENTENCES, min_count=100, sample=0.5)
    assert (model.min_count, model.sample) == (100, 0.5)
    assert min(model.wv.counts) >= 100


def test_new_vectors_are_used():
    model = small()
    model.build_vocab(SENTENCES)
    before = model.wv.most_similar("wine", topn=1)
    vectors = np.zeros(model.wv.vectors.shape)
    vectors[:, 0], vectors[:, 1] = 1, np.arange(len(vectors))
    model.wv.vectors = vectors
    assert model.wv.most_similar("wine", topn=1) != before
    model.build_vocab(SENTENCES, min_count=100)  # with fewer words, of another shape
    assert len(model.wv.vectors) == len(model.wv.index_to_key) < len(vectors)


def test_whole_floats_are_numbers_as_a_search_over_parameters_gives_them():
    options = {"vector_size": 4, "window": 3, "min_count": 1, "epochs": 2, "negative": 4}
    floats = {name: float(value) for name, value in options.items()}
    model = Word2Vec(SENTENCES, workers=1, **{**floats, "window": np.float64(3)})
    assert np.array_equal(model.wv.vectors, Word2Vec(SENTENCES, workers=1, **options).wv.vectors)
    model.train(SENTENCES, total_examples=1, epochs=1.0)
    model.epochs, model.workers, model.seed, model.window = 2.0, 1.0, 3.0, np.float32(3)
    model.build_vocab(SENTENCES)
    model.train(SENTENCES, total_examples=1, epochs=model.epochs)
    assert [type(value) for value in (model.epochs, model.workers, model.seed, model.window)] == [int] * 4
    with pytest.raises(ParameterError, match=r"window=2\.5"):
        Word2Vec(SENTENCES, window=2.5)


def test_ids_of_a_text_are_kept_in_files_where_asked(tmp_path):
    text = tmp_path / "text.txt"
    text.write_text("\n".join(" ".join(sentence) for sentence in SENTENCES))
    plain = Word2Vec(LineSentence(text), vector_size=4, min_count=1, workers=1)
    (tmp_path / "ids").mkdir()

    class Spooling(Word2Vec):
        spool = tmp_path / "ids"

    spooled = Spooling(LineSentence(text), vector_size=4, min_count=1, workers=1)
    assert np.array_equal(spooled.wv.vectors, plain.wv.vectors)
    model = Word2Vec(vector_size=4, min_count=1, workers=1)
    model.spool = tmp_path / "nowhere"
    with pytest.raises(OSError, match="no file for word ids can be created"):
        model.build_vocab(LineSentence(text))
    model.spool = True
    model.build_vocab(LineSentence(text))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model.save(tmp_path / "m.model")
