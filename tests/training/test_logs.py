"""What a run tells through `logging`, and that it costs nothing where nobody listens."""

import logging

import numpy as np
import pytest

from fastw2v import EncodedCorpus, Word2Vec, encode
from fastw2v.training import logs
from fastw2v.training.logs import ProgressLog
from fastw2v.training.state import Progress

CORPUS = [["red", "wine", "and", "white", "wine"], ["red", "rose", "and", "once"]] * 40
OPTIONS = {"vector_size": 4, "min_count": 1, "epochs": 3, "random_state": 1, "n_jobs": 1, "device": "cpu"}


def fitted(**options):
    return Word2Vec(CORPUS, **{**OPTIONS, **options}).fit()


def told(caplog):
    assert {record.name for record in caplog.records} <= {logs.logger.name}
    assert {record.levelno for record in caplog.records} <= {logging.INFO}
    return [record.getMessage() for record in caplog.records]


@pytest.fixture
def listening(caplog):
    with caplog.at_level(logging.INFO, logger=logs.logger.name):
        yield caplog


@pytest.mark.filterwarnings("ignore:the learning rate is lowered")
def test_a_fit_tells_of_the_vocabulary_its_epochs_and_its_end(listening):
    model = fitted(max_vocab=5)
    lines = told(listening)
    assert lines[0] == "reading the corpus and counting its words"
    assert lines[1] == "collected 6 words from 360 tokens in 80 sentences"
    assert lines[2] == (
        "the vocabulary has 5 words and keeps 320 of 360 tokens (88.9%); 1 word and 40 tokens are left out"
    )
    assert lines[3].startswith("sample=0.001 keeps about ")
    assert "of 320 tokens" in lines[3]
    assert lines[4].startswith("training 5 vectors of 4 numbers for 3 epochs with architecture=skipgram, window=5")
    ends = [line for line in lines if line.startswith("end of epoch")]
    assert [line.split("  ")[0] for line in ends] == [f"end of epoch {epoch}/3" for epoch in (1, 2, 3)]
    assert [line.rsplit("loss ")[1] for line in ends] == [f"{loss:.4f}" for loss in model.loss_history_]
    assert lines[-1].startswith("training ended after 3 of 3 epochs: 960 tokens in ")
    assert lines[-1].endswith(f"on cpu, n_jobs=1, loss {model.loss_history_[-1]:.4f}")


@pytest.mark.filterwarnings("ignore:the learning rate is lowered")
def test_each_pass_of_partial_fit_is_one_epoch(listening):
    model = fitted(sample=0)
    model.partial_fit([["red", "wine"]] * 9)
    assert "training ended after 1 of 1 epoch: 18 tokens" in told(listening)[-1]


@pytest.mark.filterwarnings("ignore:the learning rate is lowered")
def test_a_stopped_fit_says_by_what(listening):
    fitted(callbacks=[lambda progress: True])
    assert "training was stopped by the callback after 1 of 3 epochs" in told(listening)[-1]


@pytest.mark.filterwarnings("ignore:the learning rate is lowered")
def test_the_estimate_of_subsampling_is_what_epochs_keep_on_average(listening):
    """sample=0 keeps everything; a higher threshold keeps more."""
    kept = []
    for sample in (0, 0.5, 1e-3):
        listening.clear()
        fitted(sample=sample)
        (line,) = [line for line in told(listening) if line.startswith("sample=")]
        kept.append(int(line.split()[3]))
    assert kept[0] == 360
    assert kept[0] >= kept[1] > kept[2] > 0


@pytest.mark.filterwarnings("ignore:the learning rate is lowered")
def test_listening_does_not_change_the_result(caplog):
    with caplog.at_level(logging.INFO, logger=logs.logger.name):
        heard = fitted().wv.vectors
    assert caplog.records
    caplog.clear()
    with caplog.at_level(logging.WARNING, logger=logs.logger.name):
        unheard = fitted().wv.vectors
    assert not caplog.records
    np.testing.assert_array_equal(heard, unheard)


@pytest.mark.filterwarnings("ignore:the learning rate is lowered")
def test_nothing_is_worked_out_for_nobody(monkeypatch, caplog):
    def costs(*args):
        raise AssertionError

    for name in ("expected_tokens", "progress_line", "describe"):
        monkeypatch.setattr(logs, name, costs)
    start = logs.log_start

    def start_without_counting(session):
        with monkeypatch.context() as patch:
            patch.setattr(EncodedCorpus, "count_words", costs)
            start(session)

    monkeypatch.setattr("fastw2v.training.session.log_start", start_without_counting)
    with caplog.at_level(logging.WARNING, logger=logs.logger.name):
        fitted()
    with caplog.at_level(logging.INFO, logger=logs.logger.name), pytest.raises(AssertionError):
        fitted()


def report(elapsed, *, epoch_end=False):
    return Progress(2, 3, 500, 1000, 1e6, 0.02, 2.5, elapsed, 12.0, epoch_end)


def test_a_line_a_second_and_one_at_the_end_of_an_epoch(listening):
    log = ProgressLog()
    for elapsed in (0.5, 1.1, 1.9, 2.0, 2.2):
        log(report(elapsed))
    log(report(2.3, epoch_end=True))
    log(report(3.2))
    line = "epoch 2/3  1,000,000 words/s  rate 0.02000  loss 2.5000"
    assert told(listening) == [f"{line}  50%  left 0:12", f"{line}  50%  left 0:12", f"end of {line}"]


def test_an_encoded_corpus_was_read_before(listening):
    corpus = encode(CORPUS, min_count=1)
    Word2Vec(corpus, **OPTIONS).fit()
    assert not [line for line in told(listening) if line.startswith("collected")]


@pytest.mark.filterwarnings("ignore:the learning rate is lowered")
def test_how_many_initial_vectors_are_used_is_told(listening, capsys):
    known = {word: np.ones(4) for word in ("red", "wine", "beer")}
    fitted(initial_vectors=known, verbose=1)
    assert "2 of 3 initial vectors are used" in told(listening)
    assert "start       2 of 3 initial vectors are used" in capsys.readouterr().err
