"""Data sets: the built-in corpus; files of FASTW2V_DATA, of the cache, or from their addresses, checked by hash."""

import hashlib
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pooch
import pytest

import fastw2v
from fastw2v import datasets
from fastw2v.datasets import fetch
from fastw2v.datasets.docstring_corpus import harvest, split_paragraphs

HOME = Path(fastw2v.__file__).parent.parent
DATA = os.environ.get("FASTW2V_DATA")
needs_data = pytest.mark.skipif(not DATA, reason="FASTW2V_DATA names no folder with the data sets")


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache, no data folder, and a network that is not there unless the test says so."""
    monkeypatch.setenv("FASTW2V_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("FASTW2V_DATA", raising=False)

    def no_network(self, url, output_file, pooch, check_only=False):
        raise ConnectionError("no network in tests")

    monkeypatch.setattr(pooch.HTTPDownloader, "__call__", no_network)
    return tmp_path / "cache"


def network_gives(monkeypatch, content):
    """Let the next downloads give `content`; return the addresses that were asked for."""
    asked = []

    def download(self, url, output_file, pooch, check_only=False):
        asked.append(url)
        Path(output_file).write_bytes(content)

    monkeypatch.setattr(pooch.HTTPDownloader, "__call__", download)
    return asked


# -- the built-in corpus --

MODULE = '''"""First Paragraph of the_module.

Second one: x[0] == max(a, b2)."""
def f():
    "Inside f."
    class C:
        """Inside C."""
        async def g(self): "Inside g."
    return "not documentation"
add_newdoc("numpy", "name_of_it", "Prose in a call.")
add_newdoc("numpy", "it", ("method", """
Of a method."""))
other_call("not this one")
'''
HARVESTED = [
    "first paragraph of the module",
    "second one x max a b",
    "inside f",
    "prose in a call",
    "of a method",
    "inside c",
    "inside g",
]


def test_docstrings_of_a_source_tree_are_harvested_in_order(tmp_path):
    (tmp_path / "b").mkdir()
    for name in ("test", "tests", "site-packages", "__pycache__"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "left_out.py").write_text('"""left out"""')
    (tmp_path / "b" / "one.py").write_text('"""From b."""')
    (tmp_path / "a.py").write_text('"""From a."""')
    (tmp_path / "broken.py").write_text('"""From broken."""\ndef (')
    (tmp_path / "nul.py").write_bytes(b'"""From nul."""\0')
    (tmp_path / "latin.py").write_bytes(b'"""\xff"""')
    (tmp_path / "c.txt").write_text('"""From c."""')
    assert list(harvest([tmp_path])) == [["from", "a"], ["from", "b"]]


def test_docstrings_wherever_they_are(tmp_path):
    (tmp_path / "module.py").write_text(MODULE)
    assert sorted(" ".join(words) for words in harvest([tmp_path])) == sorted(HARVESTED)


def test_the_harvest_executes_nothing(tmp_path):
    (tmp_path / "evil.py").write_text(f'"""Fine."""\nopen({str(tmp_path / "written")!r}, "w")')
    assert list(harvest([tmp_path])) == [["fine"]]
    assert not (tmp_path / "written").exists()


def test_identifiers_fall_into_words():
    assert list(split_paragraphs("n_rows min() np.max2 column's\n \nCAF\u00c9\n\n123 _ \n\n")) == [
        ["n", "rows", "min", "np", "max", "column", "s"],
        ["caf\u00e9"],
    ]


def test_the_corpus_is_kept_and_read_again_equal(cache, tmp_path, monkeypatch):
    root = tmp_path / "library"
    root.mkdir()
    (root / "module.py").write_text(MODULE)
    monkeypatch.setattr("fastw2v.datasets.docstring_corpus.source_roots", lambda: [root])
    first = datasets.load_docstrings()
    assert sorted(" ".join(words) for words in first) == sorted(HARVESTED)
    assert [path.name.startswith("docstrings-") for path in cache.iterdir()] == [True]
    (root / "module.py").write_text('"""Changed."""')
    assert datasets.load_docstrings() == first
    assert datasets.load_docstrings(cache=False) == [["changed"]]
    monkeypatch.setattr(fetch, "_HARVEST_VERSION", -1)
    assert datasets.load_docstrings() == [["changed"]]


def test_a_cache_that_cannot_be_written_to_is_no_fault(cache, tmp_path, monkeypatch):
    cache.write_text("a file where the folder should be")
    (tmp_path / "library").mkdir()
    (tmp_path / "library" / "module.py").write_text('"""Here."""')
    monkeypatch.setattr("fastw2v.datasets.docstring_corpus.source_roots", lambda: [tmp_path / "library"])
    assert datasets.load_docstrings() == [["here"]]


def test_the_roots_are_the_library_and_what_is_installed():
    """In a process of its own, to see that finding NumPy and SciPy imports neither."""
    code = (
        "import sys; from fastw2v.datasets.docstring_corpus import source_roots; "
        "print(*source_roots(), *sys.modules, sep='\\n')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=HOME)
    library, numpy, scipy, *modules = done.stdout.splitlines()
    assert (Path(library) / "ast.py").is_file()
    assert [Path(numpy).name, Path(scipy).name] == ["numpy", "scipy"]
    assert not {"numpy", "scipy"} & set(modules)


# -- files that are fetched --


@needs_data
@pytest.mark.parametrize(
    ("split", "lines", "tokens"), [("train", 42_068, 929_589), ("valid", 3_370, 73_760), ("test", 3_761, 82_430)]
)
def test_ptb_has_the_sizes_that_are_published(split, lines, tokens):
    corpus = datasets.fetch_ptb(split)
    assert len(corpus) == lines
    assert sum(map(len, corpus)) == tokens
    assert all(sentence[-1] == "<eos>" for sentence in corpus)
    assert split != "train" or len({word for sentence in corpus for word in sentence}) == 10_000


@needs_data
def test_the_hashes_of_ptb_are_those_of_the_files():
    import lzma

    for split, known in fetch._PTB_SHA256.items():
        path = next(Path(DATA).glob(f"ptb.{split}.txt*"))
        raw = lzma.decompress(path.read_bytes()) if path.suffix == ".xz" else path.read_bytes()
        assert hashlib.sha256(raw).hexdigest() == known


@needs_data
def test_evaluation_sets_are_found_in_the_data_folder():
    assert datasets.fetch_analogies() == Path(DATA) / "analogy" / "questions-words.txt"
    assert hashlib.sha256(datasets.fetch_analogies().read_bytes()).hexdigest() == fetch._ANALOGIES_SHA256
    for name in fetch._PAIRS:
        assert datasets.fetch_word_pairs(name).parent == Path(DATA) / "similarity"


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


def test_a_damaged_file_of_the_cache_is_fetched_again(cache, monkeypatch):
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


def test_the_cache_folder_without_a_wish_is_the_users(monkeypatch):
    monkeypatch.delenv("FASTW2V_CACHE", raising=False)
    assert datasets.cache_folder().name == "fastw2v"
