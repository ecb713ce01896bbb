"""Ranks that are processes: the bits of ranks that are threads, the command line, and runs that go wrong."""

import hashlib
import json
import os
import random
import signal
import textwrap
import time

import numpy as np
import pytest

from fastw2v import Word2Vec
from fastw2v.distributed.mpi import Mpi, check_communicator
from fastw2v.distributed.threads import Threads
from fastw2v.errors import MissingDependencyError, ParameterError
from fastw2v.training import dealing

SETTINGS = {"vector_size": 8, "min_count": 2, "epochs": 1, "random_state": 3, "n_jobs": 1, "device": "cpu"}
SHORT = pytest.mark.filterwarnings("ignore:.* ranks merge what they have learned")


@pytest.fixture(scope="module")
def text(tmp_path_factory):
    """A file of 24,000 words, 900 of them different."""
    return written(tmp_path_factory.mktemp("text") / "text.txt", 1_200, 900)


@pytest.fixture(scope="module")
def text_of_tiers(tmp_path_factory):
    """A file of 160,000 words, whose vocabulary is merged in two tiers."""
    return written(tmp_path_factory.mktemp("tiers") / "text.txt", 8_000, 8_000)


def written(path, lines, words):
    draw = random.Random(3)
    text = (" ".join(f"w{int(words * draw.random() ** 3)}" for _ in range(20)) for _ in range(lines))
    path.write_text("\n".join(text) + "\n")
    return path


@pytest.fixture(scope="module")
def script(tmp_path_factory):
    """A program of each rank: it trains on a file, on a list that is dealt, and on a list of its own."""
    path = tmp_path_factory.mktemp("script") / "ranks.py"
    path.write_text(
        textwrap.dedent("""
            import json, os, sys, warnings
            from mpi4py import MPI
            from fastw2v import Word2Vec
            warnings.simplefilter("ignore")
            exec(open(sys.argv[1]).read())
            found = trained("mpi", MPI.COMM_WORLD.rank, sys.argv[2])
            with open(os.path.join(sys.argv[3], f"{MPI.COMM_WORLD.rank}.json"), "w") as file:
                json.dump(found, file)
        """)
    )
    return path


# What each rank does, in threads and in processes.
WORK = f"""
import hashlib
from fastw2v import Word2Vec

def trained(comm, rank, text):
    with open(text) as file:
        sentences = [line.split() for line in file]
    found = []
    for corpus in (text, sentences, sentences[300 * rank : 300 * rank + 300]):
        for architecture in ("skipgram", "cbow") if corpus is text else ("skipgram",):
            model = Word2Vec(corpus, comm=comm, architecture=architecture, **{SETTINGS!r}).fit()
            parts = (model.vectors_.vectors, model.context_vectors_.vectors)
            bits = hashlib.sha256(b"".join(part.tobytes() for part in parts)).hexdigest()
            found.append([bits, model.report_.ranks, model.report_.merges, len(model.vocabulary_), model.loss_history_])
    return found
"""


@SHORT
@pytest.mark.parametrize("ranks", [2, 4])
def test_processes_have_the_bits_of_threads(mpiexec, script, text, tmp_path, ranks):
    work = tmp_path / "work.py"
    work.write_text(WORK)
    names = {}
    exec(WORK, names)
    process = mpiexec(ranks, script, work, text, tmp_path)
    in_threads = Threads(ranks).run(lambda comm: names["trained"](comm, comm.rank, str(text)))
    _, faults = process.communicate(timeout=120)
    assert process.returncode == 0, faults
    for rank in range(ranks):
        assert json.loads((tmp_path / f"{rank}.json").read_text()) == in_threads[0] == in_threads[rank]
    # A list that all ranks pass is dealt as `deterministic` deals it.
    sentences = [line.split() for line in text.read_text().splitlines()]
    model = Word2Vec(sentences, deterministic=ranks, **SETTINGS).fit()
    parts = (model.vectors_.vectors, model.context_vectors_.vectors)
    assert in_threads[0][2][0] == hashlib.sha256(b"".join(part.tobytes() for part in parts)).hexdigest()


# As WORK, but with one rest alone: most merges of so short a text would be of all rows otherwise.
WORK_OF_TIERS = f"""
import hashlib
from fastw2v import Word2Vec
from fastw2v.training import dealing
from fastw2v.training.merging import Merger

def trained(comm, rank, text):
    dealing.RESTS, tiers, merge = 1, [], Merger.merge

    def noted(self, tier, *how):
        if self.comm.rank == rank:
            tiers.append(tier)
        merge(self, tier, *how)

    Merger.merge = noted
    with open(text) as file:
        sentences = [line.split() for line in file]
    model = Word2Vec(sentences, comm=comm, **{SETTINGS!r}).fit()
    parts = (model.vectors_.vectors, model.context_vectors_.vectors)
    return [hashlib.sha256(b"".join(part.tobytes() for part in parts)).hexdigest(), tiers]
"""


@SHORT
def test_processes_merge_tier_by_tier_like_threads(mpiexec, script, text_of_tiers, tmp_path, monkeypatch):
    work = tmp_path / "work.py"
    work.write_text(WORK_OF_TIERS)
    process = mpiexec(2, script, work, text_of_tiers, tmp_path)
    monkeypatch.setattr(dealing, "RESTS", 1)
    sentences = [line.split() for line in text_of_tiers.read_text().splitlines()]
    model = Word2Vec(sentences, deterministic=2, **SETTINGS).fit()
    parts = (model.vectors_.vectors, model.context_vectors_.vectors)
    bits = hashlib.sha256(b"".join(part.tobytes() for part in parts)).hexdigest()
    _, faults = process.communicate(timeout=120)
    assert process.returncode == 0, faults
    for rank in range(2):
        found, tiers = json.loads((tmp_path / f"{rank}.json").read_text())
        assert len(tiers) == model.report_.merges
        assert {0, 1} <= set(tiers), "each tier had its turn"
        assert tiers.count(0) > 1
        assert found == bits


def train(text, output, *options):
    """The arguments of a short training from the command line."""
    return ["-m", "fastw2v", "train", text, "-o", output, "--vector-size", 8, "--seed", 3, *options]


def test_the_command_line_trains_one_model_and_one_rank_speaks(mpiexec, text, tmp_path):
    output, vocabulary = tmp_path / "v.fw2v", tmp_path / "vocabulary.txt"
    process = mpiexec(2, *train(text, output, "--distributed", "--save-vocab", vocabulary, "--json"))
    said, faults = process.communicate(timeout=120)
    assert process.returncode == 0, faults
    facts = json.loads(said)
    assert facts["ranks"] == 2
    assert facts["merges"] > 0
    assert facts["bytes_sent"] > 0
    assert faults.count("written to") == 1
    assert faults.count("ranks merge what they have learned") == 1
    assert len(Word2Vec.load(output).vocabulary_) == facts["words"] == len(vocabulary.read_text().splitlines()) - 1


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (["--distributed", "--min-count", "100000"], 1, "no word occurs --min-count 100000 times"),
        (["--distributed", "--epochs", "many"], 2, "'many' is not a whole number"),
    ],
)
def test_what_all_ranks_meet_is_said_once(mpiexec, text, tmp_path, options, code, message):
    process = mpiexec(2, *train(text, tmp_path / "v.fw2v", *options))
    _, faults = process.communicate(timeout=120)
    assert process.returncode == code
    assert faults.count(message) == 1
    assert faults.lower().count("error") == 1, faults
    assert not (tmp_path / "v.fw2v").exists()


FAILING = """
import os, signal, sys, time, warnings
from mpi4py import MPI
from fastw2v import Word2Vec
warnings.simplefilter("ignore")
rank, kind, text, checkpoint = MPI.COMM_WORLD.rank, sys.argv[1], sys.argv[2], sys.argv[3]

def stop(progress):
    print("merged", flush=True)
    if kind == "callback":
        raise RuntimeError("the callback has had enough")

from fastw2v.training import merging
merge = merging.Merger.merge
def broken(self, *rest):
    if rank == 1 and self.merges == 2 and kind == "bug":
        raise ZeroDivisionError("a bug in a merge")
    if rank == 1 and self.merges == 2 and kind == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    merge(self, *rest)
merging.Merger.merge = broken
settings = dict(vector_size=8, epochs=100, random_state=3, n_jobs=1, device="cpu", comm="mpi")
Word2Vec(text, callbacks=[stop], **settings).fit(checkpoint=checkpoint, every=1e-9)
"""


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("callback", "RuntimeError: the callback has had enough"),
        ("bug", "fastw2v: error: rank 1 of 2: ZeroDivisionError: a bug in a merge"),
        ("kill", ""),
    ],
)
def test_a_rank_that_fails_ends_all_at_once_and_leaves_the_checkpoint_whole(mpiexec, text, tmp_path, kind, message):
    checkpoint = tmp_path / "run.fw2v"
    process = mpiexec(2, "-c", FAILING, kind, text, checkpoint)
    began = time.monotonic()
    _, faults = process.communicate(timeout=60)
    assert process.returncode != 0
    assert message in faults
    assert time.monotonic() - began < 50  # plain MPI hangs
    assert not checkpoint.exists() or Word2Vec.load(checkpoint).vocabulary_


def test_ctrl_c_stops_all_ranks_at_a_merge_and_leaves_a_model(mpiexec, text, tmp_path):
    output, checkpoint = tmp_path / "v.fw2v", tmp_path / "run.fw2v"
    options = ["--distributed", "--epochs", 100_000, "--save-on-interrupt", "--checkpoint", checkpoint]
    process = mpiexec(2, *train(text, output, *options), start_new_session=True)
    heard = []
    while "training" not in "".join(heard[-1:]) and process.poll() is None:
        heard.append(process.stderr.readline())
    time.sleep(0.5)
    os.kill(process.pid, signal.SIGINT)
    _, faults = process.communicate(timeout=60)
    assert process.returncode == 130, faults
    assert "holds the vectors trained so far" in faults
    assert np.isfinite(Word2Vec.load(output).vectors_.vectors).all()
    assert Word2Vec.load(checkpoint).vocabulary_


# --- without processes ---------------------------------------------------------------------------------------------


def test_what_is_no_communicator_is_refused():
    for value in ("MPI", 2, object()):
        with pytest.raises(ParameterError, match=r"comm=.* it must be None"):
            check_communicator(value)
    check_communicator("mpi")
    check_communicator(None)


def test_without_mpi4py_the_remedy_is_named(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "mpi4py", None)
    with pytest.raises(MissingDependencyError, match=r"training over MPI needs .*'fastw2v\[mpi\]'"):
        Mpi()


def test_one_process_of_mpi_trains_alone_and_says_so(mpiexec, run_python):
    done = run_python("""
        from fastw2v import Word2Vec
        text = [["a", "b", "c", "d"]] * 20
        print(Word2Vec(text, comm="mpi", vector_size=4, epochs=1, sample=0).fit().report_.ranks)
    """)
    assert done.stdout == "1\n"
    assert "Fastw2vWarning: there is one rank, so training is that of one process" in done.stderr
