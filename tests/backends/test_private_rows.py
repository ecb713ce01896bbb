"""Rows of frequent words that a thread keeps to itself for some tiles: native/cpu/fw_private.h."""

import threading

import numpy as np
import pytest

from fastw2v import EncodedCorpus, _train
from fastw2v.planning import plan
from fastw2v.planning.rows import Arrays, count_output_rows, empty_rows
from fastw2v.planning.tables import make_tables
from fastw2v.planning.training_parameters import TrainingParameters

WORDS, SIZE = 90, 37
TILES = {
    "all that may be": lambda shares: np.full(len(shares), 3, np.int32),
    "not the most frequent": lambda shares: np.where(np.arange(len(shares)) < 5, 0, 4 + np.arange(len(shares)) % 7),
    "longer than a chunk": lambda shares: np.full(len(shares), 10**6, np.int32),
}
RUNS = {
    "skip-gram": {},
    "CBOW": {"architecture": "cbow"},
    "noise by pair": {"negative_sharing": "pair"},
    "a tree": {"loss": "hs"},
    "a tree and noise": {"loss": "both", "architecture": "cbow"},
    "a wide window, in passes": {"window": 40},
}


@pytest.fixture
def corpus():
    rng = np.random.default_rng()
    ids = np.sort((WORDS * rng.random(4000) ** 2).astype(np.int32))
    ids = np.argsort(-np.bincount(ids, minlength=WORDS), kind="stable").argsort()[ids].astype(np.int32)
    return EncodedCorpus.from_ids(rng.permutation(ids), [str(word) for word in range(WORDS)])


def trained(corpus, monkeypatch, tiles=None, *, isa=None, frozen=None, **parameters):
    """The rows after two epochs, chunk by chunk; with ``tiles``, some of them are private to the one thread."""
    params = TrainingParameters(vector_size=SIZE, sample=0, learning_rate=0.02, epochs=2, **parameters)
    made, tables = plan.make_plan(corpus, params.checked(), 7), make_tables(corpus.count_words(), params, frozen)
    arrays = Arrays(empty_rows(WORDS, SIZE), empty_rows(count_output_rows(WORDS, params), SIZE))
    numbers = np.random.default_rng(3)
    for rows in (arrays.w_in, arrays.w_out):
        rows[:] = numbers.normal(0, 1 / np.sqrt(SIZE), rows.shape)
    if tiles is not None:
        monkeypatch.setattr(_train, "private_tiles", lambda *given: tiles(given[-1].shares).astype(np.int32))
    run = _train.Run(arrays, corpus, tables, made, n_jobs=1 if tiles is None else 2, instruction_set=isa)
    for epoch in range(2):
        for chunk in range(made.chunks):
            run.train_chunk(epoch, chunk, chunk + 1)
    return arrays


@pytest.mark.parametrize("isa", _train.instruction_sets()["available"])
@pytest.mark.parametrize("name", RUNS)
@pytest.mark.parametrize("tiles", TILES.values(), ids=TILES)
def test_one_thread_trains_as_if_all_rows_were_shared(corpus, monkeypatch, tiles, name, isa):
    expected = trained(corpus, monkeypatch, isa=isa, **RUNS[name])
    found = trained(corpus, monkeypatch, tiles, isa=isa, **RUNS[name])
    # Sums of the same numbers in another order; on matrix registers, now and then a number rounded the other way.
    tolerance = 1e-3 if isa == "amx" else 1e-5
    np.testing.assert_allclose(found.w_in, expected.w_in, atol=tolerance)
    np.testing.assert_allclose(found.w_out, expected.w_out, atol=tolerance)


def test_frozen_rows_stay(corpus, monkeypatch):
    frozen = np.zeros(WORDS, np.uint8)
    frozen[::3] = 1
    begin = trained(corpus, monkeypatch, frozen=np.ones(WORDS, np.uint8)).w_in
    found = trained(corpus, monkeypatch, TILES["all that may be"], frozen=frozen).w_in
    assert np.array_equal(found[::3], begin[::3])
    assert (found[1::3] != begin[1::3]).any()


def test_what_others_do_meanwhile_is_kept(corpus, monkeypatch):
    """Other threads add to rows of which copies are out: publishing adds to what is there, and replaces nothing."""
    params = TrainingParameters(vector_size=SIZE, sample=0, learning_rate=1e-12, min_learning_rate=1e-12, epochs=1)
    many = EncodedCorpus.from_ids(np.tile(corpus.ids, 200), corpus.vocabulary)
    made, tables = plan.make_plan(many, params.checked(), 7), make_tables(many.count_words(), params)
    arrays = Arrays(empty_rows(WORDS, SIZE), empty_rows(WORDS, SIZE))
    monkeypatch.setattr(_train, "private_tiles", lambda *given: np.full(len(given[-1].shares), 50, np.int32))
    run = _train.Run(arrays, many, tables, made, n_jobs=2)
    added, through = 0, threading.Event()

    def add():
        nonlocal added
        while not through.is_set():
            arrays.w_in += 1
            arrays.w_out += 1
            added += 1
            through.wait(0.001)

    thread = threading.Thread(target=add)
    thread.start()
    run.train_chunk(0, 0, made.chunks)
    through.set()
    thread.join()
    assert added >= 5
    # What is added between the load and the store of a publication is lost, as between any two threads.
    for rows in (arrays.w_in, arrays.w_out):
        assert 0.9 * added < rows.mean() <= added
