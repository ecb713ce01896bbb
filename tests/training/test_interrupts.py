"""Ctrl-C and signals while a model trains."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time

import pytest

import fastw2v

LONG_RUN = """
    import numpy as np, sys, time
    from fastw2v import EncodedCorpus, Word2Vec
    ids = np.random.default_rng(0).integers(0, 5000, (20_000, 50))
    corpus = EncodedCorpus.from_ids(ids, [str(i) for i in range(5000)])
    def say(progress):
        print("working", flush=True)
    model = Word2Vec(corpus, epochs=1000, n_jobs={n_jobs}, callbacks=[say])
"""


@pytest.mark.fault("Ctrl-C")
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_ctrl_c_stops_quickly_and_leaves_a_model_that_resumes(n_jobs, package_folder, trials):
    code = textwrap.dedent(LONG_RUN.format(n_jobs=n_jobs)) + textwrap.dedent("""
    try:
        model.fit()
    except KeyboardInterrupt:
        stopped = model.report_.tokens
        assert np.isfinite(model.vectors_.vectors).all() and stopped > 0
        model.callbacks = [lambda progress: True]
        model.fit(resume=True)
        print("resumed", model.report_.tokens > stopped, flush=True)
    """)
    for turn in range(trials(1, 50)):
        child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=package_folder)
        assert child.stdout.readline() == "working\n"
        time.sleep(0.003 * turn)
        child.send_signal(signal.SIGINT)
        sent = time.perf_counter()
        rest, _ = child.communicate(timeout=60)
        assert rest.endswith("resumed True\n")
        assert child.returncode == 0
        assert time.perf_counter() - sent < 20  # a thousand epochs would take many minutes


def test_an_exception_of_a_users_signal_handler_comes_out(run_python):
    done = run_python(
        LONG_RUN.format(n_jobs=2)
        + """
    import signal
    def alarm(number, frame):
        raise TimeoutError("mine")
    signal.signal(signal.SIGALRM, alarm)
    signal.setitimer(signal.ITIMER_REAL, 0.5)
    try:
        model.fit()
    except TimeoutError as error:
        assert model.report_.tokens > 0
        print("came out:", error)
    """
    )
    assert done.stdout.endswith("came out: mine\n"), done.stderr


def test_a_sub_interpreter_trains_although_it_cannot_handle_signals(run_python, package_folder):
    pytest.importorskip("_xxsubinterpreters")
    done = run_python(
        """
        import _xxsubinterpreters as interpreters
        code = '''if True:
            import warnings
            warnings.simplefilter("ignore")  # NumPy's, of sub-interpreters
            from fastw2v.corpus import encode
            from fastw2v.planning.training_parameters import TrainingParameters
            from fastw2v.training.loop import train
            corpus = encode([["a", "b"]] * 20, min_count=1)
            print(train(corpus, TrainingParameters(vector_size=4), n_jobs=1).complete, flush=True)
        '''
        interpreters.run_string(interpreters.create(), code)
        """,
        env={**os.environ, "PYTHONPATH": str(package_folder)},
    )
    assert (done.stdout, done.returncode) == ("True\n", 0), done.stderr


@pytest.mark.filterwarnings("ignore:.* ranks merge what they have learned")
@pytest.mark.parametrize("ranks", [None, 2])
@pytest.mark.parametrize(("error", "name"), [(ValueError, "exception"), (KeyboardInterrupt, "interrupt")])
def test_the_report_says_what_ended_a_run(ranks, error, name):
    def end(progress):
        if progress.epoch_end:
            raise error

    text = [[f"w{i % 50}" for i in range(at, at + 10)] for at in range(2_000)]
    options = {"vector_size": 4, "min_count": 1, "epochs": 3, "n_jobs": 1, "device": "cpu", "deterministic": ranks}
    model = fastw2v.Word2Vec(text, callbacks=[end], **options)
    with pytest.raises(error):
        model.fit()
    assert model.report_.stopped_by == name
    assert f"stopped by {'an' if name == 'exception' else 'the'} {name}" in str(model.report_)
