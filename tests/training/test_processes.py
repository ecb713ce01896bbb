"""Training among other threads and after a fork, and what it leaves alone in the process."""

from __future__ import annotations

import os
import sys
import threading

import numpy as np
import pytest

from fastw2v import EncodedCorpus, Word2Vec


@pytest.mark.fault("two fits of one model at once")
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


@pytest.mark.fault("a fork after a fit")
@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_child_forked_after_a_fit_can_fit(run_python):
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


@pytest.mark.fault("threads that do not start")
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits the address space, which only Linux enforces")
def test_training_continues_with_the_threads_that_start(run_python):
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
    assert "threads could be started; training continues" in done.stdout


@pytest.mark.fault("the floating-point state")
def test_floating_point_of_the_process_is_left_alone(run_python):
    """No library of ours flushes denormals to zero, on import or while training."""
    done = run_python("""
    import numpy as np
    from fastw2v import Word2Vec
    Word2Vec([["a", "b", "c"]] * 100, n_jobs=2).fit()
    print(np.float32(1e-40) * np.float32(1) != 0)
    """)
    assert done.stdout == "True\n", done.stderr


def test_results_do_not_depend_on_the_hash_seed(run_python):
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
