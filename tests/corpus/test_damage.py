"""Files that are not text or change while they are read, threads that fail, Ctrl-C."""

import gzip
import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from fastw2v.corpus import counting
from fastw2v.corpus._text_scanner import TextScanner
from fastw2v.corpus.counting import count_files
from fastw2v.corpus.encoding import encode
from fastw2v.corpus.files import find
from fastw2v.errors import CorpusChangedError, CorpusError

TEXT = b"the cat sat\non the mat\n" * 20_000


BOM = b"\xef\xbb\xbf"


@pytest.mark.parametrize(
    ("data", "hint"),
    [
        (gzip.compress(b"text", mtime=0), "gzip"),
        ("text and more".encode("utf-16"), "UTF-16"),
        (b"PK\x03\x04\x00\x00", "zip archive"),
    ],
)
def test_other_formats_are_recognised(tmp_path, data, hint):
    path = tmp_path / "text.txt"
    path.write_bytes(data)
    for tokenizer in (None, "words"):
        with pytest.raises(CorpusError, match=f"it looks like .*{hint}"):
            encode(path, tokenizer=tokenizer)


def test_what_a_compressed_file_holds_is_not_taken_for_compressed(tmp_path):
    path = tmp_path / "text.gz"
    path.write_bytes(gzip.compress(b"the cat\0 sat", mtime=0))
    for tokenizer in (None, "words"):
        with pytest.raises(CorpusError, match="found a NUL byte") as raised:
            encode(path, tokenizer=tokenizer)
        assert "gzip" not in str(raised.value)


def test_words_that_other_formats_begin_with_are_text(tmp_path):
    for word in ("ID3", "OggS", "PAR1", "GIF8", "ARROW1"):
        (tmp_path / "text.txt").write_text(f"{word} tags are told here\n" * 3)
        assert len(encode(tmp_path / "text.txt", min_count=1).vocabulary) == 5


def test_bad_line_is_counted_over_ranges_and_named_with_its_file(tmp_path):
    good, bad = tmp_path / "good.txt", tmp_path / "bad.txt"
    good.write_bytes(b"good line\n" * 5000)
    bad.write_bytes(b"fine line\n" * 5000 + b"\nx caf\xe9 y\n" + b"fine line\n" * 2000 + b"\xff" * 9)
    files = [*find(good), *find(bad), *find(bad)]
    for n_threads in (1, 2, 8):
        with pytest.raises(CorpusError, match=rf"{bad}, line 5,002, byte 50,006 .*0xe9.*errors='replace'"):
            count_files(files, "strict", n_threads, bytes_per_thread=1)
    with pytest.raises(CorpusError, match=rf"{bad}, line 5,002, byte 50,006 .*0xe9.*errors='replace'"):
        encode([good, bad], tokenizer="words")


@pytest.mark.fault("too few words")
def test_too_few_words_names_the_most_frequent(tmp_path):
    path = tmp_path / "few.txt"
    path.write_text("a a b")
    with pytest.raises(CorpusError, match=r"min_count=5 times: the most frequent word, 'a', occurs 2 times"):
        encode(path)
    with pytest.raises(CorpusError, match=r"at least 2 words, only one occurs min_count=2 times.*'a'"):
        encode(path, min_count=2)
    path.write_text("a a a")
    with pytest.raises(CorpusError, match=r"at least 2 words, the corpus has one: .*'a', occurs 3 times"):
        encode(path, min_count=1)
    with pytest.raises(CorpusError, match="no word of the vocabulary"):
        encode(path, vocabulary=["b", "c"])


def tampering(action):
    """A scanner before whose second block something happens to the file."""

    class Scanner(TextScanner):
        blocks = 0

        def read(self, readinto, size):
            type(self).blocks += 1
            if type(self).blocks == 2:
                action()
            return super().read(readinto, size)

    return Scanner


def _append(path):
    with open(path, "ab") as file:
        file.write(b"more")


def _replace(path):
    other = path.with_name("other")
    other.write_bytes(path.read_bytes())
    os.replace(other, path)


def _rewrite(path):
    stat = path.stat()
    path.write_bytes(b"x" * stat.st_size)
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns + 1))


@pytest.mark.fault("a file that changes while it is read")
@pytest.mark.parametrize("name", ["text.txt", "text.gz"])
@pytest.mark.parametrize(
    ("action", "message"),
    [
        (lambda path: os.truncate(path, 100), "was truncated|had .* bytes, now 100"),
        (_append, "had .* bytes, now"),
        (_replace, "changed while it was read"),
        (_rewrite, "was written to"),
        (os.remove, "was removed"),
    ],
)
def test_a_file_that_changes_while_it_is_read(tmp_path, monkeypatch, name, action, message):
    path = tmp_path / name
    data = np.random.default_rng(0).choice(list(b"abcdefgh "), 3_000_000).astype(np.uint8).tobytes()
    path.write_bytes(gzip.compress(data, 1) if name.endswith("gz") else data)
    monkeypatch.setattr(counting, "TextScanner", tampering(lambda: action(path)))
    with pytest.raises(CorpusChangedError, match=message) as caught:
        encode(path, n_jobs=1)
    assert str(path) in str(caught.value)


def _refuse(*_):
    raise RuntimeError("can't start new thread")


@pytest.mark.fault("threads that do not start")
def test_threads_that_do_not_start_leave_the_work_to_the_others(tmp_path, monkeypatch):
    path = tmp_path / "text.txt"
    path.write_bytes(TEXT)
    monkeypatch.setattr(threading.Thread, "start", _refuse)
    with pytest.warns(RuntimeWarning, match="only 1 of 4 threads started"):
        counted = count_files(find(path), "strict", 4, bytes_per_thread=1)
    assert counted.tokens == 120_000


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError, OSError(5, "Input/output error")])
def test_an_exception_in_one_reader_stops_all_and_comes_out(tmp_path, monkeypatch, error):
    path = tmp_path / "text.txt"
    path.write_bytes(TEXT)

    def fail():
        raise error

    monkeypatch.setattr(counting, "TextScanner", tampering(fail))
    before = threading.active_count()
    with pytest.raises(error if isinstance(error, type) else OSError):
        count_files(find(path), "strict", 4, block=1000, bytes_per_thread=1)
    assert threading.active_count() == before


@pytest.mark.fault("Ctrl-C")
@pytest.mark.parametrize("corpus", ["'-'", "itertools.repeat(['a', 'b'])", "itertools.repeat(['a'] * 10**7)"])
def test_ctrl_c_ends_reading(corpus):
    code = f"import itertools, fastw2v as c; print('go', flush=True); c.encode({corpus}, min_count=1)"
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout.readline() == b"go\n"
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    _, messages = process.communicate(timeout=20)
    assert b"KeyboardInterrupt" in messages
    assert process.returncode == -signal.SIGINT


@pytest.mark.fault("not enough memory")
@pytest.mark.skipif(sys.platform != "linux", reason="needs RLIMIT_AS")
@pytest.mark.skipif("asan" in os.environ.get("LD_PRELOAD", ""), reason="the sanitizer needs terabytes of addresses")
def test_not_enough_memory_is_an_exception(tmp_path, run_python):
    path = tmp_path / "sparse.txt"
    path.touch()
    os.truncate(path, 1 << 32)  # one word of 4 GB, which must be held whole until it ends
    code = (
        "import fastw2v as c, resource; resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))\n"
        f"c.encode({str(path)!r}, errors='replace', n_jobs=1)"
    )
    process = run_python(code, timeout=60)
    assert "MemoryError: no memory for a block of" in process.stderr
    assert process.returncode == 1
