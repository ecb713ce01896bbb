"""A fit under way: stopped from outside, forked, looked at by callbacks; what it learned appears in one step."""

import asyncio
import copy
import os
import pickle
import threading
import time
import warnings

import numpy as np
import pytest

from fastw2v import Word2Vec, WordVectors, api
from fastw2v.errors import ParameterError
from fastw2v.evaluate import evaluate_word_pairs

TEXT = [["red", "wine", "and", "cheese"], ["white", "wine", "and", "fish"]] * 50
MORE = [*TEXT, ["green", "tea", "and", "cake"]] * 2
ENDLESS = 10**6


def unfitted(**params):
    settings = {"vector_size": 4, "min_count": 1, "epochs": 2, "device": "cpu", "n_jobs": 1, "sample": 0}
    return Word2Vec(**{**settings, **params})


@pytest.mark.fault("a model that is read while its fit ends")
@pytest.mark.parametrize("loss", ["ns", "hs", "both"])
def test_whoever_looks_while_a_fit_ends_finds_one_model(tmp_path, monkeypatch, loss):
    model, found = unfitted(loss=loss).fit(TEXT), []

    def made(*args, **options):
        found.extend([copy.copy(model), pickle.loads(pickle.dumps(model))])
        model.save(tmp_path / f"{len(found)}.fw2v")
        if loss != "ns":
            model.log_probability(TEXT[:1])
        return WordVectors(*args, **options)

    monkeypatch.setattr(api, "WordVectors", made)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(MORE)
    monkeypatch.undo()
    found += map(Word2Vec.load, tmp_path.iterdir())
    assert len(found) > 2
    for each in [*found, model]:
        rows = each._output_rows()
        assert (rows.words is not None, rows.nodes is not None) == (loss != "hs", loss != "ns")
        assert all(part is None or len(part) >= len(each.vectors_) - 1 for part in rows)
        assert len(each.vocabulary_) == len(each.vectors_) == (9 if each is model else 6)


def test_readers_of_several_attributes_and_the_end_of_a_fit_wait_for_each_other(monkeypatch):
    """The attributes are set while the lock is held that copies take, and no copy is made meanwhile."""
    model, copies = unfitted().fit(TEXT), []

    class Watched(dict):
        def items(self):
            thread = threading.Thread(target=lambda: copies.append(copy.copy(model)))
            thread.start()
            thread.join(0.2)
            assert thread.is_alive()
            return super().items()

    model._publish(Watched(vectors_=model.vectors_, context_vectors_=None))
    while not copies:
        pass
    assert not hasattr(copies[0], "context_vectors_")


def test_a_fit_is_stopped_from_another_thread_and_goes_on(tmp_path):
    model = unfitted(epochs=ENDLESS)
    assert not model.stop()
    thread = threading.Thread(target=model.fit, args=(TEXT,))
    thread.start()
    while not model.stop() and thread.is_alive():
        time.sleep(0.01)
    thread.join(60)
    assert not thread.is_alive()
    assert model.report_.stopped_by == "callback"
    assert not model.stop()
    model.set_params(callbacks=[lambda progress: True]).fit(TEXT, resume=True)
    model.set_params(callbacks=(), epochs=1).fit(TEXT)  # the next fit is not stopped
    assert model.report_.stopped_by == ""


def test_a_cancelled_task_stops_the_fit_of_its_thread():
    model = unfitted(epochs=ENDLESS)

    async def train():
        try:
            await asyncio.to_thread(model.fit, TEXT)
        except asyncio.CancelledError:
            model.stop()
            raise

    async def main():
        task = asyncio.create_task(train())
        while model._fit_under_way() is None and not task.done():
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())  # waits for the thread
    assert model.report_.stopped_by == "callback"


@pytest.mark.fault("a fork during a fit")
@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_child_forked_during_a_fit_can_fit_the_model(run_python):
    done = run_python("""
    import os, signal, threading, warnings
    from fastw2v import Word2Vec
    warnings.simplefilter("ignore")
    corpus = [["a", "b", "c"]] * 100
    begun = threading.Event()
    model = Word2Vec(corpus, epochs=10**6, sample=0, n_jobs=1, callbacks=[lambda progress: begun.set()])
    thread = threading.Thread(target=model.fit)
    thread.start()
    begun.wait(60)
    child = os.fork()
    if child == 0:
        signal.alarm(60)
        assert not model.stop()
        model.set_params(epochs=1).fit()
        os._exit(0)
    print("status", os.waitpid(child, 0)[1], model.stop())
    thread.join()
    """)
    assert done.stdout == "status 0 True\n", done.stderr


@pytest.mark.parametrize("ranks", [None, 2])
def test_callbacks_see_the_vectors_of_the_moment(ranks):
    kept, late = [], []

    def keep(progress):
        late.append(progress)
        if progress.epoch_end:
            kept.append(progress.vectors())

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = unfitted(callbacks=[keep], deterministic=ranks, epochs=3).fit(TEXT)
    assert np.array_equal(kept[-1].vectors, model.vectors_.vectors)
    assert not np.array_equal(kept[0].vectors, kept[1].vectors)
    assert (kept[0].index_to_key, kept[0].tokenizer) == (model.vectors_.index_to_key, "tokens")
    with pytest.raises(RuntimeError, match="before the callback returns"):
        late[-1].vectors()
    assert pickle.loads(pickle.dumps(late[-1])) == copy.deepcopy(late[-1]) == late[-1]


def test_a_callback_that_scores_the_model_hears_that_its_vectors_are_old():
    pairs, said, during = [("red", "white", 3.0), ("wine", "fish", 2.0), ("and", "red", 1.0)], [], []

    def score(progress):
        during.append(pickle.dumps(progress))  # can be sent to another process
        try:
            evaluate_word_pairs(model, pairs)
        except ParameterError as error:
            said.append(str(error))
        evaluate_word_pairs(progress.vectors(), pairs)

    model = unfitted(callbacks=[score])
    model.fit(TEXT)
    assert set(said) == {
        "vectors: expected word vectors or a fitted model; got Word2Vec that has no vectors yet: in a callback of its "
        "fit pass progress.vectors()"
    }
    said.clear()
    for again in (lambda: model.fit(TEXT), lambda: model.partial_fit(TEXT)):
        with pytest.warns(RuntimeWarning, match=r"a callback reads the vectors of the last fit.*vectors\(\)") as told:
            again()
        assert len(told) == 1
        assert told[0].filename == __file__
    assert not said


def test_others_read_the_last_vectors_in_silence_and_so_does_the_reading_of_a_corpus():
    model, begun, leave = unfitted().fit(TEXT), threading.Event(), threading.Event()

    def wait(progress):
        begun.set()
        leave.wait(60)

    model.set_params(callbacks=[wait])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        thread = threading.Thread(target=model.fit, args=([s for s in TEXT if s[0] in model.wv],))
        thread.start()
        assert begun.wait(60)
        assert "wine" in model.vectors_
        leave.set()
        thread.join(60)
        model.set_params(callbacks=()).partial_fit(sentence for sentence in TEXT if sentence[0] in model.wv)
