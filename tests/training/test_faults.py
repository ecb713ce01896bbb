"""What happens when things go wrong: Ctrl-C, threads, forks, the state of the process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time

import numpy as np
import pytest

from fastw2v import EncodedCorpus, Word2Vec

LONG_RUN = """
    import numpy as np, sys, time
    from fastw2v import EncodedCorpus, Word2Vec
    ids = np.random.default_rng(0).integers(0, 5000, (20_000, 50))
    corpus = EncodedCorpus.from_ids(ids, [str(i) for i in range(5000)])
    def say(progress):
        print("working", flush=True)
    model = Word2Vec(corpus, epochs=1000, n_jobs={n_jobs}, callbacks=[say])
"""


def run_python(code, **options):
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        **options,
    )


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_ctrl_c_stops_quickly_and_leaves_a_model_that_resumes(n_jobs):
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
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert child.stdout.readline() == "working\n"
    child.send_signal(signal.SIGINT)
    sent = time.perf_counter()
    rest, _ = child.communicate(timeout=60)
    assert rest.endswith("resumed True\n")
    assert child.returncode == 0
    assert time.perf_counter() - sent < 20  # a thousand epochs would take many minutes


def test_an_exception_of_a_users_signal_handler_comes_out():
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


def test_two_fits_of_one_model_at_once_are_refused():
    ids = np.random.default_rng(0).integers(0, 50, (100, 50))
    corpus = EncodedCorpus.from_ids(ids, [str(i) for i in range(50)])
    inside, leave = threading.Event(), threading.Event()

    def wait(progress):
        inside.set()
        leave.wait(30)

    model = Word2Vec(corpus, vector_size=4, callbacks=[wait])
    first = threading.Thread(target=model.fit)
    first.start()
    assert inside.wait(30)
    with pytest.raises(RuntimeError, match="another thread"):
        model.fit()
    leave.set()
    first.join(30)
    assert model.n_iter_ == 5
    model.fit()  # and afterwards it can


def test_many_threads_fit_models_of_their_own():
    ids = np.random.default_rng(0).integers(0, 50, (200, 50))
    corpus = EncodedCorpus.from_ids(ids, [str(i) for i in range(50)])
    models = [Word2Vec(corpus, vector_size=8, random_state=1, n_jobs=1) for _ in range(4)]
    threads = [threading.Thread(target=model.fit) for model in models]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert all(np.array_equal(model.vectors_.vectors, models[0].vectors_.vectors) for model in models)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_child_forked_after_a_fit_can_fit():
    done = run_python("""
    import os, signal
    from fastw2v import Word2Vec
    corpus = [["a", "b", "c"]] * 3000
    Word2Vec(corpus, n_jobs=2).fit()
    child = os.fork()
    if child == 0:
        signal.alarm(30)
        Word2Vec(corpus, n_jobs=2).fit()
        os._exit(0)
    print("status", os.waitpid(child, 0)[1])
    """)
    assert done.stdout == "status 0\n", done.stderr


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits the address space, which only Linux enforces")
def test_training_goes_on_with_the_threads_that_start():
    """64 stacks of 8 MB do not fit in what is left of the address space; some do."""
    done = run_python("""
    import resource, warnings
    import numpy as np
    from fastw2v import EncodedCorpus
    from fastw2v.training.loop import advance, start
    from fastw2v.planning.training_parameters import TrainingParameters
    ids = np.random.default_rng(0).integers(0, 50, (6000, 50))
    corpus = EncodedCorpus.from_ids(ids, [str(i) for i in range(50)])
    state = start(corpus, TrainingParameters(vector_size=4, epochs=3), seed=1)
    used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + (150 << 20), -1))
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        advance(state, corpus, n_jobs=64)
    print(state.complete, state.report.tokens, str(said[0].message))
    """)
    assert done.stdout.startswith("True 900000 only "), done.stderr
    assert "threads could be started; training goes on" in done.stdout


def test_floating_point_of_the_process_is_left_alone():
    """No library of ours flushes denormals to zero, on import or while training."""
    done = run_python("""
    import numpy as np
    from fastw2v import Word2Vec
    Word2Vec([["a", "b", "c"]] * 100, n_jobs=2).fit()
    print(np.float32(1e-40) * np.float32(1) != 0)
    """)
    assert done.stdout == "True\n", done.stderr


def test_results_do_not_depend_on_the_hash_seed():
    code = """
    import hashlib
    from fastw2v import Word2Vec
    corpus = [["tea", "or", "coffee"], ["wine", "or", "beer"], ["tea", "and", "wine"]] * 100
    model = Word2Vec(corpus, n_jobs=1, random_state=1).fit()
    print(model.vectors_.index_to_key, hashlib.sha256(model.vectors_.vectors.tobytes()).hexdigest())
    """
    outputs = {run_python(code, env={**os.environ, "PYTHONHASHSEED": seed}).stdout for seed in ("0", "1", "77")}
    assert len(outputs) == 1
    assert "tea" in outputs.pop()
