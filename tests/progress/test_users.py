"""Everything that takes long tells a phase what it has done: its whole length, from the first to the last."""

import bz2
import gzip
import io
import lzma

import numpy as np
import pooch
import pytest

import fastw2v
from fastw2v import Word2Vec, WordVectors, encode
from fastw2v.datasets import fetch
from fastw2v.errors import ParameterError
from fastw2v.evaluate import evaluate_analogies
from fastw2v.progress import phase as phases

TEXT = "".join(f"red wine and white wine number{i % 50}\n" for i in range(20_000))


@pytest.fixture
def ended(monkeypatch):
    """The phases that were begun with verbose, each with (name, done, total, how often it was told) at its end."""
    found, told = [], {}

    class Watched(phases.Phase):
        def _look(self):
            told[self] = told.get(self, 0) + 1

        def end(self, whole=True):
            found.append((self.name, self.done, self.total, told.get(self, 0)))

    monkeypatch.setattr(phases, "Phase", Watched)
    return found


@pytest.fixture(params=["txt", "gz", "bz2", "xz", "zst"])
def text_file(request, tmp_path):
    """A file of text, plain or compressed."""
    path, data = tmp_path / f"text.{request.param}", TEXT.encode()
    if request.param == "zst":
        data = pytest.importorskip("zstandard").compress(data)
    path.write_bytes({"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}.get(request.param, bytes)(data))
    return path


@pytest.mark.parametrize("tokenizer", [None, str.split], ids=["scanner", "lines"])
def test_counting_a_file_reaches_its_size_on_disk(ended, text_file, tokenizer):
    plain = encode(text_file, tokenizer=tokenizer)
    assert ended == []
    corpus = encode(text_file, tokenizer=tokenizer, verbose=1)
    (counting, encoding) = ended
    size = text_file.stat().st_size
    assert counting[:3] == ("counting", size, size)
    assert counting[3] >= 1
    assert encoding[:3] == ("encoding", len(corpus.ids), len(corpus.ids))
    np.testing.assert_array_equal(corpus.ids, plain.ids)
    assert 0 <= corpus.report.encoding_seconds <= corpus.report.seconds


def test_several_files_are_one_length(ended, tmp_path):
    for name, data in (("a.txt", TEXT.encode()), ("b.gz", gzip.compress(TEXT.encode()))):
        (tmp_path / name).write_bytes(data)
    encode(tmp_path, verbose=1, n_jobs=3)
    size = sum(path.stat().st_size for path in tmp_path.iterdir())
    assert ended[0][:3] == ("counting", size, size)


@pytest.mark.parametrize("tokenizer", [None, "words"])
def test_an_open_file_has_no_length(ended, tokenizer):
    encode(io.StringIO(TEXT), tokenizer=tokenizer, verbose=1)
    name, done, total, told = ended[0]
    assert (name, total) == ("counting", None)
    assert done > 0
    assert told >= 1


@pytest.mark.parametrize(
    "make", [list, iter, lambda items: (item for item in items)], ids=["list", "iterator", "generator"]
)
def test_items_of_an_iterable_are_counted(ended, make):
    encode(make([["a", "b"]] * 1_000), min_count=1, verbose=1)
    assert ended[0][:3] == ("counting", 1_000, 1_000 if make is list else None)


def test_ids_on_a_disk_are_encoded_block_by_block(ended, tmp_path):
    corpus = encode([["a", "b"]] * 1_000, min_count=1, spool=tmp_path, verbose=1)
    assert ended[1][:3] == ("encoding", len(corpus.ids), 2_000)


def test_a_fit_counts_and_encodes_with_its_own_verbose(ended, capsys):
    Word2Vec([["a", "b"]] * 50, min_count=1, vector_size=2, sample=0, learning_rate=0.01, verbose=1, n_jobs=1).fit()
    assert [name for name, *_ in ended] == ["counting", "encoding"]
    assert "coverage" in capsys.readouterr().err


@pytest.mark.parametrize("suffix", ["txt", "bin", "safetensors", "txt.gz"])
def test_loading_reaches_the_size_of_the_file(ended, tmp_path, suffix):
    vectors = WordVectors(np.random.default_rng(1).normal(size=(3_000, 20)), [f"word{i}" for i in range(3_000)])
    path = tmp_path / f"vectors.{suffix}"
    fastw2v.save(tmp_path / f"vectors.{suffix.removesuffix('.gz')}", vectors)
    if suffix.endswith(".gz"):
        path.write_bytes(gzip.compress((tmp_path / "vectors.txt").read_bytes()))
    fastw2v.load(path)
    assert ended == []
    loaded = fastw2v.load(path, verbose=1)
    np.testing.assert_allclose(loaded.vectors, vectors.vectors, atol=1e-6)
    ((name, done, total, told),) = ended
    size = path.stat().st_size
    assert (name, total) == ("loading", size)
    assert done == (size if suffix != "safetensors" else pytest.approx(size, rel=0.02))  # but the header
    assert told >= 1
    fastw2v.load(path, limit=10, verbose=1)
    assert ended[1][2] is None  # who knows where the tenth row ends?


def test_a_model_shows_its_loading(ended, tmp_path):
    model = Word2Vec([["a", "b"]] * 50, min_count=1, vector_size=2, sample=0, learning_rate=0.01, n_jobs=1).fit()
    model.save(tmp_path / "model.safetensors")
    assert Word2Vec.load(tmp_path / "model.safetensors", verbose=1).verbose == 0
    assert [name for name, *_ in ended] == ["loading"]


@pytest.mark.parametrize("method", ["add", "mul"])
@pytest.mark.parametrize("protocol", ["c", "gensim"])
def test_every_question_counts_whether_it_can_be_asked_or_not(ended, method, protocol):
    rng = np.random.default_rng(1)
    wv = WordVectors(rng.normal(size=(50, 8)), [f"w{i}" for i in range(50)])
    asked = [tuple(f"w{i}" for i in rng.choice(60, 4, replace=False)) for _ in range(300)]
    questions = {"one": asked[:200], "two": asked[200:]}
    expected = evaluate_analogies(wv, questions, method=method, protocol=protocol)
    assert evaluate_analogies(wv, questions, method=method, protocol=protocol, verbose=1) == expected
    ((name, done, total, told),) = ended
    assert (name, total) == ("evaluating", 300)
    assert done == pytest.approx(300)
    assert told >= 2


def test_a_download_tells_what_arrives(ended, monkeypatch, tmp_path):
    monkeypatch.setenv("FASTW2V_CACHE", str(tmp_path))
    monkeypatch.delenv("FASTW2V_DATA", raising=False)

    def download(self, url, output_file, pooch, check_only=False):
        """What pooch does with its bar: fill it part by part, and once more as a whole."""
        open(output_file, "wb").close()
        self.progressbar.total = 1_000
        for _ in range(11):
            self.progressbar.update(100)
        self.progressbar.reset()
        self.progressbar.update(1_000)
        self.progressbar.close()

    monkeypatch.setattr(pooch.HTTPDownloader, "__call__", download)
    for verbose in (0, 1):
        with pytest.raises(OSError, match="hash"):
            fetch.fetch_analogies(verbose=verbose)
    assert ended == [("download", 1_000, 1_000, 13)]


@pytest.mark.parametrize(
    "call",
    [
        lambda: encode([["a", "b"]], verbose="yes"),
        lambda: fastw2v.load("no.txt", verbose=-1),
        lambda: evaluate_analogies(WordVectors(np.eye(2), ["a", "b"]), {}, verbose=None),
        lambda: fetch.load_docstrings(verbose=11),
    ],
)
def test_verbose_is_checked_everywhere(call):
    with pytest.raises(ParameterError, match="verbose="):
        call()
