"""Ids in files instead of memory: the same ids, no trace left, and every way in which a disk can fail."""

import copy
import errno
import gzip
import io
import mmap
import os
import pickle
import signal
import subprocess
import sys
import tempfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fastw2v
from fastw2v import Word2Vec
from fastw2v.corpus import id_store
from fastw2v.corpus._text_scanner import TextScanner, renumber_block
from fastw2v.corpus._token_scanner import TokenScanner
from fastw2v.corpus.counting import count_files
from fastw2v.corpus.encoding import encode
from fastw2v.corpus.files import find
from fastw2v.errors import Fastw2vWarning, ParameterError
from fastw2v.planning.training_parameters import TrainingParameters

WORDS = np.array([f"w{i}" for i in range(300)] + ["été", "a word longer than sixteen bytes".replace(" ", "_")])


def random_sentences(n_tokens=30_000, seed=0):
    """Sentences of 0 to 30 words; enough of them that blocks of ids are taken out more than once."""
    rng = np.random.default_rng(seed)
    ids = (rng.pareto(0.8, n_tokens) % len(WORDS)).astype(int)
    cuts = np.sort(rng.integers(0, n_tokens, n_tokens // 15))
    return [part.tolist() for part in np.split(WORDS[ids], cuts)]


SENTENCES = random_sentences()
NUMBERS = {word: number for number, word in enumerate(WORDS.tolist())}
TEXT = "\n".join(" ".join(words) for words in SENTENCES)


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch):
    monkeypatch.setattr(id_store, "BLOCK", 1000)


@pytest.fixture
def folder(tmp_path):
    """A folder for ids, in which nothing may ever be seen."""
    path = tmp_path / "spool"
    path.mkdir()
    yield path
    assert list(path.iterdir()) == []


def assert_same(found, expected):
    assert found.vocabulary == expected.vocabulary
    assert found.ids.dtype == np.int32
    assert found.offsets.dtype == np.int64
    assert np.array_equal(found.ids, expected.ids)
    assert np.array_equal(found.offsets, expected.offsets)
    unlike = {"seconds": 0.0, "encoding_seconds": 0.0}
    assert {**vars(found.report), **unlike} == {**vars(expected.report), **unlike}


# --- the same ids ----------------------------------------------------------------------------------------------------


CORPORA = {
    "token lists": lambda written: SENTENCES,
    "tokens that are no strings": lambda written: [[NUMBERS[word] for word in words] for words in SENTENCES],
    "strings": lambda written: [" ".join(words) for words in SENTENCES],
    "generator": lambda written: (words for words in SENTENCES),
    "one long sentence": lambda written: [[word for words in SENTENCES for word in words]],
    "file": lambda written: written("text.txt", TEXT.encode()),
    "compressed file": lambda written: written("text.gz", gzip.compress(TEXT.encode(), 1)),
    "several files": lambda written: [written(f"{i}.txt", TEXT.encode()) for i in range(3)],
    "open file": lambda written: io.BytesIO(TEXT.encode()),
}


@pytest.mark.parametrize("name", CORPORA)
@pytest.mark.parametrize("options", [{}, {"min_count": 40}, {"vocabulary": ["w3", "unseen", "w1", 3, 1]}], ids=str)
@pytest.mark.filterwarnings("ignore:3 of the 5 words of the given vocabulary")
def test_ids_are_the_same(folder, name, options, written):
    expected = encode(CORPORA[name](written), **options)
    found = encode(CORPORA[name](written), spool=folder, **options)
    assert_same(found, expected)
    assert len(found.ids) > 1000


def test_a_tokenizer_of_lines(folder, written):
    path = written("text.txt", TEXT.encode())
    assert_same(encode(path, tokenizer=str.split, spool=folder), encode(path, tokenizer=str.split))


@pytest.mark.parametrize("n_threads", [1, 2, 5])
@pytest.mark.parametrize("errors", ["strict", "replace", "ignore"])
def test_threads_and_bad_bytes(folder, n_threads, errors, written):
    data = TEXT.encode()
    if errors != "strict":
        data = data.replace(b"w7 ", b"w7\xff ").replace(b"w9", b"\xff\xfe")
    files = find(written("text.txt", data))
    alone = count_files(files, errors, 1, block=10_000)
    rows = np.where(alone.counts > 30, np.arange(len(alone.counts), dtype=np.int32), np.int32(-1))
    kept = int(alone.counts[rows >= 0].sum())
    expected = alone.renumber(rows, kept)
    counted = count_files(
        files, errors, n_threads, store=id_store.InFiles(str(folder)), block=10_000, bytes_per_thread=1000
    )
    assert len(counted._scanners) == n_threads
    for found, wanted in zip(counted.renumber(rows, kept), expected, strict=True):
        assert np.array_equal(found, wanted)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.lists(st.integers(1, 6), max_size=6), max_size=30), st.integers(0, 3))
def test_any_token_lists(sentences, min_count):
    try:
        expected = encode(sentences, min_count=min_count)
    except ValueError as error:
        with pytest.raises(type(error)):
            encode(sentences, min_count=min_count, spool=True)
    else:
        assert_same(encode(sentences, min_count=min_count, spool=True), expected)


def test_a_real_block_size(monkeypatch, folder):
    monkeypatch.setattr(id_store, "BLOCK", 1 << 18)
    sentences = [["a", "b", "c"] * 50_000, [], ["b"] * 300_000, *(["c", "a"] for _ in range(10_000))]
    assert_same(encode(iter(sentences), spool=folder), encode(sentences))


def test_rows_and_ends_of_one_block():
    ids, ends = np.array([0, -1, 2, 1, -1, -1], np.int32), np.zeros(6, np.int64)
    assert renumber_block(ids, np.array([5, -1, 7], np.int32), ends, 100) == (2, 3)
    assert ids[:2].tolist() == [5, 7]
    assert ends[:3].tolist() == [101, 102, 102]
    assert renumber_block(np.empty(0, np.int32), np.empty(0, np.int32), ends, 0) == (0, 0)
    for bad in ([-2], [3], [2**31 - 1], [-(2**31)]):
        with pytest.raises(ValueError, match="3 rows"):
            renumber_block(np.array(bad, np.int32), np.zeros(3, np.int32), ends, 0)
    with pytest.raises(ValueError, match="room for 1"):
        renumber_block(np.zeros(2, np.int32), np.zeros(3, np.int32), ends[:1], 0)


@pytest.mark.parametrize("kind", [TextScanner, TokenScanner])
def test_words_that_were_given_back_are_gone_and_the_ids_stay(kind):
    scanner = kind()
    if kind is TokenScanner:
        scanner.add(["a", "b", "a"])
    else:
        text = [b"", b"a b a\n"]
        scanner.begin()
        scanner.read(lambda buffer: buffer.__setitem__(slice(6), text[-1]) or len(text.pop()), 100)
        scanner.end()
    scanner.release_words()
    scanner.release_words()
    assert len(scanner) == 0
    assert scanner.counts().tolist() == []
    assert scanner.find(["a"]).tolist() == [-1]
    ids, ends = np.zeros(3, np.int32), np.zeros(1, np.int64)
    with pytest.raises(ValueError, match="3 rows for 2 words"):
        scanner.renumber(np.zeros(3, np.int32), ids, ends, 0)
    scanner.renumber(np.array([7, 8], np.int32), ids, ends, 0)
    assert (ids.tolist(), ends.tolist()) == ([7, 8, 7], [3])


# --- what comes of them ----------------------------------------------------------------------------------------------


def test_ids_are_read_only_arrays_that_can_be_copied(folder):
    corpus = encode(SENTENCES, spool=folder)
    assert type(corpus.ids) is np.ndarray
    assert not corpus.ids.flags.writeable
    for twin in (pickle.loads(pickle.dumps(corpus)), copy.deepcopy(corpus)):
        assert_same(twin, corpus)
    assert encode(corpus, spool=folder) is corpus
    with pytest.warns(Fastw2vWarning, match=r"spool=.* has no effect"):
        encode(encode(SENTENCES), spool=folder)


def test_training_is_the_same(folder, tmp_path):
    params = {"vector_size": 8, "epochs": 2, "random_state": 3, "n_jobs": 1}
    expected = Word2Vec(SENTENCES, **params).fit()
    found = Word2Vec(SENTENCES, spool=folder, **params).fit(checkpoint=tmp_path / "point.safetensors")
    assert np.array_equal(found.vectors_.vectors, expected.vectors_.vectors)
    state = fastw2v.training.loop.start(encode(SENTENCES), TrainingParameters(vector_size=8, epochs=2), seed=3)
    fastw2v.training.checkpoint.restore(
        tmp_path / "point.safetensors", state, encode(SENTENCES)
    )  # it is the same corpus


def test_a_model_with_it_is_cloned_and_pickled(folder):
    from sklearn.base import clone

    model = Word2Vec(SENTENCES, vector_size=4, epochs=1, spool=folder)
    assert clone(model).spool is folder
    twin = pickle.loads(pickle.dumps(model.fit()))
    assert twin.get_params()["spool"] == folder
    assert np.array_equal(twin.vectors_.vectors, model.vectors_.vectors)


def test_the_command_line(folder, tmp_path, capsys, written):
    from fastw2v.cli import main

    text = written("text.txt", TEXT.encode())
    files = [tmp_path / "memory.txt", tmp_path / "files.txt"]
    common = ["train", str(text), "-q", "-j", "1", "--seed", "1", "--vector-size", "4", "--epochs", "1"]
    for path, options in zip(files, ([], ["--spool", str(folder)]), strict=True):
        with pytest.raises(SystemExit) as left:
            main([*common, "-o", str(path), *options])
        assert not left.value.code
    assert files[0].read_bytes() == files[1].read_bytes()
    with pytest.raises(SystemExit) as left:
        main([*common, "-o", str(files[0]), "--spool", str(tmp_path / "none")])
    assert left.value.code == 1
    assert str(tmp_path / "none") in capsys.readouterr().err


# --- the folder ------------------------------------------------------------------------------------------------------


def test_nothing_can_be_seen_while_ids_are_written(folder):
    seen = []

    def sentences():
        for words in SENTENCES:
            seen.extend(folder.iterdir())
            yield words

    corpus = encode(sentences(), spool=folder)
    assert seen == list(folder.iterdir()) == []
    assert corpus.ids.max() > 0


def test_nothing_is_left_by_a_process_that_is_killed(folder, package_folder):
    code = (
        "import itertools, sys, fastw2v as c\n"
        "def sentences():\n"
        "    for i in itertools.count():\n"
        "        i == 2000 and print('go', flush=True)\n"
        "        yield ['a', 'b'] * 1000\n"
        "c.encode(sentences(), spool=sys.argv[1])\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code, str(folder)], stdout=subprocess.PIPE, cwd=package_folder)
    with process:
        assert process.stdout.readline() == b"go\n"
        process.kill()
    assert process.returncode == -signal.SIGKILL


@pytest.mark.parametrize("value", ["", 3, 1.5, b"folder", ["folder"], "a\0b"])
def test_a_spool_that_is_not_a_folder_is_refused(value):
    with pytest.raises(ParameterError, match=r"spool=.*the path of a folder"):
        encode(SENTENCES, spool=value)
    with pytest.raises(ParameterError, match="spool="):
        Word2Vec(SENTENCES, spool=value).fit()


@pytest.mark.parametrize("value", [None, False, np.False_])
def test_without_a_folder_ids_are_kept_in_memory(value, monkeypatch):
    monkeypatch.delattr(id_store, "InFiles")
    assert len(encode(SENTENCES, spool=value)) == len(SENTENCES)


def test_a_folder_that_cannot_be_used_is_found_out_before_a_generator_is_touched(tmp_path, written):
    file = written("file", b"")
    for path, number in ((tmp_path / "none", errno.ENOENT), (file, errno.ENOTDIR)):
        generator = iter(SENTENCES)
        with pytest.raises(OSError, match="no file for word ids can be created here") as caught:
            encode(generator, spool=path)
        assert (caught.value.errno, caught.value.filename) == (number, str(path))
        assert next(generator) is SENTENCES[0]


def test_true_is_the_systems_folder(monkeypatch, tmp_path):
    used = []
    real = tempfile.TemporaryFile
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda dir, **options: used.append(dir) or real(**options))
    monkeypatch.setattr(tempfile, "tempdir", None)  # forget what was looked up before
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    encode(SENTENCES, spool=True)
    assert set(used) == {str(tmp_path)}
    monkeypatch.delenv("TMPDIR")
    assert id_store._system_folder() == "/var/tmp"
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert id_store._system_folder() == tempfile.gettempdir()


# --- disks that fail -------------------------------------------------------------------------------------------------


@pytest.fixture
def disk(monkeypatch):
    """Sets how many bytes may be written; takes 1000 at a time."""
    room = [0]
    real = os.pwrite

    def pwrite(descriptor, data, place):
        n = min(len(data), 1000, room[0])
        if not n:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        room[0] -= n
        return real(descriptor, bytes(data[:n]), place)

    monkeypatch.setattr(os, "pwrite", pwrite)
    return room


@pytest.mark.parametrize("name", ["generator", "file"])
def test_a_full_disk_is_an_error_wherever_it_is_met(folder, disk, name, written):
    expected = encode(CORPORA[name](written))
    needed = 4 * (expected.report.raw_tokens + len(expected) + len(expected.ids)) + 8 * len(expected.offsets)
    for room in range(0, needed, 20_000):
        disk[0] = room
        with pytest.raises(OSError, match="name a folder with more room") as caught:
            encode(CORPORA[name](written), spool=folder)
        assert (caught.value.errno, caught.value.filename) == (errno.ENOSPC, str(folder))
    disk[0] = needed
    found = encode(CORPORA[name](written), spool=folder)
    assert_same(found, expected)  # short writes are gone on with


def test_a_full_disk_does_not_kill(folder, run_python):
    """With the system's own limit on the size of files, and blocks as large as they are."""
    code = (
        "import resource, sys, fastw2v as c\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (3_000_000, 3_000_000))\n"
        "try:\n"
        "    c.encode((['a', 'b'] * 1000 for _ in range(1000)), spool=sys.argv[1])\n"
        "except OSError as error:\n"
        "    print(error.errno, error.filename)\n"
    )
    done = run_python(code, folder)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [str(errno.EFBIG), str(folder)]


def test_ids_that_do_not_reach_the_disk_are_an_error(monkeypatch, folder):
    def fsync(descriptor):
        raise OSError(errno.EDQUOT, os.strerror(errno.EDQUOT))

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(OSError, match="cannot be flushed to disk") as caught:
        encode(SENTENCES, spool=folder)
    assert (caught.value.errno, caught.value.filename) == (errno.EDQUOT, str(folder))


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda descriptor: os.ftruncate(descriptor, 50_000), "become shorter"),
        (lambda descriptor: os.pwrite(descriptor, b"\x7f" * 4000, 20_000), "is the disk damaged"),
    ],
)
def test_ids_that_are_read_back_otherwise_are_an_error(monkeypatch, folder, damage, message):
    blocks = id_store._UnnamedFile.blocks

    def damaged(self, size):
        damage(self._descriptor)
        return blocks(self, size)

    monkeypatch.setattr(id_store._UnnamedFile, "blocks", damaged)
    with pytest.raises(OSError, match=message) as caught:
        encode(SENTENCES, spool=folder)
    assert (caught.value.errno, caught.value.filename) == (errno.EIO, str(folder))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux reserves no memory for pages that are asked for so")
def test_the_gaps_between_the_parts_of_a_rank_need_no_memory(monkeypatch):
    """Ten billion ids, of which a rank has five: more than most machines have, whatever Python names the flag."""
    monkeypatch.delattr(mmap, "MAP_NORESERVE", raising=False)
    ids = id_store.at_their_places([(10**10 - 5, np.arange(5, dtype=np.int32))], 10**10, None)
    assert ids[-5:].tolist() == [0, 1, 2, 3, 4]
    assert ids[:3].tolist() == [0, 0, 0]
