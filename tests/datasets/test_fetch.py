"""Data sets from FASTW2V_DATA, from the cache, or from their addresses, checked by hash."""

import hashlib
import subprocess
import warnings
import zipfile
from pathlib import Path

import pooch
import pytest

from fastw2v import datasets
from fastw2v.datasets import fetch


def network_gives(monkeypatch, content):
    """Let the next downloads give `content`; return the addresses that were asked for."""
    asked = []

    def download(self, url, output_file, pooch, check_only=False):
        asked.append(url)
        Path(output_file).write_bytes(content)

    monkeypatch.setattr(pooch.HTTPDownloader, "__call__", download)
    return asked


@pytest.mark.usefixtures("data_folder")
@pytest.mark.parametrize(
    ("split", "lines", "tokens"), [("train", 42_068, 929_589), ("valid", 3_370, 73_760), ("test", 3_761, 82_430)]
)
def test_ptb_has_the_sizes_that_are_published(split, lines, tokens):
    corpus = datasets.fetch_ptb(split)
    assert len(corpus) == lines
    assert sum(map(len, corpus)) == tokens
    assert all(sentence[-1] == "<eos>" for sentence in corpus)
    assert split != "train" or len({word for sentence in corpus for word in sentence}) == 10_000


def test_the_hashes_of_ptb_are_those_of_the_files(data_folder):
    import lzma

    for split, known in fetch._PTB_SHA256.items():
        path = next(data_folder.glob(f"ptb.{split}.txt*"))
        raw = lzma.decompress(path.read_bytes()) if path.suffix == ".xz" else path.read_bytes()
        assert hashlib.sha256(raw).hexdigest() == known


def test_evaluation_sets_are_found_in_the_data_folder(data_folder):
    assert datasets.fetch_analogies() == data_folder / "analogy" / "questions-words.txt"
    assert hashlib.sha256(datasets.fetch_analogies().read_bytes()).hexdigest() == fetch._ANALOGIES_SHA256
    for name in fetch._PAIRS:
        assert datasets.fetch_word_pairs(name).parent == data_folder / "similarity"


def test_the_data_folder_comes_first_then_the_cache_then_the_network(cache, tmp_path, monkeypatch):
    monkeypatch.setitem(fetch._PTB_SHA256, "valid", hashlib.sha256(b" from net\n").hexdigest())
    asked = network_gives(monkeypatch, b" from net\n")
    assert datasets.fetch_ptb("valid") == [["from", "net", "<eos>"]]
    assert asked == ["https://raw.githubusercontent.com/tomsercu/lstm/master/data/ptb.valid.txt"]
    assert datasets.fetch_ptb("valid") == [["from", "net", "<eos>"]]
    assert len(asked) == 1
    assert [path.name for path in cache.iterdir()] == ["ptb.valid.txt"]
    monkeypatch.setenv("FASTW2V_DATA", str(tmp_path))
    (tmp_path / "ptb.valid.txt").write_text("from folder\n")
    assert datasets.fetch_ptb("valid") == [["from", "folder", "<eos>"]]


def test_a_damaged_file_in_the_cache_is_fetched_again(cache, monkeypatch):
    monkeypatch.setitem(fetch._PTB_SHA256, "test", hashlib.sha256(b"good\n").hexdigest())
    cache.mkdir()
    (cache / "ptb.test.txt").write_bytes(b"bad\n")
    network_gives(monkeypatch, b"good\n")
    assert datasets.fetch_ptb("test") == [["good", "<eos>"]]


def test_a_file_that_was_changed_on_the_way_is_refused(cache, monkeypatch):
    network_gives(monkeypatch, b"something else")
    with pytest.raises(OSError, match=r"ptb\.train\.txt returned a file with the sha256 hash .*FASTW2V_DATA"):
        datasets.fetch_ptb()
    assert list(cache.iterdir()) == []


@pytest.mark.parametrize(
    ("fetch", "address"),
    [
        (datasets.fetch_ptb, "https://raw.githubusercontent.com/tomsercu/lstm/master/data/ptb.train.txt"),
        (datasets.fetch_text8, "http://mattmahoney.net/dc/text8.zip"),
        (datasets.fetch_analogies, "https://raw.githubusercontent.com/tmikolov/word2vec/master/questions-words.txt"),
        (datasets.fetch_word_pairs, "https://raw.githubusercontent.com/mfaruqui/eval-word-vectors/"),
    ],
)
def test_a_download_that_fails_names_the_address_and_the_remedy(cache, fetch, address):
    with pytest.raises(OSError, match="no network in tests") as caught:
        fetch()
    assert address in str(caught.value)
    assert "set FASTW2V_DATA to the folder that holds" in str(caught.value)
    assert list(cache.iterdir()) == []


def test_unknown_names_are_refused(cache):
    with pytest.raises(ValueError, match="'train', 'valid', 'test'; got 'dev'"):
        datasets.fetch_ptb("dev")
    with pytest.raises(ValueError, match=r"'ws353'.*got 'men'"):
        datasets.fetch_word_pairs("men")


def test_word_pairs_are_checked_by_the_hash_that_git_gives_them(cache, monkeypatch):
    content = b"tiger\tcat\t7.35\n"
    done = subprocess.run(["git", "hash-object", "--stdin"], input=content, capture_output=True, check=True)
    monkeypatch.setitem(fetch._PAIRS, "ws353", ("EN-WS-353-ALL", done.stdout.decode().strip()))
    network_gives(monkeypatch, content)
    assert datasets.fetch_word_pairs("ws353").read_bytes() == content
    network_gives(monkeypatch, content + b"\n")
    (cache / "EN-WS-353-ALL.txt").unlink()
    with pytest.raises(OSError, match="git hash"):
        datasets.fetch_word_pairs("ws353")


def test_text8_is_unpacked_checked_and_kept(cache, tmp_path, monkeypatch):
    with zipfile.ZipFile(tmp_path / "text8.zip", "w") as archive:
        archive.writestr("text8", " anarchism originated")
    packed = (tmp_path / "text8.zip").read_bytes()
    monkeypatch.setattr(fetch, "_TEXT8_ZIP_SHA256", hashlib.sha256(packed).hexdigest())
    asked = network_gives(monkeypatch, packed)
    with pytest.raises(OSError, match="does not have the MD5 sum"):
        datasets.fetch_text8()
    monkeypatch.setattr(fetch, "_TEXT8_MD5", hashlib.md5(b" anarchism originated").hexdigest())
    assert datasets.fetch_text8().read_text() == " anarchism originated"
    assert datasets.fetch_text8() == cache / "text8"
    assert len(asked) == 1


def test_the_default_cache_folder_is_the_users(monkeypatch):
    monkeypatch.delenv("FASTW2V_CACHE", raising=False)
    assert datasets.cache_folder().name == "fastw2v"


def test_the_advice_of_tqdm_on_widgets_is_not_passed_on(monkeypatch):
    """pooch imports it where it is installed; in a notebook without widgets it warns."""

    def imported(name):
        warnings.warn("IProgress not found. Please update jupyter and ipywidgets.", RuntimeWarning, stacklevel=2)
        return pooch

    monkeypatch.setattr(fetch, "import_module", imported)
    assert fetch._pooch() is pooch
