"""The memory that encoding takes: little more than its result, none where ids go to files, refused in time."""

import gzip
import io
import os
from pathlib import Path

import pytest

from fastw2v import machine
from fastw2v.corpus import counting, id_store
from fastw2v.corpus.encoding import encode

SENTENCES = [[f"w{(i * i + j) % 301}" for j in range(i % 30)] for i in range(2000)]
TEXT = "\n".join(" ".join(words) for words in SENTENCES)

# Corpora whose length is known only when they have been read.
UNKNOWN = {
    "generator": lambda written: (words for words in SENTENCES),
    "strings": lambda written: TEXT.split("\n"),
    "open file": lambda written: io.BytesIO(TEXT.encode()),
    "compressed file": lambda written: written("text.gz", gzip.compress(TEXT.encode(), 1)),
}

NEEDS_PROC = pytest.mark.skipif(
    not Path("/proc/self/status").exists() or "asan" in os.environ.get("LD_PRELOAD", ""),
    reason="the system does not say what memory a process has, or a sanitizer takes most of it",
)


@pytest.fixture
def numbers_printed_by(run_python):
    """``numbers_printed_by(code, *arguments, **environment)``: the whole numbers that a fresh process prints."""

    def run(code, *arguments, **environment):
        done = run_python(code, *arguments, env={**os.environ, "PYTHONWARNINGS": "ignore", **environment}, timeout=None)
        assert done.returncode == 0, done.stderr
        return [int(word) for word in done.stdout.split()]

    return run


PEAK = """
import sys
from fastw2v.corpus.encoding import encode

def status(name):
    with open("/proc/self/status") as file:
        return next(1024 * int(line.split()[1]) for line in file if line.startswith(name))

encode([["a", "b"]] * 9)
corpus = sys.argv[1]
if sys.argv[2] == "lists":
    words = {}
    with open(corpus) as file:
        corpus = [[words.setdefault(word, word) for word in line.split()] for line in file]
before = status("VmRSS")
encoded = encode(corpus, n_jobs=int(sys.argv[3]), min_count=1)
print(len(encoded.ids), encoded.ids.nbytes + encoded.offsets.nbytes, status("VmHWM") - before)
"""


@NEEDS_PROC
@pytest.mark.parametrize(("kind", "n_jobs"), [("file", 1), ("file", 2), ("lists", 1)])
def test_encoding_takes_little_more_than_its_result(kind, n_jobs, written, numbers_printed_by):
    path = written("text.txt", (" ".join(f"w{i % 999}" for i in range(1000)) + "\n").encode() * 8_000)
    # NumPy asks for huge pages: each thread that fills the array then takes up to 2 MiB before they are needed, which
    # depends on where the array happens to lie. This, and nothing that the package does, varied by 5 per cent.
    tokens, size, peak = numbers_printed_by(PEAK, str(path), kind, str(n_jobs), NUMPY_MADVISE_HUGEPAGE="0")
    assert tokens == 8_000_000
    assert size <= peak < 1.15 * size


MEASURE = """
import sys
from fastw2v.corpus.encoding import encode
from fastw2v.training.loop import train
from fastw2v.planning.training_parameters import TrainingParameters
import fastw2v._train

def anonymous():
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("RssAnon"))

def sentences(n):
    for i in range(n // 1000):
        if i % 100 == 0:
            measured.append(anonymous())
        yield words

words = [f"w{i % 97}" for i in range(1000)]
params = TrainingParameters(vector_size=2, window=1, negative=1, epochs=1, sample=1e-4)
folder = sys.argv[1] or None
for n in (3_000_000, 3_000_000, 6_000_000):
    measured = []
    corpus = encode(sentences(n), spool=folder)
    assert len(corpus.ids) == n
    measured.append(anonymous())
    train(corpus, params, n_jobs=1, callbacks=[lambda progress: measured.append(anonymous())])
    del corpus
    print(max(measured))
"""


@NEEDS_PROC
def test_memory_does_not_grow_with_the_corpus(tmp_path, numbers_printed_by):
    def peaks(where):
        _, small, large = numbers_printed_by(MEASURE, where)
        return large - small

    assert peaks("") > 11_000, "kB: 3 million ids more, so the measure sees them"
    assert peaks(str(tmp_path)) < 2_000


def small_memory(monkeypatch, free):
    monkeypatch.setattr(machine, "available_memory", lambda: free)
    monkeypatch.setattr(machine, "UNASKED", 0)
    monkeypatch.setattr(id_store, "BLOCK", 1_000)
    monkeypatch.setattr(id_store, "CHECK_EVERY", 5_000)
    monkeypatch.setattr(id_store, "RESERVE", 10_000)


def test_ids_that_will_not_fit_are_refused_before_they_are_there(monkeypatch, tmp_path, written):
    tokens = sum(map(len, SENTENCES))
    path = written("text.txt", TEXT.encode() * 20)
    small_memory(monkeypatch, 4 * tokens - 1)
    with pytest.raises(MemoryError, match=rf"the ids of {tokens:,} words need .* are free; .*spool=True"):
        encode(SENTENCES)
    encode(SENTENCES, spool=tmp_path)
    with pytest.raises(MemoryError, match=r"the ids of about [\d,]+ more words.*spool=") as caught:
        encode(path, n_jobs=1)
    guessed = int(str(caught.value).split("about ")[1].split()[0].replace(",", ""))
    unread = 1 - counting.BLOCK / path.stat().st_size
    assert guessed == pytest.approx(20 * tokens * unread, rel=0.1)
    encode(path, n_jobs=1, spool=tmp_path)


@pytest.mark.parametrize("name", UNKNOWN)
def test_where_nobody_knows_how_much_will_come_some_memory_must_be_left(monkeypatch, tmp_path, name, written):
    small_memory(monkeypatch, 40_000)
    encode(UNKNOWN[name](written))
    small_memory(monkeypatch, 39_999)
    with pytest.raises(MemoryError, match=r"the ids of the next 10,000 words, after [\d,]+, need .*spool=True"):
        encode(UNKNOWN[name](written))
    encode(UNKNOWN[name](written), spool=tmp_path)


def test_what_fits_is_not_refused(monkeypatch, written):
    path = written("text.txt", TEXT.encode() * 20)
    small_memory(monkeypatch, 4 * 25 * sum(map(len, SENTENCES)))
    encode(path)
    encode(SENTENCES)


LIMITED = """
import resource, sys
from fastw2v.corpus.encoding import encode

limit = 1024 * sum(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmData")) + 2**24
resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
text = (["a", "b"] * 1000 for _ in range(4000))
print(len(encode(open(sys.argv[2], "rb") if sys.argv[2] else text, spool=sys.argv[1] or None).ids))
"""


@NEEDS_PROC
@pytest.mark.parametrize("kind", ["generator", "open file"])
def test_a_limit_of_the_system_is_kept_with_files_and_an_error_without(tmp_path, kind, written, numbers_printed_by):
    """16 MiB more than what is in use, for ids of 32 MB."""
    path = str(written("text.txt", b"a b " * 4_000_000)) if kind == "open file" else ""
    with pytest.raises(AssertionError, match=r"MemoryError: no memory after .*spool=True"):
        numbers_printed_by(LIMITED, "", path)
    assert numbers_printed_by(LIMITED, str(tmp_path), path) == [8_000_000]
